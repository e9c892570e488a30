"""Tables of the notices."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.types import UtcDateTime, one_of


class NoticeKind(StrEnum):
    """What a notice is about; a person chooses for each kind how to hear of it."""

    ASSIGNED = "assigned"
    RETURNED = "returned"
    URGED = "urged"
    ASKED = "asked"
    DUE = "due"
    OVERDUE = "overdue"
    COPIED = "copied"
    DECIDED = "decided"


class MailTiming(StrEnum):
    """When mail about a kind of notice is sent."""

    NOW = "now"
    DIGEST = "digest"
    NEVER = "never"


class Notice(Base):
    """One sentence for one person or group."""

    __tablename__ = "notice"
    __table_args__ = (
        # Told once: the same occasion never notifies the same address twice.
        UniqueConstraint("occasion", "address"),
        CheckConstraint(one_of("kind", NoticeKind), name="kind_known"),
        # The bell: address IN (my groups and me) ORDER BY id DESC.
        Index("ix_notice_address", "address", "id"),
        # The worker: NOT is_posted ORDER BY id; partial, so that it holds the newest only.
        Index(
            "ix_notice_unposted",
            "id",
            sqlite_where=text("NOT is_posted"),
            postgresql_where=text("NOT is_posted"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    #: A candidate key: a group, or `user@name`.
    address: Mapped[str] = mapped_column(String(120))
    #: A `NoticeKind`.
    kind: Mapped[str] = mapped_column(String(20))
    #: What happened, once: `overdue:<task>`; makes a retried job harmless.
    occasion: Mapped[str] = mapped_column(String(160))
    #: A sentence's template and values.
    sentence: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Local path of the page that it is about.
    path: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Whether the mail that it asks for has been written into the outbox.
    is_posted: Mapped[bool] = mapped_column(default=False)


class NoticeReceipt(Base):
    """Up to which moment a person has read the notices."""

    __tablename__ = "notice_receipt"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    read_until: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticePreference(Base):
    """How one person hears of one kind of notice; without a row as `preferences.py` says."""

    __tablename__ = "notice_preference"
    __table_args__ = (
        CheckConstraint(one_of("kind", NoticeKind), name="kind_known"),
        CheckConstraint(one_of("mail", MailTiming), name="mail_known"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    in_app: Mapped[bool]
    mail: Mapped[str] = mapped_column(String(10))


class Mail(Base):
    """One message to one person, written with its act and sent after the commit (an outbox)."""

    __tablename__ = "mail"
    __table_args__ = (
        # Never twice: one message per occasion and person.
        UniqueConstraint("occasion", "user_id"),
        CheckConstraint("attempts >= 0", name="attempts"),
        # The worker: sent_at IS NULL AND next_try_at <= ? ORDER BY next_try_at; partial, so that it
        # holds unsent mail only.
        Index(
            "ix_mail_unsent",
            "next_try_at",
            sqlite_where=text("sent_at IS NULL"),
            postgresql_where=text("sent_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    kind: Mapped[str] = mapped_column(String(20))
    occasion: Mapped[str] = mapped_column(String(160))
    #: What is said: template, values and path of each sentence; a digest holds several.
    sentences: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: Local path of the page that it is about.
    path: Mapped[str] = mapped_column(String(200))
    is_digest: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: Empty while it is being sent, and when it was given up.
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    #: What the mail server said last.
    error: Mapped[str] = mapped_column(String(500), default="")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
