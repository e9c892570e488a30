"""The built-in functions, a few cases each."""

from decimal import Decimal

import pytest

from app.feel import Budget, compile_expression
from app.feel.functions import BUILTINS

STRINGS = [
    ('substring("预算绩效管理", 3)', "绩效管理"),
    ('substring("foobar", 3, 2)', "ob"),
    ('substring("foobar", -2, 1)', "a"),
    ('substring("foobar", 0)', None),
    ('substring(string: "foobar", start position: 4)', "bar"),
    ('string length("\\U01F40E a")', 3),
    ('string length("\\uD83D\\uDC0E")', 1),
    ('string length("\\u{1F40E}")', 1),
    ('upper case("aBc")', "ABC"),
    ('lower case("aBc")', "abc"),
    ('substring before("foobar", "bar")', "foo"),
    ('substring before("foobar", "x")', ""),
    ('substring after("foobar", "ob")', "ar"),
    ('substring after("foobar", "")', "foobar"),
    ('contains("foobar", "ob")', True),
    ('starts with("foobar", "fo")', True),
    ('ends with("foobar", "r")', True),
    ('matches("foobar", "^fo*b")', True),
    ('matches("FOO", "foo", "i")', True),
    ('matches("a\\nb", "a.b")', False),
    ('matches("a\\nb", "a.b", "s")', True),
    ('matches("hello", "hel lo", "x")', True),
    ('matches("a.c", "a.c", "q")', True),
    ('matches("abc", "a.c", "q")', False),
    ('matches("a", "(")', None),
    ('matches("a", "a", "z")', None),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
    ('replace("2024-01", "(\\d+)-(\\d+)", "$2/$1")', "01/2024"),
    ('replace("a1b2", "\\d", "\\\\$")', "a$b$"),
    ('replace("aXa", "x", "-", "i")', "a-a"),
    ('split("John Doe", "\\s")', ["John", "Doe"]),
    ('split("a;b;;c", ";")', ["a", "b", "", "c"]),
    ('string join(["a", null, "c"], ", ")', "a, c"),
    ('string join(["a", "b"])', "ab"),
    ('string join(["a", 1])', None),
]
LISTS = [
    ("list contains([1, null], null)", True),
    ("count([1, null])", 2),
    ("count([])", 0),
    ("min([3, 1])", 1),
    ("max(3, 1, 7)", 7),
    ('max("a", "b")', "b"),
    ("min([])", None),
    ('min([1, "a"])', None),
    ("sum([1, 2.5])", Decimal("3.5")),
    ("sum([])", None),
    ("sum([1, null])", None),
    ("sum(5)", 5),
    ('string(sum([@"P1D", @"PT12H"]))', "P1DT12H"),
    ("mean(1, 2, 6)", 3),
    ("all([true, null])", None),
    ("all([false, null])", False),
    ("any([true, null])", True),
    ("all([])", True),
    ("sublist([4, 5, 6], 1, 2)", [4, 5]),
    ("sublist([4, 5, 6], -2)", [5, 6]),
    ("append([1], 2, 3)", [1, 2, 3]),
    ("concatenate([1], [2, 3])", [1, 2, 3]),
    ("insert before([1, 3], 2, 2)", [1, 2, 3]),
    ("remove([1, 2, 3], -1)", [1, 2]),
    ("list replace([1, 2, 3], 2, 9)", [1, 9, 3]),
    ("list replace([1, 2, 3], function(old, new) old < new, 3)", [3, 3, 3]),
    ("reverse([1, 2])", [2, 1]),
    ("index of([1, 2, 1], 1)", [1, 3]),
    ("union([1, 2], [2, 3])", [1, 2, 3]),
    ("distinct values([1, 1.0, null, [1], [1]])", [1, None, [1]]),
    ("flatten([1, [2, [3]]])", [1, 2, 3]),
    ("product([2, 3, 4])", 24),
    ("median([4, 1, 2, 3])", Decimal("2.5")),
    ("median([])", None),
    ("decimal(stddev([2, 4, 7, 5]), 6)", Decimal("2.081666")),
    ("stddev([1])", None),
    ("mode([6, 1, 9, 6, 1])", [1, 6]),
    ("mode([])", []),
    ("sort([3, 1, 2])", [1, 2, 3]),
    ('sort(["b", 1])', None),
]
NUMBERS = [
    ("decimal(1.115, 2)", Decimal("1.12")),
    ("decimal(2.5, 0)", 2),
    ("floor(-1.5)", -2),
    ("floor(1.56, 1)", Decimal("1.5")),
    ("ceiling(-1.5)", -1),
    ("ceiling(n: 1.51, scale: 1)", Decimal("1.6")),
    ("round up(-5.5, 0)", -6),
    ("round down(5.5, 0)", 5),
    ("round half up(5.5, 0)", 6),
    ("round half up(-1.126, 2)", Decimal("-1.13")),
    ("round half down(5.5, 0)", 5),
    ("round half up(1234, -2)", 1200),
    ("decimal(1, 7000)", None),
    ("abs(-10)", 10),
    ('string(abs(@"-P1D"))', "P1D"),
    ("modulo(12, 5)", 2),
    ("modulo(-12, 5)", 3),
    ("modulo(12, -5)", -3),
    ("modulo(10.1, 4.5)", Decimal("1.1")),
    ("modulo(1, 0)", None),
    ("sqrt(16)", 4),
    ("sqrt(-1)", None),
    ("decimal(log(10), 4)", Decimal("2.3026")),
    ("log(0)", None),
    ("decimal(exp(1), 4)", Decimal("2.7183")),
    ("odd(-3)", True),
    ("even(2)", True),
    ("even(2.5)", None),
]
CONVERSIONS = [
    ('number("1,000.5", ",", ".")', Decimal("1000.5")),
    ('number("1.000,5", ".", ",")', Decimal("1000.5")),
    ('number("1 000", " ", null)', 1000),
    ('number("1,0", ",", ",")', None),
    ('number("abc")', None),
    ('number("-1.5e2")', -150),
    ("string(1.10)", "1.10"),
    ("string(true)", "true"),
    ("string(null)", None),
    ('string([1, "a", {b: null}])', '[1, "a", {b: null}]'),
    ("string([1..3))", "[1..3)"),
    ('range("[18..21)").end', 21),
    ('range("[a..b]")', None),
    ('range("[@\\"2024-01-01\\"..@\\"2024-12-31\\"]") instance of range<date>', True),
    ("not(null)", None),
]
CONTEXTS = [
    ('get value({a: 1}, "a")', 1),
    ('get value({a: 1}, "b")', None),
    ('get value({a: {b: 2}}, ["a", "b"])', 2),
    ("get entries({a: 1})", [{"key": "a", "value": 1}]),
    ('context([{key: "a", value: 1}])', {"a": 1}),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', None),
    ('context put({a: 1}, "b", 2)', {"a": 1, "b": 2}),
    ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
    ("context merge([{a: 1}, {a: 2, b: 3}])", {"a": 2, "b": 3}),
]
RANGES = [
    ("before(1, 10)", True),
    ("before(1, (1..10])", True),
    ("before([1..10], 10)", False),
    ("before([1..10), [10..20])", True),
    ("after([5..10], 1)", True),
    ("meets([1..5], [5..10])", True),
    ("meets([1..5), [5..10])", False),
    ("met by([5..10], [1..5])", True),
    ("overlaps([1..5], [3..8])", True),
    ("overlaps([1..5), [5..8])", False),
    ("overlaps before([1..5], [3..8])", True),
    ("overlaps after([3..8], [1..5])", True),
    ("finishes(10, [1..10])", True),
    ("finishes([5..10), [1..10])", False),
    ("finished by([1..10], 10)", True),
    ("includes([1..10], 5)", True),
    ("includes([1..10], [1..10))", True),
    ("includes([1..10), 10)", False),
    ("during(5, [1..10])", True),
    ("starts(1, [1..10])", True),
    ("started by([1..10], [1..5])", True),
    ("coincides(5, 5)", True),
    ("coincides([1..5], [1..5))", False),
    ('before(1, "a")', None),
]


@pytest.mark.parametrize(
    ("source", "expected"), STRINGS + LISTS + NUMBERS + CONVERSIONS + CONTEXTS + RANGES
)
def test_gives(source: str, expected: object) -> None:
    value = compile_expression(source).evaluate({})
    assert value == expected
    if isinstance(expected, Decimal):
        assert isinstance(value, Decimal)
        assert value.as_tuple() == expected.as_tuple()


#: DMN 1.5, 10.3.4: all of them.
SPECIFIED = """
date, date and time, time, number, string, duration, years and months duration, range, not,
substring, string length, upper case, lower case, substring before, substring after, replace,
contains, starts with, ends with, matches, split, string join, list contains, list replace,
count, min, max, sum, mean, all, any, sublist, append, concatenate, insert before, remove,
reverse, index of, union, distinct values, flatten, product, median, stddev, mode, decimal,
floor, ceiling, round up, round down, round half up, round half down, abs, modulo, sqrt, log,
exp, odd, even, is, before, after, meets, met by, overlaps, overlaps before, overlaps after,
finishes, finished by, includes, during, starts, started by, coincides, day of year,
day of week, month of year, week of year, sort, get value, get entries, context, context put,
context merge, now, today
"""


def test_every_function_of_the_specification_is_there() -> None:
    assert {name.strip() for name in SPECIFIED.replace("\n", " ").split(",")} == set(BUILTINS)


@pytest.mark.parametrize("name", sorted(set(BUILTINS) - {"now", "today", "append"}))
def test_a_null_argument_gives_null_or_an_answer_and_never_an_error(name: str) -> None:
    for count in (1, 2, 3):
        source = f"{name}({', '.join(['null'] * count)})"
        compile_expression(source).evaluate_strict({}, Budget())
