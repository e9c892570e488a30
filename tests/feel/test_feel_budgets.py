"""Hostile and clumsy expressions end soon, with an error of ours."""

import time
from collections.abc import Iterator

import pytest

from app.feel import Budget, FeelBudgetError, FeelError, compile_expression

SMALL = Budget(max_steps=20_000, max_string_length=10_000, max_list_length=5_000)
HOSTILE = [
    "for i in 1..10000000000 return i",
    "for i in 1..10000000000 return for j in 1..10000000000 return j",
    "some i in 1..10000000000 satisfies false",
    "every i in 1..10000000000, j in 1..10000000000 satisfies true",
    "some i in 1..10000000000, j in [] satisfies true",
    "10 ** 1000000",
    "10 ** 6144 * 10",
    "product(for i in 1..3000 return 1000000)",
    "{f: function(n) f(n + 1), r: f(0)}.r",
    "{f: function(n) f(n - 1) + f(n - 2), r: f(1000)}.r",
    "{f: function(g) g(g), r: f(f)}.r",
    "for i in 1..4000 return partial",
    '{s: "0123456789", a: s+s+s+s+s, b: a+a+a+a+a, c: b+b+b+b+b, d: c+c+c+c+c, e: d+d+d}.e',
    'replace("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", string join(for i in 1..999 return "xx"))',
    'string join(for i in 1..400 return "0123456789012345678901234567890")',
    "(for i in 1..4000 return [partial[-1]])[-1]",
    "string((for i in 1..100 return [partial[-1]])[-1])",
    "{a: [1, 1], b: [a, a, a, a], c: [b, b, b, b], d: [c, c, c, c], e: [d, d, d, d], "
    "f: [e, e, e, e], g: [f, f, f, f], h: [g, g, g, g]}",
    "{a: [1, 1], b: [a, a, a, a], c: [b, b, b, b], d: [c, c, c, c], e: [d, d, d, d], "
    "f: [e, e, e, e], g: [f, f, f, f], h: [g, g, g, g], r: h = h}.r",
    "{a: [1, 1], b: [a, a, a, a], c: [b, b, b, b], d: [c, c, c, c], e: [d, d, d, d], "
    "f: [e, e, e, e], g: [f, f, f, f], h: [g, g, g, g], r: count(flatten(h))}.r",
    "sort(for i in 1..4000 return -i, function(a, b) a < b)",
    "[1, 2][(for i in 1..10000000000 return i) = item]",
]
UNREADABLE = [
    "(" * 50_000,
    "(" * 500 + "1" + ")" * 500,
    "[" * 500 + "]" * 500,
    "-" * 500 + "1",
    "1" + " + 1" * 2_000,
    "a" + ".b" * 2_000,
    "a" + "[1]" * 2_000,
    "f" + "(1)" * 2_000,
    "{a: " * 500,
    "if " * 500,
    "]1..]1.." * 300,
    "function(x) " * 500 + "x",
    "1e999999999",
    "x instance of " + "list<" * 500,
    "not(" * 500,
    "1" * 30_000,
]


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    started = time.process_time()  # not the wall clock: the machine may be busy otherwise
    yield
    assert time.process_time() - started < 5


@pytest.mark.parametrize("source", HOSTILE)
def test_evaluation_ends_at_the_budget(source: str) -> None:
    expression = compile_expression(source)
    with pytest.raises(FeelBudgetError):
        expression.evaluate({}, SMALL)


@pytest.mark.parametrize("source", HOSTILE[:6])
def test_the_default_budget_ends_too(source: str) -> None:
    with pytest.raises(FeelBudgetError):
        compile_expression(source).evaluate({})


@pytest.mark.parametrize("source", UNREADABLE)
def test_parsing_ends_at_the_budget(source: str) -> None:
    with pytest.raises(FeelError):
        compile_expression(source)


def test_budgets_are_settings() -> None:
    with pytest.raises(FeelBudgetError, match="at most 3 characters, but found 5"):
        compile_expression("1 + 1", budget=Budget(max_source_length=3))
    with pytest.raises(FeelBudgetError, match="at most 4 levels"):
        compile_expression("((((1))))", budget=Budget(max_nesting=4))
    with pytest.raises(FeelBudgetError, match="at most 2 elements"):
        compile_expression("for i in 1..3 return i").evaluate({}, Budget(max_list_length=2))
    with pytest.raises(FeelBudgetError, match="at most 3 characters"):
        compile_expression('"ab" + "cd"').evaluate({}, Budget(max_string_length=3))


def test_recursion_within_the_budget_is_fine() -> None:
    source = "{f: function(n) if n = 0 then 0 else 1 + f(n - 1), r: f(50)}.r"
    assert compile_expression(source).evaluate({}) == 50


def test_a_patterns_time_is_linear() -> None:
    source = 'matches(text, "(a*)*b")'
    assert compile_expression(source).evaluate({"text": "a" * 50_000}) is False


def test_a_cyclic_variable_is_refused() -> None:
    cycle: list[object] = []
    cycle.append(cycle)
    assert compile_expression("c").evaluate({"c": cycle}) is None
