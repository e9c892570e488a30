"""Many tasks that one person could decide unread: reports whose review demands no answer."""

import json
import shutil
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.settings import ROOT
from app.identity import Membership, Role, User
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.resources import FormLibrary, resources_of
from app.workflow.states import SeatState
from tests.queues import department_queue


def undemanding_forms(database: Database, folder: Path) -> None:
    """Let the review of a report be sent without an answer, in this installation."""
    shutil.copytree(ROOT / "forms", folder)
    path = folder / "monitoring_review.form.json"
    form = json.loads(path.read_text())
    for field in form["components"]:
        field.get("validate", {}).pop("required", None)
    path.write_text(json.dumps(form))
    with database.unit_of_work(write=False) as session:
        resources_of(session).forms = FormLibrary(folder)


def reviewer_of(database: Database) -> str:
    """Who decides the reports of one department."""
    return department_queue(database).reviewer


def waiting_reports(database: Database, username: str, *, everywhere: bool = False) -> list[UUID]:
    """The reports that this person may claim, the most urgent first; `everywhere` all there are."""
    with database.unit_of_work() as session:
        user = session.scalars(select(User).where(User.username == username)).one()
        groups = _open_groups(session)
        own = set(
            session.scalars(select(Membership.group_key).where(Membership.user_id == user.id))
        )
        if everywhere:
            for key in groups - own:
                role, _, code = key.partition("@")
                session.add(Membership.of(user.id, Role(role), code))
            own |= groups
        query = (
            select(UserTask.id)
            .join(Seat, Seat.task_id == UserTask.id)
            .where(Seat.group_key.in_(groups & own), *_WAITING)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .order_by(Seat.due_at, Seat.id)
        )
        return list(session.scalars(query))


_WAITING = (
    ProcessInstance.process_key == "P_MONITOR",
    UserTask.step_id != "fill_monitoring",
    Seat.state == SeatState.OPEN,
    Seat.holder_id.is_(None),
)


def _open_groups(session: Session) -> set[str]:
    query = (
        select(Seat.group_key)
        .join(UserTask, UserTask.id == Seat.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(*_WAITING)
    )
    return {str(key) for key in session.scalars(query)}
