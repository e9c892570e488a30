"""The lists behind a board: the projects of all its columns or of one, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, tuple_
from sqlalchemy.orm import Session, aliased

from app.core.errors import InvalidInputError
from app.core.i18n import N_, Bilingual
from app.identity import OrganisationScope
from app.workflow.item_rows import SUBJECT, behind, cursor_at, read_cursor
from app.workflow.models import ProcessInstance, UserTask
from app.workflow.states import InstanceState, TaskState
from app.workflow.tracking.board_columns import ENDED, TERMINATED, WAITING
from app.workflow.tracking.board_filters import (
    BoardFilters,
    end_place,
    has_ended,
    is_open_step,
    late_only,
    on_board,
    place_of,
    waits,
)
from app.workflow.tracking.board_rows import BoardRow, add_visits

BOARD_PAGE = 60
_ITEM = (
    *SUBJECT,
    ProcessInstance.started_at,
    ProcessInstance.ended_at,
    ProcessInstance.end_event,
    ProcessInstance.state,
)


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of the list behind a board, and where the next one starts."""

    rows: Sequence[BoardRow]
    next_cursor: str | None


def board_page(
    session: Session,
    scope: OrganisationScope,
    filters: BoardFilters,
    now: datetime,
    cursor: str = "",
    limit: int = BOARD_PAGE,
) -> BoardPage:
    """The projects behind a board or one of its columns, in two statements.

    Those under way come by the due date of the step that is due first, hence overdue ones first;
    those that have ended, the newest first.

    Raises:
        InvalidInputError: the cursor is none of ours.
    """
    query, keys, descending = _listed(filters, now)
    query = query.where(*on_board(scope, filters))
    if cursor:
        query = query.where(_beyond(keys, cursor, descending=descending))
    order = [key.desc() if descending else key for key in keys]
    found = session.execute(query.order_by(*order).limit(limit + 1)).all()
    rows = {each.instance_id: _row(each) for each in found[:limit]}
    add_visits(session, rows, now)
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return BoardPage(
        list(rows.values()),
        cursor_at(last.sorted_by, last.sorted_id) if last is not None else None,
    )


_Listed = tuple[Any, tuple[Any, Any], bool]


def _listed(filters: BoardFilters, now: datetime) -> _Listed:
    """The list behind a column, what it is sorted by, and whether downwards."""
    if filters.column.startswith(ENDED):
        return _without_step(
            ProcessInstance.ended_at,
            [*has_ended(filters), end_place() == filters.column],
            descending=True,
        )
    if filters.column == WAITING:
        return _without_step(ProcessInstance.started_at, waits(filters), descending=False)
    query = (
        select(*_ITEM, UserTask.due_at.label("sorted_by"), UserTask.id.label("sorted_id"))
        .join(UserTask, is_open_step())
        .where(_is_first(filters.column), *late_only(filters, now))
    )
    return query, (UserTask.due_at, UserTask.id), False


def _without_step(
    sorted_by: Any, where: Sequence[ColumnElement[bool]], *, descending: bool
) -> _Listed:
    query = select(
        *_ITEM, sorted_by.label("sorted_by"), ProcessInstance.id.label("sorted_id")
    ).where(*where)
    return query, (sorted_by, ProcessInstance.id), descending


def _is_first(column: str) -> ColumnElement[bool]:
    """A project is listed once: by its open step that is due first, in this column or in any."""
    other = aliased(UserTask)
    earlier = [
        other.instance_id == UserTask.instance_id,
        other.state == TaskState.OPEN,
        tuple_(other.due_at, other.id) < tuple_(UserTask.due_at, UserTask.id),
    ]
    if not column:
        return ~select(other.id).where(*earlier).exists()
    earlier.append(place_of(other) == column)
    return and_(place_of() == column, ~select(other.id).where(*earlier).exists())


def _beyond(keys: tuple[Any, Any], cursor: str, *, descending: bool) -> ColumnElement[bool]:
    try:
        place = read_cursor(cursor)
    except ValueError:
        raise InvalidInputError(
            N_("Expected the cursor of a page of the board, found “{cursor}”."), cursor=cursor
        ) from None
    return behind(keys, place, descending=descending)  # type: ignore[no-any-return]


def _row(found: Row[Any]) -> BoardRow:
    ended = found.state in (InstanceState.COMPLETED, InstanceState.TERMINATED)
    return BoardRow(
        instance_id=found.instance_id,
        subject_code=found.subject_code,
        subject=Bilingual(found.subject_zh, found.subject_en),
        unit_code=found.unit_code,
        department_code=found.department_code,
        amount=found.amount,
        is_key=found.is_key,
        started_at=found.started_at,
        ended_at=found.ended_at,
        end=f"{ENDED}{found.end_event or TERMINATED}" if ended else None,
        is_suspended=found.state == InstanceState.SUSPENDED,
    )
