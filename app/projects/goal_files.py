"""The file of one project's goal, read in one statement for whoever decides about it."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from app.core.errors import NotFoundError
from app.core.i18n import N_, Bilingual
from app.forms.shown import both_names
from app.identity import Organisation
from app.projects.models import GoalVersion, Project


@dataclass(slots=True)
class GoalFile:
    """A project with its money, the newest version of its goal, and the names around it.

    The verbs of `goals.py` keep it current: after a submission `latest` is the new version.
    """

    project: Project
    #: The newest version, whatever became of it; None before the first submission.
    latest: GoalVersion | None
    unit: Bilingual
    department: Bilingual
    agency: Bilingual | None
    #: Of the same project in the year before, 10k yuan; None when it is new or unknown.
    last_year_amount: Decimal | None

    @property
    def goal(self) -> dict[str, Any]:
        """The goal as last submitted; empty before the first submission."""
        empty: dict[str, Any] = {"medium_goal": "", "annual_goal": "", "indicators": []}
        return dict(self.latest.form_values) if self.latest else empty

    @property
    def sources(self) -> list[dict[str, str]]:
        """The money by source, as forms show it."""
        return [
            {"source": source.value, "amount": str(amount)}
            for source, amount in self.project.sources
        ]

    def facts(self) -> dict[str, Any]:
        """The head of every form about the project."""
        return {
            "project_code": self.project.code,
            "project_name": both_names(self.project.name),
            "unit_name": both_names(self.unit),
            "department_name": both_names(self.department),
            "fiscal_year": self.project.fiscal_year,
            "is_multi_year": self.project.end_date.year > self.project.start_date.year,
        }

    def opening_values(self) -> dict[str, Any]:
        """What the goal declaration (F04) opens with: facts, money, and the last submission."""
        money = {"year_amount": str(self.project.year_amount), "sources": self.sources}
        return self.goal | self.facts() | money


def open_goal_file(session: Session, code: str) -> GoalFile:
    """The file of the project with this code, read once in a transaction.

    A form and the services behind it work on one and the same file: the verb holds the lock of
    the instance, and `goals.py` keeps the file current.

    Raises:
        NotFoundError: there is none.
    """
    files = _files_of_this_transaction(session)
    if code not in files:
        files[code] = _read(session, code)
    return files[code]


def _files_of_this_transaction(session: Session) -> dict[str, GoalFile]:
    transaction = session.get_transaction()
    read_in, files = session.info.get("goal_files", (None, None))
    if files is None or read_in is not transaction:
        files = {}
        session.info["goal_files"] = transaction, files
    kept: dict[str, GoalFile] = files
    return kept


def _read(session: Session, code: str) -> GoalFile:
    rows = session.execute(_query(), {"code": code}).all()
    if not rows:
        raise NotFoundError(N_("Expected a project with the code “{found}”."), found=code)
    project, latest, unit, department, agency, last_year = rows[0]
    return GoalFile(
        project=project,
        latest=latest,
        unit=Bilingual(unit.name_zh, unit.name_en),
        department=Bilingual(department.name_zh, department.name_en),
        agency=Bilingual(agency.name_zh, agency.name_en) if agency else None,
        last_year_amount=last_year,
    )


@cache
def _query() -> Any:
    """Built once: making it costs several times what running it does."""
    newest = (
        select(func.max(GoalVersion.number))
        .where(GoalVersion.project_id == Project.id)
        .correlate(Project)
        .scalar_subquery()
    )
    before = aliased(Project)
    last_year = (
        select(before.year_amount)
        .where(
            before.unit_code == Project.unit_code,
            before.fiscal_year == Project.fiscal_year - 1,
            before.name_zh == Project.name_zh,
        )
        .order_by(before.code)
        .limit(1)
        .correlate(Project)
        .scalar_subquery()
    )
    unit, department, agency = (aliased(Organisation) for _ in range(3))
    return (
        select(Project, GoalVersion, unit, department, agency, last_year)
        .join(unit, unit.code == Project.unit_code)
        .join(department, department.code == Project.department_code)
        .outerjoin(agency, agency.code == Project.agency_code)
        .outerjoin(
            GoalVersion,
            and_(GoalVersion.project_id == Project.id, GoalVersion.number == newest),
        )
        .where(Project.code == bindparam("code"))
    )
