"""Signals reach everybody who waits in the instance at once, and the host everybody else."""

from app.engine import Thrown
from tests.engine.playing import Game

BRANCHES = """
    start s
    and f
    catch one signal=a
    catch two signal=a
    catch other signal=b
    step x
    step y
    step z
    step w
    boundary away on=w signal=a
    beside more on=x signal=a
    end e
    s > f
    f > one > x > e
    f > two > y > e
    f > other > z > e
    f > w > e
    away > e
    more > e
"""


def test_a_signal_from_outside_reaches_every_catcher_that_waits() -> None:
    game = Game(BRANCHES)
    assert game.waiting == ["away", "one", "other", "two"]
    game.signal("a", amount=7)
    assert game.open == ["x", "y"]
    assert game.variable("one") == game.variable("two") == {"amount": 7}
    assert game.variable("other") is None


def test_a_signal_that_nobody_waits_for_changes_nothing() -> None:
    game = Game(BRANCHES)
    before = game.step.state
    assert game.signal("c").step.state == before


def test_a_thrown_signal_reaches_the_same_instance_in_the_same_step() -> None:
    game = Game(
        """
        start s
        and f
        catch one signal=a
        step x
        step t
        throw tell signal=a carries="amount=t.sum * 2"
        end e
        end f2
        s > f
        f > one > x > e
        f > t > tell > f2
        """
    )
    game.do("t", sum=4)
    assert game.open == ["x"]
    assert game.variable("one") == {"amount": 8}
    assert game.step.thrown == (Thrown("signal", "a", None, {"amount": 8}, "tell", "p"),)
    assert game.do("x").step.thrown == ()


def test_a_signal_end_throws_and_ends() -> None:
    game = Game("""
        start s
        and f
        catch one signal=a
        step t
        end e
        end tell signal=a
        s > f
        f > one > e
        f > t > tell
    """).do("t")
    assert (game.ended, [each.name for each in game.step.thrown]) == ("e", ["a"])


def test_a_signal_boundary_interrupts_or_goes_beside_as_often_as_it_comes() -> None:
    text = """
        start s
        step a
        {kind} b on=a signal=a
        step more
        end e
        s > a > e
        b > more > e
    """
    game = Game(text.format(kind="boundary")).signal("a")
    assert game.open == ["more"]
    assert game.waiting == []
    game = Game(text.format(kind="beside")).signal("a").signal("a", late=True)
    assert game.open == ["a", "more", "more"]
    assert game.variable("b") == {"late": True}
    game.do("a")
    assert game.waiting == []


def test_a_signal_thrown_inside_may_take_its_own_thrower_away() -> None:
    game = Game("""
        start s
        sub x
        start xs
        throw tell signal=a
        step never
        end xe
        xs > tell > never > xe
        }
        boundary b on=x signal=a
        step after
        end e
        s > x > e
        b > after > e
    """)
    assert game.open == ["after"]
    assert "tell" in game.passed_ids()


def test_an_outer_catcher_takes_inner_ones_away() -> None:
    game = Game("""
        start s
        sub x
        start xs
        catch in signal=a
        step never
        end xe
        xs > in > never > xe
        }
        boundary b on=x signal=a
        step after
        end e
        s > x > e
        b > after > e
    """).signal("a")
    assert game.open == ["after"]


def test_a_signal_reaches_into_called_processes() -> None:
    game = Game(
        "start s\ncall c key=P1\nend e\ns > c > e",
        "start s\ncatch in signal=a\nstep x\nend e\ns > in > x > e",
    )
    assert game.signal("a", n=1).open == ["x"]
    assert game.variable("in") is None
    assert game.do("x").variable("in") == {"n": 1}
