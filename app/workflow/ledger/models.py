"""The table of the ledger; the database itself keeps it append-only."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base, table_of
from app.core.types import UtcDateTime
from app.workflow.ledger.append_only import keep_ledger


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


keep_ledger(table_of(LedgerEntry))
