"""Rights decide what is accepted and what is shown; what is not granted may be read only."""

from decimal import Decimal

import pytest

from app.forms import Form, rights_for

CURRENT = {
    "name": "road",
    "amount": Decimal("5.00"),
    "secret": "s",
    "rows": [
        {"item": "one", "weight": Decimal(1), "internal": "i"},
        {"item": "two", "weight": Decimal(2), "internal": "j"},
    ],
}


@pytest.mark.parametrize("rights", [{}, {"name": "read"}, {"name": "hidden"}, {"name": "WRITE"}])
def test_what_may_not_be_written_is_neither_taken_nor_lost(
    road: Form, rights: dict[str, str]
) -> None:
    for sent in ({"name": "other"}, [("name", "other")], [("name", "")], {"name": {"x": 1}}):
        bound = road.bind(sent, CURRENT, rights, {})
        assert bound.values["name"] == "road"
        assert bound.problems == ()
        assert "name" not in bound.typed.texts


def test_hidden_field_is_not_in_the_view(road: Form) -> None:
    hidden = {"secret": "hidden", "rows.internal": "hidden"}
    shown = road.view(CURRENT, hidden, {})
    assert "secret" not in {each.key for each in shown}
    assert "internal" not in {each.key for each in shown[-3].columns}
    assert "'s'" not in repr(shown)
    assert "internal" not in repr(shown)


def test_right_to_one_column_leaves_the_rows_alone(road: Form) -> None:
    # given a step that may fill in one column of given rows
    rights = {"rows.weight": "write"}
    sent = [
        ("rows.__rows", ""),
        ("rows.1.weight", "9"),
        ("rows.1.item", "forged"),
        ("rows.5.weight", "1"),
    ]
    # when it sends a forged name, a new row, and leaves one out
    bound = road.bind(sent, CURRENT, rights, {})
    # then only the column of the known rows changes
    assert [(row["item"], row["weight"]) for row in bound.values["rows"]] == [
        ("one", Decimal(1)),
        ("two", Decimal(9)),
    ]


def test_list_grants_its_columns_unless_they_are_named(road: Form) -> None:
    rights = {"rows": "write", "rows.item": "read", "rows.internal": "hidden"}
    sent = {"rows": [{"item": "x", "weight": "7", "internal": "y"}]}
    bound = road.bind(sent, CURRENT, rights, {})
    row = bound.values["rows"][0]
    assert (row["item"], row["weight"], row["internal"]) == ("one", Decimal(7), "i")


def test_what_lies_in_something_hidden_is_hidden(road: Form) -> None:
    rights = {"rows": "hidden", "rows.item": "write", "checks": "hidden", "checks.note": "write"}
    bound = road.bind({"rows": [], "checks": {"note": "x"}}, CURRENT, rights, {})
    assert len(bound.values["rows"]) == 2
    assert bound.values["checks"]["note"] is None
    assert not {"rows", "checks"} & {each.key for each in road.view(CURRENT, rights, {})}


def test_computed_field_is_never_taken(road: Form, all_write: dict[str, str]) -> None:
    bound = road.bind({"total": "999", "rows": CURRENT["rows"]}, CURRENT, all_write, {})
    assert bound.values["total"] == Decimal("3.00")


def test_schema_knows_only_what_may_be_written(road: Form) -> None:
    schema = road.schema({"name": "write", "rows.weight": "write", "total": "write"})()
    assert set(schema.fields) == {"name", "rows"}
    assert schema.load({"name": "x", "rows": [{"weight": "1"}]})["rows"] == [
        {"weight": Decimal("1.00")}
    ]
    assert "an answer is needed" in str(schema.validate({})["name"][0])


class TestRightsOfAStep:
    def test_properties_of_a_step_are_read(self, road: Form) -> None:
        properties = {
            "appr.field.name": "write",
            "appr.field.secret": "hidden",
            "appr.field.rows.weight": "write",
            "appr.mode": "single",
        }
        granted = rights_for(properties, road)
        assert granted.problems == ()
        assert granted.rights["name"] == "write"
        assert granted.rights["secret"] == "hidden"
        assert granted.rights["rows"] == "read"
        assert granted.rights["rows.weight"] == "write"
        assert granted.rights["amount"] == "read"

    def test_star_is_the_default(self, road: Form) -> None:
        granted = rights_for({"appr.field.*": "write", "appr.field.name": "read"}, road).rights
        assert (granted["name"], granted["amount"], granted["rows"]) == ("read", "write", "write")

    def test_hidden_by_default_still_shows_the_columns_that_are_named(self, road: Form) -> None:
        step = {"appr.field.*": "hidden", "appr.field.rows.weight": "write"}
        granted = rights_for(step, road).rights
        keys = {each.key for each in road.view(CURRENT, granted, {})}
        assert keys == {"rows"}
        assert road.bind({"rows": [{"weight": 9}, {}]}, CURRENT, granted, {}).values["rows"][0][
            "weight"
        ] == Decimal(9)

    @pytest.mark.parametrize(
        ("name", "word", "said"),
        [
            ("appr.field.nothing", "write", "it has no “nothing”"),
            ("appr.field.rows.nothing", "write", "it has no “rows.nothing”"),
            ("appr.field.name", "yes", "found “yes”"),
            ("appr.field.*", "", "found “”"),
            ("appr.field.total", "write", "is computed or read-only"),
        ],
    )
    def test_mistake_of_a_diagram_is_a_problem(
        self, road: Form, name: str, word: str, said: str
    ) -> None:
        (problem,) = rights_for({name: word}, road).problems
        assert problem.where == name
        assert said in str(problem.sentence)
