"""SQL that was compiled for one test serves the next: each test has an engine, none compiles anew.

Compiling took a third of a test's time. SQLAlchemy keeps compiled statements per engine and per
dialect; here the engines of one kind share what they keep, and their dialects count as one.
"""

from typing import ClassVar

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache


class _Shared:
    """All engines are made alike (`app.core.database`), so one dialect is as good as another."""

    supports_statement_cache = True
    compiled: ClassVar[LRUCache[object, object]]

    def __init_subclass__(cls) -> None:
        cls.compiled = LRUCache(2000)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """SQLAlchemy calls this with each new engine."""
        engine._compiled_cache = cls.compiled  # type: ignore[assignment]


class SharedSqlite(_Shared, SQLiteDialect_pysqlite):
    """SQLite as the product has it."""

    supports_statement_cache = True


class SharedPostgresql(_Shared, PGDialect_psycopg):
    """PostgreSQL as the product has it."""

    supports_statement_cache = True


def share_compiled_statements() -> None:
    """Let every engine that is made from now on share its compiled statements."""
    registry.register("sqlite", __name__, SharedSqlite.__name__)
    registry.register("postgresql.psycopg", __name__, SharedPostgresql.__name__)
