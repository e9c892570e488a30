"""Where a path of a form leads: its name for a person, and its place in another version."""

from app.core.i18n import Bilingual
from app.forms.changes import partners, row_name
from app.forms.layout import EMPTY, Field, FieldType, Layout, cell_path
from app.forms.values import Values, rows_at

#: A longer number is no index of a row.
_MOST_DIGITS = 6


def label_of(layout: Layout, values: Values, path: str) -> Bilingual:
    """`绩效指标“管网长度”·指标值` for a cell or row, the label for a field; empty for no field."""
    found = _row_at(layout, path)
    if found is None:
        field = layout.by_path.get(path)
        return field.label if field else EMPTY
    field, index, column = found
    rows = rows_at(values, field.path)
    row = rows[index] if index < len(rows) else {}
    return row_name(field, field.children, row, index, column)


def place_in(layout: Layout, old: Values, new: Values, path: str) -> str | None:
    """The same field, row or cell in another version of the answers; None when its row is gone."""
    found = _row_at(layout, path)
    if found is None:
        return path if path in layout.by_path else None
    field, index, column = found
    pairs = partners(field, rows_at(old, field.path), rows_at(new, field.path))
    now = next((here for here, before in pairs.items() if before == index), None)
    if now is None:
        return None
    return cell_path(field.path, now, column.key) if column else cell_path(field.path, now)


def _row_at(layout: Layout, path: str) -> tuple[Field, int, Field | None] | None:
    """The list, the row's index and the column that a path of a row or cell names."""
    for field in layout.entries():
        if field.type is not FieldType.LIST or not path.startswith(f"{field.path}."):
            continue
        index, _, key = path.removeprefix(f"{field.path}.").partition(".")
        column = next((each for each in field.children if each.key == key), None)
        if index.isdecimal() and len(index) <= _MOST_DIGITS and bool(column) == bool(key):
            return field, int(index), column
    return None
