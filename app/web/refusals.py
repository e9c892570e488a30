"""What somebody tried and may not do is written down, and administrators see it."""

from uuid import UUID

from flask import Blueprint, g, render_template, request
from sqlalchemy.orm import Session

from app.core.errors import CountersignError, InvalidInputError, NotOfferedError
from app.core.i18n import Sentence
from app.identity import Permission, record_refusal, refusals_page
from app.web.context import actor_or_none, db
from app.web.security import needs

pages = Blueprint("refusals", __name__)


@pages.get("/administration/refused")
@needs(Permission.ADMINISTRATION)
def index() -> str:
    """Who was refused what, newest first."""
    rows, has_more = refusals_page(db(), _cursor(request.args.get("before", "")))
    return render_template(
        "administration/refused.html",
        rows=[(refused, user, Sentence.load(refused.sentence)) for refused, user in rows],
        has_more=has_more,
        is_first="before" not in request.args,
    )


def record_refused(session: Session, error: CountersignError) -> None:
    """Write down a refusal of the present request, in a transaction that the refusal outlives.

    Looking at a page that one may not see changes nothing and is not written, nor is a form that
    its writer is only asked to mend.
    """
    who = actor_or_none()
    if who is not None and request.method == "POST" and not _is_to_be_mended(error):
        record_refusal(session, who.id, request.method, request.path, error.sentence, g.now)


def _is_to_be_mended(error: CountersignError) -> bool:
    return isinstance(error, InvalidInputError) and not isinstance(error, NotOfferedError)


def _cursor(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
