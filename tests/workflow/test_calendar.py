"""Working days with the public holidays and make-up days of 2022."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import InvalidInputError
from app.core.settings import ROOT, Settings
from app.workflow.clocks.calendar import WorkingCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar(ROOT / "config" / "calendar", SHANGHAI)


def local(*parts: int) -> datetime:
    """A moment of the bureau's local time."""
    return datetime(*parts, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]


@pytest.fixture
def calendar() -> WorkingCalendar:
    return CALENDAR


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2022, 10, 3), False),  # National Day, a Monday
        (date(2022, 10, 8), True),  # make-up Saturday
        (date(2022, 10, 9), True),  # make-up Sunday
        (date(2022, 10, 10), True),
        (date(2022, 10, 15), False),  # ordinary Saturday
    ],
)
def test_holidays_and_make_up_days_count(calendar: WorkingCalendar, day: date, works: bool) -> None:
    assert calendar.is_working_day(day) is works


def test_three_working_days_before_the_holiday_end_after_it(calendar: WorkingCalendar) -> None:
    friday = datetime(2022, 9, 30, 2, tzinfo=UTC)
    assert calendar.due("P3BD", friday) == datetime(2022, 10, 10, 10, tzinfo=UTC)  # 18:00 +08


def test_a_time_late_in_the_evening_belongs_to_the_local_day(calendar: WorkingCalendar) -> None:
    just_after_midnight_in_shanghai = datetime(2022, 10, 10, 16, 30, tzinfo=UTC)
    assert calendar.after(just_after_midnight_in_shanghai, 1).date() == date(2022, 10, 12)


@pytest.mark.parametrize("text", ["P3D", "3BD", "PBD", "P-1BD", "P1000BD", "", "P3BD; drop"])
def test_other_texts_are_no_working_durations(calendar: WorkingCalendar, text: str) -> None:
    assert calendar.due(text, datetime(2022, 10, 10, tzinfo=UTC)) is None


def test_days_between_are_signed(calendar: WorkingCalendar) -> None:
    assert calendar.days_between(date(2022, 9, 30), date(2022, 10, 10)) == 3
    assert calendar.days_between(date(2022, 10, 10), date(2022, 9, 30)) == -3


def test_a_year_without_a_file_has_plain_weekends(tmp_path: Path) -> None:
    calendar = WorkingCalendar(tmp_path, ZoneInfo("Asia/Shanghai"))
    assert not calendar.is_working_day(date(2022, 10, 8))
    assert calendar.is_working_day(date(2022, 10, 3))


def test_working_time_counts_the_hours_of_working_days_only(calendar: WorkingCalendar) -> None:
    friday_evening = local(2022, 9, 30, 17, 30)
    # Golden Week is off, both days of the weekend after it are made up.
    make_up_morning = local(2022, 10, 8, 10)

    assert calendar.working_time(friday_evening, make_up_morning) == timedelta(minutes=90)
    assert calendar.working_time(make_up_morning, friday_evening) == timedelta()
    assert calendar.working_time(local(2022, 10, 3, 9), local(2022, 10, 3, 18)) == timedelta()


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        # 30 minutes are left on the Friday; Golden Week is off, the Saturday is made up.
        (local(2022, 9, 30, 17, 30), 1, local(2022, 10, 8, 9, 30)),
        (local(2022, 10, 10, 9), 9, local(2022, 10, 10, 18)),  # a whole day ends with that day
        (local(2022, 10, 10, 18), 9, local(2022, 10, 11, 18)),
        (local(2022, 10, 15, 12), 1, local(2022, 10, 17, 10)),  # begun on a free Saturday
        (local(2022, 10, 10, 3), 1, local(2022, 10, 10, 10)),  # begun at night
        (local(2022, 10, 15, 12), 0, local(2022, 10, 15, 12)),
    ],
)
def test_working_time_is_added_over_nights_and_holidays(
    calendar: WorkingCalendar, start: datetime, hours: int, end: datetime
) -> None:
    assert calendar.add_working_time(start, timedelta(hours=hours)) == end


MOMENTS = st.datetimes(
    datetime(2019, 12, 1), datetime(2028, 2, 1), timezones=st.just(UTC)
)  # years with files, and years without


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=40)))
def test_adding_and_measuring_agree(start: datetime, amount: timedelta) -> None:
    end = CALENDAR.add_working_time(start, amount)

    assert CALENDAR.working_time(start, end) == amount
    assert start <= end
    # The earliest such moment: a second before it, some of the amount is missing.
    if amount > timedelta(seconds=1):
        before = CALENDAR.working_time(start, end - timedelta(seconds=1))
        assert before == amount - timedelta(seconds=1)


@given(MOMENTS, MOMENTS, MOMENTS)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    first, between, last = sorted((one, two, three))

    parts = CALENDAR.working_time(first, between) + CALENDAR.working_time(between, last)
    assert parts == CALENDAR.working_time(first, last)


def test_a_reminder_before_the_due_date_keeps_the_hour(calendar: WorkingCalendar) -> None:
    due = local(2022, 10, 10, 18)

    assert calendar.before(due, 1) == local(2022, 10, 9, 18)  # a made-up Sunday
    assert calendar.before(due, 3) == local(2022, 9, 30, 18)  # beyond Golden Week


def test_other_working_hours_are_a_setting(tmp_path: Path) -> None:
    settings = Settings.from_environment({"SECRET_KEY": "-", "WORKING_HOURS": "08:30-17:00"})
    calendar = WorkingCalendar(tmp_path, ZoneInfo("Asia/Shanghai"), settings.working_hours)

    assert calendar.day_length == timedelta(hours=8, minutes=30)
    assert calendar.after(local(2022, 10, 10, 12), 1) == local(2022, 10, 11, 17)


@pytest.mark.parametrize("text", ["9 to 5", "18:00-09:00", "09:00", "09:00-09:00", "-"])
def test_working_hours_that_cannot_be_stop_the_start(text: str) -> None:
    with pytest.raises(RuntimeError, match="Expected WORKING_HOURS such as 09:00-18:00"):
        Settings.from_environment({"SECRET_KEY": "-", "WORKING_HOURS": text})


@pytest.mark.parametrize(
    "text",
    [
        "holidays = [2027-01-01]",  # no make-up days
        "holidays = [2026-12-31]\nmake_up_days = []",  # a day of another year
        'holidays = ["New Year"]\nmake_up_days = []',
    ],
)
def test_a_calendar_that_cannot_be_used_says_where(tmp_path: Path, text: str) -> None:
    (tmp_path / "2027.toml").write_text(text, encoding="utf-8")
    calendar = WorkingCalendar(tmp_path, ZoneInfo("Asia/Shanghai"))

    with pytest.raises(InvalidInputError, match="Expected a list of days of 2027"):
        calendar.is_working_day(date(2027, 1, 1))
