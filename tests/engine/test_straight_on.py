"""Straight on to the step that returned an item: no token is lost or doubled."""

from datetime import UTC, datetime

import pytest

from app.engine import MoveError, OutcomeError, TaskNotOpenError, resume_at
from tests.engine.playing import Game

CHAIN = """
    start s
    step a
    boundary ta on=a timeDuration=P1D
    step b
    service letter topic=letter
    step c
    boundary tc on=c timeDuration=P2D
    step d
    end e
    end late
    s > a > b > letter > c > d > e
    ta > late
    tc > late
"""
FORKED = """
    start s
    step a
    and f
    step b1
    step b2
    step c1
    step c2
    and j
    step d
    end e
    s > a > f
    f > b1 > b2 > j
    f > c1 > c2 > j
    j > d > e
"""


def chain() -> Game:
    return Game(CHAIN, handlers={"letter": lambda _: None}).do("a").do("b")


def test_the_receiver_of_a_return_goes_straight_back_past_what_lies_between() -> None:
    game = chain().move("c", "a")
    game.resume("a", "c", amount=7)
    assert game.open == ["c"]
    assert game.variable("a") == {"amount": 7}
    assert [each.element_id for each in game.step.passed] == ["a"]
    assert [(each.step_id, each.how) for each in game.step.closed] == [("a", "completed")]


def test_its_timers_end_and_those_of_the_step_ahead_start_anew() -> None:
    game = chain().move("c", "a").wait(hours=5)
    game.resume("a", "c")
    (timer,) = game.step.timers
    assert (timer.element_id, (timer.due_at - game.now).days) == ("tc", 2)


def test_a_step_that_was_never_done_may_not_be_jumped_to() -> None:
    game = chain().move("c", "a")
    assert not game.may_resume("a", "d")
    with pytest.raises(MoveError, match="d"):
        game.resume("a", "d")
    assert game.open == ["a"]


def test_what_lies_behind_or_is_no_step_is_no_way_ahead() -> None:
    game = chain()
    assert [game.may_resume("c", each) for each in ("a", "b", "c", "letter", "e", "nowhere")] == [
        False, False, False, False, False, False,
    ]  # fmt: skip


def test_into_a_branch_from_before_the_fork_would_leave_the_join_waiting() -> None:
    game = Game(FORKED).do("a").do("b1")
    game.move("b2", "a")
    assert game.open == ["a"]
    assert not game.may_resume("a", "b2")
    with pytest.raises(MoveError, match="b2"):
        game.resume("a", "b2")


def test_across_branches_would_release_the_join_without_one_of_them() -> None:
    game = Game(FORKED).do("a").do("b1").do("c1").move("c2", "c1")
    assert not game.may_resume("c1", "b2")
    assert game.may_resume("c1", "c2")


def test_inside_a_branch_the_other_one_is_left_alone() -> None:
    game = Game(FORKED).do("a").do("b1").do("c1").move("b2", "b1").resume("b1", "b2")
    assert game.open == ["b2", "c2"]
    assert game.do("b2").open == ["c2"]
    assert game.do("c2").open == ["d"]
    assert game.do("d").ended == "e"


def test_from_outside_into_a_called_process_is_no_way() -> None:
    called = "start s\n step x\n step y\n end e\n s > x > y > e"
    main = "start s\n step a\n call inner key=P1\n step d\n end e\n s > a > inner > d > e"
    game = Game(main, called).do("a").do("x").move("y", "a")
    assert not game.may_resume("a", "y", "P1")
    assert not game.may_resume("a", "y")
    game.do("a").move("x", "a").do("a").do("x").do("y").move("d", "a")
    assert game.may_resume("a", "d")
    assert game.resume("a", "d").do("d").ended == "e"


def test_inside_a_called_process_it_is_one() -> None:
    called = "start s\n step x\n step y\n step z\n end e\n s > x > y > z > e"
    main = "start s\n call inner key=P1\n end e\n s > inner > e"
    game = Game(main, called).do("x").do("y").move("z", "x").resume("x", "z", "P1")
    assert game.open == ["z"]
    assert game.do("z").ended == "e"


def test_an_unknown_outcome_or_a_closed_task_is_refused() -> None:
    text = """
        start s
        step a
        xor g default=g-to-b
        step b
        step c
        end e
        s > a > g
        g > a : a.outcome = "again"
        g > b
        b > c > e
    """
    game = Game(text).do("a", "agree").do("b").move("c", "a")
    task = game.task("a")
    with pytest.raises(OutcomeError):
        game.resume("a", "c", outcome="nonsense")
    game.resume("a", "c", outcome="agree")
    with pytest.raises(TaskNotOpenError):
        resume_at(game.process, game.step.state, task, ("p", "c"), {}, game.now, {})


def test_a_state_that_was_kept_is_restored_with_its_tasks_timers_and_variables() -> None:
    game = chain()
    kept, task, variables = game.step, game.task("c"), dict(game.step.variables)
    game.do("c", amount=9)
    new = game.task("d")
    game.restore(kept.state)
    assert game.step.state == kept.state
    assert [(each.id, each.step_id) for each in game.step.opened] == [(task, "c")]
    assert [(each.id, each.how) for each in game.step.closed] == [(new, "cancelled")]
    assert (game.step.timers, dict(game.step.variables)) == (kept.timers, variables)
    assert game.do("c").do("d").ended == "e"


def test_clocks_that_stood_still_are_due_later_but_a_day_of_the_calendar_stays() -> None:
    game = Game("""
        start s
        step a
        beside soon on=a timeDuration=P2D
        beside monthly on=a timeCycle=R/P30D
        beside fixed on=a timeDate=2022-12-31
        end e
        end x
        end y
        end z
        s > a > e
        soon > x
        monthly > y
        fixed > z
    """)
    before = {each.element_id: each.due_at for each in game.step.timers}
    game.stand_still(days=3)
    after = {each.element_id: each.due_at for each in game.step.timers}
    assert {each: (after[each] - before[each]).days for each in before} == {
        "soon": 3, "monthly": 3, "fixed": 0,
    }  # fmt: skip
    assert after["fixed"] == datetime(2022, 12, 30, 16, tzinfo=UTC)
    assert game.wait(days=1, hours=23).passed_ids().count("soon") == 0
    assert game.wait(hours=2).passed_ids().count("soon") == 1
