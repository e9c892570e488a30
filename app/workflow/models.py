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

from app.core.database import Base, table_of
from app.core.ids import new_id
from app.core.types import Money, UtcDateTime, one_of
from app.workflow.ledger.append_only import keep_ledger, keep_votes


class InstanceState(StrEnum):
    """A process instance is active until an end event is reached or a person ends it."""

    ACTIVE = "active"
    #: Clocks stand still and nobody may act, until somebody resumes it.
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    #: Ended by a person before an end event was reached.
    TERMINATED = "terminated"


class TaskState(StrEnum):
    """A user task is open until its rule is met or a return takes it away."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class SeatState(StrEnum):
    """The honest end of one person's place in a step; never closed in another person's name."""

    OPEN = "open"
    #: Its turn comes later: an earlier signer of a sequence, or an added one, goes first.
    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    ABSTAINED = "abstained"
    RETURNED = "returned"
    #: A delegate has given the opinion that was asked for.
    ADVISED = "advised"
    TRANSFERRED = "transferred"
    NOT_NEEDED = "not_needed"
    #: Taken away by who had added it or by an administrator, or handed back by its holder, whom a
    #: conflict of interest keeps out.
    REMOVED = "removed"
    WITHDRAWN = "withdrawn"
    #: The step's time ran out and its rule decided; nobody is said to have voted.
    EXPIRED = "expired"


#: Seats that may still act, now or later.
UNDECIDED = (SeatState.OPEN, SeatState.WAITING)


class SeatKind(StrEnum):
    """What a seat is for (approvals.md §1 and §3)."""

    #: Belongs to the step's electorate.
    VOTE = "vote"
    #: Added before a seat (前加签): that one waits until this has agreed.
    BEFORE = "before"
    #: Added behind (后加签): the step stays open until this has agreed too.
    AFTER = "after"
    #: A delegate (委派): gives an opinion to the owner, never a vote.
    ADVICE = "advice"


class QuestionKind(StrEnum):
    """What is asked of a person while an item waits."""

    #: To the initiator or an earlier approver; the step's clock stands still meanwhile.
    CLARIFICATION = "clarification"
    #: The initiator asks who has read the item to let it go back (撤回, by consent).
    WITHDRAWAL = "withdrawal"


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
    #: The decision models that it asks, by the decision's id: a later file changes no version.
    decisions: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)
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
    #: elements passed (see `progress.py`).
    progress: Mapped[dict[str, Any]] = mapped_column(JSON)
    ledger_length: Mapped[int]
    ledger_head: Mapped[str] = mapped_column(String(64))
    #: Up to which ledger entry the people concerned were told (see `telling.py`).
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
    #: its clock stands still, and once the time-out has run (see `clocks.py`).
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


class Rotation(Base):
    """Whose turn it was last in a step with `appr.strategy` `round_robin`; made when deployed."""

    __tablename__ = "rotation"

    definition_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    step_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    #: User name; empty until the first turn.
    last: Mapped[str] = mapped_column(String(60), default="")


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
    #: Set when the same words decided other items with it (see `batches.py`).
    batch_id: Mapped[UUID | None]
    #: How it was signed, where the step asks for it (see `signatures.py`).
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


class ReturnPoint(Base):
    """One thing to mend, named by a return or a request; ticked off before the resubmission."""

    __tablename__ = "return_point"
    __table_args__ = (
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by"),
        CheckConstraint("(answered_at IS NULL) = (is_mended IS NULL)", name="answered_how"),
        # The checklist of an item: instance_id = ? ORDER BY id.
        Index("ix_return_point_instance", "instance_id", "id"),
        # For the process owner: process_key = ? AND returned_at BETWEEN …, counted per reason.
        Index("ix_return_point_process", "process_key", "returned_at", "step_id", "reason"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    process_key: Mapped[str] = mapped_column(String(100))
    #: The vote that returned the item.
    vote_id: Mapped[UUID] = mapped_column(ForeignKey("vote.id"))
    #: The step that returned it.
    step_id: Mapped[str] = mapped_column(String(100))
    #: The step that has to answer.
    target: Mapped[str] = mapped_column(String(100))
    returned_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: A code of `config/return_reasons.toml`.
    reason: Mapped[str] = mapped_column(String(60))
    #: Path of the form's field that it is about (`indicators.2.target`); empty for the whole form.
    field: Mapped[str] = mapped_column(String(200), default="")
    text: Mapped[str] = mapped_column(Text)
    #: Whether it was mended, or why not (`answer`); empty until it is answered.
    is_mended: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))


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
    #: Empty when the step's rule gave it.
    copied_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(Text, default="")


class CopyReceipt(Base):
    """Who has read a copy, and when."""

    __tablename__ = "copy_receipt"

    copy_id: Mapped[UUID] = mapped_column(ForeignKey("task_copy.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RequestKey(Base):
    """A form that was sent once; sent again it shows the same page and does nothing."""

    __tablename__ = "request_key"
    __table_args__ = (
        # Old keys are dropped by age: used_at < ?.
        Index("ix_request_key_used", "used_at"),
    )

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Local address that the form led to.
    location: Mapped[str] = mapped_column(String(500))


class Phrase(Base):
    """An opinion that a person writes often (常用语); the bureau's are in `config/phrases.toml`."""

    __tablename__ = "phrase"
    __table_args__ = (UniqueConstraint("user_id", "text"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    text: Mapped[str] = mapped_column(String(500))


class Attachment(Base):
    """A file that somebody attached to an instance; its bytes lie in the file storage."""

    __tablename__ = "attachment"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size_not_negative"),
        Index("ix_attachment_instance", "instance_id"),
        # Whether another row has the same bytes: content_hash = ?.
        Index("ix_attachment_content_hash", "content_hash"),
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


keep_votes(table_of(Vote))
keep_ledger(table_of(LedgerEntry))
