"""Sentences of the lower rooms in the reader's language, their values written as he reads them."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast

from flask import Flask
from flask_babel import gettext

from app.core.i18n import Bilingual, Sentence
from app.web import formats
from app.web.element_names import with_element_names
from app.web.language import in_language, language


def register(app: Flask) -> None:
    """Give the templates the filter `sentence`."""
    app.jinja_env.filters["sentence"] = translate_sentence


def translate_sentence(sentence: Sentence | str) -> str:
    """The sentence a reader sees; a text is taken as a template without values."""
    if isinstance(sentence, str):
        return cast(str, gettext(sentence))
    named = with_element_names(sentence.values)
    values = {name: written(value) for name, value in named.items()}
    return cast(str, gettext(sentence.template)).format(**values)


def written(value: object) -> object:
    """A value inside a sentence: names in his language, local times, amounts with separators."""
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return value


def _list(values: list[object]) -> str:
    comma = "、" if language() == "zh" else ", "
    return comma.join(str(written(each)) for each in values)


#: The first kind that fits; a datetime is also a date.
_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], object]], ...] = (
    (Bilingual, in_language),
    (Sentence, translate_sentence),
    (datetime, formats.moment),
    (date, formats.day),
    (Decimal, lambda value: f"{value:,f}"),
    (Enum, lambda value: written(getattr(value, "display_name", value.value))),
    ((list, tuple), _list),
    ((set, frozenset), lambda values: _list(sorted(values, key=str))),
)
