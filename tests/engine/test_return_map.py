"""What a return would do, foretold and then done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.i18n import Bilingual
from app.engine import MoveError, ReturnEffect, ReturnTarget, open_tasks, return_effect
from tests.engine.playing import Game
from tests.engine.test_preview import _agree
from tests.engine.test_random_diagrams import BLOCKS, BUDGET, Drawing
from tests.engine.test_returns import CALLED, CALLER, SAME_LEVEL
from tests.engine.token_game import Block


def effect(game: Game, step: str, target: str) -> ReturnEffect:
    choice = next(each for each in game.choices(step) if each.step_id == target)
    return return_effect(game.process, game.step.state, game.task(step), choice)


def closing(game: Game, found: ReturnEffect) -> list[str]:
    """Step ids of the open tasks that would close, sorted."""
    tasks = open_tasks(game.process, game.step.state)
    return sorted(each.step_id for each in tasks if each.id in found.closes)


def ids(places: tuple[tuple[str, str], ...]) -> list[str]:
    return [step_id for _, step_id in places]


def test_a_return_within_a_branch_leaves_the_other_branch_alone() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1")

    found = effect(game, "b2", "b1")

    assert closing(game, found) == ["b2"]
    assert ids(found.again) == ["b1", "b2"]
    assert ids(found.kept) == ["a", "c"]


def test_a_return_leaves_what_an_event_began_beside_the_process_alone() -> None:
    game = Game("""
        start s
        step a
        step b
        end e
        s > a > b > e
        handler h
        start hs message=a isInterrupting=false
        step one
        step two
        end he
        hs > one > two > he
        }
    """)
    game.do("a").message("hs").do("one")

    found = effect(game, "b", "a")
    assert (closing(game, found), ids(found.again)) == (["b"], ["a", "b"])
    assert ids(found.kept) == ["one", "two"]

    inside = effect(game, "two", "one")
    assert (closing(game, inside), ids(inside.again)) == (["two"], ["one", "two"])


def test_a_return_before_the_fork_closes_every_branch_and_runs_it_again() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1")

    found = effect(game, "b2", "a")

    assert closing(game, found) == ["b2", "c"]
    assert sorted(ids(found.again)) == ["a", "b1", "b2", "c"]
    assert ids(found.kept) == []


def test_a_branch_that_has_arrived_at_the_join_runs_again_too() -> None:
    game = Game(SAME_LEVEL).do("a").do("c").do("b1")

    found = effect(game, "b2", "a")

    assert closing(game, found) == ["b2"]
    assert "c" in ids(found.again)
    assert ("p", "c") in found.asked_again


def test_from_behind_the_join_all_branches_run_again() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1").do("b2").do("c")

    found = effect(game, "d", "a")

    assert sorted(ids(found.again)) == ["a", "b1", "b2", "c", "d"]
    assert {step for _, step in found.asked_again} == {"a", "b1", "b2", "c", "d"}


def test_from_behind_the_join_the_fork_runs_all_its_branches_again_and_nothing_before_it() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1").do("b2").do("c")

    found = effect(game, "d", "f")

    assert closing(game, found) == ["d"]
    assert sorted(ids(found.again)) == ["b1", "b2", "c", "d"]
    assert {step for _, step in found.asked_again} == {"b1", "b2", "c", "d"}
    assert ids(found.kept) == ["a"]


def test_out_of_a_called_process_its_steps_run_again_as_far_as_here() -> None:
    game = Game(CALLER, CALLED).do("a").do("x").do("b")

    found = effect(game, "c", "a")

    assert closing(game, found) == ["c"]
    assert ids(found.again) == ["a", "x", "b", "c"]
    assert ids(effect(game, "c", "x").again) == ["x", "b", "c"]
    assert ids(effect(game, "c", "x").kept) == ["a"]


def test_from_behind_a_call_everything_inside_it_runs_again() -> None:
    game = Game(CALLER, CALLED).do("a").do("x").do("b").do("c").do("y")

    assert ids(effect(game, "d", "a").again) == ["a", "x", "b", "c", "y", "d"]


def test_a_drawn_return_closes_its_own_task_and_runs_a_call_again() -> None:
    caller = """
        start s
        step a
        xor m
        call inner key=P1
        step d
        xor g default=g-to-e
        end e
        s > a > m > inner > d > g
        g > m : d.outcome = "return_previous"
        g > e
    """
    game = Game(caller, CALLED).do("a").do("x").do("b").do("c").do("y")
    drawn = ReturnTarget("p", "inner", Bilingual("", ""), "return_previous")

    found = return_effect(game.process, game.step.state, game.task("d"), drawn)

    assert closing(game, found) == ["d"]
    assert ids(found.again) == ["x", "b", "c", "y", "d"]
    assert ids(found.kept) == ["a"]


def test_a_step_that_an_open_condition_decides_may_run_for_the_first_time() -> None:
    game = Game("""
        start s
        step a
        xor g default=g-to-m
        step leader
        xor m
        step b
        end e
        s > a > g
        g > leader : a.large
        g > m
        leader > m > b > e
    """).do("a", large=False)

    found = effect(game, "b", "a")

    assert sorted(ids(found.again)) == ["a", "b", "leader"]
    assert {step for _, step in found.asked_again} == {"a", "b"}


def test_what_lies_behind_is_neither_run_again_nor_kept() -> None:
    game = (
        Game("""
        start s
        xor m
        step a
        step b
        step c
        xor g default=g-to-e
        end e
        s > m > a > b > c > g
        g > m : c.outcome = "return_to_unit"
        g > e
    """)
        .do("a")
        .do("b")
        .do("c", "return_to_unit")
        .do("a")
    )

    found = effect(game, "b", "a")

    assert ids(found.again) == ["a", "b"]
    assert found.kept == ()


def test_a_target_that_is_none_is_refused() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1").do("b2").do("c")
    crafted = ReturnTarget("p", "b1", Bilingual("", ""), None)

    with pytest.raises(MoveError, match="b1"):
        return_effect(game.process, game.step.state, game.task("d"), crafted)
    elsewhere = ReturnTarget("p", "nowhere", Bilingual("", ""), "return_to_unit")
    with pytest.raises(MoveError, match="nowhere"):
        return_effect(game.process, game.step.state, game.task("d"), elsewhere)


@given(block=BLOCKS, pick=st.data())
@BUDGET
def test_a_return_does_what_was_foretold(block: Block, pick: st.DataObject) -> None:
    """Exactly the foretold tasks close; until the returning step is reached again, exactly the
    foretold steps open; and no opinion that stays valid is asked for again.
    """
    drawing = Drawing(block)
    game = Game(process=drawing.process())
    for _ in range(pick.draw(st.integers(min_value=1, max_value=12))):
        if game.open:
            _agree(game, block, pick.draw(st.sampled_from(game.open)))
    choices = [(step, target) for step in game.open for target in game.targets(step)]
    forks = [(step, target) for step, target in choices if target in drawing.forks]
    if not choices:
        return
    step, target = pick.draw(st.sampled_from(forks or choices))
    found = effect(game, step, target)
    others = {each.id for each in open_tasks(game.process, game.step.state)} - found.closes

    game.move(step, target)

    assert {each.id for each in game.step.closed} == found.closes
    waiting = {each.step_id for each in game.step.opened}
    kept, again = set(ids(found.kept)), set(ids(found.again))
    assert waiting == {target} if target not in drawing.forks else waiting <= again
    assert waiting
    new = set(waiting)
    while waiting and step not in waiting:
        _agree(game, block, pick.draw(st.sampled_from(sorted(waiting))))
        waiting = {
            each.step_id
            for each in open_tasks(game.process, game.step.state)
            if each.id not in others
        }
        new |= waiting
    assert new.isdisjoint(kept)
    if step in new:
        assert new <= again


def test_a_return_into_a_loop_names_its_step_once() -> None:
    game = Game(
        """
        start s
        step z
        step a each=people:who
        step b
        end e
        s > z > a > b > e
        """,
        people=["li", "wang"],
    )
    game.do("z").do("a").do("a")
    found = effect(game, "b", "a")
    assert (ids(found.again), ids(found.kept)) == (["a", "b"], ["z"])


def test_a_return_out_of_a_loop_closes_every_instance() -> None:
    game = Game("start s\nstep z\nstep a times=3\nend e\ns > z > a > e").do("z")
    found = effect(game, "a", "z")
    assert (closing(game, found), ids(found.again)) == (["a"] * 3, ["z", "a"])
