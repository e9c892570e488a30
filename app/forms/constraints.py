"""The limits that a form sets to its answers, read from `validate` and the properties."""

import re
from functools import lru_cache
from typing import Any, cast

import re2

from app.core.i18n import N_, Bilingual
from app.forms import limits
from app.forms.document import Component
from app.forms.layout import Constraint, Field, FieldType

BAD_PATTERN = N_("Component {component}: the pattern cannot be used: {reason}")
BAD_LIMITS = N_("Component {component}: expected a lower limit below the upper one, found {found}.")
TOO_GENEROUS = N_("Component {component}: expected {attribute} of at most {wanted}, found {found}.")
BAD_DAY = N_("Component {component}: expected {attribute} to be a day or “today”, found “{found}”.")
NO_SUCH_RESULT = N_("Component {component}: expected type {wanted}, found “{found}”.")
NO_SUCH_KIND = N_("Component {component}: expected validationType {wanted}, found “{found}”.")

_DAY = re.compile(r"today|\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
#: form-js's own kinds of text, in linear-time patterns.
_KINDS = {
    "email": (r"^[^@\s]+@[^@\s]+\.[^@\s]+$", Bilingual("电子邮箱地址", "an e-mail address")),
    "phone": (r"^\+?[0-9][0-9 ()-]{4,18}[0-9]$", Bilingual("电话号码", "a telephone number")),
}
_TEXTS = (FieldType.TEXTFIELD, FieldType.TEXTAREA)
RESULTS = ("number", "text", "date", "boolean")
#: More places than any quantity of the bureau has; keeps numbers within 28 digits.
MAX_DIGITS = 10


def read_constraint(component: Component, field: Field) -> Constraint:
    """All limits of one field; problems go to the component."""
    if field.type is FieldType.LIST:
        return _rows(component, field)
    if field.type is FieldType.NUMBER:
        return _numbers(component)
    if field.type is FieldType.COMPUTED:
        return _computed(component, field)
    if field.type is FieldType.DATE:
        return _days(component, field)
    if field.type in _TEXTS:
        return _texts(component, field)
    return Constraint()


def _numbers(component: Component) -> Constraint:
    validate = component.part("validate")
    lower, upper = validate.number("min"), validate.number("max")
    if lower is not None and upper is not None and lower > upper:
        component.refuse("form.limits", BAD_LIMITS, found=f"{lower} > {upper}")
    digits = _at_most(component, "decimalDigits", component.whole("decimalDigits"), MAX_DIGITS)
    step = component.number("increment")
    exponent = step.as_tuple().exponent if step is not None else 0
    kept = max(0, -exponent) if isinstance(exponent, int) else 0
    if digits is not None:
        kept = min(kept, digits)
    return Constraint(minimum=lower, maximum=upper, digits=digits, step=step, kept_digits=kept)


def _computed(component: Component, field: Field) -> Constraint:
    found = field.properties.get("type", "number")
    if found not in RESULTS:
        wanted = ", ".join(RESULTS)
        component.refuse("form.type", NO_SUCH_RESULT, wanted=wanted, found=found)
    properties = component.part("properties")
    digits = _at_most(component, "digits", properties.whole("digits"), MAX_DIGITS)
    return Constraint(digits=digits)


def _texts(component: Component, field: Field) -> Constraint:
    validate = component.part("validate")
    shortest = validate.whole("minLength")
    longest = _at_most(component, "maxLength", validate.whole("maxLength"), limits.MAX_TEXT_LENGTH)
    if longest is None:
        is_long = field.type is FieldType.TEXTAREA
        longest = limits.DEFAULT_LONG_TEXT_LENGTH if is_long else limits.DEFAULT_TEXT_LENGTH
    if shortest is not None and shortest > longest:
        component.refuse("form.limits", BAD_LIMITS, found=f"{shortest} > {longest}")
    pattern, hint = _pattern(component, validate, field)
    return Constraint(min_length=shortest, max_length=longest, pattern=pattern, pattern_hint=hint)


def _pattern(
    component: Component, validate: Component, field: Field
) -> tuple[str | None, Bilingual]:
    kind = validate.text("validationType", "custom")
    if kind in _KINDS:
        return _KINDS[kind]
    if kind not in ("", "custom"):
        wanted = ", ".join([*_KINDS, "custom"])
        component.refuse("form.pattern", NO_SUCH_KIND, wanted=wanted, found=kind)
    pattern = validate.text("pattern")
    if not pattern:
        return None, Bilingual("", "")
    longest = limits.MAX_PATTERN_LENGTH
    if _at_most(component, "pattern", len(pattern), longest) == len(pattern):
        try:
            compiled(pattern)
        except re2.error as error:
            component.refuse("form.pattern", BAD_PATTERN, reason=str(error))
    zh, en = (field.properties.get(f"pattern.{language}", "") for language in ("zh", "en"))
    shown = f"/{pattern}/"
    return pattern, Bilingual(zh or en or shown, en or zh or shown)


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:
    """The pattern in a linear-time engine: no text can make it hang."""
    options = re2.Options()
    options.log_errors = False
    return cast(Any, re2.compile(pattern, options=options))


def _days(component: Component, field: Field) -> Constraint:
    for name in ("date.min", "date.max"):
        found = field.properties.get(name, "")
        if found and not _DAY.fullmatch(found):
            component.refuse("form.limits", BAD_DAY, attribute=name, found=found)
    earliest, latest = (field.properties.get(name, "") for name in ("date.min", "date.max"))
    return Constraint(earliest=earliest, latest=latest)


def _rows(component: Component, field: Field) -> Constraint:
    properties = component.part("properties")
    most = _at_most(component, "rows.max", properties.whole("rows.max"), limits.MAX_ROWS)
    most = limits.DEFAULT_MAX_ROWS if most is None else most
    fewest = properties.whole("rows.min") or 0
    if field.required:
        fewest = max(1, fewest)
    if fewest > most:
        component.refuse("form.limits", BAD_LIMITS, found=f"{fewest} > {most}")
    return Constraint(min_rows=fewest, max_rows=most)


def _at_most(component: Component, attribute: str, value: int | None, wanted: int) -> int | None:
    if value is not None and value > wanted:
        component.refuse(
            "form.limits", TOO_GENEROUS, attribute=attribute, wanted=wanted, found=value
        )
        return wanted
    return value
