"""A decision model from a stranger is refused or evaluated within limits, in bounded time."""

from pathlib import Path

import pytest

from app.dmn import DecisionModelError, Limits, evaluate, parse_decisions
from app.feel import Budget, FeelBudgetError
from tests.dmn.models import decision, definitions, knowledge, literal, table
from tests.hostile_xml import SECRET, prologs


def test_entities_are_never_expanded(tmp_path: Path) -> None:
    for prolog in prologs(tmp_path):
        xml = prolog + definitions(decision("d", literal("1"))).replace(b">1<", b">&d;<")
        with pytest.raises(DecisionModelError, match="document type") as caught:
            parse_decisions(xml)
        assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("xml", "sentence"),
    [
        (b"<a>" * 5_000 + b"</a>" * 5_000, "nested"),
        (b"<a>" + b"<b/>" * 70_000 + b"</a>", "60000 XML elements"),
        (b"<a" + b"".join(b' a%d=""' % number for number in range(1_000)) + b"/>", "attributes"),
        (definitions(decision("d", literal("1" * 30_000))), "20000 characters"),
        (b" " * 5_000_001, "5000000 bytes"),
        (b"", "well-formed"),
        (b"\x00\xff", "well-formed"),
        (b"<html/>", "Expected a DMN model"),
        (b'<definitions xmlns="urn:other"/>', "Expected a DMN model"),
    ],
)
def test_a_file_beyond_the_limits_is_refused(xml: bytes, sentence: str) -> None:
    with pytest.raises(DecisionModelError, match=sentence):
        parse_decisions(xml)


def test_deep_boxes_are_refused() -> None:
    logic = "<list>" * 70 + literal("1") + "</list>" * 70
    with pytest.raises(DecisionModelError, match="nested"):
        parse_decisions(definitions(decision("d", logic)))


def test_deep_boxes_with_deep_expressions_are_no_crash() -> None:
    logic = "<list>" * 50 + literal("(" * 90 + "1" + ")" * 90) + "</list>" * 50
    model = parse_decisions(definitions(decision("d", logic)), draft=True)
    evaluate(model, "d", {})


def test_a_chain_of_types_is_no_crash() -> None:
    chain = "".join(
        f'<itemDefinition name="t{n}"><typeRef>t{n + 1}</typeRef></itemDefinition>'
        for n in range(3_000)
    )
    last = '<itemDefinition name="t3000"><typeRef>number</typeRef></itemDefinition>'
    with pytest.raises(DecisionModelError, match="too deep"):
        parse_decisions(definitions(chain + last, decision("d", literal("1"), type_ref="t0")))


def test_a_huge_table_is_refused() -> None:
    logic = table("FIRST", "n", *["1 | 2"] * 200)
    with pytest.raises(DecisionModelError, match="at most 100 cells"):
        parse_decisions(definitions(decision("d", logic)), limits=Limits(cells=100))


@pytest.mark.parametrize(
    "text",
    [
        "for a in 1..10000, b in 1..10000 return f(a)",
        "for a in 1..10000 return f([1..a])",
        'for a in 1..1000 return string join(for b in 1..10000 return "ab")',
    ],
)
def test_one_budget_holds_for_all_decisions_together(text: str) -> None:
    slow = knowledge("f", "x:number", literal("count(for i in 1..100 return x)"))
    model = parse_decisions(definitions(slow, decision("d", literal(text), needs="k:f")))
    with pytest.raises(FeelBudgetError):
        evaluate(model, "d", {}, Budget(max_steps=100_000))


def test_a_table_in_a_loop_pays_for_its_rows() -> None:
    logic = table("FIRST", "n", *[f"{n} | 1" for n in range(200)])
    call = decision("d", literal("for i in 1..10000 return f(0 - i)"), needs="k:f")
    model = parse_decisions(definitions(knowledge("f", "n", logic), call))
    with pytest.raises(FeelBudgetError, match="1000000 steps"):
        evaluate(model, "d", {})


def test_thousands_of_problems_are_not_kept() -> None:
    function = knowledge("f", "n:string", literal("n"))
    call = decision("d", literal("for i in 1..5000 return f(i)"), needs="k:f")
    result = evaluate(parse_decisions(definitions(function, call)), "d", {})
    assert len(result.problems) == 100


def test_names_reach_no_python() -> None:
    for text in ("__class__", "n.__class__", 'get value(n, "__class__")', "f.__globals__"):
        model = parse_decisions(
            definitions(knowledge("f", "", literal("1")), decision("d", literal(text), needs="k:f"))
        )
        assert evaluate(model, "d", {"n": {}}).value is None


def test_a_literal_that_is_no_date_is_refused_and_no_crash() -> None:
    model = definitions(decision("d", literal('@"2024-13-01"')))
    with pytest.raises(DecisionModelError, match="Expected a date, time, date and time"):
        parse_decisions(model)
    assert evaluate(parse_decisions(model, draft=True), "d", {}).value is None
