"""The working calendar of a year: which days are holidays, and which weekends are made up."""

from calendar import Calendar
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, render_template, request

from app.identity import Permission
from app.web.context import calendar, now
from app.web.security import needs

pages = Blueprint("calendars", __name__)

#: Years that the page leads to; beyond them nothing is announced, and nothing was worked.
FIRST, LAST = 2000, 2099


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a month; `kind` is `holiday`, `make_up`, `weekend` or `work`."""

    date: date
    kind: str


@dataclass(frozen=True, slots=True)
class Month:
    """One month: weeks from Monday to Sunday, with None outside the month."""

    number: int
    weeks: list[list[Day | None]]
    working_days: int

    @property
    def first(self) -> date:
        """Its first day."""
        return next(each.date for each in self.weeks[0] if each)


@pages.get("/calendar")
@needs(Permission.DEFINITION_VIEW)
def index() -> str:
    """One year; the present one by default, or when the address names none."""
    text = request.args.get("year", "")
    present = now().astimezone(calendar().zone).year
    asked = int(text) if text.isdecimal() and len(text) == 4 else present
    year = asked if FIRST <= asked <= LAST else present
    months = [_month(year, number) for number in range(1, 13)]
    return render_template(
        "calendar.html",
        year=year,
        announced=calendar().year(year).is_announced,
        months=months,
        weekdays=[date(2024, 1, number) for number in range(1, 8)],  # began with a Monday
        hours=calendar().hours,
        working_days=sum(each.working_days for each in months),
        previous=year - 1 if year > FIRST else None,
        following=year + 1 if year < LAST else None,
    )


def _month(year: int, number: int) -> Month:
    weeks = [
        [_day(day) if day.month == number else None for day in week]
        for week in Calendar().monthdatescalendar(year, number)
    ]
    days = [day for week in weeks for day in week if day]
    return Month(number, weeks, sum(each.kind in ("work", "make_up") for each in days))


def _day(day: date) -> Day:
    announced = calendar().year(day.year)
    if day in announced.make_up_days:
        return Day(day, "make_up")
    if day in announced.holidays:
        return Day(day, "holiday")
    return Day(day, "weekend" if day.weekday() >= 5 else "work")
