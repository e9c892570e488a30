"""Writing and reading notices."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, literal, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.i18n import Sentence
from app.core.ids import new_id
from app.core.types import UtcDateTime
from app.notify.models import Notice, NoticeKind, NoticePreference, NoticeReceipt

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
            "is_posted": False,
        }
        for address in sorted(set(addresses) - told)
    ]
    if rows:
        session.connection().execute(insert(table_of(Notice)), rows)


def is_told(session: Session, occasion: str, address: str) -> bool:
    """Whether an address was told of an occasion."""
    query = select(Notice.id).where(Notice.occasion == occasion, Notice.address == address)
    return session.scalars(query.limit(1)).first() is not None


def recent_notices(
    session: Session, user_id: UUID, addresses: Collection[str], kind: NoticeKind | None = None
) -> Sequence[Notice]:
    """The newest notices for any of these addresses, without the kinds that the person muted."""
    query = select(Notice).where(*_for(user_id, addresses))
    if kind is not None:
        query = query.where(Notice.kind == kind)
    return session.scalars(query.order_by(Notice.id.desc()).limit(RECENT)).all()


def read_until(session: Session, user_id: UUID) -> datetime | None:
    """The moment up to which the person has read the notices."""
    query = select(NoticeReceipt.read_until).where(NoticeReceipt.user_id == user_id)
    return session.scalars(query).one_or_none()


def count_unread(session: Session, user_id: UUID, addresses: Collection[str]) -> int:
    """How many of the recent notices came after the person last read them."""
    since = select(NoticeReceipt.read_until).where(NoticeReceipt.user_id == user_id)
    recent = (
        select(Notice.at)
        .where(*_for(user_id, addresses))
        .order_by(Notice.id.desc())
        .limit(RECENT)
        .subquery()
    )
    read_until = func.coalesce(since.scalar_subquery(), _EPOCH)
    return session.scalar(select(func.count()).where(recent.c.at > read_until)) or 0


def _for(user_id: UUID, addresses: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    muted = select(NoticePreference.kind).where(
        NoticePreference.user_id == user_id, NoticePreference.in_app.is_(False)
    )
    return Notice.address.in_(addresses), Notice.kind.not_in(muted)


def mark_all_read(session: Session, user_id: UUID, now: datetime) -> None:
    """The person has seen everything up to now."""
    receipt = session.get(NoticeReceipt, user_id)
    if receipt is None:
        session.add(NoticeReceipt(user_id=user_id, read_until=now))
    else:
        receipt.read_until = now
    session.flush()
