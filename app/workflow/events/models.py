"""Tables of events between instances: who waits, what starts by them, and what is under way."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.types import UtcDateTime, one_of

#: Characters that a name, and what a message must agree in, may have.
LONGEST_NAME = 200


class MessageKind(StrEnum):
    """What is under way."""

    #: To one receiver among all, else it starts an instance, else it is kept for a while.
    MESSAGE = "message"
    #: One row for each instance that waits for the signal, and for each process that it starts.
    SIGNAL = "signal"
    #: A timer start event that was due.
    TIMER = "timer"


class MessageState(StrEnum):
    """From the transaction of the cause to that of the effect."""

    #: Nobody has looked for its receiver yet.
    NEW = "new"
    #: Nobody waited for it; it waits for a receiver until its time to live ends.
    BUFFERED = "buffered"
    #: Its receiver failed, or stands still; it goes on once that is mended.
    HELD = "held"
    DELIVERED = "delivered"
    #: Its time to live ended, or whoever waited for it waits no longer.
    EXPIRED = "expired"
    #: A person decided that nobody is to get it.
    DISCARDED = "discarded"


#: Messages that are over.
ENDED = (MessageState.DELIVERED, MessageState.EXPIRED, MessageState.DISCARDED)


class EventSubscription(Base):
    """A message or signal that an instance waits for; the row goes when it waits no longer."""

    __tablename__ = "event_subscription"
    __table_args__ = (
        CheckConstraint("kind IN ('message', 'signal')", name="kind_known"),
        # Who gets a message: kind = ? AND name = ? AND correlation = ? ORDER BY since, instance_id;
        # who hears a signal: kind = ? AND name = ?.
        Index("ix_event_subscription_name", "kind", "name", "correlation", "since"),
    )

    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    #: The engine's name for it.
    waiting_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    #: What a message must agree in; empty where its name is enough.
    correlation: Mapped[str] = mapped_column(String(LONGEST_NAME))
    definition_key: Mapped[str] = mapped_column(String(100))
    element_id: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class DefinitionEvent(Base):
    """An event of the newest version of a process that comes from outside an instance."""

    __tablename__ = "definition_event"
    __table_args__ = (
        CheckConstraint(one_of("kind", MessageKind), name="kind_known"),
        CheckConstraint("due_at IS NULL OR (kind = 'timer' AND starts)", name="due_start"),
        # What a message or signal starts, and whether anybody knows it: kind = ? AND name = ?.
        Index("ix_definition_event_name", "kind", "name"),
        # The worker: due_at <= ? ORDER BY due_at; partial, so that it holds waiting timers only.
        Index(
            "ix_definition_event_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    process_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    element_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    #: Name of the message or signal; empty for a timer.
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    #: Whether it starts instances; otherwise it is waited for inside of one.
    starts: Mapped[bool]
    #: What an instance that it starts is about, and in whose name, where the event says neither.
    subject_code: Mapped[str | None] = mapped_column(String(60))
    initiator: Mapped[str | None] = mapped_column(String(60))
    #: When a timer starts the next instance, empty once it has started the last one; the interval
    #: of its cycle, and how many are left (empty: without end).
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    every: Mapped[str | None] = mapped_column(String(100))
    remaining: Mapped[int | None]


class Message(Base):
    """A message, signal or due start on its way to one receiver; kept a while after it arrived."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(one_of("kind", MessageKind), name="kind_known"),
        CheckConstraint(one_of("state", MessageState), name="state_known"),
        CheckConstraint(
            f"({one_of('state', ENDED)}) = (ended_at IS NOT NULL)", name="ended_when_over"
        ),
        CheckConstraint("(state = 'held') = (problem IS NOT NULL)", name="held_because"),
        CheckConstraint(
            "state <> 'discarded' OR handled_by_id IS NOT NULL", name="discarded_by_someone"
        ),
        # Sent twice under one key it is one message.
        Index("uq_message_key", "name", "unique_key", unique=True),
        # The worker: state = 'new' ORDER BY id; and for operators, what is not over, by id.
        Index(
            "ix_message_new",
            "id",
            sqlite_where=text("state = 'new'"),
            postgresql_where=text("state = 'new'"),
        ),
        # The worker: state = 'buffered', joined to subscriptions by name and correlation.
        Index(
            "ix_message_buffered",
            "name",
            "correlation",
            sqlite_where=text("state = 'buffered'"),
            postgresql_where=text("state = 'buffered'"),
        ),
        # The worker: state = 'buffered' AND expires_at <= ?.
        Index(
            "ix_message_expires",
            "expires_at",
            sqlite_where=text("state = 'buffered'"),
            postgresql_where=text("state = 'buffered'"),
        ),
        # What goes on with its receiver: state = 'held' AND receiver_id = ?; for operators, all.
        Index(
            "ix_message_held",
            "receiver_id",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        # Old ones are dropped by age: ended_at < ?.
        Index("ix_message_ended", "ended_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    correlation: Mapped[str] = mapped_column(String(LONGEST_NAME))
    #: As `engine.pack` writes values.
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    unique_key: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Until when it waits for a receiver; one that nobody waits for then ends.
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: The instance that threw it; empty for one from outside.
    sender_id: Mapped[UUID | None] = mapped_column(ForeignKey("process_instance.id"))
    #: In whose name an instance that it starts runs: the sender's, or the sending item's initiator.
    initiator_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    #: What the instance that threw it is about.
    subject_code: Mapped[str | None] = mapped_column(String(60))
    #: The instance that is to get it; for a message, once that is known. No foreign key: checking
    #: it would wait for the receiver, and two items that signal each other for one another.
    receiver_id: Mapped[UUID | None]
    #: The start event that it is for; or the event that has received it.
    process_key: Mapped[str | None] = mapped_column(String(100))
    element_id: Mapped[str | None] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(20))
    #: Why it is held: a sentence's template and values.
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    incident_id: Mapped[UUID | None] = mapped_column(ForeignKey("incident.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    #: Who sent it again last, or discarded it, and when.
    handled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
