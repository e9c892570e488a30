"""The table of whose turn it was."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Base


class Rotation(Base):
    """Whose turn it was last in a step with `appr.strategy` `round_robin`; made when deployed."""

    __tablename__ = "rotation"

    definition_key: Mapped[str] = mapped_column(String(100), primary_key=True)
    step_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    #: User name; empty until the first turn.
    last: Mapped[str] = mapped_column(String(60), default="")
