"""Time passing: the diagram's timers, overdue steps, and timers that fail."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from app.notify.models import Notice
from app.projects.reminders import ring_alarm
from app.worker import run_due
from app.workflow.clocks.alarms import due_tasks
from app.workflow.clocks.models import Timer
from app.workflow.clocks.timers import due_instances
from app.workflow.failures import InstanceFailureError
from app.workflow.incidents import open_incident, resolve_incident
from app.workflow.tracking.history import ledger_entries, open_incidents
from tests.workflow.conftest import Office


@pytest.fixture
def item(office: Office) -> UUID:
    """P03, a key project, waiting for its desk review and its third party."""
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")
    return item


def notices(office: Office, address: str) -> list[str]:
    with office.database.unit_of_work(write=False) as session:
        found = session.scalars(select(Notice).where(Notice.address == address))
        return [each.occasion.partition(":")[0] for each in found]


def test_the_late_third_party_is_reminded_once_after_fourteen_days(
    office: Office, item: UUID
) -> None:
    run_due(office.database, office.now + timedelta(days=1))
    assert "remind_third_party" not in notices(office, "third_party@TPA")

    later = office.now + timedelta(days=14, hours=1)
    run_due(office.database, later)
    run_due(office.database, later)

    reminders = notices(office, "third_party@TPA")
    assert reminders.count("remind_third_party") == 1
    assert office.open_steps(item) == {"center_desk_review": 1, "third_party_review": 1}
    with office.database.unit_of_work(write=False) as session:
        assert session.scalars(select(Timer)).all() == []
        assert [e.verb for e in ledger_entries(session, item)].count("fire") == 1


def test_an_opinion_in_time_takes_the_timer_away(office: Office, item: UUID) -> None:
    office.third_party(item)
    with office.database.unit_of_work(write=False) as session:
        assert session.scalars(select(Timer)).all() == []
        assert due_instances(session, office.now + timedelta(days=60)) == []


def test_an_overdue_step_is_told_once_to_those_who_can_act(office: Office, item: UUID) -> None:
    later = office.now + timedelta(days=30)
    with office.database.unit_of_work(write=False) as session:
        overdue = due_tasks(session, later)
    assert len(overdue) == 2

    for task_id in [*overdue, *overdue]:
        with office.database.unit_of_work() as session:
            ring_alarm(session, task_id, later)

    assert notices(office, "center_reviewer") == ["overdue"]
    with office.database.unit_of_work(write=False) as session:
        assert due_tasks(session, later) == []
        assert [e.verb for e in ledger_entries(session, item)].count("overdue") == 2


def test_a_failing_timer_waits_for_its_incident(office: Office, item: UUID) -> None:
    from app.core.i18n import Sentence  # noqa: PLC0415

    later = office.now + timedelta(days=14, hours=1)
    failure = InstanceFailureError(item, "handler", "remind_third_party", Sentence("No mail.", {}))
    with office.database.unit_of_work() as session:
        open_incident(session, failure, later)
        open_incident(session, failure, later)

    with office.database.unit_of_work(write=False) as session:
        assert due_instances(session, later) == []
        [incident] = open_incidents(session, item)

    office.now = later
    office.act(resolve_incident, incident.id, office.actor("mgr"))
    with office.database.unit_of_work(write=False) as session:
        assert due_instances(session, later) == [item]
        assert open_incidents(session, item) == []
