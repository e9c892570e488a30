"""`/` leads to the first page that the person may use."""

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from app.core.errors import NotFoundError
from app.core.i18n import N_
from app.web.context import actor
from app.web.navigation import entries_for

pages = Blueprint("home", __name__)


@pages.get("/")
def index() -> Response:
    """The way in after signing in."""
    entries = entries_for(actor())
    if not entries:
        raise NotFoundError(
            N_(
                "Expected at least one page that {name} may use, found none. "
                "Ask an administrator for a role."
            ),
            name=actor().name,
        )
    return redirect(url_for(entries[0].endpoint))
