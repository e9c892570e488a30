"""The view holds all that a page needs, and shows back what was typed."""

from datetime import date
from decimal import Decimal

from app.forms import NEW_ROW, FieldView, Form

VALUES = {
    "name": "road",
    "amount": Decimal("1200.50"),
    "start": date(2022, 10, 10),
    "kind": "a",
    "key_project": True,
    "marks": ["a", "b"],
    "files": [{"id": "1", "name": "r.pdf", "size": 1, "hash": "x"}],
    "rows": [{"item": "one", "weight": Decimal("1.50")}],
}


def by_key(views: list[FieldView]) -> dict[str, FieldView]:
    return {each.key: each for each in views}


def test_values_are_shown_for_reading_and_for_inputs(road: Form) -> None:
    views = by_key(road.view(VALUES, {}, {}))
    shown = {key: (each.input, each.shown.zh) for key, each in views.items()}
    assert shown["amount"] == ("1200.50", "1,200.50")
    assert shown["start"] == ("2022-10-10", "2022-10-10")
    assert shown["kind"] == ("a", "甲")
    assert shown["key_project"] == ("true", "是")
    assert shown["marks"] == ("", "甲、乙")
    assert shown["files"] == ("", "r.pdf")
    assert shown["basis"] == ("", "")
    assert [each.chosen for each in views["marks"].options] == [True, True]
    assert views["total"].computed
    assert views["total"].shown.zh == "1.50"


def test_limits_are_there_for_the_browser(road: Form, all_write: dict[str, str]) -> None:
    views = by_key(road.view(VALUES, all_write, {}))
    amount, count, rows = views["amount"], views["count"], views["rows"]
    assert (amount.minimum, amount.maximum, amount.step) == ("0", "1000000", "0.01")
    assert count.step == "1"
    assert (views["name"].required, views["name"].max_length) == (True, 20)
    assert (rows.can_change_rows, rows.max_rows) == (True, 20)
    assert views["late_reason"].hide_expression == "amount = null or amount < 100"
    assert by_key(road.view(VALUES, {}, {}))["name"].required is False


def test_new_row_has_a_pattern(road: Form, all_write: dict[str, str]) -> None:
    columns = by_key(road.view(VALUES, all_write, {}))["rows"].columns
    assert columns[0].path == f"rows.{NEW_ROW}.item"
    assert columns[0].name == "rows.item"


def test_what_was_typed_comes_back_with_its_problem(road: Form, all_write: dict[str, str]) -> None:
    # given a page with mistakes in a field, a cell and a choice
    sent = [
        ("amount", "12a"),
        ("kind", "z"),
        ("marks", ""),
        ("marks", "b"),
        ("rows.0.weight", "1,0"),
        ("rows.3.item", "new"),
    ]
    bound = road.bind(sent, VALUES, all_write, {})
    # when it is shown again
    views = by_key(road.view(bound.values, all_write, {}, bound.problems, bound.typed))
    # then it holds what was typed
    assert (views["amount"].input, len(views["amount"].problems)) == ("12a", 1)
    assert "found “z”" in views["kind"].problem_texts()[0]
    assert [each.chosen for each in views["marks"].options] == [False, True]
    first, second = views["rows"].rows
    assert (first.cells[1].input, len(first.cells[1].problems)) == ("1,0", 1)
    assert first.cells[0].input == "one"
    assert (second.path, second.cells[0].input) == ("rows.3", "new")


def test_lone_surrogate_is_shown_back_in_a_form_that_can_be_sent(
    road: Form, all_write: dict[str, str]
) -> None:
    bound = road.bind([("name", "a\ud800\0b")], VALUES, all_write, {})
    repr(bound).encode()
    views = by_key(road.view(bound.values, all_write, {}, bound.problems, bound.typed))
    views["name"].input.encode()


def test_hidden_by_condition_is_drawn_without_its_value(
    road: Form, all_write: dict[str, str]
) -> None:
    views = by_key(road.view({"late_reason": "old", "amount": Decimal(1)}, all_write, {}))
    assert (views["late_reason"].hidden, views["late_reason"].value) == (True, None)
    assert "old" not in repr(views["late_reason"])
