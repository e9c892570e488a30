"""Whose projects an actor may see (domain dossier, section 5, scope rule)."""

from dataclasses import dataclass

from app.identity.actors import Actor
from app.identity.roles import Role

#: Roles whose work takes them everywhere in the bureau.
_SEES_EVERYTHING = frozenset(
    {
        Role.CENTER_REVIEWER,
        Role.CENTER_HEAD,
        Role.PERFORMANCE_EXAMINER,
        Role.PERFORMANCE_HEAD,
        Role.BUDGET_OFFICER,
        Role.TREASURY_OFFICER,
        Role.BUREAU_LEADER,
        Role.SUPERVISOR,
        Role.MANAGER,
        Role.PROCESS_OWNER,
        Role.ADMIN,
    }
)


@dataclass(frozen=True, slots=True)
class OrganisationScope:
    """The organisations whose projects an actor sees: any one match is enough.

    Experts have none: they see a project through the seat that they are given on it.
    """

    everything: bool = False
    units: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    #: Projects that one of these third-party agencies was appointed to.
    agencies: frozenset[str] = frozenset()

    def includes(
        self, *, unit: str, department: str, section: str, agency: str | None = None
    ) -> bool:
        """Whether a project of these organisations may be seen."""
        return (
            self.everything
            or unit in self.units
            or department in self.departments
            or section in self.sections
            or agency in self.agencies
        )


def organisation_scope(actor: Actor) -> OrganisationScope:
    """What the actor's memberships open, and nothing else.

    Clerks see their unit, departments their units, sections their departments, agencies the
    projects that they are appointed to, and the bureau's own roles see all.
    """
    if actor.is_system or actor.roles & _SEES_EVERYTHING:
        return OrganisationScope(everything=True)
    return OrganisationScope(
        units=actor.codes(Role.UNIT_CLERK),
        departments=actor.codes(Role.DEPARTMENT_REVIEWER) | actor.codes(Role.DEPARTMENT_HEAD),
        sections=actor.codes(Role.SECTION_REVIEWER) | actor.codes(Role.SECTION_HEAD),
        agencies=actor.codes(Role.THIRD_PARTY),
    )
