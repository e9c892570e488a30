"""Sentences in a receiver's language, outside of any page."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from gettext import NullTranslations, translation
from typing import Any
from zoneinfo import ZoneInfo

from app.core.i18n import Bilingual, Sentence
from app.core.settings import ROOT

#: The one catalogue of the product, compiled by `make`.
CATALOGUES = ROOT / "app" / "web" / "translations"


def written(template: str, values: Mapping[str, object], language: str, zone: ZoneInfo) -> str:
    """One sentence: names in the language, times as the bureau's clocks show them."""
    said = {name: _value(value, language, zone) for name, value in values.items()}
    return _catalogue(language).gettext(template).format(**said)


def stored_sentence(stored: Mapping[str, Any], language: str, zone: ZoneInfo) -> str:
    """The same of a sentence from a row."""
    sentence = Sentence.load({"template": stored["template"], "values": stored["values"]})
    return written(sentence.template, sentence.values, language, zone)


@cache
def _catalogue(language: str) -> NullTranslations:
    return translation("messages", CATALOGUES, [language], fallback=True)


def _value(value: object, language: str, zone: ZoneInfo) -> object:
    if isinstance(value, Bilingual):
        return value.in_language(language)
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    return value
