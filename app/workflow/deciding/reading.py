"""Who first looked at an open task: withdrawing, recalling and undoing ask for it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.identity import Actor
from app.workflow.applying.actions import TASK
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.voting.own_seats import own_seat


def read_task(session: Session, task_id: UUID, actor: Actor, now: datetime) -> None:
    """The actor has opened the page of a task; noted once, and only of those who may decide."""
    note_reader(load_task(session, task_id, lock=False), actor, now)


def note_reader(loaded: LoadedTask, actor: Actor, now: datetime) -> None:
    """The same for a verb that has read the task already.

    Whose own decision opened the step is no reader of it: he may still take the decision back.
    """
    if loaded.task.read_at or not loaded.is_open or own_seat(loaded, actor) is None:
        return
    task, reader = str(loaded.task.id), str(actor.id)
    if any(task in e["opened"] and e["actor"] == reader for e in loaded.progress.decided.values()):
        return
    loaded.session.connection().execute(
        update(TASK)
        .where(TASK.c.id == loaded.task.id, TASK.c.read_at.is_(None))
        .values(read_at=now, read_by_id=actor.id)
    )
