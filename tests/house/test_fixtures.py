"""The fixtures that every other test stands on keep their promises."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.settings import Settings
from app.identity.models import Organisation, User
from app.projects.sample import load_sample_bureau
from app.workflow.resources import open_database
from tests.databases import Server, clone_of, count_rows, installation
from tests.network import NetworkRefusedError
from tests.statements import Statements

Counter = Callable[..., AbstractContextManager[Statements]]


@pytest.fixture
def empty_postgresql(
    servers: Callable[[str], Server], empty_template: Callable[[str], str], tmp_path: Path
) -> Iterator[Database]:
    with clone_of(servers("postgresql"), empty_template("postgresql")) as url:
        database = open_database(installation(url, tmp_path))
        yield database
        database.dispose()


def bureau() -> Organisation:
    return Organisation(code="FB", kind="bureau", name_zh="财政局", name_en="Finance bureau")


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_finds_empty_tables(session: Session, attempt: int) -> None:
    found = session.scalars(select(Organisation)).all()
    session.add(bureau())

    assert found == []


@pytest.mark.parametrize("attempt", [1, 2])
def test_each_test_finds_the_whole_sample_bureau(bureau_database: Database, attempt: int) -> None:
    with bureau_database.unit_of_work() as session:
        people = list(session.scalars(select(User)))
        session.add(Organisation(code="X", kind="agency", name_zh="外", name_en="Other"))

    assert len(people) == 93


def test_the_bureau_copied_to_postgresql_is_the_one_loaded_there(
    empty_postgresql: Database, sample_template: Callable[[str], str]
) -> None:
    copied = Database(sample_template("postgresql"))
    in_copy = count_rows(copied)
    copied.dispose()

    load_sample_bureau(empty_postgresql, lambda _line: None)

    assert count_rows(empty_postgresql) == in_copy


def test_settings_name_the_database_of_the_test(database: Database, settings: Settings) -> None:
    assert str(database.url.database) in settings.database_url


def test_statements_are_counted_without_begin_and_commit(
    database: Database, count_statements: Counter
) -> None:
    with count_statements(database) as statements, database.unit_of_work() as session:
        session.add(bureau())
        session.flush()
        session.scalars(select(Organisation)).all()

    assert [text.split()[0] for text in statements.texts] == ["INSERT", "SELECT"]
    assert statements.commits == 1


def test_reading_commits_nothing(database: Database, commits: Statements) -> None:
    with database.unit_of_work(write=False) as session:
        session.scalars(select(Organisation)).all()

    assert commits.commits == 0


def test_too_many_statements_are_listed(database: Database, count_statements: Counter) -> None:
    def read_twice() -> None:
        with (
            count_statements(database, at_most=1),
            database.unit_of_work(write=False) as session,
        ):
            session.scalars(select(Organisation)).all()
            session.scalars(select(Organisation.code)).all()

    with pytest.raises(pytest.fail.Exception, match=r"at most 1 .*\n1\. SELECT .*\n2\. SELECT"):
        read_twice()


def test_the_hour_is_the_first_of_the_sample_bureau(now: datetime) -> None:
    assert now.isoformat() == "2022-10-10T01:00:00+00:00"


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("countersign.example", 80)])
def test_other_machines_are_refused(address: tuple[str, int]) -> None:
    with pytest.raises(NetworkRefusedError, match="stay on this machine"):
        socket.create_connection(address, timeout=1)


def test_this_machine_is_not_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()
