"""Conversion functions (DMN 1.5, 10.3.4.1) and `not`."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from app.feel import temporal
from app.feel.functions import Refusal, builtin
from app.feel.run import Run
from app.feel.texts import text_of
from app.feel.values import NUMBERS, NoResult, Range, Value, YearsMonthsDuration, kind_of

_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
_RANGE = re.compile(r"\s*([\[(\]])(.*?)\.\.(.*)([\])\[])\s*", re.DOTALL)


@builtin("not", "negand: boolean|null")
def _not(negand: bool | None) -> Value:
    return None if negand is None else not negand


@builtin("string", "from: any", run=True)
def _string(run: Run, value: Value) -> Value:
    return None if value is None else text_of(run, value)


@builtin(
    "number",
    "from: string|number",
    "from: string, grouping separator: string|null, decimal separator: string|null",
)
def _number(text: str | Decimal, grouping: str | None = None, point: str | None = None) -> Value:
    if isinstance(text, Decimal):
        return text
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        raise NoResult("the separators ' ', ',' or '.'")
    if grouping is not None and grouping == point:
        raise NoResult("two different separators")
    if grouping:
        text = text.replace(grouping, "")
    if point and point != ".":
        if "." in text:
            raise NoResult("a number")
        text = text.replace(point, ".")
    if not _NUMBER.fullmatch(text):
        raise NoResult("a number")
    return NUMBERS.create_decimal(text)


@builtin("date", "from: string|date|date and time", "year: number, month: number, day: number")
def _to_date(
    first: str | date | Decimal, month: Decimal | None = None, day: Decimal | None = None
) -> Value:
    if isinstance(first, datetime):
        return first.date()
    if isinstance(first, date):
        return first
    if isinstance(first, str):
        return temporal.parse_date(first)
    return date(whole(first), whole(month), whole(day))


@builtin(
    "time",
    "from: string|time|date|date and time",
    "hour: number, minute: number, second: number, offset?: days and time duration|null",
)
def _to_time(
    first: str | date | time | Decimal,
    minute: Decimal | None = None,
    second: Decimal | None = None,
    offset: timedelta | None = None,
) -> Value:
    if isinstance(first, datetime):
        return first.timetz()
    if isinstance(first, date):
        return time(tzinfo=UTC)
    if isinstance(first, time):
        return first
    if isinstance(first, str):
        return temporal.parse_time(first)
    seconds = second or Decimal(0)
    fraction = int(seconds % 1 * 1_000_000)
    zone = None if offset is None else temporal.offset_zone(offset)
    return time(whole(first), whole(minute), int(seconds), fraction, zone)


@builtin(
    "date and time",
    "from: string|date and time|date",
    "date: date|date and time, time: time",
)
def _to_date_and_time(first: str | date, second: time | None = None) -> Value:
    if isinstance(first, str):
        return temporal.parse_date_and_time(first)
    if isinstance(second, time):
        return datetime.combine(date(first.year, first.month, first.day), second)
    if isinstance(first, datetime):
        return first
    return datetime(first.year, first.month, first.day, tzinfo=UTC)


@builtin("duration", "from: string|days and time duration|years and months duration")
def _duration(text: str | timedelta | YearsMonthsDuration) -> Value:
    return temporal.parse_duration(text) if isinstance(text, str) else text


@builtin("years and months duration", "from: date|date and time, to: date|date and time")
def _years_and_months_duration(start: date, end: date) -> Value:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return temporal.months_between(start.replace(tzinfo=None), end.replace(tzinfo=None))
    return temporal.months_between(_day(start), _day(end))


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


@builtin("range", "from: string")
def _to_range(text: str) -> Value:
    """`[18..21)` with numbers, strings, dates … as ends (DMN 1.5)."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise NoResult("a range such as [18..21)")
    start, end = _range_end(match[2].strip()), _range_end(match[3].strip())
    if (start is None and match[1] == "[") or (end is None and match[4] == "]"):
        raise NoResult("a round bracket where the range has no end")
    both = None not in (start, end)
    if (start is None and end is None) or (both and _unordered(start, end)):
        raise NoResult("a range with ends of one type, the lower first")
    return Range(start, end, match[1] == "[", match[4] == "]")


def _range_end(text: str) -> Value:
    if text in ("", "null"):
        return None
    if _NUMBER.fullmatch(text):
        return NUMBERS.create_decimal(text)
    quoted = re.fullmatch(r'(@|(?:date|time|date and time|duration)\()?"([^"\\]*)"\)?', text)
    if quoted is None:
        raise NoResult("ends that are literals")
    return temporal.parse_any(quoted[2]) if quoted[1] else quoted[2]


def _unordered(start: Value, end: Value) -> bool:
    return kind_of(start) != kind_of(end) or not start <= end  # type: ignore[operator]


def whole(value: Decimal | None) -> int:
    """A number that has to be a whole one."""
    if value is None or value != value.to_integral_value():
        raise Refusal(f"Expected a whole number, but found {value}")
    return int(value)
