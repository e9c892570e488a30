"""Conditional events: asked again with every change, they happen when they become true."""

from tests.engine.playing import Game

CATCH = """
    start s
    and f
    step a
    catch c condition="amount > 5"
    step b
    end e
    s > f
    f > a > e
    f > c > b > e
"""
BOUNDARY = """
    start s
    and f
    step a
    {kind} c on=a condition="b.sum > 5"
    step b
    xor g default=g-to-e
    step more
    end e
    s > f
    f > a > e
    f > b > g
    g > b : b.outcome = "again"
    g > e
    c > more > e
"""


def test_a_condition_that_holds_already_is_passed() -> None:
    assert Game(CATCH, amount=6).open == ["a", "b"]


def test_a_condition_waits_until_a_step_makes_it_true() -> None:
    game = Game(CATCH.replace("amount > 5", "a.sum > 5"))
    assert game.open == ["a"]
    assert game.do("a", sum=9).open == ["b"]
    assert game.do("b").ended == "e"


def test_a_condition_waits_on_when_it_stays_false() -> None:
    game = Game(CATCH.replace("amount > 5", "a.sum > 5")).do("a", sum=1)
    assert (game.open, game.ended) == ([], None)


def test_an_interrupting_boundary_happens_in_the_same_step() -> None:
    game = Game(BOUNDARY.format(kind="boundary")).do("b", "again", sum=1)
    assert game.open == ["a", "b"]
    game.do("b", "agree", sum=6)
    assert game.open == ["more"]
    assert ("a", "cancelled") in [(each.step_id, each.how) for each in game.step.closed]


def test_a_condition_has_to_become_false_before_it_happens_again() -> None:
    game = Game(BOUNDARY.format(kind="beside"))
    for total, expected in ((6, 1), (7, 1), (2, 1), (8, 2)):
        game.do("b", "again", sum=total)
        assert game.open.count("more") == expected


def test_a_condition_on_a_task_does_not_see_what_its_completion_writes() -> None:
    game = Game("""
        start s
        step a
        boundary c on=a condition="a.late"
        step more
        end e
        s > a > e
        c > more > e
    """).do("a", late=True)
    assert game.ended == "e"


def test_scripts_and_services_make_conditions_true_between_two_elements() -> None:
    text = """
        start s
        and f
        catch c condition="n = 1"
        step b
        {writer}
        script undo script="0" resultVariable=n
        end e
        s > f
        f > c > b > e
        f > w > undo > e
    """
    script = 'script w script="1" resultVariable=n'
    assert Game(text.format(writer=script), n=0).open == ["b"]
    service = Game(
        text.format(writer="service w topic=t").replace("n = 1", "w.n = 1"),
        handlers={"t": lambda call: {"n": 1}},
    )
    assert service.open == ["b"]


def test_what_a_call_gives_back_and_what_a_message_brings_count_as_changes() -> None:
    game = Game(
        """
        start s
        and f
        catch c condition="r.n = 1"
        step b
        receive r message=a
        catch d condition="inner.n = 2"
        step d2
        call k key=P1
        end e
        s > f
        f > c > b > e
        f > r > e
        f > d > d2 > e
        f > k > e
        """,
        "start s\nstep inner\nend e\ns > inner > e",
    )
    assert game.message("r", n=1).open == ["b", "inner"]
    assert game.do("inner", n=2).open == ["b", "d2"]


def test_an_unknown_variable_makes_a_condition_not_true() -> None:
    assert Game(CATCH).open == ["a"]
