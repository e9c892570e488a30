"""A random table under each hit policy equals an oracle written from the standard's words."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.dmn import evaluate, parse_decisions
from tests.dmn.models import decision, definitions, table

#: A cell as text, and what it means for a whole number.
Cell = tuple[str, Callable[[int], bool]]
CELLS: list[Cell] = [
    ("-", lambda n: True),
    ("< 3", lambda n: n < 3),
    ("<= 3", lambda n: n <= 3),
    ("> 5", lambda n: n > 5),
    ("[2..6)", lambda n: 2 <= n < 6),
    ("(2..6]", lambda n: 2 < n <= 6),
    ("]2..6[", lambda n: 2 < n < 6),
    ("1, 4, 7", lambda n: n in (1, 4, 7)),
    ("not(4, [6..8])", lambda n: not (n == 4 or 6 <= n <= 8)),
    ("odd(?)", lambda n: n % 2 == 1),
]
_PRIORITY = [3, 1, 4, 2, 5]
ROWS = st.lists(
    st.tuples(st.sampled_from(CELLS), st.sampled_from(CELLS), st.sampled_from(_PRIORITY)),
    max_size=8,
)
POINTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5)


def oracle(policy: str, hits: list[int], default: int | None) -> object:
    """What the standard says that these results of matching rules give."""
    if not hits and default is not None:
        return default
    by_priority = sorted(hits, key=_PRIORITY.index)
    unanimous = len(set(hits)) == 1
    meanings: dict[str, object] = {
        "UNIQUE": hits[0] if len(hits) == 1 else None,
        "ANY": hits[0] if unanimous else None,
        "PRIORITY": by_priority[0] if hits else None,
        "FIRST": hits[0] if hits else None,
        "RULE ORDER": hits,
        "OUTPUT ORDER": by_priority,
        "COLLECT": hits,
        "COLLECT/SUM": sum(hits) if hits else None,
        "COLLECT/MIN": min(hits, default=None),
        "COLLECT/MAX": max(hits, default=None),
        "COLLECT/COUNT": len(hits),
    }
    return meanings[policy]


@pytest.mark.parametrize(
    "policy",
    ["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
    + [f"COLLECT/{aggregation}" for aggregation in ("SUM", "MIN", "MAX", "COUNT")],
)
@settings(max_examples=25, deadline=None)
@given(rows=ROWS, default=st.none() | st.just(9), points=POINTS)
def test_a_table_is_what_the_standard_says(
    policy: str,
    rows: list[tuple[Cell, Cell, int]],
    default: int | None,
    points: list[tuple[int, int]],
) -> None:
    written = [f"{first[0]} | {second[0]} | {result}" for first, second, result in rows]
    logic = table(
        policy,
        "a | b",
        *written,
        values={"": ", ".join(map(str, _PRIORITY))},
        defaults=None if default is None else {"": str(default)},
    )
    model = parse_decisions(definitions(decision("d", logic)))
    for a, b in points:
        hits = [result for first, second, result in rows if first[1](a) and second[1](b)]
        assert evaluate(model, "d", {"a": a, "b": b}).value == oracle(policy, hits, default)


@settings(max_examples=50, deadline=None)
@given(values=st.lists(st.integers(-5, 5), min_size=1, max_size=6), rounds=st.integers(0, 3))
def test_a_model_is_evaluated_the_same_however_often(values: list[int], rounds: int) -> None:
    logic = table("COLLECT/SUM", "n", "> 0 | n", "< 0 | 0 - n")
    model = parse_decisions(definitions(decision("d", logic)))
    expected = [evaluate(model, "d", {"n": n}).value for n in values]
    for _ in range(rounds):
        assert [evaluate(model, "d", {"n": n}).value for n in values] == expected
    assert expected == [Decimal(abs(n)) if n else None for n in values]
