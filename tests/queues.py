"""What waits unclaimed in the sample bureau, found and not fixed: the sample may grow."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.core.database import Database
from app.core.i18n import Bilingual
from app.projects.sample.journeys import DEMO_NOW
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.states import SeatState

REVIEWER = "department_reviewer@"


@dataclass(frozen=True)
class Waiting:
    """One unclaimed monitoring report, at its department."""

    task_id: UUID
    code: str
    name: Bilingual
    unit_code: str
    due_at: datetime

    @property
    def is_late(self) -> bool:
        """Whether it was due before the bureau's Monday morning."""
        return self.due_at < DEMO_NOW


@dataclass(frozen=True)
class Queue:
    """The reports that wait for one department, in the order of the inbox."""

    department: str
    rows: tuple[Waiting, ...]

    @property
    def reviewer(self) -> str:
        """User name of who may claim them."""
        return f"{self.department.lower()}.fin"


def department_queue(database: Database) -> Queue:
    """A department that has at least two reports waiting, late ones and others."""
    query = (
        select(Seat, UserTask, ProcessInstance)
        .join(UserTask, UserTask.id == Seat.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(
            Seat.group_key.startswith(REVIEWER),
            Seat.holder_id.is_(None),
            Seat.state == SeatState.OPEN,
            ProcessInstance.process_key == "P_MONITOR",
        )
        .order_by(Seat.due_at, Seat.id)
    )
    found: dict[str, list[Waiting]] = defaultdict(list)
    with database.unit_of_work(write=False) as session:
        for seat, task, item in session.execute(query):
            name = Bilingual(item.subject_zh, item.subject_en)
            row = Waiting(task.id, item.subject_code, name, item.unit_code, task.due_at)
            found[str(seat.group_key).removeprefix(REVIEWER)].append(row)
    return next(
        Queue(department, tuple(rows))
        for department, rows in sorted(found.items())
        if len({row.is_late for row in rows}) == 2
    )
