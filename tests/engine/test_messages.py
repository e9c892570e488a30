"""Messages: the host knows who waits with what, and delivers to one receiver."""

from datetime import date
from decimal import Decimal

import pytest

from app.engine import EngineError, NotWaitingError, Thrown, deliver
from tests.engine.playing import Game

WAITING = """
    start s
    catch m message=a correlationKey="project.code"
    receive r message=b
    end e
    s > m > r > e
"""


def test_a_catch_waits_with_its_name_and_what_must_agree() -> None:
    game = Game(WAITING, project={"code": "2022-7"})
    (found,) = game.step.waiting
    assert (found.kind, found.name, found.correlation) == ("message", "a", "2022-7")
    assert (found.element_id, found.definition_key, found.attached_to) == ("m", "p", None)
    game.message("m", amount=3)
    assert game.variable("m") == {"amount": 3}
    assert [(each.element_id, each.correlation) for each in game.step.waiting] == [("r", None)]
    assert game.message("r").ended == "e"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"), (7, "7"), (Decimal("7.00"), "7"), (Decimal("1E+2"), "100"),
        (True, "true"), (date(2022, 10, 10), "2022-10-10"),
    ],
)  # fmt: skip
def test_equal_values_correlate_by_equal_texts(value: object, text: str) -> None:
    game = Game(WAITING, project={"code": value})
    assert game.subscription("m").correlation == text


@pytest.mark.parametrize("value", [None, "", [1]])
def test_nothing_to_correlate_by_is_an_incident(value: object) -> None:
    with pytest.raises(EngineError) as caught:
        Game(WAITING, project={"code": value})
    assert (caught.value.kind, caught.value.element_id) == ("expression", "m")


def test_what_must_agree_may_be_said_once_at_the_message() -> None:
    game = Game(
        """
        start s
        <bpmn:receiveTask id="r" messageRef="said"/>
        end e
        s > r > e
        </bpmn:process><bpmn:message id="said" name="answer"><bpmn:extensionElements>
        <camunda:properties><camunda:property name="correlationKey" value="code"/>
        </camunda:properties></bpmn:extensionElements></bpmn:message><bpmn:process id="none">
        """,
        code="x1",
    )
    found = game.subscription("r")
    assert (found.name, found.correlation) == ("answer", "x1")


def test_a_message_is_delivered_once() -> None:
    game = Game(WAITING, project={"code": "x"})
    found = game.subscription("m").id
    game.message("m")
    with pytest.raises(NotWaitingError):
        deliver(game.process, game.step.state, found, {}, game.now, {})


def test_nothing_is_delivered_to_tasks_timers_or_nobody() -> None:
    game = Game("start s\nstep a\nboundary t on=a timeDuration=P1D\nend e\ns > a > e\nt > e")
    for found in (game.task("a"), game.step.timers[0].id, "root", "nobody"):
        with pytest.raises(NotWaitingError):
            deliver(game.process, game.step.state, found, {}, game.now, {})


@pytest.mark.parametrize("thrower", ["throw t", "send t"])
def test_a_thrown_message_is_handed_to_the_host_only(thrower: str) -> None:
    game = Game(
        f"""
        start s
        and f
        receive own message=a
        {thrower} message=a carries="amount=sum, who=name" correlationKey=name
        end e
        s > f
        f > own > e
        f > t > e
        """,
        sum=4,
        name="li",
    )
    assert game.waiting == ["own"]
    payload = {"amount": 4, "who": "li"}
    assert game.step.thrown == (Thrown("message", "a", "li", payload, "t", "p"),)


def test_a_message_end_sends_and_ends() -> None:
    game = Game("start s\nstep a\nend e message=a\ns > a > e").do("a")
    assert game.ended == "e"
    assert [(each.kind, each.element_id) for each in game.step.thrown] == [("message", "e")]


def test_a_send_task_with_a_topic_is_a_service() -> None:
    seen: list[str] = []
    handlers = {"t": lambda call: seen.append(call.element_id)}
    game = Game("start s\nsend x topic=t\nend e\ns > x > e", handlers=handlers)
    assert (game.step.thrown, seen) == ((), ["x"])


def test_message_boundaries_interrupt_or_go_beside() -> None:
    text = """
        start s
        receive a message=b
        {kind} c on=a message=a
        step more
        end e
        s > a > e
        c > more > e
    """
    game = Game(text.format(kind="boundary"))
    assert game.waiting == ["a", "c"]
    game.message("c")
    assert (game.open, game.waiting) == (["more"], [])
    game = Game(text.format(kind="beside")).message("c", n=1).message("c", n=2)
    assert (game.open, game.waiting) == (["more", "more"], ["a", "c"])
    assert game.message("a").waiting == []


def test_a_boundary_message_belongs_to_its_open_task() -> None:
    game = Game("start s\nstep a\nboundary m on=a message=a\nend e\ns > a > e\nm > e")
    assert game.subscription("m").attached_to == game.task("a")


def test_a_receive_task_may_run_out_of_time() -> None:
    game = Game("""
        start s
        receive a message=a
        boundary t on=a timeDuration=P1D
        step late
        end e
        s > a > e
        t > late > e
    """)
    assert game.timers == ["t"]
    game.wait(days=1)
    assert (game.open, game.waiting) == (["late"], [])


def test_a_return_takes_what_waits_in_its_branch_away_and_leaves_the_others() -> None:
    game = Game("""
        start s
        and f
        step a
        step b
        beside m on=b message=a
        receive r message=b
        and j
        end e
        s > f
        f > a > b > j
        f > r > j
        j > e
        m > e
    """).do("a")
    assert game.waiting == ["m", "r"]
    assert game.move("b", "a").waiting == ["r"]
