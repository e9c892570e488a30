"""The working calendar: which days and hours count, and when "three working days from now" is.

Holidays and make-up working days are data per year in `config/calendar/<year>.toml`; the working
hours are a setting of the installation. Moments go in and come out in UTC, days are local ones.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.core.errors import InvalidInputError, problem
from app.core.i18n import N_
from app.core.settings import WORKING_HOURS

#: `P3BD`: three working days; the letters follow ISO 8601 durations, BD means business days.
WORKING_DURATION = re.compile(r"^P(\d{1,3})BD$")


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What is announced for one year, or nothing of it: then plain weekends are off."""

    year: int
    holidays: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()
    is_announced: bool = False


class WorkingCalendar:
    """Working days of the bureau. A year without a file has its Saturdays and Sundays off."""

    def __init__(
        self, folder: Path, zone: ZoneInfo, hours: tuple[time, time] = WORKING_HOURS
    ) -> None:
        self.zone = zone
        self.hours = hours
        self._folder = folder
        self.year = lru_cache(maxsize=64)(self._read_year)

    @property
    def day_length(self) -> timedelta:
        """How much working time a working day has."""
        day = date(2000, 1, 1)
        first, last = self.hours
        return datetime.combine(day, last) - datetime.combine(day, first)

    def is_working_day(self, day: date) -> bool:
        """Whether people work on this day: make-up days do, holidays do not."""
        announced = self.year(day.year)
        if day in announced.make_up_days:
            return True
        return day.weekday() < 5 and day not in announced.holidays

    def after(self, start: datetime, working_days: int) -> datetime:
        """The end (18:00 local time) of the n-th working day after the day of `start`, in UTC."""
        day = start.astimezone(self.zone).date()
        left = working_days
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_working_day(day)
        return self._at(day, self.hours[1])

    def before(self, moment: datetime, working_days: int) -> datetime:
        """The same local time on the n-th working day before the day of `moment`, in UTC."""
        local = moment.astimezone(self.zone)
        day, left = local.date(), working_days
        while left > 0:
            day -= timedelta(days=1)
            left -= self.is_working_day(day)
        return self._at(day, local.time())

    def days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to `last`; negative when `last` is earlier."""
        if last < first:
            return -self.days_between(last, first)
        days = (first + timedelta(days=n + 1) for n in range((last - first).days))
        return sum(self.is_working_day(day) for day in days)

    def working_time(self, first: datetime, last: datetime) -> timedelta:
        """Exactly how long people were at work between two moments; nothing when `last` is earlier.

        A clock that stood still from `first` to `last` gives a due date this much more time.
        """
        spent = timedelta()
        for begins, ends in self._spans(first):
            if begins >= last:
                return spent
            spent += min(ends, last) - begins
        return spent

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """The earliest moment at which `amount` of working time has passed since `start`, in UTC.

        Measuring from `start` to it gives `amount` again; adding nothing gives `start` itself.
        """
        if amount <= timedelta():
            return start.astimezone(UTC)
        left = amount
        for begins, ends in self._spans(start):
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        raise OverflowError(f"Expected a moment within the calendar, found {amount} after {start}.")

    def due(self, duration: str, start: datetime) -> datetime | None:
        """When a duration such as `P3BD` ends, or None when the text is no working duration."""
        found = WORKING_DURATION.match(duration.strip())
        return self.after(start, int(found.group(1))) if found else None

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working hours from `start` on, day by day; a day that has begun only its rest."""
        day = start.astimezone(self.zone).date()
        while day < date.max:
            if self.is_working_day(day):
                begins = max(self._at(day, self.hours[0]), start.astimezone(UTC))
                ends = self._at(day, self.hours[1])
                if begins < ends:
                    yield begins, ends
            day += timedelta(days=1)

    def _at(self, day: date, local: time) -> datetime:
        return datetime.combine(day, local, tzinfo=self.zone).astimezone(UTC)

    def _read_year(self, year: int) -> CalendarYear:
        path = self._folder / f"{year}.toml"
        if not path.exists():
            return CalendarYear(year)
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return CalendarYear(
            year, _days(path, data, "holidays"), _days(path, data, "make_up_days"), True
        )


def _days(path: Path, data: dict[str, Any], name: str) -> frozenset[date]:
    """The days of one list; a day of another year would silently never count."""
    days = data.get(name)
    year = int(path.stem)
    if isinstance(days, list) and all(type(e) is date and e.year == year for e in days):
        return frozenset(days)
    raise InvalidInputError(
        N_("The working calendar of {year} cannot be used."),
        [problem("calendar.days", name, N_("Expected a list of days of {year}."), year=year)],
        year=year,
    )
