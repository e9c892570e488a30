"""For whom a person stands in today: read with the actor, in one statement."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.i18n import Bilingual
from app.identity.interests import Declared
from app.identity.models import Membership, Substitution, User

#: So many people in a row may stand in for one another: A is away, B for A, C for B.
LONGEST_CHAIN = 3


@dataclass(frozen=True, slots=True)
class StandIn:
    """An absent colleague whose work a person may do until a day."""

    #: The absent one's.
    id: UUID
    username: str
    name: Bilingual
    organisation_code: str
    #: The owner's group keys.
    groups: frozenset[str]
    last_day: date
    #: Only in this process; None for all.
    process_key: str | None
    #: The owner's conflicts of interest on that day.
    conflicts: tuple[Declared, ...] = ()

    def covers(self, process_key: str) -> bool:
        """Whether it holds for the items of a process."""
        return self.process_key in (None, process_key)


def read_stand_ins(session: Session, user_id: UUID, today: date) -> tuple[StandIn, ...]:
    """Everybody for whom the person stands in today, along a chain of absences, by user name.

    A link in the middle narrows: to the earlier last day, and to the process of either link.
    """
    chain = _chain(user_id, today)
    rows = session.execute(
        select(User, Membership.group_key, chain.c.last_day, chain.c.process_key)
        .join(chain, chain.c.owner_id == User.id)
        .outerjoin(Membership, Membership.user_id == User.id)
        .where(User.is_active, User.id != user_id)
        .order_by(User.username, chain.c.last_day)
    ).all()
    groups: dict[tuple[UUID, date, str | None], set[str]] = {}
    people = {}
    for owner, key, last_day, process_key in rows:
        people[owner.id] = owner
        groups.setdefault((owner.id, last_day, process_key), set()).update([key] if key else [])
    return tuple(
        StandIn(
            id=owner_id,
            username=people[owner_id].username,
            name=people[owner_id].name,
            organisation_code=people[owner_id].organisation_code,
            groups=frozenset(found),
            last_day=last_day,
            process_key=process_key,
        )
        for (owner_id, last_day, process_key), found in groups.items()
    )


def _chain(user_id: UUID, today: date) -> Any:
    def is_on(absence: Any) -> tuple[Any, ...]:
        return (absence.first_day <= today, absence.last_day >= today, absence.ended_at.is_(None))

    chain = (
        select(
            Substitution.owner_id,
            Substitution.last_day,
            Substitution.process_key,
            literal(1).label("hops"),
        )
        .where(Substitution.substitute_id == user_id, *is_on(Substitution))
        .cte("chain", recursive=True)
    )
    further = aliased(Substitution)
    earlier = case((further.last_day < chain.c.last_day, further.last_day), else_=chain.c.last_day)
    return chain.union_all(
        select(
            further.owner_id,
            earlier,
            func.coalesce(further.process_key, chain.c.process_key),
            chain.c.hops + 1,
        )
        .join(chain, chain.c.owner_id == further.substitute_id)
        .where(
            chain.c.hops < LONGEST_CHAIN,
            *is_on(further),
            or_(
                further.process_key.is_(None),
                chain.c.process_key.is_(None),
                further.process_key == chain.c.process_key,
            ),
        )
    )
