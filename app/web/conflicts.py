"""Conflicts of interest: everybody declares and withdraws the own ones, managers see them all."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core.errors import InvalidInputError, NotPermittedError, problem
from app.core.i18n import N_, Bilingual
from app.identity import (
    Conflict,
    ConflictKind,
    Declaration,
    Permission,
    User,
    all_conflicts,
    conflicts_of,
    declarable_organisations,
    declare_conflict,
    may_see_conflicts,
    may_withdraw,
    organisation_names,
    people_names,
    withdraw_conflict,
)
from app.projects.queries import project_names, projects_meant
from app.web.addresses import AddressReader
from app.web.context import actor, db, now
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import one_person, uuid_of
from app.workflow.assignment.handover import find_account
from app.workflow.assignment.stepping_aside import Aside, seats_in_conflict, step_aside
from app.workflow.resources import day_of

pages = Blueprint("conflicts", __name__)

#: Rows of a page of all declarations.
PAGE_LENGTH = 50


@pages.get("/staff/<uuid:user_id>/conflicts")
@needs(Permission.PROJECT_VIEW)
def show(user_id: UUID) -> ResponseReturnValue:
    """What was declared of one person, and a form for one more."""
    person = find_account(db(), user_id)
    if not may_see_conflicts(actor(), user_id):
        raise NotPermittedError(N_("Expected your own page, found another person's."))
    found = conflicts_of(db(), user_id)
    return render_template(
        "people/conflicts.html",
        person=person,
        conflicts=found,
        names=_names(found, {person.organisation_code}),
        organisations=declarable_organisations(db()),
        kinds=ConflictKind,
        held=seats_in_conflict(db(), person, now()),
        may_withdraw=may_withdraw,
        today=day_of(db(), now()),
    )


@pages.post("/staff/<uuid:user_id>/conflicts")
@needs(Permission.PROJECT_VIEW)
@refilled(show)
def declare(user_id: UUID) -> ResponseReturnValue:
    """Declare one, for oneself or, as a manager, for the person."""
    declaration = Declaration(
        user_id=user_id,
        organisation_code=request.form.get("organisation", "").strip(),
        subject_code=one_project(request.form.get("subject", "")),
        kind=request.form.get("kind", ""),
        reason=request.form.get("reason", ""),
        first_day=typed_day("first_day") or day_of(db(), now()),
        last_day=typed_day("last_day"),
    )
    declare_conflict(db(), actor(), declaration, day_of(db(), now()), now())
    if seats_in_conflict(db(), find_account(db(), user_id), now()):
        flash(gettext("Declared. These open steps are concerned: please hand them back."), "soon")
    else:
        flash(gettext("Declared. Nobody asks for such items any more, and no open step is left."))
    return redirect(url_for("conflicts.show", user_id=user_id))


@pages.post("/staff/<uuid:user_id>/conflicts/withdraw")
@needs(Permission.PROJECT_VIEW)
@refilled(show)
def withdraw(user_id: UUID) -> ResponseReturnValue:
    """Take one back; it stays on the list with the reason."""
    conflict_id = uuid_of(request.form.get("conflict", ""))
    withdraw_conflict(db(), actor(), conflict_id, request.form.get("withdrawal", ""), now())
    flash(gettext("Withdrawn. It stays on the list, with your reason."))
    return redirect(url_for("conflicts.show", user_id=user_id))


@pages.post("/staff/<uuid:user_id>/conflicts/hand-back")
@needs(Permission.PROJECT_VIEW)
@refilled(show)
def hand_back(user_id: UUID) -> ResponseReturnValue:
    """Hand one open step back."""
    task_id = uuid_of(request.form.get("task", ""))
    tell_aside(step_aside(db(), task_id, actor(), user_id, None, now()))
    return redirect(url_for("conflicts.show", user_id=user_id))


@pages.get("/conflicts")
@needs(Permission.ITEM_MANAGE)
def index() -> ResponseReturnValue:
    """Everybody's, for who manages items; with a `person` the way to that person's page."""
    if "person" in request.args:
        return _person_page(request.args["person"])
    reader = AddressReader(request.args)
    organisations = declarable_organisations(db())
    code = request.args.get("organisation", "")
    found = all_conflicts(
        db(),
        actor(),
        day_of(db(), now()),
        text=reader.text("text"),
        organisation_code=code if code in {each.code for each in organisations} else "",
        only_in_force=not reader.flag("all"),
        after=uuid_of(request.args["after"]) if request.args.get("after") else None,
    )
    shown = found[:PAGE_LENGTH]
    return render_template(
        "people/all_conflicts.html",
        conflicts=shown,
        names=_names(shown),
        organisations=organisations,
        text=reader.text("text"),
        code=code,
        shows_all=reader.flag("all"),
        next_after=shown[-1].id if len(found) > PAGE_LENGTH else None,
        kinds=ConflictKind,
        today=day_of(db(), now()),
    )


def _person_page(text: str) -> ResponseReturnValue:
    try:
        person: User = one_person(text, "person")
    except InvalidInputError as error:
        flash(str(error.problems[0].sentence), "warning")
        return redirect(url_for("conflicts.index"))
    return redirect(url_for("conflicts.show", user_id=person.id))


def _names(conflicts: Sequence[Conflict], codes: Collection[str] = ()) -> dict[Any, Bilingual]:
    """Names of everybody and everything that the rows mention, by id or code."""
    people = {each.user_id for each in conflicts} | {each.declared_by_id for each in conflicts}
    people |= {each.withdrawn_by_id for each in conflicts if each.withdrawn_by_id}
    known = {each.organisation_code for each in conflicts if each.organisation_code} | set(codes)
    subjects = {each.subject_code for each in conflicts if each.subject_code}
    return {
        **people_names(db(), people),
        **organisation_names(db(), known),
        **project_names(db(), subjects),
    }


def one_project(text: str) -> str:
    """Code of the one project that the text means: a code, a name, or a part of either.

    Raises:
        InvalidInputError: none or several fit, at the field `subject`.
    """
    wanted = text.strip()
    if not wanted:
        return ""
    found = projects_meant(db(), actor(), wanted)
    if len(found) == 1:
        return found[0]
    raise InvalidInputError(
        N_("Nothing is declared yet; what you typed is kept."),
        [
            problem(
                "conflict.project", "subject",
                N_("Expected the code or the name of one project; {count} fit “{found}”."),
                count=len(found), found=wanted[:60],
            )
        ],
    )  # fmt: skip


def typed_day(field: str) -> date | None:
    """The day that was typed; None for an empty field.

    Raises:
        InvalidInputError: what was typed is no day.
    """
    text = request.form.get(field, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInputError(
            N_("Nothing is declared yet; what you typed is kept."),
            [
                problem(
                    "conflict.day", field,
                    N_("Expected a day such as 2022-10-10, found “{found}”."), found=text[:40],
                )
            ],
        ) from None  # fmt: skip


def tell_aside(done: Aside) -> None:
    """Say what became of a step that was handed back."""
    words = {
        Aside.OFFERED: gettext("Handed back. The others of the group may claim it."),
        Aside.REPLACED: gettext("Handed back. Somebody else was asked instead."),
        Aside.LEFT: gettext("Handed back. The others of the step decide it."),
        Aside.PASSED: gettext("Handed back. Nobody else was to be asked, so the step was passed."),
        Aside.STUCK: gettext(
            "Nobody else may do this step. It stands still, and the process manager is told."
        ),
    }
    flash(words[done], "warning" if done is Aside.STUCK else "message")
