"""The rows of a board: where each project is, with whom and since when, and where it has been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity import User
from app.workflow.applying.progress import place
from app.workflow.clocks.calendar import WorkingCalendar
from app.workflow.models import Seat, UserTask
from app.workflow.resources import resources_of
from app.workflow.states import SeatState, TaskState


@dataclass(slots=True)
class BoardPlace:
    """An open step of a project: who holds it, or which groups may claim it, since when."""

    column: str
    step: Bilingual
    visit: int
    since: datetime
    due_at: datetime
    is_overdue: bool
    #: Working days since it opened.
    days: int
    #: Working days since it was due; 0 on that day, and before.
    days_late: int
    holders: list[Bilingual] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    #: Why these, seat by seat (`whys.read_why`).
    whys: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class BoardPast:
    """The closed visits of a project to one step."""

    visits: int = 0
    #: Working days that they took together.
    days: int = 0


@dataclass(slots=True)
class BoardRow:
    """One project with where it is and where it has been."""

    instance_id: UUID
    subject_code: str
    subject: Bilingual
    unit_code: str
    department_code: str
    #: 10k yuan.
    amount: Decimal
    is_key: bool
    started_at: datetime
    ended_at: datetime | None
    #: `end/event` of one that has ended.
    end: str | None
    #: Whether it stands still: nobody may act, no clock runs.
    is_suspended: bool = False
    places: list[BoardPlace] = field(default_factory=list)
    #: By column.
    past: dict[str, BoardPast] = field(default_factory=dict)

    def place_in(self, column: str) -> BoardPlace | None:
        """The open step in a column."""
        return next((each for each in self.places if each.column == column), None)


def add_visits(session: Session, rows: Mapping[UUID, BoardRow], now: datetime) -> None:
    """Fill where the projects are and have been."""
    if not rows:
        return
    calendar = resources_of(session).calendar
    seen: set[UUID] = set()
    for visit in session.execute(_visits(list(rows))):
        row = rows[visit.instance_id]
        column = place(visit.definition_key, visit.step_id)
        if visit.state != TaskState.OPEN:
            past = row.past.setdefault(column, BoardPast())
            past.visits += 1
            past.days += _working_days(calendar, visit.opened_at, visit.closed_at)
            continue
        if visit.id not in seen:
            seen.add(visit.id)
            row.places.append(_open_place(visit, column, calendar, now))
        if visit.why:
            row.places[-1].whys.append(visit.why)
        if visit.holder_zh and Bilingual(visit.holder_zh, visit.holder_en) not in (
            row.places[-1].holders
        ):
            row.places[-1].holders.append(Bilingual(visit.holder_zh, visit.holder_en))
        elif visit.group_key and not visit.holder_zh:
            row.places[-1].groups.append(visit.group_key)


def _visits(instance_ids: Sequence[UUID]) -> Any:
    return (
        select(
            UserTask.id,
            UserTask.instance_id,
            UserTask.definition_key,
            UserTask.step_id,
            UserTask.name_zh,
            UserTask.name_en,
            UserTask.visit,
            UserTask.state,
            UserTask.opened_at,
            UserTask.due_at,
            UserTask.clock_stopped_at,
            UserTask.closed_at,
            Seat.group_key,
            Seat.why,
            User.name_zh.label("holder_zh"),
            User.name_en.label("holder_en"),
        )
        .outerjoin(
            Seat,
            and_(
                Seat.task_id == UserTask.id,
                Seat.state == SeatState.OPEN,
                UserTask.state == TaskState.OPEN,
            ),
        )
        .outerjoin(User, User.id == Seat.holder_id)
        .where(
            UserTask.instance_id.in_(instance_ids),
            # What a recalled decision had opened was no visit.
            (UserTask.state != TaskState.CANCELLED) | (UserTask.outcome != "recall"),
        )
        .order_by(UserTask.id, Seat.position, Seat.id)
    )


def _open_place(
    visit: Row[Any], column: str, calendar: WorkingCalendar, now: datetime
) -> BoardPlace:
    until = visit.clock_stopped_at or now
    return BoardPlace(
        column=column,
        step=Bilingual(visit.name_zh, visit.name_en),
        visit=visit.visit,
        since=visit.opened_at,
        due_at=visit.due_at,
        is_overdue=visit.due_at <= now and visit.clock_stopped_at is None,
        days=_working_days(calendar, visit.opened_at, now),
        days_late=max(0, _working_days(calendar, visit.due_at, until)),
    )


def _working_days(calendar: WorkingCalendar, first: datetime, last: datetime) -> int:
    zone = calendar.zone
    return calendar.days_between(first.astimezone(zone).date(), last.astimezone(zone).date())
