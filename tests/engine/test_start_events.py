"""Several start events: a definition tells the host what begins an instance, and where."""

from datetime import timedelta

import pytest

from app.engine import StartError, parse
from tests.engine.drawing import draw
from tests.engine.playing import NOW, Game

STARTS = """
    start s
    start m message=a
    start n signal=b
    start t timeCycle=R3/P1D
    start c condition="amount > 5"
    step a
    step b
    end e
    s > a > e
    m > b > e
    n > b
    t > b
    c > b
"""


def test_a_definition_tells_its_start_events() -> None:
    starts = {each.id: each for each in parse(draw(STARTS)).starts}
    assert {each.id: (each.kind, each.event_name) for each in starts.values()} == {
        "s": ("none", None), "m": ("message", "a"), "n": ("signal", "b"),
        "t": ("timer", None), "c": ("conditional", None),
    }  # fmt: skip
    clock = starts["t"].schedule(NOW)
    assert (clock.due_at, clock.remaining) == (NOW + timedelta(days=1), 3)
    assert starts["c"].holds({"amount": 6}, NOW)
    assert not starts["c"].holds({"amount": 5}, NOW)
    assert not starts["c"].holds({}, NOW)


def test_without_a_word_an_instance_begins_at_the_none_start() -> None:
    assert Game(STARTS).open == ["a"]


@pytest.mark.parametrize("begin", ["m", "n", "t", "c"])
def test_an_instance_begins_where_its_event_happened(begin: str) -> None:
    game = Game(STARTS, at=begin, payload={"n": 1}, amount=6)
    assert (game.open, game.variable(begin)) == (["b"], {"n": 1})
    assert game.passed_ids()[0] == begin
    assert game.do("b").ended == "e"


def test_a_start_that_is_none_is_refused() -> None:
    with pytest.raises(StartError, match="found zz"):
        Game(STARTS, at="zz")
    with pytest.raises(StartError, match="found none"):
        Game("start m message=a\nstep a\nend e\nm > a > e")


def test_returns_know_every_start() -> None:
    game = Game(
        """
        start s
        start m message=a
        step a
        step b
        step c
        end e
        s > a > c
        m > b > c
        c > e
    """,
        at="m",
    ).do("b")
    assert game.targets("c") == ["b"]


def test_what_the_host_has_to_serve_is_told() -> None:
    definition = parse(
        draw("""
        start s
        start m message=a
        throw t signal=b
        receive r message=c
        end e
        s > t > r > e
        m > r
    """)
    )
    assert {(each.element_id, each.kind, each.name, each.how) for each in definition.events} == {
        ("m", "message", "a", "starts"), ("t", "signal", "b", "throws"),
        ("r", "message", "c", "catches"),
    }  # fmt: skip
