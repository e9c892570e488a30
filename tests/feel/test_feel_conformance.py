"""FEEL by the facts of the public conformance kit: every line of `conformance.txt` holds."""

from pathlib import Path

import pytest

from app.feel import Budget, FeelError, Value, compile_expression
from app.feel.embedding import Run, equal

TABLE = Path(__file__).with_name("conformance.txt").read_text(encoding="utf-8")
CASES = [
    line.partition(" === ")[::2]
    for line in TABLE.splitlines()
    if line and not line.startswith("# ")
]


def value_of(source: str) -> Value:
    """The value; null for an expression that is none, as the kit wants it."""
    try:
        return compile_expression(source).evaluate({})
    except FeelError:
        return None


@pytest.mark.parametrize(("source", "expected"), CASES, ids=[source for source, _ in CASES])
def test_an_expression_gives_what_the_standard_says(source: str, expected: str) -> None:
    found, wanted = value_of(source), value_of(expected)
    if wanted is None:
        assert expected == "null"
        assert found is None
    else:
        assert equal(Run(Budget(), strict=False), found, wanted) is True
