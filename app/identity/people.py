"""Finding people: the members of a group, a name for the transfer picker, the sample accounts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity.models import Membership, User
from app.identity.roles import Role


def members(session: Session, group_key: str) -> list[User]:
    """Who is in a group now: active accounts, by user name."""
    found = session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.group_key == group_key, User.is_active)
        .order_by(User.username)
    )
    return list(found)


def find_people(
    session: Session, text: str, *, organisation_code: str | None = None, limit: int = 20
) -> list[User]:
    """Active accounts whose user name or either name contains the text; blank text finds all.

    Searches the staff list, which does not grow with work done; at most `limit` are read.
    """
    query = select(User).where(User.is_active).order_by(User.username).limit(limit)
    if organisation_code is not None:
        query = query.where(User.organisation_code == organisation_code)
    if wanted := text.strip().lower():
        names = (User.username, func.lower(User.name_en), User.name_zh)
        query = query.where(or_(*(name.contains(wanted, autoescape=True) for name in names)))
    return list(session.scalars(query))


def search_accounts(session: Session, text: str, limit: int = 100) -> list[User]:
    """For an administrator: accounts by name or user name, closed ones too, by user name."""
    query = select(User).order_by(User.username).limit(limit)
    if wanted := text.strip().lower():
        names = (User.username, func.lower(User.name_en), User.name_zh)
        query = query.where(or_(*(name.contains(wanted, autoescape=True) for name in names)))
    return list(session.scalars(query))


def people_names(session: Session, user_ids: Collection[UUID]) -> dict[UUID, Bilingual]:
    """The names behind ids, in one statement and none for no ids; closed accounts included."""
    if not user_ids:
        return {}
    rows = session.execute(
        select(User.id, User.name_zh, User.name_en).where(User.id.in_(user_ids))
    ).all()
    return {user_id: Bilingual(zh, en) for user_id, zh, en in rows}


def names_of_users(session: Session, usernames: Collection[str]) -> dict[str, Bilingual]:
    """The names behind user names, in one statement and none for none; closed accounts included."""
    if not usernames:
        return {}
    rows = session.execute(
        select(User.username, User.name_zh, User.name_en).where(User.username.in_(usernames))
    ).all()
    return {username: Bilingual(zh, en) for username, zh, en in rows}


@dataclass(frozen=True, slots=True)
class SampleSignIn:
    """One account of the sample bureau, as the sign-in page offers it."""

    username: str
    name: Bilingual
    position: Bilingual
    organisation_code: str
    roles: tuple[Role, ...]
    #: One of the few that tell the whole story; the page shows these first.
    is_telling: bool


#: In the order in which a project meets them.
_TELLING_ROLES: Sequence[Role] = (
    Role.UNIT_CLERK,
    Role.DEPARTMENT_REVIEWER,
    Role.CENTER_REVIEWER,
    Role.THIRD_PARTY,
    Role.PERFORMANCE_EXAMINER,
    Role.SECTION_REVIEWER,
    Role.BUDGET_OFFICER,
    Role.MANAGER,
    Role.PROCESS_OWNER,
    Role.ADMIN,
)

#: Where the first project of the guided tour lives (P03, old apple orchard renewal), so that the
#: offered clerk, reviewers and agency work on the same project.
_TOUR = frozenset(
    {"unit_clerk@D03U1", "department_reviewer@D03", "section_reviewer@AGR", "third_party@TPA"}
)


def sample_sign_ins(session: Session) -> list[SampleSignIn]:
    """The sample accounts, the telling ones first; empty in an installation without sample."""
    rows = session.execute(
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(User.is_sample, User.is_active)
        .order_by(User.username, Membership.group_key)
    ).all()
    people: dict[UUID, tuple[User, list[Membership]]] = {}
    for user, membership in rows:
        people.setdefault(user.id, (user, []))[1].append(membership)
    telling = _telling([membership for _, membership in rows])
    offered = [_offer(user, held, user.id in telling) for user, held in people.values()]
    return sorted(offered, key=_place)


def _telling(memberships: Sequence[Membership]) -> frozenset[UUID]:
    """For each telling role one person: the one on the tour, otherwise the first by name."""
    chosen = {}
    for role in _TELLING_ROLES:
        held = [each for each in memberships if each.role == role]
        on_tour = [each for each in held if each.group_key in _TOUR]
        if held:
            chosen[role] = (on_tour or held)[0].user_id
    return frozenset(chosen.values())


def _offer(user: User, held: Sequence[Membership], is_telling: bool) -> SampleSignIn:
    return SampleSignIn(
        username=user.username,
        name=user.name,
        position=user.position,
        organisation_code=user.organisation_code,
        roles=tuple(Role(each.role) for each in held),
        is_telling=is_telling,
    )


def _place(offer: SampleSignIn) -> tuple[bool, int, str]:
    order = _TELLING_ROLES.index(offer.roles[0]) if offer.is_telling else 0
    return (not offer.is_telling, order, offer.username)
