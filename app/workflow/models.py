"""Tables of the workflow room: what is searched lies in narrow rows, the token tree in one blob."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.ids import new_id
from app.core.types import Money, UtcDateTime


class InstanceState(StrEnum):
    """A process instance is active until an end event of its diagram is reached."""

    ACTIVE = "active"
    COMPLETED = "completed"


class TaskState(StrEnum):
    """A user task is open until its rule is met or a return takes it away."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class SeatState(StrEnum):
    """The honest end of one person's place in a step; never closed in another person's name."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"
    TRANSFERRED = "transferred"
    NOT_NEEDED = "not_needed"
    WITHDRAWN = "withdrawn"


def one_of(column: str, states: type[StrEnum]) -> str:
    """SQL of a CHECK that keeps a state column inside its enumeration."""
    return f"{column} IN ({', '.join(repr(str(state)) for state in states)})"


class ProcessDefinition(Base):
    """One deployed version of a diagram; never changed afterwards."""

    __tablename__ = "process_definition"
    __table_args__ = (
        UniqueConstraint("key", "version"),
        CheckConstraint("version >= 1", name="version_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    #: The author's file, byte for byte.
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    content_hash: Mapped[str] = mapped_column(String(64))
    #: Keys of the processes that it calls, so that starting an instance parses nothing.
    calls: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
    deployed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Empty when the product's own installation deployed it.
    deployed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class DefinitionDraft(Base):
    """What a process owner has saved but not deployed; it may still be invalid."""

    __tablename__ = "definition_draft"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    #: Counts the saves; a save that names an older one is refused.
    revision: Mapped[int]
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))


class ProcessInstance(Base):
    """One run of a diagram for one subject (a project in one link of one year)."""

    __tablename__ = "process_instance"
    __table_args__ = (
        # A campaign started twice must not start a project twice.
        UniqueConstraint("process_key", "business_key"),
        CheckConstraint(one_of("state", InstanceState), name="state_known"),
        CheckConstraint("(state = 'active') = (ended_at IS NULL)", name="ended_when_not_active"),
        # Inbox tab "started by me", newest first: started_by_id = ? ORDER BY id DESC.
        Index("ix_process_instance_started_by", "started_by_id", "id"),
        # History and state of one project: subject_code = ?.
        Index("ix_process_instance_subject", "subject_code"),
        # The definitions page counts the running instances of each version.
        Index("ix_process_instance_definition", "definition_id", "state"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("process_definition.id"))
    #: The main definition and every called one, as they were when the instance started.
    definition_ids: Mapped[list[str]] = mapped_column(JSON)
    process_key: Mapped[str] = mapped_column(String(100))
    business_key: Mapped[str] = mapped_column(String(100))
    subject_code: Mapped[str] = mapped_column(String(60))
    subject_zh: Mapped[str] = mapped_column(String(200))
    subject_en: Mapped[str] = mapped_column(String(200))
    unit_code: Mapped[str] = mapped_column(String(20))
    department_code: Mapped[str] = mapped_column(String(20))
    section_code: Mapped[str] = mapped_column(String(20))
    agency_code: Mapped[str | None] = mapped_column(String(20))
    fiscal_year: Mapped[int]
    #: 10k yuan.
    amount: Mapped[Decimal] = mapped_column(Money)
    is_key: Mapped[bool]
    state: Mapped[str] = mapped_column(String(20))
    end_event: Mapped[str | None] = mapped_column(String(100))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Grows by one with every action; a save that expects another number is refused.
    version: Mapped[int]
    #: The engine's token tree; only `app.engine` reads it.
    engine_state: Mapped[bytes] = mapped_column(LargeBinary)
    #: The routing variables as of the last step, for assignment and display.
    variables: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Small facts that the verbs need without a query: visits per step, who acted where, timers,
    #: elements passed (see `progress.py`).
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    ledger_length: Mapped[int]
    ledger_head: Mapped[str] = mapped_column(String(64))


class UserTask(Base):
    """One visit of a token to a step: opened, decided by its seats, closed."""

    __tablename__ = "user_task"
    __table_args__ = (
        UniqueConstraint("instance_id", "definition_key", "step_id", "visit"),
        CheckConstraint(one_of("state", TaskState), name="state_known"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when_not_open"),
        CheckConstraint("visit >= 1", name="visit_positive"),
        # The board and the project page: instance_id = ? [AND state = 'open'].
        Index("ix_user_task_instance", "instance_id", "state"),
        # Reminders: state = 'open' AND reminded_at IS NULL AND due_at <= ? ORDER BY due_at.
        Index("ix_user_task_due", "state", "due_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    engine_task_id: Mapped[str] = mapped_column(String(64))
    definition_key: Mapped[str] = mapped_column(String(100))
    step_id: Mapped[str] = mapped_column(String(100))
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    #: 1 for the first time that the token enters the step; votes never cross visits.
    visit: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    outcome: Mapped[str | None] = mapped_column(String(60))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Whose act closed it; empty when the system did.
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    #: Grows with every change of the task or its seats; forms carry it.
    version: Mapped[int]


class Seat(Base):
    """One place in a step: open to a group, held by a person, and decided by that person's vote."""

    __tablename__ = "seat"
    __table_args__ = (
        CheckConstraint(one_of("state", SeatState), name="state_known"),
        CheckConstraint("state <> 'approved' OR holder_id IS NOT NULL", name="approved_by_someone"),
        # Inbox tab "mine": holder_id = ? AND state = 'open' ORDER BY due_at, id.
        Index("ix_seat_inbox", "holder_id", "state", "due_at", "id"),
        # Inbox tab "for my groups": group_key IN (…) AND holder_id IS NULL AND state = 'open'
        # ORDER BY due_at, id; partial, so that it holds unclaimed work only.
        Index(
            "ix_seat_unclaimed",
            "group_key",
            "due_at",
            "id",
            sqlite_where=text("holder_id IS NULL AND state = 'open'"),
            postgresql_where=text("holder_id IS NULL AND state = 'open'"),
        ),
        CheckConstraint("group_key IS NOT NULL OR holder_id IS NOT NULL", name="for_someone"),
        Index("ix_seat_task", "task_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("user_task.id"))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    #: Who may claim it: a group key, or `user@name`; empty for a seat that was handed to a person.
    group_key: Mapped[str | None] = mapped_column(String(120))
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    held_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Why this person or these candidates: a sentence's template and values.
    why: Mapped[dict[str, Any]] = mapped_column(JSON)


class Vote(Base):
    """What one seat said in one visit; never edited, never deleted."""

    __tablename__ = "vote"
    __table_args__ = (
        UniqueConstraint("seat_id"),
        # Inbox tab "done", newest first: actor_id = ? ORDER BY id DESC.
        Index("ix_vote_actor", "actor_id", "id"),
        # Opinions of one instance in order: instance_id = ? ORDER BY id.
        Index("ix_vote_instance", "instance_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    task_id: Mapped[UUID] = mapped_column(ForeignKey("user_task.id"))
    seat_id: Mapped[UUID] = mapped_column(ForeignKey("seat.id"))
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(60))
    opinion: Mapped[str] = mapped_column(Text)
    #: Step id that a return chose.
    target: Mapped[str | None] = mapped_column(String(100))
    form_key: Mapped[str | None] = mapped_column(String(100))
    #: The form as it was when the vote was cast.
    form_values: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Warnings that were shown to the voter (code, where, template, values).
    warnings: Mapped[list[Any]] = mapped_column(JSON)


class TaskDraft(Base):
    """What a person has typed and not yet sent."""

    __tablename__ = "task_draft"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    typed: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Timer(Base):
    """A timer event of a diagram that waits; the row goes when it fires or is cancelled."""

    __tablename__ = "timer"
    __table_args__ = (
        # The worker: incident_id IS NULL AND due_at <= ? ORDER BY due_at.
        Index("ix_timer_due", "due_at"),
    )

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    #: The engine's name for it.
    timer_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    definition_key: Mapped[str] = mapped_column(String(100))
    element_id: Mapped[str] = mapped_column(String(100))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Set while an incident keeps it from firing again and again.
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id"))


class Incident(Base):
    """Something in a diagram that failed; the instance waits and a person sees why."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint(
            "(resolved_at IS NULL) = (resolved_by_id IS NULL)", name="resolved_by_someone"
        ),
        Index("ix_incident_instance", "instance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    element_id: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(60))
    #: The sentence's template and values.
    sentence: Mapped[dict[str, Any]] = mapped_column(JSON)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


class LedgerEntry(Base):
    """One act, chained to the one before it by its hash."""

    __tablename__ = "ledger_entry"
    __table_args__ = (CheckConstraint("sequence >= 1", name="sequence_positive"),)

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Empty for the system actor, whose rule is in `reason`.
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    on_behalf_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    verb: Mapped[str] = mapped_column(String(40))
    definition_key: Mapped[str] = mapped_column(String(100))
    step_id: Mapped[str | None] = mapped_column(String(100))
    task_id: Mapped[UUID | None]
    visit: Mapped[int | None]
    from_state: Mapped[str | None] = mapped_column(String(60))
    to_state: Mapped[str | None] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(Text)
    form_hash: Mapped[str | None] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class TaskCopy(Base):
    """A copy (CC) of an item for a group: the right to read this instance, and nothing else."""

    __tablename__ = "task_copy"
    __table_args__ = (
        UniqueConstraint("instance_id", "group_key"),
        # Inbox tab "copied to me": group_key IN (…) ORDER BY id DESC.
        Index("ix_task_copy_group", "group_key", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    definition_key: Mapped[str] = mapped_column(String(100))
    step_id: Mapped[str] = mapped_column(String(100))
    group_key: Mapped[str] = mapped_column(String(120))
    copied_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CopyReceipt(Base):
    """Who has read a copy, and when."""

    __tablename__ = "copy_receipt"

    copy_id: Mapped[UUID] = mapped_column(ForeignKey("task_copy.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Attachment(Base):
    """A file that somebody attached to an instance; its bytes lie in the file storage."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size_not_negative"),
        Index("ix_attachment_instance", "instance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    task_id: Mapped[UUID] = mapped_column(ForeignKey("user_task.id"))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(100))
    #: Bytes.
    size: Mapped[int]
    #: SHA-256 of the bytes, and their address in the storage.
    content_hash: Mapped[str] = mapped_column(String(64))
    uploaded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
