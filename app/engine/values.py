"""Variables as JSON and back without loss: decimals, dates and durations keep their types."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.feel import YearsMonthsDuration

#: A typed value is an object with one key that begins with this sign; other keys that begin with
#: it are doubled.
_SIGN = "~"
_PLAIN = frozenset({str, bool, type(None)})
#: Integers up to here are the same in every reader of JSON.
_EXACT = 2**53

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


def pack(value: object) -> object:
    """Turn a value into what JSON holds; raises `UnstorableError` for what would not come back."""
    kind = type(value)
    if (
        kind in _PLAIN
        or (kind is int and -_EXACT < value < _EXACT)  # type: ignore[operator]
        or (kind is float and math.isfinite(value))  # type: ignore[arg-type]
    ):
        return value
    if kind is dict or isinstance(value, Mapping):
        return _pack_entries(value)  # type: ignore[arg-type]  # either way a mapping
    if isinstance(value, list | tuple):
        return _pack_items(value)
    if isinstance(value, str):
        return str(value)
    if kind in _WRITERS:
        tag, write = _WRITERS[kind]
        return {tag: write(value)}
    raise UnstorableError(kind.__name__)


def _pack_entries(entries: Mapping[object, object]) -> dict[str, object]:
    packed: dict[str, object] = {}
    for key, value in entries.items():
        if not isinstance(key, str):
            raise UnstorableError(f"the key {key!r}")
        try:
            packed[_SIGN + key if key[:1] == _SIGN else key] = pack(value)
        except UnstorableError as error:
            raise UnstorableError(f"{key}: {error}") from None
    return packed


def _pack_items(items: Sequence[object]) -> list[object]:
    packed: list[object] = []
    for index, value in enumerate(items, start=1):
        try:
            packed.append(pack(value))
        except UnstorableError as error:
            raise UnstorableError(f"{index}: {error}") from None
    return packed


def has_typed(text: bytes) -> bool:
    """Whether `unpack` has anything to do in this JSON."""
    return b'"~' in text


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
