"""The database and the unit of work: the one place where a transaction begins and ends."""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from app.core import documents

#: Alembic needs a name for every constraint to be able to drop it on both databases.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_HAS_WORK = "has_work"


class Base(DeclarativeBase):
    """Parent of every table of the product."""

    metadata = MetaData(naming_convention=NAMING)


def table_of(model: type[Base]) -> Table:
    """The bare table of a model, for hot paths: Core costs a fourth of the ORM (measured)."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"Expected a model on a table, found {model.__name__}.")
    return table


class Database:
    """One database: SQLite file or PostgreSQL, behind the same unit of work.

    `info` is handed to every session (`session.info`), for what verbs need besides rows.
    """

    def __init__(self, url: str, info: Mapping[str, object] | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database not in (None, "", ":memory:"):
            Path(str(self.url.database)).parent.mkdir(parents=True, exist_ok=True)
        self.engine = _engine(url, self.is_sqlite)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info=dict(info or {}))
        # SQLite has one writer at a time. Waiting for it in this process, in turn, instead of in
        # the busy handler's random back-off took the slowest of 8 writers from 899 to 23 ms.
        self._writer = threading.Lock() if self.is_sqlite else nullcontext()
        #: Called after each commit that left work behind (`wake_worker`), by whoever committed.
        self.on_work: Callable[[], None] | None = None

    @contextmanager
    def unit_of_work(self, *, write: bool = True) -> Iterator[Session]:
        """Everything one action does: committed together at the end, or not at all.

        Raise to refuse; the exception rolls everything back. `write=False` takes no write lock
        and commits nothing.
        """
        with self._writer if write else nullcontext(), self._sessions() as session:
            session.connection(execution_options={"countersign_write": write})
            yield session
            if write:
                session.commit()
                if self.on_work is not None and _HAS_WORK in session.info:
                    self.on_work()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def wake_worker(session: Session) -> None:
    """What this unit of work writes is to be taken up by the worker as soon as it is committed."""
    session.info[_HAS_WORK] = True


def _engine(url: str, is_sqlite: bool) -> Engine:
    options: dict[str, Any] = {"json_serializer": documents.dump_text}
    options["json_deserializer"] = documents.load
    if not is_sqlite:
        return create_engine(url, pool_pre_ping=True, pool_size=8, **options)
    engine = create_engine(url, connect_args={"timeout": 30}, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Without this the driver begins transactions by itself, too late to take the write lock.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A writer that starts as a reader could be refused the lock half-way ("database is locked").
    write = connection.get_execution_options().get("countersign_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
