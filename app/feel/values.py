"""The values of FEEL and the way of Python values into them.

number is Decimal (34 digits, half-even), string str, boolean bool, null None, date and time
are those of datetime, "date and time" is datetime, a days-and-time duration is timedelta,
list is list and context is dict; the remaining three are the classes below.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, TypeAlias

#: Decimal128: the arithmetic that DMN prescribes.
NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    clamp=0,
    capitals=1,
    flags=[],
    traps=[InvalidOperation, DivisionByZero, Overflow],
)


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A duration of whole months; 14 months are P1Y2M."""

    total_months: int

    @property
    def years(self) -> int:
        """Whole years, negative in a negative duration."""
        return int(math.copysign(abs(self.total_months) // 12, self.total_months))

    @property
    def months(self) -> int:
        """Months beyond the whole years, from -11 to 11."""
        return int(math.copysign(abs(self.total_months) % 12, self.total_months))


@dataclass(frozen=True, slots=True)
class Range:
    """An interval between two comparable values; an end that is None is unbounded.

    `operator` is that of a comparison such as `< 5` that stands for its range; `!= 5` is every
    value but one.
    """

    start: "Value"
    end: "Value"
    start_included: bool = True
    end_included: bool = True
    operator: str | None = None


class Function:
    """Base of all FEEL functions: built-in ones and those an expression defines."""

    __slots__ = ()


Value: TypeAlias = (
    bool
    | Decimal
    | str
    | date
    | time
    | timedelta
    | YearsMonthsDuration
    | Range
    | Function
    | list[Any]
    | dict[str, Any]
    | None
)

KINDS: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    datetime: "date and time",
    date: "date",
    time: "time",
    timedelta: "days and time duration",
    YearsMonthsDuration: "years and months duration",
    Range: "range",
    list: "list",
    dict: "context",
}

#: Types that can be taken from Python as they are.
PLAIN = frozenset({type(None), bool, str, date, datetime, time, timedelta, YearsMonthsDuration})


class NoResult(ValueError):
    """An operation has no result for its operands; the text says what it wanted."""


class NotAValue(ValueError):
    """A Python object that has no place in FEEL."""


def kind_of(value: Value) -> str:
    """The FEEL name of a value's type, such as "number" or "date and time"."""
    return KINDS.get(type(value), "function")


def describe(value: Value) -> str:
    """A short phrase for error sentences: `a number (3)`, `a list of 2`, `null`."""
    kind = kind_of(value)
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a context with " + (", ".join(f"'{key}'" for key in list(value)[:8]) or "nothing")
    if isinstance(value, (Range, Function)):
        return f"a {kind}"
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    if len(shown) > 40:
        shown = shown[:37] + "..."
    return f"a {kind} ({shown})"


def from_python(value: object, depth: int = 64) -> Value:
    """A Python value as FEEL sees it; raises `NotAValue` for what has no counterpart.

    An int becomes a Decimal; a float too, by its shortest text (0.1 is 0.1), because form
    data and JSON carry floats; NaN and infinities are refused. Tuples become lists, mappings
    with text keys become contexts; subclasses lose what they add.
    """
    if type(value) in PLAIN:
        return value  # type: ignore[return-value]  # the set says so
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise NotAValue(f"the number {number}")
        return number
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (Range, Function, date, time, timedelta)):
        return value
    return _collection(value, depth)


def _collection(value: object, depth: int) -> Value:
    if depth <= 0:
        raise NotAValue("a value nested too deeply")
    # The plain types go first: asking the abstract ones takes ten times as long.
    if isinstance(value, (dict, Mapping)):
        if not set(map(type, value)) <= {str} and not all(isinstance(key, str) for key in value):
            raise NotAValue("a mapping with keys that are no texts")
        return {key: from_python(entry, depth - 1) for key, entry in value.items()}
    if isinstance(value, (list, tuple)) or (
        isinstance(value, Sequence) and not isinstance(value, (bytes, bytearray, memoryview))
    ):
        return [from_python(item, depth - 1) for item in value]
    raise NotAValue(f"a Python {type(value).__name__}")
