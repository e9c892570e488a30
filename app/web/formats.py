"""How amounts, times and deadlines are written: the filters of the templates."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from babel.dates import format_date, format_timedelta
from flask import Flask
from flask_babel import get_locale, gettext, ngettext

from app.web.context import calendar, now, settings
from app.workflow.deciding.signatures import polylines, strokes_of

#: A deadline this many working days away, or fewer, is shown as "soon".
SOON = 2


def register(app: Flask) -> None:
    """Give the templates `money`, `moment`, `day`, `ago`, `due` and `polylines`."""
    app.jinja_env.filters.update(month_name=month_name, weekday_name=weekday_name)
    app.jinja_env.filters.update(money=money, moment=moment, day=day, ago=ago, due=due)
    app.jinja_env.filters["polylines"] = lambda signature: polylines(strokes_of(signature))
    app.jinja_env.globals["short_moment"] = short_moment


def money(amount: Decimal | int | str | None) -> str:
    """`1,234.50`, without its unit (10k yuan); empty for none."""
    return "" if amount is None or amount == "" else f"{Decimal(amount):,.2f}"


def moment(time: datetime | None) -> str:
    """The bureau's local time, `2022-10-10 09:00`."""
    return "" if time is None else f"{_local(time):%Y-%m-%d %H:%M}"


def short_moment(time: datetime | None) -> str:
    """The same without the present year, `10-10 09:00`."""
    text = moment(time)
    return text.removeprefix(f"{_local(now()):%Y-}") if text else ""


def day(value: date | datetime | None) -> str:
    """`2022-10-10`; of a time, the bureau's local day."""
    if value is None:
        return ""
    return f"{_local(value) if isinstance(value, datetime) else value:%Y-%m-%d}"


def month_name(value: date) -> str:
    """`October`, `10月`."""
    return format_date(value, "LLLL", locale=get_locale())


def weekday_name(value: date) -> str:
    """`Mon`, `一`."""
    is_chinese = str(get_locale()).startswith("zh")
    return format_date(value, "ccccc" if is_chinese else "ccc", locale=get_locale())


def ago(time: datetime | None) -> str:
    """How long ago, in words: `3 days ago`, `3天前`."""
    if time is None:
        return ""
    passed = time - now()
    return format_timedelta(passed, add_direction=True, locale=get_locale())


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as a chip: its words, and `over`, `soon` or `plain` for its colour."""

    text: str
    kind: str


def due(time: datetime | None) -> Due | None:
    """How a deadline stands now, in the bureau's working days; None for no deadline."""
    if time is None:
        return None
    today, last = _local(now()).date(), _local(time).date()
    days = calendar().days_between(today, last)
    if time < now():
        return Due(_overdue(-days, time), "over")
    if last == today:
        return Due(cast(str, gettext("Due today, %(time)s", time=f"{_local(time):%H:%M}")), "soon")
    text = ngettext("%(num)d working day left", "%(num)d working days left", days)
    return Due(cast(str, text), "soon" if days <= SOON else "plain")


def _overdue(days: int, time: datetime) -> str:
    if days <= 0:
        return cast(str, gettext("Overdue since %(time)s", time=short_moment(time)))
    text = ngettext("Overdue %(num)d working day", "Overdue %(num)d working days", days)
    return cast(str, text)


def _local(time: datetime) -> datetime:
    return time.astimezone(settings().time_zone)
