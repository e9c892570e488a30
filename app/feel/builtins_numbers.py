"""Numeric functions (DMN 1.5, 10.3.4.5)."""

from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from app.feel.builtins_conversion import whole
from app.feel.functions import builtin
from app.feel.values import NUMBERS, NoResult, Value, YearsMonthsDuration

_ZERO, _ONE = Decimal(0), Decimal(1)


def _rounded(value: Decimal, scale: Decimal | None, rounding: str) -> Decimal:
    """The number with `scale` digits after the point; a negative scale rounds to tens.

    Of a scale that is no whole number only the whole part counts.
    """
    digits = int(scale) if scale is not None else 0
    if not -6111 <= digits <= 6176:
        raise NoResult("a scale between -6111 and 6176")
    if digits > 0 and -int(value.as_tuple().exponent) <= digits:
        return value
    rounded = value.quantize(Decimal((0, (1,), -digits)), rounding, NUMBERS)
    return rounded if digits >= 0 else rounded.quantize(_ONE, context=NUMBERS)


@builtin("decimal", "n: number, scale: number")
def _decimal(value: Decimal, scale: Decimal) -> Value:
    return _rounded(value, scale, ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number")
def _floor(value: Decimal, scale: Decimal | None = None) -> Value:
    return _rounded(value, scale, ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number")
def _ceiling(value: Decimal, scale: Decimal | None = None) -> Value:
    return _rounded(value, scale, ROUND_CEILING)


@builtin("round up", "n: number, scale: number")
def _round_up(value: Decimal, scale: Decimal) -> Value:
    return _rounded(value, scale, ROUND_UP)


@builtin("round down", "n: number, scale: number")
def _round_down(value: Decimal, scale: Decimal) -> Value:
    return _rounded(value, scale, ROUND_DOWN)


@builtin("round half up", "n: number, scale: number")
def _round_half_up(value: Decimal, scale: Decimal) -> Value:
    return _rounded(value, scale, ROUND_HALF_UP)


@builtin("round half down", "n: number, scale: number")
def _round_half_down(value: Decimal, scale: Decimal) -> Value:
    return _rounded(value, scale, ROUND_HALF_DOWN)


@builtin("abs", "n: number|days and time duration|years and months duration")
def _absolute(value: Decimal | timedelta | YearsMonthsDuration) -> Value:
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(abs(value.total_months))
    return abs(value) if isinstance(value, timedelta) else NUMBERS.abs(value)


@builtin("modulo", "dividend: number, divisor: number")
def _modulo(dividend: Decimal, divisor: Decimal) -> Value:
    """The remainder with the sign of the divisor."""
    rest = NUMBERS.remainder(dividend, divisor)
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) != (divisor < 0) else rest


@builtin("sqrt", "number: number")
def _sqrt(value: Decimal) -> Value:
    return NUMBERS.sqrt(value)


@builtin("log", "number: number")
def _log(value: Decimal) -> Value:
    if value <= 0:
        raise NoResult("a number above 0")
    return NUMBERS.ln(value)


@builtin("exp", "number: number")
def _exp(value: Decimal) -> Value:
    return NUMBERS.exp(value)


@builtin("odd", "number: number")
def _odd(value: Decimal) -> Value:
    return whole(value) % 2 == 1


@builtin("even", "number: number")
def _even(value: Decimal) -> Value:
    return whole(value) % 2 == 0
