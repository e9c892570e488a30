"""Tables of diagrams: what was deployed, and what is only saved."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.ids import new_id
from app.core.types import UtcDateTime


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
