"""The person acting, as verbs and pages see them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, false, select
from sqlalchemy.orm import Session

from app.core.errors import NotPermittedError
from app.core.i18n import N_, Bilingual
from app.identity.chains import StandIn, read_stand_ins
from app.identity.groups import split_group_key
from app.identity.interests import Declared, declared_in, read_declared, with_declared
from app.identity.models import Membership, Substitution, User
from app.identity.roles import Permission, Role, permissions_of


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, or the product itself (`SYSTEM`), with all rights already resolved."""

    id: UUID
    username: str
    name: Bilingual
    organisation_code: str
    #: Group keys such as `section_reviewer@AGR`; what the seats of tasks are matched with.
    groups: frozenset[str]
    roles: frozenset[Role]
    permissions: frozenset[Permission]
    #: `zh` or `en`; None until the person has chosen.
    language: str | None = None
    #: `User.session_epoch`.
    session_epoch: int = 0
    #: For whom the person stands in today; read only where a day is given (`load_actor`).
    stands_in_for: tuple[StandIn, ...] = ()
    #: The person's conflicts of interest on that day; read like `stands_in_for`.
    conflicts: tuple[Declared, ...] = ()

    @property
    def is_system(self) -> bool:
        """An automatic act: a timer, a script, the loading of shipped diagrams."""
        return self.id == SYSTEM.id

    def can(self, permission: Permission) -> bool:
        """Whether one of the actor's roles permits this."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Go on only if the actor may.

        Raises:
            NotPermittedError: none of the actor's roles permits it.
        """
        if not self.can(permission):
            raise NotPermittedError(
                N_("Expected the permission “{permission}”, which {name} does not have."),
                permission=permission.display_name,
                name=self.name,
            )

    def codes(self, role: Role) -> frozenset[str]:
        """The organisations for which the actor holds a scoped role."""
        prefix = f"{role.value}@"
        return frozenset(key.removeprefix(prefix) for key in self.groups if key.startswith(prefix))


#: Acts for timers and scripts. It has no account and no seat, hence no group.
SYSTEM = Actor(
    id=UUID(int=0),
    username="system",
    name=Bilingual("系统", "System"),
    organisation_code="",
    groups=frozenset(),
    roles=frozenset(),
    permissions=frozenset(Permission),
)


def load_actor(
    session: Session, user_id: UUID, today: date | None = None, *, with_absences: bool = True
) -> Actor | None:
    """The actor behind an account; None if there is none or it is closed.

    One statement, with the day of an act also for the conflicts of interest then. Who stands in
    for somebody on that day costs two more, which may be left out.
    """
    query: Any = (
        select(User, Membership.group_key, _stands_in(user_id, today).label("stands_in"))
        .outerjoin(Membership, Membership.user_id == User.id)
        .where(User.id == user_id, User.is_active)
    )
    if today is not None:
        query = with_declared(query, User.id, today)
    rows = session.execute(query).all()
    if not rows:
        return None
    groups = {row.group_key for row in rows if row.group_key is not None}
    actor = actor_of(rows[0].User, groups)
    if today is None:
        return actor
    owners = read_stand_ins(session, user_id, today) if rows[0].stands_in and with_absences else ()
    lent = read_declared(session, [each.id for each in owners], today)
    return replace(
        actor,
        stands_in_for=tuple(replace(each, conflicts=lent.get(each.id, ())) for each in owners),
        conflicts=declared_in(rows).get(user_id, ()),
    )


def _stands_in(user_id: UUID, today: date | None) -> ColumnElement[bool]:
    if today is None:
        return false()
    return exists().where(
        Substitution.substitute_id == user_id,
        Substitution.first_day <= today,
        Substitution.last_day >= today,
        Substitution.ended_at.is_(None),
    )


def actor_of(user: User, group_keys: Iterable[str]) -> Actor:
    """An account and its groups as an `Actor`."""
    groups = frozenset(group_keys)
    roles = frozenset(split_group_key(key)[0] for key in groups)
    return Actor(
        id=user.id,
        username=user.username,
        name=user.name,
        organisation_code=user.organisation_code,
        groups=groups,
        roles=roles,
        permissions=permissions_of(roles),
        language=user.language,
        session_epoch=user.session_epoch,
    )
