"""The marshmallow schema of a form: one field for each answer that may be written."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, cast

from marshmallow import RAISE, Schema, ValidationError, fields

from app.forms import answers, limits, refusals
from app.forms.constraints import compiled
from app.forms.layout import Field, FieldType
from app.forms.refusals import Refusal, describe, refuse
from app.forms.rights import Rights, may_write, rows_may_change

#: Where marshmallow keeps what concerns a list as a whole.
WHOLE = "_schema"


def build_schema(fields_: tuple[Field, ...], rights: Rights) -> type[Schema]:
    """A schema class that knows the writable answers among these fields, and nothing else."""
    members: dict[str, fields.Field[Any]] = {}
    for each in fields_:
        if each.type is FieldType.GROUP and not each.key:
            inner = build_schema(each.children, rights)
            members.update(cast(Mapping[str, fields.Field[Any]], inner._declared_fields))
        elif may_write(each, rights):
            members[each.key] = _member(each, rights)
    return cast(type[Schema], type("FormSchema", (_FormSchema,), members))


class _FormSchema(Schema):
    class Meta:
        unknown = RAISE
        register = False  # marshmallow's registry would keep every schema for ever


def _member(field: Field, rights: Rights) -> fields.Field[Any]:
    if field.type is FieldType.GROUP:
        return fields.Nested(build_schema(field.children, rights))
    if field.type is FieldType.LIST:
        return Rows(field, build_schema(field.children, rights), rows_may_change(field, rights))
    return _BY_TYPE[field.type](field)


class Answer(fields.Field[Any], ABC):
    """Base of the answers: refusals name the field, and an empty answer means `empty`."""

    empty: object = None

    def __init__(self, field: Field) -> None:
        allow_none = self.empty is not None or not field.required
        super().__init__(required=field.required, allow_none=allow_none, pre_load=[self._filled])
        self.field = field

    def _filled(self, value: object) -> object:
        if not answers.is_blank(value):
            return value
        return list(self.empty) if isinstance(self.empty, tuple) else self.empty

    def make_error(self, key: str, **kwargs: object) -> ValidationError:
        """`required` and `null` are the only errors that marshmallow itself raises here."""
        return refuse("form.required", refusals.REQUIRED, self.field.label)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if value is None:
            raise self.make_error("null")
        return self.read(value)

    @abstractmethod
    def read(self, value: object) -> object:
        """The typed answer; `value` is not blank."""

    def refused(self, code: str, template: str, **values: object) -> ValidationError:
        """A refusal of this field."""
        return refuse(f"form.{code}", template, self.field.label, **values)


class TextAnswer(Answer):
    """Text within its length and pattern."""

    def read(self, value: object) -> str:
        """Trimmed text."""
        text = answers.to_text(value, self.field.label)
        limit = self.field.constraint
        if limit.min_length is not None and len(text) < limit.min_length:
            wanted = limit.min_length
            raise self.refused("length", refusals.TOO_SHORT, wanted=wanted, found=len(text))
        if limit.max_length is not None and len(text) > limit.max_length:
            wanted = limit.max_length
            raise self.refused("length", refusals.TOO_LONG, wanted=wanted, found=len(text))
        if limit.pattern and not compiled(limit.pattern).search(text):
            wanted_text, found = limit.pattern_hint, describe(text)
            raise self.refused("pattern", refusals.PATTERN, wanted=wanted_text, found=found)
        return text


class NumberAnswer(Answer):
    """An exact number within its bounds."""

    def read(self, value: object) -> object:
        """A Decimal."""
        limit = self.field.constraint
        number = answers.to_number(value, self.field.label, limit.digits, limit.kept_digits)
        if limit.minimum is not None and number < limit.minimum:
            raise self.refused("minimum", refusals.BELOW, wanted=limit.minimum, found=number)
        if limit.maximum is not None and number > limit.maximum:
            raise self.refused("maximum", refusals.ABOVE, wanted=limit.maximum, found=number)
        return number


class DateAnswer(Answer):
    """A day; its limits may depend on today and are checked when bound."""

    def read(self, value: object) -> object:
        """A date."""
        return answers.to_date(value, self.field.label)


class ChoiceAnswer(Answer):
    """One of the options; options from an expression are checked when bound."""

    def read(self, value: object) -> str:
        """The option's value."""
        text = answers.to_text(value, self.field.label)
        if len(text) > limits.DEFAULT_TEXT_LENGTH or not self._is_option(text):
            raise self.refused("option", refusals.NOT_OPTION, found=describe(text))
        return text

    def _is_option(self, text: str) -> bool:
        if self.field.options_from is not None:
            return True
        return any(each.value == text for each in self.field.options)


class ChoicesAnswer(ChoiceAnswer):
    """Any number of the options, each once, in the order of the form."""

    empty = ()

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[str]:
        given = _listed(value)
        if given is None or len(given) > limits.MAX_OPTIONS:
            raise self.refused("option", refusals.NOT_OPTION, found=describe(value))
        chosen = {self.read(each) for each in given if not answers.is_blank(each)}
        if not chosen and self.field.required:
            raise self.make_error("required")
        order = [each.value for each in self.field.options]
        known = [each for each in order if each in chosen]
        return known + sorted(chosen - set(order))


class FlagAnswer(Answer):
    """Yes or no; a required one must be yes."""

    empty = False

    def make_error(self, key: str, **kwargs: object) -> ValidationError:
        """A required tick is missing."""
        return self.refused("required", refusals.REQUIRED_CHECK)

    def read(self, value: object) -> bool:
        """True or False."""
        flag = answers.to_flag(value, self.field.label)
        if self.field.required and not flag:
            raise self.make_error("required")
        return flag


class FilesAnswer(Answer):
    """Ids of files; which files they are is looked up when bound."""

    empty = ()

    def read(self, value: object) -> list[str]:
        """Each id once, in the order given."""
        given = [value] if isinstance(value, Mapping) else _listed(value)
        if given is None:
            raise self.refused("files", refusals.NOT_FILES, found=describe(value))
        ids = list(dict.fromkeys(self._id(each) for each in given if not answers.is_blank(each)))
        wanted = limits.MAX_FILES if self.field.multiple else 1
        if len(ids) > wanted:
            raise self.refused("files", refusals.TOO_MANY_FILES, wanted=wanted, found=len(ids))
        if not ids and self.field.required:
            raise self.make_error("required")
        return ids

    def _id(self, value: object) -> str:
        found = value.get("id") if isinstance(value, Mapping) else value
        if not isinstance(found, str):
            raise self.refused("files", refusals.NOT_FILES, found=describe(value))
        return found


class Rows(fields.List[Any]):
    """The rows of a list, each with the schema of its writable columns."""

    def __init__(self, field: Field, row: type[Schema], is_counted: bool) -> None:
        required = is_counted and field.constraint.min_rows > 0
        super().__init__(fields.Nested(row), required=required)
        self.field = field
        #: Who cannot add or remove rows is not told that there are too few.
        self.is_counted = is_counted

    def make_error(self, key: str, **kwargs: object) -> ValidationError:
        """Missing rows are too few rows; anything but a list is no rows."""
        label, wanted = self.field.label, self.field.constraint.min_rows
        if key in ("required", "null"):
            return refuse("form.rows", refusals.TOO_FEW_ROWS, label, wanted=wanted, found=0)
        return refuse("form.rows", refusals.NOT_ROWS, label, found=describe(None))

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        errors: dict[int | str, Any] = {}
        rows: list[Any] = []
        try:
            rows = super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            errors, rows = dict(error.messages), list(cast(list[Any], error.valid_data or []))
        refusal = self._count_refusal(len(value)) if self.is_counted else None
        if refusal:
            errors[WHOLE] = [refusal]
        if errors:
            raise ValidationError(cast(Any, errors), valid_data=rows)
        return rows

    def _count_refusal(self, found: int) -> Refusal | None:
        limit = self.field.constraint
        label = self.field.label
        if found < limit.min_rows:
            values = {"label": label, "wanted": limit.min_rows, "found": found}
            return Refusal("form.rows", refusals.TOO_FEW_ROWS, values)
        if found > limit.max_rows:
            values = {"label": label, "wanted": limit.max_rows, "found": found}
            return Refusal("form.rows", refusals.TOO_MANY_ROWS, values)
        return None


def _listed(value: object) -> list[object] | None:
    if isinstance(value, str):
        return [value]
    return list(value) if isinstance(value, (list, tuple)) else None


_BY_TYPE: dict[FieldType, type[Answer]] = {
    FieldType.TEXTFIELD: TextAnswer,
    FieldType.TEXTAREA: TextAnswer,
    FieldType.NUMBER: NumberAnswer,
    FieldType.DATE: DateAnswer,
    FieldType.SELECT: ChoiceAnswer,
    FieldType.RADIO: ChoiceAnswer,
    FieldType.CHECKBOX: FlagAnswer,
    FieldType.CHECKLIST: ChoicesAnswer,
    FieldType.FILES: FilesAnswer,
}
