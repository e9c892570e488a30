"""Standard loops: an activity goes round as long as its condition is true, or so many times."""

import pytest

from app.engine import EngineError
from tests.engine.playing import Game

STEP = "start s\nstep a {0}\nend e\ns > a > e"


def rounds(game: Game, **values: object) -> int:
    """How often the step has to be done until the end."""
    count = 0
    while game.ended is None:
        count += 1
        assert game.tasks()[0].variables["loopCounter"] == count
        game.do("a", **values)
    return count


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("most=3", 3),
        ("while=loopCounter<3", 3),
        ("while=false", 1),
        ("while=false first=true", 0),
        ("while=loopCounter<2 first=true", 2),
        ("while=true most=2", 2),
        ("while=true most=2 first=true", 2),
        ("while=${loopCounter<2}", 2),
    ],
)
def test_it_goes_round_as_often_as_it_says(loop: str, expected: int) -> None:
    assert rounds(Game(STEP.format(loop))) == expected


def test_the_condition_reads_what_was_said_in_this_round() -> None:
    game = Game(STEP.format("while=a.again"))
    assert game.do("a", again=True).open == ["a"]
    assert game.do("a", again=False).ended == "e"


def test_every_round_opens_a_task_of_its_own() -> None:
    game = Game(STEP.format("most=2"))
    first = game.task("a")
    assert game.do("a").task("a") != first


@pytest.mark.parametrize("answer", [None, "yes"])
def test_a_condition_that_is_neither_true_nor_false_is_an_error(answer: object) -> None:
    with pytest.raises(EngineError, match="true or false") as caught:
        Game(STEP.format("while=a.again")).do("a", again=answer)
    assert caught.value.element_id == "a"


def test_an_automatic_loop_without_end_is_an_error() -> None:
    with pytest.raises(EngineError, match="a loop that goes on"):
        Game("start s\nscript a script=1 while=true\nend e\ns > a > e")


def test_a_script_adds_up_round_by_round() -> None:
    game = Game(
        "start s\nscript a script=total*2 resultVariable=total most=5\nend e\ns > a > e", total=1
    )
    assert (game.ended, game.variable("total")) == ("e", 32)


def test_a_sub_process_goes_round_as_a_whole() -> None:
    game = Game(
        """
        start s
        sub x while=b.again
        start xs
        step a
        step b
        end xe
        xs > a > b > xe
        }
        end e
        s > x > e
        """
    )
    game.do("a", note=1)
    assert game.variable("a") == {"note": 1}  # at once, as in any embedded sub-process
    assert game.do("b", again=True).open == ["a"]
    assert game.do("a").do("b", again=False).ended == "e"


def test_a_called_process_goes_round_as_a_whole() -> None:
    game = Game(
        "start s\ncall c key=P1 while=a.again\nend e\ns > c > e",
        "start s\nstep a\nend e\ns > a > e",
    )
    assert game.do("a", again=True).open == ["a"]
    assert game.do("a", again=False).ended == "e"


def test_a_boundary_event_lasts_through_all_rounds() -> None:
    game = Game(
        "start s\nstep a most=3\nboundary late on=a timeDuration=P3D\nend e\nend f\n"
        "s > a > e\nlate > f"
    )
    game.wait(days=2).do("a").wait(days=1)
    assert game.ended == "f"


def test_it_begins_to_count_anew_when_it_is_entered_again() -> None:
    game = Game(
        """
        start s
        xor m
        step a most=2
        step b
        xor g default=g-to-e
        end e
        s > m > a > b > g
        g > m : b.outcome = "return_to_unit"
        g > e
        """
    )
    game.do("a").do("a").do("b", "return_to_unit")
    assert game.tasks()[0].variables["loopCounter"] == 1
    game.do("a").do("a")
    assert game.targets("b") == ["a"]
    game.move("b", "a").do("a")
    assert game.tasks()[0].variables["loopCounter"] == 2


def test_nothing_of_the_loop_is_left_behind() -> None:
    game = Game(STEP.format("most=2")).do("a").do("a")
    assert dict(game.step.variables) == {"a": {}}
