"""From a form-js document to a `Layout`, or to one sentence for each thing that is wrong in it."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_, Bilingual
from app.forms import limits
from app.forms.choices import read_choices
from app.forms.constraints import read_constraint
from app.forms.document import Component
from app.forms.expressions import Expression
from app.forms.layout import EMPTY, INPUTS, ROW_NAMES, Field, FieldType, Layout

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")
_TAG = re.compile(r"<\s*[A-Za-z/!]")

REFUSED = N_("The form “{form}” cannot be used.")
NOT_JSON = N_("Expected a form as JSON, but it cannot be read: {reason}")
TOO_LARGE = N_("Expected a form of at most {wanted} bytes, found {found}.")
NO_COMPONENTS = N_("Expected a form-js document with a list of components, found none.")
TOO_MANY = N_("Expected at most {wanted} components, found more.")
TOO_DEEP = N_("Component {component}: expected at most {wanted} levels of groups, found more.")
NOT_OBJECT = N_("Component {component}: expected an object, found something else.")
FORBIDDEN = N_("Component {component}: type “{found}” is not allowed in a form. Allowed: {wanted}.")
NOT_IN_LIST = N_("Component {component}: a list holds only fields, found “{found}”.")
BAD_KEY = N_(
    "Component {component}: expected a key of letters, digits and _ that begins with a letter, "
    "found “{found}”."
)
RESERVED = N_("Component {component}: the key “{found}” is reserved for the surroundings.")
DUPLICATE = N_("Component {component}: the key “{found}” is used twice.")
ONLY_DATES = N_("Component {component}: expected subtype “date”, found “{found}”.")
HTML = N_("Component {component}: expected plain text, found HTML.")
TEMPLATE = N_("Component {component}: expected text without “{{{{”, found a template.")
NO_EXPRESSION = N_("Component {component}: expected an expression, found none.")
UNKNOWN_ROW_KEY = N_("Component {component}: row.key names no column, found “{found}”.")
NO_DYNAMIC = N_(
    "Component {component}: {attribute} cannot depend on an expression; "
    "use conditional.hide or the rights of the step."
)


def read_layout(
    document: Mapping[str, Any] | bytes | str, key: str, context_names: tuple[str, ...]
) -> Layout:
    """The form's layout; raises `InvalidInputError` whose problems name the components."""
    problems: list[Problem] = []
    data = _document(document, key)
    reader = _Reader(problems, context_names, _keys_in(data["components"]))
    fields = reader.fields(data["components"], prefix="", hides=(), depth=1, in_list=False)
    root = Component({**data, "id": key}, problems, key)
    title = root.bilingual("label", root.properties())
    if problems:
        raise InvalidInputError(REFUSED, problems, form=key)
    return Layout(key, title, fields, dict(reader.by_path), context_names)


def _document(document: Mapping[str, Any] | bytes | str, key: str) -> Mapping[str, Any]:
    if isinstance(document, str):
        document = document.encode("utf-8", "replace")
    if isinstance(document, bytes):
        if len(document) > limits.MAX_DOCUMENT_BYTES:
            wanted, found = limits.MAX_DOCUMENT_BYTES, len(document)
            found_problem = problem("form.size", "", TOO_LARGE, wanted=wanted, found=found)
            raise InvalidInputError(REFUSED, [found_problem], form=key)
        try:
            document = orjson.loads(document)
        except orjson.JSONDecodeError as error:
            unreadable = problem("form.json", "", NOT_JSON, reason=str(error))
            raise InvalidInputError(REFUSED, [unreadable], form=key) from None
    if not isinstance(document, Mapping) or not isinstance(document.get("components"), list):
        raise InvalidInputError(REFUSED, [problem("form.json", "", NO_COMPONENTS)], form=key)
    return document


def _keys_in(components: list[Any], depth: int = 1) -> tuple[str, ...]:
    """Names of the top of the values: what an expression may read."""
    names: list[str] = []
    for each in components[: limits.MAX_COMPONENTS]:
        if not isinstance(each, Mapping):
            continue
        name = each.get("key") or each.get("path")
        if isinstance(name, str):
            names.append(name)
        elif isinstance(each.get("components"), list) and depth < limits.MAX_DEPTH:
            names.extend(_keys_in(each["components"], depth + 1))
    return tuple(names)


class _Reader:
    def __init__(
        self, problems: list[Problem], context_names: tuple[str, ...], keys: tuple[str, ...]
    ) -> None:
        self.problems = problems
        self.reserved = frozenset(context_names) | frozenset(ROW_NAMES)
        self.names = (*keys, *context_names)
        self.by_path: dict[str, Field] = {}
        self.count = 0

    def fields(
        self,
        components: list[Any],
        *,
        prefix: str,
        hides: tuple[Expression, ...],
        depth: int,
        in_list: bool,
    ) -> tuple[Field, ...]:
        found = []
        for position, data in enumerate(components):
            self.count += 1
            if self.count > limits.MAX_COMPONENTS:
                if self.count == limits.MAX_COMPONENTS + 1:
                    wanted = limits.MAX_COMPONENTS
                    self.problems.append(problem("form.size", "", TOO_MANY, wanted=wanted))
                break
            place = f"{prefix}#{position + 1}"
            if not isinstance(data, Mapping):
                template = NOT_OBJECT
                self.problems.append(problem("form.component", place, template, component=place))
                continue
            field = self.field(Component(data, self.problems, place), prefix, hides, depth, in_list)
            if field:
                found.append(field)
        return tuple(found)

    def field(
        self,
        component: Component,
        prefix: str,
        hides: tuple[Expression, ...],
        depth: int,
        in_list: bool,
    ) -> Field | None:
        kind = self.kind(component, depth, in_list)
        if kind is None:
            return None
        names = (*self.names, *ROW_NAMES) if in_list else self.names
        properties = component.properties()
        hide = component.part("conditional").expression("hide", names)
        key = self.key(component, kind)
        path = f"{prefix}.{key}" if prefix and key else (key or prefix)
        appearance = component.part("appearance")
        field = Field(
            id=component.id,
            type=kind,
            key=key,
            path=path,
            label=self.plain(component, "label", properties),
            description=self.plain(component, "description", properties),
            required=self.fixed(component.part("validate"), "required"),
            readonly=self.fixed(component, "readonly") or self.fixed(component, "disabled"),
            hide=hide,
            hides=(*hides, hide) if hide else hides,
            text=self.plain(component, "text", properties),
            prefix=_adorner(appearance, "prefix", properties),
            suffix=_adorner(appearance, "suffix", properties),
            multiple=self.fixed(component, "multiple"),
            accept=component.text("accept"),
            row_key=properties.get("row.key", ""),
            flexible=component.flag("allowAddRemove", default=True),
            width=component.part("layout").whole("columns") or 16,
            default=component.data.get("defaultValue"),
            properties=properties,
        )
        field = self.completed(component, field, names)
        field = self.with_children(component, field, depth)
        if key:
            self.by_path[path] = field
        return field

    def kind(self, component: Component, depth: int, in_list: bool) -> FieldType | None:
        found = component.text("type")
        if found not in set(FieldType):
            wanted = ", ".join(FieldType)
            component.refuse("form.type", FORBIDDEN, found=found, wanted=wanted)
            return None
        kind = FieldType(found)
        if in_list and kind not in INPUTS and kind is not FieldType.COMPUTED:
            component.refuse("form.list", NOT_IN_LIST, found=found)
            return None
        if depth > limits.MAX_DEPTH:
            component.refuse("form.depth", TOO_DEEP, wanted=limits.MAX_DEPTH)
            return None
        if kind is FieldType.DATE and component.text("subtype", "date") != "date":
            component.refuse("form.type", ONLY_DATES, found=component.text("subtype"))
        return kind

    def key(self, component: Component, kind: FieldType) -> str:
        if kind in (FieldType.TEXT, FieldType.SEPARATOR):
            return ""
        attribute = "path" if kind in (FieldType.GROUP, FieldType.LIST) else "key"
        key = component.text(attribute)
        if not key and kind is FieldType.GROUP:
            return ""
        if not _KEY.fullmatch(key):
            component.refuse("form.key", BAD_KEY, found=key[:60])
        elif key in self.reserved:
            component.refuse("form.key", RESERVED, found=key)
        return key

    def completed(self, component: Component, field: Field, names: tuple[str, ...]) -> Field:
        if field.key and field.path in self.by_path:
            component.refuse("form.key", DUPLICATE, found=field.path)
        constraint = read_constraint(component, field)
        field = replace(field, constraint=constraint)
        if field.type is FieldType.COMPUTED:
            expression = component.expression("expression", names)
            if not component.text("expression").strip():
                component.refuse("form.feel", NO_EXPRESSION)
            result = field.properties.get("type", "number")
            field = replace(field, expression=expression, result=result)
        return read_choices(component, field, names)

    def with_children(self, component: Component, field: Field, depth: int) -> Field:
        if field.type not in (FieldType.GROUP, FieldType.LIST):
            return field
        is_list = field.type is FieldType.LIST
        if field.key:
            self.by_path[field.path] = field  # before its members, so that the order is the page's
        children = self.fields(
            list(component.items("components")),
            prefix=field.path,
            # A hidden list is hidden as a whole; its condition is not asked again for each cell.
            hides=() if is_list else field.hides,
            depth=depth + 1,
            in_list=is_list,
        )
        if field.row_key and field.row_key not in {each.key for each in children}:
            component.refuse("form.list", UNKNOWN_ROW_KEY, found=field.row_key)
        return replace(field, children=children)

    def plain(self, component: Component, name: str, properties: Mapping[str, str]) -> Bilingual:
        text = component.bilingual(name, properties)
        for each in (text.zh, text.en):
            if _TAG.search(each):
                component.refuse("form.html", HTML)
            if "{{" in each:
                component.refuse("form.template", TEMPLATE)
        return text

    def fixed(self, component: Component, name: str) -> bool:
        value = component.data.get(name)
        if isinstance(value, str) and value.lstrip().startswith("="):
            component.refuse("form.feel", NO_DYNAMIC, attribute=name)
            return False
        return component.flag(name)


def _adorner(appearance: Component, side: str, properties: Mapping[str, str]) -> Bilingual:
    zh, en = appearance.text(f"{side}Adorner"), properties.get(f"{side}.en", "")
    return Bilingual(zh, en) if zh or en else EMPTY
