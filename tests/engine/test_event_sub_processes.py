"""Event sub-processes: begun by an event of the level around them, in its place or beside it."""

import pytest

from tests.engine.playing import Game

HANDLED = """
    start s
    step a
    throw up escalation=a
    step b
    end e
    s > a > up > b > e
    handler h
    start hs {event}
    step help
    end he
    hs > help > he
    }}
"""
BESIDE = "isInterrupting=false"
INSIDE = """
    start s
    sub x
    start xs
    step a
    {end}
    xs > a > xe
    handler h
    start hs {event}
    step help
    end he
    hs > help > he
    }}
    }}
    {catch}
    step after
    end e
    s > x > after > e
"""


def _happen(game: Game, event: str) -> Game:
    match event.split("=", maxsplit=1)[0]:
        case "message":
            return game.message("hs", n=1)
        case "signal":
            return game.signal("a", n=1)
        case "timeDuration":
            return game.wait(days=1)
    return game.do("a", n=9)


EVENTS = ["message=a", "signal=a", "timeDuration=P1D", 'condition="a.n > 5"', "escalation=a"]


@pytest.mark.parametrize("event", EVENTS)
def test_an_interrupting_one_takes_the_place_of_the_process(event: str) -> None:
    game = _happen(Game(HANDLED.format(event=event)), event)
    assert game.open == ["help"]
    assert (game.waiting, game.timers) == ([], [])
    assert game.do("help").ended == "he"


@pytest.mark.parametrize("event", EVENTS)
def test_one_that_does_not_interrupt_runs_beside(event: str) -> None:
    game = _happen(Game(HANDLED.format(event=f"{event} {BESIDE}")), event)
    own = "b" if event.startswith(("condition", "escalation")) else "a"
    assert game.open == sorted([own, "help"])
    if own == "a":
        game.do("a")
    game.do("b")
    assert game.ended is None
    game.do("help")
    assert game.ended == "e"


def test_it_may_run_several_times_at_once() -> None:
    game = Game(HANDLED.format(event=f"message=a {BESIDE}")).message("hs", n=1).message("hs", n=2)
    assert game.open == ["a", "help", "help"]
    assert game.variable("hs") == {"n": 2}
    game.do("help").do("help").do("a")
    assert game.open == ["b"]


def test_a_timer_that_does_not_interrupt_fires_once_and_a_cycle_goes_on() -> None:
    game = Game(HANDLED.format(event=f"timeDuration=P1D {BESIDE}")).wait(days=1)
    assert game.timers == []
    assert game.tokens_at("h") == 1  # the running one; nothing waits any more
    game = Game(HANDLED.format(event=f"timeCycle=R2/P1D {BESIDE}")).wait(days=1)
    assert game.timers == ["hs"]
    game.wait(days=1)
    assert (game.open, game.timers) == (["a", "help", "help"], [])


def test_its_timer_stands_still_with_the_others() -> None:
    game = Game(HANDLED.format(event="timeDuration=P1D"))
    assert game.wait(hours=20).stand_still(days=2).wait(hours=3).open == ["a"]
    assert game.wait(hours=1).open == ["help"]


@pytest.mark.parametrize(
    ("written", "opened"),
    [("0", ["a", "help"]), ("false", ["a", "help"]), ("1", ["help"])],
)
def test_truth_may_be_written_as_a_number(written: str, opened: list[str]) -> None:
    event = f'message=a isInterrupting="{written}"'
    assert Game(HANDLED.format(event=event)).message("hs").open == opened


def test_nothing_begins_after_the_process_has_ended() -> None:
    game = Game(HANDLED.format(event="signal=a")).do("a").do("b")
    assert (game.ended, game.waiting) == ("e", [])
    game.signal("a")
    assert game.open == []


def test_its_timer_goes_when_the_level_ends() -> None:
    game = Game(INSIDE.format(end="end xe", event="timeDuration=P1D", catch=""))
    assert game.timers == ["hs"]
    game.do("a")
    assert (game.open, game.timers) == (["after"], [])
    assert game.wait(days=9).open == ["after"]


def test_in_a_sub_process_it_takes_the_place_of_that_only() -> None:
    game = Game(INSIDE.format(end="end xe", event="message=a", catch="")).message("hs")
    assert game.open == ["help"]
    assert game.do("help").open == ["after"]


def test_an_error_start_catches_the_errors_of_its_level() -> None:
    game = Game(INSIDE.format(end="error xe error=a", event="error=a", catch="")).do("a")
    assert game.open == ["help"]
    assert game.do("help").do("after").ended == "e"


def test_inside_comes_before_the_boundary_outside() -> None:
    catch = "boundary c on=x error=a\nstep outside\nc > outside > e"
    game = Game(INSIDE.format(end="error xe error=a", event="error=a", catch=catch)).do("a")
    assert game.open == ["help"]
    wide = INSIDE.format(end="error xe error=a", event="error=b", catch=catch)
    assert Game(wide).do("a").open == ["outside"]


def test_an_error_passes_from_inner_levels_to_the_event_sub_process_around() -> None:
    game = Game(
        """
        start s
        call c key=P1
        end e
        s > c > e
        handler h
        start hs error=a
        step help
        end he
        hs > help > he
        }
        """,
        "start s\nsub x\nstart xs\nstep a\nerror bad error=a\nxs > a > bad\n}\nend e\ns > x > e",
    ).do("a")
    assert game.open == ["help"]
    assert game.do("help").ended == "he"
    assert game.process.uncaught == ()


def test_an_error_thrown_again_in_its_own_handler_goes_outwards() -> None:
    game = Game("""
        start s
        sub x
        start xs
        step a
        error xe error=a
        xs > a > xe
        handler h
        start hs error=a
        step help
        error again error=a
        hs > help > again
        }
        }
        boundary c on=x error=a
        step outside
        end e
        s > x > e
        c > outside > e
    """).do("a")
    assert game.open == ["help"]
    assert game.do("help").open == ["outside"]


def test_while_an_interrupting_one_runs_no_other_begins() -> None:
    game = Game(f"""
        start s
        step a
        end e
        s > a > e
        handler h
        start hs message=a
        step help
        throw up escalation=a
        step more
        end he
        hs > help > up > more > he
        }}
        handler k
        start ks escalation=a {BESIDE}
        step wrong
        end ke
        ks > wrong > ke
        }}
    """).message("hs")
    assert game.waiting == []
    assert game.do("help").open == ["more"]


def test_one_beside_another_catches_what_that_throws_but_not_what_it_throws_itself() -> None:
    game = Game(f"""
        start s
        step a
        end e
        s > a > e
        handler h
        start hs message=a {BESIDE}
        throw up escalation=a
        step help
        end he
        hs > up > help > he
        }}
        handler k
        start ks escalation=a {BESIDE}
        throw again escalation=a
        step told
        end ke
        ks > again > told > ke
        }}
    """).message("hs")
    assert game.open == ["a", "help", "told"]


def test_events_on_the_sub_process_around_still_interrupt_it() -> None:
    catch = "boundary c on=x signal=b\nstep outside\nc > outside > e"
    game = Game(INSIDE.format(end="end xe", event="message=a", catch=catch)).message("hs")
    assert game.open == ["help"]
    assert game.signal("b").open == ["outside"]


def test_its_steps_may_be_returned_among_themselves_only() -> None:
    game = (
        Game(f"""
        start s
        step a
        step b
        end e
        s > a > b > e
        handler h
        start hs signal=a {BESIDE}
        step one
        step two
        end he
        hs > one > two > he
        }}
    """)
        .do("a")
        .signal("a")
        .do("one")
    )
    assert game.targets("two") == ["one"]
    assert game.move("two", "one").open == ["b", "one"]
    assert game.targets("b") == ["a"]
    # A return of the process leaves what runs beside it alone, and it can still begin.
    assert game.move("b", "a").open == ["a", "one"]
    assert game.waiting == ["hs"]


def test_terminate_in_one_ends_that_only() -> None:
    game = (
        Game(f"""
        start s
        step a
        end e
        s > a > e
        handler h
        start hs signal=a {BESIDE}
        and f
        step one
        step two
        terminate stop
        end he
        hs > f
        f > one > stop
        f > two > he
        }}
    """)
        .signal("a")
        .do("one")
    )
    assert (game.open, game.ended) == (["a"], None)
    assert game.do("a").ended == "e"


def test_terminate_of_the_process_takes_them_away() -> None:
    game = (
        Game(f"""
        start s
        step a
        terminate e
        s > a > e
        handler h
        start hs signal=a {BESIDE}
        step help
        end he
        hs > help > he
        }}
    """)
        .signal("a")
        .do("a")
    )
    assert (game.ended, game.open, game.waiting) == ("e", [], [])


def test_the_ends_of_an_interrupting_one_are_ends_of_the_process() -> None:
    assert Game(HANDLED.format(event="signal=a")).process.main.ends == ("e", "he")
    assert Game(HANDLED.format(event=f"signal=a {BESIDE}")).process.main.ends == ("e",)
