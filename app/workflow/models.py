"""Tables of an item: what is searched lies in narrow rows, the token tree in one blob.

Tables that only one package asks lie in its own `models.py`.
"""

from datetime import datetime
from decimal import Decimal
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

from app.core.database import Base, table_of
from app.core.ids import new_id
from app.core.types import Money, UtcDateTime, one_of
from app.workflow.ledger.append_only import keep_votes
from app.workflow.states import InstanceState, QuestionKind, SeatKind, SeatState, TaskState


class ProcessInstance(Base):
    """One run of a diagram for one subject (a project in one link of one year)."""

    __tablename__ = "process_instance"
    __table_args__ = (
        # A campaign started twice must not start a project twice; what was terminated may be
        # started afresh.
        Index(
            "uq_process_instance_run",
            "process_key",
            "business_key",
            unique=True,
            sqlite_where=text("state <> 'terminated'"),
            postgresql_where=text("state <> 'terminated'"),
        ),
        CheckConstraint(one_of("state", InstanceState), name="state_known"),
        CheckConstraint(
            "(state IN ('active', 'suspended')) = (ended_at IS NULL)", name="ended_when_over"
        ),
        CheckConstraint(
            "(state = 'suspended') = (suspended_at IS NOT NULL)", name="suspended_since"
        ),
        # Inbox tab "started by me", newest first: started_by_id = ? ORDER BY id DESC.
        Index("ix_process_instance_started_by", "started_by_id", "id"),
        # History and state of one project: subject_code = ?.
        Index("ix_process_instance_subject", "subject_code"),
        # The definitions page counts the running instances of each version.
        Index("ix_process_instance_definition", "definition_id", "state"),
        # The worker: told_length < ledger_length ORDER BY id; partial, so that it holds news only.
        Index(
            "ix_process_instance_untold",
            "id",
            sqlite_where=text("told_length < ledger_length"),
            postgresql_where=text("told_length < ledger_length"),
        ),
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
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Grows by one with every action; a save that expects another number is refused.
    version: Mapped[int]
    #: The engine's token tree; only `app.engine` reads it.
    engine_state: Mapped[bytes] = mapped_column(LargeBinary)
    #: The token tree before the newest decision, as long as that may be recalled (收回).
    previous_state: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: The routing variables as of the last step, for assignment and display.
    variables: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Small facts that the verbs need without a query: visits per step, who acted where, timers,
    #: elements passed (see `applying/progress.py`).
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    ledger_length: Mapped[int]
    ledger_head: Mapped[str] = mapped_column(String(64))
    #: Up to which ledger entry the people concerned were told (see `ledger/telling.py`).
    told_length: Mapped[int] = mapped_column(default=0)


class UserTask(Base):
    """One visit of a token to a step: opened, decided by its seats, closed."""

    __tablename__ = "user_task"
    __table_args__ = (
        CheckConstraint(one_of("state", TaskState), name="state_known"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when_not_open"),
        CheckConstraint("visit >= 1", name="visit_positive"),
        # One task for each visit; one that was recalled has given its number back.
        Index(
            "uq_user_task_visit",
            *("instance_id", "definition_key", "step_id", "visit"),
            unique=True,
            sqlite_where=text("state <> 'cancelled' OR outcome <> 'recall'"),
            postgresql_where=text("state <> 'cancelled' OR outcome <> 'recall'"),
        ),
        # The board and the project page: instance_id = ? [AND state = 'open'].
        Index("ix_user_task_instance", "instance_id", "state"),
        # The worker: state = 'open' AND alarm_at <= ? ORDER BY alarm_at; partial, so that it holds
        # open steps only, and among its first entries none whose clock stands still.
        Index(
            "ix_user_task_alarm",
            "alarm_at",
            sqlite_where=text("state = 'open' AND alarm_at IS NOT NULL"),
            postgresql_where=text("state = 'open' AND alarm_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    engine_task_id: Mapped[str] = mapped_column(String(64))
    definition_key: Mapped[str] = mapped_column(String(100))
    step_id: Mapped[str] = mapped_column(String(100))
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    #: 1 for the first time that the token enters the step; votes never cross visits. Whatever a
    #: recalled decision had opened was no visit, and the next one has its number.
    visit: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    #: How it was decided; for a cancelled task the verb that took it away: `return`, `recall`, …
    outcome: Mapped[str | None] = mapped_column(String(60))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: When somebody who may decide it first looked at it, and who.
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Since when its clock stands still: a question waits for its answer, or the item is suspended.
    clock_stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: When the worker next looks at it: a reminder ahead of `due_at`, or its time-out. Empty while
    #: its clock stands still, and once the time-out has run (see `clocks/`).
    alarm_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: For a visit that a return opened: the place (`P_GOAL/re_examination`) that sent it back.
    returned_from: Mapped[str | None] = mapped_column(String(201))
    #: When its time-out ran (reminder, escalation or decision).
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
        CheckConstraint(one_of("kind", SeatKind), name="kind_known"),
        CheckConstraint("weight >= 1", name="weight_positive"),
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
    #: Order within the step; signers of a sequence take their turns by it.
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20), default=SeatKind.VOTE.value)
    #: How much its vote counts under the rule `weight`.
    weight: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(20))
    #: The seat for whose holder this one was added, or whose holder delegated to it.
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("seat.id"))
    #: Who added it to the step; empty for the diagram's own seats.
    added_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    #: Whose seat it is when the holder acts as a substitute (代理).
    on_behalf_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    #: Who may claim it: a group key, or `user@name`; empty for a seat that was handed to a person.
    group_key: Mapped[str | None] = mapped_column(String(120))
    holder_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    held_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Why this person or these candidates: a sentence's template and values.
    why: Mapped[dict[str, Any]] = mapped_column(JSON)


class Vote(Base):
    """What one seat said in one visit; never edited, never deleted, at most declared void."""

    __tablename__ = "vote"
    __table_args__ = (
        CheckConstraint("(voided_at IS NULL) = (voided_by_id IS NULL)", name="voided_by_someone"),
        # A recalled vote stays beside the one that replaced it.
        Index(
            "uq_vote_seat",
            "seat_id",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
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
    #: For a substitute's vote, whose seat it was.
    on_behalf_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(60))
    opinion: Mapped[str] = mapped_column(Text)
    #: Set when the same words decided other items with it (see `deciding/batches.py`).
    batch_id: Mapped[UUID | None]
    #: How it was signed, where the step asks for it (see `deciding/signatures.py`).
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: A recall declares a vote void; its words stay readable.
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    #: Step id that a return chose.
    target: Mapped[str | None] = mapped_column(String(100))
    form_key: Mapped[str | None] = mapped_column(String(100))
    #: The form as it was when the vote was cast.
    form_values: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Warnings that were shown to the voter (code, where, template, values).
    warnings: Mapped[list[Any]] = mapped_column(JSON)


class Question(Base):
    """A question about an item to one person; open until it is answered or taken back."""

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint(one_of("kind", QuestionKind), name="kind_known"),
        # Those that wait for me: asked_to_id = ? AND answered_at IS NULL ORDER BY id.
        Index("ix_question_asked_to", "asked_to_id", "answered_at", "id"),
        Index("ix_question_instance", "instance_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(20))
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    task_id: Mapped[UUID] = mapped_column(ForeignKey("user_task.id"))
    asked_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_to_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text, default="")
    #: Consent to a withdrawal; empty for a clarification, and when it was taken back.
    consented: Mapped[bool | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Urge(Base):
    """Somebody asked for speed (催办); counted, and limited in rate."""

    __tablename__ = "urge"
    __table_args__ = (Index("ix_urge_instance", "instance_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    urged_by_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    urged_at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(Text)


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
    #: Empty when the step's rule gave it.
    copied_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(Text, default="")


class CopyReceipt(Base):
    """Who has read a copy, and when."""

    __tablename__ = "copy_receipt"

    copy_id: Mapped[UUID] = mapped_column(ForeignKey("task_copy.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


keep_votes(table_of(Vote))
