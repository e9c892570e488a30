"""Exact numbers that are not money: targets and weights of indicators."""

from decimal import Decimal, InvalidOperation

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

#: Decimal places that a target or a weight may have.
PLACES = 4
#: Targets stay below this; with four places they then fit a 64-bit integer.
LIMIT = Decimal(10) ** 13


class Quantity(TypeDecorator[Decimal]):
    """A Decimal with at most four places, stored as an integer of ten-thousandths."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Refuse what would be rounded silently."""
        if value is None:
            return None
        scaled = value.scaleb(PLACES)
        if scaled != scaled.to_integral_value() or abs(value) >= LIMIT:
            raise ValueError(f"Expected a number with at most {PLACES} places, found {value}.")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Back to Decimal, without trailing zeros."""
        return None if value is None else plain_number(Decimal(value).scaleb(-PLACES))


def plain_number(value: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent: 90, not 9E+1."""
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") or "0") if "." in text else Decimal(text)


def read_number(value: object) -> Decimal | None:
    """A typed number (text, whole number or Decimal) exactly; None if it is none.

    Binary floats are no numbers here, and neither are NaN, infinities and powers such as `1E400`.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        return None
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except (InvalidOperation, ValueError):
        return None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -PLACES or number.adjusted() > 12:
        return None
    return plain_number(number)
