"""What a person has typed and not yet sent."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from app.core import documents
from app.core.database import table_of
from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.identity import Actor
from app.workflow.applying.loading import load_task
from app.workflow.deciding.models import TaskDraft
from app.workflow.deciding.reading import note_reader
from app.workflow.models import Vote
from app.workflow.resources import resources_of
from app.workflow.states import UNDECIDED
from app.workflow.voting.own_seats import own_seat, require_seat

DRAFT = table_of(TaskDraft)


def save_task_draft(
    session: Session, task_id: UUID, actor: Actor, typed: Mapping[str, Any], now: datetime
) -> None:
    """Keep what the actor has typed, even if a colleague has closed the task meanwhile.

    Raises:
        InvalidInputError: it is larger than any form of the bureau could be.
    """
    size, most = len(documents.dump(dict(typed))), resources_of(session).settings.max_draft_bytes
    if size > most:
        raise InvalidInputError(
            N_("Expected a draft of at most {most} kB, found {found} kB. It was not saved."),
            most=most // 1024,
            found=size // 1024,
        )
    loaded = load_task(session, task_id, lock=False)
    # Whose seat waits, for a signer or an opinion, will come back to these words.
    waits = any(each.holder_id == actor.id and each.state in UNDECIDED for each in loaded.seats)
    sits = waits or own_seat(loaded, actor) is not None
    if not sits and find_draft(session, task_id, actor) is None:
        require_seat(loaded, actor)
    note_reader(loaded, actor, now)
    connection = session.connection()
    this_one = DRAFT.c.task_id == task_id
    connection.execute(delete(DRAFT).where(DRAFT.c.user_id == actor.id, this_one | _is_sent()))
    connection.execute(
        insert(DRAFT).values(task_id=task_id, user_id=actor.id, typed=dict(typed), saved_at=now)
    )


def find_draft(session: Session, task_id: UUID, actor: Actor) -> TaskDraft | None:
    """What the actor had typed and not sent, if anything."""
    return session.scalars(
        select(TaskDraft).where(
            TaskDraft.task_id == task_id, TaskDraft.user_id == actor.id, ~_is_sent()
        )
    ).one_or_none()


def drop_draft(session: Session, task_id: UUID, actor: Actor) -> None:
    """Forget what the actor had typed."""
    session.connection().execute(
        delete(DRAFT).where(DRAFT.c.task_id == task_id, DRAFT.c.user_id == actor.id)
    )


def _is_sent() -> ColumnElement[bool]:
    """A vote has said what the draft held: no verb pays for forgetting it, the next draft does."""
    return (
        select(Vote.id)
        .where(
            Vote.task_id == DRAFT.c.task_id,
            Vote.actor_id == DRAFT.c.user_id,
            Vote.voided_at.is_(None),
        )
        .exists()
    )
