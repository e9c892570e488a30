"""Forms that were sent once: sent again, by a second click or a retry, they do nothing twice.

A key is used in the same transaction as the act, so a refused act leaves its key unused.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's, too
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.workflow.deciding.models import RequestKey

KEY = table_of(RequestKey)
#: Nobody presses the back button for longer than a working week.
KEPT = timedelta(days=7)
LONGEST_LOCATION = 500


def use_key(session: Session, key: str, user_id: UUID, now: datetime) -> bool:
    """Whether this person uses the key for the first time.

    Who sends the same form at the same moment waits here until the first one is done.
    """
    row = {"key": key, "user_id": user_id, "used_at": now, "location": ""}
    written = session.connection().execute(
        insert(KEY).values(row).on_conflict_do_nothing(),
        execution_options={"preserve_rowcount": True},
    )
    return written.rowcount == 1


def keep_location(session: Session, key: str, user_id: UUID, location: str) -> None:
    """Write down the local address that the form led to; too long a query is left out."""
    if len(location) > LONGEST_LOCATION:
        location = location.partition("?")[0][:LONGEST_LOCATION]
    session.connection().execute(
        update(KEY).where(KEY.c.key == key, KEY.c.user_id == user_id).values(location=location)
    )


def find_use(session: Session, key: str, user_id: UUID) -> tuple[datetime, str]:
    """When a used key was used, and the address that its form led to."""
    query = select(KEY.c.used_at, KEY.c.location)
    row = session.execute(query.where(KEY.c.key == key, KEY.c.user_id == user_id)).one()
    return row.used_at, row.location


def has_old_keys(session: Session, now: datetime) -> bool:
    """Whether there is anything for `drop_old_keys`."""
    query = select(KEY.c.key).where(KEY.c.used_at < now - KEPT).limit(1)
    return session.execute(query).first() is not None


def drop_old_keys(session: Session, now: datetime) -> None:
    """Forget the keys that nobody will send again."""
    session.connection().execute(delete(KEY).where(KEY.c.used_at < now - KEPT))
