"""What changed between two versions of the same answers, readable for a reviewer."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.core.i18n import Bilingual
from app.forms.layout import EMPTY, Field, FieldType, Layout, cell_path
from app.forms.rights import Rights, right_of
from app.forms.shown import shown, shown_row
from app.forms.submission import row_label
from app.forms.values import Values, complete, rows_at, value_at

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` counts rows of the new version, for a removed row of the old one."""

    path: str
    label: Bilingual
    kind: Kind
    old: Any
    new: Any
    old_shown: Bilingual
    new_shown: Bilingual


def diff(
    layout: Layout, old: Values, new: Values, rights: Rights | None = None
) -> tuple[Change, ...]:
    """Every difference in the order of the page; with `rights`, only in what may be seen.

    Rows are matched by the list's `row.key` column, or else by position; a row that only
    moved has not changed. Computed fields are compared like the others.
    """
    before, after = complete(layout, old), complete(layout, new)
    return tuple(_changes(layout, before, after, rights))


def _changes(layout: Layout, old: Values, new: Values, rights: Rights | None) -> Iterator[Change]:
    for field in layout.entries():
        if _is_hidden(field, rights):
            continue
        if field.type is FieldType.LIST:
            columns = [each for each in field.children if not _is_hidden(each, rights)]
            yield from _row_changes(
                field, columns, rows_at(old, field.path), rows_at(new, field.path)
            )
        else:
            before, after = value_at(old, field.path), value_at(new, field.path)
            yield from _change(field, field.path, field.label, before, after)


def _is_hidden(field: Field, rights: Rights | None) -> bool:
    return rights is not None and right_of(field, rights) == "hidden"


def _change(field: Field, path: str, label: Bilingual, old: Any, new: Any) -> Iterator[Change]:
    if old == new or (_nothing(old) and _nothing(new)):
        return
    kind: Kind = "added" if _nothing(old) else "removed" if _nothing(new) else "changed"
    yield Change(path, label, kind, old, new, shown(field, old), shown(field, new))


def _nothing(value: Any) -> bool:
    """An empty text and a question never asked look the same to a reader."""
    return value in (None, "", [])


def _row_changes(
    field: Field,
    columns: Sequence[Field],
    old: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
) -> Iterator[Change]:
    partner = partners(field, old, new)
    for index, row in enumerate(new):
        path = cell_path(field.path, index)
        before = partner.get(index)
        if before is None:
            line = _visible(row, columns)
            label = row_name(field, columns, row, index)
            yield Change(path, label, "added", None, line, EMPTY, shown_row(field, line))
            continue
        for each in columns:
            label = row_name(field, columns, row, index, each)
            cell = cell_path(field.path, index, each.key)
            yield from _change(each, cell, label, old[before].get(each.key), row.get(each.key))
    for index in sorted(set(range(len(old))) - set(partner.values())):
        line = _visible(old[index], columns)
        label = row_name(field, columns, old[index], index)
        path = cell_path(field.path, index)
        yield Change(path, label, "removed", line, None, shown_row(field, line), EMPTY)


def partners(
    field: Field, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> dict[int, int]:
    """New row → old row, by index. Rows with the same key pair up in their order."""
    if not field.row_key:
        return {index: index for index in range(min(len(old), len(new)))}
    waiting: dict[Any, list[int]] = defaultdict(list)
    for index, row in enumerate(old):
        waiting[_identity(field, row)].append(index)
    partner: dict[int, int] = {}
    for index, row in enumerate(new):
        same = waiting[_identity(field, row)]
        if same:
            partner[index] = same.pop(0)
    return partner


def _identity(field: Field, row: Mapping[str, Any]) -> str:
    return str(row.get(field.row_key))


def _visible(row: Mapping[str, Any], columns: Sequence[Field]) -> dict[str, Any]:
    return {each.key: row.get(each.key) for each in columns if each.holds_value}


def row_name(
    field: Field,
    columns: Sequence[Field],
    row: Mapping[str, Any],
    index: int,
    column: Field | None = None,
) -> Bilingual:
    """`绩效指标“管网长度”·指标值` where the row has a name, else by its number."""
    key = next((each for each in columns if each.key == field.row_key), None)
    name = shown(key, row.get(key.key)) if key else EMPTY
    if name == EMPTY:
        return row_label(field, index, column.label if column else None)
    zh = f"{field.label.in_language('zh')}“{name.in_language('zh')}”"
    en = f"{field.label.in_language('en')} “{name.in_language('en')}”"
    if column is None:
        return Bilingual(zh, en)
    return Bilingual(
        f"{zh}·{column.label.in_language('zh')}", f"{en}: {column.label.in_language('en')}"
    )
