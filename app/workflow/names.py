"""Names for what rows hold as ids and keys: people, groups, the system actor."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity import SYSTEM, Actor, Role, Scope, StandIn, people_names

#: A person as a candidate: `user@d04.fin`. One kind of key, so one query finds every inbox.
PERSON = "user"
#: How the Chinese name of a role begins that is held for one organisation.
_KIND_OF_PLACE = {
    Scope.SECTION: "支出科室",
    Scope.DEPARTMENT: "部门",
    Scope.UNIT: "单位",
    Scope.AGENCY: "第三方机构",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Who is to hear of an act (candidate keys), and about which task of which subject."""

    addresses: frozenset[str]
    task_id: UUID
    subject: Bilingual


def person_name(session: Session, user_id: UUID | None) -> Bilingual:
    """The person's name; the system actor's for none."""
    if user_id is None:
        return SYSTEM.name
    return people_names(session, [user_id]).get(user_id, Bilingual("未知人员", "unknown person"))


def person_key(username: str) -> str:
    """The candidate key of one person."""
    return f"{PERSON}@{username}"


def username_of(key: str) -> str | None:
    """The user name in the candidate key of a person; None for a group."""
    head, _, name = key.partition("@")
    return name if head == PERSON else None


def candidate_keys(actor: Actor) -> frozenset[str]:
    """Every candidate key that means this actor in person: the groups, and the person."""
    return actor.groups | {person_key(actor.username)}


def owner_keys(owner: StandIn) -> frozenset[str]:
    """The candidate keys that mean an absent colleague, for whoever stands in."""
    return owner.groups | {person_key(owner.username)}


def group_name(key: str, organisations: Mapping[str, Bilingual]) -> Bilingual:
    """A candidate key in words: the role and its organisation, or the person.

    A person is called by the user name where `organisations` has no name for the key.
    """
    role, _, code = key.partition("@")
    if role == PERSON:
        return organisations.get(key, Bilingual(code, code))
    name, place = Role(role).display_name, organisations.get(code)
    if place is None:
        return name
    # 社会保障科审核人, not 社会保障科支出科室审核人: the place says already what it is.
    post = name.zh.removeprefix(_KIND_OF_PLACE.get(Role(role).scope, ""))
    return Bilingual(f"{place.zh}{post}", f"{name.en}, {place.en}")
