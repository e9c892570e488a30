"""Reading and writing answers by path: groups are nested, lists hold rows."""

from collections.abc import Mapping
from typing import Any

from app.forms.layout import Field, FieldType, Layout

Values = Mapping[str, Any]


def value_at(values: object, path: str) -> Any:
    """The value at a dotted path of keys, or None."""
    for part in path.split("."):
        if not isinstance(values, Mapping):
            return None
        values = values.get(part)
    return values


def put_at(values: dict[str, Any], path: str, value: object) -> None:
    """Write a value, making the groups on the way."""
    *groups, key = path.split(".")
    for part in groups:
        values = values.setdefault(part, {})
    values[key] = value


def rows_at(values: object, path: str) -> list[dict[str, Any]]:
    """The rows of a list, themselves and not copies; empty when there are none."""
    found = value_at(values, path)
    if not isinstance(found, (list, tuple)):
        return []
    return [each if isinstance(each, dict) else {} for each in found]


def complete(layout: Layout, values: Values) -> dict[str, Any]:
    """A copy that has every field of the form and nothing else; what is missing is empty."""
    copy: dict[str, Any] = {}
    for field in layout.entries():
        put_at(copy, field.path, _completed(field, values))
    return copy


def _completed(field: Field, values: Values) -> Any:
    if field.type is FieldType.LIST:
        columns = [each for each in field.children if each.holds_value]
        rows = rows_at(values, field.path)
        return [{each.key: _or_empty(each, row.get(each.key)) for each in columns} for row in rows]
    return _or_empty(field, value_at(values, field.path))


def _or_empty(field: Field, value: Any) -> Any:
    return empty_value(field) if value is None else value


def empty_value(field: Field) -> Any:
    """What a field holds before anyone answers: no rows, no ticks, no files, or None."""
    if field.type in (FieldType.LIST, FieldType.CHECKLIST, FieldType.FILES):
        return []
    return False if field.type is FieldType.CHECKBOX else None
