"""Who could act now: the active people behind groups and user names, read at once."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import false, literal, select, union_all
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity.interests import Matter, has_declared
from app.identity.models import Membership, Organisation, User

_PERSON = (User.id, User.username, User.name_zh, User.name_en, User.organisation_code)


@dataclass(frozen=True, slots=True)
class Colleague:
    """An active person, as far as the choice of approvers needs to know."""

    id: UUID
    username: str
    name: Bilingual
    organisation_code: str
    #: Whether a declared conflict of interest keeps the person from the matter that was asked for.
    has_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """The active people of some groups and of some user names, each list by user name."""

    groups: dict[str, tuple[Colleague, ...]]
    people: dict[str, Colleague]


def read_staff(
    session: Session,
    groups: Collection[str],
    usernames: Collection[str],
    matter: Matter | None = None,
) -> Staff:
    """Read them in one statement, and none for nobody; closed accounts are left out.

    With a `matter` it is also told who has declared a conflict of interest with it.
    """
    conflict = (has_declared(User.id, matter) if matter else false()).label("has_conflict")
    queries = []
    if groups:
        queries.append(
            select(Membership.group_key.label("key"), *_PERSON, conflict)
            .join(User, User.id == Membership.user_id)
            .where(Membership.group_key.in_(sorted(groups)), User.is_active)
        )
    if usernames:
        queries.append(
            select(literal("").label("key"), *_PERSON, conflict).where(
                User.username.in_(sorted(usernames)), User.is_active
            )
        )
    found: dict[str, list[Colleague]] = {key: [] for key in groups}
    people = {}
    if queries:
        for row in session.execute(union_all(*queries)):
            person = Colleague(
                row.id,
                row.username,
                Bilingual(row.name_zh, row.name_en),
                row.organisation_code,
                bool(row.has_conflict),
            )
            if row.key:
                found[row.key].append(person)
            else:
                people[person.username] = person
    ordered = {key: tuple(sorted(each, key=lambda p: p.username)) for key, each in found.items()}
    return Staff(ordered, people)


def people_in_position(session: Session, position: str, organisation: str | None) -> list[str]:
    """User names of the active people with this position (职务), in either language.

    `organisation` narrows it to one organisation and to what lies directly under it.
    """
    query = select(User.username).where(
        User.is_active, (User.position_zh == position) | (User.position_en == position)
    )
    if organisation is not None:
        below = select(Organisation.code).where(Organisation.parent_code == organisation)
        query = query.where(
            (User.organisation_code == organisation) | User.organisation_code.in_(below)
        )
    return list(session.scalars(query.order_by(User.username)))


def positions(session: Session) -> list[Bilingual]:
    """Every position that an active person has."""
    query = select(User.position_zh, User.position_en).where(User.is_active, User.position_zh != "")
    rows = session.execute(query.distinct().order_by(User.position_zh, User.position_en))
    return [Bilingual(zh, en) for zh, en in rows]


def belonging(
    session: Session, people: Collection[UUID], organisations: Collection[str]
) -> frozenset[UUID]:
    """Who of these people is of the staff of one of the organisations, or holds a role for it."""
    if not people or not organisations:
        return frozenset()
    known, codes = list(people), sorted(organisations)
    found = session.scalars(
        union_all(
            select(User.id).where(User.id.in_(known), User.organisation_code.in_(codes)),
            select(Membership.user_id).where(
                Membership.user_id.in_(known), Membership.organisation_code.in_(codes)
            ),
        )
    )
    return frozenset(found)


def find_usernames(session: Session, texts: Collection[str]) -> list[str]:
    """User names of the active people whom these texts mean: a user name or an exact name each.

    A name that several people have means none of them.
    """
    wanted = [each for each in texts if each]
    if not wanted:
        return []
    rows = session.execute(
        select(User.username, User.name_zh, User.name_en).where(
            User.is_active,
            User.username.in_(wanted) | User.name_zh.in_(wanted) | User.name_en.in_(wanted),
        )
    ).all()
    fitting = [[row.username for row in rows if text in row] for text in wanted]
    return list(dict.fromkeys(each[0] for each in fitting if len(each) == 1))
