"""The outbox: notices become mail for each person, as that person prefers, one message each.

It runs behind the acts, in the worker: a group's notice is one row until here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.ids import new_id
from app.identity import Membership, User
from app.notify.models import Mail, MailTiming, Notice, NoticeKind
from app.notify.preferences import preferences_of

#: A notice that is older when its turn comes is not mailed any more: nobody wants last month's.
FRESH = timedelta(days=1)
_PERSON = "user@"


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """When digests are sent: at this hour of the days that are worked."""

    hour: int
    calendar: Any

    def after(self, now: datetime) -> datetime:
        """The next such moment."""
        local = now.astimezone(self.calendar.zone)
        day = local.date()
        if local.time() >= time(self.hour):
            day += timedelta(days=1)
        while not self.calendar.is_working_day(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(self.hour), tzinfo=self.calendar.zone)


def unposted_notices(session: Session, limit: int = 100) -> list[UUID]:
    """Notices whose mail has not been written."""
    query = select(Notice.id).where(~Notice.is_posted).order_by(Notice.id).limit(limit)
    return list(session.scalars(query))


def post(session: Session, notice_id: UUID, digests: DigestTimes | None, now: datetime) -> None:
    """Write the mail that one notice asks for; none without `digests`, when no mail is sent."""
    notice = session.scalars(
        select(Notice).where(Notice.id == notice_id, ~Notice.is_posted).with_for_update()
    ).one_or_none()
    if notice is None:
        return  # another worker was faster
    notice.is_posted = True
    session.flush()
    if digests is None or now - notice.at > FRESH:
        return
    people = _people_at(session, notice.address)
    preferences = preferences_of(session, [each.id for each in people])
    said = {**notice.sentence, "path": notice.path, "kind": notice.kind}
    told = set(
        session.scalars(
            select(Mail.user_id).where(Mail.occasion == notice.occasion, ~Mail.is_digest)
        )
    )
    for person in people:
        timing = preferences[person.id][NoticeKind(notice.kind)].mail
        if timing is MailTiming.NOW and person.id not in told:
            _write(session, person.id, notice, [said], notice.occasion, now, now)
        elif timing is MailTiming.DIGEST:
            _add_to_digest(session, person.id, notice, said, digests.after(now), now)


def _people_at(session: Session, address: str) -> Sequence[User]:
    """Active people with a mail address; locked in one order, so that digests are written once."""
    members = select(Membership.user_id).where(Membership.group_key == address)
    query = select(User).where(
        or_(
            User.id.in_(members),
            User.username == address.removeprefix(_PERSON) if address.startswith(_PERSON)
            else User.id.in_(()),
        ),
        User.is_active,
        User.email != "",
    )  # fmt: skip
    return session.scalars(query.order_by(User.id).with_for_update(key_share=True)).all()


def _add_to_digest(
    session: Session,
    user_id: UUID,
    notice: Notice,
    said: dict[str, Any],
    at: datetime,
    now: datetime,
) -> None:
    occasion = f"digest:{at.isoformat()}"
    digest = session.scalars(
        select(Mail)
        .where(Mail.occasion == occasion, Mail.user_id == user_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if digest is None:
        _write(session, user_id, notice, [said], occasion, at, now)
    elif said not in digest.sentences:
        digest.sentences = [*digest.sentences, said]
        session.flush()


def _write(
    session: Session,
    user_id: UUID,
    notice: Notice,
    sentences: list[dict[str, Any]],
    occasion: str,
    at: datetime,
    now: datetime,
) -> None:
    session.connection().execute(
        insert(table_of(Mail)),
        {
            "id": new_id(),
            "user_id": user_id,
            "kind": notice.kind,
            "occasion": occasion,
            "sentences": sentences,
            "path": notice.path,
            "is_digest": occasion.startswith("digest:"),
            "written_at": now,
            "next_try_at": at,
            "attempts": 0,
            "error": "",
        },
    )


def retry(session: Session, mail_id: UUID, now: datetime) -> None:
    """An administrator wants a message that was given up to be sent all the same."""
    session.connection().execute(
        update(table_of(Mail))
        .where(Mail.id == mail_id, Mail.sent_at.is_(None), Mail.next_try_at.is_(None))
        .values(next_try_at=now, attempts=0)
    )


def troubled_mail(session: Session, limit: int = 100) -> Sequence[tuple[Mail, User]]:
    """Messages that could not be sent so far, the newest first."""
    query = (
        select(Mail, User)
        .join(User, User.id == Mail.user_id)
        .where(Mail.sent_at.is_(None), Mail.error != "")
        .order_by(Mail.id.desc())
        .limit(limit)
    )
    return [(mail, user) for mail, user in session.execute(query)]
