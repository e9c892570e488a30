"""What the operators mean for every pair of types. None stands for null throughout."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, Overflow
from operator import ge, gt, le, lt
from typing import Any

from app.feel import temporal
from app.feel.errors import FeelBudgetError
from app.feel.run import Run, Site
from app.feel.values import (
    NUMBERS,
    Function,
    NoResult,
    Range,
    Value,
    YearsMonthsDuration,
    describe,
    kind_of,
)

ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_COMPARABLE = frozenset({Decimal, str, date, time, datetime, timedelta, YearsMonthsDuration})


def equal(run: Run, left: Value, right: Value) -> bool | None:
    """FEEL's `=`: null equals null only; values of different types do not compare (null)."""
    if left is None or right is None:
        return left is right
    if type(left) is not type(right) or (isinstance(left, Function) and left is not right):
        return None
    if isinstance(left, (list, dict)):
        return _equal_parts(run, left, right)
    if isinstance(left, Range):
        return _equal_parts(run, _parts(left), _parts(right))
    if isinstance(left, datetime) and isinstance(right, datetime):
        return temporal.instant(left) == temporal.instant(right)
    return bool(left == right)


def _parts(value: Any) -> list[Value]:
    by_equality = value.operator if value.operator in ("=", "!=") else None
    return [value.start, value.end, value.start_included, value.end_included, by_equality]


def _equal_parts(run: Run, left: Any, right: Any) -> bool | None:
    run.charge(len(left))
    if len(left) != len(right):
        return False
    if isinstance(left, dict):
        if left.keys() != right.keys():
            return False
        left, right = left.values(), [right[key] for key in left]
    result: bool | None = True
    for one, other in zip(left, right, strict=True):
        same = equal(run, one, other)
        if same is False:
            return False
        if same is None:
            result = None
    return result


def ordered(operator: str, left: Value, right: Value) -> bool | None:
    """`<` and its kin; null unless both are numbers, strings, dates … of one type."""
    if type(left) is not type(right) or type(left) not in _COMPARABLE:
        return None
    one: Any = temporal.instant(left) if isinstance(left, datetime) else left
    other: Any = temporal.instant(right) if isinstance(right, datetime) else right
    try:
        return ORDERINGS[operator](one, other)
    except TypeError:  # one of the moments has an offset and the other has none
        return None


def compare(run: Run, site: Site, operator: str, left: Value, right: Value) -> bool | None:
    """The same, failing at the site for values that do not compare; null is no failure."""
    if left is None or right is None:
        return None
    result = ordered(operator, left, right)
    if result is None and run.strict:
        found = f"{describe(left)} and {describe(right)}"
        run.fail(site, f"Expected two values that '{operator}' can compare, but found {found}")
    return result


def contains(run: Run, site: Site, test: Value, value: Value) -> bool | None:
    """Whether `value in test`: within a range, element of a list, or equal to it."""
    if isinstance(test, Range):
        return within(run, site, test, value)
    if isinstance(test, list):
        if equal(run, value, test):
            return True
        run.charge(len(test))
        return any_of(
            within(run, site, item, value) if isinstance(item, Range) else equal(run, value, item)
            for item in test
        )
    return equal(run, value, test) or False


def any_of(outcomes: Any) -> bool:
    """Whether one outcome is true; null ones (values of another type) count as false."""
    return any(outcome is True for outcome in outcomes)


def within(run: Run, site: Site, test: Range, value: Value) -> bool | None:
    """Whether a value lies in a range; null for null and for another type."""
    if test.operator == "!=":
        same = equal(run, value, test.start)
        return None if same is None else not same
    start, end = test.start, test.end
    if type(value) is type(start) is type(end) is Decimal:
        not_below = start <= value if test.start_included else start < value
        return not_below and (value <= end if test.end_included else value < end)
    above: bool | None = True
    if test.start is not None:
        above = compare(run, site, ">=" if test.start_included else ">", value, test.start)
    if above is not True or test.end is None:
        return above
    return compare(run, site, "<=" if test.end_included else "<", value, test.end)


def unary_range(operator: str, value: Value) -> Range:
    """The range that `< 5` stands for."""
    if operator in ("=", "!="):
        return Range(value, value, operator=operator)
    closed = operator in ("<=", ">=")
    if operator in ("<", "<="):
        return Range(None, value, False, closed)
    return Range(value, None, closed, False)


def calculate(run: Run, site: Site, operator: str, left: Value, right: Value) -> Value:
    """The arithmetic operators over everything they are defined for; else null."""
    if left is None or right is None:
        return None
    if isinstance(left, str) and isinstance(right, str) and operator == "+":
        run.charge_text(len(left) + len(right))
        return left + right
    operation = _OPERATIONS.get((operator, kind_of(left), kind_of(right)))
    wanted = f"values that '{operator}' can take"
    if operation is not None:
        try:
            return operation(left, right)
        except Overflow:
            raise too_large(operator) from None
        except (ArithmeticError, ValueError):
            wanted = f"a result of '{operator}'"
    if run.strict:
        found = f"{describe(left)} and {describe(right)}"
        run.fail(site, f"Expected {wanted}, but found {found}")
    return None


def too_large(operation: str) -> FeelBudgetError:
    """What to raise when numbers leave the range of Decimal128."""
    return FeelBudgetError(
        f"Expected numbers below 10**6145, but '{operation}' gives a larger one."
    )


def negate(run: Run, site: Site, value: Value) -> Value:
    """The negative of a number or duration."""
    if isinstance(value, Decimal):
        return NUMBERS.minus(value)
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(-value.total_months)
    if value is not None:
        run.fail(site, f"Expected a number or a duration after '-', but found {describe(value)}")
    return None


def _months(value: Decimal) -> YearsMonthsDuration:
    months = int(value)
    if abs(months) > 12 * 999_999_999:
        raise OverflowError("a duration beyond all dates")
    return YearsMonthsDuration(months)


def _divide_months(value: YearsMonthsDuration, divisor: Decimal) -> YearsMonthsDuration:
    return _months(NUMBERS.divide(Decimal(value.total_months), divisor))


def _instant(value: date) -> Any:
    """Of a date its midnight in UTC (10.3.2.3.6): it has no distance to a local moment."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return temporal.instant(value)


def _minus(left: date, right: date) -> timedelta:
    first, second = _instant(left), _instant(right)
    if type(first) is not type(second):
        raise NoResult("two moments with an offset or two without")
    difference: timedelta = first - second
    return difference


def _add_days(value: date, duration: timedelta) -> date:
    return (datetime(value.year, value.month, value.day) + duration).date()


_DATE, _TIME, _MOMENT = "date", "time", "date and time"
_DAYS, _YEARS, _NUMBER = "days and time duration", "years and months duration", "number"
_OPERATIONS: dict[tuple[str, str, str], Callable[[Any, Any], Value]] = {
    ("+", _NUMBER, _NUMBER): NUMBERS.add,
    ("-", _NUMBER, _NUMBER): NUMBERS.subtract,
    ("*", _NUMBER, _NUMBER): NUMBERS.multiply,
    ("/", _NUMBER, _NUMBER): NUMBERS.divide,
    ("**", _NUMBER, _NUMBER): NUMBERS.power,
    ("+", _DAYS, _DAYS): lambda a, b: a + b,
    ("-", _DAYS, _DAYS): lambda a, b: a - b,
    ("*", _DAYS, _NUMBER): temporal.scale_duration,
    ("*", _NUMBER, _DAYS): lambda a, b: temporal.scale_duration(b, a),
    ("/", _DAYS, _NUMBER): temporal.divide_duration,
    ("/", _DAYS, _DAYS): temporal.divide_durations,
    ("+", _YEARS, _YEARS): lambda a, b: YearsMonthsDuration(a.total_months + b.total_months),
    ("-", _YEARS, _YEARS): lambda a, b: YearsMonthsDuration(a.total_months - b.total_months),
    ("*", _YEARS, _NUMBER): lambda a, b: _months(NUMBERS.multiply(Decimal(a.total_months), b)),
    ("*", _NUMBER, _YEARS): lambda a, b: _months(NUMBERS.multiply(a, Decimal(b.total_months))),
    ("/", _YEARS, _NUMBER): _divide_months,
    ("/", _YEARS, _YEARS): lambda a, b: NUMBERS.divide(
        Decimal(a.total_months), Decimal(b.total_months)
    ),
    ("-", _DATE, _DATE): _minus,
    ("-", _MOMENT, _MOMENT): _minus,
    ("-", _DATE, _MOMENT): _minus,
    ("-", _MOMENT, _DATE): _minus,
    ("-", _TIME, _TIME): lambda a, b: temporal.time_between(b, a),
    ("+", _DATE, _DAYS): _add_days,
    ("+", _DAYS, _DATE): lambda a, b: _add_days(b, a),
    ("-", _DATE, _DAYS): lambda a, b: _add_days(a, -b),
    ("+", _MOMENT, _DAYS): temporal.add_duration,
    ("+", _DAYS, _MOMENT): lambda a, b: temporal.add_duration(b, a),
    ("-", _MOMENT, _DAYS): lambda a, b: temporal.add_duration(a, -b),
    ("+", _TIME, _DAYS): temporal.add_to_time,
    ("+", _DAYS, _TIME): lambda a, b: temporal.add_to_time(b, a),
    ("-", _TIME, _DAYS): lambda a, b: temporal.add_to_time(a, -b),
}
for _kind in (_DATE, _MOMENT):
    _OPERATIONS |= {
        ("+", _kind, _YEARS): lambda a, b: temporal.add_months(a, b.total_months),
        ("+", _YEARS, _kind): lambda a, b: temporal.add_months(b, a.total_months),
        ("-", _kind, _YEARS): lambda a, b: temporal.add_months(a, -b.total_months),
    }
