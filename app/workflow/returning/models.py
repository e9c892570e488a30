"""The table of what returns ask to be mended."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base
from app.core.ids import new_id
from app.core.types import UtcDateTime


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
