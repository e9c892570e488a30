"""Who stands above whom (domain.md §5): by the roles that people hold, not by names."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.groups import make_group_key, split_group_key
from app.identity.models import Organisation
from app.identity.roles import Role

#: The role directly above a role. Agencies and the bureau leaders answer to nobody here.
_ABOVE: Mapping[Role, Role] = {
    Role.UNIT_CLERK: Role.DEPARTMENT_HEAD,
    Role.DEPARTMENT_REVIEWER: Role.DEPARTMENT_HEAD,
    Role.DEPARTMENT_HEAD: Role.BUREAU_LEADER,
    Role.SECTION_REVIEWER: Role.SECTION_HEAD,
    Role.SECTION_HEAD: Role.BUREAU_LEADER,
    Role.CENTER_REVIEWER: Role.CENTER_HEAD,
    Role.EXPERT: Role.CENTER_HEAD,
    Role.CENTER_HEAD: Role.BUREAU_LEADER,
    Role.PERFORMANCE_EXAMINER: Role.PERFORMANCE_HEAD,
    Role.PERFORMANCE_HEAD: Role.BUREAU_LEADER,
    Role.BUDGET_OFFICER: Role.BUREAU_LEADER,
    Role.TREASURY_OFFICER: Role.BUREAU_LEADER,
    Role.SUPERVISOR: Role.BUREAU_LEADER,
    Role.MANAGER: Role.BUREAU_LEADER,
    Role.PROCESS_OWNER: Role.BUREAU_LEADER,
    Role.ADMIN: Role.BUREAU_LEADER,
}
#: Roles that lead a department, a section, or the like themselves.
_HEADS = frozenset(
    {Role.DEPARTMENT_HEAD, Role.SECTION_HEAD, Role.CENTER_HEAD, Role.PERFORMANCE_HEAD}
)


def superiors(session: Session, person: Actor) -> list[str]:
    """The groups above a person, the nearest first: `department_head@D03`, `bureau_leader`.

    Unit and department → head of the department → bureau leader; section → its head → bureau
    leader; center, experts → center head → bureau leader; the bureau's other offices → bureau
    leader. Who holds several roles stands as high as the highest of them. Agencies have none.
    """
    chains = [_chain(session, key) for key in sorted(person.groups)]
    return min(chains, key=len, default=[])


def head_of(session: Session, person: Actor) -> str | None:
    """The group that leads the department, section or office of a person, if any.

    For its head this is the own group; `superiors` gives those above.
    """
    for key in sorted(person.groups):
        if split_group_key(key)[0] in _HEADS:
            return key
    return next(iter(superiors(session, person)), None)


def _chain(session: Session, key: str) -> list[str]:
    role, code = split_group_key(key)
    if role is Role.UNIT_CLERK and code is not None:
        code = session.scalar(select(Organisation.parent_code).where(Organisation.code == code))
    found = []
    while (above := _ABOVE.get(role)) is not None:
        scoped = above in (Role.DEPARTMENT_HEAD, Role.SECTION_HEAD)
        found.append(make_group_key(above, code if scoped else None))
        role = above
    return found
