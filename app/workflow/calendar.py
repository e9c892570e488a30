"""The working calendar: which days count, and when "three working days from now" is.

Holidays and make-up working days are data per year in `config/calendar/<year>.toml`.
"""

import re
import tomllib
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

#: `P3BD`: three working days; the letters follow ISO 8601 durations, BD means business days.
WORKING_DURATION = re.compile(r"^P(\d{1,3})BD$")


class WorkingCalendar:
    """Working days of the bureau. A year without a file has its Saturdays and Sundays off."""

    def __init__(self, folder: Path, zone: ZoneInfo) -> None:
        self.zone = zone
        self._folder = folder
        self._year = lru_cache(maxsize=64)(self._read_year)

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day: make-up days do, holidays do not."""
        holidays, make_up_days = self._year(day.year)
        if day in make_up_days:
            return True
        return day.weekday() < 5 and day not in holidays

    def after(self, start: datetime, working_days: int) -> datetime:
        """The end (18:00 local time) of the n-th working day after the day of `start`, in UTC."""
        day = start.astimezone(self.zone).date()
        left = working_days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_working_day(day)
        return datetime(day.year, day.month, day.day, 18, tzinfo=self.zone).astimezone(
            ZoneInfo("UTC")
        )

    def days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to `last`; negative when `last` is earlier."""
        if last < first:
            return -self.days_between(last, first)
        days = (first + timedelta(days=n + 1) for n in range((last - first).days))
        return sum(self.is_working_day(day) for day in days)

    def due(self, duration: str, start: datetime) -> datetime | None:
        """When a duration such as `P3BD` ends, or None when the text is no working duration."""
        found = WORKING_DURATION.match(duration.strip())
        return self.after(start, int(found.group(1))) if found else None

    def _read_year(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        path = self._folder / f"{year}.toml"
        if not path.exists():
            return frozenset(), frozenset()
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return frozenset(data["holidays"]), frozenset(data["make_up_days"])
