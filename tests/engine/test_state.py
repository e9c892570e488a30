"""The stored state: small, typed, versioned, the same size after any number of rounds."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import (
    EngineError,
    complete,
    deliver,
    fire,
    link,
    open_tasks,
    parse,
    start,
    waiting_events,
)
from app.engine.codec import VERSION
from app.engine.values import UnstorableError, pack, unpack
from app.feel import YearsMonthsDuration
from tests.engine.playing import NOW, Game, process_of

LOOP = """
    start s
    xor m
    step a
    and f
    step b
    step c
    and j
    step d
    xor g default=g-to-e
    end e
    s > m > a > f
    f > b > j
    f > c > j
    j > d > g
    g > m : d.outcome = "return_to_unit"
    g > e
"""
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(), st.dates(), st.times(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.datetimes(timezones=st.none() | st.just(UTC)), st.timedeltas(),
    st.integers(-999, 999).map(YearsMonthsDuration),
)  # fmt: skip
KEYS = st.text(max_size=4) | st.sampled_from(["~n", "~d", "~~n", "~"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_values_survive_with_their_types(value: object) -> None:
    again = unpack(orjson.loads(orjson.dumps(pack(value))))
    assert again == value
    assert type(again) is type(value)


def test_typed_values_survive_between_steps() -> None:
    facts: Mapping[str, Any] = {
        "amount": Decimal("1234567.80"), "day": date(2022, 10, 10), "hour": time(9),
        "at": datetime(2022, 10, 10, 9, tzinfo=UTC), "long": timedelta(days=2),
        "~n": "no number", "big": 2**70,
    }  # fmt: skip
    game = Game("start s\nstep a\nstep b\nend e\ns > a > b > e", facts=facts)
    game.do("a")
    (task,) = open_tasks(game.process, game.step.state)
    assert task.variables["facts"] == facts
    assert str(game.variable("facts")) == str(dict(facts))


@pytest.mark.parametrize("value", [object(), float("nan"), {1: 2}, {1, 2}, b"x", {"a": [set()]}])
def test_a_value_that_would_not_come_back_is_refused(value: object) -> None:
    with pytest.raises(UnstorableError):
        pack(value)
    with pytest.raises(EngineError) as caught:
        Game("start s\nstep a\nend e\ns > a > e", x=value)
    assert caught.value.kind == "value"


def test_the_state_does_not_grow_with_the_rounds() -> None:
    game = Game(LOOP)
    sizes = []
    for _ in range(50):
        game.do("a").do("b").do("c").do("d", "return_to_unit")
        sizes.append(len(game.step.state))
    assert max(sizes) - min(sizes) < 20
    assert max(sizes) < 500


def test_calls_are_pure() -> None:
    process = process_of(LOOP)
    first = start(process, {"x": [1]}, NOW, {})
    task = first.opened[0].id
    one = complete(process, first.state, task, {}, NOW, {})
    two = complete(process, first.state, task, {}, NOW, {})
    assert [each.step_id for each in one.opened] == [each.step_id for each in two.opened]
    assert open_tasks(process, first.state)[0].id == task


def test_task_ids_stay_the_same_while_a_task_is_open() -> None:
    game = Game(LOOP).do("a")
    before = game.task("c")
    assert game.do("b").task("c") == before


def test_a_state_of_something_else_is_refused() -> None:
    game = Game(LOOP)
    other = process_of("start s\nstep a\nend e\ns > a > e")
    for state in (game.step.state, b"", b"[]", b"{}", b"\xff", b'{"v":99}'):
        with pytest.raises(EngineError) as caught:
            open_tasks(other, state)
        assert caught.value.kind == "state"


def test_a_state_with_a_token_off_the_diagram_is_refused() -> None:
    game = Game(LOOP)
    broken = game.step.state.replace(b'"a"', b'"z"')
    with pytest.raises(EngineError) as caught:
        open_tasks(game.process, broken)
    assert caught.value.kind == "state"


def test_a_branch_that_can_never_be_joined_is_an_error_not_a_silence() -> None:
    # Sound by its flows; only data that contradicts itself strands the inclusive branch.
    game = Game(
        """
        start s
        step a
        xor k default=k-to-n
        and f
        step b
        step n
        or j
        step d
        end e
        s > a > k
        k > f : big
        k > n
        f > b > j
        f > j
        n > j
        j > d > e
    """,
        big=True,
    ).do("a")
    assert game.do("b").open == ["d"]


STATES = Path(__file__).parent / "states"


def test_a_state_of_version_1_goes_on_as_if_nothing_had_changed() -> None:
    files = [STATES / "version-1.bpmn", STATES / "version-1.called.bpmn"]
    process = link([parse(file.read_bytes()) for file in files])
    step = fire(process, (STATES / "version-1.json").read_bytes(), NOW, {})
    assert orjson.loads(step.state)["v"] == VERSION
    assert [(each.element_id, each.due_at) for each in step.timers] == [
        ("nudge", NOW + timedelta(days=2)), ("late", NOW + timedelta(days=3)),
        ("w", NOW + timedelta(days=5)),
    ]  # fmt: skip
    assert step.variables["amount"] == Decimal("1.50")
    step = fire(process, step.state, NOW + timedelta(days=5), {})
    (task,) = open_tasks(process, step.state)
    assert (task.step_id, task.definition_key) == ("more", "q")
    step = complete(process, step.state, task.id, {}, NOW, {})
    assert step.ended is not None
    assert step.ended.element_id == "e"


def test_a_state_of_version_2_goes_on_as_if_nothing_had_changed() -> None:
    process = link([parse((STATES / "version-2.bpmn").read_bytes())])
    state = (STATES / "version-2.json").read_bytes()
    (task,) = open_tasks(process, state)
    (waiting,) = waiting_events(process, state)
    assert (task.step_id, waiting.element_id, waiting.correlation) == ("a", "c", "U1")
    step = complete(process, state, task.id, {}, NOW, {})
    assert orjson.loads(step.state)["v"] == VERSION
    # The condition had held before: it does not happen once more.
    assert "high" not in [each.element_id for each in step.passed]
    step = deliver(process, step.state, waiting.id, {"answer": "yes"}, NOW, {})
    assert step.ended is not None
    assert step.variables["c"] == {"answer": "yes"}


def test_counts_of_a_loop_that_the_diagram_does_not_have_are_refused() -> None:
    game = Game(LOOP)
    broken = game.step.state.replace(b'"s":[{', b'"s":[{"l":[3,3,0,0,[],[]],')
    with pytest.raises(EngineError) as caught:
        open_tasks(game.process, broken)
    assert caught.value.kind == "state"


def test_what_a_loop_counts_and_keeps_comes_back_with_its_types() -> None:
    items = [Decimal("1.50"), date(2022, 10, 10), {"~n": "no number"}]
    game = Game(
        "start s\nstep a each=items:it turns=true gives=all:it\nend e\ns > a > e", items=items
    )
    for item in items:
        assert game.tasks()[0].variables["it"] == item
        game.do("a")
    assert game.variable("all") == items
