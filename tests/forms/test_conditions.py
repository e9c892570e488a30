"""Conditions and sums: decided on the server, whatever the browser showed."""

from decimal import Decimal
from typing import Any

from app.forms import Form
from tests.forms.conftest import CreateForm, field

WRITE = {"a": "write", "b": "write", "c": "write"}


def hide(source: str) -> dict[str, Any]:
    return {"conditional": {"hide": source}}


def test_field_hidden_by_condition_is_not_required_and_its_answer_is_dropped(
    create_form: CreateForm,
) -> None:
    reason = field("textfield", "b", validate={"required": True}, **hide("=a != true"))
    form = create_form(field("checkbox", "a"), reason)
    asked = form.bind({"a": True}, {}, WRITE, {})
    assert [each.where for each in asked.problems] == ["b"]
    dropped = form.bind({"a": False, "b": "x" * 999}, {"b": "before"}, WRITE, {})
    assert dropped.problems == ()
    assert dropped.values["b"] is None


def test_hidden_answer_that_may_not_be_written_stays(create_form: CreateForm) -> None:
    form = create_form(field("checkbox", "a"), field("textfield", "b", **hide("=a != true")))
    bound = form.bind({"a": False}, {"b": "before"}, {"a": "write"}, {})
    assert bound.values["b"] == "before"
    assert [each.key for each in form.view(bound.values, {"a": "write"}, {})] == ["a"]


def test_hidden_answer_counts_in_no_sum_and_no_other_condition(create_form: CreateForm) -> None:
    form = create_form(
        field("checkbox", "a"),
        field("number", "b", **hide("=a != true")),
        field("textfield", "c", **hide("=b = null")),
        field("expression", "double", expression="=b * 2"),
    )
    bound = form.bind({"a": False, "b": 5, "c": "x"}, {}, WRITE, {})
    assert (bound.values["b"], bound.values["c"], bound.values["double"]) == (None, None, None)


def test_conditions_that_contradict_each_other_end(create_form: CreateForm) -> None:
    form = create_form(
        field("textfield", "a", **hide("=b = null")), field("textfield", "b", **hide("=a = null"))
    )
    bound = form.bind({"a": "x", "b": "y"}, {}, WRITE, {})
    assert (bound.values["a"], bound.values["b"]) == ("x", "y")
    liar = create_form(field("textfield", "a", **hide("=a != null")))
    assert liar.bind({"a": "x"}, {}, WRITE, {}).values["a"] is None


def test_group_hides_its_members(create_form: CreateForm) -> None:
    group = {"type": "group", "id": "g", "components": [field("textfield", "b")], **hide("=a")}
    form = create_form(field("checkbox", "a"), group)
    assert form.bind({"a": True, "b": "x"}, {}, WRITE, {}).values["b"] is None
    assert form.visible({"a": True, "b": "x"}, {}, WRITE) == {"a"}
    assert [each.hidden for each in form.view({"a": True, "b": "x"}, WRITE, {})] == [False, True]


def test_condition_of_a_column_holds_row_by_row(road: Form, all_write: dict[str, str]) -> None:
    sent = {"rows": [{"weight": "1", "remark": "kept"}, {"item": "x", "remark": "dropped"}]}
    bound = road.bind({"name": "x", **sent}, {}, all_write, {})
    assert [row["remark"] for row in bound.values["rows"]] == ["kept", None]
    assert [row["double"] for row in bound.values["rows"]] == [Decimal(2), None]
    assert "rows.0.remark" in road.visible(bound.values, {}, all_write)
    assert "rows.1.remark" not in road.visible(bound.values, {}, all_write)
    cells = [row.cells[2] for row in road.view(bound.values, all_write, {})[-3].rows]
    assert [(cell.hidden, cell.value) for cell in cells] == [(False, "kept"), (True, None)]


def test_sums_are_exact(road: Form, all_write: dict[str, str]) -> None:
    rows = [{"weight": "0.10"}, {"weight": "0.20"}]
    bound = road.bind({"name": "x", "rows": rows}, {}, all_write, {})
    assert str(bound.values["total"]) == "0.30"


def test_computed_value_of_another_kind_is_null(create_form: CreateForm) -> None:
    form = create_form(
        field("textfield", "a"),
        field("expression", "b", expression="=a"),
        field("expression", "c", expression='=a + "!"', properties={"type": "text"}),
        field("expression", "d", expression="=10 ** 40"),
        field("expression", "e", expression="=1 / 3"),
        field("expression", "f", expression="=for x in 1..100000, y in 1..100000 return x"),
    )
    values = form.compute({"a": "x"}, {})
    assert (values["b"], values["c"], values["d"], values["f"]) == (None, "x!", None, None)
    assert str(values["e"]) == "0.333333"


def test_surroundings_may_be_named(create_form: CreateForm) -> None:
    form = create_form(field("textfield", "a", **hide('=outcome != null and outcome != "edit"')))
    assert not form.view({}, WRITE, {})[0].hidden
    assert form.bind({"a": "x"}, {}, WRITE, {"outcome": "edit"}).values["a"] == "x"
    assert form.bind({"a": "x"}, {}, WRITE, {"outcome": "agree"}).values["a"] is None


def test_hidden_list_with_fixed_rows_keeps_them(create_form: CreateForm) -> None:
    columns = [field("textfield", "x"), field("textfield", "y")]
    rows = field("dynamiclist", "b", components=columns, allowAddRemove=False, **hide("=a"))
    form = create_form(field("checkbox", "a"), rows)
    rights = {"a": "write", "b.y": "write"}
    bound = form.bind({"a": True, "b": [{"y": "new"}]}, {"b": [{"x": "kept"}]}, rights, {})
    assert bound.values["b"] == [{"x": "kept", "y": None}]
