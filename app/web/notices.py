"""Notices: what the bell counts, how a person wants to hear of them, and mail that is stuck."""

import re
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core.errors import InvalidInputError, problem
from app.core.i18n import N_, Sentence
from app.identity import Permission, User
from app.notify import (
    MailTiming,
    NoticeKind,
    count_unread,
    mark_all_read,
    read_until,
    recent_notices,
)
from app.notify.outbox import retry, troubled_mail
from app.notify.preferences import Preference, choose, preferences_of
from app.web.context import actor, db, now, settings
from app.web.refill import refilled
from app.web.security import needs
from app.workflow.names import candidate_keys

pages = Blueprint("notices", __name__)

KIND_NAMES = {
    NoticeKind.ASSIGNED: N_("Work that waits for me"),
    NoticeKind.RETURNED: N_("Returned to me"),
    NoticeKind.URGED: N_("I am asked to be quick"),
    NoticeKind.ASKED: N_("Questions and answers"),
    NoticeKind.DUE: N_("Due soon"),
    NoticeKind.OVERDUE: N_("Overdue items"),
    NoticeKind.COPIED: N_("Copies for me"),
    NoticeKind.DECIDED: N_("Decisions on what I started"),
}
TIMING_NAMES = {
    MailTiming.NOW: N_("At once"),
    MailTiming.DIGEST: N_("In the daily digest"),
    MailTiming.NEVER: N_("Never"),
}
LONGEST_ADDRESS = 200
#: One person at one place, nothing that a header could be made of.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@pages.get("/notices")
def index() -> str:
    """The newest notices for the person and the person's groups, of one kind or of all."""
    addresses = candidate_keys(actor())
    wanted = request.args.get("kind", "")
    kind = NoticeKind(wanted) if wanted in set(NoticeKind) else None
    found = recent_notices(db(), actor().id, addresses, kind)
    seen = read_until(db(), actor().id)
    return render_template(
        "notices/index.html",
        notices=[
            (each, Sentence.load(each.sentence), seen is None or each.at > seen) for each in found
        ],
        unread=count_unread(db(), actor().id, addresses),
        kind=kind,
        kinds=KIND_NAMES,
    )


@pages.post("/notices/read")
def read() -> ResponseReturnValue:
    """Everything up to now was seen."""
    mark_all_read(db(), actor().id, now())
    return redirect(url_for("notices.index"))


@pages.get("/preferences")
def preferences() -> str:
    """How the person wants to hear of each kind."""
    account = db().get_one(User, actor().id)
    return render_template(
        "notices/preferences.html",
        email=account.email,
        chosen=preferences_of(db(), [account.id])[account.id],
        kinds=KIND_NAMES,
        timings=TIMING_NAMES,
        has_mail=bool(settings().smtp_host),
        digest_hour=settings().digest_hour,
    )


@pages.post("/preferences")
@refilled(preferences)
def save_preferences() -> ResponseReturnValue:
    """Keep the choices and the address."""
    email = request.form.get("email", "").strip()
    if email and (len(email) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(email)):
        raise InvalidInputError(
            N_("Expected a mail address; what you typed is kept."),
            [
                problem(
                    "preferences.email",
                    "email",
                    N_("Expected an address such as name@example.org, found “{found}”."),
                    found=email[:60],
                )
            ],
        )
    chosen = {each: _chosen(each) for each in NoticeKind}
    db().get_one(User, actor().id).email = email
    choose(db(), actor().id, chosen)
    flash(gettext("Your choices are kept."))
    return redirect(url_for("notices.preferences"))


def _chosen(kind: NoticeKind) -> Preference:
    timing = request.form.get(f"mail.{kind}", "")
    if timing not in set(MailTiming):
        raise InvalidInputError(
            N_("Expected one of {known}, found “{wanted}”."), known=list(MailTiming), wanted=timing
        )
    return Preference(in_app=f"in_app.{kind}" in request.form, mail=MailTiming(timing))


@pages.get("/mail")
@needs(Permission.ADMINISTRATION)
def mail() -> str:
    """Messages that could not be sent, and what the mail server said."""
    return render_template(
        "notices/mail.html", found=troubled_mail(db()), host=settings().smtp_host
    )


@pages.post("/mail/<uuid:mail_id>/retry")
@needs(Permission.ADMINISTRATION)
def send_again(mail_id: UUID) -> ResponseReturnValue:
    """Try a message once more that was given up."""
    retry(db(), mail_id, now())
    flash(gettext("The message will be sent again."))
    return redirect(url_for("notices.mail"))
