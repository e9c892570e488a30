"""Returns: which targets are legal, and that nothing stale is left behind, round after round."""

import pytest

from app.engine import MoveError, TaskNotOpenError, move
from tests.engine.playing import Game

#: A fork on the same level: a → (b ∥ c) → d → e.
SAME_LEVEL = """
    start s
    step a
    and f
    step b1
    step b2
    step c
    and j
    step d
    end e
    s > a > f
    f > b1 > b2 > j
    f > c > j
    j > d > e
"""
CALLER = """
    start s
    step a
    call inner key=P1
    step d
    end e
    s > a > inner > d > e
"""
CALLED = """
    start s
    step x
    and f
    step b
    step c
    and j
    step y
    end e
    s > x > f
    f > b > j
    f > c > j
    j > y > e
"""


def test_behind_the_join_only_the_fork_and_steps_before_it_are_legal() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1").do("c").do("b2")
    assert game.targets("d") == ["a", "f"]
    with pytest.raises(MoveError, match="b1"):
        game.move("d", "b1")
    assert game.open == ["d"]


def test_inside_a_branch_its_own_steps_and_those_before_the_fork_are_legal() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1").do("c")
    assert game.targets("b2") == ["a", "b1"]


def test_a_return_within_a_branch_leaves_the_other_branch_alone() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1").do("c").move("b2", "b1")
    assert game.open == ["b1"]
    assert game.do("b1").do("b2").open == ["d"]
    game = Game(SAME_LEVEL).do("a").do("b1").move("b2", "b1")
    assert game.open == ["b1", "c"]


def test_a_return_before_the_fork_takes_every_branch_away_in_every_round() -> None:
    game = Game(SAME_LEVEL)
    for finished_first in ("b1", "c", "b1", "c", "b1"):
        game.do("a")
        assert game.open == ["b1", "c"]
        game.do(finished_first)
        task = "b2" if finished_first == "b1" else "b1"
        game.move(task, "a")
        assert game.open == ["a"]
        assert {each.how for each in game.step.closed} == {"cancelled"}
    game.do("a").do("b1").do("b2").do("c")
    assert game.open == ["d"]
    game.move("d", "a").do("a").do("c").do("b1").do("b2")
    assert game.open == ["d"]
    assert game.do("d").ended == "e"


def test_from_a_called_process_back_into_the_caller() -> None:
    game = Game(CALLER, CALLED)
    for _ in range(5):
        game.do("a").do("x").do("b")
        assert game.targets("c") == ["a", "x"]
        game.move("c", "a")
        assert game.open == ["a"]
        assert len(game.step.state) < 600
    game.do("a").do("x").do("b").do("c")
    assert game.targets("y") == ["a", "x", "f"]
    game.move("y", "x").do("x").do("c").do("b").move("y", "f")
    assert game.open == ["b", "c"]
    game.do("c").do("b").do("y")
    assert game.open == ["d"]
    assert game.targets("d") == ["a"]
    assert game.do("d").ended == "e"


def test_a_step_that_comes_later_is_no_target_although_an_earlier_round_visited_it() -> None:
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
    )
    assert game.targets("a") == []
    assert game.do("a").targets("b") == ["a"]


def test_a_step_that_was_not_visited_is_no_target() -> None:
    game = Game(
        """
        start s
        xor k default=k-to-b
        step a
        step b
        xor m
        step c
        end e
        s > k
        k > a : big
        k > b
        a > m
        b > m
        m > c > e
    """,
        big=True,
    ).do("a")
    assert game.targets("c") == ["a"]


def test_a_drawn_return_is_named_so_that_the_host_completes_instead() -> None:
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
    )
    assert [(each.step_id, each.drawn) for each in game.choices("c")] == [
        ("a", "return_to_unit"), ("b", None),
    ]  # fmt: skip
    assert game.targets("c", None) == ["a"]


@pytest.mark.parametrize(
    ("policy", "targets"),
    [
        ("none", []),
        ("drawn", []),
        ("any", ["a", "b", "c"]),
        ("initiator", ["a"]),
        ("previous", ["c"]),
        ("b", ["b"]),
        ("initiator b", ["a", "b"]),
    ],
)
def test_the_policy_of_the_step_narrows_the_choice(policy: str, targets: list[str]) -> None:
    game = (
        Game(f"""
        start s
        step a
        step b
        step c
        step d appr.returnTo="{policy}"
        end e
        s > a > b > c > d > e
    """)
        .do("a")
        .do("b")
        .do("c")
    )
    assert game.targets("d", None) == targets


def test_the_previous_step_is_the_one_done_last_in_this_round() -> None:
    game = (
        Game("""
        start s
        step a
        step b
        step c
        end e
        s > a > b > c > e
    """)
        .do("a")
        .do("b")
        .move("c", "a")
        .do("a")
        .do("b")
    )
    assert game.targets("c", "previous") == ["b"]
    assert game.targets("c", "initiator") == ["a"]


def test_the_arrival_of_the_own_branch_goes_when_a_reminder_path_returns_into_it() -> None:
    game = (
        Game("""
        start s
        and f
        step a
        step b
        beside t on=b timeDuration=P1D
        step phone
        end phoned
        step c
        and j
        step d
        end e
        s > f
        f > a > b > j
        f > c > j
        t > phone > phoned
        j > d > e
    """)
        .do("a")
        .wait(days=1)
    )
    game.do("b")
    assert game.open == ["c", "phone"]
    game.move("phone", "a")
    assert game.open == ["a", "c"]
    game.do("c")
    assert game.open == ["a"]
    assert game.do("a").do("b").open == ["d"]


def test_three_branches_of_which_two_meet_first() -> None:
    game = (
        Game("""
        start s
        step a
        and f
        step b1
        step b2
        step b3
        and j
        step m
        and k
        step d
        end e
        s > a > f
        f > b1 > j
        f > b2 > j
        f > b3 > k
        j > m > k
        k > d > e
    """)
        .do("a")
        .do("b1")
        .do("b2")
    )
    assert game.targets("m") == ["a"]
    game.do("m").do("b3")
    assert game.targets("d") == ["a", "f"]
    game.move("d", "a").do("a")
    assert game.open == ["b1", "b2", "b3"]


def test_a_fork_opens_every_branch_again_and_its_join_waits_for_all_of_them_in_each_round() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1").do("b2").do("c")
    for first, *others in (("c", "b1", "b2"), ("b1", "c", "b2"), ("b1", "b2", "c")):
        game.move("d", "f")
        assert game.open == ["b1", "c"]
        assert [each.how for each in game.step.closed] == ["cancelled"]
        game.do(first)
        for step in others:
            assert "d" not in game.open
            game.do(step)
        assert game.open == ["d"]
    assert game.do("d").ended == "e"


def test_inside_a_branch_its_own_fork_is_no_target() -> None:
    game = Game(SAME_LEVEL).do("a").do("b1").do("c")
    with pytest.raises(MoveError, match="“f”"):
        game.move("b2", "f")
    assert game.open == ["b2"]


def test_a_gateway_that_joins_and_forks_does_not_wait_for_the_join_again() -> None:
    game = Game("""
        start s
        and f
        step a
        step b
        and g
        step c
        step d
        and j
        step e
        end z
        s > f
        f > a > g
        f > b > g
        g > c > j
        g > d > j
        j > e > z
    """)
    game.do("a").do("b").do("c").do("d")
    assert game.targets("e") == ["f", "g"]
    game.move("e", "g")
    assert game.open == ["c", "d"]
    game.do("d").do("c").move("e", "f")
    assert game.open == ["a", "b"]
    game.do("b").do("a").do("c").do("d").do("e")
    assert game.ended == "z"


#: An inclusive fork, chosen by what was said before it.
CHOSEN = """
    start s
    step a
    or f
    step b
    step c
    or j
    step d appr.returnTo="previous"
    end e
    s > a > f
    f > b : a.b
    f > c : a.c
    b > j
    c > j
    j > d > e
"""


def test_an_inclusive_fork_opens_the_branches_that_its_conditions_choose_again() -> None:
    game = Game(CHOSEN).do("a", b=True, c=True).do("b").do("c")
    game.move("d", "f")
    assert game.open == ["b", "c"]
    game.do("c").do("b")
    assert game.open == ["d"]
    game = Game(CHOSEN).do("a", b=False, c=True).do("c").move("d", "f")
    assert game.open == ["c"]
    assert game.do("c").open == ["d"]


def test_the_target_before_is_the_fork_and_the_initiator_is_a_step() -> None:
    game = Game(CHOSEN).do("a", b=True, c=True).do("b").do("c")
    assert game.targets("d", None) == ["f"]
    assert game.targets("d", "f") == ["f"]
    at_once = SAME_LEVEL.replace("s > a > f", "s > f").replace("step a\n", "")
    game = Game(at_once).do("b1")
    assert game.targets("b2", "initiator") == ["b1"]
    assert game.do("b2").do("c").targets("d", "initiator") == []


def test_a_fork_is_called_by_its_name_or_by_what_it_opens() -> None:
    def named(text: str) -> list[tuple[str, str]]:
        game = Game(text).do("a", b=True, c=True).do("b").do("c")
        return [(str(each.name), each.name.zh) for each in game.choices("d")[1:]]

    parallel = CHOSEN.replace("or f", "and f").replace(" : a.b", "").replace(" : a.c", "")
    parallel = parallel.replace("or j", "and j")
    steps = parallel.replace("step b", 'step b name="评审"').replace("step c", 'step c name="核价"')
    assert named(steps) == [("评审 and 核价 (all branches)", "评审、核价（全部分支）")]
    assert named(parallel.replace("and f", 'and f name="Reviews"')) == [
        ("Reviews (all branches)", "Reviews（全部分支）")
    ]
    assert named(CHOSEN) == [("b and c (the branches chosen)", "b、c（所选分支）")]


def test_a_fork_without_steps_in_its_branches_is_no_target() -> None:
    game = Game("""
        start s
        step a
        and f
        throw b
        throw c
        and j
        step d
        end e
        s > a > f
        f > b > j
        f > c > j
        j > d > e
    """).do("a")
    assert game.targets("d") == ["a"]


def test_a_fork_of_an_earlier_call_is_no_target_in_the_next_one() -> None:
    called = """
        start s
        step way
        xor w default=w-to-b
        step k
        or f
        step a1
        step a2
        or j
        step b
        xor m
        step z
        end e
        s > way > w
        w > k : way.outcome = "split"
        w > b
        k > f
        f > a1 : k.big
        f > a2 : not(k.big)
        a1 > j
        a2 > j
        j > m
        b > m
        m > z > e
    """
    game = Game(CALLER, called).do("a").do("way", "split").do("k", big=True).do("a1")
    assert "f" in game.targets("z")
    game.move("z", "a").do("a").do("way", "agree").do("b")
    assert "f" not in game.targets("z")


def test_a_closed_task_cannot_be_returned() -> None:
    game = Game(SAME_LEVEL)
    task = game.task("a")
    game.do("a")
    with pytest.raises(TaskNotOpenError):
        move(game.process, game.step.state, task, "a", game.now, {})


def test_timers_start_anew_at_the_target_and_end_where_the_task_left() -> None:
    game = Game("""
        start s
        step a
        boundary ta on=a timeDuration=P1D
        step b
        boundary tb on=b timeDuration=P9D
        end e
        end late
        s > a > b > e
        ta > late
        tb > late
    """).do("a")
    game.wait(days=3).move("b", "a")
    (timer,) = game.step.timers
    assert timer.element_id == "ta"
    assert (timer.due_at - game.now).days == 1
