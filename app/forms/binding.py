"""From what was sent to answers: typed, within rights, conditions applied, sums recomputed."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, ValidationError

from app.core.errors import Problem
from app.core.i18n import Bilingual
from app.forms.answers import is_blank
from app.forms.conditions import settle
from app.forms.layout import Field, FieldType, Layout, cell_path
from app.forms.neighbours import check_neighbours
from app.forms.refusals import Refusal
from app.forms.rights import Rights, may_write, rows_may_change
from app.forms.schemas import WHOLE
from app.forms.submission import Submitted, SubmittedRow, read_submission, row_label
from app.forms.typed import Typed, TypedRow, typed_texts
from app.forms.values import Values, complete, put_at, rows_at, value_at


@dataclass(frozen=True, slots=True)
class Bound:
    """The outcome of binding.

    `values` holds every field of the form: new answers where they are valid and may be given,
    the current ones everywhere else. Store them only when `problems` is empty; otherwise show
    the page again with `typed`.
    """

    values: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    typed: Typed = dataclasses.field(default_factory=Typed)


def bind(
    layout: Layout,
    schema: type[Schema],
    *,
    submitted: Submitted,
    current: Values,
    rights: Rights,
    context: Mapping[str, Any],
) -> Bound:
    """Answer the form; never raises, whatever was sent."""
    return _Binder(layout, schema, complete(layout, current), rights, context).bind(submitted)


class _Binder:
    def __init__(
        self,
        layout: Layout,
        schema: type[Schema],
        current: dict[str, Any],
        rights: Rights,
        context: Mapping[str, Any],
    ) -> None:
        self.layout = layout
        self.schema = schema
        self.current = current
        self.rights = rights
        self.context = context
        #: Rows that the result holds, by list; blank new ones are left out.
        self.kept = {
            each.path: [SubmittedRow(i, {}) for i, _ in enumerate(rows_at(current, each.path))]
            for each in layout.entries()
            if each.type is FieldType.LIST
        }

    def bind(self, submitted: Submitted) -> Bound:
        submission = read_submission(self.layout, submitted, self.rights)
        typed_rows = {
            path: tuple(self._arranged(self.layout.by_path[path], rows))
            for path, rows in submission.rows.items()
        }
        loaded, refusals = self._load(self._raw(submission.values))
        values = self._merged(loaded)
        values, found = check_neighbours(
            self.layout,
            values,
            current=self.current,
            rights=self.rights,
            context=self.context,
            index_of=self._index,
        )
        refusals = {**found, **refusals}
        values, hidden = settle(self.layout, values, self.context, self._may_clear)
        unseen = {self._shown_path(path) for path in hidden}
        problems = [
            refusal.at(path, self._label(path))
            for path, refusal in self._in_order(refusals)
            if path not in unseen and path.rsplit(".", 2)[0] not in unseen
        ]
        typed = Typed(typed_texts(submission), typed_rows)
        return Bound(values, (*submission.problems, *problems), typed)

    def _arranged(self, field: Field, rows: tuple[SubmittedRow, ...]) -> Iterator[TypedRow]:
        current = rows_at(self.current, field.path)
        if not rows_may_change(field, self.rights):
            sent = {row.index: row for row in rows}
            kept = [sent.get(index, SubmittedRow(index, {})) for index in range(len(current))]
        else:
            kept = [
                row
                for row in rows
                if row.index < len(current) or not all(map(_is_empty, row.cells.values()))
            ]
        self.kept[field.path] = kept
        position = {row.index: place for place, row in enumerate(kept)}
        shown = kept if not rows_may_change(field, self.rights) else rows
        for row in shown:
            yield TypedRow(row.index, position.get(row.index))

    def _raw(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Everything that may be written, as sent or else as it is."""
        raw: dict[str, Any] = {}
        for field in self.layout.entries():
            if not may_write(field, self.rights):
                continue
            if field.type is FieldType.LIST:
                put_at(raw, field.path, self._raw_rows(field))
            else:
                put_at(raw, field.path, sent.get(field.path, value_at(self.current, field.path)))
        return raw

    def _raw_rows(self, field: Field) -> list[dict[str, Any]]:
        columns = [each.key for each in field.children if may_write(each, self.rights)]
        current = rows_at(self.current, field.path)
        rows = []
        for row in self.kept[field.path]:
            before = current[row.index] if row.index < len(current) else {}
            rows.append({key: row.cells.get(key, before.get(key)) for key in columns})
        return rows

    def _load(self, raw: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Refusal]]:
        try:
            return dict(self.schema().load(raw)), {}
        except ValidationError as error:
            refusals: dict[str, Refusal] = {}
            self._flatten(error.messages, (), refusals)
            valid = error.valid_data
            return (valid if isinstance(valid, dict) else {}), refusals

    def _flatten(self, messages: Any, at: tuple[str, ...], found: dict[str, Refusal]) -> None:
        if isinstance(messages, dict):
            for key, inner in messages.items():
                self._flatten(inner, at if key == WHOLE else (*at, str(key)), found)
        elif isinstance(messages, list):
            for each in messages:
                if isinstance(each, Refusal):
                    found.setdefault(self._shown_path(".".join(at)), each)

    def _merged(self, loaded: dict[str, Any]) -> dict[str, Any]:
        values = complete(self.layout, self.current)
        for field in self.layout.entries():
            if not may_write(field, self.rights):
                continue
            if field.type is FieldType.LIST:
                put_at(values, field.path, self._merged_rows(field, rows_at(loaded, field.path)))
            elif _has(loaded, field.path):
                put_at(values, field.path, value_at(loaded, field.path))
        return values

    def _merged_rows(self, field: Field, loaded: list[dict[str, Any]]) -> list[dict[str, Any]]:
        current = rows_at(self.current, field.path)
        rows = []
        for position, row in enumerate(self.kept[field.path]):
            before = current[row.index] if row.index < len(current) else {}
            after = loaded[position] if position < len(loaded) else {}
            rows.append({**before, **after})
        return rows

    def _may_clear(self, field: Field) -> bool:
        if field.type is FieldType.LIST:
            return rows_may_change(field, self.rights)
        return may_write(field, self.rights)

    def _index(self, field: Field, position: int) -> int:
        """The index of the current row that the row at this position stands for."""
        return self.kept[field.path][position].index

    def _shown_path(self, path: str) -> str:
        """The path with the row's index as on the page, from one with its position."""
        for field in self.layout.entries():
            if field.type is FieldType.LIST and path.startswith(f"{field.path}."):
                position, _, key = path.removeprefix(f"{field.path}.").partition(".")
                if position.isdecimal():
                    return cell_path(field.path, self._index(field, int(position)), key)
        return path

    def _label(self, path: str) -> Bilingual:
        if path in self.layout.by_path:
            return self.layout.by_path[path].label
        list_path, index, key = path.rsplit(".", 2)
        field = self.layout.by_path[list_path]
        indices = [row.index for row in self.kept[field.path]]
        column = self.layout.by_path[f"{list_path}.{key}"]
        return row_label(field, indices.index(int(index)), column.label)

    def _in_order(self, refusals: Mapping[str, Refusal]) -> Iterator[tuple[str, Refusal]]:
        """In the order of the page, so that the first problem is the first on the page."""
        left = dict(refusals)
        for field in self.layout.entries():
            if field.path in left:
                yield field.path, left.pop(field.path)
            if field.type is FieldType.LIST:
                for row in self.kept[field.path]:
                    for column in field.children:
                        path = cell_path(field.path, row.index, column.key)
                        if path in left:
                            yield path, left.pop(path)


def _is_empty(raw: object) -> bool:
    if isinstance(raw, (list, tuple)):
        return all(map(is_blank, raw))
    return is_blank(raw) or raw is False


def _has(values: Mapping[str, Any], path: str) -> bool:
    *groups, key = path.split(".")
    inside: Any = value_at(values, ".".join(groups)) if groups else values
    return isinstance(inside, Mapping) and key in inside
