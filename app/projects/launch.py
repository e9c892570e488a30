"""Starting the bureau's processes for a project: one per project, link and year."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import NotPermittedError
from app.core.i18n import N_
from app.identity import Actor, OrganisationKind, Permission, find_organisation, organisation_scope
from app.projects.models import Project
from app.workflow.instances import Subject, start_instance

GOAL_REVIEW = "P_GOAL"
MONITORING = "P_MONITOR"


def start_goal_review(session: Session, project: Project, actor: Actor, now: datetime) -> UUID:
    """Start the goal review (绩效目标审核) of a project; once per project.

    Raises:
        ConflictError: it was started before. NotPermittedError: not the actor's project.
    """
    _require_own(project, actor)
    business_key = f"{project.code}/goal"
    return start_instance(session, GOAL_REVIEW, business_key, subject_of(project), actor, now)


def start_monitoring(
    session: Session, project: Project, period_end: date, actor: Actor, now: datetime
) -> UUID:
    """Start the monitoring (绩效运行监控) of a project for one period; once per period."""
    _require_own(project, actor)
    business_key = f"{project.code}/monitoring/{period_end.isoformat()}"
    variables = {"period_end": period_end.isoformat()}
    return start_instance(
        session, MONITORING, business_key, subject_of(project), actor, now, variables
    )


def appoint_agency(session: Session, project: Project, agency_code: str, actor: Actor) -> None:
    """Name the third-party agency of a key project; it must be done before its review starts.

    Raises:
        NotPermittedError: the actor may not appoint, or the organisation is no agency.
    """
    actor.require(Permission.PROJECT_APPOINT_AGENCY)
    agency = find_organisation(session, agency_code)
    if agency is None or agency.kind != OrganisationKind.AGENCY:
        raise NotPermittedError(
            N_("Expected a third-party agency, found “{found}”."), found=agency_code
        )
    project.agency_code = agency.code


def subject_of(project: Project) -> Subject:
    """The project as the workflow's lists and diagrams know it."""
    return Subject(
        code=project.code,
        name=project.name,
        unit_code=project.unit_code,
        department_code=project.department_code,
        section_code=project.section_code,
        agency_code=project.agency_code,
        fiscal_year=project.fiscal_year,
        amount=project.year_amount,
        is_key=project.is_key,
    )


def _require_own(project: Project, actor: Actor) -> None:
    scope = organisation_scope(actor)
    if not scope.everything and project.unit_code not in scope.units:
        raise NotPermittedError(
            N_("Expected a project of your own unit, found {project} of another one."),
            project=project.code,
        )
