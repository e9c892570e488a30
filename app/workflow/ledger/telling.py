"""News of an instance, read from its ledger after the commit of the acts that wrote it.

The ledger is the outbox: an act costs nothing more for being told, what was rolled back is never
told, and `told_length` moves in the transaction that writes the notices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased

from app.core.i18n import Bilingual
from app.identity import User, read_staff
from app.workflow.applying.actions import INSTANCE
from app.workflow.assignment.asking import matter_of
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.names import person_key, username_of
from app.workflow.resources import day_of
from app.workflow.states import SeatState, TaskState


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """An open seat that waits for somebody who did not choose it: a group, or a person."""

    seat: Seat
    task: UserTask
    #: Whom it waits for.
    address: str
    #: The members of a group one by one, where a conflict of interest keeps some of them out; who
    #: cannot do it need not hear of it.
    members: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A seat that is open again: who was before it has signed, answered, or left the step."""

    #: The seat of the one before, whose it was, and the entry that says what became of it.
    before: UUID
    before_id: UUID | None
    entry: LedgerEntry
    task: UserTask
    address: str


@dataclass(frozen=True, slots=True)
class News:
    """What has happened to an instance since its people were last told."""

    instance: ProcessInstance
    subject: Bilingual
    #: Candidate key of the person who started it.
    initiator: str
    entries: Sequence[LedgerEntry]
    waiting: Sequence[OpenPlace]
    turns: Sequence[Turn]


def untold_instances(session: Session, limit: int = 50) -> list[UUID]:
    """Instances with news."""
    query = (
        select(ProcessInstance.id)
        .where(ProcessInstance.told_length < ProcessInstance.ledger_length)
        .order_by(ProcessInstance.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def take_news(session: Session, instance_id: UUID, now: datetime) -> News | None:
    """The news of one instance, marked as told; None when another worker was faster."""
    instance = session.execute(
        select(ProcessInstance)
        .where(
            ProcessInstance.id == instance_id,
            ProcessInstance.told_length < ProcessInstance.ledger_length,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if instance is None:
        return None
    entries = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.instance_id == instance_id, LedgerEntry.sequence > instance.told_length)
        .order_by(LedgerEntry.sequence)
    ).all()
    session.connection().execute(
        update(INSTANCE)
        .where(INSTANCE.c.id == instance_id)
        .values(told_length=instance.ledger_length)
    )
    username = select(User.username).where(User.id == instance.started_by_id)
    return News(
        instance=instance,
        subject=Bilingual(instance.subject_zh, instance.subject_en),
        initiator=person_key(session.scalars(username).one()),
        entries=entries,
        waiting=_waiting(session, instance, now),
        turns=_turns(session, entries),
    )


def tell_nothing_of_the_past(session: Session) -> None:
    """Mark everything so far as told, for a loaded history."""
    session.connection().execute(update(INSTANCE).values(told_length=INSTANCE.c.ledger_length))


def _waiting(session: Session, instance: ProcessInstance, now: datetime) -> list[OpenPlace]:
    rows = session.execute(
        select(Seat, UserTask, User.username)
        .join(UserTask, UserTask.id == Seat.task_id)
        .outerjoin(User, User.id == Seat.holder_id)
        .where(
            UserTask.instance_id == instance.id,
            UserTask.state == TaskState.OPEN,
            Seat.state == SeatState.OPEN,
        )
        .order_by(Seat.id)
    )
    places = []
    for seat, task, username in rows:
        # Who claimed a group's seat knows of it.
        if seat.group_key and not username:
            members = _without_conflict(session, instance, seat.group_key, now)
            places.append(OpenPlace(seat, task, seat.group_key, members))
        elif username and not seat.group_key:
            places.append(OpenPlace(seat, task, person_key(username)))
    return places


def _without_conflict(
    session: Session, instance: ProcessInstance, key: str, now: datetime
) -> tuple[str, ...] | None:
    matter = matter_of(instance, day_of(session, now))
    name = username_of(key)
    staff = read_staff(session, [] if name else [key], [name] if name else [], matter)
    people = tuple(staff.people.values()) if name else staff.groups[key]
    if not any(each.has_conflict for each in people):
        return None
    return tuple(person_key(each.username) for each in people if not each.has_conflict)


def _turns(session: Session, entries: Sequence[LedgerEntry]) -> list[Turn]:
    """Seats that these entries opened again; an item where nobody signed first costs no query."""
    acts = {key: entry for entry in entries if (key := _gave_way(entry)) is not None}
    if not acts:
        return []
    before, owner = aliased(Seat), aliased(Seat)
    ahead = aliased(User)
    rows = session.execute(
        select(before, owner, UserTask, ahead.username.label("ahead"), User.username)
        .join(owner, owner.id == before.parent_id)
        .join(UserTask, UserTask.id == before.task_id)
        .join(ahead, ahead.id == before.holder_id)
        .join(User, User.id == owner.holder_id)
        .where(
            before.task_id.in_({task_id for task_id, _, _ in acts}),
            before.state.in_((SeatState.APPROVED, SeatState.ADVISED, SeatState.REMOVED)),
            owner.state == SeatState.OPEN,
            UserTask.state == TaskState.OPEN,
        )
        .order_by(before.id)
    )
    turns = []
    for seat, behind, task, ahead_name, username in rows:
        has_left = seat.state == SeatState.REMOVED
        entry = acts.get((task.id, has_left, ahead_name if has_left else str(seat.holder_id)))
        # Who took his own signer out knows of it.
        if entry is not None and entry.actor_id != behind.holder_id:
            turns.append(Turn(seat.id, seat.holder_id, entry, task, person_key(username)))
    return turns


def _gave_way(entry: LedgerEntry) -> tuple[UUID | None, bool, str | None] | None:
    """In which task somebody made way for the seat behind: by leaving it or not, and who."""
    if entry.verb in ("approve", "advise"):
        return entry.task_id, False, str(entry.actor_id)
    if entry.verb in ("remove_signer", "undelegate"):
        return entry.task_id, True, entry.to_state
    if entry.verb == "step_aside":
        return entry.task_id, True, entry.from_state
    return None
