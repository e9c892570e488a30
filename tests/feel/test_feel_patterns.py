"""Patterns: what XPath allows runs in linear time, everything else is refused by a sentence."""

import re
import time

import pytest

from app.feel import FeelEvaluationError, compile_expression
from app.feel.patterns import compile_pattern


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        (r"(?=a)", "a group such as (a) or (?:a)"),
        (r"(?i)a", "a group such as (a) or (?:a)"),
        (r"(a)\\1", "a pattern without references to its groups"),
        (r"a**", "something to repeat before '*'"),
        (r"*a", "something to repeat before '*'"),
        (r"^*", "something to repeat before '*'"),
        (r"(a", "a ')' for each '('"),
        (r"a)", "a '(' for each ')'"),
        (r"a{,2}", "for the sign '{'"),
        (r"a]", "for the sign ']'"),
        (r"[]", "a class with a character"),
        (r"[z-a]", "a range such as a-z in a class"),
        (r"[a", "a pattern that is complete"),
        (r"\\b", "an escape of XPath"),
        (r"\\p{IsNowhere}", "a block of Unicode, not 'Nowhere'"),
        (r"\\p{Xx}", "a category of Unicode, not 'Xx'"),
        (r"\\p", "a property such as"),
        (r"(a{1000}){1000}", "a pattern that linear time can match"),
    ],
)
def test_refused_patterns(pattern: str, wanted: str) -> None:
    source = f'matches("a", "{pattern}")'
    assert compile_expression(source).evaluate({}) is None
    with pytest.raises(FeelEvaluationError, match=re.escape(wanted)):
        compile_expression(source).evaluate_strict({})


@pytest.mark.parametrize(
    ("pattern", "inside", "outside"),
    [
        (r"\d", "7٣", "a"),
        (r"\D", "a", "7"),
        (r"\w", "a预7", "-。 "),
        (r"\W", "-。 ", "a预7"),
        (r"\s", " \t", "\u3000a"),
        (r"\i", "a_:预", "1-"),
        (r"\c", "a1-.", " "),
        (r"\p{Lu}", "AÄ", "a"),
        (r"\P{L}", "1", "a"),
        (r"\p{IsHiragana}", "あ", "ア"),
        (r"[a-z-[aeiou]]", "bz", "ae1"),
        (r"[^a-z-[0-9]]", "-", "a5"),
        (r"[\p{L}-[\p{Lu}-[A-C]]]", "aB", "DZ"),
        (r"[a\-z]", "a-z", "b"),
        (r"[^^]", "a", "^"),
        (".", "预", "\n\r"),
    ],
)
def test_classes_of_characters(pattern: str, inside: str, outside: str) -> None:
    compiled = compile_pattern(pattern, "")
    assert [sign for sign in inside if not compiled.fullmatch(sign)] == []
    assert [sign for sign in outside if compiled.fullmatch(sign)] == []


def test_what_explodes_elsewhere_takes_linear_time() -> None:
    started = time.process_time()
    for pattern in (r"(a+)+$", r"(a|a)*b", r"(.*)*x", r"(\w+\s?)+!"):
        compile_pattern(pattern, "").search("a" * 50_000)
    assert time.process_time() - started < 2
