"""The page of one task and the verbs behind its buttons."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.core.errors import (
    ConflictError,
    CountersignError,
)
from app.core.i18n import Bilingual
from app.engine import target_name
from app.identity import Actor, Permission, User, find_people
from app.web.context import actor, db, now
from app.web.errors import wants_json
from app.web.formats import moment
from app.web.inbox import Place
from app.web.language import in_language
from app.web.refill import refilled
from app.web.return_points import asked_points, problem_names, typed_answers
from app.web.security import needs
from app.web.task_acts import ACTS
from app.web.task_form import is_of_page, typed_pairs
from app.web.task_page import gather
from app.web.task_requests import (
    MOST_DIGITS,
    PEOPLE_OFFERED,
    expected_version,
    go_on,
    one_person,
    problems_at_fields,
    problems_in_dialog,
    task_address,
    typed_choices,
    uuid_of,
)
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.assignment.claiming import claim_task, transfer_task, unclaim_task
from app.workflow.deciding.decisions import (
    Decision,
    abstain_task,
    approve_task,
    reject_task,
    return_task,
)
from app.workflow.deciding.drafts import save_task_draft
from app.workflow.permits.items import permits, require_recallable
from app.workflow.permits.tasks import ReturnChoice, permitted
from app.workflow.voting.rules import ABSTAIN, REJECT

pages = Blueprint("tasks", __name__)

#: Which dialog a refused form opens again.
_DIALOGS = {
    "tasks.return_": "return",
    "tasks.reject": "reject",
    "tasks.transfer": "transfer",
    "tasks.reassign": "transfer",
    **{act.endpoint: act.name for act in ACTS},
}
Verb = Callable[[Session, UUID, Actor, Decision, datetime], None]


@pages.get("/tasks/<uuid:task_id>")
def show(task_id: UUID) -> ResponseReturnValue:
    """The page; after a refused form it is shown again by `refilled`, with what was typed."""
    if g.get("refill") and is_of_page(request.form):
        # What the verb did is rolled back; the draft is kept even so, also when the step is gone.
        with suppress(CountersignError), db().begin_nested():
            save_task_draft(db(), task_id, actor(), _typed(), now())
    page = gather(task_id)
    return render_template(
        "task/page.html",
        page=page,
        place=Place.parse(request.values.get("place", "")),
        has_inbox=actor().can(Permission.TASK_WORK),
        place_query=request.values.get("place", ""),
        opened=_DIALOGS.get(request.endpoint or "") or request.args.get("open", ""),
        acts=[act for act in ACTS if act.is_offered(page)],
    )


@pages.post("/tasks/<uuid:task_id>/approve")
@needs(Permission.TASK_WORK)
@refilled(show)
def approve(task_id: UUID) -> ResponseReturnValue:
    """Agree, in one of the ways that the diagram draws."""
    straight = request.form.get("straight", "")
    decision = _decision(straight or request.form.get("outcome", ""))
    decision = replace(decision, straight=bool(straight), choices=typed_choices())
    return _decide(task_id, approve_task, decision)


@pages.post("/tasks/<uuid:task_id>/reject")
@needs(Permission.TASK_WORK)
@refilled(show)
def reject(task_id: UUID) -> ResponseReturnValue:
    """Say no, with a reason."""
    return _decide(task_id, reject_task, _decision(REJECT, reason="reject_reason"))


@pages.post("/tasks/<uuid:task_id>/abstain")
@needs(Permission.TASK_WORK)
@refilled(show)
def abstain(task_id: UUID) -> ResponseReturnValue:
    """Be neither for nor against."""
    return _decide(task_id, abstain_task, _decision(ABSTAIN))


@pages.post("/tasks/<uuid:task_id>/return")
@needs(Permission.TASK_WORK)
@refilled(show)
def return_(task_id: UUID) -> ResponseReturnValue:
    """Send it back to an earlier step, with a reason."""
    key, _, step_id = request.form.get("target", "").partition("/")
    target = ReturnChoice(key, step_id, Bilingual(step_id, step_id), None)
    decision = _decision("return", target, reason="return_reason")
    with problems_at_fields(problem_names(typed_pairs())):
        return _decide(task_id, return_task, decision)


@pages.post("/tasks/<uuid:task_id>/transfer")
@needs(Permission.TASK_WORK)
@refilled(show)
def transfer(task_id: UUID) -> ResponseReturnValue:
    """Hand the seat to a colleague."""
    return _transfer(task_id)


@pages.post("/tasks/<uuid:task_id>/reassign")
@needs(Permission.TASK_TRANSFER_ANY)
@refilled(show)
def reassign(task_id: UUID) -> ResponseReturnValue:
    """The same by somebody who may move any seat."""
    return _transfer(task_id)


@pages.post("/tasks/<uuid:task_id>/claim")
@needs(Permission.TASK_WORK)
@refilled(show)
def claim(task_id: UUID) -> ResponseReturnValue:
    """Take it, so that colleagues see who works on it."""
    claim_task(db(), task_id, actor(), expected_version(), now())
    keep_typed(task_id)
    flash(gettext("You have claimed this task. Your colleagues see that you work on it."))
    return redirect(task_address(task_id))


@pages.post("/tasks/<uuid:task_id>/release")
@needs(Permission.TASK_WORK)
@refilled(show)
def release(task_id: UUID) -> ResponseReturnValue:
    """Give it back to the group."""
    keep_typed(task_id)
    unclaim_task(db(), task_id, actor(), expected_version(), now())
    flash(gettext("You have released this task; a colleague may claim it. Your draft is kept."))
    return redirect(task_address(task_id))


@pages.post("/tasks/<uuid:task_id>/draft")
@needs(Permission.TASK_WORK)
@refilled(show, repeatable=True)
def draft(task_id: UUID) -> ResponseReturnValue:
    """Keep what was typed. By a button it comes back to the page, perhaps with one row more."""
    save_task_draft(db(), task_id, actor(), _typed(), now())
    if wants_json():
        return jsonify(saved=True)
    if not request.args.get("open") and not request.form.get("add_row"):
        flash(gettext("Draft saved."))
    return redirect(task_address(task_id, open=request.args.get("open")))


@pages.get("/people")
@needs(Permission.PROJECT_VIEW)
def people() -> ResponseReturnValue:
    """Colleagues for the transfer dialog: those whose name or user name holds the text."""
    text = request.args.get("text", "").strip()[:60]
    found = find_people(db(), text, limit=PEOPLE_OFFERED) if text else []
    return jsonify([_offer(each) for each in found])


def _offer(person: User) -> dict[str, str]:
    position = in_language(person.position)
    return {
        "value": person.username,
        "label": " · ".join(filter(None, (in_language(person.name), position))),
    }


def _decide(task_id: UUID, verb: Verb, decision: Decision) -> ResponseReturnValue:
    before = load_task(db(), task_id, lock=False)
    try:
        verb(db(), task_id, actor(), decision, now())
    except ConflictError:
        if before.is_open or before.task.closed_by_id != actor().id:
            raise
        # A second click, or the back button: it is done, and that is all there is to say.
        closed_at = moment(before.task.closed_at)
        flash(gettext("You had already decided this step at %(time)s.", time=closed_at), "warning")
        return redirect(task_address(task_id))
    after = load_task(db(), task_id, lock=False)
    may_undo = permits(partial(require_recallable, undo=True), after, actor(), now())
    return go_on(
        before, _done_words(before, decision), f"undo:{task_id}" if may_undo else "message"
    )


def _transfer(task_id: UUID) -> ResponseReturnValue:
    before = load_task(db(), task_id, lock=False)
    receiver = one_person(request.form.get("receiver", ""))
    reason = request.form.get("transfer_reason", "")
    place = request.form.get("act:transfer_place")
    seat_id = uuid_of(place) if place else None
    fields = {"reason": "transfer_reason", "person": "receiver", "seat": "act:transfer_place"}
    with problems_in_dialog(fields, is_offered=permitted(before, actor()).transfer):
        version = expected_version()
        transfer_task(db(), task_id, actor(), receiver.id, reason, version, now(), seat_id)
    name = in_language(receiver.name)
    return go_on(before, str(gettext("transferred to %(name)s", name=name)))


def _decision(outcome: str, target: ReturnChoice | None = None, *, reason: str = "") -> Decision:
    """What was decided; a return or rejection takes its reason from the dialog."""
    text = request.form.get(reason, "")
    return Decision(
        outcome=outcome,
        values=typed_pairs(),
        opinion=text or request.form.get("opinion", ""),
        target=target,
        points=asked_points(typed_pairs()) if target else (),
        answers=typed_answers(typed_pairs()),
        signature={
            "text": request.form.get("signature_typed", ""),
            "strokes": request.form.get("signature_drawn", ""),
        },
        expected_version=expected_version(),
    )


def _typed() -> dict[str, Any]:
    """What a draft keeps: every answer as it was typed, an added row, and the two texts."""
    fields = [list(pair) for pair in typed_pairs()]
    if path := request.form.get("add_row", ""):
        prefix = f"{path}."
        places = [
            name.removeprefix(prefix).partition(".")[0]
            for name, _ in typed_pairs()
            if name.startswith(prefix)
        ]
        used = [int(each) for each in places if each.isdecimal() and len(each) < MOST_DIGITS]
        index = max(used, default=-1) + 1
        fields.append([f"{path}.{index}.__row", str(index)])
    return {
        "fields": fields,
        "opinion": request.form.get("opinion", ""),
        "return_reason": request.form.get("return_reason", ""),
        "reject_reason": request.form.get("reject_reason", ""),
    }


def keep_typed(task_id: UUID) -> None:
    """Claiming and releasing leave the page, which may hold words that no draft has yet."""
    if typed_pairs() or request.form.get("opinion"):
        save_task_draft(db(), task_id, actor(), _typed(), now())


def _done_words(before: LoadedTask, decision: Decision) -> str:
    if decision.target is not None:
        target = decision.target
        name = target_name(before.process, target.definition_key, target.step_id)
        return str(gettext("returned to %(step)s", step=in_language(name)))
    if decision.outcome == ABSTAIN:
        return str(gettext("abstained"))
    outcome = before.step.outcome(decision.outcome)
    if outcome is None or str(outcome.name) == outcome.code:
        return str(gettext("submitted"))
    return in_language(outcome.name)
