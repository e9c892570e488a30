"""What narrows a board, and where on it a project lies: conditions over the narrow rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal, select

from app.identity import OrganisationScope
from app.workflow.item_rows import is_late, names_subject
from app.workflow.models import ProcessInstance, UserTask
from app.workflow.states import InstanceState, TaskState
from app.workflow.tracking.board_choices import scope_condition
from app.workflow.tracking.board_columns import ENDED, TERMINATED


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


def on_board(scope: OrganisationScope, filters: BoardFilters) -> list[ColumnElement[bool]]:
    """Items of the board at all, whatever their column; `only_overdue` is asked apart."""
    found = [
        ProcessInstance.process_key == filters.process_key,
        ProcessInstance.fiscal_year == filters.fiscal_year,
        scope_condition(scope),
    ]
    if part := filters.text.strip():
        found.append(names_subject(part))
    if filters.department_code:
        found.append(ProcessInstance.department_code == filters.department_code)
    if filters.section_code:
        found.append(ProcessInstance.section_code == filters.section_code)
    if filters.only_key:
        found.append(ProcessInstance.is_key.is_(True))
    return found


def place_of(task: Any = UserTask) -> ColumnElement[str]:
    """The column of a task: `KEY/step`."""
    return task.definition_key + "/" + task.step_id  # type: ignore[no-any-return]


def end_place() -> ColumnElement[str]:
    """The column of an item that has ended: `end/event`."""
    return literal(ENDED) + func.coalesce(ProcessInstance.end_event, TERMINATED)


def is_open_step() -> ColumnElement[bool]:
    """A task of the item at hand that is open."""
    return and_(UserTask.instance_id == ProcessInstance.id, UserTask.state == TaskState.OPEN)


def late_only(filters: BoardFilters, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Open steps that are late, where the filters ask for them only."""
    return is_late(now) if filters.only_overdue else ()


def has_ended(filters: BoardFilters) -> list[ColumnElement[bool]]:
    """What has ended, or was terminated, is never overdue."""
    ended = ProcessInstance.state.in_((InstanceState.COMPLETED, InstanceState.TERMINATED))
    return [ended, false()] if filters.only_overdue else [ended]


def waits(filters: BoardFilters) -> list[ColumnElement[bool]]:
    """Items under way without an open step; never overdue."""
    active = ProcessInstance.state.in_((InstanceState.ACTIVE, InstanceState.SUSPENDED))
    found = [active, ~select(UserTask.id).where(is_open_step()).exists()]
    return [*found, false()] if filters.only_overdue else found
