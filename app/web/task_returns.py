"""What the page of a task shows of returns: the checklist, and what changed since one was here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.forms import Form
from app.web.context import actor, db
from app.web.fields import FormPage, Pairs
from app.web.return_points import (
    Checklist,
    FieldGroup,
    Note,
    ShownPoint,
    beside_fields,
    field_groups,
    show_points,
    typed_answers,
    typed_points,
)
from app.web.since import Since, since_last_seen
from app.web.task_history import PastOpinion
from app.workflow.applying.loading import LoadedTask
from app.workflow.ledger.models import LedgerEntry
from app.workflow.resources import resources_of
from app.workflow.returning.points import PointAnswer, owed_points, points_of
from app.workflow.tracking.history import Opinion


def gather_checklist(
    loaded: LoadedTask,
    votes: Sequence[Opinion],
    material: PastOpinion | None,
    form: FormPage | None,
    typed: Pairs | None,
) -> Checklist:
    """The points of every return of an item, and what is typed for the next one."""
    resources = resources_of(db())
    forms = known_forms(loaded, votes)
    shown = {}
    if loaded.step.form_key and form is not None:
        shown[loaded.step.form_key] = form.values
    if material is not None and material.opinion.form_key:
        shown[material.opinion.form_key] = material.opinion.values
    points = points_of(db(), loaded.instance.instance_id)
    by_vote = show_points(points, resources.return_reasons, votes, forms, shown)
    answers = typed_answers(typed or ())
    owed = owed_points(loaded) if loaded.is_open else {}
    return Checklist(
        reasons=tuple(resources.return_reasons.values()),
        fields=_fields(material, forms),
        typed=tuple(typed_points(typed or ())),
        owed=tuple(
            replace(
                each,
                answer=answers.get(each.point.id, PointAnswer(is_mended=False)),
                others=owed[each.point.id],
            )
            for points_of_vote in by_vote.values()
            for each in points_of_vote
            if each.point.id in owed
        ),
        by_vote=by_vote,
    )


def gather_since(
    loaded: LoadedTask,
    past: Sequence[PastOpinion],
    entries: Sequence[LedgerEntry],
    material: PastOpinion | None,
    checklist: Checklist,
) -> Since | None:
    """What is new to the present person."""
    votes = [each.opinion for each in past]
    return since_last_seen(
        actor().id,
        loaded.task.opened_at,
        past,
        entries,
        loaded.process,
        known_forms(loaded, votes),
        material,
        checklist.all,
    )


def known_forms(loaded: LoadedTask, votes: Sequence[Opinion]) -> dict[str, Form]:
    """The forms of an item by key: those that were sent first, in the order of sending."""
    library = resources_of(db()).forms
    sent = [each.form_key for each in votes]
    keys = [*sent, *(step.form_key for step in loaded.process.steps.values())]
    return {key: library.get(key) for key in dict.fromkeys(keys) if key and key in library}


def beside_form(checklist: Checklist) -> Mapping[str, list[Note]]:
    """What stands beside the fields of the form that a return sent back."""
    return beside_fields(checklist.owed, (), owed=True)


def beside_material(checklist: Checklist, since: Since | None) -> Mapping[str, list[Note]]:
    """What stands beside the fields under review: the newest points, and what was there before."""
    newest = _newest(checklist.all)
    points = since.points if since is not None else newest
    return beside_fields(points, since.marks.items() if since else (), owed=False)


def _newest(points: Sequence[ShownPoint]) -> list[ShownPoint]:
    last = max((each.point.returned_at for each in points), default=None)
    return [each for each in points if each.point.returned_at == last]


def _fields(material: PastOpinion | None, forms: Mapping[str, Form]) -> tuple[FieldGroup, ...]:
    if material is None or material.form is None:
        return ()
    form = forms.get(material.opinion.form_key or "")
    return field_groups(form, material.opinion.values, material.form.fields) if form else ()
