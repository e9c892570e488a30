"""Returns as a checklist on the page of a task: asked in the dialog, answered above the form."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

from app.core.i18n import Bilingual
from app.forms import FieldView, Form, label_of, place_in
from app.web.fields import Pairs
from app.workflow.returning.points import Point, PointAnswer, PointAsked
from app.workflow.returning.reasons import ReturnReason
from app.workflow.tracking.history import Opinion

#: How the inputs of the dialog's rows begin; no key of a form can hold a colon.
ROWS = "return:points"
_ROW = re.compile(rf"{ROWS}\.(\d{{1,6}})\.(reason|field|text|__row|__delete)")
_ANSWER = re.compile(r"answer:([0-9a-f-]{36})\.(mended|text)")
_NOTHING = Bilingual("", "")


@dataclass(frozen=True, slots=True)
class TypedPoint:
    """One row of the dialog as it was typed; `index` is in the names of its inputs."""

    index: int
    reason: str = ""
    field: str = ""
    text: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nobody has touched it."""
        return not (self.reason or self.field or self.text.strip())


def typed_points(pairs: Pairs) -> list[TypedPoint]:
    """The rows of the dialog in their order, blank ones among them."""
    rows: dict[int, dict[str, str]] = defaultdict(dict)
    for name, text in pairs:
        if found := _ROW.fullmatch(name):
            rows[int(found[1])][found[2]] = text
    kept = [(index, cells) for index, cells in rows.items() if not cells.get("__delete")]
    kept.sort(key=lambda each: _place(each[1].get("__row", ""), each[0]))
    return [
        TypedPoint(index, cells.get("reason", ""), cells.get("field", ""), cells.get("text", ""))
        for index, cells in kept
    ]


def _place(text: str, index: int) -> int:
    return int(text) if text.isdecimal() and len(text) <= 6 else index


def asked_points(pairs: Pairs) -> tuple[PointAsked, ...]:
    """The points of a return, without the rows that nobody has touched."""
    rows = [each for each in typed_points(pairs) if not each.is_blank]
    return tuple(PointAsked(each.reason, each.text, each.field) for each in rows)


def problem_names(pairs: Pairs) -> dict[str, str]:
    """Where the verb says that a point is wrong → the input of the dialog."""
    rows = [each for each in typed_points(pairs) if not each.is_blank]
    names = {
        f"points.{number}.{part}": f"{ROWS}.{row.index}.{part}"
        for number, row in enumerate(rows)
        for part in ("reason", "field", "text")
    }
    return {"points": ROWS, **names}


def typed_answers(pairs: Pairs) -> dict[UUID, PointAnswer]:
    """What was said to the points of an earlier return, by their id."""
    said: dict[UUID, dict[str, str]] = defaultdict(dict)
    for name, text in pairs:
        if found := _ANSWER.fullmatch(name):
            try:
                said[UUID(found[1])][found[2]] = text
            except ValueError:
                continue
    return {
        point_id: PointAnswer(bool(parts.get("mended")), parts.get("text", ""))
        for point_id, parts in said.items()
    }


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """One point in words."""

    point: Point
    #: Within its return, from 1.
    number: int
    reason: Bilingual
    #: Name of the field when the point was made; empty for the whole form.
    label: Bilingual
    #: Path of that field in the answers that the page shows; empty when there is none any more.
    here: str
    #: What is typed as the answer.
    answer: PointAnswer = field(default_factory=lambda: PointAnswer(is_mended=False))
    #: Other open steps that may answer it instead.
    others: tuple[Bilingual, ...] = ()

    @property
    def state(self) -> Literal["open", "mended", "unchanged"]:
        """What became of it."""
        if self.point.is_mended is None:
            return "open"
        return "mended" if self.point.is_mended else "unchanged"


@dataclass(frozen=True, slots=True)
class Note:
    """What stands beside a field: a point, or what was there before."""

    point: ShownPoint | None = None
    #: The former value, for a field that was changed; empty when there was none.
    before: Bilingual = _NOTHING
    #: Whether the point is answered on this page.
    is_owed: bool = False


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Choices of the dialog's field list that belong together, such as the cells of one row."""

    label: Bilingual
    #: (path, name).
    fields: tuple[tuple[str, Bilingual], ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """All that the page of a task shows of returns."""

    #: The choices of the dialog.
    reasons: tuple[ReturnReason, ...] = ()
    fields: tuple[FieldGroup, ...] = ()
    typed: tuple[TypedPoint, ...] = ()
    #: What this task must answer before it is sent on.
    owed: tuple[ShownPoint, ...] = ()
    by_vote: Mapping[UUID, tuple[ShownPoint, ...]] = field(default_factory=dict)

    @property
    def all(self) -> tuple[ShownPoint, ...]:
        """Every point of the item, in order."""
        return tuple(point for points in self.by_vote.values() for point in points)


def show_points(
    points: Sequence[Point],
    reasons: Mapping[str, ReturnReason],
    votes: Sequence[Opinion],
    forms: Mapping[str, Form],
    shown: Mapping[str, Mapping[str, Any]],
) -> dict[UUID, tuple[ShownPoint, ...]]:
    """The points by the vote that made them; `shown` are the answers on the page, by form key."""
    found: dict[UUID, tuple[ShownPoint, ...]] = {}
    for each in points:
        known = found.get(each.vote_id, ())
        label, here = _in_form(each, votes, forms, shown)
        reason = reasons[each.reason].name if each.reason in reasons else _NOTHING
        point = ShownPoint(each, len(known) + 1, reason, label, here)
        found[each.vote_id] = (*known, point)
    return found


def _in_form(
    point: Point,
    votes: Sequence[Opinion],
    forms: Mapping[str, Form],
    shown: Mapping[str, Mapping[str, Any]],
) -> tuple[Bilingual, str]:
    """The field's name as of the return, and its path on the page."""
    name = ".".join(part for part in point.field.split(".") if not part.isdecimal())
    key = next((each for each, form in forms.items() if name in form.by_path), None)
    if not point.field or key is None:
        return _NOTHING, ""
    form = forms[key]
    sent = [e for e in votes if e.form_key == key and e.at <= point.returned_at]
    then = form.load(sent[-1].values) if sent else {}
    label = label_of(form, then, point.field)
    if key not in shown:
        return label, ""
    return label, place_in(form, then, form.load(shown[key]), point.field) or ""


def beside_fields(
    points: Iterable[ShownPoint], changed: Iterable[tuple[str, Bilingual]], *, owed: bool
) -> dict[str, list[Note]]:
    """What stands beside each field, by its path."""
    notes: dict[str, list[Note]] = defaultdict(list)
    for each in points:
        if each.here:
            notes[each.here].append(Note(point=each, is_owed=owed))
    for path, before in changed:
        notes[path].append(Note(before=before))
    return dict(notes)


def field_groups(
    form: Form, values: Mapping[str, Any], views: Sequence[FieldView]
) -> tuple[FieldGroup, ...]:
    """The fields that a point may be about, as they stand on the page."""
    return tuple(_groups(form, form.load(values), views, form.title))


def _groups(
    form: Form, values: Mapping[str, Any], views: Sequence[FieldView], title: Bilingual
) -> Iterator[FieldGroup]:
    plain = [each for each in views if each.key and not each.columns and not each.children]
    if fields := tuple((each.path, each.label) for each in plain if not each.hidden):
        yield FieldGroup(title, fields)
    for view in views:
        if view.children:
            yield from _groups(form, values, view.children, view.label or title)
        for row in view.rows:
            named = label_of(form, values, row.path)
            cells = [each for each in row.cells if each.key and not each.hidden]
            lines = [(row.path, named), *((each.path, each.label) for each in cells)]
            yield FieldGroup(named, tuple(lines))
