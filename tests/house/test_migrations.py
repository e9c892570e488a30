"""Migrations lead to the models and back, on both databases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Inspector, inspect, text

from app.core.database import Base, Database
from tests.databases import Server, migrate, migration_config, new_database


@pytest.fixture
def fresh_url(database_kind: str, servers: Callable[[str], Server]) -> Iterator[str]:
    """A database without a single table."""
    with new_database(servers(database_kind)) as url:
        yield url


@pytest.fixture
def modelled_url(database_kind: str, servers: Callable[[str], Server]) -> Iterator[str]:
    """A database whose tables come straight from the models."""
    with new_database(servers(database_kind)) as url:
        database = Database(url)
        Base.metadata.create_all(database.engine)
        database.dispose()
        yield url


def schema(url: str) -> dict[str, dict[str, Any]]:
    """All that the database knows of its tables, comparable."""
    database = Database(url)
    inspector = inspect(database.engine)
    found = {name: describe(inspector, name) for name in inspector.get_table_names()}
    database.dispose()
    return found


def describe(inspector: Inspector, table: str) -> dict[str, Any]:
    return {
        "columns": {column["name"]: str(column) for column in inspector.get_columns(table)},
        "key": inspector.get_pk_constraint(table),
        "references": ordered(inspector.get_foreign_keys(table)),
        "unique": ordered(inspector.get_unique_constraints(table)),
        "indexes": ordered(inspector.get_indexes(table)),
        "checks": ordered(inspector.get_check_constraints(table)),
    }


def ordered(constraints: list[Any]) -> list[str]:
    return sorted(str({name: plain(part) for name, part in each.items()}) for each in constraints)


def plain(part: Any) -> str:
    """Options of an index hold SQL as objects that know no equality."""
    options = (
        {name: str(option) for name, option in part.items()} if isinstance(part, dict) else part
    )
    return " ".join(str(options).split())


def test_models_have_no_change_without_a_migration(fresh_url: str) -> None:
    migrate(fresh_url)

    command.check(migration_config(fresh_url))


def test_migrated_tables_are_those_of_the_models_with_every_check(
    fresh_url: str, modelled_url: str
) -> None:
    migrate(fresh_url)

    migrated = schema(fresh_url)
    del migrated["alembic_version"]

    assert migrated == schema(modelled_url)


def test_the_way_down_leaves_nothing_and_the_way_up_works_again(fresh_url: str) -> None:
    migrate(fresh_url)
    before = schema(fresh_url)

    command.downgrade(migration_config(fresh_url), "base")
    left = schema(fresh_url)
    migrate(fresh_url)

    assert list(left) == ["alembic_version"]
    assert schema(fresh_url) == before


def test_a_failed_migration_leaves_no_trace(fresh_url: str) -> None:
    database = Database(fresh_url)
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE vote (in_the_way INTEGER)"))

    with pytest.raises(Exception, match="already exists"):
        migrate(fresh_url)

    assert list(schema(fresh_url)) == ["vote"]
    database.dispose()
