"""What every test may ask for: databases of both kinds, settings, the hour, counted statements."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.settings import Settings
from app.workflow.resources import open_database
from tests.completeness import pytest_sessionfinish, pytest_terminal_summary
from tests.databases import (
    Server,
    SqliteServer,
    clone_of,
    copy_rows,
    installation,
    migrate,
    open_warm,
    postgresql_databases,
)
from tests.dialects import share_compiled_statements
from tests.network import refuse_other_machines
from tests.statements import Statements
from tests.statements import count_statements as count

#: Hooks of the whole run, which pytest looks for here.
__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

refuse_other_machines()
share_compiled_statements()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Server]]:
    """Both kinds of database server by name, each started when first asked for."""
    with ExitStack() as stack:

        @cache
        def server(kind: str) -> Server:
            if kind == "sqlite":
                return SqliteServer(tmp_path_factory.mktemp("sqlite"))
            return stack.enter_context(postgresql_databases())

        yield server


@pytest.fixture(scope="session")
def empty_template(servers: Callable[[str], Server]) -> Callable[[str], str]:
    """The URL of a database of this kind with all tables and no rows; made once."""

    @cache
    def make(kind: str) -> str:
        url = servers(kind).create()
        migrate(url)
        return url

    return make


@pytest.fixture(scope="session")
def sample_template(
    servers: Callable[[str], Server],
    empty_template: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], str]:
    """The URL of a database of this kind with the sample bureau as `make run` loads it.

    The acts of the bureau take some fifteen seconds, so one test process does them for all, on
    SQLite; PostgreSQL gets a copy of their rows, in two.
    """

    @cache
    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{loaded_sample(empty_template(kind), tmp_path_factory)}"
        url = servers(kind).copy(empty_template(kind))
        copy_rows(make("sqlite"), url)
        return url

    return make


def loaded_sample(empty: str, folders: pytest.TempPathFactory) -> Path:
    """A file with the sample bureau, made by whichever test process wants it first."""
    # Here, not above: most tests do without the bureau and need not wait for its parts.
    from app.projects.sample import load_sample_bureau  # noqa: PLC0415

    run = folders.getbasetemp()
    shared = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    loaded = shared / "sample.db"
    with (shared / "sample.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not loaded.exists():
            with clone_of(SqliteServer(folders.mktemp("sample")), empty) as url:
                database = open_database(installation(url, run))
                load_sample_bureau(database, lambda _line: None)
                database.dispose()
                shutil.move(str(database.url.database), loaded)
    return loaded


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Runs a test on both databases."""
    kind: str = request.param
    return kind


@pytest.fixture
def database_url(
    database_kind: str, servers: Callable[[str], Server], empty_template: Callable[[str], str]
) -> Iterator[str]:
    """A migrated, empty database of the test's own."""
    with clone_of(servers(database_kind), empty_template(database_kind)) as url:
        yield url


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """An installation with the repository's diagrams, forms and rules, and files of its own.

    It names the test's `database` where the test asks for one, else a file that does not exist.
    """
    if "database_url" in request.fixturenames:
        return installation(request.getfixturevalue("database_url"), tmp_path)
    return installation(f"sqlite:///{tmp_path / 'countersign.db'}", tmp_path)


@pytest.fixture
def database(database_url: str, settings: Settings) -> Iterator[Database]:
    """SQLite, then PostgreSQL: all tables, no rows."""
    database = open_warm(settings)
    yield database
    database.dispose()


@pytest.fixture
def bureau_database(
    database_kind: str,
    servers: Callable[[str], Server],
    sample_template: Callable[[str], str],
    settings: Settings,
) -> Iterator[Database]:
    """SQLite, then PostgreSQL: the sample bureau, freshly loaded, the test's own."""
    with clone_of(servers(database_kind), sample_template(database_kind)) as url:
        database = open_warm(replace(settings, database_url=url))
        yield database
        database.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """The session of one writing unit of work, committed after the test."""
    with database.unit_of_work() as session:
        yield session


@pytest.fixture
def now() -> datetime:
    """Monday, the first working day of the sample bureau, 09:00 in Shanghai."""
    return datetime(2022, 10, 10, 1, tzinfo=UTC)


@pytest.fixture
def count_statements() -> Callable[..., AbstractContextManager[Statements]]:
    """`with count_statements(database, at_most=15) as statements: …`; see `statements.py`."""
    return count


@pytest.fixture
def commits(database: Database) -> Iterator[Statements]:
    """`commits.commits` and `len(commits)`: what the whole test does to its database."""
    with count(database) as statements:
        yield statements
