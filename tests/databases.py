"""Databases for tests: a template is made once per process, each test gets a copy of its own."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import Protocol

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import func, insert, make_url, select

from app.core.database import Base, Database
from app.core.settings import ROOT, Settings, normalised_url
from app.workflow.resources import FormLibrary, ProcessLibrary, Resources
from tests.postgresql import PostgresqlServer


class Server(Protocol):
    """A place where databases are made and copied; databases are named by their URLs."""

    def create(self) -> str:
        """A new empty database without tables."""

    def copy(self, template: str) -> str:
        """A copy of a database that nobody is connected to."""

    def drop(self, url: str) -> None:
        """Remove a database that nobody is connected to."""


class SqliteServer:
    """SQLite files in one folder. A copy takes about 1 ms."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def create(self) -> str:
        """A URL whose file appears with the first connection."""
        return f"sqlite:///{self._folder / f'{next(self._numbers)}.db'}"

    def copy(self, template: str) -> str:
        """Copy the file; a closed database has everything in it."""
        url = self.create()
        shutil.copyfile(_file(template), _file(url))
        return url

    def drop(self, url: str) -> None:
        """Remove the file and its log."""
        for suffix in ("", "-wal", "-shm"):
            Path(f"{_file(url)}{suffix}").unlink(missing_ok=True)


def _file(url: str) -> Path:
    return Path(str(make_url(url).database))


class PostgresqlDatabases:
    """Databases of one PostgreSQL server.

    Copying the template's files takes 19 ms and dropping them 7 ms; copying through the log took
    twice as long, and emptying every table between tests 45 ms.
    """

    def __init__(self, url: str) -> None:
        self._url = make_url(normalised_url(url))
        self._name = f"countersign_test_{os.getpid()}"
        self._numbers = itertools.count(1)
        plain = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection = psycopg.connect(plain, autocommit=True)
        #: Before version 15 it was the only strategy and had no name.
        by_files = self._connection.info.server_version >= 150000
        self._strategy = sql.SQL(" STRATEGY file_copy" if by_files else "")

    def create(self) -> str:
        """A database with nothing in it."""
        return self._create("template0")

    def copy(self, template: str) -> str:
        """Copy the template's files."""
        return self._create(str(make_url(template).database))

    def _create(self, template: str) -> str:
        name = f"{self._name}_{next(self._numbers)}"
        self._connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
            + self._strategy
        )
        return self._url.set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Drop it, throwing out whoever a failed test has left connected."""
        name = sql.Identifier(str(make_url(url).database))
        self._connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def close(self) -> None:
        """Leave the server."""
        self._connection.close()


@contextmanager
def postgresql_databases() -> Iterator[PostgresqlDatabases]:
    """Databases on the server of TEST_POSTGRESQL_URL, or on one started for this process."""
    with ExitStack() as stack:
        url = os.environ.get("TEST_POSTGRESQL_URL")
        if not url:
            url = stack.enter_context(closing(PostgresqlServer())).url
        yield stack.enter_context(closing(PostgresqlDatabases(url)))


@contextmanager
def new_database(server: Server) -> Iterator[str]:
    """The URL of a database without tables, dropped at the end."""
    url = server.create()
    try:
        yield url
    finally:
        server.drop(url)


@contextmanager
def clone_of(server: Server, template: str) -> Iterator[str]:
    """The URL of a copy of the template, dropped at the end."""
    url = server.copy(template)
    try:
        yield url
    finally:
        server.drop(url)


def migration_config(url: str) -> Config:
    """What alembic's commands need to reach one database."""
    config = Config(output_buffer=StringIO())
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["database_url"] = url
    return config


def migrate(url: str) -> None:
    """Give a database the newest schema."""
    command.upgrade(migration_config(url), "head")


def copy_rows(source: str, target: str) -> None:
    """Fill the empty tables of one database with the rows of another, of whatever kind."""
    databases = Database(source), Database(target)
    with databases[0].engine.connect() as reader, databases[1].unit_of_work() as session:
        for table in Base.metadata.sorted_tables:
            if rows := [dict(row) for row in reader.execute(select(table)).mappings()]:
                session.execute(insert(table), rows)
    for database in databases:
        database.dispose()


def count_rows(database: Database) -> dict[str, int]:
    """Rows by table."""
    counted = select(func.count())
    with database.unit_of_work(write=False) as session:
        return {
            table.name: session.scalars(counted.select_from(table)).one()
            for table in Base.metadata.sorted_tables
        }


#: What a running installation reads once. Forms are by file and processes by the ids of their
#: definitions, which no other database has: what one test has read is right for the next.
_FORMS = FormLibrary(ROOT / "forms")
_PROCESSES = ProcessLibrary()


class _Warm(Resources):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        if settings.forms_folder == ROOT / "forms":
            self.forms = _FORMS
        self.processes = _PROCESSES


def open_warm(settings: Settings) -> Database:
    """`open_database` of an installation that has been running for a while.

    Reading diagrams and forms takes a fifth of a test that asks for them. A test of a start calls
    `open_database` itself, as they all do that restart.
    """
    return Database(settings.database_url, info={"resources": _Warm(settings)})


def installation(url: str, folder: Path) -> Settings:
    """Settings as the tests want them: nothing outside the folder is written."""
    return Settings(
        database_url=url,
        secret_key="for tests only",
        files_folder=folder / "files",
        embedded_worker=False,
    )
