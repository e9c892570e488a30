"""Small processes for tests of the verbs: drawn as lines, deployed, and played by user name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.workflow.clocks.models import Timer
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.instances import Subject, start_instance
from app.workflow.models import ProcessInstance, UserTask
from tests.engine.drawing import draw
from tests.workflow.conftest import Office

CLERK = "d05u1.clerk"
SUBJECT = Subject(
    code="S-1",
    name=Bilingual("试点", "Pilot"),
    unit_code="D05U1",
    department_code="D05",
    section_code="ECO",
    agency_code=None,
    fiscal_year=2023,
    amount=Decimal("10"),
    is_key=False,
)


@dataclass
class Small:
    """One item of a small process."""

    office: Office
    item: UUID

    def task(self, step: str) -> UUID:
        return self.office.task(self.item, step)

    def do(self, step: str, who: str, outcome: str = "agree", **more: Any) -> UUID:
        """Decide an open step; gives its task."""
        task_id = self.task(step)
        decision = Decision(outcome, **more)
        self.office.act(approve_task, task_id, self.office.actor(who), decision)
        return task_id

    @property
    def open(self) -> list[str]:
        return sorted(self.office.open_steps(self.item))

    def snapshot(self) -> Mapping[str, Any]:
        """What a recall must bring back: tokens, variables, open steps, timers, who has acted."""
        with self.office.database.unit_of_work(write=False) as session:
            instance = session.get_one(ProcessInstance, self.item)
            tasks = session.execute(
                select(UserTask.id, UserTask.step_id, UserTask.visit, UserTask.engine_task_id)
                .where(UserTask.instance_id == self.item, UserTask.state == "open")
                .order_by(UserTask.id)
            )
            timers = session.execute(
                select(Timer.timer_id, Timer.due_at).where(Timer.instance_id == self.item)
            )
            return {
                "state": instance.engine_state,
                "variables": instance.variables,
                "tasks": [tuple(each) for each in tasks],
                "timers": sorted(tuple(each) for each in timers),
                "acted": {k: v for k, v in instance.progress["acted"].items() if v},
                "passed": instance.progress["passed"],
            }


def small(office: Office, lines: str, key: str = "P_SMALL") -> Small:
    """Deploy a diagram of these lines and start it as the clerk."""
    clerk = office.actor(CLERK)

    def begin(session: Session, now: datetime) -> UUID:
        deploy_definition(session, None, draw(lines, key), "", now)
        return start_instance(session, key, "S-1", SUBJECT, clerk, now)

    return Small(office, office.act(begin))
