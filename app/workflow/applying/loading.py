"""One load per action: the instance (locked), its open tasks, their seats and who may sit there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, or_, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import NotFoundError
from app.core.i18n import N_, Bilingual
from app.engine import Process, StepDefinition
from app.identity import Actor
from app.workflow.applying.progress import Progress
from app.workflow.definitions.versions import process_of
from app.workflow.handlers import TaskFacts
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.names import candidate_keys
from app.workflow.states import SeatKind, SeatState, TaskState

INSTANCE_COLUMNS = (
    ProcessInstance.id.label("instance_id"),
    ProcessInstance.version.label("instance_version"),
    ProcessInstance.definition_id,
    ProcessInstance.definition_ids,
    ProcessInstance.process_key,
    ProcessInstance.business_key,
    ProcessInstance.subject_code,
    ProcessInstance.subject_zh,
    ProcessInstance.subject_en,
    ProcessInstance.unit_code,
    ProcessInstance.department_code,
    ProcessInstance.section_code,
    ProcessInstance.agency_code,
    ProcessInstance.fiscal_year,
    ProcessInstance.amount,
    ProcessInstance.is_key,
    ProcessInstance.state,
    ProcessInstance.end_event,
    ProcessInstance.started_at,
    ProcessInstance.started_by_id,
    ProcessInstance.ended_at,
    ProcessInstance.suspended_at,
    ProcessInstance.engine_state,
    ProcessInstance.previous_state,
    ProcessInstance.variables,
    ProcessInstance.progress,
    ProcessInstance.ledger_length,
    ProcessInstance.ledger_head,
)


@dataclass(frozen=True, slots=True)
class SeatFacts:
    """One seat of a task as read."""

    id: UUID
    position: int
    state: SeatState
    holder_id: UUID | None
    held_since: datetime | None
    #: Who may claim it; None for a seat that was handed to a person.
    group_key: str | None
    why: Mapping[str, Any]
    kind: SeatKind = SeatKind.VOTE
    weight: int = 1
    #: The seat that this one was added for, and by whom.
    parent_id: UUID | None = None
    added_by_id: UUID | None = None
    #: Whose seat it is, when a substitute holds it.
    on_behalf_of_id: UUID | None = None

    def is_open_to(self, actor: Actor) -> bool:
        """Whether the actor is a candidate of this unclaimed, undecided seat."""
        return (
            self.state is SeatState.OPEN
            and self.holder_id is None
            and self.group_key in candidate_keys(actor)
        )

    def waits_for(self, actor: Actor) -> bool:
        """Whether it is the actor's turn here later, once others have signed."""
        is_his = self.holder_id == actor.id or (
            self.holder_id is None and self.group_key in candidate_keys(actor)
        )
        return is_his and self.state is SeatState.WAITING

    @property
    def is_held(self) -> bool:
        """Whether somebody sits here and has not decided yet."""
        return self.state is SeatState.OPEN and self.holder_id is not None

    def is_held_by(self, actor: Actor) -> bool:
        """Whether the actor sits here and has not decided yet."""
        return self.state is SeatState.OPEN and self.holder_id == actor.id


@dataclass(frozen=True, slots=True)
class LoadedTask:
    """A task with everything that a verb or a page decides from."""

    session: Session
    instance: Row[Any]
    task: Row[Any]
    seats: tuple[SeatFacts, ...]
    #: Every open task of the instance, this one included while it is open.
    open_tasks: tuple[Row[Any], ...]
    process: Process
    progress: Progress
    #: Every seat of every open task that is not decided yet, by its id, with its state.
    standing: Mapping[str, str]

    @property
    def step(self) -> StepDefinition:
        """What the diagram says about this step."""
        return self.process.step(self.task.definition_key, self.task.step_id)

    @property
    def name(self) -> Bilingual:
        """Name of the step."""
        return Bilingual(self.task.name_zh, self.task.name_en)

    @property
    def subject(self) -> Bilingual:
        """Name of what the item is about."""
        return Bilingual(self.instance.subject_zh, self.instance.subject_en)

    @property
    def is_open(self) -> bool:
        """Whether the step still waits."""
        return bool(self.task.state == TaskState.OPEN)

    def facts(self) -> TaskFacts:
        """What handlers may know."""
        return TaskFacts(
            task_id=self.task.id,
            instance_id=self.instance.instance_id,
            process_key=self.instance.process_key,
            business_key=self.instance.business_key,
            subject_code=self.instance.subject_code,
            definition_key=self.task.definition_key,
            step_id=self.task.step_id,
            visit=self.task.visit,
            variables=self.instance.variables,
        )


def load_task(session: Session, task_id: UUID, *, lock: bool) -> LoadedTask:
    """Read a task in two statements; with `lock` the instance row is locked first.

    The lock comes in its own statement: joined to the task, PostgreSQL would re-read only the
    locked row after waiting, and the task would be as it was before the other session's commit.

    Raises:
        NotFoundError: no such task.
    """
    instance = session.execute(_owner(lock=lock), {"task_id": task_id}).one_or_none()
    if instance is None:
        raise NotFoundError(N_("Expected an approval task, found none with this address."))
    known = {"instance_id": instance.instance_id, "task_id": task_id}
    rows = session.execute(_tasks_and_seats(), known).all()
    tasks = {row.id: row for row in rows}
    return LoadedTask(
        session=session,
        instance=instance,
        task=tasks[task_id],
        seats=_seats([row for row in rows if row.id == task_id]),
        open_tasks=tuple(row for row in tasks.values() if row.state == TaskState.OPEN),
        process=process_of(session, instance.definition_ids),
        progress=Progress.load(instance.progress),
        standing={
            str(row.seat_id): row.seat_state
            for row in rows
            if row.state == TaskState.OPEN and row.seat_state in (SeatState.OPEN, SeatState.WAITING)
        },
    )


def load_instance(session: Session, instance_id: UUID, *, lock: bool) -> Row[Any]:
    """The instance's row alone.

    Raises:
        NotFoundError: no such instance.
    """
    query = select(*INSTANCE_COLUMNS).where(ProcessInstance.id == instance_id)
    instance = session.execute(query.with_for_update() if lock else query).one_or_none()
    if instance is None:
        raise NotFoundError(N_("Expected an approval item, found none with this address."))
    return instance


def open_tasks_of(session: Session, instance_id: UUID) -> list[Row[Any]]:
    """The open tasks of an instance, for `apply_step`."""
    query = select(table_of(UserTask)).where(
        UserTask.instance_id == instance_id, UserTask.state == TaskState.OPEN
    )
    return list(session.execute(query).all())


@cache
def _owner(*, lock: bool) -> Any:
    """The instance of a task. Queries of the hot path are built once."""
    owner = select(UserTask.instance_id).where(UserTask.id == bindparam("task_id"))
    query = select(*INSTANCE_COLUMNS).where(ProcessInstance.id == owner.scalar_subquery())
    return query.with_for_update() if lock else query


@cache
def _tasks_and_seats() -> Any:
    return (
        select(
            table_of(UserTask),
            Seat.id.label("seat_id"),
            Seat.position,
            Seat.state.label("seat_state"),
            Seat.holder_id,
            Seat.held_since,
            Seat.group_key,
            Seat.why,
            Seat.kind,
            Seat.weight,
            Seat.parent_id,
            Seat.added_by_id,
            Seat.on_behalf_of_id,
        )
        .outerjoin(Seat, Seat.task_id == UserTask.id)
        .where(
            UserTask.instance_id == bindparam("instance_id"),
            or_(UserTask.state == TaskState.OPEN, UserTask.id == bindparam("task_id")),
        )
        .order_by(UserTask.id, Seat.position, Seat.id)
    )


def _seats(rows: list[Row[Any]]) -> tuple[SeatFacts, ...]:
    return tuple(
        SeatFacts(
            id=row.seat_id,
            position=row.position,
            state=SeatState(row.seat_state),
            holder_id=row.holder_id,
            held_since=row.held_since,
            group_key=row.group_key,
            why=row.why,
            kind=SeatKind(row.kind),
            weight=row.weight,
            parent_id=row.parent_id,
            added_by_id=row.added_by_id,
            on_behalf_of_id=row.on_behalf_of_id,
        )
        for row in rows
        if row.seat_id is not None
    )
