"""JSON with exact numbers: how form values and snapshots are stored and hashed."""

from datetime import date
from decimal import Decimal
from typing import Any

import orjson


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"Expected a value that JSON can hold, found {type(value).__name__}.")


def dump(value: object) -> bytes:
    """Canonical JSON (sorted keys, UTF-8); Decimals become strings, never floats."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS)


def dump_text(value: object) -> str:
    """`dump` as text, as SQLAlchemy's JSON columns want it."""
    return dump(value).decode()


def load(data: bytes | str) -> Any:
    """Read JSON back."""
    return orjson.loads(data)
