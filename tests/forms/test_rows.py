"""Rows of a list: deleted, added, moved, blank, too many; by inputs of a page and by JSON."""

from decimal import Decimal
from typing import Any

from app.forms import Form
from app.forms.binding import Bound

CURRENT = {
    "name": "road",
    "rows": [
        {"item": "one", "weight": Decimal(1), "internal": "secret 1"},
        {"item": "two", "weight": Decimal(2), "internal": "secret 2"},
        {"item": "three", "weight": Decimal(3), "internal": "secret 3"},
    ],
}


def items(bound: Bound) -> list[Any]:
    return [(row["item"], row["internal"]) for row in bound.values["rows"]]


def test_a_gap_deletes_the_row_and_the_others_keep_what_is_hidden(
    road: Form, all_write: dict[str, str]
) -> None:
    pairs = [("rows.__rows", ""), ("rows.0.item", "one"), ("rows.2.item", "three!")]
    bound = road.bind(pairs, CURRENT, all_write, {})
    assert items(bound) == [("one", "secret 1"), ("three!", "secret 3")]
    assert bound.values["rows"][1]["weight"] == 3  # a cell that was not sent is kept


def test_rows_come_in_the_order_of_their_index_or_of_their_place(
    road: Form, all_write: dict[str, str]
) -> None:
    pairs = [("rows.10.item", "ten"), ("rows.9.item", "nine"), ("rows.2.item", "three")]
    bound = road.bind(pairs, CURRENT, all_write, {})
    assert items(bound) == [("three", "secret 3"), ("nine", None), ("ten", None)]
    moved = road.bind([*pairs, ("rows.10.__row", "0")], CURRENT, all_write, {})
    assert [item for item, _ in items(moved)] == ["ten", "three", "nine"]


def test_list_that_was_not_on_the_page_stays(road: Form, all_write: dict[str, str]) -> None:
    assert len(road.bind([("name", "x")], CURRENT, all_write, {}).values["rows"]) == 3
    assert road.bind([("rows.__rows", "")], CURRENT, all_write, {}).values["rows"] == []
    deleted = [("rows.0.__delete", "on"), ("rows.1.__row", "1"), ("rows.2.__row", "2")]
    bound = road.bind(deleted, CURRENT, all_write, {})
    assert items(bound) == [("two", "secret 2"), ("three", "secret 3")]


def test_new_blank_row_is_shown_back_but_is_no_answer(
    road: Form, all_write: dict[str, str]
) -> None:
    # given a new row that nobody filled in
    bound = road.bind([("rows.0.item", "one"), ("rows.5.item", " ")], CURRENT, all_write, {})
    # then it is no answer
    assert items(bound) == [("one", "secret 1")]
    # and the page still has it
    view = road.view(bound.values, all_write, {}, bound.problems, bound.typed)
    rows = next(each for each in view if each.key == "rows").rows
    assert [(row.index, row.is_new) for row in rows] == [(0, False), (5, True)]


def test_json_rows_name_the_row_they_stand_for(road: Form, all_write: dict[str, str]) -> None:
    sent = {"rows": [{"item": "new", "__row": 7}, {"item": "two!", "__row": 1}]}
    bound = road.bind(sent, CURRENT, all_write, {})
    assert items(bound) == [("new", None), ("two!", "secret 2")]
    twice = {"rows": [{"item": "a", "__row": 1}, {"item": "b", "__row": 1}]}
    assert items(road.bind(twice, CURRENT, all_write, {})) == [("a", "secret 2"), ("b", None)]


def test_problem_names_the_row_as_on_the_page(road: Form, all_write: dict[str, str]) -> None:
    bound = road.bind([("rows.2.weight", "12a"), ("rows.4.weight", "0")], CURRENT, all_write, {})
    assert [each.where for each in bound.problems] == ["rows.2.weight", "rows.4.weight"]
    assert "rows, row 1: weight: expected a number" in str(bound.problems[0].sentence)
    assert "rows, row 2: weight: expected 0.01 or more" in str(bound.problems[1].sentence)


def test_too_many_rows_get_one_sentence_and_come_back(
    road: Form, all_write: dict[str, str]
) -> None:
    bound = road.bind([(f"rows.{i}.item", "x") for i in range(21)], CURRENT, all_write, {})
    assert [str(each) for each in bound.problems] == [
        "rows: rows: expected at most 20 rows, found 21."
    ]
    assert len(bound.typed.rows["rows"]) == 21


def test_ten_thousand_rows_are_refused_as_a_whole(road: Form, all_write: dict[str, str]) -> None:
    for sent in (
        [(f"rows.{i}.item", "x") for i in range(10_000)],
        {"rows": [{"item": "x"}] * 10_000},
    ):
        bound = road.bind(sent, CURRENT, all_write, {})
        assert [str(each) for each in bound.problems] == [
            "rows: rows: expected at most 20 rows, found 10000."
        ]
        assert len(bound.values["rows"]) == 3


def test_wrong_shapes_are_problems(road: Form, all_write: dict[str, str]) -> None:
    wrong: tuple[tuple[Any, str], ...] = (
        ({"rows": "x"}, "rows"),
        ({"rows": {"0": {}}}, "rows"),
        ({"rows": [5]}, "rows.0"),
        ({"rows": [{"price": 1}]}, "rows.0.price"),
        ({"checks": []}, "checks"),
        ({"nothing": 1}, "nothing"),
        ({"checks": {"x": 1}}, "checks.x"),
        ({5: 1}, ""),
    )
    for sent, where in wrong:
        assert [each.where for each in road.bind(sent, CURRENT, all_write, {}).problems] == [where]


def test_names_that_are_not_of_the_form_are_left_alone(
    road: Form, all_write: dict[str, str]
) -> None:
    pairs = [("csrf_token", "x"), ("rows.x.item", "y"), ("rows.0.price", "1"), ("rows.-1.item", "")]
    bound = road.bind(pairs, {"name": "road"}, all_write, {})
    assert not bound.problems
    assert bound.values["rows"] == []


def test_required_list_wants_a_row(bureau_form: Any) -> None:
    form = bureau_form("goal_declaration")
    bound = form.bind([("sources.__rows", "")], {}, {"sources": "write"}, {})
    assert str(bound.problems[0]) == (
        "sources: Funding sources: expected at least 1 rows, found 0."
    )
    # and who may only fill in a column is not told so
    assert not form.bind({}, {}, {"sources": "read", "sources.amount": "write"}, {}).problems


def test_draft_of_what_was_typed_binds_to_the_same(road: Form, all_write: dict[str, str]) -> None:
    pairs = [("amount", "12a"), ("marks", ""), ("rows.2.weight", "x"), ("rows.8.item", "")]
    bound = road.bind(pairs, CURRENT, all_write, {})
    assert road.bind(bound.typed.as_pairs(), CURRENT, all_write, {}) == bound
