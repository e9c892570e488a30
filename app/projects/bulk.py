"""Many rows of one table in one statement."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from app.core.database import Base


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns; nothing happens for no rows.

    The table and not the class is given to SQLAlchemy: the class would split the rows into one
    statement for every combination of columns that are empty.
    """
    if rows:
        session.execute(insert(cast(Table, model.__table__)), rows)
