"""What changed since a person last decided or acted on an item: fields, files, answered points."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from app.core.i18n import Bilingual
from app.engine import Process
from app.forms import FieldType, Form, diff, rights_for
from app.forms.shown import shown
from app.web.fields import as_reader
from app.web.goal_diffs import ShownChange
from app.web.return_points import ShownPoint
from app.web.task_history import PastOpinion
from app.workflow.ledger.models import LedgerEntry
from app.workflow.tracking.history import Opinion


@dataclass(frozen=True, slots=True)
class FormChanges:
    """What changed in the form of one step."""

    title: Bilingual
    step: Bilingual
    who: Bilingual
    at: datetime
    changes: tuple[ShownChange, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that came, went or was replaced by another content under the same name."""

    kind: Literal["added", "removed", "replaced"]
    name: str
    #: Id of the file of now; None for one that went.
    file_id: str | None


@dataclass(frozen=True, slots=True)
class Since:
    """Everything that is new to a person who has seen the item before."""

    at: datetime
    #: His last decision; None when he had only claimed it or passed it on.
    former: PastOpinion | None
    #: The grade that he gave then, if his form has one.
    grade: Bilingual | None
    forms: tuple[FormChanges, ...]
    files: tuple[FileChange, ...]
    points: tuple[ShownPoint, ...]
    #: Path of each changed field of the material → what was there before.
    marks: Mapping[str, Bilingual]

    @property
    def count(self) -> int:
        """How many things changed."""
        return sum(len(each.changes) for each in self.forms) + len(self.files)


def since_last_seen(
    person_id: UUID,
    opened_at: datetime,
    past: Sequence[PastOpinion],
    entries: Sequence[LedgerEntry],
    process: Process,
    forms: Mapping[str, Form],
    material: PastOpinion | None,
    points: Sequence[ShownPoint],
) -> Since | None:
    """What is new to this person; None for somebody who has never acted on the item before.

    `past` are the item's opinions, the newest first; `material` holds the answers of now.
    """
    former = next((each for each in past if each.opinion.who_id == person_id), None)
    acts = [each.at for each in entries if each.actor_id == person_id and each.at < opened_at]
    at = former.opinion.at if former else max(acts, default=None)
    if at is None:
        return None
    votes = [each.opinion for each in reversed(past)]
    now = [_as_shown(each, material) for each in _newest(votes, None)]
    before = {(each.definition_key, each.step_id): each for each in _newest(votes, at)}
    found, marks = [], {}
    for each in now:
        old = before.get((each.definition_key, each.step_id))
        form = forms.get(each.form_key or "")
        if old is None or form is None or each.who_id == person_id or old is each:
            continue
        changes = tuple(_changes(form, process, old, each))
        if changes:
            found.append(
                FormChanges(
                    form.title, each.step, each.who, each.at, tuple(one for _, one in changes)
                )
            )
        if material is not None and each.step_id == material.opinion.step_id:
            marks = {path: one.old for path, one in changes if path}
    return Since(
        at=at,
        former=former,
        grade=_grade(former.opinion, forms) if former else None,
        forms=tuple(found),
        files=tuple(_files([e.values for e in before.values()], [e.values for e in now])),
        points=tuple(
            each for each in points
            if each.point.returned_at >= at or (each.point.answered_at or at) > at
        ),
        marks=marks,
    )  # fmt: skip


def _newest(votes: Sequence[Opinion], until: datetime | None) -> list[Opinion]:
    """The newest vote of each step, as of a time."""
    newest: dict[tuple[str, str], Opinion] = {}
    for each in votes:
        if until is None or each.at <= until:
            newest[each.definition_key, each.step_id] = each
    return list(newest.values())


def _as_shown(vote: Opinion, material: PastOpinion | None) -> Opinion:
    """The declaration as the page shows it, edits that were accepted among it."""
    if material is not None and material.opinion.vote_id == vote.vote_id:
        return material.opinion
    return vote


def _changes(
    form: Form, process: Process, old: Opinion, new: Opinion
) -> Iterator[tuple[str, ShownChange]]:
    properties = process.step(new.definition_key, new.step_id).properties
    rights = as_reader(rights_for(properties, form).rights)
    for each in diff(form, form.load(old.values), form.load(new.values), rights):
        name = ".".join(part for part in each.path.split(".") if not part.isdecimal())
        field = form.by_path.get(name)
        if field is not None and field.type is FieldType.FILES:
            continue  # compared by content below
        is_gone = each.kind == "removed" and name != each.path
        change = ShownChange(each.label, "", each.old_shown, each.new_shown)
        yield "" if is_gone and each.new is None else each.path, change


def _grade(vote: Opinion, forms: Mapping[str, Form]) -> Bilingual | None:
    form = forms.get(vote.form_key or "")
    field = form.by_path.get("grade") if form else None
    value = vote.values.get("grade")
    return shown(field, value) if field is not None and value else None


def _files(
    before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]
) -> Iterator[FileChange]:
    """By content: the same file attached again has not changed."""
    old, new = _attached(before), _attached(now)
    gone = {name for content, (name, _) in old.items() if content not in new}
    for content, (name, file_id) in new.items():
        if content not in old:
            yield FileChange("replaced" if name in gone else "added", name, file_id)
    came = {name for content, (name, _) in new.items() if content not in old}
    for name in sorted(gone - came):
        yield FileChange("removed", name, None)


def _attached(forms: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Content hash → (name, id) of every file that these answers name."""
    found: dict[str, tuple[str, str]] = {}
    pending: list[object] = list(forms)
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping) and value.get("hash"):
            found[str(value["hash"])] = (str(value.get("name", "")), str(value.get("id", "")))
        elif isinstance(value, Mapping):
            pending.extend(value.values())
        elif isinstance(value, (list, tuple)):
            pending.extend(value)
    return found
