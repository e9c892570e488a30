"""The options of a choice: written in the form, or taken from the answers and the context."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.core.i18n import N_, Bilingual
from app.forms import limits
from app.forms.document import Component
from app.forms.layout import CHOICES, Field, FieldType, Option

NO_OPTIONS = N_("Component {component}: expected options, found none.")
BAD_OPTION = N_("Component {component}: expected options with value and label, found {found}.")
SAME_OPTION = N_("Component {component}: the option “{found}” is listed twice.")
TOO_MANY = N_("Component {component}: expected at most {wanted} options, found {found}.")
NOT_A_NAME = N_("Component {component}: valuesKey names nothing known, found “{found}”.")


def read_choices(component: Component, field: Field, names: tuple[str, ...]) -> Field:
    """The field with its options; a computed field's only name its results."""
    if field.type is FieldType.COMPUTED:
        return replace(field, options=_written(component, field))
    if field.type not in CHOICES:
        return field
    source = component.expression("valuesExpression", names)
    key = component.text("valuesKey")
    if key:
        if key not in names:
            component.refuse("form.options", NOT_A_NAME, found=key)
        else:
            source = Component(
                {"id": component.id, "valuesKey": f"={key}"}, component.problems, component.id
            ).expression("valuesKey", names)
    options = _written(component, field)
    if not options and not source:
        component.refuse("form.options", NO_OPTIONS)
    options_by = field.properties.get("options.by", "")
    return replace(field, options=options, options_from=source, options_by=options_by)


def _written(component: Component, field: Field) -> tuple[Option, ...]:
    listed = component.items("values")
    if len(listed) > limits.MAX_OPTIONS:
        wanted, found = limits.MAX_OPTIONS, len(listed)
        component.refuse("form.options", TOO_MANY, wanted=wanted, found=found)
        return ()
    options: dict[str, Option] = {}
    for each in listed:
        value = each.get("value") if isinstance(each, Mapping) else None
        label = each.get("label") if isinstance(each, Mapping) else None
        if not isinstance(value, str) or not isinstance(label, str) or not value:
            component.refuse("form.options", BAD_OPTION, found=str(each)[:60])
            continue
        if value in options:
            component.refuse("form.options", SAME_OPTION, found=value)
        options[value] = _option(value, label, field.properties)
    return tuple(options.values())


def _option(value: str, label: str, properties: Mapping[str, str]) -> Option:
    english = properties.get(f"option.{value}.en", "")
    belongs_to = properties.get(f"option.{value}.by", "").replace(",", " ").split()
    return Option(value, Bilingual(label, english), tuple(belongs_to))


def options_of(field: Field, scope: Mapping[str, Any]) -> tuple[Option, ...]:
    """The options as they are now; `scope` holds the answers, the context and, in a row, `this`.

    An expression gives texts, or contexts with `value`, `label` and `label_en`.
    """
    if field.options_from is None:
        return field.options
    found = field.options_from.evaluate(scope)
    if not isinstance(found, Sequence) or isinstance(found, str):
        return field.options
    options = [_taken(each) for each in found[: limits.MAX_OPTIONS]]
    return (*field.options, *(each for each in options if each))


def _taken(each: object) -> Option | None:
    if isinstance(each, str) and each:
        return Option(each, Bilingual(each, ""))
    if isinstance(each, Mapping) and isinstance(each.get("value"), str):
        label, english = each.get("label") or each["value"], each.get("label_en") or ""
        return Option(each["value"], Bilingual(str(label), str(english)))
    return None
