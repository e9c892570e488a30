"""Tables of what people type, attach and send while they decide."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.ids import new_id
from app.core.types import UtcDateTime


class TaskDraft(Base):
    """What a person has typed and not yet sent."""

    __tablename__ = "task_draft"

    task_id: Mapped[UUID] = mapped_column(ForeignKey("user_task.id"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    typed: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


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
