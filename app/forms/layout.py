"""What a form consists of: its fields as an immutable tree, read from the form-js document."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.core.i18n import Bilingual
from app.forms.expressions import Expression

EMPTY = Bilingual("", "")

#: Names that the host puts beside the answers for conditions and computed fields.
CONTEXT_NAMES = (
    "project",  # facts of the subject: amounts, years, key flag
    "reported",  # what the host says of the report under review
    "goal",  # the version of the goals under review, with its indicators
    "today",  # local date of the bureau
    "outcome",  # the decision being taken; null while the page is only shown
    "step",  # id of the step
    "attachments",  # files that the host has received: id, name, size, hash
)
#: Names inside a row of a list, as form-js has them.
ROW_NAMES = ("this", "parent", "i")


class FieldType(StrEnum):
    """The form-js component types that this product renders."""

    TEXTFIELD = "textfield"
    TEXTAREA = "textarea"
    NUMBER = "number"
    DATE = "datetime"
    SELECT = "select"
    RADIO = "radio"
    CHECKBOX = "checkbox"
    CHECKLIST = "checklist"
    FILES = "filepicker"
    COMPUTED = "expression"
    GROUP = "group"
    LIST = "dynamiclist"
    TEXT = "text"
    SEPARATOR = "separator"


#: Types that hold an answer of a person.
INPUTS = frozenset(FieldType) - {
    FieldType.COMPUTED,
    FieldType.GROUP,
    FieldType.LIST,
    FieldType.TEXT,
    FieldType.SEPARATOR,
}
CHOICES = frozenset({FieldType.SELECT, FieldType.RADIO, FieldType.CHECKLIST})


@dataclass(frozen=True, slots=True)
class Option:
    """One answer of a choice; `belongs_to` are the answers of the governing field it goes with."""

    value: str
    label: Bilingual
    belongs_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Constraint:
    """What an answer must keep; None means no limit of its own."""

    minimum: Decimal | None = None
    maximum: Decimal | None = None
    #: At most so many decimal places: more are refused. A computed field is rounded to them.
    digits: int | None = None
    #: Places that are written even if they are zero: those of the step (0.01 for money).
    kept_digits: int = 0
    step: Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    #: What the pattern wants, in words.
    pattern_hint: Bilingual = EMPTY
    #: ISO date or `today`.
    earliest: str = ""
    latest: str = ""
    min_rows: int = 0
    max_rows: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One component. `path` names it in rights and values: `opinion`, `indicators.weight`."""

    id: str
    type: FieldType
    key: str
    path: str
    label: Bilingual = EMPTY
    description: Bilingual = EMPTY
    required: bool = False
    readonly: bool = False
    constraint: Constraint = Constraint()
    options: tuple[Option, ...] = ()
    #: Options from the context or the answers, evaluated each time.
    options_from: Expression | None = None
    #: Key of the neighbour whose answer narrows the options.
    options_by: str = ""
    #: Its own condition: true hides it.
    hide: Expression | None = None
    #: Conditions of its own and of the groups around it; any that is true hides it.
    hides: tuple[Expression, ...] = ()
    expression: Expression | None = None
    #: What a computed field results in: number, text, date or boolean.
    result: str = "number"
    children: tuple["Field", ...] = ()
    #: Static text of a `text` component.
    text: Bilingual = EMPTY
    prefix: Bilingual = EMPTY
    suffix: Bilingual = EMPTY
    multiple: bool = False
    accept: str = ""
    #: Key of the column that identifies a row from version to version.
    row_key: str = ""
    #: Whether rows may be added and removed.
    flexible: bool = True
    #: Of the 16 columns of the page.
    width: int = 16
    default: Any = None
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_input(self) -> bool:
        """Whether a person may answer it."""
        return self.type in INPUTS

    @property
    def holds_value(self) -> bool:
        """Whether it has a place among the values: inputs, computed fields and lists."""
        return self.is_input or self.type in (FieldType.COMPUTED, FieldType.LIST)


@dataclass(frozen=True, eq=False)
class Layout:
    """A form as data: `key` is its name in diagrams (`camunda:formKey`)."""

    key: str
    title: Bilingual
    fields: tuple[Field, ...]
    #: Every field that has a path, columns included.
    by_path: Mapping[str, Field]
    context_names: tuple[str, ...]

    def entries(self) -> Iterator[Field]:
        """Fields that hold a value, outside lists (the lists themselves included), in order."""
        yield from _entries(self.fields)


def _entries(fields: tuple[Field, ...]) -> Iterator[Field]:
    for each in fields:
        if each.type is FieldType.GROUP:
            yield from _entries(each.children)
        elif each.holds_value:
            yield each


def cell_path(list_path: str, index: int | str, key: str = "") -> str:
    """The path of a row or of a cell: `indicators.3`, `indicators.3.weight`."""
    return f"{list_path}.{index}.{key}" if key else f"{list_path}.{index}"
