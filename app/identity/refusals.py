"""Requests that were refused because their sender may not make them, for administrators to see."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, func, insert, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.i18n import Sentence
from app.core.ids import new_id
from app.identity.models import RefusedRequest, User

#: Nobody fills the table: what a person tries more often in a day is not written any more.
MOST_PER_DAY = 200
#: Rows of one page.
PAGE = 50
LONGEST_PATH = 300


def record_refusal(
    session: Session, user_id: UUID, method: str, path: str, sentence: Sentence, now: datetime
) -> None:
    """Write down that a person was refused; the request itself has changed nothing."""
    since = now - timedelta(days=1)
    recent = select(func.count()).where(
        RefusedRequest.user_id == user_id, RefusedRequest.at >= since
    )
    if (session.scalar(recent) or 0) >= MOST_PER_DAY:
        return
    row = {
        "id": new_id(),
        "user_id": user_id,
        "at": now,
        "method": method,
        "path": path[:LONGEST_PATH],
        "sentence": sentence.dump(),
    }
    session.connection().execute(insert(table_of(RefusedRequest)), row)


def refusals_page(
    session: Session, before: UUID | None = None
) -> tuple[Sequence[Row[RefusedRequest, User]], bool]:
    """The newest refusals with their senders, before the one named; and whether there are more."""
    query = select(RefusedRequest, User).join(User, User.id == RefusedRequest.user_id)
    if before is not None:
        query = query.where(RefusedRequest.id < before)
    rows = session.execute(query.order_by(RefusedRequest.id.desc()).limit(PAGE + 1)).all()
    return rows[:PAGE], len(rows) > PAGE
