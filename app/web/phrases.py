"""The picker of common phrases, and the phrases that a person keeps."""

from uuid import UUID

from flask import Blueprint, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core.i18n import Bilingual
from app.identity import Permission
from app.web.context import actor, db
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import task_address, uuid_of
from app.web.tasks import keep_typed, show
from app.workflow.deciding.models import Phrase
from app.workflow.deciding.phrases import keep_phrase, own_phrases, remove_phrase
from app.workflow.resources import resources_of

pages = Blueprint("phrases", __name__)


@pages.app_template_global()
def bureau_phrases(kind: str) -> tuple[Bilingual, ...]:
    """The bureau's phrases of one kind."""
    return resources_of(db()).phrases.get(kind, ())


@pages.app_template_global()
def my_phrases() -> list[Phrase]:
    """The reader's own, read once per page."""
    if "own_phrases" not in g:
        g.own_phrases = own_phrases(db(), actor())
    found: list[Phrase] = g.own_phrases
    return found


@pages.post("/tasks/<uuid:task_id>/phrases")
@needs(Permission.TASK_WORK)
@refilled(show)
def keep(task_id: UUID) -> ResponseReturnValue:
    """Keep what was typed as the opinion."""
    keep_typed(task_id)
    keep_phrase(db(), actor(), request.form.get("opinion", ""))
    flash(gettext("The phrase is kept; you find it under “Phrases”."))
    return redirect(task_address(task_id))


@pages.post("/tasks/<uuid:task_id>/phrases/remove")
@needs(Permission.TASK_WORK)
@refilled(show)
def remove(task_id: UUID) -> ResponseReturnValue:
    """Forget an own one."""
    keep_typed(task_id)
    remove_phrase(db(), actor(), uuid_of(request.form.get("phrase", "")))
    flash(gettext("The phrase is removed."))
    return redirect(task_address(task_id))
