"""The requests that stop an item as a whole: suspend, resume, terminate."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.identity import Actor, Permission
from app.projects import stops
from app.web.context import actor, db, now
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import expected_version, problems_at_fields, task_address
from app.web.tasks import show

pages = Blueprint("task_stop", __name__)
Stop = Callable[[Session, UUID, Actor, str, int | None, datetime], None]


@pages.post("/tasks/<uuid:task_id>/suspend")
@needs(Permission.ITEM_MANAGE)
@refilled(show)
def suspend(task_id: UUID) -> ResponseReturnValue:
    """Let the item stand still."""
    return _stop(
        task_id, stops.suspend, "suspend", gettext("Suspended. Nobody may act, no clock runs.")
    )


@pages.post("/tasks/<uuid:task_id>/resume")
@needs(Permission.ITEM_MANAGE)
@refilled(show)
def resume(task_id: UUID) -> ResponseReturnValue:
    """Let it go on."""
    words = gettext("Resumed. Due dates are later by the working time that it stood still.")
    return _stop(task_id, stops.resume, "resume", words)


@pages.post("/tasks/<uuid:task_id>/terminate")
@refilled(show)
def terminate(task_id: UUID) -> ResponseReturnValue:
    """End it; the verb knows whether the initiator may."""
    return _stop(task_id, stops.terminate, "terminate", gettext("Terminated. Nothing is open."))


def _stop(task_id: UUID, verb: Stop, name: str, words: str) -> ResponseReturnValue:
    field = f"act:{name}_reason"
    with problems_at_fields({"reason": field}):
        verb(db(), task_id, actor(), request.form.get(field, ""), expected_version(), now())
    flash(words)
    return redirect(task_address(task_id))
