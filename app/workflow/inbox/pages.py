"""What waits for a person: five tabs, filters, keyset pages and capped counters.

One page costs three statements: the rows, the counters, and the names that its columns and filters
show (`inbox_choices.py`). Nothing here grows with history: open work is found by the indexes of
`seat`, finished work newest first by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.identity import Actor
from app.workflow.inbox.rows import InboxRow
from app.workflow.inbox.tabs import BY_DUE_DATE, TABS, Tab, copies_to, groups_where, mine_where
from app.workflow.item_rows import behind, cursor_at, is_late, names_subject, read_cursor
from app.workflow.models import CopyReceipt, ProcessInstance, Question, Seat, TaskCopy, UserTask

PAGE_SIZE = 50
#: Counters say "999+" beyond this; counting further would cost more than anybody gains.
COUNT_CAP = 999


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
class InboxPage:
    """One page of a tab, with the cursors of its neighbours."""

    rows: Sequence[InboxRow]
    next_cursor: str | None
    #: To be passed with `backwards`.
    previous_cursor: str | None


def inbox_page(
    session: Session,
    actor: Actor,
    tab: Tab,
    filters: Filters,
    now: datetime,
    cursor: str = "",
    limit: int = PAGE_SIZE,
    *,
    backwards: bool = False,
) -> InboxPage:
    """The rows of one tab: open work by due date, the rest newest first.

    With a cursor, those behind it; `backwards`, the nearest ones before it.

    Raises:
        InvalidInputError: the cursor is none of ours.
    """
    query, keys, to_row = TABS[tab](session, actor)
    query = query.where(*_conditions(filters, now))
    descending = (tab not in BY_DUE_DATE) != backwards
    if cursor:
        query = query.where(_beyond(keys, cursor, descending=descending))
    order = [key.desc() if descending else key for key in keys]
    found = session.execute(query.order_by(*order).limit(limit + 1)).all()
    more = len(found) > limit
    rows = [to_row(row) for row in found[:limit]]
    if backwards:
        rows.reverse()
    if not rows:
        return InboxPage(rows, None, None)
    return InboxPage(
        rows,
        _cursor(rows[-1], tab) if (bool(cursor) if backwards else more) else None,
        _cursor(rows[0], tab) if (more if backwards else bool(cursor)) else None,
    )


def inbox_counters(session: Session, actor: Actor, now: datetime) -> dict[str, int]:
    """How much lies in the boxes that ask for work, each counted up to `COUNT_CAP` + 1."""
    mine = mine_where(actor)
    groups = groups_where(actor)
    unread = copies_to(actor).where(CopyReceipt.read_at.is_(None))
    counts = session.execute(
        select(
            _capped(select(Seat.id).where(*mine)).label("mine"),
            _capped(_late(mine, now)).label("overdue"),
            _capped(select(Seat.id).where(*groups)).label("groups"),
            _capped(unread.with_only_columns(TaskCopy.id)).label("copied"),
            _capped(_questions(actor)).label("questions"),
        )
    ).one()
    return dict(counts._mapping)


def _late(mine: tuple[ColumnElement[bool], ...], now: datetime) -> Select[Any]:
    """Work of mine that is late."""
    query = select(Seat.id).join(UserTask, UserTask.id == Seat.task_id)
    return query.where(*mine, *is_late(now))


def _questions(actor: Actor) -> Select[Any]:
    """What others want to know from the actor (`questions.questions_to`)."""
    return select(Question.id).where(
        Question.asked_to_id == actor.id, Question.answered_at.is_(None)
    )


def _conditions(filters: Filters, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if part := filters.text.strip():
        found.append(names_subject(part))
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
        found += is_late(now)
    return found


def _capped(query: Select[Any]) -> Any:
    limited = query.limit(COUNT_CAP + 1).subquery()
    return select(func.count()).select_from(limited).scalar_subquery()


def _cursor(row: InboxRow, tab: Tab) -> str:
    if tab in BY_DUE_DATE and row.due_at is not None:
        return cursor_at(row.due_at, row.key)
    return str(row.key)


def _beyond(keys: tuple[Any, ...], cursor: str, *, descending: bool) -> ColumnElement[bool]:
    try:
        place = (UUID(cursor),) if len(keys) == 1 else read_cursor(cursor)
    except ValueError:
        raise InvalidInputError(
            N_("Expected the cursor of an inbox page, found “{cursor}”."), cursor=cursor
        ) from None
    return behind(keys, place, descending=descending)  # type: ignore[no-any-return]
