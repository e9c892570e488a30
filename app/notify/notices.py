"""Writing and reading notices."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.i18n import Sentence
from app.core.ids import new_id
from app.core.types import UtcDateTime
from app.notify.models import Notice, NoticeKind, NoticeReceipt

#: What the bell shows at most.
RECENT = 50
_EPOCH = literal(datetime(1970, 1, 1, tzinfo=UTC), UtcDateTime())


def notify(
    session: Session,
    kind: NoticeKind,
    addresses: Collection[str],
    occasion: str,
    sentence: Sentence,
    path: str,
    now: datetime,
) -> None:
    """Tell every address once per occasion."""
    told = set(
        session.scalars(
            select(Notice.address).where(Notice.occasion == occasion, Notice.address.in_(addresses))
        )
    )
    rows = [
        {
            "id": new_id(),
            "address": address,
            "kind": kind,
            "occasion": occasion,
            "sentence": sentence.dump(),
            "path": path,
            "at": now,
        }
        for address in sorted(set(addresses) - told)
    ]
    if rows:
        session.connection().execute(insert(table_of(Notice)), rows)


def recent_notices(session: Session, addresses: Collection[str]) -> Sequence[Notice]:
    """The newest notices for any of these addresses."""
    query = select(Notice).where(Notice.address.in_(addresses))
    return session.scalars(query.order_by(Notice.id.desc()).limit(RECENT)).all()


def count_unread(session: Session, user_id: UUID, addresses: Collection[str]) -> int:
    """How many of the recent notices came after the person last read them."""
    since = select(NoticeReceipt.read_until).where(NoticeReceipt.user_id == user_id)
    recent = (
        select(Notice.at)
        .where(Notice.address.in_(addresses))
        .order_by(Notice.id.desc())
        .limit(RECENT)
        .subquery()
    )
    read_until = func.coalesce(since.scalar_subquery(), _EPOCH)
    return session.scalar(select(func.count()).where(recent.c.at > read_until)) or 0


def mark_all_read(session: Session, user_id: UUID, now: datetime) -> None:
    """The person has seen everything up to now."""
    receipt = session.get(NoticeReceipt, user_id)
    if receipt is None:
        session.add(NoticeReceipt(user_id=user_id, read_until=now))
    else:
        receipt.read_until = now
    session.flush()
