"""The two switches that everyone has: language and light or dark."""

from flask import Blueprint, Response, current_app, make_response, redirect, request, url_for

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.identity import User
from app.web.context import actor_or_none, db
from app.web.language import COOKIE as LANGUAGE_COOKIE
from app.web.language import LANGUAGES
from app.web.security import local_path, public

pages = Blueprint("preferences", __name__)

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
YEAR = 365 * 24 * 3600


@pages.app_context_processor
def theme() -> dict[str, str]:
    """Give the templates `theme`: `auto`, `light` or `dark`."""
    wanted = request.cookies.get(THEME_COOKIE, "")
    return {"theme": wanted if wanted in THEMES else THEMES[0]}


@pages.post("/language")
@public
def choose_language() -> Response:
    """Keep the language in the browser and, for a signed-in person, in the account."""
    wanted = _one_of(request.form.get("language", ""), LANGUAGES)
    if who := actor_or_none():
        account = db().get(User, who.id)
        if account is not None:
            account.language = wanted
    return _back_with(LANGUAGE_COOKIE, wanted)


@pages.post("/theme")
@public
def choose_theme() -> Response:
    """Keep the theme in the browser."""
    return _back_with(THEME_COOKIE, _one_of(request.form.get("theme", ""), THEMES))


def _one_of(wanted: str, known: tuple[str, ...]) -> str:
    if wanted not in known:
        raise InvalidInputError(
            N_("Expected one of {known}, found “{wanted}”."), known=known, wanted=wanted
        )
    return wanted


def _back_with(name: str, value: str) -> Response:
    target = local_path(request.form.get("back")) or url_for("home.index")
    response = make_response(redirect(target))
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        samesite="Lax",
        httponly=True,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return response
