"""The page of one task and the verbs behind its buttons."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.core.errors import (
    ConflictError,
    CountersignError,
    InvalidInputError,
    NotPermittedError,
    Problem,
    problem,
)
from app.core.i18n import N_, Bilingual
from app.identity import Actor, Permission, User, find_people
from app.web.context import actor, db, now
from app.web.errors import wants_json
from app.web.formats import moment
from app.web.inbox import Place, next_task
from app.web.language import in_language
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_page import gather, typed_pairs
from app.workflow.decisions import Decision, approve_task, reject_task, return_task
from app.workflow.drafts import save_task_draft
from app.workflow.loading import LoadedTask, load_task
from app.workflow.permits import ReturnChoice, own_seat, permitted
from app.workflow.tasks import claim_task, transfer_task, unclaim_task
from app.workflow.voting import REJECT

pages = Blueprint("tasks", __name__)

#: How many people the transfer dialog offers.
PEOPLE_OFFERED = 8
#: A longer number in a request comes from no page of ours.
MOST_DIGITS = 10
#: Which dialog a refused form opens again.
_DIALOGS = {
    "tasks.return_": "return",
    "tasks.reject": "reject",
    "tasks.transfer": "transfer",
    "tasks.reassign": "transfer",
}
Verb = Callable[[Session, UUID, Actor, Decision, datetime], None]


@pages.get("/tasks/<uuid:task_id>")
def show(task_id: UUID) -> ResponseReturnValue:
    """The page; after a refused form it is shown again by `refilled`, with what was typed."""
    if g.get("refill"):
        # What the verb did is rolled back; the draft is kept even so, also when the step is gone.
        with suppress(CountersignError), db().begin_nested():
            save_task_draft(db(), task_id, actor(), _typed(), now())
    page = gather(task_id)
    return render_template(
        "task/page.html",
        page=page,
        place=Place.parse(request.values.get("place", "")),
        place_query=request.values.get("place", ""),
        opened=_DIALOGS.get(request.endpoint or "") or request.args.get("open", ""),
        can_verify=actor().can(Permission.LEDGER_VERIFY),
    )


@pages.post("/tasks/<uuid:task_id>/approve")
@needs(Permission.TASK_WORK)
@refilled(show)
def approve(task_id: UUID) -> ResponseReturnValue:
    """Agree, in one of the ways that the diagram draws."""
    return _decide(task_id, approve_task, _decision(request.form.get("outcome", "")))


@pages.post("/tasks/<uuid:task_id>/reject")
@needs(Permission.TASK_WORK)
@refilled(show)
def reject(task_id: UUID) -> ResponseReturnValue:
    """Say no, with a reason."""
    return _decide(task_id, reject_task, _decision(REJECT, reason="reject_reason"))


@pages.post("/tasks/<uuid:task_id>/return")
@needs(Permission.TASK_WORK)
@refilled(show)
def return_(task_id: UUID) -> ResponseReturnValue:
    """Send it back to an earlier step, with a reason."""
    key, _, step_id = request.form.get("target", "").partition("/")
    target = ReturnChoice(key, step_id, Bilingual(step_id, step_id), None)
    return _decide(task_id, return_task, _decision("return", target, reason="return_reason"))


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
    claim_task(db(), task_id, actor(), _expected_version(), now())
    _keep_typed(task_id)
    flash(gettext("You have claimed this task. Your colleagues see that you work on it."))
    return redirect(_address(task_id))


@pages.post("/tasks/<uuid:task_id>/release")
@needs(Permission.TASK_WORK)
@refilled(show)
def release(task_id: UUID) -> ResponseReturnValue:
    """Give it back to the group."""
    _keep_typed(task_id)
    unclaim_task(db(), task_id, actor(), _expected_version(), now())
    flash(gettext("You have released this task; a colleague may claim it. Your draft is kept."))
    return redirect(_address(task_id))


@pages.post("/tasks/<uuid:task_id>/draft")
@needs(Permission.TASK_WORK)
@refilled(show)
def draft(task_id: UUID) -> ResponseReturnValue:
    """Keep what was typed. By a button it comes back to the page, perhaps with one row more."""
    save_task_draft(db(), task_id, actor(), _typed(), now())
    if wants_json():
        return jsonify(saved=True)
    if not request.args.get("open") and not request.form.get("add_row"):
        flash(gettext("Draft saved."))
    return redirect(_address(task_id, open=request.args.get("open")))


@pages.get("/people")
@needs(Permission.TASK_WORK)
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
        return redirect(_address(task_id))
    return _go_on(before, _done_words(before, decision))


def _transfer(task_id: UUID) -> ResponseReturnValue:
    before = load_task(db(), task_id, lock=False)
    receiver = _receiver(request.form.get("receiver", ""))
    reason = request.form.get("transfer_reason", "")
    try:
        transfer_task(db(), task_id, actor(), receiver.id, reason, _expected_version(), now())
    except NotPermittedError as error:
        if not permitted(before, actor()).transfer:
            raise
        raise _beside_receiver(error) from error
    except InvalidInputError as error:
        raise _renamed(error, {"reason": "transfer_reason"}) from error
    name = in_language(receiver.name)
    return _go_on(before, str(gettext("transferred to %(name)s", name=name)))


def _beside_receiver(error: NotPermittedError) -> InvalidInputError:
    """A duty that keeps the receiver out is a matter of whom to choose, not of a missing right."""
    return InvalidInputError(
        N_("Expected somebody who may do this step; what you typed is kept."),
        [Problem("transfer.duty", "receiver", error.sentence)],
    )


def _renamed(error: InvalidInputError, names: Mapping[str, str]) -> InvalidInputError:
    """The same refusal with its problems at the fields of the dialog."""
    problems = [
        Problem(each.code, names.get(each.where, each.where), each.sentence, each.level)
        for each in error.problems
    ]
    return InvalidInputError(error.sentence.template, problems, **error.sentence.values)


def _receiver(text: str) -> User:
    """The one colleague that the text means: a user name, or a name that only one has."""
    wanted = text.strip()
    found = find_people(db(), wanted, limit=PEOPLE_OFFERED + 1) if wanted else []
    exact = [e for e in found if wanted in (e.username, e.name_zh, e.name_en)]
    people = exact or found
    if len(people) == 1:
        return people[0]
    raise InvalidInputError(
        N_("Expected one colleague to transfer to; what you typed is kept."),
        [
            problem(
                "transfer.receiver",
                "receiver",
                N_("Expected the name or user name of one colleague; {count} fit “{found}”."),
                found=wanted,
                count=f"{PEOPLE_OFFERED}+" if len(people) > PEOPLE_OFFERED else len(people),
            )
        ],
    )  # fmt: skip


def _decision(outcome: str, target: ReturnChoice | None = None, *, reason: str = "") -> Decision:
    """What was decided; a return or rejection takes its reason from the dialog."""
    text = request.form.get(reason, "")
    return Decision(
        outcome=outcome,
        values=typed_pairs(),
        opinion=text or request.form.get("opinion", ""),
        target=target,
        expected_version=_expected_version(),
    )


def _expected_version() -> int | None:
    text = request.form.get("expected_version", "")
    return int(text) if text.isdecimal() and len(text) < MOST_DIGITS else None


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


def _keep_typed(task_id: UUID) -> None:
    """Claiming and releasing leave the page, which may hold words that no draft has yet."""
    if typed_pairs() or request.form.get("opinion"):
        save_task_draft(db(), task_id, actor(), _typed(), now())


def _done_words(before: LoadedTask, decision: Decision) -> str:
    if decision.target is not None:
        step = next(
            (s.name for (_, each), s in before.process.steps.items()
             if each == decision.target.step_id), decision.target.name,
        )  # fmt: skip
        return str(gettext("returned to %(step)s", step=in_language(step)))
    outcome = before.step.outcome(decision.outcome)
    if outcome is None or str(outcome.name) == outcome.code:
        return str(gettext("submitted"))
    return in_language(outcome.name)


def _go_on(before: LoadedTask, done: str) -> ResponseReturnValue:
    """Say what happened, with a link to it, and open the next task of the same list."""
    place = Place.parse(request.form.get("place", ""))
    subject = Bilingual(before.instance.subject_zh, before.instance.subject_en)
    flash(
        Markup('<a href="{}">{}</a> · {} · {}').format(
            _address(before.task.id), in_language(subject), in_language(before.name), done
        )
    )
    seat = own_seat(before, actor())
    following = next_task(place, before.task.due_at, seat.id if seat else None)
    return redirect(_address(following) if following else place.url())


def _address(task_id: UUID, **more: Any) -> str:
    place = request.values.get("place") or None
    return url_for("tasks.show", task_id=task_id, place=place, **more)
