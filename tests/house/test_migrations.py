"""Migrations lead to the models and back, on both databases."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Inspector, inspect, text

from app.core.database import Base, Database
from tests.databases import Server, migrate, migration_config, new_database

#: What a database at 0001 may hold: one project of 430.00, from two sources.
PROJECT_OF_0001 = (
    "INSERT INTO organisation (code, kind, name_zh, name_en) VALUES ('D', 'section', '科', 'S')",
    "INSERT INTO project (id, code, name_zh, name_en, fiscal_year, unit_code, department_code,"
    " section_code, object_type, nature, novelty, is_key, start_date, end_date, leader_zh,"
    " leader_en, phone, year_amount, total_amount, link, link_status) VALUES"
    " ('0123456789abcdef0123456789abcdef', 'YS2023-0001', '路', 'Road', 2023, 'D', 'D', 'D',"
    " 'project', 'one_off', 'new', false, '2023-01-01', '2023-12-31', '李', 'Li', '1',"
    " 43000, 43000, 'goal', 'draft')",
    "INSERT INTO funding_source SELECT id, 'fiscal', 30000 FROM project",
    "INSERT INTO funding_source SELECT id, 'superior', 13000 FROM project",
)
MONEY_OF_0002 = (
    "SELECT fiscal_amount, carry_over_amount, superior_amount, other_amount FROM project"
)


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
    triggers = triggers_of(database)
    found = {
        name: describe(inspector, name) | {"triggers": triggers.get(name, {})}
        for name in inspector.get_table_names()
    }
    database.dispose()
    return found


#: Name, table and all that it does, functions included.
TRIGGERS = {
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(t.oid) || p.prosrc"
        " FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE NOT tgisinternal"
    ),
}


def triggers_of(database: Database) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    with database.unit_of_work(write=False) as session:
        for name, table, does in session.execute(text(TRIGGERS[database.engine.dialect.name])):
            found.setdefault(table, {})[name] = does
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
    assert migrated["vote"]["triggers"]
    assert migrated["ledger_entry"]["triggers"]

    assert migrated == schema(modelled_url)


def test_the_way_down_leaves_nothing_and_the_way_up_works_again(fresh_url: str) -> None:
    migrate(fresh_url)
    before = schema(fresh_url)

    command.downgrade(migration_config(fresh_url), "base")
    left = schema(fresh_url)
    migrate(fresh_url)

    assert list(left) == ["alembic_version"]
    assert schema(fresh_url) == before


def test_money_by_source_survives_the_way_up_and_down(fresh_url: str) -> None:
    """Given two sources as rows (0001), when the schema moves on and back, then none is lost."""
    config = migration_config(fresh_url)
    command.upgrade(config, "0001")
    database = Database(fresh_url)
    with database.unit_of_work() as session:
        for statement in PROJECT_OF_0001:
            session.execute(text(statement))

    command.upgrade(config, "0002")
    with database.unit_of_work(write=False) as session:
        moved = session.execute(text(MONEY_OF_0002)).one()
    assert moved == (30000, 0, 13000, 0)
    command.downgrade(config, "0001")

    with database.unit_of_work(write=False) as session:
        rows = session.execute(text("SELECT source, amount FROM funding_source ORDER BY source"))
        assert rows.all() == [("fiscal", 30000), ("superior", 13000)]
    database.dispose()


def test_a_failed_migration_leaves_no_trace(fresh_url: str) -> None:
    database = Database(fresh_url)
    with database.unit_of_work() as session:
        session.execute(text("CREATE TABLE vote (in_the_way INTEGER)"))

    with pytest.raises(Exception, match="already exists"):
        migrate(fresh_url)

    assert list(schema(fresh_url)) == ["vote"]
    database.dispose()
