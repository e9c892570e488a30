"""Who may see and change which field: deny by default, decided on the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.forms.layout import Field, FieldType, Layout

Right = Literal["write", "read", "hidden"]
#: Field path → right. A path that is missing may be read, and no more.
Rights = Mapping[str, str]

RIGHTS = ("write", "read", "hidden")
PREFIX = "appr.field."


def right_of(field: Field, rights: Rights) -> Right:
    """The right to a field or column.

    What is said of a list or group holds for its columns and members too, unless they are named
    themselves; what lies inside something hidden is hidden. Computed and read-only fields are
    never written.
    """
    right: Right = "read"
    parts = field.path.split(".") if field.path else []
    for end in range(1, len(parts) + 1):
        said = rights.get(".".join(parts[:end]))
        if said == "hidden":
            return "hidden"
        if said in ("write", "read"):
            right = cast(Right, said)
    if field.readonly or field.type is FieldType.COMPUTED:
        return "read"
    return right


def may_write(field: Field, rights: Rights) -> bool:
    """Whether any answer of this field, list or group may be changed."""
    if field.type in (FieldType.LIST, FieldType.GROUP):
        return rows_may_change(field, rights) or any(may_write(c, rights) for c in field.children)
    return field.is_input and right_of(field, rights) == "write"


def rows_may_change(field: Field, rights: Rights) -> bool:
    """Whether rows of this list may be added and removed."""
    is_open = field.type is FieldType.LIST and field.flexible
    return is_open and right_of(field, rights) == "write"


@dataclass(frozen=True, slots=True)
class StepRights:
    """The rights that a step of a diagram grants, and what is wrong in its properties."""

    rights: Mapping[str, Right]
    problems: tuple[Problem, ...]


def rights_for(step_properties: Mapping[str, str], form: Layout) -> StepRights:
    """Read `appr.field.<path>=read|write|hidden` and the default `appr.field.*=…` of a step."""
    problems: list[Problem] = []
    default: Right = "read"
    said: dict[str, Right] = {}
    for name, word in step_properties.items():
        if not name.startswith(PREFIX):
            continue
        path = name.removeprefix(PREFIX)
        found = _problem(path, word, form)
        if found:
            problems.append(found)
        elif path == "*":
            default = cast(Right, word)
        else:
            said[path] = cast(Right, word)
    tops = {path.split(".")[0] for path in form.by_path}
    granted = {top: _default_for(top, default, said) for top in tops}
    return StepRights({**granted, **said}, tuple(problems))


def _default_for(top: str, default: Right, said: Mapping[str, Right]) -> Right:
    # A list that is hidden by default must show the columns that the step names.
    inside = any(path.startswith(f"{top}.") and right != "hidden" for path, right in said.items())
    return "read" if default == "hidden" and inside else default


def _problem(path: str, word: str, form: Layout) -> Problem | None:
    name = PREFIX + path
    if word not in RIGHTS:
        template = N_("Expected “write”, “read” or “hidden” for {name}, found “{found}”.")
        return problem("form.right", name, template, name=name, found=word)
    if path == "*":
        return None
    field = form.by_path.get(path)
    if field is None:
        template = N_("Expected a field of the form “{form}”, but it has no “{found}”.")
        return problem("form.right", name, template, form=form.key, found=path)
    if word == "write" and (field.readonly or field.type is FieldType.COMPUTED):
        template = N_(
            "Field “{found}” of the form “{form}” is computed or read-only: found “write”."
        )
        return problem("form.right", name, template, form=form.key, found=path)
    return None
