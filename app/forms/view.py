"""What a page needs to draw a form, for editing or for print: no FEEL, no rights left to decide.

Fields hidden by right are not here at all. A field hidden by condition that the person may write is
here as `hidden`, without its value, so that the browser can show it when the condition changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from app.core.errors import Problem
from app.core.i18n import Bilingual
from app.forms.choices import options_of
from app.forms.conditions import row_scope, scope_of, settle
from app.forms.layout import CHOICES, EMPTY, Field, FieldType, Layout, Option, cell_path
from app.forms.rights import Right, Rights, may_write, right_of, rows_may_change
from app.forms.shown import as_text, shown
from app.forms.typed import Typed, TypedRow
from app.forms.values import Values, empty_value, rows_at, value_at

#: Stands for the index of a row that does not exist yet, in the names of `FieldView.columns`.
NEW_ROW = "__new__"


@dataclass(frozen=True, slots=True)
class OptionView:
    """One choice; `belongs_to` are the governing field's values it goes with (empty: all)."""

    value: str
    label: Bilingual
    belongs_to: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of a list; `index` is in its inputs' names; `is_new`: still empty."""

    index: int
    path: str
    cells: tuple["FieldView", ...]
    problems: tuple[Problem, ...]
    is_new: bool


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field, cell, group, list, static text or separator, ready to draw."""

    key: str
    #: Name of the input and place of its problems: `opinion`, `indicators.3.weight`.
    path: str
    #: The same without row index, as rights name it: `indicators.weight`.
    name: str
    type: FieldType
    label: Bilingual
    description: Bilingual
    #: Static text of type `text`.
    text: Bilingual
    #: `write` or `read`; what is hidden by right has no view.
    right: Right
    required: bool
    computed: bool
    #: A condition hides it now; draw it hidden, its value is withheld.
    hidden: bool
    #: Its condition as FEEL without `=`, for a preview in the browser; "" when there is none.
    hide_expression: str
    #: A computed field's FEEL without `=`, for a preview in the browser.
    expression: str
    #: Decimal, date, str, bool, list of str (checklist), list of file records, or None.
    value: Any
    #: What belongs into the input: what was typed, else the value as text.
    input: str
    #: What a reader sees: option labels, 1,200.50, names of files.
    shown: Bilingual
    options: tuple[OptionView, ...]
    #: Key of the neighbour that narrows the options, or "".
    options_by: str
    problems: tuple[Problem, ...]
    minimum: str
    maximum: str
    step: str
    digits: int | None
    min_length: int | None
    max_length: int | None
    pattern: str
    pattern_hint: Bilingual
    prefix: Bilingual
    suffix: Bilingual
    #: File picker: several files, and which (`.pdf,.docx`).
    multiple: bool
    accept: str
    #: Of the 16 columns of the page.
    width: int
    #: Members of a group.
    children: tuple["FieldView", ...]
    #: Columns of a list: headings, and the blank cells of a new row (path with `__new__`).
    columns: tuple["FieldView", ...]
    rows: tuple[RowView, ...]
    #: Whether rows may be added and removed.
    can_change_rows: bool
    min_rows: int
    max_rows: int
    properties: Mapping[str, str]

    def problem_texts(self) -> tuple[str, ...]:
        """The English sentences, for tests and logs; pages translate `problems`."""
        return tuple(str(each.sentence) for each in self.problems)


def view(
    layout: Layout,
    values: Values,
    rights: Rights,
    context: Mapping[str, Any],
    *,
    problems: Sequence[Problem] = (),
    typed: Typed | None = None,
) -> list[FieldView]:
    """The form as this person may see it now."""
    return _Viewer(
        layout, values, rights, context, problems=problems, typed=typed or Typed()
    ).views(layout.fields)


class _Viewer:
    def __init__(
        self,
        layout: Layout,
        values: Values,
        rights: Rights,
        context: Mapping[str, Any],
        *,
        problems: Iterable[Problem],
        typed: Typed,
    ) -> None:
        self.rights = rights
        self.typed = typed
        self.values, self.hidden = settle(layout, values, context)
        self.scope = scope_of(layout, self.values, context)
        self.problems: dict[str, list[Problem]] = {}
        for each in problems:
            self.problems.setdefault(each.where, []).append(each)

    def views(self, fields: Iterable[Field]) -> list[FieldView]:
        found = [self.view(each) for each in fields]
        return [each for each in found if each]

    def view(self, field: Field) -> FieldView | None:
        if field.path and right_of(field, self.rights) == "hidden":
            return None
        is_hidden = any(each.evaluate(self.scope) is True for each in field.hides)
        if is_hidden and not may_write(field, self.rights):
            return None
        if field.type is FieldType.GROUP:
            children = tuple(self.views(field.children))
            drawn = self.plain(field, field.path, is_hidden)
            return replace(drawn, children=children) if children else None
        if field.type is FieldType.LIST:
            return self.table(field, is_hidden)
        if not field.holds_value:
            return self.plain(field, field.path, is_hidden)
        value = value_at(self.values, field.path)
        return self.answer(field, field.path, value, is_hidden, self.scope)

    def table(self, field: Field, is_hidden: bool) -> FieldView:
        columns = [c for c in field.children if right_of(c, self.rights) != "hidden"]
        blank = row_scope(self.scope, {each.key: None for each in field.children}, 0)
        found = rows_at(self.values, field.path)
        typed = self.typed.rows.get(field.path)
        if typed is None:
            typed = tuple(TypedRow(index, index) for index in range(len(found)))
        rows = () if is_hidden else tuple(self.row(field, columns, found, each) for each in typed)
        return replace(
            self.plain(field, field.path, is_hidden),
            columns=tuple(
                self.answer(
                    each, cell_path(field.path, NEW_ROW, each.key), each.default, False, blank
                )
                for each in columns
            ),
            rows=rows,
            can_change_rows=rows_may_change(field, self.rights),
            required=field.constraint.min_rows > 0 and rows_may_change(field, self.rights),
        )

    def row(
        self, field: Field, columns: list[Field], rows: list[dict[str, Any]], typed: TypedRow
    ) -> RowView:
        is_new = typed.position is None or typed.position >= len(rows)
        row = rows[typed.position] if typed.position is not None and not is_new else {}
        filled = {each.key: row.get(each.key, empty_value(each)) for each in field.children}
        scope = row_scope(self.scope, filled, typed.position or 0)
        path = cell_path(field.path, typed.index)
        cells = []
        for each in columns:
            is_hidden = any(hide.evaluate(scope) is True for hide in each.hides)
            name = cell_path(field.path, typed.index, each.key)
            cells.append(self.answer(each, name, filled[each.key], is_hidden, scope))
        return RowView(typed.index, path, tuple(cells), self.problems_at(path), is_new)

    def answer(
        self, field: Field, path: str, value: Any, is_hidden: bool, scope: Mapping[str, Any]
    ) -> FieldView:
        drawn = self.plain(field, path, is_hidden)
        # A computed field's options name its results, for the browser's preview.
        options = options_of(field, scope) if field.type in CHOICES else field.options
        if is_hidden:
            return replace(drawn, options=_option_views(options, ()))
        typed = self.typed.texts.get(path) if drawn.right == "write" else None
        chosen = _chosen(value) if typed is None else typed
        text = self.typed.text(path) if typed is not None else None
        return replace(
            drawn,
            value=value,
            input=as_text(value) if text is None else text,
            shown=shown(field, value, options),
            options=_option_views(options, chosen),
        )

    def plain(self, field: Field, path: str, is_hidden: bool) -> FieldView:
        limit = field.constraint
        right = right_of(field, self.rights)
        return FieldView(
            key=field.key,
            path=path,
            name=field.path,
            type=field.type,
            label=field.label,
            description=field.description,
            text=field.text,
            right=right,
            required=field.required and right == "write",
            computed=field.type is FieldType.COMPUTED,
            hidden=is_hidden,
            hide_expression=field.hide.source if field.hide else "",
            expression=field.expression.source if field.expression else "",
            value=None,
            input="",
            shown=EMPTY,
            options=(),
            options_by=field.options_by,
            problems=self.problems_at(path),
            minimum=_limit_text(limit.minimum) or limit.earliest,
            maximum=_limit_text(limit.maximum) or limit.latest,
            step=_step(field),
            digits=limit.digits,
            min_length=limit.min_length,
            max_length=limit.max_length,
            pattern=limit.pattern or "",
            pattern_hint=limit.pattern_hint,
            prefix=field.prefix,
            suffix=field.suffix,
            multiple=field.multiple,
            accept=field.accept,
            width=field.width,
            children=(),
            columns=(),
            rows=(),
            can_change_rows=False,
            min_rows=limit.min_rows,
            max_rows=limit.max_rows,
            properties=field.properties,
        )

    def problems_at(self, path: str) -> tuple[Problem, ...]:
        return tuple(self.problems.get(path, ())) if path else ()


def _option_views(options: Sequence[Option], chosen: Sequence[str]) -> tuple[OptionView, ...]:
    return tuple(
        OptionView(each.value, each.label, each.belongs_to, each.value in chosen)
        for each in options
    )


def _chosen(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(each for each in value if isinstance(each, str))
    return (value,) if isinstance(value, str) else ()


def _limit_text(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def _step(field: Field) -> str:
    limit = field.constraint
    if limit.step is not None:
        return format(limit.step, "f")
    if limit.digits is not None:
        return format(Decimal(1).scaleb(-limit.digits), "f")
    return "any" if field.type is FieldType.NUMBER else ""
