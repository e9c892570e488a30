"""Date and time functions (DMN 1.5, 10.3.4.6, 10.3.4.10 and 10.3.4.13)."""

from datetime import date, datetime, time
from decimal import Decimal

from app.feel.functions import builtin
from app.feel.operators import equal
from app.feel.run import Run
from app.feel.texts import text_of
from app.feel.values import Value, kind_of

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@builtin("day of year", "date: date|date and time")
def _day_of_year(day: date) -> Value:
    return Decimal(day.timetuple().tm_yday)


@builtin("day of week", "date: date|date and time")
def _day_of_week(day: date) -> Value:
    return _WEEKDAYS[day.weekday()]


@builtin("month of year", "date: date|date and time")
def _month_of_year(day: date) -> Value:
    return _MONTHS[day.month - 1]


@builtin("week of year", "date: date|date and time")
def _week_of_year(day: date) -> Value:
    """The ISO 8601 week: week 1 is the one with the year's first Thursday."""
    return Decimal(day.isocalendar().week)


@builtin("now", "", run=True)
def _now(run: Run) -> Value:
    return None if run.budget.clock is None else run.budget.clock()


@builtin("today", "", run=True)
def _today(run: Run) -> Value:
    """The date in the clock's own time zone."""
    return None if run.budget.clock is None else run.budget.clock().date()


@builtin("is", "value1: any, value2: any", run=True)
def _is(run: Run, first: Value, second: Value) -> Value:
    """Whether both are the same element of FEEL's domain: unlike `=`, zones are told apart."""
    if isinstance(first, (datetime, time)) and kind_of(first) == kind_of(second):
        return text_of(run, first) == text_of(run, second)
    return equal(run, first, second) is True
