"""The navigation at the left: which entry the present page lies below."""

import re

import pytest

from tests.web.desk import Desks


@pytest.mark.parametrize(
    ("username", "address", "entry"),
    [
        ("owner", "/definitions/P_GOAL/returns", "/definitions"),
        ("sec.agr.rev", "/inbox/batch?verb=approve", "/inbox"),
        ("mgr", "/conflicts", "/staff"),
    ],
)
def test_a_page_below_an_entry_marks_it(
    desks: Desks, username: str, address: str, entry: str
) -> None:
    page = desks.of(username).get(address)

    assert re.findall(r'<a href="([^"]+)" aria-current="page">', page.text)[:1] == [entry]
