"""The five boxes of the inbox: which rows lie in each, and by what they are ordered."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.identity import Actor, StandIn, User
from app.workflow.inbox.rows import InboxRow, copied_row, done_row, item_row, work_row
from app.workflow.item_rows import SUBJECT
from app.workflow.models import CopyReceipt, ProcessInstance, Seat, TaskCopy, Urge, UserTask, Vote
from app.workflow.names import candidate_keys, owner_keys
from app.workflow.states import SeatState, TaskState


class Tab(StrEnum):
    """The five boxes of the inbox."""

    MINE = "mine"
    GROUPS = "groups"
    STARTED = "started"
    DONE = "done"
    COPIED = "copied"


_ITEM = (
    *SUBJECT,
    ProcessInstance.process_key,
    ProcessInstance.state.label("instance_state"),
)
_STEP = (
    UserTask.id.label("task_id"),
    UserTask.name_zh,
    UserTask.name_en,
    UserTask.visit,
    UserTask.version,
    UserTask.opened_at,
    UserTask.clock_stopped_at,
)
_SEAT = (
    Seat.holder_id,
    Seat.group_key,
    Seat.why,
    UserTask.definition_key,
    UserTask.step_id,
    ProcessInstance.agency_code,
    ProcessInstance.definition_ids,
    ProcessInstance.progress,
)

_Parts = tuple[Any, tuple[Any, ...], Callable[[Any], InboxRow]]


def _mine(session: Session, actor: Actor) -> _Parts:
    return _work(session, actor, mine_where(actor))


def _groups(session: Session, actor: Actor) -> _Parts:
    return _work(session, actor, groups_where(actor))


def _work(session: Session, actor: Actor, where: Sequence[ColumnElement[bool]]) -> _Parts:
    query = (
        select(Seat.id.label("key"), Seat.due_at, _urges(), *_SEAT, *_STEP, *_ITEM)
        .join(UserTask, UserTask.id == Seat.task_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(*where)
    )
    return query, (Seat.due_at, Seat.id), partial(work_row, session, actor)


def _started(session: Session, actor: Actor) -> _Parts:
    query = (
        select(
            ProcessInstance.id.label("key"),
            ProcessInstance.started_at.label("at"),
            UserTask.due_at,
            _urges(),
            *_STEP,
            *_ITEM,
        )
        .outerjoin(UserTask, UserTask.id == _oldest_open_task())
        .where(ProcessInstance.started_by_id == actor.id)
    )
    return query, (ProcessInstance.id,), item_row


def _done(session: Session, actor: Actor) -> _Parts:
    query = (
        select(Vote.id.label("key"), Vote.at, Vote.outcome, *_STEP, *_ITEM)
        .join(UserTask, UserTask.id == Vote.task_id)
        .join(ProcessInstance, ProcessInstance.id == Vote.instance_id)
        .where(Vote.actor_id == actor.id, Vote.voided_at.is_(None))
    )
    return query, (Vote.id,), done_row


def _copied(session: Session, actor: Actor) -> _Parts:
    giver = aliased(User)
    query = (
        copies_to(actor)
        .with_only_columns(
            TaskCopy.id.label("key"),
            TaskCopy.copied_at.label("at"),
            TaskCopy.note,
            giver.name_zh.label("giver_zh"),
            giver.name_en.label("giver_en"),
            CopyReceipt.read_at,
            UserTask.due_at,
            _urges(),
            *_STEP,
            *_ITEM,
        )
        .outerjoin(giver, giver.id == TaskCopy.copied_by_id)
        .outerjoin(UserTask, UserTask.id == _oldest_open_task())
    )
    return query, (TaskCopy.id,), copied_row


def _urges() -> Any:
    """How often the item was urged since its present step opened."""
    return (
        select(func.count())
        .where(Urge.instance_id == ProcessInstance.id, Urge.urged_at >= UserTask.opened_at)
        .correlate(ProcessInstance, UserTask)
        .scalar_subquery()
        .label("urges")
    )


def _oldest_open_task() -> Any:
    opened = aliased(UserTask)
    return (
        select(opened.id)
        .where(opened.instance_id == ProcessInstance.id, opened.state == TaskState.OPEN)
        .order_by(opened.id)
        .limit(1)
        .correlate(ProcessInstance)
        .scalar_subquery()
    )


TABS = {
    Tab.MINE: _mine,
    Tab.GROUPS: _groups,
    Tab.STARTED: _started,
    Tab.DONE: _done,
    Tab.COPIED: _copied,
}


#: The others show the newest first.
BY_DUE_DATE = (Tab.MINE, Tab.GROUPS)


def mine_where(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Open seats that the actor holds, or an absent colleague for whom he stands in."""
    held: list[ColumnElement[bool]] = [Seat.holder_id == actor.id]
    held += [and_(Seat.holder_id == each.id, _in_scope(each)) for each in actor.stands_in_for]
    return (or_(*held), Seat.state == SeatState.OPEN)


def groups_where(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Open seats that nobody holds and that the actor may claim."""
    offered: list[ColumnElement[bool]] = [Seat.group_key.in_(sorted(candidate_keys(actor)))]
    offered += [
        and_(Seat.group_key.in_(sorted(owner_keys(each))), _in_scope(each))
        for each in actor.stands_in_for
    ]
    is_open = (or_(*offered), Seat.holder_id.is_(None), Seat.state == SeatState.OPEN)
    return (*is_open, _without_conflict(actor)) if actor.conflicts else is_open


def _without_conflict(actor: Actor) -> ColumnElement[bool]:
    """Seats of items that none of the actor's declared conflicts of interest touches."""
    codes = sorted({each.organisation_code for each in actor.conflicts if each.organisation_code})
    subjects = sorted({each.subject_code for each in actor.conflicts if each.subject_code})
    columns = (
        ProcessInstance.unit_code,
        ProcessInstance.department_code,
        ProcessInstance.agency_code,
    )
    touched = or_(
        *(column.in_(codes) for column in columns), ProcessInstance.subject_code.in_(subjects)
    )
    return (
        ~select(UserTask.id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.id == Seat.task_id, touched)
        .correlate(Seat)
        .exists()
    )


def _in_scope(owner: StandIn) -> ColumnElement[bool]:
    """Seats of the processes for which somebody stands in."""
    if owner.process_key is None:
        return true()
    return (
        select(UserTask.id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.id == Seat.task_id, ProcessInstance.process_key == owner.process_key)
        .exists()
    )


def copies_to(actor: Actor) -> Select[Any]:
    """Copies for the actor, with their receipts."""
    return (
        select(TaskCopy)
        .join(ProcessInstance, ProcessInstance.id == TaskCopy.instance_id)
        .outerjoin(
            CopyReceipt,
            and_(CopyReceipt.copy_id == TaskCopy.id, CopyReceipt.user_id == actor.id),
        )
        .where(TaskCopy.group_key.in_(sorted(candidate_keys(actor))))
    )
