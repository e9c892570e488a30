"""The clock that every entry point reads; verbs receive `now` as an argument."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """Real time, moved by an offset for the sample bureau, whose day is 2022-10-10."""

    offset: timedelta = timedelta()

    def now(self) -> datetime:
        """The present moment, aware, in UTC, without microseconds."""
        return (datetime.now(UTC) + self.offset).replace(microsecond=0)
