"""When a timer is due: ISO 8601 texts and FEEL times, counted from the `now` that the caller gives.

No wall clock is read. A time without a zone is read in the zone of the definition.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from app.core.i18n import Bilingual
from app.engine.expressions import budget_at
from app.engine.graph import TimerRule
from app.feel import YearsMonthsDuration

_DURATION = re.compile(
    r"P(?!$)(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,7})D)?"
    r"(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,10}(?:\.\d{1,6})?)S)?)?"
)
_REPEAT = re.compile(r"R(\d{0,6})/(.+)")


class TimerError(ValueError):
    """A value is no usable time; `found` says what it was, for a sentence."""

    def __init__(self, found: str | Bilingual) -> None:
        super().__init__(str(found))
        self.found = found


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: whole months on the calendar, then an exact time."""

    months: int
    exact: timedelta

    def after(self, moment: datetime) -> datetime:
        """The moment this long after another; the 31st becomes the last day of a short month."""
        try:
            if self.months:
                count = moment.year * 12 + moment.month - 1 + self.months
                year, month = count // 12, count % 12 + 1
                day = min(moment.day, monthrange(year, month)[1])
                moment = moment.replace(year=year, month=month, day=day)
            return moment + self.exact
        except (ValueError, OverflowError) as error:
            start = moment.isoformat()
            raise TimerError(
                Bilingual(
                    f"自 {start} 起超出日历的时长", f"a duration beyond the calendar from {start}"
                )
            ) from error


@dataclass(frozen=True, slots=True)
class Schedule:
    """The next due time of a timer, and how it goes on."""

    due_at: datetime
    #: The ISO text of the interval of a cycle; None for a timer that fires once.
    every: str | None = None
    #: Firings left, this one included; None is without end.
    remaining: int | None = 1

    def after_firing(self, now: datetime) -> "Schedule | None":
        """What waits after a firing at `now`.

        A counted cycle makes up for missed firings one by one; an endless one skips what is past.
        """
        if self.every is None or self.remaining == 1:
            return None
        span = parse_duration(self.every)
        due = span.after(self.due_at)
        if self.remaining is None and due <= now and not span.months:
            due += ((now - due) // span.exact + 1) * span.exact
        while self.remaining is None and due <= now:
            due = span.after(due)
        return Schedule(due, self.every, None if self.remaining is None else self.remaining - 1)


def parse_duration(text: str) -> Span:
    """Read an ISO 8601 duration such as `P3D`, `PT36H` or `P1Y2M`."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or found.group(0).endswith("T"):
        raise TimerError(f"'{text}'")
    years, months, weeks, days, hours, minutes = (int(each or 0) for each in found.groups()[:6])
    try:
        exact = timedelta(
            weeks=weeks,
            days=days,
            hours=hours,
            minutes=minutes,
            seconds=float(found.group(7) or 0),
        )
    except OverflowError as error:
        raise TimerError(f"'{text}'") from error
    return Span(years * 12 + months, exact)


def due_at(
    value: object, now: datetime, zone: tzinfo, date_ends_at: timedelta = timedelta()
) -> datetime:
    """The moment that a value means: a time, a date, a duration from `now`, or a text of these.

    A date is its midnight plus `date_ends_at`. The result is aware and in UTC.
    """
    if isinstance(value, str):
        value = _read(value.strip())
    if isinstance(value, datetime):
        return _aware(value, zone)
    if isinstance(value, date):
        return _aware(datetime.combine(value, time()) + date_ends_at, zone)
    if isinstance(value, timedelta):
        value = Span(0, value)
    elif isinstance(value, YearsMonthsDuration):
        value = Span(value.total_months, timedelta())
    if not isinstance(value, Span):
        kind = type(value).__name__
        nothing = Bilingual("空值", "null")
        raise TimerError(nothing if value is None else Bilingual(f"{kind} 类型的值", f"a {kind}"))
    return value.after(now).astimezone(UTC)


def schedule(
    rule: TimerRule, variables: Mapping[str, object], now: datetime, zone: tzinfo
) -> Schedule:
    """Work out when a timer that starts `now` is due; raises `TimerError` or `FeelError`."""
    value: object = rule.text
    if rule.expression is not None:
        value = rule.expression.evaluate_strict(variables, budget_at(now, zone))
    if isinstance(value, str) and value.startswith("R"):
        return _cycle(value, now, zone)
    if rule.kind == "timeCycle":
        raise TimerError(f"'{value}'")
    return Schedule(due_at(value, now, zone))


def is_iso(text: str) -> bool:
    """Whether a text is a time, a duration or a cycle as other tools write them, unquoted."""
    try:
        if text.startswith("R"):
            _cycle(text, datetime(2000, 1, 1, tzinfo=UTC), UTC)
        else:
            _read(text)
    except TimerError:
        return False
    return True


def _read(text: str) -> object:
    if text.startswith("P"):
        return parse_duration(text)
    try:
        return date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
    except ValueError as error:
        raise TimerError(f"'{text}'") from error


def _cycle(text: str, now: datetime, zone: tzinfo) -> Schedule:
    found = _REPEAT.fullmatch(text.strip())
    if found is None:
        raise TimerError(f"'{text}'")
    count = int(found.group(1)) if found.group(1) else None
    begin, _, interval = found.group(2).rpartition("/")
    span = parse_duration(interval)
    if count == 0 or (span.months == 0 and span.exact <= timedelta()):
        raise TimerError(f"'{text}'")
    first = due_at(begin, now, zone) if begin else span.after(now).astimezone(UTC)
    return Schedule(first, interval, count)


def _aware(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError as error:
        raise TimerError(f"'{moment.isoformat()}'") from error
