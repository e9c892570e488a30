"""One typed answer from what a browser or a program sent: text, number, date, yes or no.

Each function returns the value, or None for an empty answer, and raises marshmallow's
`ValidationError` with a `Refusal` for anything else.
"""

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import TypeGuard

from app.core.i18n import Bilingual
from app.forms import limits, refusals
from app.forms.refusals import describe, refuse

# Chinese input methods produce full-width digits and signs; people do not see the difference.
_HALF_WIDTH = str.maketrans("０１２３４５６７８９．，－＋／", "0123456789.,-+/")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_DATE = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")
_YES = frozenset({"true", "on", "1", "yes", "是"})
_NO = frozenset({"", "false", "off", "0", "no", "否"})


def is_blank(value: object) -> bool:
    """Whether nothing was said: None, or text of spaces and invisible characters only."""
    if value is None:
        return True
    if not isinstance(value, str) or len(value) > limits.MAX_TYPED_LENGTH:
        return False
    return all(each.isspace() or unicodedata.category(each) == "Cf" for each in value)


def to_text(value: object, label: Bilingual) -> str:
    """Text without surrounding spaces, lines ending in a line feed."""
    if not isinstance(value, str):
        raise refuse("form.type", refusals.NOT_TEXT, label, found=describe(value))
    if len(value) > limits.MAX_TYPED_LENGTH:
        found, wanted = len(value), limits.MAX_TEXT_LENGTH
        raise refuse("form.length", refusals.TOO_LONG, label, wanted=wanted, found=found)
    text = value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if any(_cannot_be_stored(each) for each in text):
        raise refuse("form.character", refusals.BAD_CHARACTER, label)
    return text


def _cannot_be_stored(character: str) -> bool:
    # PostgreSQL refuses NUL, UTF-8 refuses lone surrogates, printers choke on control characters.
    return character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs")


def to_number(value: object, label: Bilingual, digits: int | None = None, kept: int = 0) -> Decimal:
    """An exact number; `1,200.50` and full-width digits are understood, exponents are not.

    More places than `digits` are refused, not rounded; `kept` places are written even if zero.
    """
    number = _number(value)
    if number is None or not number.is_finite():
        raise refuse("form.number", refusals.NOT_NUMBER, label, found=describe(value))
    found = describe(value)
    if number.adjusted() >= limits.MAX_INTEGER_DIGITS:
        wanted = limits.MAX_INTEGER_DIGITS
        raise refuse("form.number", refusals.TOO_BIG, label, wanted=wanted, found=found)
    allowed = limits.DEFAULT_DECIMAL_DIGITS if digits is None else digits
    if _places(number) > allowed:
        raise refuse("form.digits", refusals.TOO_PRECISE, label, wanted=allowed, found=found)
    number += 0  # minus zero is zero
    # One text for equal numbers, without exponent, so that they are stored and hashed alike.
    return number.quantize(Decimal(1).scaleb(-max(_places(number), kept)))


def _number(value: object) -> Decimal | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) < 10**limits.MAX_NUMBER_LENGTH else None
    if isinstance(value, float):
        # JSON writes 12.5 as a float; its shortest text is what was written.
        return Decimal(repr(value)) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return value
    text = value.strip().translate(_HALF_WIDTH) if _is_short(value) else ""
    return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None


def _places(number: Decimal) -> int:
    """Decimal places that matter: one for 1.50, none for 1200."""
    _, digits, exponent = number.as_tuple()
    places = -exponent if isinstance(exponent, int) else 0
    while places > 0 and (not digits or digits[-1] == 0):
        digits, places = digits[:-1], places - 1
    return max(0, places)


def to_date(value: object, label: Bilingual) -> date:
    """A day of the calendar, from `2022-10-10`, `2022/10/10` or `2022年10月10日`."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    text = value.strip().translate(_HALF_WIDTH) if _is_short(value) else ""
    parts = _DATE.fullmatch(text)
    if not parts:
        raise refuse("form.date", refusals.NOT_DATE, label, found=describe(value))
    year, month, day = (int(each) for each in parts.groups())
    try:
        found = date(year, month, day)
    except ValueError:
        template = refusals.NO_SUCH_DAY
        raise refuse("form.date", template, label, found=describe(value)) from None
    if not limits.FIRST_YEAR <= year <= limits.LAST_YEAR:
        raise refuse("form.date", refusals.NO_SUCH_DAY, label, found=describe(value))
    return found


def _is_short(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) <= limits.MAX_NUMBER_LENGTH


def to_flag(value: object, label: Bilingual) -> bool:
    """Yes or no; an empty answer is no."""
    if isinstance(value, bool):
        return value
    if _is_short(value):
        word = value.strip().lower()
        if word in _YES or word in _NO:
            return word in _YES
    raise refuse("form.flag", refusals.NOT_FLAG, label, found=describe(value))
