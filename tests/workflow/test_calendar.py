"""Working days with the public holidays and make-up days of 2022."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.core.settings import ROOT
from app.workflow.calendar import WorkingCalendar


@pytest.fixture
def calendar() -> WorkingCalendar:
    return WorkingCalendar(ROOT / "config" / "calendar", ZoneInfo("Asia/Shanghai"))


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
