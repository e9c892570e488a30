"""A form: loaded once, then asked for its schema, its answers and its pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema

from app.core.errors import Problem
from app.forms import storage
from app.forms.binding import Bound, bind
from app.forms.conditions import hidden_paths, settle
from app.forms.layout import CONTEXT_NAMES, FieldType, Layout, cell_path
from app.forms.reading import read_layout
from app.forms.rights import Rights, right_of
from app.forms.schemas import build_schema
from app.forms.submission import Submitted
from app.forms.typed import Typed
from app.forms.values import Values, complete, put_at, rows_at
from app.forms.view import FieldView, view

#: Different rights that one form is asked for: its steps, times the kinds of reader.
_MAX_SCHEMAS = 64


@dataclass(frozen=True, eq=False)
class Form(Layout):
    """An immutable form; safe to share between threads and to keep as long as the process."""

    _schemas: dict[frozenset[tuple[str, str]], type[Schema]] = field(default_factory=dict)

    def schema(self, rights: Rights) -> type[Schema]:
        """The marshmallow schema of what these rights may write; anything else is unknown to it.

        Error messages are `Refusal` objects. Conditions, options from expressions and files are
        checked by `bind` only.
        """
        wanted = frozenset(rights.items())
        found = self._schemas.get(wanted)
        if found is None:
            if len(self._schemas) >= _MAX_SCHEMAS:
                self._schemas.clear()
            found = self._schemas[wanted] = build_schema(self.fields, rights)
        return found

    def initial(self) -> dict[str, Any]:
        """The answers before anyone has given one: the form's default values."""
        values = complete(self, {})
        for each in self.entries():
            if each.is_input and each.default is not None:
                put_at(values, each.path, each.default)
        return storage.restore(self, values)

    def bind(
        self, submitted: Submitted, current: Values, rights: Rights, context: Mapping[str, Any]
    ) -> Bound:
        """Answer the form; see `app.forms.submission` for what may be sent. Never raises."""
        return bind(
            self,
            self.schema(rights),
            submitted=submitted,
            current=current,
            rights=rights,
            context=context,
        )

    def compute(self, values: Values, context: Mapping[str, Any]) -> dict[str, Any]:
        """The values with every computed field."""
        return settle(self, values, context)[0]

    def visible(self, values: Values, context: Mapping[str, Any], rights: Rights) -> frozenset[str]:
        """Paths of the fields and cells that may be seen now: by right and by condition."""
        settled = self.compute(values, context)
        hidden = hidden_paths(self, settled, context)
        paths: set[str] = set()
        for each in self.entries():
            if each.path in hidden or right_of(each, rights) == "hidden":
                continue
            paths.add(each.path)
            if each.type is FieldType.LIST:
                columns = [c for c in each.children if right_of(c, rights) != "hidden"]
                for index in range(len(rows_at(settled, each.path))):
                    paths.update(cell_path(each.path, index, column.key) for column in columns)
        return frozenset(paths - hidden)

    def view(
        self,
        values: Values,
        rights: Rights,
        context: Mapping[str, Any],
        problems: Sequence[Problem] = (),
        typed: Typed | None = None,
    ) -> list[FieldView]:
        """The form as a page draws it, for editing and for print."""
        return view(self, values, rights, context, problems=problems, typed=typed)

    def dump(self, values: Values) -> dict[str, Any]:
        """The answers as JSON can hold them; numbers and dates as text."""
        return storage.dump(self, values)

    def load(self, stored: Values) -> dict[str, Any]:
        """The answers that `dump` gave."""
        return storage.restore(self, stored)


def load_form(
    document: Mapping[str, Any] | bytes | str,
    key: str,
    context_names: tuple[str, ...] = CONTEXT_NAMES,
) -> Form:
    """Read and check a form-js document.

    Raises:
        InvalidInputError: with a problem for each component that cannot be used.
    """
    layout = read_layout(document, key, context_names)
    return Form(layout.key, layout.title, layout.fields, layout.by_path, layout.context_names)
