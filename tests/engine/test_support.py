"""docs/bpmn-support.md says what is: every row is tried, and the page is written from the rows."""

import ast
from pathlib import Path

import pytest

from tests.engine.support import GROUPS, PAGE, Construct, page, refusal

ROWS = [
    pytest.param(each, id=f"{group}: {each.name}")
    for group, some in GROUPS.items()
    for each in some
]


@pytest.mark.parametrize("row", ROWS)
def test_a_construct_is_executed_or_refused_as_the_page_says(row: Construct) -> None:
    assert bool(refusal(row)) == (not row.shown_by), refusal(row)


@pytest.mark.parametrize("row", ROWS)
def test_the_test_that_shows_an_executed_construct_exists(row: Construct) -> None:
    if row.shown_by:
        file, _, name = row.shown_by.partition("::")
        tree = ast.parse((Path(__file__).parent / file).read_text())
        assert name in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text() == page(), "python -m tests.engine.support"
