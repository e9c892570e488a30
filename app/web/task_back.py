"""The requests that take something back: undo, recall, withdraw; and the reading before them."""

from uuid import UUID

from flask import Blueprint, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity import Permission
from app.projects.stops import settle_withdrawal, withdraw
from app.web.context import actor, db, now
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import expected_version, problems_at_fields, task_address
from app.web.tasks import show
from app.workflow.deciding.reading import read_task
from app.workflow.returning.recalls import recall_decision, undo_decision

pages = Blueprint("task_back", __name__)


@pages.post("/tasks/<uuid:task_id>/read")
@needs(Permission.TASK_WORK)
def read(task_id: UUID) -> ResponseReturnValue:
    """The page of a task has been opened; the verb knows whether it counts."""
    read_task(db(), task_id, actor(), now())
    return jsonify(read=True)


@pages.post("/tasks/<uuid:task_id>/undo")
@needs(Permission.TASK_WORK)
@refilled(show)
def undo(task_id: UUID) -> ResponseReturnValue:
    """The button beside “done”: take the own decision back within a minute."""
    undo_decision(db(), task_id, actor(), expected_version(), now())
    flash(gettext("Undone. The step is with you again, with what you had written."))
    return redirect(task_address(task_id))


@pages.post("/tasks/<uuid:task_id>/recall")
@needs(Permission.TASK_WORK)
@refilled(show)
def recall(task_id: UUID) -> ResponseReturnValue:
    """Take the own decision back while the next step is not decided."""
    reason = request.form.get("act:recall_reason", "")
    recall_decision(db(), task_id, actor(), reason, expected_version(), now())
    flash(gettext("Recalled. The step is with you again, with what you had written."))
    return redirect(task_address(task_id))


@pages.post("/tasks/<uuid:task_id>/withdraw")
@refilled(show)
def withdraw_(task_id: UUID) -> ResponseReturnValue:
    """The initiator takes the item back, or asks its readers to let it go."""
    reason = request.form.get("act:withdraw_reason", "")
    with problems_at_fields({"reason": "act:withdraw_reason"}):
        is_back = withdraw(db(), task_id, actor(), reason, expected_version(), now())
    if is_back:
        flash(gettext("Withdrawn. The first step is open again."))
    else:
        flash(gettext("Who has read the item has been asked to let it go back to you."))
    return redirect(task_address(task_id))


def _page_of(task_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """A refused answer comes back on the page where the question stands."""
    return show(task_id)


@pages.post("/tasks/<uuid:task_id>/withdrawals/<uuid:question_id>")
@needs(Permission.TASK_WORK)
@refilled(_page_of)
def leave(task_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """Let an item go back to its initiator, or keep it and say why."""
    field = f"leave:{question_id}"
    consents = request.form.get("leave") == "yes"
    with problems_at_fields({"answer": field}):
        is_back = settle_withdrawal(
            db(), question_id, actor(), consents, request.form.get(field, ""), now()
        )
    if is_back:
        flash(gettext("The item has gone back to its initiator."))
    elif consents:
        flash(gettext("You have agreed; others who have read the item are still asked."))
    else:
        flash(gettext("The item stays where it is; its initiator has been told."))
    return redirect(task_address(task_id))
