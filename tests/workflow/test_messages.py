"""Messages and signals between items: each arrives once, at one receiver, or waits for it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from app.worker import run_due
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.events.delivering import KEPT, deliver_message, due_messages
from app.workflow.events.models import Message
from app.workflow.events.operations import discard, send_again
from app.workflow.events.posting import send_message, send_signal
from app.workflow.failures import InstanceFailureError
from app.workflow.incidents import resolve_incident
from app.workflow.returning.recalls import recall_decision
from app.workflow.stopping import resume_item, suspend_item, terminate_item
from app.workflow.tracking.history import open_incidents
from tests.workflow.conftest import REASON, Office
from tests.workflow.drawn import acts, agree, deploy
from tests.workflow.messages import (
    THROWS,
    WAITS,
    begin,
    message,
    problems,
    send,
    states,
    variable,
    waiting,
    work,
)

REVIEWER = "ctr.rev1"


@pytest.fixture(autouse=True)
def diagrams(office: Office) -> None:
    deploy(office, WAITS.replace("step after", "step after candidateGroups=center_reviewer"), "P_W")
    deploy(
        office, THROWS.replace("step before", "step before candidateGroups=center_reviewer"), "P_T"
    )


def test_what_one_item_throws_another_receives(office: Office) -> None:
    receiver, thrower = begin(office, "P_W"), begin(office, "P_T")
    assert waiting(office, receiver) == [("wait", "a", "D03")]

    agree(office, thrower, "before", REVIEWER)
    assert (states(office), office.open_steps(receiver)) == (["new"], {})

    work(office)
    assert (states(office), office.open_steps(receiver)) == (["delivered"], {"after": 1})
    assert variable(office, receiver, "wait") == {"sum": "100", "why": "D03U1"}
    assert waiting(office, receiver) == []
    assert ("throw", "tell", REVIEWER, "a") in acts(office, thrower)
    assert ("receive", "wait", None, "a") in acts(office, receiver)


def test_of_two_who_wait_the_one_that_has_waited_longest_receives(office: Office) -> None:
    first, second = begin(office, "P_W", 1), begin(office, "P_W", 2)
    other = begin(office, "P_W", 3, department_code="D05")
    send(office)
    work(office)
    assert [bool(office.open_steps(each)) for each in (first, second, other)] == [
        True, False, False,
    ]  # fmt: skip
    send(office)
    work(office)
    assert [bool(office.open_steps(each)) for each in (first, second, other)] == [
        True, True, False,
    ]  # fmt: skip
    send(office)
    work(office)
    assert states(office) == ["delivered", "delivered", "buffered"]


def test_what_has_to_agree_agrees_exactly(office: Office) -> None:
    receiver = begin(office, "P_W")
    for correlation in ("", "D", "d03", "D030"):
        send(office, correlation=correlation)
    work(office)
    assert states(office) == ["buffered"] * 4
    assert office.open_steps(receiver) == {}


def test_a_message_waits_for_its_receiver(office: Office) -> None:
    sent = send(office, payload={"n": 1})
    work(office)
    work(office)
    assert states(office) == ["buffered"]
    receiver = begin(office, "P_W")
    work(office)
    assert (message(office, sent).receiver_id, states(office)) == (receiver, ["delivered"])
    assert variable(office, receiver, "wait") == {"n": 1}


def test_a_message_waits_no_longer_than_it_lives(office: Office) -> None:
    send(office, ttl=timedelta(hours=5))
    send(office, ttl=timedelta(0))
    work(office)
    assert states(office) == ["buffered", "expired"]
    office.now += timedelta(hours=3)
    receiver = begin(office, "P_W")
    with office.database.unit_of_work(write=False) as session:
        assert due_messages(session, office.now + timedelta(hours=1)) == []
    work(office, timedelta(hours=1))
    assert states(office) == ["expired", "expired"]
    assert office.open_steps(receiver) == {}


def test_one_that_is_not_kept_still_reaches_who_waits(office: Office) -> None:
    receiver = begin(office, "P_W")
    send(office, ttl=timedelta(0))
    work(office, timedelta(days=1))
    assert office.open_steps(receiver) == {"after": 1}


def test_sending_twice_under_one_key_is_sending_once(office: Office) -> None:
    first = begin(office, "P_W", 1)
    begin(office, "P_W", 2)
    sent = send(office, key="bank/7")
    assert send(office, key="bank/7") == sent
    work(office)
    assert send(office, key="bank/7") == sent
    work(office)
    assert (states(office), message(office, sent).receiver_id) == (["delivered"], first)
    assert send(office, key="bank/8") != sent


def test_what_ended_is_forgotten_with_its_key_after_a_month(office: Office) -> None:
    begin(office, "P_W")
    send(office, key="bank/7")
    work(office)
    work(office, KEPT - timedelta(hours=1))
    assert states(office) == ["delivered"]
    work(office, timedelta(hours=2))
    assert states(office) == []


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": "unknown"}, NotFoundError),
        ({"name": "a" * 201}, InvalidInputError),
        ({"correlation": "a" * 201}, InvalidInputError),
        ({"correlation": "a\0"}, InvalidInputError),
        ({"key": "a" * 201}, InvalidInputError),
        ({"payload": {"x": object()}}, InvalidInputError),
        ({"payload": {1: "x"}}, InvalidInputError),
        ({"payload": {"x": "a" * 70_000}}, InvalidInputError),
        ({"payload": {"x": "\0"}}, InvalidInputError),
        ({"payload": {"x": "\ud800"}}, InvalidInputError),
        ({"payload": {"x": float("nan")}}, InvalidInputError),
        ({"payload": [1]}, InvalidInputError),
        ({"ttl": timedelta(seconds=-1)}, InvalidInputError),
        ({"ttl": timedelta.max}, InvalidInputError),
        ({"who": REVIEWER}, NotPermittedError),
    ],
)
def test_what_no_row_can_hold_is_refused(
    office: Office, wrong: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        send(office, **wrong)
    assert states(office) == []


def test_a_payload_nested_too_deep_is_refused(office: Office) -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(InvalidInputError):
        send(office, payload={"x": deep})


def test_values_keep_their_types_on_the_way(office: Office) -> None:
    deploy(
        office,
        """
        start s
        catch wait message=a
        xor g default=g-to-no
        step yes candidateGroups=center_reviewer
        step no candidateGroups=center_reviewer
        end e
        s > wait > g
        g > yes : wait.sum + 0.1 = 0.3 and wait.day > date("2022-10-09")
        g > no
        yes > e
        no > e
        """,
        "P_TYPES",
    )
    receiver = begin(office, "P_TYPES")
    send(office, correlation="", payload={"sum": Decimal("0.2"), "day": date(2022, 10, 10)})
    work(office)
    assert office.open_steps(receiver) == {"yes": 1}


def test_nothing_reaches_an_item_that_stands_still(office: Office) -> None:
    deploy(
        office,
        "start s\nstep hold candidateGroups=center_reviewer\nboundary b on=hold message=a\n"
        "step more candidateGroups=center_reviewer\nend e\ns > hold > e\nb > more > e",
        "P_HOLD",
    )
    receiver = begin(office, "P_HOLD")
    manager = office.actor("mgr")
    office.act(suspend_item, office.task(receiver, "hold"), manager, REASON, None)
    assert waiting(office, receiver) == []
    send(office, correlation="")
    work(office)
    assert states(office) == ["buffered"]
    office.act(resume_item, office.task(receiver, "hold"), manager, REASON, None)
    work(office)
    assert (states(office), office.open_steps(receiver)) == (["delivered"], {"more": 1})
    assert waiting(office, receiver) == []


def test_a_terminated_item_waits_for_nothing(office: Office) -> None:
    deploy(
        office,
        "start s\nstep hold candidateGroups=center_reviewer\nboundary b on=hold message=a\nend e\n"
        "s > hold > e\nb > e",
        "P_HOLD",
    )
    receiver = begin(office, "P_HOLD")
    office.act(terminate_item, office.task(receiver, "hold"), office.actor("mgr"), REASON, None)
    assert waiting(office, receiver) == []


def test_a_decision_that_sent_a_message_is_not_recalled(office: Office) -> None:
    deploy(
        office,
        THROWS.replace("end e", "step more candidateGroups=center_reviewer\nend e")
        .replace("tell > e", "tell > more > e")
        .replace("step before", "step before candidateGroups=center_reviewer"),
        "P_T",
    )
    thrower = begin(office, "P_T")
    task_id = office.task(thrower, "before")
    agree(office, thrower, "before", REVIEWER)
    with pytest.raises(ConflictError):
        office.act(recall_decision, task_id, office.actor(REVIEWER), REASON, None)


# Failing receivers.

BREAKS = """
    start s
    catch wait message=a
    xor g default=g-to-no
    step yes candidateGroups=center_reviewer
    end no
    s > wait > g
    g > yes : wait.n + 1 > 1
    g > no
    yes > no
"""


def test_a_failing_receiver_gets_an_incident_and_the_message_waits_for_it(office: Office) -> None:
    deploy(office, BREAKS, "P_B")
    receiver = begin(office, "P_B")
    sent = send(office, correlation="", payload={"n": "no number"})
    work(office)
    work(office)

    assert (states(office), office.open_steps(receiver)) == (["held"], {})
    assert waiting(office, receiver) == [("wait", "a", "")]
    with office.database.unit_of_work(write=False) as session:
        [incident] = open_incidents(session, receiver)
    assert message(office, sent).incident_id == incident.id
    assert incident.element_id == "g"
    assert len(problems(office)) == 1

    with office.database.unit_of_work() as session:
        session.get_one(Message, sent).payload = {"n": 1}  # what an operator mends
    office.act(resolve_incident, incident.id, office.actor("mgr"))
    work(office)
    assert (states(office), office.open_steps(receiver)) == (["delivered"], {"yes": 1})


def test_an_operator_sends_again_or_discards(office: Office) -> None:
    deploy(office, BREAKS, "P_B")
    receiver = begin(office, "P_B")
    manager = office.actor("mgr")
    broken = send(office, correlation="", payload={"n": "no number"})
    work(office)
    with pytest.raises(NotPermittedError):
        office.act(send_again, broken, office.actor(REVIEWER))
    office.act(send_again, broken, manager)
    work(office)
    assert states(office) == ["held"]
    with pytest.raises(NotPermittedError):
        office.act(discard, broken, office.actor(REVIEWER))
    office.act(discard, broken, manager)
    assert states(office) == ["discarded"]
    assert message(office, broken).handled_by_id == manager.id
    for verb in (send_again, discard):
        with pytest.raises(ConflictError):
            office.act(verb, broken, manager)
        with pytest.raises(NotFoundError):
            office.act(verb, uuid4(), manager)
    send(office, correlation="", payload={"n": 1})
    work(office)
    assert office.open_steps(receiver) == {"yes": 1}


def test_sending_again_begins_the_time_to_live_again(office: Office) -> None:
    sent = send(office, ttl=timedelta(hours=5))
    work(office, timedelta(hours=3))
    office.act(send_again, sent, office.actor("mgr"))
    with pytest.raises(ConflictError):
        office.act(send_again, sent, office.actor("mgr"))
    work(office, timedelta(hours=2))
    assert states(office) == ["buffered"]
    work(office, timedelta(hours=3))
    assert states(office) == ["expired"]


def test_too_much_thrown_fails_the_thrower_and_sends_nothing(office: Office) -> None:
    deploy(
        office,
        """
        start s
        step before candidateGroups=center_reviewer
        script big script="for i in 1..9000 return 1000000"
        throw tell message=a carries="x=big"
        end e
        s > before > big > tell > e
        """,
        "P_BIG",
    )
    thrower = begin(office, "P_BIG")
    with pytest.raises(InstanceFailureError, match="bytes"):
        agree(office, thrower, "before", REVIEWER)
    assert (states(office), office.open_steps(thrower)) == ([], {"before": 1})


def test_a_key_to_agree_in_that_is_too_long_fails_the_item(office: Office) -> None:
    long = 'correlationKey="string(for i in 1..200 return i)"'
    deploy(office, f"start s\ncatch wait message=a {long}\nend e\ns > wait > e", "P_LONG")
    with pytest.raises(InstanceFailureError, match="200 characters"):
        begin(office, "P_LONG")


# Signals.

HEARS = """
    start s
    step work candidateGroups=center_reviewer
    boundary b on=work signal=a
    step told candidateGroups=center_reviewer
    end e
    s > work > e
    b > told > e
"""


def test_a_signal_reaches_fifty_items_once(
    office: Office, count_statements: Callable[..., Any]
) -> None:
    deploy(office, HEARS, "P_H")
    listeners = [begin(office, "P_H", number) for number in range(50)]
    deploy(office, THROWS.replace("message=a correlationKey=department", "signal=a").replace(
        "step before", "step before candidateGroups=center_reviewer"), "P_T")  # fmt: skip
    thrower = begin(office, "P_T")
    decision, task_id = Decision("agree", {}), office.task(thrower, "before")
    actor = office.actor(REVIEWER)
    with count_statements(office.database, at_most=15):
        office.act(approve_task, task_id, actor, decision)
    late = begin(office, "P_H", 99)

    work(office)
    assert states(office) == ["delivered"] * 50
    assert {tuple(office.open_steps(each)) for each in listeners} == {("told",)}
    assert office.open_steps(late) == {"work": 1}


def test_a_signal_from_outside_reaches_who_waits_now(office: Office) -> None:
    deploy(office, HEARS, "P_H")
    first, second = begin(office, "P_H", 1), begin(office, "P_H", 2)

    def signal(session: Session, now: datetime) -> int:
        return send_signal(session, "a", {"n": 1}, office.actor("mgr"), now)

    assert office.act(signal) == 2
    agree(office, first, "work", REVIEWER)  # it waits no longer when the signal arrives
    work(office)
    assert sorted(states(office)) == ["delivered", "expired"]
    assert (office.open_steps(first), office.open_steps(second)) == ({}, {"told": 1})
    assert office.act(signal) == 0
    with pytest.raises(NotFoundError), office.database.unit_of_work() as session:
        send_signal(session, "zz", {}, office.actor("mgr"), office.now)


def test_a_signal_goes_on_with_an_item_that_stood_still(office: Office) -> None:
    deploy(office, HEARS, "P_H")
    item, manager = begin(office, "P_H"), office.actor("mgr")

    def signal(session: Session, now: datetime) -> int:
        return send_signal(session, "a", {}, office.actor("mgr"), now)

    office.act(signal)
    office.act(suspend_item, office.task(item, "work"), manager, REASON, None)
    work(office)
    assert (states(office), office.open_steps(item)) == (["held"], {"work": 1})
    office.act(resume_item, office.task(item, "work"), manager, REASON, None)
    work(office)
    assert (states(office), office.open_steps(item)) == (["delivered"], {"told": 1})


# Cost.


def test_delivering_costs_as_much_as_any_verb(
    office: Office, count_statements: Callable[..., Any]
) -> None:
    begin(office, "P_W")
    sent = send(office)
    run = office.now
    cost = count_statements(office.database, at_most=15)
    with cost as statements, office.database.unit_of_work() as session:
        deliver_message(session, sent, run)
    assert (states(office), statements.commits) == (["delivered"], 1)


def test_an_idle_look_asks_no_instance(
    office: Office, count_statements: Callable[..., Any]
) -> None:
    for number in range(3):
        begin(office, "P_W", number)
    work(office)
    with count_statements(office.database) as statements:
        assert run_due(office.database, office.now) == 0
    assert not any("engine_state" in each for each in statements.texts)


def test_sending_costs_few_statements(office: Office, count_statements: Callable[..., Any]) -> None:
    manager = office.actor("mgr")
    with count_statements(office.database, at_most=4):
        office.act(lambda session, now: send_message(session, "a", "", {}, manager, now, key="k"))
