"""Handing over a leaver's work (离任移交): every ticked task in a transaction of its own."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from flask import Blueprint, flash, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from app.core.errors import InvalidInputError
from app.core.i18n import N_, Sentence
from app.identity import Permission, User, organisation_names
from app.web.context import actor, db, now
from app.web.errors import wants_json
from app.web.itemwise import attempt, result, why
from app.web.refill import refilled
from app.web.security import itemwise, needs
from app.web.task_requests import one_person, problems_in_dialog, uuid_of
from app.workflow.assignment.handover import (
    check_handover,
    find_account,
    hand_over_task,
    open_work_of,
)

pages = Blueprint("handover", __name__)


@pages.get("/staff/<uuid:user_id>/hand-over")
@needs(Permission.ADMINISTRATION)
def show(user_id: UUID) -> ResponseReturnValue:
    """The person's open work, all of it ticked, and to whom it goes."""
    return _page(find_account(db(), user_id), {})


@pages.post("/staff/<uuid:user_id>/hand-over")
@itemwise
@needs(Permission.ADMINISTRATION)
@refilled(show, repeatable=True)
def hand_over(user_id: UUID) -> ResponseReturnValue:
    """Move the ticked tasks; a script sends a few at a time. What is refused stays, and says why.

    Sent again after a crash it goes on with the rest: what has moved is not the person's any more.
    """
    leaver = find_account(db(), user_id)
    receiver_id, reason = _order(leaver)
    refused = {}
    ticked = _ticked()
    for task_id in ticked:
        move = partial(
            hand_over_task,
            task_id=task_id,
            actor=actor(),
            leaver=leaver,
            receiver_id=receiver_id,
            reason=reason,
            now=now(),
        )
        refusal = attempt(move)
        if refusal is not None:
            refused[task_id] = why(refusal)
    if wants_json():
        return jsonify([result(each, refused.get(each)) for each in ticked])
    db().rollback()  # so that the page reads what was just written
    moved = len(ticked) - len(refused)
    if moved:
        flash(ngettext("Handed over %(num)d task.", "Handed over %(num)d tasks.", moved))
    return _page(leaver, refused)


def _order(leaver: User) -> tuple[UUID, str]:
    """To whom and why: the same for every task, so that nothing moves when it is wrong."""
    receiver_id, reason = one_person(request.form.get("receiver", "")).id, _reason()
    with problems_in_dialog({"person": "receiver"}, is_offered=True):
        check_handover(db(), leaver, receiver_id, reason, now())
    return receiver_id, reason


def _reason() -> str:
    return request.form.get("reason", "")


def _ticked() -> list[UUID]:
    found = list(dict.fromkeys(uuid_of(each) for each in request.form.getlist("item")))
    if not found:
        raise InvalidInputError(N_("Expected at least one ticked task, found none."))
    return found


def _page(leaver: User, refused: Mapping[UUID, Sentence]) -> ResponseReturnValue:
    work = open_work_of(db(), leaver)
    return render_template(
        "people/handover.html",
        person=leaver,
        work=work,
        units=organisation_names(db(), {each.unit_code for each in work}),
        refused=refused,
        # After the act nothing is ticked: what stays goes to somebody else.
        ticked=[] if request.method == "POST" else [str(each.task_id) for each in work],
        reason=_reason(),
    )
