"""Where each project sits: the figures of the manager's board, and the lists behind them.

Figures come from the narrow rows of instances and tasks, never from scanning token states. A board
costs four statements: the choices, the figures, one page of projects and what they have visited.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from app.core.errors import InvalidInputError
from app.core.i18n import N_, Bilingual
from app.identity import OrganisationScope
from app.workflow.models import ProcessInstance, UserTask
from app.workflow.states import InstanceState, TaskState
from app.workflow.tracking.board_choices import scope_condition
from app.workflow.tracking.board_columns import ENDED, TERMINATED, WAITING
from app.workflow.tracking.board_rows import BoardRow, add_visits

BOARD_PAGE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFilters:
    """What the address of a board narrows it to."""

    process_key: str
    fiscal_year: int
    #: Part of the project's code or name, in either language.
    text: str = ""
    department_code: str = ""
    section_code: str = ""
    only_key: bool = False
    only_overdue: bool = False
    #: `KEY/step`, `end/event` or `wait/`: narrows the list, not the figures. "" is every project
    #: with an open step.
    column: str = ""


@dataclass(frozen=True, slots=True)
class BoardCell:
    """What lies in one column. A project in two parallel steps counts in both."""

    name: Bilingual
    count: int
    overdue: int
    #: 10k yuan.
    amount: Decimal


@dataclass(frozen=True, slots=True)
class BoardFigures:
    """All figures of a board; the totals count each project once."""

    cells: Mapping[str, BoardCell]
    #: Projects with an open step, however many; their number, late ones and money.
    under_way: BoardCell

    @property
    def places(self) -> int:
        """Open steps: more than projects where steps run in parallel."""
        return sum(
            cell.count
            for column, cell in self.cells.items()
            if not column.startswith((ENDED, WAITING))
        )

    @property
    def ended(self) -> int:
        """Projects whose process has reached an end."""
        return sum(cell.count for key, cell in self.cells.items() if key.startswith(ENDED))

    @property
    def waiting(self) -> int:
        """Projects under way without an open step."""
        return sum(cell.count for key, cell in self.cells.items() if key == WAITING)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing at all."""
        return not self.cells


@dataclass(frozen=True, slots=True)
class BoardPage:
    """One page of the list behind a board, and where the next one starts."""

    rows: Sequence[BoardRow]
    next_cursor: str | None


def board_figures(
    session: Session, scope: OrganisationScope, filters: BoardFilters, now: datetime
) -> BoardFigures:
    """Projects, late ones and money of every column and of all together, in one statement."""
    where = _conditions(scope, filters)
    late = _late(filters, now)
    overdue = case((and_(*_is_late(now)), 1), else_=0)
    late_one = select(UserTask.id).where(_is_open(), *_is_late(now)).exists()
    rows: Sequence[Row[Any]] = session.execute(
        union_all(
            select(
                literal("step").label("kind"),
                _place().label("place"),
                func.max(UserTask.name_zh).label("name_zh"),
                func.max(UserTask.name_en).label("name_en"),
                func.count().label("projects"),
                func.sum(overdue).label("overdue"),
                func.sum(ProcessInstance.amount).label("amount"),
            )
            .join(UserTask, _is_open())
            .where(*where, *late)
            # By columns: PostgreSQL takes an expression with parameters for another one each time.
            .group_by(UserTask.definition_key, UserTask.step_id),
            _counted("end", where, _ended(filters), _end_place()).group_by(
                ProcessInstance.end_event
            ),
            _counted("wait", where, _waiting(filters), literal(WAITING)).having(func.count() > 0),
            select(
                literal("all"),
                literal(""),
                literal(""),
                literal(""),
                func.count(),
                func.sum(case((late_one, 1), else_=0)),
                func.sum(ProcessInstance.amount),
            ).where(*where, select(UserTask.id).where(_is_open(), *late).exists()),
        )
    ).all()
    cells = {row.place: _cell(row) for row in rows if row.kind != "all"}
    return BoardFigures(cells, next(_cell(row) for row in rows if row.kind == "all"))


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
    query = query.where(*_conditions(scope, filters))
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
        f"{last.sorted_by.isoformat()}_{last.sorted_id}" if last is not None else None,
    )


_SUBJECT = (
    ProcessInstance.id.label("instance_id"),
    ProcessInstance.subject_code,
    ProcessInstance.subject_zh,
    ProcessInstance.subject_en,
    ProcessInstance.unit_code,
    ProcessInstance.department_code,
    ProcessInstance.amount,
    ProcessInstance.is_key,
    ProcessInstance.started_at,
    ProcessInstance.ended_at,
    ProcessInstance.end_event,
    ProcessInstance.state,
)


def _place(task: Any = UserTask) -> ColumnElement[str]:
    return task.definition_key + "/" + task.step_id  # type: ignore[no-any-return]


def _end_place() -> ColumnElement[str]:
    return literal(ENDED) + func.coalesce(ProcessInstance.end_event, TERMINATED)


def _is_open() -> ColumnElement[bool]:
    return and_(UserTask.instance_id == ProcessInstance.id, UserTask.state == TaskState.OPEN)


def _late(filters: BoardFilters, now: datetime) -> list[ColumnElement[bool]]:
    return _is_late(now) if filters.only_overdue else []


def _is_late(now: datetime) -> list[ColumnElement[bool]]:
    """A step whose clock stands still, in a suspended item for one, is not late."""
    return [UserTask.due_at <= now, UserTask.clock_stopped_at.is_(None)]


def _ended(filters: BoardFilters) -> list[ColumnElement[bool]]:
    """What has ended, or was terminated, is never overdue."""
    ended = ProcessInstance.state.in_((InstanceState.COMPLETED, InstanceState.TERMINATED))
    return [ended, false()] if filters.only_overdue else [ended]


def _waiting(filters: BoardFilters) -> list[ColumnElement[bool]]:
    active = ProcessInstance.state.in_((InstanceState.ACTIVE, InstanceState.SUSPENDED))
    found = [active, ~select(UserTask.id).where(_is_open()).exists()]
    return [*found, false()] if filters.only_overdue else found


def _counted(
    kind: str,
    where: Sequence[ColumnElement[bool]],
    more: Sequence[ColumnElement[bool]],
    column: ColumnElement[str],
) -> Any:
    """Projects without an open step; their column is named by the diagram."""
    return select(
        literal(kind),
        column,
        literal(""),
        literal(""),
        func.count(),
        literal(0),
        func.sum(ProcessInstance.amount),
    ).where(*where, *more)


def _conditions(scope: OrganisationScope, filters: BoardFilters) -> list[ColumnElement[bool]]:
    found = [
        ProcessInstance.process_key == filters.process_key,
        ProcessInstance.fiscal_year == filters.fiscal_year,
        scope_condition(scope),
    ]
    if part := filters.text.strip():
        searched = (
            ProcessInstance.subject_code,
            ProcessInstance.subject_zh,
            ProcessInstance.subject_en,
        )
        found.append(or_(*(each.icontains(part, autoescape=True) for each in searched)))
    if filters.department_code:
        found.append(ProcessInstance.department_code == filters.department_code)
    if filters.section_code:
        found.append(ProcessInstance.section_code == filters.section_code)
    if filters.only_key:
        found.append(ProcessInstance.is_key.is_(True))
    return found


_Listed = tuple[Any, tuple[Any, Any], bool]


def _listed(filters: BoardFilters, now: datetime) -> _Listed:
    """The list behind a column, what it is sorted by, and whether downwards."""
    if filters.column.startswith(ENDED):
        return _without_step(
            ProcessInstance.ended_at,
            [*_ended(filters), _end_place() == filters.column],
            descending=True,
        )
    if filters.column == WAITING:
        return _without_step(ProcessInstance.started_at, _waiting(filters), descending=False)
    query = (
        select(*_SUBJECT, UserTask.due_at.label("sorted_by"), UserTask.id.label("sorted_id"))
        .join(UserTask, _is_open())
        .where(_is_first(filters.column), *_late(filters, now))
    )
    return query, (UserTask.due_at, UserTask.id), False


def _without_step(
    sorted_by: Any, where: Sequence[ColumnElement[bool]], *, descending: bool
) -> _Listed:
    query = select(
        *_SUBJECT, sorted_by.label("sorted_by"), ProcessInstance.id.label("sorted_id")
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
    earlier.append(_place(other) == column)
    return and_(_place() == column, ~select(other.id).where(*earlier).exists())


def _beyond(keys: tuple[Any, Any], cursor: str, *, descending: bool) -> ColumnElement[bool]:
    try:
        moment, _, key = cursor.partition("_")
        wanted: Any = tuple_(literal(datetime.fromisoformat(moment), keys[0].type), UUID(key))
        if datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError
    except ValueError:
        raise InvalidInputError(
            N_("Expected the cursor of a page of the board, found “{cursor}”."), cursor=cursor
        ) from None
    here = tuple_(*keys)
    return here < wanted if descending else here > wanted  # type: ignore[no-any-return]


def _cell(row: Row[Any]) -> BoardCell:
    return BoardCell(
        Bilingual(row.name_zh, row.name_en),
        row.projects,
        int(row.overdue or 0),
        row.amount or Decimal(0),
    )


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
