"""Each boxed expression of DMN 1.1 to 1.5, in the shape of the standard's XML."""

from decimal import Decimal

import pytest

from app.dmn import DecisionModelError, evaluate, evaluate_strict, parse_decisions
from app.feel import FeelEvaluationError, Value
from tests.dmn.models import (
    decision,
    definitions,
    formal,
    knowledge,
    literal,
    table,
    value_of,
)


def entry(name: str, logic: str, type_ref: str = "") -> str:
    of_type = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<contextEntry><variable name="{name}"{of_type}/>{logic}</contextEntry>'


def result(logic: str) -> str:
    return f"<contextEntry>{logic}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def function(parameters: str, body: str, kind: str = "FEEL") -> str:
    return f'<functionDefinition kind="{kind}">{formal(parameters)}{body}</functionDefinition>'


def invocation(called: str, **arguments: str) -> str:
    bound = "".join(
        f'<binding><parameter name="{name}"/>{logic}</binding>' for name, logic in arguments.items()
    )
    return f"<invocation>{literal(called)}{bound}</invocation>"


def test_a_literal_reads_free_variables() -> None:
    assert value_of(literal("amount * 2"), {"amount": 4}) == 8


def test_an_empty_literal_and_no_logic_at_all_are_null() -> None:
    assert value_of("<literalExpression/>") is None
    assert value_of("") is None


def test_a_context_sees_its_earlier_entries() -> None:
    logic = context(
        entry("monthly rate", literal("rate / 12")), entry("fee", literal("monthly rate + 1"))
    )
    assert value_of(logic, {"rate": 24}) == {"monthly rate": Decimal(2), "fee": Decimal(3)}


def test_a_context_may_shadow_a_variable_by_a_value_made_of_it() -> None:
    assert value_of(context(entry("n", literal("n + 1"))), {"n": 1}) == {"n": Decimal(2)}


def test_the_last_entry_without_a_name_is_the_result() -> None:
    logic = context(
        entry("a", literal("n + 1")), entry("b", literal("a * 2")), result(literal("b + a"))
    )
    assert value_of(logic, {"n": 1}) == 6


def test_contexts_inside_contexts() -> None:
    inner = context(entry("c", literal("a + 1")), entry("d", literal("c + 1")))
    logic = context(entry("a", literal("1")), entry("b", inner), result(literal("b.d")))
    assert value_of(logic) == 3


def test_an_entry_conforms_to_its_type() -> None:
    logic = context(entry("a", literal('"x"'), "number"), entry("b", literal("[1]"), "number"))
    assert value_of(logic) == {"a": None, "b": Decimal(1)}


def test_a_function_in_a_context_may_call_itself() -> None:
    factorial = function("n:number", literal("if n = 0 then 1 else n * f(n - 1)"))
    assert value_of(context(entry("f", factorial), result(literal("f(20)")))) == 2432902008176640000


def test_a_function_keeps_the_scope_it_was_made_in() -> None:
    adder = function("x", literal("x + a"))
    logic = context(
        entry("a", literal("5")), entry("add", adder), result(invocation("add", x=literal("1")))
    )
    assert value_of(logic) == 6


@pytest.mark.parametrize("kind", ["Java", "PMML"])
def test_functions_of_other_languages_are_refused(kind: str) -> None:
    model = definitions(decision("d", context(entry("f", function("x", literal("1"), kind)))))
    with pytest.raises(
        DecisionModelError, match=f"d: Expected a function in FEEL, found one in {kind}"
    ):
        parse_decisions(model)


def test_an_invocation_of_a_built_in() -> None:
    logic = invocation(
        "substring", **{"string": literal('"绩效管理"'), "start position": literal("3")}
    )
    assert value_of(logic) == "管理"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"a": "1", "b": "2"}, Decimal(-1)),
        ({"b": "1", "a": "2"}, Decimal(1)),
        ({"a": "1"}, None),
        ({"a": "1", "c": "2"}, None),
        ({"a": "1", "b": "2", "c": "3"}, None),
    ],
)
def test_an_invocation_of_knowledge(arguments: dict[str, str], expected: Value) -> None:
    minus = knowledge("minus", "a b", literal("a - b"))
    logic = invocation("minus", **{name: literal(text) for name, text in arguments.items()})
    model = parse_decisions(definitions(minus, decision("d", logic, needs="k:minus")))
    assert evaluate(model, "d", {}).value == expected
    if expected is None:
        with pytest.raises(FeelEvaluationError, match="Expected the arguments a, b"):
            evaluate_strict(model, "d", {})


def test_a_list_of_boxes() -> None:
    assert value_of(f"<list>{literal('1')}{literal('n')}</list>", {"n": 2}) == [1, 2]


def test_a_relation_is_a_list_of_contexts() -> None:
    rows = "".join(
        f"<row>{literal(name)}{literal(age)}</row>" for name, age in [('"Li"', "40"), ('"Wu"', "n")]
    )
    logic = f'<relation><column name="full name"/><column name="n"/>{rows}</relation>'
    assert value_of(logic, {"n": 30}) == [
        {"full name": "Li", "n": Decimal(40)},
        {"full name": "Wu", "n": Decimal(30)},
    ]


def test_a_relation_with_a_short_row_is_refused() -> None:
    logic = (
        f'<relation><column name="a"/><column name="b"/><row id="r">{literal("1")}</row></relation>'
    )
    with pytest.raises(DecisionModelError, match=r"r: Expected 2 cells in the row, found 1\."):
        parse_decisions(definitions(decision("d", logic)))


def part(tag: str, text: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}>{literal(text)}</{tag}>"


@pytest.mark.parametrize(
    ("n", "expected"), [(1, "one"), (2, "many"), (None, "many"), ("x", "many")]
)
def test_a_conditional(n: object, expected: str) -> None:
    parts = part("if", "n = 1") + part("then", '"one"') + part("else", '"many"')
    assert value_of(f"<conditional>{parts}</conditional>", {"n": n}) == expected


def test_a_filter_sees_the_item_and_its_entries() -> None:
    people = [{"name": "Li", "age": 40}, {"name": "Wu", "age": 30}]
    by_entry = f"<filter>{part('in', 'people')}{part('match', 'age > limit')}</filter>"
    by_item = f"<filter>{part('in', 'people')}{part('match', 'item.age > limit')}</filter>"
    found = [{"name": "Li", "age": Decimal(40)}]
    assert value_of(by_entry, {"people": people, "limit": 35}) == found
    assert value_of(by_item, {"people": people, "limit": 35}) == found


def test_a_loop() -> None:
    logic = f'<for iteratorVariable="i">{part("in", "1..n")}{part("return", "i * i")}</for>'
    assert value_of(logic.replace("1..n", "[1..n]"), {"n": 3}) == [1, 4, 9]


def test_a_loop_knows_what_it_gave_so_far() -> None:
    body = part("return", "if count(partial) = 0 then 1 else i * partial[-1]")
    logic = f'<for iteratorVariable="i">{part("in", "[1..5]")}{body}</for>'
    assert value_of(logic) == [1, 2, 6, 24, 120]


@pytest.mark.parametrize(
    ("quantifier", "values", "expected"),
    [
        ("every", [2, 4], True),
        ("every", [2, 3], False),
        ("every", [], True),
        ("some", [1, 2], True),
        ("some", [1, 3], False),
        ("some", [], False),
    ],
)
def test_quantifiers(quantifier: str, values: list[int], expected: bool) -> None:
    satisfies = part("satisfies", "even(x)")
    logic = f'<{quantifier} iteratorVariable="x">{part("in", "values")}{satisfies}</{quantifier}>'
    assert value_of(logic, {"values": values}) is expected


def test_a_part_conforms_to_its_type() -> None:
    parts = part("in", "3") + part("return", "[i]", ' typeRef="number"')
    assert value_of(f'<for iteratorVariable="i">{parts}</for>') == [3]


def test_a_part_that_is_missing_is_refused() -> None:
    logic = f"<conditional>{part('if', 'true')}{part('then', '1')}</conditional>"
    with pytest.raises(DecisionModelError, match="Expected an expression in “else”, found none"):
        parse_decisions(definitions(decision("d", logic)))


def test_a_box_that_the_standard_does_not_know_is_refused() -> None:
    with pytest.raises(
        DecisionModelError, match="Expected a boxed expression of DMN, found “while”"
    ):
        parse_decisions(definitions(decision("d", "<while/>")))


def test_tables_inside_of_other_boxes() -> None:
    grade = table("FIRST", "n", '>= 90 | "A"', '- | "B"')
    body = f"<return>{grade}</return>"
    logic = f'<for iteratorVariable="n">{part("in", "[95, 80]")}{body}</for>'
    assert value_of(logic) == ["A", "B"]


def test_an_expression_conforms_to_its_type() -> None:
    assert value_of(literal("[5]", "number")) == 5
    assert value_of(literal('"5"', "number")) is None
    assert value_of(f'<list typeRef="number">{literal("7")}</list>') == 7
