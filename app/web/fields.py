"""Forms on pages: what may be seen and written, what was typed, and what the browser previews."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core import documents
from app.core.errors import Problem
from app.core.i18n import Bilingual
from app.forms import FieldView, Form, rights_for
from app.forms.rights import Rights
from app.workflow.handlers import FormData

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class FormPage:
    """A form, ready for the macros of `templates/forms/fields.html`."""

    title: Bilingual
    fields: list[FieldView]
    #: For the browser's preview of conditions and sums: the answers, and the names beside them
    #: that expressions of this form use.
    preview: Mapping[str, Any] | None = None
    #: The stored answers that it shows.
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show to this person."""
        return not self.fields


def form_to_fill(
    form: Form,
    properties: Mapping[str, str],
    data: FormData,
    typed: Pairs | None,
    problems: Sequence[Problem] = (),
) -> FormPage:
    """The form of a step for the person who fills it in; `typed` is a draft or a refused form."""
    rights = rights_for(properties, form).rights
    values = form.load(data.values)
    if typed is None:
        fields = form.view(values, rights, data.context, problems)
    else:
        bound = form.bind(typed, values, rights, data.context)
        values = bound.values
        fields = form.view(values, rights, data.context, problems, bound.typed)
    return FormPage(form.title, fields, _preview(fields, data.context), data.values)


def form_to_read(
    form: Form,
    properties: Mapping[str, str],
    values: Mapping[str, Any],
    context: Mapping[str, Any] | None = None,
) -> FormPage:
    """The same for a reader: nothing to write, and nothing that the step hides."""
    rights = as_reader(rights_for(properties, form).rights)
    view = form.view(form.load(values), rights, context or {})
    return FormPage(form.title, view, values=values)


def as_reader(rights: Rights) -> dict[str, str]:
    """The same rights without writing."""
    return {path: "read" if right == "write" else right for path, right in rights.items()}


def _preview(fields: Sequence[FieldView], context: Mapping[str, Any]) -> dict[str, Any]:
    expressions = " ".join(_expressions(fields))
    named = {name: value for name, value in context.items() if name in expressions}
    answers: dict[str, Any] = {}
    for field in _flat(fields):
        _put(answers, field.path, _answer(field))
    plain: dict[str, Any] = documents.load(documents.dump({"context": named, "values": answers}))
    return plain


def _expressions(fields: Iterable[FieldView]) -> Iterator[str]:
    for field in fields:
        yield from (field.hide_expression, field.expression)
        yield from _expressions((*field.children, *field.columns))


def _flat(fields: Iterable[FieldView]) -> Iterator[FieldView]:
    for field in fields:
        if field.children:
            yield from _flat(field.children)
        elif field.key:
            yield field


def _answer(field: FieldView) -> Any:
    """Numbers as numbers: a preview may round where the server does not."""
    if field.columns:
        return [{cell.key: _plain(cell) for cell in row.cells} for row in field.rows]
    return _plain(field)


def _plain(field: FieldView) -> Any:
    if field.type == "number" or (field.computed and field.digits is not None):
        return float(field.value) if field.value is not None else None
    return field.value


def _put(values: dict[str, Any], path: str, value: Any) -> None:
    *groups, key = path.split(".")
    for group in groups:
        values = values.setdefault(group, {})
    values[key] = value
