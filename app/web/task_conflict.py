"""The requests by which a person with a conflict of interest leaves a task."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.identity import Declaration, Permission, declare_conflict
from app.web.conflicts import tell_aside, typed_day
from app.web.context import actor, db, now
from app.web.inbox import Place
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import expected_version, problems_at_fields, task_address
from app.web.tasks import show
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.assignment.stepping_aside import step_aside
from app.workflow.resources import day_of
from app.workflow.voting.own_seats import refuse_stale, require_seat

pages = Blueprint("task_conflict", __name__)

_FIELDS = {
    "organisation": "act:conflict_with",
    "subject": "act:conflict_with",
    "kind": "act:conflict_kind",
    "reason": "act:conflict_reason",
    "last_day": "act:conflict_last_day",
}


@pages.post("/tasks/<uuid:task_id>/conflict")
@needs(Permission.TASK_WORK)
@refilled(show)
def declare(task_id: UUID) -> ResponseReturnValue:
    """Declare a conflict with this item's organisation or project, and hand the seat back."""
    loaded = load_task(db(), task_id, lock=True)
    seat = require_seat(loaded, actor())
    refuse_stale(loaded, expected_version())
    today = day_of(db(), now())
    with problems_at_fields(_FIELDS):
        declaration = Declaration(
            user_id=actor().id,
            kind=request.form.get(_FIELDS["kind"], ""),
            reason=request.form.get(_FIELDS["reason"], ""),
            first_day=today,
            last_day=typed_day(_FIELDS["last_day"]),
            **_with(loaded),
        )
        declare_conflict(db(), actor(), declaration, today, now())
    if seat.on_behalf_of_id is not None:
        flash(gettext("Declared. The step stays with the colleague for whom you stand in."))
        return redirect(task_address(task_id))
    return _back(task_id)


@pages.post("/tasks/<uuid:task_id>/step-aside")
@needs(Permission.TASK_WORK)
@refilled(show)
def leave(task_id: UUID) -> ResponseReturnValue:
    """Hand the seat back for a conflict that is declared already."""
    return _back(task_id)


def _back(task_id: UUID) -> ResponseReturnValue:
    tell_aside(step_aside(db(), task_id, actor(), actor().id, expected_version(), now()))
    return redirect(Place.parse(request.form.get("place", "")).url())


def _with(loaded: LoadedTask) -> dict[str, str]:
    """What was chosen, as the item has it; a crafted request chooses nothing."""
    instance = loaded.instance
    chosen = request.form.get(_FIELDS["organisation"], "")
    if chosen == "project":
        return {"subject_code": instance.subject_code}
    codes = {"unit": instance.unit_code, "department": instance.department_code}
    codes["agency"] = instance.agency_code or ""
    return {"organisation_code": codes.get(chosen, "")}
