"""Signing in and out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from app.identity import SIGN_IN_REFUSED, sample_sign_ins, sign_in, sign_out
from app.projects.sample import SAMPLE_PASSWORD
from app.web.context import actor_or_none, db, now
from app.web.security import begin_session, end_session, local_path, public

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
@public
def show() -> ResponseReturnValue:
    """The form, or the way on for someone who is signed in already."""
    target = local_path(request.args.get("next"))
    if actor_or_none() is not None:
        return redirect(target or url_for("home.index"))
    return _form(target)


@pages.post("/sign-in")
@public
def enter() -> ResponseReturnValue:
    """Sign in and go where the person wanted to go."""
    target = local_path(request.form.get("next"))
    username = request.form.get("username", "")
    who = sign_in(db(), username, request.form.get("password", ""), now())
    if who is None:
        # Returned, not raised: the count of failures is to be committed.
        return _form(target, username=username, refusal=SIGN_IN_REFUSED), 422
    begin_session(who)
    return redirect(target or url_for("home.index"))


@pages.post("/sign-out")
@public
def leave() -> Response:
    """Sign out, wherever the person is signed in."""
    if (who := actor_or_none()) is not None:
        sign_out(db(), who)
    end_session()
    return redirect(url_for("sign_in.show"))


def _form(target: str | None, **values: object) -> str:
    return render_template(
        "sign_in.html",
        next=target or "",
        samples=sample_sign_ins(db()),
        sample_password=SAMPLE_PASSWORD,
        **values,
    )
