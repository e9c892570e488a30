"""Variables as JSON and back without loss: decimals, dates and durations keep their types."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.feel import YearsMonthsDuration

#: A typed value is an object with one key that begins with this sign; other keys that begin with
#: it are doubled.
_SIGN = "~"
_INTEGERS = range(-(2**53) + 1, 2**53)

_WRITERS: dict[type, tuple[str, Callable[[Any], str]]] = {
    Decimal: ("~n", str),
    datetime: ("~dt", datetime.isoformat),
    date: ("~d", date.isoformat),
    time: ("~t", time.isoformat),
    timedelta: ("~td", lambda value: f"{value.days},{value.seconds},{value.microseconds}"),
    YearsMonthsDuration: ("~ym", lambda value: str(value.total_months)),
    int: ("~i", str),
}
_READERS: dict[str, Callable[[str], object]] = {
    "~n": Decimal,
    "~dt": datetime.fromisoformat,
    "~d": date.fromisoformat,
    "~t": time.fromisoformat,
    "~td": lambda text: timedelta(*map(int, text.split(","))),
    "~ym": lambda text: YearsMonthsDuration(int(text)),
    "~i": int,
}


class UnstorableError(ValueError):
    """A value that cannot be kept; the message says where and what."""


def pack(value: object, path: str = "") -> object:
    """Turn a value into what JSON holds; raises `UnstorableError` for what would not come back."""
    if value is None or isinstance(value, bool | str):
        return value if not isinstance(value, str) else str(value)
    if type(value) is int and value in _INTEGERS:
        return value
    if isinstance(value, Mapping):
        return {_pack_key(key, path): pack(each, f"{path}.{key}") for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [pack(each, f"{path}[{index}]") for index, each in enumerate(value)]
    if isinstance(value, float):
        if math.isfinite(value):
            return value
    elif type(value) in _WRITERS:
        tag, write = _WRITERS[type(value)]
        return {tag: write(value)}
    raise UnstorableError(f"{path.lstrip('.')}: {type(value).__name__}")


def unpack(value: Any) -> Any:
    """The value that was packed."""
    if isinstance(value, dict):
        if len(value) == 1:
            key = next(iter(value))
            if key in _READERS:
                return _READERS[key](value[key])
        return {
            key[1:] if key.startswith(_SIGN) else key: unpack(each) for key, each in value.items()
        }
    if isinstance(value, list):
        return [unpack(each) for each in value]
    return value


def _pack_key(key: object, path: str) -> str:
    if not isinstance(key, str):
        raise UnstorableError(f"{path.lstrip('.')}: key {key!r}")
    return _SIGN + key if key.startswith(_SIGN) else str(key)
