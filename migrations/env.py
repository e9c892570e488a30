"""How migrations reach the database: the product's own settings, one transaction, both dialects."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations import MigrationScript
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.types import TypeDecorator

from app.core.database import Base, Database
from app.core.settings import ROOT, Settings

#: Two processes that migrate at once take turns; the number is the project's own.
LOCK = 20221010


def migrate() -> None:
    """Run the migrations that were asked for, or compare the database with the models."""
    url = context.config.attributes.get("database_url")
    database = Database(url or Settings.from_environment().database_url)
    try:
        _migrate(database)
    finally:
        database.dispose()


def _migrate(database: Database) -> None:
    with database.engine.connect() as plain:
        connection = plain.execution_options(countersign_write=True)
        if database.is_sqlite:
            _suspend_foreign_keys(connection)
        context.configure(
            connection=connection,
            target_metadata=_tables_of_all_rooms(),
            render_as_batch=True,
            render_item=_render_item,
            process_revision_directives=_number,
            compare_type=True,
            compare_server_default=True,
            # SQLite can, although alembic does not expect it: a failed migration leaves no trace.
            transactional_ddl=True,
        )
        with context.begin_transaction():
            if not database.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            context.run_migrations()
            if database.is_sqlite:
                _require_whole(connection)


def _tables_of_all_rooms() -> MetaData:
    import_module("app.core.installation")  # the one table outside the rooms' models.py
    for models in sorted((ROOT / "app").rglob("models.py")):
        import_module(".".join(models.relative_to(ROOT).with_suffix("").parts))
    return Base.metadata


def _suspend_foreign_keys(connection: Connection) -> None:
    # A changed table is copied and dropped there; with the keys on, its children would go too.
    # Inside a transaction the pragma does nothing, hence the driver's own connection.
    driver = connection.connection.driver_connection
    if driver is not None:
        driver.execute("PRAGMA foreign_keys=OFF")


def _require_whole(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"Expected every reference to be kept, found broken ones: {broken[:5]}")


def _render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our own column types are written as what the database stores: migrations outlive them."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def _number(_context: Any, _revision: Any, directives: list[MigrationScript]) -> None:
    """Migrations are numbered 0001, 0002, …: their order can be read in the folder."""
    known: Iterable[Any] = ScriptDirectory.from_config(context.config).walk_revisions()
    for script in directives:
        script.rev_id = f"{len(list(known)) + 1:04}"


migrate()
