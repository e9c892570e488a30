"""Dates, times, durations, and the clock."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.feel import Budget, YearsMonthsDuration, compile_expression

TEXTS = [
    ('date("2024-02-29")', "2024-02-29"),
    ('date("2023-02-29")', None),
    ("date(2024, 1, 31)", "2024-01-31"),
    ("date(year: 2024, month: 1, day: 31)", "2024-01-31"),
    ('date(date and time("2024-01-31T10:00:00"))', "2024-01-31"),
    ('time("10:30:00Z")', "10:30:00Z"),
    ('time("10:30:00.50+08:00")', "10:30:00.5+08:00"),
    ('time("10:30:00@Asia/Shanghai")', "10:30:00@Asia/Shanghai"),
    ('time("10:30:00@Nowhere/Land")', None),
    ('time("10:30:00@../../etc/passwd")', None),
    ('time("25:00:00")', None),
    ("time(10, 30, 1.5)", "10:30:01.5"),
    ('time(10, 30, 0, @"PT8H")', "10:30:00+08:00"),
    ('date and time("2024-01-31T10:30:00")', "2024-01-31T10:30:00"),
    ('date and time("2024-01-31")', "2024-01-31T00:00:00"),
    ('date and time(date("2024-01-31"), time("10:30:00Z"))', "2024-01-31T10:30:00Z"),
    ('@"2024-01-31T10:30:00@Europe/Paris"', "2024-01-31T10:30:00@Europe/Paris"),
    ('duration("P1DT36H")', "P2DT12H"),
    ('duration("-P14M")', "-P1Y2M"),
    ('duration("PT0.5S")', "PT0.5S"),
    ('duration("P")', None),
    ('duration("P1Y1D")', None),
    ('years and months duration(date("2011-12-22"), date("2013-08-24"))', "P1Y8M"),
    ('years and months duration(date("2013-08-24"), date("2011-12-22"))', "-P1Y8M"),
    # Arithmetic
    ('date("2024-01-31") + duration("P1M")', "2024-02-29"),
    ('date("2024-03-31") - duration("P1M")', "2024-02-29"),
    ('date("2024-02-28") + duration("P2D")', "2024-03-01"),
    ('date("2024-02-28") + duration("PT36H")', "2024-02-29"),
    ('date("2024-03-01") - date("2024-02-28")', "P2D"),
    ('@"2024-01-31T10:00:00" + @"PT15H"', "2024-02-01T01:00:00"),
    ('@"2024-01-31T10:00:00Z" - @"2024-01-31T10:00:00+08:00"', "PT8H"),
    ('@"2024-01-31T10:00:00Z" - @"2024-01-31T10:00:00"', None),
    ('@"10:00:00" + @"PT15H"', "01:00:00"),
    ('@"10:00:00" - @"09:30:00"', "PT30M"),
    ('@"P1D" * 1.5', "P1DT12H"),
    ('2 * @"P1Y"', "P2Y"),
    ('@"P10Y11M" / -2.5', "-P4Y4M"),
    ('@"P1D" / 0', None),
    ('@"P3D" / 3', "P1D"),
    ('-@"P1D"', "-P1D"),
    ('date("9999-12-31") + @"P1D"', None),
    # The hour that summer time takes away is no hour that passes.
    ('@"2024-03-31T01:30:00@Europe/Paris" + @"PT1H"', "2024-03-31T03:30:00@Europe/Paris"),
    ('@"2024-03-31T03:30:00@Europe/Paris" - @"2024-03-31T01:30:00@Europe/Paris"', "PT1H"),
]


@pytest.mark.parametrize(("source", "text"), TEXTS)
def test_gives(source: str, text: str | None) -> None:
    assert compile_expression(f"string({source})").evaluate({}) == text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('@"2024-01-31".weekday', 3),
        ('@"2024-01-31T10:30:01.5".second', Decimal("1.5")),
        ('@"2024-01-31T10:30:00+08:00".time offset', timedelta(hours=8)),
        ('@"2024-01-31T10:30:00@Asia/Shanghai".timezone', "Asia/Shanghai"),
        ('@"-P1DT2H".hours', -2),
        ('@"P14M".months', 2),
        ('@"2024-01-31".hour', None),
        ('@"2024-01-31".isoformat', None),
        ('@"2024-01-31T10:00:00Z" = @"2024-01-31T18:00:00+08:00"', True),
        ('is(@"2024-01-31T10:00:00Z", @"2024-01-31T18:00:00+08:00")', False),
        ('is(@"2024-01-31", @"2024-01-31")', True),
        ('@"2024-01-31T10:00:00Z" < @"2024-01-31T10:00:00"', None),
        ('@"0001-01-01T00:00:00+14:00" < @"9999-12-31T23:59:59-14:00"', True),
        ('@"0001-01-01T00:00:00+14:00" = @"0001-01-01T00:00:00+14:00"', True),
        ('@"0001-01-01T00:00:00+14:00" + @"PT1H"', None),
        ('@"P1Y" < @"P13M"', True),
        ('@"P1Y" = @"P365D"', None),
        ('day of week(@"2024-01-31")', "Wednesday"),
        ('day of year(@"2024-12-31")', 366),
        ('month of year(@"2024-01-31")', "January"),
        ('week of year(@"2024-12-30")', 1),
        ('@"2024-05-01" in [@"2024-01-01"..@"2024-12-31"]', True),
    ],
)
def test_parts_and_comparisons(source: str, expected: object) -> None:
    assert compile_expression(source).evaluate({}) == expected


def test_without_a_clock_there_is_no_now() -> None:
    assert compile_expression("[now(), today()]").evaluate_strict({}) == [None, None]


def test_the_clock_is_given() -> None:
    noon = datetime(2024, 1, 31, 12, tzinfo=UTC)
    values = compile_expression("[now(), today()]").evaluate({}, Budget(clock=lambda: noon))
    assert values == [noon, noon.date()]


def test_years_and_months_duration_counts_towards_zero() -> None:
    duration = YearsMonthsDuration(-14)
    assert (duration.years, duration.months) == (-1, -2)
