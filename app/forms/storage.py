"""Answers to JSON and back, without losing a cent: numbers travel as text, days as ISO dates."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_
from app.forms.layout import Field, FieldType, Layout, cell_path
from app.forms.refusals import describe
from app.forms.values import Values, complete, put_at, rows_at, value_at

DAMAGED = N_("The stored answers of the form “{form}” cannot be read.")
WRONG_KIND = N_("{label}: expected a stored {wanted}, found {found}.")


def dump(layout: Layout, values: Values) -> dict[str, Any]:
    """Every field of the form as JSON can hold it."""
    plain: dict[str, Any] = {}
    full = complete(layout, values)
    for field in layout.entries():
        put_at(plain, field.path, _plain(value_at(full, field.path)))
    return plain


def _plain(value: Any) -> Any:
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case list():
            return [_plain(each) for each in value]
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
    return value


def restore(layout: Layout, stored: Values) -> dict[str, Any]:
    """The answers that `dump` gave; unknown keys are left out, missing ones are empty.

    Raises:
        InvalidInputError: something is stored that this form could never have held.
    """
    problems: list[Problem] = []
    values = complete(layout, stored)
    for field in layout.entries():
        if field.type is FieldType.LIST:
            for index, row in enumerate(rows_at(values, field.path)):
                for each in field.children:
                    if each.holds_value:
                        path = cell_path(field.path, index, each.key)
                        row[each.key] = _read(each, path, row[each.key], problems)
        else:
            value = _read(field, field.path, value_at(values, field.path), problems)
            put_at(values, field.path, value)
    if problems:
        raise InvalidInputError(DAMAGED, problems, form=layout.key)
    return values


def _kind(field: Field) -> str:
    if field.type is FieldType.COMPUTED:
        return field.result
    names = {
        FieldType.NUMBER: "number",
        FieldType.DATE: "date",
        FieldType.CHECKBOX: "boolean",
        FieldType.CHECKLIST: "list",
        FieldType.FILES: "list",
    }
    return names.get(field.type, "text")


def _read(field: Field, path: str, value: Any, problems: list[Problem]) -> Any:
    if value is None:
        return None
    kind = _kind(field)
    try:
        return _READERS[kind](value)
    except (ValueError, TypeError, InvalidOperation):
        found, label = describe(value), field.label
        problems.append(
            problem("form.stored", path, WRONG_KIND, label=label, wanted=kind, found=found)
        )
        return None


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise TypeError
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError
    return number


def _date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def _exactly(wanted: type) -> Any:
    def read(value: Any) -> Any:
        if not isinstance(value, wanted):
            raise TypeError
        return value

    return read


_READERS: dict[str, Any] = {
    "number": _number,
    "date": _date,
    "text": _exactly(str),
    "boolean": _exactly(bool),
    "list": _exactly(list),
}
