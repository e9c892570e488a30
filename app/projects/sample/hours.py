"""The hours at which the people of the sample bureau work, and a steady draw in place of chance."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
#: Offices open 08:30–12:00 and 14:00–17:30; this many minutes in all.
OFFICE_MINUTES = 420
_MORNING, _AFTERNOON, _HALF = time(8, 30), time(14), 210

#: The days of the September campaign on which the bureau works: without the Mid-Autumn weekend
#: and the National Day week, with the two make-up days of October (config/calendar/2022.toml).
WORKING_DAYS = (
    *(date(2022, 9, day) for day in (16, 19, 20, 21, 22, 23, 26, 27, 28, 29, 30)),
    date(2022, 10, 8),
    date(2022, 10, 9),
)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2022 by the clock on the wall in Shanghai, in UTC."""
    return datetime(2022, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def office_hour(day: date, minute: int) -> datetime:
    """The given minute (any number) of the office hours of a day, in UTC."""
    minute %= OFFICE_MINUTES
    opens = _MORNING if minute < _HALF else _AFTERNOON
    opened = datetime.combine(day, opens, ZONE).astimezone(UTC)
    return opened + timedelta(minutes=minute % _HALF)


def draw(subject: str, purpose: str, below: int) -> int:
    """A number from 0 up to `below` that looks like chance and is the same on every machine."""
    digest = blake2b(f"{subject} {purpose}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % below
