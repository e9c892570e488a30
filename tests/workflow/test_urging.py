"""Asking for speed: who hears of it, how often it may be done, and when it is refused."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import ConflictError, InvalidInputError, NotPermittedError
from app.notify.models import Notice
from app.projects.messages import ask, urge
from app.workflow.assignment.claiming import claim_task
from app.workflow.models import Urge
from app.workflow.tracking.history import ledger_entries
from app.workflow.urging import urges_of
from tests.workflow.conftest import Office

TEXT = "预算会议周五召开,请尽快办理。"


@pytest.fixture
def item(office: Office) -> UUID:
    """P04, waiting for the department review since Monday morning."""
    item = office.start("P04")
    office.submit(item, "P04")
    office.now = datetime(2022, 9, 6, 2, tzinfo=UTC)  # Tuesday, 10:00 in Shanghai
    return item


def told(office: Office, kind: str) -> list[str]:
    with office.database.unit_of_work(write=False) as session:
        return sorted(session.scalars(select(Notice.address).where(Notice.kind == kind)))


def urge_as(office: Office, item: UUID, who: str, step: str = "department_review") -> None:
    office.act(urge, office.task(item, step), office.actor(who), TEXT)


def test_the_initiator_urges_and_the_candidates_hear_of_it(office: Office, item: UUID) -> None:
    urge_as(office, item, "d05u1.clerk")

    assert told(office, "urged") == ["department_reviewer@D05"]
    with office.database.unit_of_work(write=False) as session:
        [urged] = urges_of(session, item)
        assert (urged.who.zh, urged.text) == (office.actor("d05u1.clerk").name.zh, TEXT)
        last = ledger_entries(session, item)[-1]
        assert (last.verb, last.actor_id) == ("urge", office.actor("d05u1.clerk").id)
        assert (last.step_id, last.reason) == ("department_review", TEXT)


def test_whoever_has_claimed_the_step_is_told_alone(office: Office, item: UUID) -> None:
    office.act(claim_task, office.task(item, "department_review"), office.actor("d05.fin"), None)

    urge_as(office, item, "mgr")

    assert told(office, "urged") == ["user@d05.fin"]


def test_every_open_step_of_the_item_is_urged_at_once(office: Office) -> None:
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")

    urge_as(office, item, "d03u1.clerk", "third_party_review")

    assert told(office, "urged") == ["center_reviewer", "third_party@TPA"]


def test_while_a_step_waits_for_an_answer_the_person_asked_is_urged(
    office: Office, item: UUID
) -> None:
    office.agree(item, "department_review", "d05.fin")
    task = office.task(item, "preliminary_review")
    office.act(ask, task, office.actor("ctr.rev1"), "d05.fin", "请说明资金来源。")

    urge_as(office, item, "d05u1.clerk", "preliminary_review")

    assert told(office, "urged") == ["user@d05.fin"]


def test_who_is_asked_himself_has_nobody_to_urge(office: Office, item: UUID) -> None:
    task = office.task(item, "department_review")
    office.act(ask, task, office.actor("d05.fin"), "d05u1.clerk", "请说明资金来源。")

    with pytest.raises(ConflictError, match="it waits for you"):
        urge_as(office, item, "d05u1.clerk")


def test_a_second_urge_waits_four_working_hours(office: Office, item: UUID) -> None:
    first = office.now
    urge_as(office, item, "d05u1.clerk")
    office.now = first + timedelta(hours=3, minutes=59)

    with pytest.raises(ConflictError, match="Expected 4 working hours between two urges"):
        urge_as(office, item, "d05u1.clerk")
    urge_as(office, item, "mgr")  # everybody has a limit of his own
    office.now = first + timedelta(hours=4)
    urge_as(office, item, "d05u1.clerk")

    with office.database.unit_of_work(write=False) as session:
        assert len(session.scalars(select(Urge)).all()) == 3


def test_a_night_is_no_working_time(office: Office, item: UUID) -> None:
    office.now = datetime(2022, 9, 6, 9, tzinfo=UTC)  # 17:00 in Shanghai
    urge_as(office, item, "d05u1.clerk")
    office.now = datetime(2022, 9, 7, 1, 30, tzinfo=UTC)  # 09:30 the next morning

    with pytest.raises(ConflictError, match="you urged at"):
        urge_as(office, item, "d05u1.clerk")


@pytest.mark.parametrize("who", ["d05.fin", "ctr.rev1", "d04u1.clerk", "owner"])
def test_nobody_else_may_urge(office: Office, item: UUID, who: str) -> None:
    with pytest.raises(NotPermittedError, match="Expected whoever started this item"):
        urge_as(office, item, who)

    assert told(office, "urged") == []


def test_an_item_that_waits_for_oneself_cannot_be_urged(office: Office) -> None:
    item = office.start("P04")

    with pytest.raises(ConflictError, match="it waits for you"):
        urge_as(office, item, "d05u1.clerk", "compile_goals")


def test_a_step_that_is_over_cannot_be_urged(office: Office, item: UUID) -> None:
    task = office.task(item, "department_review")
    office.agree(item, "department_review", "d05.fin")

    with pytest.raises(ConflictError, match="to be open"):
        office.act(urge, task, office.actor("d05u1.clerk"), TEXT)


def test_a_novel_is_refused(office: Office, item: UUID) -> None:
    task = office.task(item, "department_review")

    with pytest.raises(InvalidInputError, match="0 to 500 characters, found 501"):
        office.act(urge, task, office.actor("d05u1.clerk"), "x" * 501)
