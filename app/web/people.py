"""People and absence: who stands in for whom, and whose account is open."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core.errors import (
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    problem,
)
from app.core.i18n import N_
from app.identity import (
    Absence,
    Permission,
    Substitution,
    User,
    absences_of,
    end_absence,
    enter_absence,
    organisation_names,
    people_names,
    search_accounts,
)
from app.web.context import actor, db, now, settings
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import one_person
from app.workflow.assignment.handover import (
    close_account,
    find_account,
    open_work_of,
    reopen_account,
)
from app.workflow.definitions.versions import bilingual_name, newest_definitions

pages = Blueprint("staff", __name__)


@pages.get("/staff")
@needs(Permission.PROJECT_VIEW)
def index() -> ResponseReturnValue:
    """The list of people for an administrator; anybody else sees the own page."""
    if not actor().can(Permission.ADMINISTRATION):
        return redirect(url_for("staff.show", user_id=actor().id))
    text = request.args.get("text", "").strip()[:60]
    found = search_accounts(db(), text)
    names = organisation_names(db(), {each.organisation_code for each in found})
    return render_template("people/index.html", people=found, organisations=names, text=text)


@pages.get("/staff/<uuid:user_id>")
@needs(Permission.PROJECT_VIEW)
def show(user_id: UUID) -> ResponseReturnValue:
    """One person: absences, open work, account."""
    return _page(find_account(db(), user_id))


@pages.post("/staff/<uuid:user_id>/absence")
@needs(Permission.PROJECT_VIEW)
@refilled(show)
def enter(user_id: UUID) -> ResponseReturnValue:
    """Let a colleague stand in for some days."""
    absence = Absence(
        owner_id=user_id,
        substitute_id=one_person(request.form.get("substitute", ""), "substitute").id,
        first_day=_day("first_day"),
        last_day=_day("last_day"),
        process_key=request.form.get("process") or None,
        reason=request.form.get("reason", ""),
    )
    enter_absence(db(), actor(), absence, _today(), now())
    flash(gettext("The absence is entered. The work stays the absent person's."))
    return redirect(url_for("staff.show", user_id=user_id))


@pages.post("/staff/<uuid:user_id>/absence/end")
@needs(Permission.PROJECT_VIEW)
@refilled(show)
def end(user_id: UUID) -> ResponseReturnValue:
    """End an absence before its last day."""
    end_absence(db(), actor(), _absence_id(), now())
    flash(gettext("The absence has ended."))
    return redirect(url_for("staff.show", user_id=user_id))


@pages.post("/staff/<uuid:user_id>/close")
@needs(Permission.ADMINISTRATION)
@refilled(show)
def close(user_id: UUID) -> ResponseReturnValue:
    """Close the account of a leaver."""
    close_account(db(), actor(), user_id, now())
    flash(gettext("The account is closed."))
    return redirect(url_for("staff.show", user_id=user_id))


@pages.post("/staff/<uuid:user_id>/reopen")
@needs(Permission.ADMINISTRATION)
@refilled(show)
def reopen(user_id: UUID) -> ResponseReturnValue:
    """Open it again."""
    reopen_account(db(), actor(), user_id)
    flash(gettext("The account is open again."))
    return redirect(url_for("staff.show", user_id=user_id))


def _page(person: User) -> ResponseReturnValue:
    is_administrator = actor().can(Permission.ADMINISTRATION)
    if person.id != actor().id and not is_administrator:
        raise NotPermittedError(N_("Expected your own page, found another person's."))
    absences = absences_of(db(), person.id, _today())
    return render_template(
        "people/person.html",
        person=person,
        absences=absences,
        names=people_names(db(), _ids(absences)),
        organisation=organisation_names(db(), {person.organisation_code}),
        processes=[(each.key, bilingual_name(each)) for each in newest_definitions(db())],
        open_work=len(open_work_of(db(), person)) if is_administrator else 0,
        is_administrator=is_administrator,
        today=_today(),
    )


def _ids(absences: Sequence[Substitution]) -> set[UUID]:
    return {person for each in absences for person in (each.owner_id, each.substitute_id)}


def _absence_id() -> UUID:
    try:
        return UUID(request.form.get("absence", ""))
    except ValueError:
        raise NotFoundError(N_("Expected an absence that is not over, found none.")) from None


def _today() -> date:
    return now().astimezone(settings().time_zone).date()


def _day(field: str) -> date:
    text = request.form.get(field, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            N_("Nobody stands in yet; what you typed is kept."),
            [
                problem(
                    "absence.day", field, N_("Expected a day such as 2022-10-10, found “{found}”."),
                    found=text[:40],
                )
            ],
        ) from None  # fmt: skip
