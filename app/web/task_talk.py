"""The requests by which people speak to each other about an item: urge, copy, ask, answer."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity import Permission
from app.projects.messages import answer as answer_question
from app.projects.messages import ask as ask_question
from app.projects.messages import give_copy, take_back, urge
from app.web.context import actor, db, now
from app.web.language import in_language
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import one_person, problems_at_fields, task_address
from app.web.tasks import keep_typed, show

pages = Blueprint("task_talk", __name__)


@pages.post("/tasks/<uuid:task_id>/urge")
@refilled(show)
def urge_(task_id: UUID) -> ResponseReturnValue:
    """Ask the holders for speed; the verb knows who may."""
    with problems_at_fields({"text": "act:urge_text"}):
        urge(db(), task_id, actor(), request.form.get("act:urge_text", ""), now())
    flash(gettext("Urged. Everybody for whom this item waits has been told."))
    return redirect(task_address(task_id))


@pages.post("/tasks/<uuid:task_id>/copy")
@needs(Permission.TASK_WORK)
@refilled(show)
def copy(task_id: UUID) -> ResponseReturnValue:
    """Give a colleague a copy of this item."""
    receiver = one_person(request.form.get("act:copy_to", ""), "act:copy_to")
    note = request.form.get("act:copy_note", "")
    with problems_at_fields({"receiver": "act:copy_to", "note": "act:copy_note"}):
        give_copy(db(), task_id, actor(), receiver.id, note, now())
    keep_typed(task_id)
    flash(gettext("%(name)s has a copy now.", name=in_language(receiver.name)))
    return redirect(task_address(task_id))


@pages.post("/tasks/<uuid:task_id>/ask")
@needs(Permission.TASK_WORK)
@refilled(show)
def ask(task_id: UUID) -> ResponseReturnValue:
    """Ask the initiator or an earlier approver; the clock stands still."""
    whom, text = (request.form.get(f"act:ask_{name}", "") for name in ("person", "text"))
    with problems_at_fields({"person": "act:ask_person", "text": "act:ask_text"}):
        ask_question(db(), task_id, actor(), whom, text, now())
    keep_typed(task_id)
    flash(gettext("Asked. The clock of this step stands still until the answer comes."))
    return redirect(task_address(task_id))


def _page_of(task_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """A refused answer comes back on the page where the question stands."""
    return show(task_id)


@pages.post("/tasks/<uuid:task_id>/questions/<uuid:question_id>/answer")
@refilled(_page_of)
def answer(task_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """Answer a question; the verb knows of whom it was asked."""
    field = f"answer:{question_id}"
    with problems_at_fields({"text": field}):
        asked_of = answer_question(db(), question_id, actor(), request.form.get(field, ""), now())
    flash(gettext("Answered. Thank you; whoever asked has been told."))
    return redirect(task_address(asked_of))


@pages.post("/tasks/<uuid:task_id>/questions/<uuid:question_id>/take-back")
@refilled(_page_of)
def take_question_back(task_id: UUID, question_id: UUID) -> ResponseReturnValue:
    """Take an own question back."""
    asked_of = take_back(db(), question_id, actor(), now())
    flash(gettext("Taken back. The clock of this step goes on."))
    return redirect(task_address(asked_of))
