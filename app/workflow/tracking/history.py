"""What has happened to one instance, for the people who decide next: visits, opinions, ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, aliased

from app.core.database import table_of
from app.core.errors import Problem
from app.core.i18n import Bilingual
from app.identity import Actor, User
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import CopyReceipt, Incident, Seat, TaskCopy, UserTask, Vote
from app.workflow.names import candidate_keys, person_key
from app.workflow.states import SeatState, TaskState


@dataclass(frozen=True, slots=True)
class Opinion:
    """One vote in words."""

    vote_id: UUID
    task_id: UUID
    definition_key: str
    step_id: str
    step: Bilingual
    visit: int
    who: Bilingual
    who_id: UUID
    #: For whom, when a substitute voted.
    owner: Bilingual | None
    position: Bilingual
    at: datetime
    outcome: str
    text: str
    target: str | None
    form_key: str | None
    values: Mapping[str, Any]
    warnings: tuple[Problem, ...]
    #: As `signatures.py` made it.
    signature: Mapping[str, Any] | None = None
    #: Since when it counts no more, because it was recalled.
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenSeat:
    """Who holds an open step of an instance, or which groups may claim it; since and until when."""

    task_id: UUID
    definition_key: str
    step_id: str
    step: Bilingual
    visit: int
    holder: Bilingual | None
    holder_id: UUID | None
    #: Candidate keys of those who can act now: the holder's, or the groups'.
    addresses: tuple[str, ...]
    groups: tuple[str, ...]
    #: When the holder got it: assigned, claimed or moved; for a group, when the step opened.
    since: datetime
    due_at: datetime
    #: Set while the step waits for an answer.
    clock_stopped_at: datetime | None
    why: Mapping[str, Any]


def opinions(session: Session, instance_id: UUID) -> list[Opinion]:
    """Every vote of an instance in the order in which they were cast, recalled ones too."""
    owner = aliased(User)
    rows = session.execute(
        select(Vote, UserTask, User, owner)
        .join(UserTask, UserTask.id == Vote.task_id)
        .join(User, User.id == Vote.actor_id)
        .outerjoin(owner, owner.id == Vote.on_behalf_of_id)
        .where(Vote.instance_id == instance_id)
        .order_by(Vote.id)
    )
    return [
        Opinion(
            vote_id=vote.id,
            task_id=task.id,
            definition_key=task.definition_key,
            step_id=task.step_id,
            step=Bilingual(task.name_zh, task.name_en),
            visit=task.visit,
            who=user.name,
            who_id=user.id,
            owner=absent.name if absent else None,
            position=user.position,
            at=vote.at,
            outcome=vote.outcome,
            text=vote.opinion,
            target=vote.target,
            form_key=vote.form_key,
            values=vote.form_values,
            warnings=tuple(Problem.load(each) for each in vote.warnings),
            signature=vote.signature,
            voided_at=vote.voided_at,
        )
        for vote, task, user, absent in rows
    ]


def last_form_values(session: Session, instance_id: UUID, step_id: str) -> dict[str, Any]:
    """The form of the newest vote in a step; empty when nobody has voted there."""
    query = (
        select(Vote.form_values)
        .join(UserTask, UserTask.id == Vote.task_id)
        .where(
            Vote.instance_id == instance_id,
            UserTask.step_id == step_id,
            Vote.form_key.is_not(None),
            Vote.voided_at.is_(None),
        )
        .order_by(Vote.id.desc())
        .limit(1)
    )
    return session.scalars(query).first() or {}


def open_seats(session: Session, instance_id: UUID) -> list[OpenSeat]:
    """Where the instance is now, and with whom."""
    rows = session.execute(
        select(UserTask, Seat, User)
        .join(Seat, Seat.task_id == UserTask.id)
        .outerjoin(User, User.id == Seat.holder_id)
        .where(
            UserTask.instance_id == instance_id,
            UserTask.state == TaskState.OPEN,
            Seat.state == SeatState.OPEN,
        )
        .order_by(UserTask.id, Seat.position, Seat.id)
    )
    return [_open_seat(task, seat, user) for task, seat, user in rows]


def _open_seat(task: UserTask, seat: Seat, user: User | None) -> OpenSeat:
    groups = (seat.group_key,) if seat.group_key else ()
    return OpenSeat(
        task_id=task.id,
        definition_key=task.definition_key,
        step_id=task.step_id,
        step=Bilingual(task.name_zh, task.name_en),
        visit=task.visit,
        holder=user.name if user else None,
        holder_id=user.id if user else None,
        addresses=(person_key(user.username),) if user else groups,
        groups=groups,
        since=seat.held_since or task.opened_at,
        due_at=task.due_at,
        clock_stopped_at=task.clock_stopped_at,
        why=seat.why,
    )


def visits(session: Session, instance_id: UUID) -> list[UserTask]:
    """Every visit of every step, in order of opening."""
    query = select(UserTask).where(UserTask.instance_id == instance_id).order_by(UserTask.id)
    return list(session.scalars(query))


def ledger_entries(session: Session, instance_id: UUID) -> list[LedgerEntry]:
    """The ledger of an instance in order."""
    return list(
        session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.instance_id == instance_id)
            .order_by(LedgerEntry.sequence)
        )
    )


def open_incidents(session: Session, instance_id: UUID) -> list[Incident]:
    """Incidents that nobody has resolved yet."""
    return list(
        session.scalars(
            select(Incident)
            .where(Incident.instance_id == instance_id, Incident.resolved_at.is_(None))
            .order_by(Incident.id)
        )
    )


def mark_copy_read(session: Session, instance_id: UUID, actor: Actor, now: datetime) -> None:
    """Write the read receipt of every copy that the actor has of this instance; once."""
    unread = (
        select(TaskCopy.id)
        .outerjoin(
            CopyReceipt, (CopyReceipt.copy_id == TaskCopy.id) & (CopyReceipt.user_id == actor.id)
        )
        .where(
            TaskCopy.instance_id == instance_id,
            TaskCopy.group_key.in_(sorted(candidate_keys(actor))),
            CopyReceipt.read_at.is_(None),
        )
    )
    rows = [
        {"copy_id": each, "user_id": actor.id, "read_at": now} for each in session.scalars(unread)
    ]
    if rows:
        session.connection().execute(insert(table_of(CopyReceipt)), rows)
