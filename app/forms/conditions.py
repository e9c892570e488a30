"""Which fields are hidden by condition and what the computed fields come to."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.forms import limits
from app.forms.layout import Field, FieldType, Layout, cell_path
from app.forms.values import Values, complete, empty_value, put_at, rows_at


def settle(
    layout: Layout,
    values: Values,
    context: Mapping[str, Any],
    may_clear: Callable[[Field], bool] = lambda _: False,
) -> tuple[dict[str, Any], frozenset[str]]:
    """The values with every computed field, and the paths that conditions hide now.

    What is hidden and `may_clear` is emptied, so that no condition or sum reads an answer
    that nobody sees. Conditions that contradict each other end hidden, never in a loop.
    """
    hidden: frozenset[str] = frozenset()
    settled = compute(layout, complete(layout, values), context)
    for _ in range(limits.MAX_SETTLING_ROUNDS):
        found = hidden_paths(layout, settled, context)
        if found == hidden:
            return settled, hidden
        hidden = found
        settled = compute(layout, _cleared(layout, values, hidden, may_clear), context)
    hidden |= hidden_paths(layout, settled, context)
    return compute(layout, _cleared(layout, values, hidden, may_clear), context), hidden


def compute(layout: Layout, values: Values, context: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every computed field recomputed: columns first, then in the page's order.

    An expression may use computed fields above it. One that gives no value of its type is null.
    """
    computed = complete(layout, values)
    scope = scope_of(layout, computed, context)
    for field in layout.entries():
        if field.type is FieldType.LIST:
            columns = [each for each in field.children if each.expression]
            for index, row in enumerate(rows_at(computed, field.path)):
                inner = row_scope(scope, row, index)
                for each in columns:
                    row[each.key] = _result(each, inner)
    for field in layout.entries():
        if field.expression:
            result = _result(field, scope)
            put_at(computed, field.path, result)
            if "." not in field.path:
                scope[field.key] = result
    return computed


def hidden_paths(layout: Layout, values: Values, context: Mapping[str, Any]) -> frozenset[str]:
    """Paths of the fields and cells (`indicators.0.target_hi`) whose condition is true."""
    scope = scope_of(layout, values, context)
    hidden: set[str] = set()
    for field in layout.entries():
        if _is_hidden(field, scope):
            hidden.add(field.path)
        elif field.type is FieldType.LIST:
            hidden.update(_hidden_cells(field, values, scope))
    return frozenset(hidden)


def _hidden_cells(field: Field, values: Values, scope: Mapping[str, Any]) -> Iterable[str]:
    columns = [each for each in field.children if each.hides]
    if not columns:
        return
    for index, row in enumerate(rows_at(values, field.path)):
        inner = row_scope(scope, row, index)
        for each in columns:
            if _is_hidden(each, inner):
                yield cell_path(field.path, index, each.key)


def _is_hidden(field: Field, scope: Mapping[str, Any]) -> bool:
    return any(each.evaluate(scope) is True for each in field.hides)


def scope_of(layout: Layout, values: Values, context: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that an expression of the form may name."""
    return {**dict.fromkeys(layout.context_names), **context, **values}


def row_scope(scope: Mapping[str, Any], row: Mapping[str, Any], index: int) -> dict[str, Any]:
    """The same inside a row, with the names that form-js gives: `this`, `parent`, `i` from 1."""
    return {**scope, "this": row, "parent": scope, "i": index + 1}


def _cleared(
    layout: Layout, values: Values, hidden: frozenset[str], may_clear: Callable[[Field], bool]
) -> dict[str, Any]:
    cleared = complete(layout, values)
    for field in layout.entries():
        is_hidden = field.path in hidden
        if is_hidden and may_clear(field):
            put_at(cleared, field.path, empty_value(field))
        elif field.type is FieldType.LIST:
            for index, row in enumerate(rows_at(cleared, field.path)):
                for each in field.children:
                    cell = cell_path(field.path, index, each.key)
                    if (is_hidden or cell in hidden) and may_clear(each):
                        row[each.key] = empty_value(each)
    return cleared


def _result(field: Field, scope: Mapping[str, Any]) -> object:
    value = field.expression.evaluate(scope) if field.expression else None
    match field.result, value:
        case "number", Decimal() if value.is_finite():
            return _rounded(value, field.constraint.digits)
        case ("text", str()) | ("boolean", bool()):
            return value
        case "date", date():
            return date(value.year, value.month, value.day)
    return None


def _rounded(value: Decimal, digits: int | None) -> Decimal | None:
    if value.adjusted() >= limits.MAX_INTEGER_DIGITS + 3:
        return None
    if digits is None:
        digits = limits.DEFAULT_DECIMAL_DIGITS
        value = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP).normalize() + 0
        return value.quantize(Decimal(1)) if value == value.to_integral_value() else value
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) + 0
