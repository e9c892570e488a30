"""Notices: what the bell counts."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.core.i18n import Sentence
from app.notify import count_unread, mark_all_read, recent_notices
from app.web.context import actor, db, now
from app.workflow.names import candidate_keys

pages = Blueprint("notices", __name__)


@pages.get("/notices")
def index() -> str:
    """The newest notices for the person and the person's groups, unread ones marked."""
    addresses = candidate_keys(actor())
    found = recent_notices(db(), addresses)
    return render_template(
        "notices/index.html",
        notices=[(each, Sentence.load(each.sentence)) for each in found],
        unread=count_unread(db(), actor().id, addresses),
    )


@pages.post("/notices/read")
def read() -> ResponseReturnValue:
    """Everything up to now was seen."""
    mark_all_read(db(), actor().id, now())
    return redirect(url_for("notices.index"))
