"""One form, one act: a form that is sent again leads to the same page and does nothing twice."""

import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import ConflictError
from app.core.i18n import N_
from app.web.context import actor, db, now
from app.web.refusals import record_refused
from app.web.sentences import translate_sentence
from app.workflow.deciding.request_keys import find_use, keep_location, use_key

Parameters = ParamSpec("Parameters")
View = Callable[Parameters, ResponseReturnValue]

#: The hidden input of a form (`ui.once()`).
INPUT = "request_key"


def register(app: Flask) -> None:
    """Give the templates `new_request_key`."""
    app.jinja_env.globals["new_request_key"] = lambda: secrets.token_urlsafe(18)


def once(view: View[Parameters]) -> View[Parameters]:
    """Let a form with a key act once; costs two statements in the transaction of the act.

    The key counts per address: whoever goes back after a claim may still decide with that page.
    A form without a key, such as a program's, is left to the guards of its verb.
    """

    @wraps(view)
    def answered(*args: Parameters.args, **kwargs: Parameters.kwargs) -> ResponseReturnValue:
        sent = request.form.get(INPUT, "")
        if not sent:
            return view(*args, **kwargs)
        key = hashlib.sha256(f"{request.path}\n{sent}".encode()).hexdigest()
        if not use_key(db(), key, actor().id, now()):
            return _again(key)
        answer = make_response(view(*args, **kwargs))
        if answer.status_code < 400:
            keep_location(db(), key, actor().id, answer.location or "")
        return answer

    return answered


def _again(key: str) -> ResponseReturnValue:
    used_at, location = find_use(db(), key, actor().id)
    twice = ConflictError(
        N_("This form had already been sent at {time}. It was done once and not again."),
        time=used_at,
    )
    record_refused(db(), twice)
    flash(translate_sentence(twice.sentence), "warning")
    return redirect(location or url_for("inbox.index"))
