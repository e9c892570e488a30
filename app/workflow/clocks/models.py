"""The table of the timers that diagrams wait for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.types import UtcDateTime


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
