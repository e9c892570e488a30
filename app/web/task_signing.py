"""The requests that bring others into a step: add and remove signers, delegate, give an opinion."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity import Permission
from app.web.context import actor, db, now
from app.web.language import in_language
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import (
    expected_version,
    go_on,
    one_person,
    problems_in_dialog,
    task_address,
)
from app.web.tasks import keep_typed, show
from app.workflow.applying.loading import load_task
from app.workflow.voting.own_seats import own_seat
from app.workflow.voting.signing import add_signer, delegate_task, remove_signer, resolve_delegation

pages = Blueprint("task_signing", __name__)

_SIGNER = {
    "person": "act:signer_person",
    "place": "act:signer_place",
    "reason": "act:signer_reason",
}
_DELEGATE = {each: f"act:delegate_{each}" for each in ("person", "reason")}


@pages.post("/tasks/<uuid:task_id>/add-signer")
@needs(Permission.TASK_WORK)
@refilled(show)
def add(task_id: UUID) -> ResponseReturnValue:
    """Let one more person sign."""
    before = load_task(db(), task_id, lock=False)
    signer = one_person(request.form.get(_SIGNER["person"], ""), _SIGNER["person"])
    how, reason = (request.form.get(_SIGNER[each], "") for each in ("place", "reason"))
    with problems_in_dialog(_SIGNER, is_offered=own_seat(before, actor()) is not None):
        add_signer(db(), task_id, actor(), signer.id, how, reason, expected_version(), now())
    keep_typed(task_id)
    name = in_language(signer.name)
    if own_seat(load_task(db(), task_id, lock=False), actor()) is None:
        return go_on(before, str(gettext("waits until %(name)s has signed", name=name)))
    flash(gettext("%(name)s signs this step, too.", name=name))
    return redirect(task_address(task_id))


def _page_of(task_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """A refused removal comes back on the task's page."""
    return show(task_id)


@pages.post("/tasks/<uuid:task_id>/signers/<uuid:seat_id>/remove")
@refilled(_page_of)
def remove(task_id: UUID, seat_id: UUID) -> ResponseReturnValue:
    """Take an added signer out, or a delegation back; the verb knows who may."""
    before = load_task(db(), task_id, lock=False)
    keep_typed(task_id)
    remove_signer(db(), task_id, actor(), seat_id, expected_version(), now())
    if not load_task(db(), task_id, lock=False).is_open:
        return go_on(before, str(gettext("decided by those who are left")))
    flash(gettext("Removed. The votes were counted again."))
    return redirect(task_address(task_id))


@pages.post("/tasks/<uuid:task_id>/delegate")
@needs(Permission.TASK_WORK)
@refilled(show)
def delegate(task_id: UUID) -> ResponseReturnValue:
    """Ask a colleague for an opinion; the seat waits."""
    before = load_task(db(), task_id, lock=False)
    colleague = one_person(request.form.get(_DELEGATE["person"], ""), _DELEGATE["person"])
    reason = request.form.get(_DELEGATE["reason"], "")
    with problems_in_dialog(_DELEGATE, is_offered=own_seat(before, actor()) is not None):
        delegate_task(db(), task_id, actor(), colleague.id, reason, expected_version(), now())
    keep_typed(task_id)
    name = in_language(colleague.name)
    return go_on(before, str(gettext("delegated to %(name)s for an opinion", name=name)))


@pages.post("/tasks/<uuid:task_id>/advise")
@needs(Permission.TASK_WORK)
@refilled(show)
def advise(task_id: UUID) -> ResponseReturnValue:
    """Send the opinion that was asked for."""
    before = load_task(db(), task_id, lock=False)
    opinion = request.form.get("opinion", "")
    resolve_delegation(db(), task_id, actor(), opinion, expected_version(), now())
    return go_on(before, str(gettext("opinion sent")))
