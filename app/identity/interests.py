"""Conflicts of interest in force: what somebody has declared that touches a matter on a day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from app.core.i18n import Bilingual
from app.identity.models import Conflict, Organisation, User


@dataclass(frozen=True, slots=True)
class Matter:
    """What an item is about, as far as somebody may have an interest in it."""

    #: Its unit, department and third-party agency.
    organisations: frozenset[str]
    #: Its project.
    subject_code: str
    #: In the bureau's time zone.
    day: date


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration in force."""

    organisation_code: str | None
    subject_code: str | None
    #: Of the organisation; None for a project.
    name: Bilingual | None
    declared_at: datetime
    #: Who entered it for the person; None when it was declared by himself.
    entered_by: Bilingual | None
    reason: str

    def touches(self, organisations: Collection[str], subject_code: str) -> bool:
        """Whether it keeps the person from an item of these organisations and this project."""
        return self.organisation_code in organisations or self.subject_code == subject_code


def in_force(conflict: Any, today: date) -> ColumnElement[bool]:
    """The condition that a declaration holds on a day."""
    held: ColumnElement[bool] = (
        conflict.withdrawn_at.is_(None)
        & (conflict.first_day <= today)
        & or_(conflict.last_day.is_(None), conflict.last_day >= today)
    )
    return held


def is_declared(user_id: UUID, today: date | None) -> ColumnElement[bool]:
    """Whether a person has declared anything that is in force."""
    if today is None:
        return false()
    return exists().where(Conflict.user_id == user_id, in_force(Conflict, today))


def has_declared(user_id: Any, matter: Matter) -> ColumnElement[bool]:
    """Whether the person of a row has declared a conflict with a matter."""
    return exists().where(
        Conflict.user_id == user_id,
        in_force(Conflict, matter.day),
        or_(
            Conflict.organisation_code.in_(sorted(matter.organisations)),
            Conflict.subject_code == matter.subject_code,
        ),
    )


def read_declared(
    session: Session, people: Collection[UUID], today: date
) -> dict[UUID, tuple[Declared, ...]]:
    """What these people have declared that is in force, in one statement and none for nobody."""
    if not people:
        return {}
    author = aliased(User)
    rows = session.execute(
        select(Conflict, Organisation, author)
        .outerjoin(Organisation, Organisation.code == Conflict.organisation_code)
        .join(author, author.id == Conflict.declared_by_id)
        .where(Conflict.user_id.in_(people), in_force(Conflict, today))
        .order_by(Conflict.id)
    )
    found: dict[UUID, tuple[Declared, ...]] = {}
    for conflict, organisation, entered_by in rows:
        declared = Declared(
            organisation_code=conflict.organisation_code,
            subject_code=conflict.subject_code,
            name=organisation.name if organisation else None,
            declared_at=conflict.declared_at,
            entered_by=entered_by.name if entered_by.id != conflict.user_id else None,
            reason=conflict.reason,
        )
        found[conflict.user_id] = (*found.get(conflict.user_id, ()), declared)
    return found
