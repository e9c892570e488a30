"""Who may come in and what the browser may do: sign-in for every page, CSRF, CSP, headers."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import Unauthorized

from app.identity import Actor, Permission, load_actor
from app.web.context import actor, db, now, settings

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")
View = Callable[Parameters, Answer]

#: Counted with every widget in use: none of the pages but the modeler's needs more.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
#: The modeler's context pad and palette set style attributes; only its page may.
DESIGNER_POLICY = POLICY | {"style-src-attr": "'unsafe-inline'"}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SignedIn(UserMixin):  # type: ignore[misc]
    """An actor as Flask-Login wants it."""

    def __init__(self, who: Actor) -> None:
        self.actor = who

    def get_id(self) -> str:
        """What the session cookie keeps."""
        return f"{self.actor.id}.{self.actor.session_epoch}"


def register(app: Flask) -> None:
    """Guard the application."""
    login = LoginManager()
    login.session_protection = "strong"
    login.user_loader(_load)
    # Not `init_app`: it would read the session cookie after every request, for a "remember me"
    # that we do not offer, and so mark even the files of the bundle as varying by cookie.
    app.login_manager = login  # type: ignore[attr-defined]
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: a form may stay open
    CSRFProtect(app)
    app.after_request(_add_headers)


def public(view: View[Parameters, Answer]) -> View[Parameters, Answer]:
    """A view that needs nobody signed in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def plain(view: View[Parameters, Answer]) -> View[Parameters, Answer]:
    """A public view that needs no transaction either: files of the bundle, the health check."""
    view.is_plain = True  # type: ignore[attr-defined]
    return public(view)


def itemwise(view: View[Parameters, Answer]) -> View[Parameters, Answer]:
    """A view whose acts have a transaction each; the one around it only reads."""
    view.is_itemwise = True  # type: ignore[attr-defined]
    return view


def designer(view: View[Parameters, Answer]) -> View[Parameters, Answer]:
    """A view whose page holds the modeler, which sets style attributes."""

    @wraps(view)
    def with_policy(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        g.policy = DESIGNER_POLICY
        return view(*args, **kwargs)

    return with_policy


def needs(
    permission: Permission,
) -> Callable[[View[Parameters, Answer]], View[Parameters, Answer]]:
    """A view for those whom a role permits; the verb behind it asks again."""

    def decorate(view: View[Parameters, Answer]) -> View[Parameters, Answer]:
        @wraps(view)
        def guarded(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
            actor().require(permission)
            return view(*args, **kwargs)

        return guarded

    return decorate


def is_public(view: Callable[..., Any] | None) -> bool:
    """Whether a view was marked `@public` or `@plain`; everything else needs a sign-in."""
    return bool(getattr(view, "is_public", False))


def needs_nothing(view: Callable[..., Any] | None) -> bool:
    """Whether a view was marked `@plain`."""
    return bool(getattr(view, "is_plain", False))


def is_itemwise(view: Callable[..., Any] | None) -> bool:
    """Whether a view was marked `@itemwise`."""
    return bool(getattr(view, "is_itemwise", False))


def require_sign_in(view: Callable[..., Any] | None) -> None:
    """Deny by default; `app/web/errors.py` leads to the sign-in page.

    Raises:
        Unauthorized: nobody is signed in and the view is not public.
    """
    if g.actor is None and not is_public(view):
        raise Unauthorized


def signed_in_actor() -> Actor | None:
    """The person of the session cookie; None if there is none, or the account was closed."""
    return current_user.actor if current_user.is_authenticated else None


def begin_session(who: Actor) -> None:
    """Sign somebody in, in a fresh session, so that an old cookie or token is worth nothing."""
    end_session()
    login_user(SignedIn(who))
    g.actor = who


def end_session() -> None:
    """Sign out and forget everything that the session held."""
    logout_user()
    cookie.clear()
    g.actor = None


def local_path(address: str | None) -> str | None:
    """The path and query of an address on this site; None for any other, or none."""
    if not address:
        return None
    try:
        parts = urlsplit(address.replace("\\", "/"))
    except ValueError:  # such as an opened bracket where a host would stand
        return None
    path = parts.path if not parts.query else f"{parts.path}?{parts.query}"
    is_local = not parts.scheme and not parts.netloc and path.startswith("/")
    is_plain_text = all(character.isprintable() for character in address)
    return path if is_local and is_plain_text and not path.startswith("//") else None


def _load(user_id: str) -> SignedIn | None:
    account, _, epoch = user_id.partition(".")
    try:
        today = now().astimezone(settings().time_zone).date()
        who = load_actor(db(), UUID(account), today)
    except ValueError:
        return None
    # A copied cookie is worth nothing once its owner has signed out.
    return SignedIn(who) if who and epoch == str(who.session_epoch) else None


def _add_headers(response: Response) -> Response:
    policy = g.get("policy", POLICY)
    response.headers["Content-Security-Policy"] = "; ".join(
        f"{name} {value}" for name, value in policy.items()
    )
    response.headers.extend(HEADERS)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    if request.method == "GET" and response.mimetype == "text/html":
        response.headers.add("Vary", "Accept-Language")
    return response
