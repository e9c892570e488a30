"""What holds for every expression."""

from contextlib import suppress
from decimal import ROUND_HALF_EVEN, Context, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.feel import (
    Budget,
    FeelError,
    compile_expression,
    compile_unary_tests,
)

PIECES = (
    "for if then else in return some every satisfies function instance of not and or between "
    "null true false a b count sum date number list context 金额 ＞ ? : @ "
    '1 2.5 .5 1e3 "s" @"P1D" ( ) [ ] { } , . .. + - * / ** < > <= >= = != -> // /* */ " \\ \n'
)
WORDS = st.sampled_from(PIECES.split(" "))
SMALL = Budget(max_steps=2_000, max_string_length=500, max_list_length=500)
NUMBERS = st.decimals(
    min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6
)
FEEL = Context(prec=34, rounding=ROUND_HALF_EVEN)


@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=25).map(" ".join)))
@example("a" * 100)
@example("]1..[")
@example("x[")
def test_any_text_is_an_expression_or_a_feel_error(source: str) -> None:
    for compile_ in (compile_expression, compile_unary_tests):
        try:
            compiled = compile_(source)
        except FeelError:
            continue
        assert compiled.source == source


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_any_expression_has_a_value_or_a_feel_error(source: str) -> None:
    try:
        expression = compile_expression(source)
    except FeelError:
        return
    for evaluate in (expression.evaluate, expression.evaluate_strict):
        with suppress(FeelError):
            evaluate({"a": 3, "b": [1, {"a": None}], "金额": "x"}, SMALL)


@given(NUMBERS, NUMBERS)
@pytest.mark.parametrize("operator", ["+", "-", "*", "/"])
def test_arithmetic_is_decimal128(operator: str, left: Decimal, right: Decimal) -> None:
    calculate = {
        "+": FEEL.add,
        "-": FEEL.subtract,
        "*": FEEL.multiply,
        "/": lambda a, b: FEEL.divide(a, b) if b else None,
    }[operator]
    value = compile_expression(f"a {operator} b").evaluate({"a": left, "b": right})
    assert value == calculate(left, right)


@given(NUMBERS)
def test_numbers_go_through_text_and_back(number: Decimal) -> None:
    literal = f"{number:f}"
    assert compile_expression(literal).evaluate({}) == number
    assert compile_expression("number(string(n))").evaluate({"n": number}) == number


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_strings_go_through_a_literal_and_back(text: str) -> None:
    escaped = "".join(f"\\U{ord(character):06X}" for character in text)
    assert compile_expression(f'"{escaped}"').evaluate({}) == text


@given(st.integers(-200, 200), st.integers(-200, 200), st.booleans(), st.booleans())
def test_a_range_holds_what_lies_between_its_ends(
    start: int, end: int, left: bool, right: bool
) -> None:
    source = f"x in {'[' if left else '('}{start}..{end}{']' if right else ')'}"
    for x in (start, end, (start + end) // 2, start - 1, end + 1):
        above = x >= start if left else x > start
        below = x <= end if right else x < end
        assert compile_expression(source).evaluate({"x": x}) is (above and below)


@given(st.lists(st.integers(-9, 9), max_size=12))
def test_sort_sorts_and_distinct_values_keeps_the_first(items: list[int]) -> None:
    assert compile_expression("sort(x)").evaluate({"x": items}) == sorted(items)
    descending = compile_expression("sort(x, function(a, b) a > b)").evaluate({"x": items})
    assert descending == sorted(items, reverse=True)
    assert compile_expression("distinct values(x)").evaluate({"x": items}) == list(
        dict.fromkeys(items)
    )


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-99, 99), st.text("ab ", max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text("xy", min_size=1), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(JSON, JSON)
def test_equality_knows_itself_and_is_symmetric(left: object, right: object) -> None:
    equal = compile_expression("a = b")
    assert equal.evaluate({"a": left, "b": left}) is True
    assert equal.evaluate({"a": left, "b": right}) is equal.evaluate({"a": right, "b": left})


@given(JSON)
def test_a_variable_comes_out_as_it_went_in(value: object) -> None:
    assert compile_expression("a").evaluate_strict({"a": value}) == value
