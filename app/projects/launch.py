"""Starting the bureau's processes for a project: one per project, link and year."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError, NotPermittedError, problem
from app.core.i18n import N_
from app.identity import Actor, Permission, agencies, organisation_scope
from app.projects.kinds import ExAnteConclusion
from app.projects.models import Project
from app.projects.queries import goal_in_force, project_by_code
from app.workflow.events.starts import Matter, matter_finder
from app.workflow.instances import Subject, refuse_second, start_instance
from app.workflow.tracking.outlook import PathAhead, path_from_start

GOAL_REVIEW = "P_GOAL"
MONITORING = "P_MONITOR"


def start_goal_review(session: Session, project: Project, actor: Actor, now: datetime) -> UUID:
    """Start the goal review (绩效目标审核) of a project; once per project.

    Raises:
        NotPermittedError: not the actor's project, or the actor starts no processes.
        ConflictError: it was started before, the goal is approved already, the ex-ante evaluation
            did not support it, or a key project has no third-party agency that could review it.
    """
    actor.require(Permission.PROCESS_START)
    _require_own(project, actor)
    refuse_goal_review(session, project)
    subject = subject_of(project)
    return start_instance(session, GOAL_REVIEW, _goal_key(project), subject, actor, now)


def preview_goal_review(
    session: Session, project: Project, actor: Actor, now: datetime
) -> PathAhead:
    """Who would be asked in which order and until when, if the actor started the review now."""
    subject = subject_of(project)
    return path_from_start(session, GOAL_REVIEW, _goal_key(project), subject, actor, now)


def refuse_goal_review(session: Session, project: Project) -> None:
    """Refuse what a goal review cannot begin with, whoever asks.

    Raises:
        ConflictError: see `start_goal_review`.
    """
    refuse_second(session, GOAL_REVIEW, _goal_key(project))
    approved = goal_in_force(session, project)
    if approved is not None:
        raise ConflictError(
            N_("Expected a goal of {project} that is not approved yet; version {number} was "
               "approved {when}. Changes need a goal adjustment."),
            project=project.code,
            number=approved.number,
            when=approved.approved_at,
        )  # fmt: skip
    if project.ex_ante_conclusion == ExAnteConclusion.NOT_SUPPORT:
        raise ConflictError(
            N_("Expected a project that the ex-ante evaluation supports; it did not support "
               "{project}, so no budget can be asked for."),
            project=project.code,
        )  # fmt: skip
    if project.is_key and project.agency_code is None:
        raise ConflictError(
            N_("Expected a third-party agency for the key project {project} before its review "
               "starts, found none. The review center or the performance section appoints one."),
            project=project.code,
        )  # fmt: skip


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
        NotPermittedError: the actor may not appoint. InvalidInputError: no such agency.
        ConflictError: no key project, or the review has started with the agency that it has.
    """
    actor.require(Permission.PROJECT_APPOINT_AGENCY)
    refuse_appointment(session, project)
    if agency_code not in (each.code for each in agencies(session)):
        raise InvalidInputError(
            N_("Expected a third-party agency; nothing was changed."),
            [
                problem(
                    "agency", "agency", N_("Choose one of the agencies; found “{found}”."),
                    found=agency_code,
                )
            ],
        )  # fmt: skip
    project.agency_code = agency_code


def refuse_appointment(session: Session, project: Project) -> None:
    """Refuse a project for which no agency can be named now, whoever asks.

    Raises:
        ConflictError: see `appoint_agency`.
    """
    if not project.is_key:
        raise ConflictError(
            N_("Expected a key project; only those are also reviewed by a third party, and "
               "{project} is none."),
            project=project.code,
        )  # fmt: skip
    refuse_second(session, GOAL_REVIEW, _goal_key(project))


@matter_finder
def project_matter(session: Session, process_key: str, code: str) -> Matter:
    """The project that an event names; a goal review begins only as it would on its page.

    Raises:
        NotFoundError: no such project. ConflictError: see `refuse_goal_review`.
    """
    project = project_by_code(session, code)
    if process_key != GOAL_REVIEW:
        return Matter(subject_of(project))
    refuse_goal_review(session, project)
    return Matter(subject_of(project), _goal_key(project))


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


def _goal_key(project: Project) -> str:
    return f"{project.code}/goal"


def _require_own(project: Project, actor: Actor) -> None:
    scope = organisation_scope(actor)
    if not scope.everything and project.unit_code not in scope.units:
        raise NotPermittedError(
            N_("Expected a project of your own unit, found {project} of another one."),
            project=project.code,
        )
