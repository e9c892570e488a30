"""The goal letter: the bureau's reply that approves money and goal in one act."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.errors import ConflictError
from app.core.i18n import N_
from app.identity import Actor
from app.projects.bulk import insert_rows
from app.projects.goal_files import GoalFile
from app.projects.kinds import GoalStatus
from app.projects.models import GoalLetter, Project


def issue_goal_letter(
    session: Session,
    file: GoalFile,
    *,
    actor: Actor,
    now: datetime,
    approved_amount: Decimal | None = None,
) -> str:
    """Issue the letter for an approved version, once; gives its number.

    The approved amount (10k yuan) is the year's amount of the project unless it is given.

    Raises:
        ConflictError: the version is not the approved one, or its letter exists; the database
            keeps letters and versions one to one, so asking first would only cost a statement.
    """
    project, version = file.project, file.latest
    if version is None or version.status != GoalStatus.APPROVED:
        raise ConflictError(
            N_("Expected the approved goal of {project}, found version {number} “{status}”."),
            project=project.code,
            number=version.number if version else 0,
            status=GoalStatus(version.status if version else GoalStatus.DRAFT).display_name,
        )
    number = letter_number(project.code, version.number)
    session.flush()
    row = {
        "number": number,
        "project_id": project.id,
        "goal_version_id": version.id,
        "issued_at": now,
        "issued_by_id": None if actor.is_system else actor.id,
        "approved_amount": project.year_amount if approved_amount is None else approved_amount,
        "content_hash": version.content_hash,
    }
    try:
        insert_rows(session, GoalLetter, [row])
    except IntegrityError as known:
        raise ConflictError(
            N_("The goal letter {number} was issued before."), number=number
        ) from known
    return number


def letter_number(project_code: str, version_number: int) -> str:
    """`绩批-YS2023-0008-2`; see `GoalLetter.number`."""
    return f"绩批-{project_code}-{version_number}"


def letters_of(session: Session, project: Project) -> list[GoalLetter]:
    """The letters of a project, the newest version's first."""
    return list(
        session.scalars(
            select(GoalLetter)
            .where(GoalLetter.project_id == project.id)
            .order_by(GoalLetter.issued_at.desc(), GoalLetter.number.desc())
        )
    )
