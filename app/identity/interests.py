"""Conflicts of interest in force: what somebody has declared that touches a matter on a day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, or_, select
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


_AUTHOR = aliased(User)
_DECLARED = (
    Conflict.id.label("conflict_id"),
    Conflict.user_id.label("declared_of_id"),
    Conflict.organisation_code.label("declared_code"),
    Conflict.subject_code,
    Conflict.declared_at,
    Conflict.declared_by_id,
    Conflict.reason,
    Organisation.name_zh.label("declared_zh"),
    Organisation.name_en.label("declared_en"),
    _AUTHOR.name_zh.label("author_zh"),
    _AUTHOR.name_en.label("author_en"),
)


def in_force(conflict: Any, today: date) -> ColumnElement[bool]:
    """The condition that a declaration holds on a day."""
    held: ColumnElement[bool] = (
        conflict.withdrawn_at.is_(None)
        & (conflict.first_day <= today)
        & or_(conflict.last_day.is_(None), conflict.last_day >= today)
    )
    return held


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


def with_declared(query: Select[Any], person: Any, today: date) -> Select[Any]:
    """The query with what the person of each row has declared that is in force, for `declared_in`.

    A row comes once for each declaration, and once for none.
    """
    return (
        query.add_columns(*_DECLARED)
        .outerjoin(Conflict, (Conflict.user_id == person) & in_force(Conflict, today))
        .outerjoin(Organisation, Organisation.code == Conflict.organisation_code)
        .outerjoin(_AUTHOR, _AUTHOR.id == Conflict.declared_by_id)
    )


def declared_in(rows: Iterable[Row[Any]]) -> dict[UUID, tuple[Declared, ...]]:
    """The declarations in rows of such a query, by person, in the order in which they were made."""
    found = {row.conflict_id: row for row in rows if row.conflict_id is not None}
    declared: dict[UUID, tuple[Declared, ...]] = {}
    for _, row in sorted(found.items()):
        is_own = row.declared_by_id == row.declared_of_id
        each = Declared(
            organisation_code=row.declared_code,
            subject_code=row.subject_code,
            name=Bilingual(row.declared_zh, row.declared_en) if row.declared_code else None,
            declared_at=row.declared_at,
            entered_by=None if is_own else Bilingual(row.author_zh, row.author_en),
            reason=row.reason,
        )
        declared[row.declared_of_id] = (*declared.get(row.declared_of_id, ()), each)
    return declared


def read_declared(
    session: Session, people: Collection[UUID], today: date
) -> dict[UUID, tuple[Declared, ...]]:
    """What these people have declared that is in force, in one statement and none for nobody."""
    if not people:
        return {}
    query = with_declared(select(User.id), User.id, today).where(User.id.in_(people))
    return declared_in(session.execute(query))
