"""Checks of one answer that need others, the context, or the day: options, files, dates."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.forms import refusals
from app.forms.choices import options_of
from app.forms.conditions import compute, row_scope, scope_of
from app.forms.layout import CHOICES, Field, FieldType, Layout, cell_path
from app.forms.refusals import Refusal, describe
from app.forms.rights import Rights, may_write
from app.forms.values import rows_at, value_at


@dataclass(frozen=True, slots=True)
class _Place:
    """One writable answer: the mapping that holds it, and what was there before."""

    field: Field
    path: str
    holder: dict[str, Any]
    siblings: tuple[Field, ...]
    before: Any
    scope: Mapping[str, Any]


def check_neighbours(
    layout: Layout,
    values: dict[str, Any],
    *,
    current: Mapping[str, Any],
    rights: Rights,
    context: Mapping[str, Any],
    index_of: Callable[[Field, int], int],
) -> tuple[dict[str, Any], dict[str, Refusal]]:
    """The values with files looked up, and a refusal for each answer that does not fit.

    `index_of` gives the index of the current row that a row stands for; problems name it.
    """
    found: dict[str, Refusal] = {}
    files = {each["id"]: each for each in _files(context.get("attachments"))}
    for place in _places(
        layout, values, current=current, rights=rights, context=context, index_of=index_of
    ):
        refusal = _check(place, context, files)
        if refusal:
            found[place.path] = refusal
    return values, found


def _places(
    layout: Layout,
    values: dict[str, Any],
    *,
    current: Mapping[str, Any],
    rights: Rights,
    context: Mapping[str, Any],
    index_of: Callable[[Field, int], int],
) -> Iterator[_Place]:
    scope = scope_of(layout, compute(layout, values, context), context)
    entries = tuple(layout.entries())
    for field in entries:
        if not may_write(field, rights):
            continue
        if field.type is FieldType.LIST:
            before = rows_at(current, field.path)
            columns = [each for each in field.children if may_write(each, rights)]
            for position, row in enumerate(rows_at(values, field.path)):
                index = index_of(field, position)
                was = before[index] if index < len(before) else {}
                inner = row_scope(scope, row, position)
                for each in columns:
                    path = cell_path(field.path, index, each.key)
                    yield _Place(each, path, row, field.children, was.get(each.key), inner)
        else:
            group = field.path.rpartition(".")[0]
            holder = value_at(values, group) if group else values
            siblings = tuple(e for e in entries if e.path.rpartition(".")[0] == group)
            yield _Place(field, field.path, holder, siblings, value_at(current, field.path), scope)


def _check(
    place: _Place, context: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]]
) -> Refusal | None:
    field = place.field
    value = place.holder.get(field.key)
    if field.type is FieldType.FILES:
        return _look_up(place, value, files)
    if value is None or value == []:
        return None
    if field.type is FieldType.DATE:
        return _check_day(field, value, context)
    if field.type in CHOICES:
        return _check_choice(place, value)
    return None


def _look_up(place: _Place, ids: object, files: Mapping[str, Any]) -> Refusal | None:
    """Put the host's own record in the place of each id; a client's name or size is no truth."""
    before = {each["id"]: each for each in _files(place.before)}
    wanted = [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else None
    if not wanted:
        return None  # nothing was chosen, or the answer was refused and the former one stands
    known = {**before, **files}
    unknown = [each for each in wanted if each not in known]
    place.holder[place.field.key] = [dict(known[each]) for each in wanted if each in known]
    if unknown:
        return Refusal("form.files", refusals.UNKNOWN_FILE, {"found": describe(unknown[0])})
    return None


def _files(listed: object) -> Iterable[Mapping[str, Any]]:
    """Records of files from a list, or from a mapping by id."""
    if isinstance(listed, Mapping):
        listed = [{"id": key, **dict(each)} for key, each in listed.items()]
    if not isinstance(listed, (list, tuple)):
        return
    for each in listed:
        if isinstance(each, Mapping) and each.get("id"):
            yield {**each, "id": str(each["id"])}


def _check_day(field: Field, day: date, context: Mapping[str, Any]) -> Refusal | None:
    earliest = _day(field.constraint.earliest, context)
    latest = _day(field.constraint.latest, context)
    if earliest and day < earliest:
        return Refusal("form.date", refusals.TOO_EARLY, {"wanted": earliest, "found": day})
    if latest and day > latest:
        return Refusal("form.date", refusals.TOO_LATE, {"wanted": latest, "found": day})
    return None


def _day(said: str, context: Mapping[str, Any]) -> date | None:
    if said == "today":
        today = context.get("today")
        return today if isinstance(today, date) else None
    return date.fromisoformat(said) if said else None


def _check_choice(place: _Place, value: object) -> Refusal | None:
    options = {each.value: each for each in options_of(place.field, place.scope)}
    for each in value if isinstance(value, list) else [value]:
        if each not in options:
            return Refusal("form.option", refusals.NOT_OPTION, {"found": describe(each)})
        refusal = _check_governor(place, options[each].belongs_to, options[each].label)
        if refusal:
            return refusal
    return None


def _check_governor(place: _Place, belongs_to: tuple[str, ...], label: object) -> Refusal | None:
    governor = next((e for e in place.siblings if e.key == place.field.options_by), None)
    if governor is None or not belongs_to:
        return None
    chosen = place.holder.get(governor.key)
    if chosen is None or chosen in belongs_to:
        return None
    names = {each.value: each.label for each in governor.options}
    said = {"found": label, "governor": governor.label, "chosen": names.get(chosen, chosen)}
    return Refusal("form.option", refusals.NOT_WITH, said)
