"""Two languages, and which of them a reader gets."""

from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale

from app.core.i18n import Bilingual
from app.web.context import actor_or_none

LANGUAGES = ("zh", "en")
COOKIE = "language"


def register(app: Flask) -> None:
    """Choose the language of each request; give the templates `language` and `name`."""
    Babel(app, default_locale="zh", locale_selector=chosen_language)
    app.jinja_env.filters["name"] = in_language
    app.context_processor(lambda: {"language": language(), "html_lang": html_lang()})


def chosen_language() -> str:
    """The person's own, else the browser's cookie, else what the browser asks for."""
    who = actor_or_none()
    wanted = (who.language if who else None) or request.cookies.get(COOKIE)
    if wanted in LANGUAGES:
        return wanted
    return request.accept_languages.best_match(LANGUAGES, default="zh") or "zh"


def language() -> str:
    """`zh` or `en`, for this page."""
    return str(get_locale().language) if has_request_context() else "en"


def html_lang() -> str:
    """The language tag for the `lang` attribute."""
    return "zh-CN" if language() == "zh" else "en"


def in_language(name: Bilingual | str | None) -> str:
    """A name in the reader's language; a plain text as it is."""
    if isinstance(name, Bilingual):
        return name.in_language(language())
    return name or ""
