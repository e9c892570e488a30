"""Facts about this installation that live in its database, such as the sample bureau's clock."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import Clock
from app.core.database import Base

CLOCK_OFFSET = "clock_offset_seconds"
SAMPLE_LOADED = "sample_loaded"


class InstallationFact(Base):
    """One named fact."""

    __tablename__ = "installation_fact"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


def read_fact(session: Session, name: str) -> str | None:
    """The fact, or None when nobody wrote it."""
    fact = session.get(InstallationFact, name)
    return fact.value if fact else None


def write_fact(session: Session, name: str, value: str) -> None:
    """Write a fact, over an earlier one of the same name."""
    session.merge(InstallationFact(name=name, value=value))
    session.flush()


def read_clock(session: Session) -> Clock:
    """The clock of this installation; the sample bureau lives in October 2022."""
    seconds = read_fact(session, CLOCK_OFFSET)
    return Clock(timedelta(seconds=int(seconds))) if seconds else Clock()


def start_clock_at(session: Session, moment: datetime) -> None:
    """Let this installation's clock show `moment` now and run on from there."""
    offset = moment - datetime.now(UTC)
    write_fact(session, CLOCK_OFFSET, str(int(offset.total_seconds())))
