"""Relations between points and ranges (DMN 1.5, 10.3.4.7, after Allen and HL7 CQL)."""

from app.feel.functions import Refusal, builtin
from app.feel.operators import ordered
from app.feel.values import Range, Value, describe

_POINT = "number|string|date|time|date and time|days and time duration|years and months duration"
_POINTS = f"point1: {_POINT}, point2: {_POINT}"
_POINT_RANGE = f"point: {_POINT}, range: range"
_RANGE_POINT = f"range: range, point: {_POINT}"
_RANGES = "range1: range, range2: range"


def _less(one: Value, other: Value) -> bool:
    """Whether one lies before the other; null is a missing end and lies nowhere."""
    if one is None or other is None:
        return False
    result = ordered("<", one, other)
    if result is None:
        raise Refusal(f"Expected comparable values, found {describe(one)} and {describe(other)}")
    return result


def _same(one: Value, other: Value) -> bool:
    if one is None or other is None:
        return False
    return not _less(one, other) and not _less(other, one)


def _starts_earlier(one: Range, other: Range) -> bool:
    if one.start is None or other.start is None:
        return one.start is None and other.start is not None
    return _less(one.start, other.start) or (
        _same(one.start, other.start) and one.start_included and not other.start_included
    )


def _ends_earlier(one: Range, other: Range) -> bool:
    if one.end is None or other.end is None:
        return other.end is None and one.end is not None
    return _less(one.end, other.end) or (
        _same(one.end, other.end) and other.end_included and not one.end_included
    )


def _as_range(value: Value) -> Range:
    return value if isinstance(value, Range) else Range(value, value)


@builtin("before", _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
def _before(first: Value, second: Value) -> Value:
    one, other = _as_range(first), _as_range(second)
    return _less(one.end, other.start) or (
        _same(one.end, other.start) and not (one.end_included and other.start_included)
    )


@builtin("after", _POINTS, _POINT_RANGE, _RANGE_POINT, _RANGES)
def _after(first: Value, second: Value) -> Value:
    return _before(second, first)


@builtin("meets", _RANGES)
def _meets(one: Range, other: Range) -> Value:
    return one.end_included and other.start_included and _same(one.end, other.start)


@builtin("met by", _RANGES)
def _met_by(one: Range, other: Range) -> Value:
    return _meets(other, one)


@builtin("overlaps", _RANGES)
def _overlaps(one: Range, other: Range) -> Value:
    return not _before(one, other) and not _before(other, one)


@builtin("overlaps before", _RANGES)
def _overlaps_before(one: Range, other: Range) -> Value:
    return _starts_earlier(one, other) and not _ends_earlier(other, one) and _overlaps(one, other)


@builtin("overlaps after", _RANGES)
def _overlaps_after(one: Range, other: Range) -> Value:
    return _overlaps_before(other, one)


@builtin("finishes", _POINT_RANGE, _RANGES)
def _finishes(first: Value, other: Range) -> Value:
    one = _as_range(first)
    return (
        _same(one.end, other.end)
        and one.end_included == other.end_included
        and not _starts_earlier(one, other)
    )


@builtin("finished by", _RANGE_POINT, _RANGES)
def _finished_by(one: Range, second: Value) -> Value:
    return _finishes(second, one)


@builtin("includes", _RANGE_POINT, _RANGES)
def _includes(one: Range, second: Value) -> Value:
    other = _as_range(second)
    return not _starts_earlier(other, one) and not _ends_earlier(one, other)


@builtin("during", _POINT_RANGE, _RANGES)
def _during(first: Value, other: Range) -> Value:
    return _includes(other, first)


@builtin("starts", _POINT_RANGE, _RANGES)
def _starts(first: Value, other: Range) -> Value:
    one = _as_range(first)
    return (
        _same(one.start, other.start)
        and one.start_included == other.start_included
        and not _ends_earlier(other, one)
    )


@builtin("started by", _RANGE_POINT, _RANGES)
def _started_by(one: Range, second: Value) -> Value:
    return _starts(second, one)


@builtin("coincides", _POINTS, _RANGES)
def _coincides(first: Value, second: Value) -> Value:
    one, other = _as_range(first), _as_range(second)
    return not (_starts_earlier(one, other) or _starts_earlier(other, one)) and not (
        _ends_earlier(one, other) or _ends_earlier(other, one)
    )
