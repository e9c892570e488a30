"""Columns that keep a promise: money is exact, times are aware UTC, words are known ones."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import BigInteger, DateTime, Dialect
from sqlalchemy.types import TypeDecorator

CENT = Decimal("0.01")


def one_of(column: str, words: Iterable[str]) -> str:
    """SQL of a CHECK that keeps a column inside an enumeration."""
    return f"{column} IN ({', '.join(repr(str(word)) for word in words)})"


def money(value: Decimal | int | str) -> Decimal:
    """An amount in 10k yuan with two places, rounded half-up (domain dossier, heading)."""
    return Decimal(value).quantize(CENT, ROUND_HALF_UP)


class Money(TypeDecorator[Decimal]):
    """10k yuan as Decimal with two places, stored as an integer of hundredths on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Refuse what would be rounded silently."""
        if value is None:
            return None
        scaled = value * 100
        if scaled != scaled.to_integral_value():
            raise ValueError(f"Expected an amount with at most two decimal places, found {value}.")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Back to Decimal with two places."""
        return None if value is None else Decimal(value).scaleb(-2).quantize(CENT)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time; stored in UTC, returned in UTC (SQLite itself knows no zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: nobody could say later what they meant."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"Expected a time with its zone, found the naive {value.isoformat()}.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
