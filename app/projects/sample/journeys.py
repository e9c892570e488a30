"""What the people of the sample bureau have done so far, through the same verbs as real work.

Every state that is reached by acting is reached by acting: the monitoring of September 2022 stands
where the dossier says (section 5), the named projects of 2023 show one situation each, and the
worker has marked what became overdue. Deterministic: no chance, no wall clock.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.errors import ConflictError
from app.core.i18n import N_
from app.core.installation import SAMPLE_LOADED, start_clock_at, write_fact
from app.identity import User
from app.projects.kinds import Link, LinkStatus
from app.projects.models import Project
from app.projects.reminders import ring_alarm
from app.projects.sample.desk import Acts, Desk, live
from app.projects.sample.goal_stories import goal_stories
from app.projects.sample.hours import at
from app.projects.sample.loading import load_approved_goals, load_people, load_projects
from app.projects.sample.monitoring_stories import monitoring_stories
from app.workflow.clocks.alarms import due_tasks
from app.workflow.clocks.timers import due_instances, fire_timers
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.ledger.telling import tell_nothing_of_the_past
from app.workflow.resources import resources_of

#: The day of the demonstration: Monday, 2022-10-10, 09:00 in Shanghai.
DEMO_NOW = datetime(2022, 10, 10, 1, tzinfo=UTC)
DIAGRAMS = ("P_PRELIM", "P_GOAL", "P_MONITOR")
_INSTALLED = datetime(2021, 8, 2, 1, tzinfo=UTC)


def load_sample_bureau(database: Database, say: Callable[[str], None]) -> None:
    """Load everything in one unit of work: an interrupted load leaves nothing behind.

    Raises:
        ConflictError: somebody works here already, real or from an earlier load.
    """
    with database.unit_of_work() as session:
        _refuse_inhabited(session)
        load_people(session)
        load_projects(session)
        say(f"{load_approved_goals(session)} approved goals of 2021 and 2022")
        folder = resources_of(session).settings.bpmn_folder
        for key in DIAGRAMS:
            deploy_definition(session, None, (folder / f"{key}.bpmn").read_bytes(), "", _INSTALLED)
        # The reports are opened, filled in and passed on below; until then none is.
        opened = update(Project).where(Project.link == Link.MONITORING)
        session.execute(opened.values(link_status=LinkStatus.DRAFT))
        desk = Desk(session)
        goals, reports = list(goal_stories(desk)), list(monitoring_stories(desk))
        live([*goals, *reports, _worker(session)])
        say(f"{len(goals)} goal reviews of 2023")
        say(f"{len(reports)} monitoring reports of September 2022")
        tell_nothing_of_the_past(session)
        start_clock_at(session, DEMO_NOW)
        write_fact(session, SAMPLE_LOADED, DEMO_NOW.isoformat())


def _refuse_inhabited(session: Session) -> None:
    found = session.scalar(select(func.count()).select_from(User))
    if found:
        raise ConflictError(
            N_("Expected an installation without people to load the sample bureau into, "
               "found {found} accounts. Nothing was changed."),
            found=found,
        )  # fmt: skip


def _worker(session: Session) -> Acts:
    """The worker of the installation, a minute after the offices' last hour of every day."""
    for day in range((DEMO_NOW.date() - date(2022, 9, 1)).days):
        now = at(9, 1, 18, 1) + timedelta(days=day)
        yield now
        for instance_id in due_instances(session, now):
            fire_timers(session, instance_id, now)
        while alarms := due_tasks(session, now):
            for task_id in alarms:
                ring_alarm(session, task_id, now)
