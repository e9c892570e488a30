"""Why an answer is refused: sentences that name the field, what was wanted and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from marshmallow import ValidationError

from app.core.errors import Problem
from app.core.i18n import N_, Bilingual, Sentence

#: Characters of an answer that a sentence repeats.
SHOWN_LENGTH = 40

REQUIRED = N_("{label}: an answer is needed, but none was given.")
REQUIRED_CHECK = N_("{label}: this must be ticked, but it is not.")
NOT_TEXT = N_("{label}: expected text, found {found}.")
BAD_CHARACTER = N_("{label}: expected readable text, found a character that cannot be stored.")
TOO_SHORT = N_("{label}: expected at least {wanted} characters, found {found}.")
TOO_LONG = N_("{label}: expected at most {wanted} characters, found {found}.")
PATTERN = N_("{label}: expected {wanted}, found “{found}”.")
NOT_NUMBER = N_("{label}: expected a number such as 1200.50, found “{found}”.")
TOO_PRECISE = N_("{label}: expected at most {wanted} decimal places, found “{found}”.")
TOO_BIG = N_("{label}: expected at most {wanted} digits before the decimal point, found “{found}”.")
BELOW = N_("{label}: expected {wanted} or more, found {found}.")
ABOVE = N_("{label}: expected {wanted} or less, found {found}.")
NOT_DATE = N_("{label}: expected a date such as 2022-10-10, found “{found}”.")
NO_SUCH_DAY = N_("{label}: expected a day of the calendar, found “{found}”.")
TOO_EARLY = N_("{label}: expected {wanted} or later, found {found}.")
TOO_LATE = N_("{label}: expected {wanted} or earlier, found {found}.")
NOT_OPTION = N_("{label}: expected one of the listed choices, found “{found}”.")
NOT_WITH = N_("{label}: “{found}” does not go with {governor} “{chosen}”.")
NOT_FLAG = N_("{label}: expected yes or no, found “{found}”.")
NOT_FILES = N_("{label}: expected uploaded files, found {found}.")
UNKNOWN_FILE = N_("{label}: expected a file uploaded here, found the unknown id “{found}”.")
TOO_MANY_FILES = N_("{label}: expected at most {wanted} files, found {found}.")
NOT_ROWS = N_("{label}: expected a list of rows, found {found}.")
NOT_GROUP = N_("{label}: expected a group of answers, found {found}.")
TOO_FEW_ROWS = N_("{label}: expected at least {wanted} rows, found {found}.")
TOO_MANY_ROWS = N_("{label}: expected at most {wanted} rows, found {found}.")
UNKNOWN_FIELD = N_("Expected the fields of this form, found “{found}”.")
NOT_ANSWERS = N_("Expected the answers of a form, found {found}.")
TOO_MANY_ANSWERS = N_("Expected at most {wanted} answers in one request, found more.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason, before its place is known; marshmallow carries it as an error message."""

    code: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def at(self, path: str, label: Bilingual) -> Problem:
        """The problem at a path, named as the page names it."""
        return Problem(self.code, path, Sentence(self.template, {**self.values, "label": label}))

    def __str__(self) -> str:
        return str(Sentence(self.template, self.values))


def refuse(code: str, template: str, label: Bilingual, **values: object) -> ValidationError:
    """The marshmallow error that carries one refusal."""
    return ValidationError([Refusal(code, template, {"label": label, **values})])


def describe(value: object) -> object:  # noqa: PLR0911 - one line for each kind of thing
    """What was found, short enough and safe enough to be said in a sentence."""
    match value:
        case str():
            return shortened(value)
        case bool():
            return "true" if value else "false"
        case None:
            return Bilingual("空", "nothing")
        case int() if abs(value) >= 10**SHOWN_LENGTH:
            return Bilingual("极大的数", "an enormous number")
        case int() | float() | Decimal():
            return shortened(str(value))
        case Mapping():
            return Bilingual("一个对象", "an object")
        case list() | tuple():
            return Bilingual("一个列表", "a list")
        case _:
            return type(value).__name__


def shortened(text: str) -> str:
    """At most 40 characters on one line, without anything that UTF-8 cannot carry."""
    cut = text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1] + "…"
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in cut)
