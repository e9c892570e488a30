"""The form on the page of a task: what was typed, what may be filled in, what is under review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import g, request

from app.core.errors import Problem
from app.core.i18n import Bilingual
from app.forms import Form
from app.projects.goal_files import open_goal_file
from app.web.context import db, now
from app.web.fields import FormPage, Pairs, form_to_fill, form_to_read
from app.web.goal_diffs import GOAL_FORM
from app.web.refill import Refill
from app.web.task_history import PastOpinion
from app.workflow.applying.loading import LoadedTask
from app.workflow.deciding.models import TaskDraft
from app.workflow.deciding.task_forms import load_form_data
from app.workflow.permits.tasks import Permitted
from app.workflow.resources import resources_of
from app.workflow.tracking.history import Opinion

#: Inputs of the page that are no answers of the form.
NO_ANSWERS = frozenset(
    {
        *("csrf_token", "request_key", "expected_version", "place", "outcome", "add_row", "open"),
        "straight",
        *("signature_typed", "signature_drawn", "file", "phrase", "attachment"),
        *("opinion", "return_reason", "reject_reason", "target", "receiver", "transfer_reason"),
    }
)
#: How the inputs of dialogs begin; no key of a form can hold a colon.
ACT_INPUT = "act:"


@dataclass(frozen=True, slots=True)
class TypedLine:
    """One answer as it was typed; `row` counts from 1 inside a list."""

    label: Bilingual
    row: int | None
    text: str


def is_of_page(sent: Mapping[str, str]) -> bool:
    """Whether a request sent the page's one form; the answer to a question has its own."""
    return "expected_version" in sent


def typed_pairs() -> Pairs:
    """The answers among the inputs of this request, as a draft keeps them."""
    return [
        (name, text)
        for name, text in request.form.items(multi=True)
        if name not in NO_ANSWERS and not name.startswith(ACT_INPUT)
    ]


def shown_form(
    loaded: LoadedTask, allowed: Permitted, typed: Pairs | None, votes: Sequence[Opinion]
) -> tuple[FormPage | None, tuple[TypedLine, ...]]:
    """The step's form, to be filled in or read, and what was typed if it can no longer be sent."""
    key = loaded.step.form_key
    form = resources_of(db()).forms.get(key) if key else None
    refused: Refill | None = g.get("refill") if is_of_page(request.form) else None
    if allowed.fill:
        if form is None:
            return None, ()
        problems: Sequence[Problem] = refused.problems if refused else ()
        data = load_form_data(loaded, now())
        return form_to_fill(form, loaded.step.properties, data, typed, problems), ()
    return _read_form(loaded, form, votes), _copyable(form, typed or ())


def _read_form(loaded: LoadedTask, form: Form | None, votes: Sequence[Opinion]) -> FormPage | None:
    if form is None:
        return None
    filled = (e for e in reversed(votes) if e.task_id == loaded.task.id and e.form_key)
    vote = next(filled, None)
    if vote is not None:
        return form_to_read(form, loaded.step.properties, vote.values)
    if not loaded.is_open:
        return None
    data = load_form_data(loaded, now())
    return form_to_read(form, loaded.step.properties, data.values, data.context)


def kept_pairs(draft: TaskDraft | None) -> Pairs | None:
    """What a draft has kept, as it was typed."""
    if draft is None:
        return None
    return [(str(name), str(text)) for name, text in draft.typed.get("fields", ())]


def _copyable(form: Form | None, typed: Pairs) -> tuple[TypedLine, ...]:
    """What was typed, as it was typed, when the step can no longer take it."""
    lines = []
    for name, text in typed:
        parts = name.split(".")
        field = form.by_path.get(".".join(e for e in parts if not e.isdecimal())) if form else None
        if field is None or not text.strip():
            continue
        row = next((int(each) + 1 for each in parts if each.isdecimal()), None)
        lines.append(TypedLine(field.label, row, text))
    return tuple(lines)


def under_review(
    loaded: LoadedTask, past: Sequence[PastOpinion], votes: Sequence[Opinion]
) -> PastOpinion | None:
    """The first step's form as last sent; None for who fills it in himself."""
    if not votes or loaded.task.step_id == votes[0].step_id:
        return None
    first = votes[0].step_id
    sent = next((e for e in past if e.opinion.step_id == first and e.form and e.counts), None)
    if sent is None or sent.opinion.form_key != GOAL_FORM or not loaded.is_open:
        return sent
    # Accepted edits made a newer version than the one that was sent: show what is decided now.
    file = open_goal_file(db(), loaded.instance.subject_code)
    form = resources_of(db()).forms.get(GOAL_FORM)
    values = {**sent.opinion.values, **file.goal}
    return replace(
        sent,
        form=form_to_read(form, {}, values),
        opinion=replace(sent.opinion, values=values),
    )
