"""Unary tests, as the cells of a decision table hold them."""

import pytest

from app.feel import FeelEvaluationError, FeelSyntaxError, compile_unary_tests

CASES = [
    ("-", 5, True),
    ("-", None, True),
    ("5", 5, True),
    ("5", 4, False),
    ("< 5", 4, True),
    ("< 5", 5, False),
    ("!= 5", 4, True),
    ("= 5", 5, True),
    ("[1..5]", 5, True),
    ("[1..5[", 5, False),
    ("(1..5), > 7", 8, True),
    ('"a", "b"', "b", True),
    ('"a", "b"', "c", False),
    ('not("a", "b")', "c", True),
    ('not("a", "b")', "a", False),
    ("not(< 5)", 4, False),
    ("not(true) or ? > 3", 4, True),
    ("null", None, True),
    ("5", None, False),
    ("< 5", None, None),
    ("limit", 10, True),
    ("< limit", 9, True),
    ("> limit * 2", 21, True),
    ("? > limit", 11, True),
    ("? > limit", 9, False),
    ("allowed", "b", True),
    ("limit > 5", 1, True),
    ("limit > 50", 1, False),
    ("true", True, True),
    ("false", False, True),
    ("limit > 50", False, True),
    ('contains(?, "x")', "axb", True),
    ('starts with(?, "a"), "b"', "b", True),
    ('date("2024-01-01")', "2024-01-01", False),
    ('@"P1D"', None, False),
    ("every i in [1, 2] satisfies i < ?", 3, True),
]


@pytest.mark.parametrize(("source", "value", "expected"), CASES)
def test_gives(source: str, value: object, expected: bool | None) -> None:
    tests = compile_unary_tests(source)
    assert tests.evaluate(value, {"limit": 10, "allowed": ["a", "b"]}) is expected


def test_reads_leave_out_the_value_under_test() -> None:
    tests = compile_unary_tests("? > limit, < 上限")
    assert tests.reads == {"limit", "上限"}
    assert tests.source == "? > limit, < 上限"


def test_strict_tests_name_the_culprit() -> None:
    with pytest.raises(FeelEvaluationError, match=r"named 'limt'.*did you mean 'limit'"):
        compile_unary_tests("< limt").evaluate_strict(1, {"limit": 2})
    with pytest.raises(FeelEvaluationError, match=r"a string .x. and a number .5."):
        compile_unary_tests("< 5").evaluate_strict("x", {})


@pytest.mark.parametrize("source", ["", ",", "1,", "not(", "- 1, -", "1 2"])
def test_what_is_no_test_is_refused(source: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(source)
