"""Lists, filters, contexts, ranges, loops, quantifiers and functions."""

from decimal import Decimal

import pytest

from app.feel import Range, compile_expression

D = Decimal
FILTERS = [
    ("[1, 2, 3][item > 1]", [2, 3]),
    ("[1, 2, 3][1]", 1),
    ("[1, 2, 3][-1]", 3),
    ("[1, 2, 3][0]", None),
    ("[1, 2, 3][4]", None),
    ("[1, 2, 3][1.5]", None),
    ("[1, 2, 3][i]", 2),
    ("[1, 2, 3][i + 1]", 3),
    ("[][i]", None),
    ("[][item > 1]", []),
    ("[1, 2, 3][count([1, 2])]", 2),
    ("[{a: 1, b: 5}, {a: 2, b: 6}][a > 1].b", [6]),
    ("[{a: 1}, {b: 2}][b = 2]", [{"b": 2}]),
    ("[{item: 1}, {item: 2}][item > 1]", [{"item": 2}]),
    ("[1, 2, 3][null]", []),
    ("5[1]", 5),
    ('"x"[item = "y"]', []),
    ("[[1, 2], [3]][item[1] = 3]", [[3]]),
    ("[1, 2, 3, 4][item > 1][item < 4]", [2, 3]),
]
LOOPS = [
    ("for x in [1, 2] return x * 2", [2, 4]),
    ("for x in [1, 2], y in [10, 20] return x + y", [11, 21, 12, 22]),
    ("for x in [[1, 2], [3]], y in x return y", [1, 2, 3]),
    ("for x in 1..3 return x", [1, 2, 3]),
    ("for x in 3..1 return x", [3, 2, 1]),
    ("for x in [1..4) return x", [1, 2, 3]),
    ("for x in 1..i return x", [1, 2]),
    ("for x in 1.5..3 return x", None),
    ("for x in null return x", None),
    ("for x in 7 return x", [7]),
    ("for n in 1..5 return if n < 3 then 1 else partial[-1] + partial[-2]", [1, 1, 2, 3, 5]),
    ('count(for d in @"2024-02-27"..@"2024-03-01" return d)', 4),
    ("some x in [1, 2] satisfies x > 1", True),
    ("every x in [1, 2] satisfies x > 1", False),
    ("every x in [] satisfies x > 1", True),
    ("some x in [] satisfies x > 1", False),
    ("some x in [null, 1] satisfies x > 3", None),
    ("some x in [null, 4] satisfies x > 3", True),
    ("every x in [1, 2], y in [2, 3] satisfies x < y + 1", True),
]
FUNCTIONS = [
    ("(function(x) x + 1)(2)", 3),
    ("(function(x, y) x - y)(y: 1, x: 5)", 4),
    ('(function(x: number) x)("a")', None),
    ("(function(x: number) x)([4])", 4),
    ("(function(x) x)(1, 2)", None),
    ("{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(5)}.r", 120),
    ("{add: function(a) function(b) a + b, r: add(2)(3)}.r", 5),
    ("sort([3, 1, 2], function(a, b) a > b)", [3, 2, 1]),
    ("{f: abs}.f(-3)", 3),
    ("5(1)", None),
    ("unknown(1)", None),
]


@pytest.mark.parametrize(("source", "expected"), FILTERS + LOOPS + FUNCTIONS)
def test_gives(source: str, expected: object) -> None:
    assert compile_expression(source).evaluate({"i": 2}) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[1..5]", Range(D(1), D(5))),
        ("(1..5]", Range(D(1), D(5), False, True)),
        ("]1..5[", Range(D(1), D(5), False, False)),
        ("[1..5[", Range(D(1), D(5), True, False)),
        ("< 5", Range(None, D(5), False, False)),
        (">= 2", Range(D(2), None, True, False)),
        ("[5..1]", Range(D(5), D(1))),
        ('[1.."a"]', None),
        ("[1..5].end", D(5)),
        ("[1..5).end included", False),
        ("(< 5).start", None),
    ],
)
def test_ranges_are_values(source: str, expected: object) -> None:
    assert compile_expression(source).evaluate({}) == expected


def test_an_evaluation_leaves_the_variables_alone() -> None:
    variables = {"list": [1, {"a": 2}]}
    result = compile_expression("append(list, 3)").evaluate(variables)
    assert result == [1, {"a": 2}, 3]
    assert variables == {"list": [1, {"a": 2}]}
