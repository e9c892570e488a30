"""Dates, times and durations: reading and writing their ISO 8601 text, parts, arithmetic."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.feel.values import NUMBERS, NoResult, Range, Value, YearsMonthsDuration

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIME = re.compile(
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?"
    r"(?:(Z)|([+-])([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?|@([A-Za-z0-9_+/-]+))?",
    re.ASCII,
)
_YEARS_MONTHS = re.compile(r"(-)?P(?=.)(?:([0-9]{1,9})Y)?(?:([0-9]{1,9})M)?", re.ASCII)
_DAYS_TIME = re.compile(
    r"(-)?P(?=.)(?:([0-9]{1,9})D)?"
    r"(?:T(?=.)(?:([0-9]{1,12})H)?(?:([0-9]{1,12})M)?(?:([0-9]{1,12})(\.[0-9]*)?S)?)?",
    re.ASCII,
)
_MICROSECOND = timedelta(microseconds=1)


def parse_date(text: str) -> date:
    """`2024-01-31`; this and the following raise ValueError for any other text."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise NoResult("a date such as 2024-01-31")
    return date(int(match[1]), int(match[2]), int(match[3]))


def parse_time(text: str) -> time:
    """`10:30:00`, with fraction (microseconds count) and `Z`, `+08:00` or `@Asia/Shanghai`."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise NoResult("a time such as 10:30:00+08:00")
    fraction = int((match[4] or ".0")[1:7].ljust(6, "0"))
    zone: tzinfo | None = None
    if match[5]:
        zone = UTC
    elif match[6]:
        zone = offset_zone(
            timedelta(hours=int(match[7]), minutes=int(match[8]), seconds=int(match[9] or 0))
            * (-1 if match[6] == "-" else 1)
        )
    elif match[10]:
        zone = named_zone(match[10])
    return time(int(match[1]), int(match[2]), int(match[3]), fraction, zone)


def parse_date_and_time(text: str) -> datetime:
    """`2024-01-31T10:30:00` with an offset or zone as in a time; a date alone is midnight."""
    day, separator, moment = text.partition("T")
    return datetime.combine(parse_date(day), parse_time(moment) if separator else time())


def parse_duration(text: str) -> timedelta | YearsMonthsDuration:
    """`P1Y2M` or `P3DT4H5M6.7S`; years and months do not mix with days and time."""
    match = _YEARS_MONTHS.fullmatch(text)
    if match is not None:
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonthsDuration(-months if match[1] else months)
    match = _DAYS_TIME.fullmatch(text)
    if match is None:
        raise NoResult("a duration such as P1Y2M or P3DT4H")
    duration = timedelta(
        days=int(match[2] or 0),
        hours=int(match[3] or 0),
        minutes=int(match[4] or 0),
        seconds=int(match[5] or 0),
        microseconds=int((match[6] or ".")[1:7].ljust(6, "0")),
    )
    return -duration if match[1] else duration


def parse_any(text: str) -> Value:
    """The value of `@"…"`."""
    if text.lstrip("-").startswith("P"):
        return parse_duration(text)
    if "T" in text.partition("@")[0]:
        return parse_date_and_time(text)
    if ":" in text.partition("@")[0]:
        return parse_time(text)
    return parse_date(text)


def offset_zone(offset: timedelta) -> timezone:
    """A fixed offset; DMN allows up to 14 hours."""
    if abs(offset) > timedelta(hours=14):
        raise NoResult("an offset of at most 14 hours")
    return timezone(offset) if offset else UTC


def named_zone(name: str) -> tzinfo:
    """An IANA zone such as `Asia/Shanghai`."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise NoResult("the name of a time zone such as Asia/Shanghai") from None


def text_of_time(value: time) -> str:
    """The ISO 8601 text, a named zone after `@`."""
    zone = value.tzinfo
    if isinstance(zone, ZoneInfo):
        return f"{value.replace(tzinfo=None).isoformat()}@{zone.key}"
    fraction = f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""
    local = value.replace(tzinfo=None).isoformat()
    offset = "Z" if _is_utc(value) else value.isoformat().removeprefix(local)
    return f"{value:%H:%M:%S}{fraction}{offset}"


def text_of_date_and_time(value: datetime) -> str:
    """The ISO 8601 text, a named zone after `@`."""
    return f"{value.date().isoformat()}T{text_of_time(value.timetz())}"


def text_of_duration(value: timedelta | YearsMonthsDuration) -> str:
    """The shortest ISO 8601 text, such as `P1DT2H` or `-P3M`."""
    if isinstance(value, YearsMonthsDuration):
        years, months = divmod(abs(value.total_months), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if value.total_months < 0 else "") + "P" + (parts or "0M")
    size = abs(value)
    hours, rest = divmod(size.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{size.microseconds:06d}".rstrip("0") if size.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    day = f"{size.days}D" if size.days else ""
    text = day + (f"T{clock}" if clock else "")
    return ("-" if value < timedelta() else "") + "P" + (text or "T0S")


def _is_utc(value: time) -> bool:
    return value.tzinfo is not None and value.utcoffset() == timedelta()


# Arithmetic. Moments with a zone count on the time line, not on the wall clock, also across
# a change to summer time; Python by itself would do so only between different zones.


def instant(value: datetime) -> datetime | timedelta:
    """What to compare and subtract: the time since year 1 in UTC; a local moment as it is.

    Not a datetime in UTC, because the first and last hours of Python's calendar have none.
    """
    offset = value.utcoffset()
    return value if offset is None else value.replace(tzinfo=None) - datetime.min - offset


def add_duration(value: datetime, duration: timedelta) -> datetime:
    """A moment so much later on the time line, told in the same zone."""
    if value.tzinfo is None:
        return value + duration
    return (value.astimezone(UTC) + duration).astimezone(value.tzinfo)


def add_months(value: date, months: int) -> date:
    """The same day of a later month, or that month's last day; keeps a datetime's time."""
    years, month = divmod(value.month - 1 + months, 12)
    for day in (value.day, 30, 29, 28):
        try:
            return value.replace(year=value.year + years, month=month + 1, day=min(day, value.day))
        except ValueError:
            if day == 28:
                raise
    raise AssertionError("every month has 28 days")


def add_to_time(value: time, duration: timedelta) -> time:
    """A time of day so much later, around the clock."""
    moment = datetime.combine(date(2000, 1, 1), value.replace(tzinfo=None)) + duration % DAY
    return moment.time().replace(tzinfo=value.tzinfo)


def time_between(start: time, end: time) -> timedelta:
    """From one time of day to another, each less its offset; both or none must have a zone."""
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise NoResult("two times with a zone or two without")
    return _since_midnight(end) - _since_midnight(start)


DAY = timedelta(days=1)


def _since_midnight(value: time) -> timedelta:
    moment = timedelta(
        hours=value.hour,
        minutes=value.minute,
        seconds=value.second,
        microseconds=value.microsecond,
    )
    return moment - (value.utcoffset() or timedelta())


def scale_duration(duration: timedelta, factor: Decimal) -> timedelta:
    """So many times the duration."""
    return timedelta(microseconds=int(NUMBERS.multiply(Decimal(_micros(duration)), factor)))


def divide_duration(duration: timedelta, divisor: Decimal) -> timedelta:
    """That fraction of the duration."""
    return timedelta(microseconds=int(NUMBERS.divide(Decimal(_micros(duration)), divisor)))


def divide_durations(dividend: timedelta, divisor: timedelta) -> Decimal:
    """How often one duration goes into another."""
    return NUMBERS.divide(Decimal(_micros(dividend)), Decimal(_micros(divisor)))


def _micros(duration: timedelta) -> int:
    return duration // _MICROSECOND


def months_between(start: date, end: date) -> YearsMonthsDuration:
    """Whole months from one date to another, negative when it lies before."""
    if end < start:
        return YearsMonthsDuration(-months_between(end, start).total_months)
    months = (end.year - start.year) * 12 + end.month - start.month
    return YearsMonthsDuration(months - (end.day < start.day))


# Parts: `value.year`, `value.time offset`


def _zone_name(value: datetime | time) -> str | None:
    return value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None


def _signed(duration: timedelta, part: Callable[[timedelta], int]) -> Decimal:
    return Decimal(part(duration) if duration >= timedelta() else -part(-duration))


_DATE_PARTS: dict[str, Callable[[Any], Value]] = {
    "year": lambda v: Decimal(v.year),
    "month": lambda v: Decimal(v.month),
    "day": lambda v: Decimal(v.day),
    "weekday": lambda v: Decimal(v.isoweekday()),
}
_TIME_PARTS: dict[str, Callable[[Any], Value]] = {
    "hour": lambda v: Decimal(v.hour),
    "minute": lambda v: Decimal(v.minute),
    "second": lambda v: Decimal(v.second) + Decimal(v.microsecond) / 1_000_000,
    "time offset": lambda v: v.utcoffset(),
    "timezone": _zone_name,
}
#: The only attributes that a path can reach, by type: everything else is a context's entry.
PARTS: dict[type, dict[str, Callable[[Any], Value]]] = {
    date: _DATE_PARTS,
    datetime: _DATE_PARTS | _TIME_PARTS,
    time: _TIME_PARTS,
    timedelta: {
        "days": lambda v: _signed(v, lambda d: d.days),
        "hours": lambda v: _signed(v, lambda d: d.seconds // 3600),
        "minutes": lambda v: _signed(v, lambda d: d.seconds // 60 % 60),
        "seconds": lambda v: (
            _signed(v, lambda d: d.seconds % 60)
            + Decimal(abs(v).microseconds) / 1_000_000 * (1 if v >= timedelta() else -1)
        ),
    },
    YearsMonthsDuration: {
        "years": lambda v: Decimal(v.years),
        "months": lambda v: Decimal(v.months),
    },
    Range: {
        "start": lambda v: v.start,
        "end": lambda v: v.end,
        "start included": lambda v: v.start_included,
        "end included": lambda v: v.end_included,
    },
}
