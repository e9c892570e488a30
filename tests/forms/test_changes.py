"""What changed since: rows matched by their key, hidden fields left out."""

from decimal import Decimal
from typing import Any

from app.forms import Form, diff
from tests.forms.conftest import CreateForm, field

OLD: dict[str, Any] = {
    "name": "road",
    "kind": "a",
    "secret": "x",
    "rows": [
        {"item": "length", "weight": Decimal(20), "internal": "i"},
        {"item": "quality", "weight": Decimal(10)},
    ],
}


def test_nothing_changed(road: Form) -> None:
    assert diff(road, OLD, OLD) == ()
    same = {**OLD, "rows": [{**OLD["rows"][0], "weight": Decimal("20.00")}, OLD["rows"][1]]}
    assert diff(road, OLD, same) == ()


def test_field_is_shown_in_words(road: Form) -> None:
    change = diff(road, OLD, {**OLD, "kind": "b"})[0]
    assert (change.path, change.kind, change.old, change.new) == ("kind", "changed", "a", "b")
    assert (change.old_shown.zh, change.new_shown.zh) == ("甲", "乙")
    assert diff(road, OLD, {**OLD, "basis": "law"})[0].kind == "added"
    assert diff(road, {**OLD, "basis": "law"}, OLD)[0].kind == "removed"


def test_a_question_left_empty_and_one_never_asked_are_no_change(road: Form) -> None:
    row = OLD["rows"][0]
    emptied = {**OLD, "basis": "", "rows": [{**row, "remark": ""}, OLD["rows"][1]]}
    assert diff(road, OLD, emptied) == ()
    assert diff(road, emptied, OLD) == ()


def test_rows_are_matched_by_their_key(road: Form) -> None:
    # given a version with one row moved and edited, one gone, one new
    new = {
        **OLD,
        "rows": [
            {"item": "cost", "weight": Decimal(5)},
            {"item": "length", "weight": Decimal(25), "internal": "i"},
        ],
    }
    # then each is said once
    said = [(each.path, each.kind, str(each.label)) for each in diff(road, OLD, new)]
    assert said == [
        ("rows.0", "added", "rows “cost”"),
        ("rows.1.weight", "changed", "rows “length”: weight"),
        ("rows.1", "removed", "rows “quality”"),
    ]
    assert "weight:5" in diff(road, OLD, new)[0].new_shown.zh


def test_rows_without_key_are_matched_by_position(create_form: CreateForm) -> None:
    form = create_form(field("dynamiclist", "r", components=[field("textfield", "x")]))
    changes = diff(form, {"r": [{"x": "1"}, {"x": "2"}]}, {"r": [{"x": "1"}, {"x": "3"}]})
    assert [(each.path, str(each.label)) for each in changes] == [("r.1.x", "r, row 2: x")]


def test_rows_with_the_same_key_pair_up_in_order(road: Form) -> None:
    twice = {"rows": [{"item": "a", "remark": "1"}, {"item": "a", "remark": "2"}]}
    assert diff(road, twice, twice) == ()
    (change,) = diff(road, twice, {"rows": twice["rows"][:1]})
    assert (change.kind, change.path) == ("removed", "rows.1")


def test_what_is_hidden_is_not_told(road: Form) -> None:
    new = {**OLD, "secret": "y", "rows": [{**OLD["rows"][0], "internal": "j"}, OLD["rows"][1]]}
    assert len(diff(road, OLD, new)) == 2
    assert diff(road, OLD, new, {"secret": "hidden", "rows.internal": "hidden"}) == ()
    assert diff(road, OLD, {**new, "rows": []}, {"rows": "hidden", "secret": "hidden"}) == ()
    (added,) = diff(road, {"rows": []}, {"rows": new["rows"][:1]}, {"rows.internal": "hidden"})
    assert "internal" not in repr(added)
