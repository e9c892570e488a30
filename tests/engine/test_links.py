"""Link events: a pair of one name is a flow that nobody drew."""

from tests.engine.playing import Game

PAIR = """
    start s
    step a
    throw out link=far
    catch in link=far
    step b
    end e
    s > a > out
    in > b > e
"""


def test_a_token_goes_on_at_the_catch_of_the_same_name() -> None:
    game = Game(PAIR).do("a")
    assert game.open == ["b"]
    assert game.do("b").ended == "e"
    assert game.passed_ids() == [
        "s", "s-to-a", "a", "a-to-out", "out", "in", "in-to-b", "b", "b-to-e", "e",
    ]  # fmt: skip


def test_several_throws_lead_to_one_catch() -> None:
    game = Game("""
        start s
        and f
        step a
        step b
        throw one link=far
        throw two link=far
        catch in link=far
        step c
        end e
        s > f
        f > a > one
        f > b > two
        in > c > e
    """)
    game.do("a").do("b")
    assert game.open == ["c", "c"]


def test_a_return_may_lead_back_over_a_link() -> None:
    game = Game(PAIR).do("a")
    assert game.targets("b") == ["a"]
    assert game.move("b", "a").open == ["a"]


def test_a_link_may_close_a_loop() -> None:
    game = Game("""
        start s
        catch again link=again
        xor m
        step a
        xor g default=g-to-e
        throw back link=again
        end e
        s > m > a > g
        again > m
        g > back : a.outcome = "return_to_unit"
        g > e
    """)
    for _ in range(3):
        game.do("a", "return_to_unit")
        assert game.open == ["a"]
    assert game.do("a", "agree").ended == "e"
