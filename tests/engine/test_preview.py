"""The path ahead: what it shows, what it leaves open, and that it tells the truth."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.engine import (
    Ahead,
    EndAhead,
    Preview,
    Process,
    StepAhead,
    WaysAhead,
    preview,
    preview_start,
)
from tests.engine.playing import Game, process_of
from tests.engine.test_random_diagrams import BLOCKS, BUDGET, Drawing
from tests.engine.token_game import Block

CHAIN = """
    start s
    xor m
    step a
    step b
    xor g default=g-to-c
    step c
    end e
    s > m > a > b > g
    g > m : b.outcome = "return_to_unit"
    g > c > e
"""
PARALLEL = """
    start s
    step a
    and f
    step b1
    step b2
    step c
    and j
    step d
    end e
    s > a > f
    f > b1 > b2 > j
    f > c > j
    j > d > e
"""


def drawn(path: Sequence[Ahead]) -> list[Any]:
    """`["a", ("all", ["b"], ["c"]), "d", "(e)"]`; a way that may not be taken ends with `?`."""
    found: list[Any] = []
    for each in path:
        match each:
            case StepAhead():
                found.append(each.step_id + ("*" if each.task_id else ""))
            case EndAhead():
                found.append(f"({each.element_id})")
            case WaysAhead():
                ways = [drawn(way.path) + ([] if way.is_sure else ["?"]) for way in each.ways]
                found.append((each.kind, *ways))
    return found


def ahead(game: Game) -> list[Any]:
    return drawn(preview(game.process, game.step.state).path)


def from_start(process: Process, **variables: object) -> list[Any]:
    return drawn(preview_start(process, variables).path)


def test_the_path_leads_to_the_end_and_never_back() -> None:
    process = process_of(CHAIN)

    assert from_start(process) == ["a", "b", "c", "(e)"]
    assert ahead(Game(process=process).do("a")) == ["b*", "c", "(e)"]


def test_a_return_of_an_earlier_round_is_not_repeated() -> None:
    game = Game(CHAIN).do("a").do("b", "return_to_unit")

    assert ahead(game) == ["a*", "b", "c", "(e)"]


def test_branches_stand_side_by_side_up_to_where_they_meet() -> None:
    game = Game(PARALLEL)

    assert ahead(game) == ["a*", ("all", ["b1", "b2"], ["c"]), "d", "(e)"]
    assert ahead(game.do("a")) == [("all", ["b1*", "b2"], ["c*"]), "d", "(e)"]
    assert ahead(game.do("b1")) == [("all", ["b2*"], ["c*"]), "d", "(e)"]
    # The branch that has arrived at the join has nothing more to show.
    assert ahead(game.do("c")) == ["b2*", "d", "(e)"]


def test_inner_branches_meet_before_the_outer_ones() -> None:
    game = Game("""
        start s
        and f
        and g
        step a
        step b
        and k
        step c
        step d
        and j
        end e
        s > f > g
        g > a > k
        g > b > k
        k > c > j
        f > d > j
        j > e
    """)

    assert ahead(game) == [("all", [("all", ["a*"], ["b*"]), "c"], ["d*"]), "(e)"]
    assert ahead(game.do("a")) == [("all", ["b*", "c"], ["d*"]), "(e)"]
    assert ahead(game.do("d")) == ["b*", "c", "(e)"]


GATE = """
    start s
    step a
    xor g default=g-to-m
    step leader
    xor m
    step b
    end e
    s > a > g
    g > leader # large : {condition}
    g > m
    leader > m > b > e
"""


def test_a_condition_is_decided_by_the_variables_at_hand() -> None:
    process = process_of(GATE.format(condition="amount > 500"))

    assert from_start(process, amount=600) == ["a", "leader", "b", "(e)"]
    assert from_start(process, amount=100) == ["a", "b", "(e)"]


def test_a_condition_that_cannot_be_decided_shows_both_ways() -> None:
    process = process_of(GATE.format(condition="amount > 500"))

    path = preview_start(process, {}).path

    assert drawn(path) == ["a", ("one", ["leader", "?"], ["?"]), "b", "(e)"]
    assert isinstance(path[1], WaysAhead)
    assert path[1].ways[0].name.zh == "large"


def test_what_a_service_on_the_way_will_say_is_left_open() -> None:
    process = process_of("""
        start s
        step a
        service check
        xor g default=g-to-c
        step b
        step c
        end e
        s > a > check > g
        g > b : check.found
        g > c
        b > e
        c > e
    """)

    assert from_start(process) == ["a", ("one", ["b", "?"], ["c", "?"]), "(e)"]
    # What it said in an earlier round does not decide the next one.
    assert from_start(process, check={"found": True}) == from_start(process)


def test_a_script_on_the_way_is_worked_out() -> None:
    process = process_of("""
        start s
        script sum resultVariable=total script="amount + 1"
        xor g default=g-to-b
        step a
        step b
        end e
        s > sum > g
        g > a : total > 10
        g > b
        a > e
        b > e
    """)

    assert from_start(process, amount=10) == ["a", "(e)"]
    assert from_start(process, amount=9) == ["b", "(e)"]


def test_an_inclusive_gateway_shows_the_ways_that_are_sure_and_those_that_may_be() -> None:
    process = process_of("""
        start s
        service check
        or f default=f-to-a
        step a
        step b
        step c
        or j
        end e
        s > check > f
        f > a
        f > b : big
        f > c : check.odd
        a > j
        b > j
        c > j
        j > e
    """)

    assert from_start(process, big=True) == [("some", ["b"], ["c", "?"]), "(e)"]


def test_the_steps_of_a_called_process_stand_inside_the_path() -> None:
    caller = """
        start s
        step a
        call inner key=P1
        step d
        end e
        s > a > inner > d > e
    """
    called = """
        start s
        xor g default=g-to-y
        step x
        step y
        end e
        s > g
        g > x : big
        g > y
        x > e
        y > e
    """
    game = Game(caller, called, big=True)

    assert ahead(game) == ["a*", "x", "d", "(e)"]
    assert ahead(game.do("a")) == ["x*", "d", "(e)"]
    assert from_start(game.process, big=False) == ["a", "y", "d", "(e)"]


def test_a_waiting_reminder_is_no_part_of_the_path() -> None:
    game = Game("""
        start s
        step a
        beside late on=a timeDuration=P1D
        service remind
        end r
        end e
        s > a > e
        late > remind > r
    """)

    assert ahead(game) == ["a*", "(e)"]


def test_of_the_events_behind_a_gateway_nobody_knows_which_will_happen() -> None:
    game = Game("""
        start s
        step a
        choose g
        catch m message=a
        timer t timeDuration=P1D
        xor k default=k-to-b
        step b
        step c
        step d
        xor j
        end e
        s > a > g
        g > m > k
        k > d : m.more
        k > b > j
        d > j
        g > t > c > j
        j > e
    """)
    race = ("one", [("one", ["d", "?"], ["b", "?"]), "?"], ["c", "?"])
    assert ahead(game) == ["a*", race, "(e)"]
    assert ahead(game.do("a")) == [race, "(e)"]
    assert ahead(game.message("m", more=True)) == ["d*", "(e)"]


def test_what_a_message_on_the_way_will_bring_is_left_open() -> None:
    game = Game("""
        start s
        xor n
        catch m message=a
        xor g default=g-to-c
        step b
        step c
        xor h default=h-to-e
        end e
        s > n > m > g
        g > b : m.more
        g > c > h
        b > h
        h > n : c.outcome = "again"
        h > e
    """)
    expected = [("one", ["b", "?"], ["c", "?"]), "(e)"]
    assert ahead(game) == expected
    # What it brought in an earlier round does not decide this one.
    assert ahead(game.message("m", more=False).do("c", "again")) == expected


def test_event_sub_processes_are_ahead_only_where_they_run() -> None:
    game = Game("""
        start s
        step a
        end e
        s > a > e
        handler h
        start hs message=a isInterrupting=false
        step help
        end he
        hs > help > he
        }
        handler k
        start ks message=b
        step rescue
        end ke
        ks > rescue > ke
        }
    """)
    assert ahead(game) == ["a*", "(e)"]
    assert ahead(game.message("hs")) == [("all", ["a*", "(e)"], ["help*"])]
    assert ahead(game.message("ks")) == ["rescue*", "(ke)"]


def test_the_instances_of_a_known_list_stand_side_by_side() -> None:
    game = Game("start s\nstep z\nstep a each=people:who\nstep b\nend e\ns > z > a > b > e",
                people=["li", "wang"])  # fmt: skip
    assert ahead(game) == ["z*", ("all", ["a"], ["a"]), "b", "(e)"]
    each = preview(game.process, game.step.state).path[1]
    assert isinstance(each, WaysAhead)
    steps = [way.path[0] for way in each.ways]
    assert [step.variables["who"] for step in steps if isinstance(step, StepAhead)] == [
        "li", "wang",
    ]  # fmt: skip
    game.do("z")
    assert ahead(game) == [("all", ["a*"], ["a*"]), "b", "(e)"]
    assert ahead(game.do("a")) == ["a*", "b", "(e)"]


def test_instances_that_come_one_by_one_stand_one_behind_the_other() -> None:
    text = "start s\nstep z\nstep a each=people:who turns=true {0}\nend e\ns > z > a > e"
    game = Game(text.format(""), people=["li", "wang", "zhou"])
    assert ahead(game) == ["z*", "a", "a", "a", "(e)"]
    assert ahead(game.do("z").do("a")) == ["a*", "a", "(e)"]
    enough = text.format('enough="nrOfCompletedInstances >= 2"')
    assert ahead(Game(enough, people=["li", "wang", "zhou"])) == ["z*", "a", "a", "(e)"]


def test_an_empty_list_has_no_path_and_an_unknown_one_is_shown_once() -> None:
    text = "start s\nstep z\nstep a each=people:who\nend e\ns > z > a > e"
    assert ahead(Game(text, people=[])) == ["z*", "(e)"]
    assert ahead(Game(text)) == ["z*", "a", "(e)"]


def test_a_standard_loop_is_shown_once_and_left_open_where_it_asks_first() -> None:
    text = "start s\nstep z\nstep a {0}\nend e\ns > z > a > e"
    assert ahead(Game(text.format("most=3"))) == ["z*", "a", "(e)"]
    assert ahead(Game(text.format("while=false first=true"))) == ["z*", "(e)"]
    asked = ahead(Game(text.format("while=z.more first=true")))
    assert asked == ["z*", ("some", ["a", "?"]), "(e)"]


def test_a_very_long_path_is_cut_and_says_so() -> None:
    steps = [f"t{number}" for number in range(250)]
    lines = ["start s", *(f"step {each}" for each in steps), "end e"]
    process = process_of("\n".join([*lines, " > ".join(["s", *steps, "e"])]))

    found: Preview = preview_start(process, {})

    assert not found.is_whole
    assert len(found.path) == 200


def _all_steps(path: Sequence[Ahead]) -> set[str]:
    found = {each.step_id for each in path if isinstance(each, StepAhead)}
    for each in path:
        if isinstance(each, WaysAhead):
            found |= {step for way in each.ways for step in _all_steps(way.path)}
    return found


def _sure_steps(path: Sequence[Ahead]) -> set[str]:
    found = {each.step_id for each in path if isinstance(each, StepAhead)}
    for each in path:
        if isinstance(each, WaysAhead):
            ways = [way for way in each.ways if way.is_sure]
            found |= {step for way in ways for step in _sure_steps(way.path)}
    return found


def _agreeing(block: Block, step: str) -> dict[str, Any]:
    """Every way of an inclusive gateway; elsewhere what simply agreeing gives."""
    if block[0] in {"xor", "or"} and block[1] == step:
        return {f"go{n}": True for n in range(len(block[2]))} if block[0] == "or" else {}
    for each in block[1:]:
        inner = each if isinstance(each, list) else [each] if isinstance(each, tuple) else []
        for one in inner:
            if found := _agreeing(one, step):
                return found
    return {}


@given(block=BLOCKS, pick=st.data())
@BUDGET
def test_who_only_agrees_meets_exactly_the_steps_of_the_path(
    block: Block, pick: st.DataObject
) -> None:
    """At any point: every step that opens was foreseen, and every step foreseen for sure opens."""
    game = Game(process=Drawing(block).process())
    for _ in range(pick.draw(st.integers(min_value=0, max_value=6))):
        if game.open:
            _agree(game, block, pick.draw(st.sampled_from(game.open)))
    path = preview(game.process, game.step.state).path

    met: set[str] = set()
    while game.open:
        met.update(game.open)
        _agree(game, block, pick.draw(st.sampled_from(game.open)))

    assert _sure_steps(path) <= met <= _all_steps(path)


def _agree(game: Game, block: Block, step: str) -> None:
    outcomes = [
        each.code
        for definition in game.process.definitions.values()
        if step in definition.steps
        for each in game.process.step(definition.key, step).outcomes
    ]
    said = {"outcome": "agree"} if len(outcomes) > 1 else {}
    game.do(step, **said, **_agreeing(block, step))
