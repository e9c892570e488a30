"""How a person hears of each kind of notice: at the bell, by mail now, in a digest, not at all."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.notify.models import MailTiming, NoticeKind, NoticePreference


@dataclass(frozen=True, slots=True)
class Preference:
    """One choice."""

    in_app: bool
    mail: MailTiming


_NOW = Preference(in_app=True, mail=MailTiming.NOW)
_DIGEST = Preference(in_app=True, mail=MailTiming.DIGEST)
#: For whoever has chosen nothing: at once what somebody waits for, the rest once a day.
DEFAULTS: Mapping[NoticeKind, Preference] = {
    NoticeKind.ASSIGNED: _DIGEST,
    NoticeKind.RETURNED: _NOW,
    NoticeKind.URGED: _NOW,
    NoticeKind.ASKED: _NOW,
    NoticeKind.DUE: _DIGEST,
    NoticeKind.OVERDUE: _NOW,
    NoticeKind.COPIED: _DIGEST,
    NoticeKind.DECIDED: _DIGEST,
}


def preferences_of(
    session: Session, user_ids: Collection[UUID]
) -> dict[UUID, dict[NoticeKind, Preference]]:
    """What each of these people chose, completed by the defaults."""
    found = {each: dict(DEFAULTS) for each in user_ids}
    rows = session.scalars(select(NoticePreference).where(NoticePreference.user_id.in_(user_ids)))
    for row in rows:
        choice = Preference(row.in_app, MailTiming(row.mail))
        found[row.user_id][NoticeKind(row.kind)] = choice
    return found


def choose(session: Session, user_id: UUID, chosen: Mapping[NoticeKind, Preference]) -> None:
    """Keep what a person chose, over what was chosen before."""
    table = table_of(NoticePreference)
    connection = session.connection()
    connection.execute(delete(table).where(table.c.user_id == user_id))
    rows = [
        {"user_id": user_id, "kind": kind, "in_app": each.in_app, "mail": each.mail}
        for kind, each in chosen.items()
    ]
    if rows:
        connection.execute(insert(table), rows)
