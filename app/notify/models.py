"""Tables of the notices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.types import UtcDateTime


class Notice(Base):
    """One sentence for one person or group."""

    __tablename__ = "notice"
    __table_args__ = (
        # Told once: the same occasion never notifies the same address twice.
        UniqueConstraint("occasion", "address"),
        # The bell: address IN (my groups and me) ORDER BY id DESC.
        Index("ix_notice_address", "address", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    #: A candidate key: a group, or `user@name`.
    address: Mapped[str] = mapped_column(String(120))
    #: What happened, once: `overdue:<task>`; makes a retried job harmless.
    occasion: Mapped[str] = mapped_column(String(160))
    #: A sentence's template and values.
    sentence: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Local path of the page that it is about.
    path: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class NoticeReceipt(Base):
    """Up to which moment a person has read the notices."""

    __tablename__ = "notice_receipt"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    read_until: Mapped[datetime] = mapped_column(UtcDateTime)
