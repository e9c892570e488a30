"""What the lists of items, an inbox and a board, read and ask of their rows alike."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal, or_, tuple_

from app.core.types import UtcDateTime
from app.workflow.models import ProcessInstance, UserTask

#: What a line says of the subject.
SUBJECT = (
    ProcessInstance.id.label("instance_id"),
    ProcessInstance.subject_code,
    ProcessInstance.subject_zh,
    ProcessInstance.subject_en,
    ProcessInstance.unit_code,
    ProcessInstance.department_code,
    ProcessInstance.amount,
    ProcessInstance.is_key,
)


def names_subject(text: str) -> ColumnElement[bool]:
    """Whether a text is part of the subject's code or name, in either language."""
    searched = (
        ProcessInstance.subject_code,
        ProcessInstance.subject_zh,
        ProcessInstance.subject_en,
    )
    return or_(*(each.icontains(text, autoescape=True) for each in searched))


def is_late(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """A step whose clock stands still, for an answer or in a suspended item, is not late."""
    return UserTask.due_at <= now, UserTask.clock_stopped_at.is_(None)


def cursor_at(moment: datetime, key: UUID) -> str:
    """The cursor behind which the rows after this one lie, in a list by moment and id."""
    return f"{moment.isoformat()}_{key}"


def read_cursor(cursor: str) -> tuple[ColumnElement[datetime], UUID]:
    """The moment and the id of a cursor, as `behind` compares them.

    Raises:
        ValueError: the cursor is none of ours.
    """
    text, _, key = cursor.partition("_")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(cursor)
    return literal(moment, UtcDateTime()), UUID(key)


def behind(keys: tuple[Any, ...], place: tuple[Any, ...], *, descending: bool) -> Any:
    """Rows that a list, sorted by `keys`, shows after a place in it."""
    here, there = (tuple_(*keys), tuple_(*place)) if len(keys) > 1 else (keys[0], place[0])
    return here < there if descending else here > there
