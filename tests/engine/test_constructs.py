"""Every accepted construct runs as BPMN 2.0 says; one tiny diagram each."""

from decimal import Decimal

import pytest

from app.core.errors import ConflictError
from app.engine import (
    BpmnError,
    EngineError,
    OutcomeError,
    ServiceCall,
    TaskNotOpenError,
    complete,
    open_tasks,
)
from tests.engine.playing import Game

LINE = """
    start s
    step a
    end e
    s > a > e
"""
CHOICE = """
    start s
    step a
    xor g default=g-to-e
    end e
    end no
    s > a > g
    g > a : a.outcome = "return_to_unit"
    g > no : a.outcome = "reject"
    g > e
"""
FORK = """
    start s
    xor m
    and f
    step a
    step b
    and j
    step c
    xor g default=g-to-e
    end e
    s > m > f
    f > a > j
    f > b > j
    j > c > g
    g > m : c.outcome = "return_to_unit"
    g > e
"""

MAPPED_CALL = (
    '<bpmn:callActivity id="c" calledElement="P1"><bpmn:extensionElements>'
    '<camunda:in source="amount" target="sum"/>'
    '<camunda:in sourceExpression="${amount * 2}" target="double"/>'
    '<camunda:in businessKey="#{x}"/><camunda:out source="inner" target="answer"/>'
    "</bpmn:extensionElements></bpmn:callActivity>"
)


def test_a_step_opens_and_its_completion_ends_the_instance() -> None:
    game = Game(LINE)
    assert game.open == ["a"]
    assert game.ended is None

    game.do("a", note="fine")

    assert game.ended == "e"
    assert game.variable("a") == {"note": "fine"}
    assert [each.how for each in game.step.closed] == ["completed"]
    assert game.passed_ids() == ["s", "s-to-a", "a", "a-to-e", "e"]


def test_a_completed_task_cannot_be_completed_again() -> None:
    game = Game(LINE)
    task = game.task("a")
    game.do("a")
    with pytest.raises(TaskNotOpenError):
        complete(game.process, game.step.state, task, {}, game.now, {})


@pytest.mark.parametrize(
    ("outcome", "opened", "ended"),
    [("agree", [], "e"), ("return_to_unit", ["a"], None), ("reject", [], "no")],
)
def test_an_exclusive_gateway_takes_the_flow_of_the_outcome(
    outcome: str, opened: list[str], ended: str | None
) -> None:
    game = Game(CHOICE).do("a", outcome)
    assert (game.open, game.ended) == (opened, ended)


def test_an_outcome_that_is_not_drawn_is_refused_instead_of_taking_the_default() -> None:
    game = Game(CHOICE)
    with pytest.raises(OutcomeError, match="agre"):
        game.do("a", "agre")
    with pytest.raises(OutcomeError, match="none"):
        game.do("a")
    assert game.open == ["a"]


def test_a_gateway_without_a_match_is_an_error_and_the_state_still_holds() -> None:
    game = Game(
        """
        start s
        step a
        xor g
        end e
        s > a > g
        g > e : amount > 5
        g > a : amount < 5
    """,
        amount=5,
    )
    with pytest.raises(EngineError) as caught:
        game.do("a")
    assert (caught.value.kind, caught.value.element_id) == ("no_match", "g")
    assert game.open == ["a"]


def test_a_failing_condition_names_its_gateway() -> None:
    game = Game(
        """
        start s
        step a
        xor g default=g-to-e
        end e
        s > a > g
        g > a : amuont > 5
        g > e
    """,
        amount=Decimal(7),
    )
    with pytest.raises(EngineError, match="amuont") as caught:
        game.do("a")
    assert (caught.value.kind, caught.value.element_id) == ("expression", "g")


def test_a_condition_that_is_neither_true_nor_false_is_an_error() -> None:
    game = Game(
        """
        start s
        step a
        xor g default=g-to-e
        end e
        s > a > g
        g > a : amount > 5
        g > e
    """,
        amount=None,
    )
    with pytest.raises(EngineError, match="found null"):
        game.do("a")


def test_a_parallel_join_waits_for_every_branch_in_every_round() -> None:
    game = Game(FORK)
    for round_number in range(6):
        assert game.open == ["a", "b"]
        game.do("b" if round_number % 2 else "a")
        assert game.open == (["a"] if round_number % 2 else ["b"])
        game.do("a" if round_number % 2 else "b")
        assert game.open == ["c"]
        game.do("c", "return_to_unit")
    game.do("a").do("b").do("c", "agree")
    assert game.ended == "e"


def test_parallel_branches_see_each_others_writes_and_nothing_stale_comes_back() -> None:
    game = Game(FORK, doc={"items": [1, 2]})
    game.do("a", round=1).do("b", round=1)
    game.do("c", "return_to_unit")
    game.do("b", round=2)
    assert game.variable("a") == {"round": 1}
    assert game.variable("b") == {"round": 2}
    game.do("a", round=2)
    assert game.variable("a") == {"round": 2}
    assert game.variable("doc") == {"items": [1, 2]}


def test_an_inclusive_gateway_takes_every_true_flow_and_its_join_waits_for_those() -> None:
    text = """
        start s
        or f default=f-to-c
        step a
        step b
        step c
        or j
        step d
        xor g default=g-to-e
        end e
        s > m
        xor m
        m > f
        f > a : big
        f > b : key
        f > c
        a > j
        b > j
        c > j
        j > d > g
        g > m : d.outcome = "again"
        g > e
    """
    both = Game(text, big=True, key=True)
    for _ in range(4):
        assert both.open == ["a", "b"]
        both.do("a")
        assert both.open == ["b"]
        both.do("b")
        assert both.open == ["d"]
        both.do("d", "again")
    one = Game(text, big=True, key=False)
    assert one.open == ["a"]
    assert one.do("a").open == ["d"]
    none = Game(text, big=False, key=False)
    assert none.open == ["c"]
    assert none.do("c").do("d", "agree").ended == "e"


def test_an_inclusive_join_waits_for_a_branch_that_may_still_come_to_it() -> None:
    game = Game("""
        start s
        or f
        step a
        step b
        xor g default=g-to-x
        step x
        or j
        step d
        end e
        end other
        s > f
        f > a : true
        f > b : true
        a > j
        b > g
        g > j : b.outcome = "join"
        g > x > other
        j > d > e
    """)
    game.do("a")
    assert game.open == ["b"]
    game.do("b", "agree")
    assert game.open == ["d", "x"]
    assert game.do("x").ended is None
    assert game.do("d").ended == "e"


def test_several_flows_out_of_a_step_are_a_split() -> None:
    game = Game("""
        start s
        step a
        step b
        step c
        and j
        end e
        s > a
        a > b > j
        a > c > j
        j > e
    """)
    assert game.do("a").open == ["b", "c"]
    assert game.do("b").do("c").ended == "e"
    assert "a~split" not in game.passed_ids()


def test_conditions_on_flows_out_of_a_step_choose() -> None:
    text = """
        start s
        step a default=a-to-e
        step b
        end e
        s > a
        a > b : a.outcome = "more"
        a > e
        b > e
    """
    assert Game(text).do("a", "agree").ended == "e"
    assert Game(text).do("a", "more").open == ["b"]


def test_a_terminate_end_takes_everything_else_away() -> None:
    game = Game("""
        start s
        and f
        step a
        step b
        end e
        terminate t
        s > f
        f > a > t
        f > b > e
    """)
    game.do("a")
    assert game.ended == "t"
    assert {each.step_id: each.how for each in game.step.closed} == {
        "a": "completed", "b": "cancelled",
    }  # fmt: skip


def test_the_instance_ends_only_when_the_last_branch_has() -> None:
    game = Game("""
        start s
        and f
        step a
        step b
        end one
        end two
        s > f
        f > a > one
        f > b > two
    """)
    assert game.do("a").ended is None
    assert game.do("b").ended == "two"


def test_services_get_a_copy_and_their_result_is_kept_under_their_id() -> None:
    seen: list[ServiceCall] = []

    def letter(call: ServiceCall) -> dict[str, object]:
        seen.append(call)
        call.variables["doc"]["items"].append("spoiled")  # type: ignore[index]
        return {"number": "2022-7"}

    game = Game(
        """
        start s
        service issue topic=letter appr.copy=unit
        send tell topic=mail
        step a
        end e
        s > issue > tell > a > e
    """,
        handlers={"letter": letter, "mail": lambda call: None},
        doc={"items": []},
    )
    assert game.variable("issue") == {"number": "2022-7"}
    assert game.variable("doc") == {"items": []}
    assert game.variable("tell") is None
    assert seen[0].properties == {"appr.copy": "unit"}
    assert seen[0].now == game.now
    assert game.process.topics == ("letter", "mail")


def test_a_failing_or_missing_handler_is_an_error_at_the_service() -> None:
    text = "start s\nservice x topic=t\nend e\ns > x > e"

    def fail(call: ServiceCall) -> None:
        raise RuntimeError("printer on fire")

    with pytest.raises(EngineError, match="printer on fire") as caught:
        Game(text, handlers={"t": fail})
    assert (caught.value.kind, caught.value.element_id) == ("handler", "x")
    with pytest.raises(EngineError) as caught:
        Game(text)
    assert caught.value.kind == "topic"


def test_a_refusal_in_a_handler_keeps_its_own_sentence() -> None:
    def refuse(call: ServiceCall) -> None:
        raise ConflictError("Expected {kind}, found {found}.", kind="one", found="two")

    with pytest.raises(EngineError, match="Expected one, found two") as caught:
        Game("start s\nservice x topic=t\nend e\ns > x > e", handlers={"t": refuse})
    assert caught.value.kind == "handler"


def test_a_script_is_one_feel_expression() -> None:
    game = Game(
        """
        start s
        script add script="amount * 2 + 0.1" resultVariable=total
        script say script="if total > 10 then total else 0"
        end e
        s > add > say > e
    """,
        amount=Decimal("7.2"),
    )
    assert game.variable("total") == Decimal("14.5")
    assert game.variable("say") == Decimal("14.5")


def test_manual_and_untyped_tasks_are_passed_with_a_warning() -> None:
    game = Game("start s\nmanual m\ntask t\nend e\ns > m > t > e")
    assert game.ended == "e"
    assert [each.where for each in game.process.main.warnings] == ["m", "t"]


def test_a_none_throw_event_is_a_milestone() -> None:
    assert Game("start s\nthrow t\nend e\ns > t > e").ended == "e"


def test_an_embedded_sub_process_shares_the_variables() -> None:
    game = Game(
        """
        start s
        sub x
        start xs
        step a
        xor xg default=xg-to-xe
        end xe
        xs > a > xg
        xg > a : limit > 5 and a.outcome = "again"
        xg > xe
        }
        xor g default=g-to-e
        end e
        s > x > g
        g > x : a.outcome = "reject"
        g > e
    """,
        limit=9,
    )
    assert game.do("a", "again").open == ["a"]
    assert game.do("a", "reject").open == ["a"]
    assert game.do("a", "agree").ended == "e"


def test_an_instance_does_not_end_at_an_end_inside_a_sub_process() -> None:
    game = Game("""
        start s
        sub x
        start xs
        and xf
        step a
        terminate xt
        step b
        end xe
        xs > xf
        xf > a > xt
        xf > b > xe
        }
        step c
        end e
        s > x > c > e
    """)
    game.do("a")
    assert game.open == ["c"]
    assert game.ended is None


def test_a_called_process_reads_the_caller_live_and_gives_back_what_it_wrote() -> None:
    game = Game(
        """
        start s
        and f
        call c key=P1
        step other
        and j
        step last
        end e
        s > f
        f > c > j
        f > other > j
        j > last > e
        """,
        """
        start s
        step inner
        script add script="inner.amount + base" resultVariable=total
        end e
        s > inner > add > e
        """,
        base=1,
    )
    assert game.open == ["inner", "other"]
    game.do("other", seen=True)
    game.do("inner", amount=2)
    assert game.variable("other") == {"seen": True}
    assert game.variable("total") == 3
    assert game.open == ["last"]


def test_one_process_called_on_two_branches_keeps_two_sets_of_variables() -> None:
    game = Game(
        """
        start s
        and f
        call c1 key=P1
        call c2 key=P1
        and j
        end e
        s > f
        f > c1 > j
        f > c2 > j
        j > e
        """,
        """
        start s
        step inner
        xor g default=g-to-e
        end e
        s > inner > g
        g > inner : inner.outcome = "again"
        g > e
        """,
    )
    first, second = (each.id for each in game.step.opened)
    step = complete(game.process, game.step.state, first, {"outcome": "again"}, game.now, {})
    assert [each.step_id for each in step.opened] == ["inner"]
    step = complete(game.process, step.state, second, {"outcome": "agree"}, game.now, {})
    assert [each.id for each in open_tasks(game.process, step.state)] != [first]
    assert step.opened == ()
    assert step.ended is None


def test_a_call_with_a_mapping_passes_nothing_else() -> None:
    game = Game(
        f"""
        start s
        {MAPPED_CALL}
        step last
        end e
        s > c > last > e
        """,
        """
        start s
        step inner
        end e
        s > inner > e
        """,
        amount=4,
        secret="x",
    )
    (task,) = game.step.opened
    assert dict(task.variables) == {"sum": 4, "double": 8}
    game.do("inner", ok=True)
    assert dict(game.step.variables) == {"amount": 4, "secret": "x", "answer": {"ok": True}}


@pytest.mark.parametrize(("boundary", "opened"), [("error=a", ["repair"]), ("", ["repair"])])
def test_an_error_end_is_caught_on_the_sub_process_around_it(
    boundary: str, opened: list[str]
) -> None:
    catch = (
        f"boundary b on=x {boundary}"
        if boundary
        else (
            '<bpmn:boundaryEvent id="b" attachedToRef="x"><bpmn:errorEventDefinition/>'
            "</bpmn:boundaryEvent>"
        )
    )
    game = Game(f"""
        start s
        sub x
        start xs
        and xf
        step a
        step other
        error xe error=a
        end xo
        xs > xf
        xf > a > xe
        xf > other > xo
        }}
        {catch}
        step repair
        end e
        s > x > e
        b > repair > e
    """)
    game.do("a")
    assert game.open == opened
    assert [each.how for each in game.step.closed] == ["completed", "cancelled"]


def test_an_error_passes_through_calls_to_the_innermost_catcher() -> None:
    game = Game(
        """
        start s
        call c key=P1
        boundary b on=c error=b
        boundary a on=c error=a
        step repair
        end e
        s > c > e
        a > repair > e
        b > e
        """,
        "start s\ncall d key=P2\nboundary b on=d error=b\nend e\ns > d > e\nb > e",
        "start s\nstep x\nerror bad error=a\ns > x > bad",
    )
    game.do("x")
    assert game.open == ["repair"]


def test_a_handler_may_throw_a_bpmn_error() -> None:
    def refuse(call: ServiceCall) -> None:
        raise BpmnError("a")

    text = """
        start s
        service x topic=t
        boundary b on=x error=a
        step repair
        end e
        s > x > e
        b > repair > e
    """
    game = Game(text, handlers={"t": refuse})
    assert game.open == ["repair"]

    def other(call: ServiceCall) -> None:
        raise BpmnError("unknown")

    with pytest.raises(EngineError) as caught:
        Game(text, handlers={"t": other})
    assert (caught.value.kind, caught.value.element_id) == ("error", "x")


def test_an_endless_automatic_loop_is_an_error() -> None:
    with pytest.raises(EngineError) as caught:
        Game("""
            start s
            xor m
            script n script="1"
            xor g default=g-to-m
            end e
            s > m > n > g
            g > e : n = 2
            g > m
        """)
    assert caught.value.kind == "endless"


def test_ids_that_the_library_keeps_for_itself_are_usable() -> None:
    game = Game("start Start\nstep End\nstep Root\nend p.EndJoin\nStart > End > Root > p.EndJoin")
    assert game.do("End").do("Root").ended == "p.EndJoin"
