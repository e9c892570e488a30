"""Event-based gateway: the first event takes its way, the others are waited for no longer."""

import pytest

from tests.engine.playing import Game

RACE = """
    start s
    step a
    choose g
    catch m message=a
    catch n signal=a
    timer t timeDuration=P1D
    catch c condition="x.n > 1"
    receive r message=b
    step behind_m
    step behind_n
    step behind_t
    step behind_c
    step behind_r
    xor j
    end e
    s > a > g
    g > m > behind_m > j
    g > n > behind_n > j
    g > t > behind_t > j
    g > c > behind_c > j
    g > r > behind_r > j
    j > e
"""


def _race(**variables: object) -> Game:
    return Game(RACE, **variables).do("a")


def test_all_events_wait_at_once() -> None:
    game = _race()
    assert (game.open, game.waiting, game.timers) == ([], ["m", "n", "r"], ["t"])


@pytest.mark.parametrize("event", ["m", "n", "t", "r"])
def test_the_first_event_wins_and_the_others_vanish(event: str) -> None:
    game = _race()
    match event:
        case "n":
            game.signal("a", n=1)
        case "t":
            game.wait(days=1)
        case _:
            game.message(event, n=1)
    assert game.open == [f"behind_{event}"]
    assert (game.waiting, game.timers) == ([], [])
    assert game.passed_ids()[-5:] == [
        "a-to-g",
        "g",
        f"g-to-{event}",
        event,
        f"{event}-to-behind_{event}",
    ]
    assert game.do(f"behind_{event}").ended == "e"


def test_a_condition_that_holds_already_wins_at_once() -> None:
    assert _race(x={"n": 2}).open == ["behind_c"]


def test_of_a_signal_for_two_ways_one_wins() -> None:
    game = Game("""
        start s
        choose g
        catch one signal=a
        catch two signal=a
        step x
        step y
        end e
        s > g
        g > one > x > e
        g > two > y > e
    """).signal("a")
    assert game.open == ["x"]


def test_a_race_may_be_run_again() -> None:
    game = Game("""
        start s
        xor k
        choose g
        catch m message=a
        timer t timeDuration=P1D
        end e
        s > k > g
        g > m > k
        g > t > e
    """)
    for _ in range(3):
        game.wait(hours=23).message("m")
        assert (game.waiting, game.timers) == (["m"], ["t"])
    assert game.wait(days=1).ended == "e"


def test_a_return_from_beside_takes_the_race_away() -> None:
    game = Game("""
        start s
        step a
        and f
        choose g
        catch m message=a
        timer t timeDuration=P1D
        step b
        xor k
        and j
        end e
        s > a > f
        f > g
        g > m > k
        g > t > k
        k > j
        f > b > j
        j > e
    """).do("a")
    assert game.move("b", "a").waiting == []
    assert (game.open, game.timers) == (["a"], [])
