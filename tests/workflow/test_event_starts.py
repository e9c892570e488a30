"""Items that begin by a message, a signal or a time: about what, in whose name, and how often."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity import User
from app.workflow.events.models import DefinitionEvent
from app.workflow.events.operations import send_again
from app.workflow.events.posting import send_signal
from tests.workflow.conftest import Office
from tests.workflow.drawn import acts, agree, change, deploy
from tests.workflow.messages import (
    ROAD,
    SCHOOL,
    begin,
    items,
    message,
    problems,
    send,
    states,
    variable,
    work,
)

REVIEWER = "ctr.rev1"
STEP = "step review candidateGroups=center_reviewer\nend e\nx > review > e"


def starts(office: Office) -> list[tuple[str, datetime | None, int | None]]:
    """The start timers: process, when next, and how often yet."""
    with office.database.unit_of_work(write=False) as session:
        rows = session.scalars(select(DefinitionEvent).order_by(DefinitionEvent.process_key))
        return [(each.process_key, each.due_at, each.remaining) for each in rows]


def starter(office: Office, key: str) -> list[str]:
    """In whose name the items of a process run."""
    with office.database.unit_of_work(write=False) as session:
        names = dict(session.execute(select(User.id, User.username)).all())
    return [names[each.started_by_id] for each in items(office, key)]


def test_a_message_that_nobody_waits_for_begins_an_item(office: Office) -> None:
    deploy(office, f"start x message=a\n{STEP}", "P_M")
    sent = send(office, correlation="order/7", payload={"subject": ROAD, "n": 1})
    work(office)

    [item] = items(office, "P_M")
    assert (item.subject_code, item.business_key) == (ROAD, "order/7")
    assert starter(office, "P_M") == ["mgr"]
    assert variable(office, item.id, "x") == {"subject": ROAD, "n": 1}
    assert office.open_steps(item.id) == {"review": 1}
    assert acts(office, item.id)[:2] == [
        ("receive", "x", None, "a"), ("start", None, None, "order/7"),
    ]  # fmt: skip
    assert (message(office, sent).receiver_id, states(office)) == (item.id, ["delivered"])
    agree(office, item.id, "review", REVIEWER)


def test_who_waits_receives_before_an_item_begins(office: Office) -> None:
    deploy(office, f"start x message=a\n{STEP}", "P_M")
    deploy(office, "start s\nreceive r message=a\nend e\ns > r > e", "P_R")
    begin(office, "P_R")
    send(office, correlation="", payload={"subject": ROAD})
    work(office)
    assert (items(office, "P_M"), items(office, "P_R")[0].state) == ([], "completed")
    send(office, correlation="", payload={"subject": ROAD})
    work(office)
    assert len(items(office, "P_M")) == 1


def test_an_item_that_begins_by_another_is_about_the_same_for_the_same_person(
    office: Office,
) -> None:
    deploy(office, f"start x message=a\n{STEP}", "P_M")
    deploy(
        office,
        "start s\nstep before candidateGroups=center_reviewer\nend e message=a\ns > before > e",
        "P_T",
    )
    thrower = begin(office, "P_T", code=SCHOOL)
    agree(office, thrower, "before", REVIEWER)
    work(office)
    [item] = items(office, "P_M")
    assert (item.subject_code, starter(office, "P_M")) == (SCHOOL, ["d03u1.clerk"])


@pytest.mark.parametrize(
    ("payload", "correlation", "why"),
    [
        ({}, "", "found nothing"),
        ({"subject": 7}, "", "found nothing"),
        ({"subject": "none"}, "", "a project with the code “none”"),
        ({}, "order/7", "a project with the code “order/7”"),
        ({"subject": ROAD, "business_key": "k" * 101}, "", "at most 100 characters"),
    ],
)
def test_without_a_subject_nothing_begins_and_an_operator_sees_why(
    office: Office, payload: Mapping[str, object], correlation: str, why: str
) -> None:
    deploy(office, f"start x message=a\n{STEP}", "P_M")
    send(office, correlation=correlation, payload=payload)
    work(office)
    work(office)
    assert (items(office, "P_M"), states(office)) == ([], ["held"])
    [problem] = problems(office)
    assert why in problem


def test_the_same_business_key_begins_once(office: Office) -> None:
    deploy(office, f"start x message=a\n{STEP}", "P_M")
    for _ in range(2):
        send(office, correlation="order/7", payload={"subject": ROAD})
    work(office)
    assert (len(items(office, "P_M")), states(office)) == (1, ["delivered", "held"])
    assert "to start once" in problems(office)[0]


def test_a_goal_review_begins_only_as_it_does_by_hand(office: Office) -> None:
    office.start("P04")
    deploy(office, f"start x message=a\n{STEP}", "P_GOAL")
    send(office, correlation="", payload={"subject": SCHOOL})
    work(office)
    assert states(office) == ["held"]
    assert len(items(office, "P_GOAL")) == 1


def test_what_is_mended_is_sent_again(office: Office) -> None:
    deploy(office, f"start x message=a\n{STEP}", "P_M")
    sent = send(office, correlation="")
    work(office)
    deploy(office, f"start x message=a appr.subject={ROAD}\n{STEP}", "P_M")
    office.act(send_again, sent, office.actor("mgr"))
    work(office)
    assert [each.subject_code for each in items(office, "P_M")] == [ROAD]


def test_the_newest_version_begins(office: Office) -> None:
    deploy(office, f"start x message=a\n{STEP}", "P_M")
    deploy(office, f"start s\nstart x message=b\n{STEP}\ns > review", "P_M")
    sent = send(office, "b", correlation="", payload={"subject": ROAD})
    work(office)
    assert message(office, sent).state == "delivered"
    assert len(items(office, "P_M")) == 1


def test_a_signal_begins_an_item_of_every_process_that_starts_by_it(office: Office) -> None:
    said = f"appr.subject={ROAD} appr.initiator=d03u1.clerk"
    for key in ("P_ONE", "P_TWO"):
        deploy(office, f"start x signal=a {said}\n{STEP}", key)

    def signal(session: Session, now: datetime) -> int:
        return send_signal(session, "a", {"n": 1}, office.actor("mgr"), now)

    assert office.act(signal) == 2
    deploy(office, f"start s\n{STEP.replace('x >', 's >')}", "P_TWO")  # begins by hand by now
    work(office)
    assert sorted(states(office)) == ["delivered", "expired"]
    [item] = items(office, "P_ONE")
    assert variable(office, item.id, "x") == {"n": 1}
    assert (starter(office, "P_ONE"), items(office, "P_TWO")) == (["d03u1.clerk"], [])


def timed(rule: str) -> str:
    return f"start x {rule} appr.subject={ROAD} appr.initiator=d03u1.clerk\n{STEP}"


def test_a_timer_begins_items_as_often_as_it_says(office: Office) -> None:
    deploy(office, timed("timeCycle=R3/P1D"), "P_D")
    first = office.now + timedelta(days=1)
    assert starts(office) == [("P_D", first, 3)]
    work(office, timedelta(hours=23))
    assert items(office, "P_D") == []
    for number in (1, 2, 3):
        work(office, timedelta(days=1))
        assert len(items(office, "P_D")) == number
    work(office, timedelta(days=9))
    assert len(items(office, "P_D")) == 3
    assert starts(office) == [("P_D", None, None)]
    assert starter(office, "P_D") == ["d03u1.clerk"] * 3
    assert {each.subject_code for each in items(office, "P_D")} == {ROAD}
    assert acts(office, items(office, "P_D")[0].id)[0] == ("fire", "x", None, "")


def test_a_counted_timer_catches_up_and_an_endless_one_skips(office: Office) -> None:
    deploy(office, timed("timeCycle=R3/P1D"), "P_D")
    deploy(office, timed("timeCycle=R/P1D"), "P_E")
    work(office, timedelta(days=10))
    assert (len(items(office, "P_D")), len(items(office, "P_E"))) == (3, 1)
    [(_, due, _)] = [each for each in starts(office) if each[0] == "P_E"]
    assert due is not None
    assert timedelta(0) < due - office.now <= timedelta(days=1)


def test_a_newer_version_replaces_the_timer(office: Office) -> None:
    deploy(office, timed("timeDuration=P1D"), "P_D")
    deploy(office, timed("timeDuration=P5D"), "P_D")
    work(office, timedelta(days=2))
    assert items(office, "P_D") == []
    work(office, timedelta(days=4))
    assert len(items(office, "P_D")) == 1


def test_who_has_left_begins_nothing(office: Office) -> None:
    deploy(office, timed("timeDuration=P1D"), "P_D")
    change(office, "d03u1.clerk", is_active=False)
    work(office, timedelta(days=2))
    assert (items(office, "P_D"), states(office)) == ([], ["held"])
    assert "appr.initiator" in problems(office)[0]
