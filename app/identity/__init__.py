"""Who works here: the organisation, its people, their roles, and what each may do and see.

The public door of the room. Everything a verb or a page needs:

- `Actor` is the person acting, with groups, roles and permissions already resolved.
  `load_actor(session, user_id)` reads one in a single statement, `SYSTEM` acts for timers
  and scripts, `actor.require(Permission.…)` refuses by raising.
- A **group key** is what the seat of a task stores: `section_reviewer@AGR`, or `budget_officer`
  for a role that is the same for the whole bureau. `group_key(role_name, variables)` resolves a
  role named in a diagram, `members(session, key)` reads who is in it now. Nothing is ever copied
  per member, so a change of staff needs no change of tasks.
- `organisation_variables(session, unit_code)` gives the `unit`, `department` and `section` that
  `group_key` needs; `organisation_scope(actor)` says whose projects the actor may see.
- `sign_in(session, username, password, now)` returns the actor, or None and a counted failure.

Web wraps `Actor` for Flask-Login; this room knows neither Flask nor processes.
"""

from app.identity.actors import SYSTEM, Actor, load_actor
from app.identity.chains import StandIn
from app.identity.conflicts import (
    Declaration,
    all_conflicts,
    conflicts_of,
    declarable_organisations,
    declare_conflict,
    may_see_conflicts,
    may_withdraw,
    withdraw_conflict,
)
from app.identity.groups import group_key, split_group_key
from app.identity.interests import Declared, Matter, in_force
from app.identity.models import (
    Conflict,
    ConflictKind,
    Membership,
    Organisation,
    OrganisationKind,
    Substitution,
    User,
)
from app.identity.organisations import (
    agencies,
    departments,
    find_organisation,
    organisation_names,
    organisation_variables,
    sections,
    units_of,
)
from app.identity.passwords import hash_password
from app.identity.people import (
    SampleSignIn,
    find_people,
    members,
    names_of_users,
    people_names,
    sample_sign_ins,
    search_accounts,
)
from app.identity.refusals import record_refusal, refusals_page
from app.identity.roles import Permission, Role, Scope, permissions_of
from app.identity.scope import OrganisationScope, organisation_scope
from app.identity.sign_in import SIGN_IN_REFUSED, change_password, sign_in, sign_out
from app.identity.staff import (
    Colleague,
    Staff,
    belonging,
    find_usernames,
    people_in_position,
    positions,
    read_staff,
)
from app.identity.substitutions import (
    Absence,
    absences_of,
    end_absence,
    enter_absence,
    standing_in,
)
from app.identity.superiors import head_of, superiors

__all__ = [
    "SIGN_IN_REFUSED",
    "SYSTEM",
    "Absence",
    "Actor",
    "Colleague",
    "Conflict",
    "ConflictKind",
    "Declaration",
    "Declared",
    "Matter",
    "Membership",
    "Organisation",
    "OrganisationKind",
    "OrganisationScope",
    "Permission",
    "Role",
    "SampleSignIn",
    "Scope",
    "Staff",
    "StandIn",
    "Substitution",
    "User",
    "absences_of",
    "agencies",
    "all_conflicts",
    "belonging",
    "change_password",
    "conflicts_of",
    "declarable_organisations",
    "declare_conflict",
    "departments",
    "end_absence",
    "enter_absence",
    "find_organisation",
    "find_people",
    "find_usernames",
    "group_key",
    "hash_password",
    "head_of",
    "in_force",
    "load_actor",
    "may_see_conflicts",
    "may_withdraw",
    "members",
    "names_of_users",
    "organisation_names",
    "organisation_scope",
    "organisation_variables",
    "people_in_position",
    "people_names",
    "permissions_of",
    "positions",
    "read_staff",
    "record_refusal",
    "refusals_page",
    "sample_sign_ins",
    "search_accounts",
    "sections",
    "sign_in",
    "sign_out",
    "split_group_key",
    "standing_in",
    "superiors",
    "units_of",
    "withdraw_conflict",
]
