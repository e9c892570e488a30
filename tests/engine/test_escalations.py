"""Escalations look for a catcher outwards and harm nothing; errors that nobody catches fail."""

import pytest

from app.engine import BpmnError, EngineError, ServiceCall
from tests.engine.playing import Game

INSIDE = """
    start s
    sub x
    start xs
    step a
    throw up escalation=a
    step b
    end xe
    xs > a > up > b > xe
    }}
    {catch}
    step told
    step after
    end e
    s > x > after > e
    c > told > e
"""


def _inside(catch: str) -> Game:
    return Game(INSIDE.format(catch=catch)).do("a")


def test_an_interrupting_boundary_takes_the_place_of_the_sub_process() -> None:
    game = _inside("boundary c on=x escalation=a")
    assert game.open == ["told"]
    assert game.do("told").ended == "e"


def test_a_boundary_that_does_not_interrupt_goes_on_beside_it() -> None:
    game = _inside("beside c on=x escalation=a")
    assert game.open == ["b", "told"]
    game.do("b").do("told")
    assert game.open == ["after"]
    assert game.do("after").ended == "e"


@pytest.mark.parametrize("catch", ["boundary c on=x escalation=b", "beside c on=x error=a"])
def test_an_escalation_that_nobody_catches_changes_nothing(catch: str) -> None:
    catch = catch.replace("beside c on=x error", "boundary c on=x error")
    assert _inside(catch).open == ["b"]


def test_an_event_without_a_code_catches_every_escalation() -> None:
    assert _inside("boundary c on=x escalation=any").open == ["told"]


def test_the_event_that_names_the_code_comes_before_the_one_that_catches_all() -> None:
    game = Game("""
        start s
        sub x
        start xs
        end xe escalation=a
        xs > xe
        }
        boundary every on=x escalation=any
        boundary own on=x escalation=a
        step wide
        step exact
        end e
        s > x > e
        every > wide > e
        own > exact > e
    """)
    assert game.open == ["exact"]


def test_the_innermost_catcher_takes_it_and_it_goes_no_further() -> None:
    game = Game("""
        start s
        sub x
        start xs
        sub y
        start ys
        end ye escalation=a
        ys > ye
        }
        beside inner on=y escalation=a
        step near
        end xe
        xs > y > xe
        inner > near > xe
        }
        beside outer on=x escalation=a
        step far
        end e
        s > x > e
        outer > far > e
    """)
    assert game.open == ["near"]


def test_an_escalation_end_leaves_a_called_process() -> None:
    game = Game(
        """
        start s
        call c key=P1
        beside b on=c escalation=a
        step told
        step after
        end e
        s > c > after > e
        b > told > e
        """,
        "start s\nstep x\nend up escalation=a\ns > x > up",
    ).do("x")
    assert game.open == ["after", "told"]


def test_an_escalation_end_of_the_process_is_an_end_like_any_other() -> None:
    game = Game("start s\nstep a\nend up escalation=a\ns > a > up").do("a")
    assert (game.ended, game.failed) == ("up", None)


def test_an_escalation_that_interrupts_its_own_level_ends_nothing_twice() -> None:
    game = Game("""
        start s
        sub x
        start xs
        and f
        step a
        step b
        end up escalation=a
        end xe
        xs > f
        f > a > up
        f > b > xe
        }
        boundary c on=x escalation=a
        step told
        end e
        s > x > e
        c > told > e
    """).do("a")
    assert game.open == ["told"]
    assert [(each.step_id, each.how) for each in game.step.closed] == [
        ("a", "completed"), ("b", "cancelled"),
    ]  # fmt: skip
    assert "up" in game.passed_ids()


# Errors.

UNCAUGHT = """
    start s
    and f
    step a
    step b
    boundary t on=b timeDuration=P1D
    error bad error=a
    end e
    s > f
    f > a > bad
    f > b > e
    t > e
"""


def test_an_error_that_nobody_catches_fails_the_instance_and_never_completes_it() -> None:
    game = Game(UNCAUGHT).do("a")
    assert game.step.ended is None
    assert game.step.failed is not None
    assert (game.step.failed.element_id, game.failed) == ("bad", "a")
    assert (game.open, game.step.timers) == ([], ())
    assert [each.how for each in game.step.closed] == ["completed", "cancelled"]


def test_a_failed_instance_stays_failed() -> None:
    game = Game(UNCAUGHT).do("a").wait(days=2)
    assert (game.failed, game.ended, game.open) == ("a", None, [])


def test_an_instance_that_has_reached_one_end_may_still_fail() -> None:
    game = Game(UNCAUGHT).do("b")
    assert game.ended is None
    game.do("a")
    assert (game.failed, game.ended) == ("a", None)


def test_an_uncaught_error_of_a_called_process_names_where_it_was_thrown() -> None:
    game = Game(
        "start s\ncall c key=P1\nend e\ns > c > e",
        "start s\nstep x\nerror bad error=b\ns > x > bad",
    ).do("x")
    assert game.step.failed is not None
    found = game.step.failed
    assert (found.element_id, found.definition_key, found.error_code) == ("bad", "P1", "b")


def test_a_process_tells_which_of_its_errors_nobody_catches() -> None:
    (found,) = Game(UNCAUGHT).process.uncaught
    assert (found.code, found.where) == ("diagram.error", "bad")
    assert Game("start s\nend e\ns > e").process.uncaught == ()


def test_an_error_is_caught_by_its_own_scope_only() -> None:
    # A boundary on a parallel branch is no catcher.
    game = Game("""
        start s
        and f
        sub x
        start xs
        step a
        error bad error=a
        xs > a > bad
        }
        sub y
        start ys
        step b
        end ye
        ys > b > ye
        }
        boundary wrong on=y error=a
        step wrongly
        end e
        s > f
        f > x > e
        f > y > e
        wrong > wrongly > e
    """).do("a")
    assert (game.open, game.failed) == ([], "a")


def test_an_error_of_a_handler_that_nobody_catches_is_an_incident() -> None:
    def refuse(call: ServiceCall) -> None:
        raise BpmnError("zz")

    with pytest.raises(EngineError) as caught:
        Game("start s\nservice x topic=t\nend e\ns > x > e", handlers={"t": refuse})
    assert caught.value.kind == "error"
