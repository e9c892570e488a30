"""Values as text: what `string()` answers."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.feel import temporal
from app.feel.run import Run
from app.feel.values import Range, Value, YearsMonthsDuration


def text_of(run: Run, value: Value) -> str:
    """The text of a value; strings inside lists and contexts are quoted."""
    if isinstance(value, str):
        return value
    return _nested(run, value)


def _nested(run: Run, value: Value) -> str:
    if isinstance(value, (list, dict)):
        run.enter()
        if isinstance(value, list):
            text = "[" + ", ".join([_nested(run, item) for item in value]) + "]"
        else:
            entries = [f"{_key(key)}: {_nested(run, item)}" for key, item in value.items()]
            text = "{" + ", ".join(entries) + "}"
        run.depth -= 1
    elif isinstance(value, str):
        text = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif isinstance(value, Range):
        text = _range(run, value)
    else:
        text = _plain(value)
    run.charge_text(len(text))
    run.charge(1)
    return text


def _plain(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}" if value else "0"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    write = _WRITERS.get(type(value))
    return write(value) if write else "function"


_WRITERS: dict[type, Callable[[Any], str]] = {
    datetime: temporal.text_of_date_and_time,
    date: date.isoformat,
    time: temporal.text_of_time,
    timedelta: temporal.text_of_duration,
    YearsMonthsDuration: temporal.text_of_duration,
}


def _range(run: Run, value: Range) -> str:
    if value.start is None or value.end is None:
        end, closed = value.end, value.end_included
        operator = "<" if value.start is None else ">"
        if value.end is None:
            end, closed = value.start, value.start_included
        return f"{operator}{'=' if closed else ''} {_nested(run, end)}"
    opening = "[" if value.start_included else "("
    closing = "]" if value.end_included else ")"
    return f"{opening}{_nested(run, value.start)}..{_nested(run, value.end)}{closing}"


def _key(key: str) -> str:
    plain = all(part.isidentifier() for part in key.split(" "))
    return key if plain else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
