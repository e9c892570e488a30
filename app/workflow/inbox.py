"""What waits for a person: five tabs, filters, keyset pages and capped counters.

One page costs two statements: the rows and the counters. Nothing here grows with history: open
work is found by the indexes of `seat` and `seat_candidate`, finished work newest first by id.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import N_, Bilingual
from app.identity import Actor
from app.workflow.models import (
    CopyReceipt,
    ProcessInstance,
    Seat,
    SeatCandidate,
    SeatState,
    TaskCopy,
    UserTask,
    Vote,
)
from app.workflow.names import candidate_keys

PAGE_SIZE = 50
#: Counters say "999+" beyond this; counting further would cost more than anybody gains.
COUNT_CAP = 999


class Tab(StrEnum):
    """The five boxes of the inbox."""

    MINE = "mine"
    GROUPS = "groups"
    STARTED = "started"
    DONE = "done"
    COPIED = "copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the address of an inbox page narrows the rows to; an empty one narrows nothing."""

    #: Part of the project's code or name, in either language.
    text: str = ""
    process_key: str = ""
    step_id: str = ""
    department_code: str = ""
    fiscal_year: int | None = None
    only_key: bool = False
    only_overdue: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed."""
        return self == Filters()


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of an inbox."""

    #: What the page's cursor and the row's checkbox name.
    key: UUID
    task_id: UUID | None
    instance_id: UUID
    process_key: str
    subject_code: str
    subject: Bilingual
    unit_code: str
    department_code: str
    #: 10k yuan.
    amount: Decimal
    is_key: bool
    step: Bilingual | None
    visit: int
    version: int
    due_at: datetime | None
    #: When it came into this box: opened, started, decided or copied.
    at: datetime
    #: The state of the instance, the outcome of the vote; by tab.
    state: str
    is_read: bool = True


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of a tab, with the cursor of the next one."""

    rows: Sequence[InboxRow]
    next_cursor: str | None


def inbox_page(
    session: Session,
    actor: Actor,
    tab: Tab,
    filters: Filters,
    now: datetime,
    cursor: str = "",
    limit: int = PAGE_SIZE,
) -> InboxPage:
    """The rows of one tab: open work by due date, the rest newest first.

    Raises:
        InvalidInputError: the cursor is none of ours.
    """
    query, order, to_row = _TABS[tab](actor)
    query = query.where(*_conditions(filters, now))
    if cursor:
        query = query.where(_behind(order, cursor))
    rows = session.execute(query.order_by(*order).limit(limit + 1)).all()
    page = [to_row(row) for row in rows[:limit]]
    return InboxPage(page, _cursor(page[-1], tab) if len(rows) > limit else None)


def inbox_counters(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    """How much lies in the boxes that ask for work, each counted up to `COUNT_CAP` + 1."""
    mine = _mine_where(actor)
    groups = _groups_where(actor)
    unread = _copies(actor).where(CopyReceipt.read_at.is_(None))
    counts = session.execute(
        select(
            _capped(select(Seat.id).where(*mine)).label("mine"),
            _capped(select(Seat.id).where(*mine, Seat.due_at <= now)).label("overdue"),
            _capped(
                select(SeatCandidate.seat_id)
                .join(Seat, Seat.id == SeatCandidate.seat_id)
                .where(*groups)
                .distinct()
            ).label("groups"),
            _capped(unread.with_only_columns(TaskCopy.id)).label("copied"),
        )
    ).one()
    return dict(counts._mapping)


_SUBJECT = (
    ProcessInstance.id.label("instance_id"),
    ProcessInstance.process_key,
    ProcessInstance.subject_code,
    ProcessInstance.subject_zh,
    ProcessInstance.subject_en,
    ProcessInstance.unit_code,
    ProcessInstance.department_code,
    ProcessInstance.amount,
    ProcessInstance.is_key,
    ProcessInstance.state.label("instance_state"),
)
_STEP = (
    UserTask.id.label("task_id"),
    UserTask.name_zh,
    UserTask.name_en,
    UserTask.visit,
    UserTask.version,
    UserTask.opened_at,
)

_Parts = tuple[Any, tuple[Any, ...], Callable[[Any], InboxRow]]


def _mine(actor: Actor) -> _Parts:
    query = (
        select(Seat.id.label("key"), Seat.due_at, *_STEP, *_SUBJECT)
        .join(UserTask, UserTask.id == Seat.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(*_mine_where(actor))
    )
    return query, (Seat.due_at, Seat.id), _work_row


def _groups(actor: Actor) -> _Parts:
    query = (
        select(Seat.id.label("key"), SeatCandidate.due_at, *_STEP, *_SUBJECT)
        .join(Seat, Seat.id == SeatCandidate.seat_id)
        .join(UserTask, UserTask.id == Seat.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(*_groups_where(actor))
        .distinct()
    )
    return query, (SeatCandidate.due_at, Seat.id), _work_row


def _started(actor: Actor) -> _Parts:
    query = select(
        ProcessInstance.id.label("key"), ProcessInstance.started_at.label("at"), *_SUBJECT
    ).where(ProcessInstance.started_by_id == actor.id)
    return query, (ProcessInstance.id.desc(),), _started_row


def _done(actor: Actor) -> _Parts:
    query = (
        select(Vote.id.label("key"), Vote.at, Vote.outcome, *_STEP, *_SUBJECT)
        .join(UserTask, UserTask.id == Vote.task_id)
        .join(ProcessInstance, ProcessInstance.id == Vote.instance_id)
        .where(Vote.actor_id == actor.id)
    )
    return query, (Vote.id.desc(),), _done_row


def _copied(actor: Actor) -> _Parts:
    query = _copies(actor).with_only_columns(
        TaskCopy.id.label("key"),
        TaskCopy.copied_at.label("at"),
        CopyReceipt.read_at,
        *_SUBJECT,
    )
    return query, (TaskCopy.id.desc(),), _copied_row


_TABS = {
    Tab.MINE: _mine,
    Tab.GROUPS: _groups,
    Tab.STARTED: _started,
    Tab.DONE: _done,
    Tab.COPIED: _copied,
}


def _mine_where(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (Seat.holder_id == actor.id, Seat.state == SeatState.OPEN)


def _groups_where(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        SeatCandidate.group_key.in_(sorted(candidate_keys(actor))),
        Seat.holder_id.is_(None),
        Seat.state == SeatState.OPEN,
    )


def _copies(actor: Actor) -> Select[Any]:
    return (
        select(TaskCopy)
        .join(ProcessInstance, ProcessInstance.id == TaskCopy.instance_id)
        .outerjoin(
            CopyReceipt,
            and_(CopyReceipt.copy_id == TaskCopy.id, CopyReceipt.user_id == actor.id),
        )
        .where(TaskCopy.group_key.in_(sorted(candidate_keys(actor))))
    )


def _conditions(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.text.strip():
        part = filters.text.strip()
        found.append(
            or_(
                ProcessInstance.subject_code.icontains(part, autoescape=True),
                ProcessInstance.subject_zh.icontains(part, autoescape=True),
                ProcessInstance.subject_en.icontains(part, autoescape=True),
            )
        )
    if filters.process_key:
        found.append(ProcessInstance.process_key == filters.process_key)
    if filters.step_id:
        found.append(UserTask.step_id == filters.step_id)
    if filters.department_code:
        found.append(ProcessInstance.department_code == filters.department_code)
    if filters.fiscal_year:
        found.append(ProcessInstance.fiscal_year == filters.fiscal_year)
    if filters.only_key:
        found.append(ProcessInstance.is_key.is_(True))
    if filters.only_overdue:
        found.append(UserTask.due_at <= now)
    return found


def _capped(query: Select[Any]) -> Any:
    limited = query.limit(COUNT_CAP + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()


def _cursor(row: InboxRow, tab: Tab) -> str:
    if tab in (Tab.MINE, Tab.GROUPS) and row.due_at is not None:
        return f"{row.due_at.isoformat()}_{row.key}"
    return str(row.key)


def _behind(order: tuple[Any, ...], cursor: str) -> ColumnElement[bool]:
    try:
        if len(order) == 1:
            column = order[0].element
            return column < UUID(cursor)  # type: ignore[no-any-return]
        due, _, key = cursor.partition("_")
        return tuple_(*order) > tuple_(datetime.fromisoformat(due), UUID(key))
    except ValueError:
        raise InvalidInputError(
            N_("Expected the cursor of an inbox page, found “{cursor}”."), cursor=cursor
        ) from None


def _subject(row: Row[Any]) -> dict[str, Any]:
    return {
        "key": row.key,
        "instance_id": row.instance_id,
        "process_key": row.process_key,
        "subject_code": row.subject_code,
        "subject": Bilingual(row.subject_zh, row.subject_en),
        "unit_code": row.unit_code,
        "department_code": row.department_code,
        "amount": row.amount,
        "is_key": row.is_key,
    }


def _task(row: Row[Any]) -> dict[str, Any]:
    return {
        "task_id": row.task_id,
        "step": Bilingual(row.name_zh, row.name_en),
        "visit": row.visit,
        "version": row.version,
    }


_NO_TASK: dict[str, Any] = {"task_id": None, "step": None, "visit": 1, "version": 0}


def _work_row(row: Row[Any]) -> InboxRow:
    return InboxRow(
        **_subject(row), **_task(row), due_at=row.due_at, at=row.opened_at, state="open"
    )


def _started_row(row: Row[Any]) -> InboxRow:
    return InboxRow(**_subject(row), **_NO_TASK, due_at=None, at=row.at, state=row.instance_state)


def _done_row(row: Row[Any]) -> InboxRow:
    return InboxRow(**_subject(row), **_task(row), due_at=None, at=row.at, state=row.outcome)


def _copied_row(row: Row[Any]) -> InboxRow:
    return InboxRow(
        **_subject(row),
        **_NO_TASK,
        due_at=None,
        at=row.at,
        state=row.instance_state,
        is_read=row.read_at is not None,
    )
