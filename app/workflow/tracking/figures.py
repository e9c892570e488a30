"""Where each project sits: the figures of the manager's board.

They come from the narrow rows of instances and tasks, never from scanning token states. A board
costs four statements: the choices, the figures, one page of projects (`board_pages.py`) and what
they have visited.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity import OrganisationScope
from app.workflow.item_rows import is_late
from app.workflow.models import ProcessInstance, UserTask
from app.workflow.tracking.board_columns import ENDED, WAITING
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


def board_figures(
    session: Session, scope: OrganisationScope, filters: BoardFilters, now: datetime
) -> BoardFigures:
    """Projects, late ones and money of every column and of all together, in one statement."""
    where = on_board(scope, filters)
    late = late_only(filters, now)
    overdue = case((and_(*is_late(now)), 1), else_=0)
    late_one = select(UserTask.id).where(is_open_step(), *is_late(now)).exists()
    rows: Sequence[Row[Any]] = session.execute(
        union_all(
            select(
                literal("step").label("kind"),
                place_of().label("place"),
                func.max(UserTask.name_zh).label("name_zh"),
                func.max(UserTask.name_en).label("name_en"),
                func.count().label("projects"),
                func.sum(overdue).label("overdue"),
                func.sum(ProcessInstance.amount).label("amount"),
            )
            .join(UserTask, is_open_step())
            .where(*where, *late)
            # By columns: PostgreSQL takes an expression with parameters for another one each time.
            .group_by(UserTask.definition_key, UserTask.step_id),
            _counted("end", where, has_ended(filters), end_place()).group_by(
                ProcessInstance.end_event
            ),
            _counted("wait", where, waits(filters), literal(WAITING)).having(func.count() > 0),
            select(
                literal("all"),
                literal(""),
                literal(""),
                literal(""),
                func.count(),
                func.sum(case((late_one, 1), else_=0)),
                func.sum(ProcessInstance.amount),
            ).where(*where, select(UserTask.id).where(is_open_step(), *late).exists()),
        )
    ).all()
    cells = {row.place: _cell(row) for row in rows if row.kind != "all"}
    return BoardFigures(cells, next(_cell(row) for row in rows if row.kind == "all"))


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


def _cell(row: Row[Any]) -> BoardCell:
    return BoardCell(
        Bilingual(row.name_zh, row.name_en),
        row.projects,
        int(row.overdue or 0),
        row.amount or Decimal(0),
    )
