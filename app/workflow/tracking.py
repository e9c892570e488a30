"""Where each project sits: the manager's board of projects × steps, and the lists behind its cells.

Figures come from the narrow rows of open tasks, not from scanning token states.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, false, func, literal, or_, select, true
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity import OrganisationScope, User
from app.workflow.models import (
    InstanceState,
    ProcessInstance,
    Seat,
    SeatCandidate,
    SeatState,
    TaskState,
    UserTask,
)

BOARD_PAGE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFilters:
    """What the address of a board narrows it to."""

    process_key: str
    fiscal_year: int
    text: str = ""
    department_code: str = ""
    section_code: str = ""
    only_key: bool = False
    only_overdue: bool = False
    #: `KEY/step`, or `end/event` for finished ones; "" shows every column.
    column: str = ""


@dataclass(frozen=True, slots=True)
class BoardCell:
    """How many projects sit in one step (or ended at one event), with their money."""

    column: str
    count: int
    overdue: int
    #: 10k yuan.
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One project that is under way, at one of its open steps."""

    instance_id: UUID
    subject_code: str
    subject: Bilingual
    unit_code: str
    department_code: str
    amount: Decimal
    is_key: bool
    column: str
    step: Bilingual
    visit: int
    since: datetime
    due_at: datetime | None
    ended_at: datetime | None
    holder: Bilingual | None
    groups: tuple[str, ...]


def board_cells(
    session: Session, scope: OrganisationScope, filters: BoardFilters, now: datetime
) -> list[BoardCell]:
    """The counts of every column, in one statement. A project in two steps counts in both."""
    where = _conditions(scope, filters, now)
    opened = (
        select(
            _place().label("place"),
            func.count().label("projects"),
            func.sum(case((UserTask.due_at <= now, 1), else_=0)).label("overdue"),
            func.sum(ProcessInstance.amount).label("amount"),
        )
        .join(UserTask, _is_open())
        .where(*where)
        .group_by(_place())
    )
    ended = (
        select(
            _end_place().label("place"),
            func.count().label("projects"),
            literal(0).label("overdue"),
            func.sum(ProcessInstance.amount).label("amount"),
        )
        .where(*_ended(), *_conditions(scope, filters, now, ended=True))
        .group_by(_end_place())
    )
    rows = session.execute(opened.union_all(ended))
    return [BoardCell(row.place, row.projects, int(row.overdue), row.amount) for row in rows]


def board_rows(
    session: Session,
    scope: OrganisationScope,
    filters: BoardFilters,
    now: datetime,
    offset: int = 0,
    limit: int = BOARD_PAGE,
) -> tuple[list[BoardRow], bool]:
    """Projects under way, overdue ones first by how late they are, and whether more follow."""
    query = (
        select(
            ProcessInstance,
            UserTask,
            User.name_zh.label("holder_zh"),
            User.name_en.label("holder_en"),
            _groups().label("groups"),
        )
        .join(UserTask, _is_open())
        .outerjoin(Seat, and_(Seat.task_id == UserTask.id, Seat.state == SeatState.OPEN))
        .outerjoin(User, User.id == Seat.holder_id)
        .where(*_conditions(scope, filters, now))
        .order_by(UserTask.due_at, UserTask.id)
        .offset(offset)
        .limit(limit + 1)
    )
    rows = [_open_row(row) for row in session.execute(query)]
    return rows[:limit], len(rows) > limit


def ended_rows(
    session: Session,
    scope: OrganisationScope,
    filters: BoardFilters,
    now: datetime,
    offset: int = 0,
    limit: int = BOARD_PAGE,
) -> tuple[list[BoardRow], bool]:
    """Projects whose process has ended, newest first, and whether more follow."""
    query = (
        select(ProcessInstance)
        .where(*_ended(), *_conditions(scope, filters, now, ended=True))
        .order_by(ProcessInstance.ended_at.desc(), ProcessInstance.id)
        .offset(offset)
        .limit(limit + 1)
    )
    rows = [_ended_row(instance) for instance in session.scalars(query)]
    return rows[:limit], len(rows) > limit


def tracked_years(session: Session, process_key: str) -> Sequence[int]:
    """Fiscal years for which this process has run, newest first."""
    return session.scalars(
        select(ProcessInstance.fiscal_year)
        .where(ProcessInstance.process_key == process_key)
        .distinct()
        .order_by(ProcessInstance.fiscal_year.desc())
    ).all()


def scope_condition(scope: OrganisationScope) -> ColumnElement[bool]:
    """SQL of the scope rule: which instances an actor may see at all."""
    if scope.everything:
        return true()
    return or_(
        ProcessInstance.unit_code.in_(scope.units),
        ProcessInstance.department_code.in_(scope.departments),
        ProcessInstance.section_code.in_(scope.sections),
        ProcessInstance.agency_code.in_(scope.agencies),
    )


def _place() -> ColumnElement[str]:
    return UserTask.definition_key + "/" + UserTask.step_id


def _end_place() -> ColumnElement[str]:
    return literal("end/") + func.coalesce(ProcessInstance.end_event, "")


def _is_open() -> ColumnElement[bool]:
    return and_(UserTask.instance_id == ProcessInstance.id, UserTask.state == TaskState.OPEN)


def _ended() -> tuple[ColumnElement[bool], ...]:
    return (ProcessInstance.state == InstanceState.COMPLETED,)


def _groups() -> Any:
    """The candidate groups of a seat, as one text."""
    return (
        select(func.aggregate_strings(SeatCandidate.group_key, " "))
        .where(SeatCandidate.seat_id == Seat.id)
        .scalar_subquery()
    )


def _conditions(
    scope: OrganisationScope, filters: BoardFilters, now: datetime, *, ended: bool = False
) -> list[ColumnElement[bool]]:
    found = [
        ProcessInstance.process_key == filters.process_key,
        ProcessInstance.fiscal_year == filters.fiscal_year,
        scope_condition(scope),
    ]
    if filters.text.strip():
        part = filters.text.strip()
        found.append(
            or_(
                ProcessInstance.subject_code.icontains(part, autoescape=True),
                ProcessInstance.subject_zh.icontains(part, autoescape=True),
                ProcessInstance.subject_en.icontains(part, autoescape=True),
            )
        )
    if filters.department_code:
        found.append(ProcessInstance.department_code == filters.department_code)
    if filters.section_code:
        found.append(ProcessInstance.section_code == filters.section_code)
    if filters.only_key:
        found.append(ProcessInstance.is_key.is_(True))
    if filters.only_overdue:
        found.append(false() if ended else UserTask.due_at <= now)
    if filters.column:
        found.append((_end_place() if ended else _place()) == filters.column)
    return found


def _subject(instance: ProcessInstance) -> dict[str, Any]:
    return {
        "instance_id": instance.id,
        "subject_code": instance.subject_code,
        "subject": Bilingual(instance.subject_zh, instance.subject_en),
        "unit_code": instance.unit_code,
        "department_code": instance.department_code,
        "amount": instance.amount,
        "is_key": instance.is_key,
    }


def _open_row(row: Any) -> BoardRow:
    instance, task = row.ProcessInstance, row.UserTask
    return BoardRow(
        **_subject(instance),
        column=f"{task.definition_key}/{task.step_id}",
        step=Bilingual(task.name_zh, task.name_en),
        visit=task.visit,
        since=task.opened_at,
        due_at=task.due_at,
        ended_at=None,
        holder=Bilingual(row.holder_zh, row.holder_en) if row.holder_zh else None,
        groups=tuple((row.groups or "").split()),
    )


def _ended_row(instance: ProcessInstance) -> BoardRow:
    event = instance.end_event or ""
    return BoardRow(
        **_subject(instance),
        column=f"end/{event}",
        step=Bilingual(event, event),
        visit=1,
        since=instance.started_at,
        due_at=None,
        ended_at=instance.ended_at,
        holder=None,
        groups=(),
    )
