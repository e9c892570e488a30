"""Reading projects, as far as the actor may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.i18n import N_, Bilingual
from app.identity import (
    Actor,
    OrganisationScope,
    Permission,
    organisation_scope,
)
from app.projects.goal_files import GoalFile
from app.projects.goal_rules import Peers, PeerText
from app.projects.kinds import Link, LinkStatus
from app.projects.models import GoalFingerprint, GoalVersion, Project
from app.projects.similarity import band_hashes

PAGE_LENGTH = 50
#: A page may not be asked to be longer than this.
LONGEST_PAGE = 200
#: Candidates that are compared exactly with a goal's text.
SIMILAR_CANDIDATES = 50


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What a list is narrowed to; None is everything that the actor may see."""

    link: Link | None = None
    status: LinkStatus | None = None
    section_code: str | None = None
    department_code: str | None = None
    unit_code: str | None = None
    is_key: bool | None = None
    #: Part of the code or of either name.
    text: str = ""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One line of a list of projects."""

    id: UUID
    code: str
    name: Bilingual
    fiscal_year: int
    unit_code: str
    department_code: str
    section_code: str
    is_key: bool
    year_amount: Decimal
    link: Link
    status: LinkStatus


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """Lines in the order of their codes, and where the next page starts."""

    rows: tuple[ProjectRow, ...]
    #: Pass it as `after`; None on the last page.
    next_after: str | None


def projects_page(
    session: Session,
    actor: Actor,
    fiscal_year: int,
    narrowed: ProjectFilter | None = None,
    *,
    after: str = "",
    length: int = PAGE_LENGTH,
) -> ProjectPage:
    """One page of a year's projects, in one statement.

    Raises:
        NotPermittedError: the actor may not view projects.
    """
    actor.require(Permission.PROJECT_VIEW)
    length = max(1, min(length, LONGEST_PAGE))
    query = (
        select(Project.id, *_ROW_COLUMNS)
        .where(
            Project.fiscal_year == fiscal_year,
            Project.code > after,
            visible_to(actor),
            *_conditions(narrowed or ProjectFilter()),
        )
        .order_by(Project.code)
        .limit(length + 1)
    )
    rows = [_row(dict(each._mapping)) for each in session.execute(query)]
    more = len(rows) > length
    return ProjectPage(tuple(rows[:length]), rows[length - 1].code if more else None)


@dataclass(frozen=True, slots=True)
class LinkCount:
    """How many projects stand where, and how much money they ask for (10k yuan)."""

    link: Link
    status: LinkStatus
    projects: int
    amount: Decimal


def link_counts(
    session: Session, actor: Actor, fiscal_year: int, narrowed: ProjectFilter | None = None
) -> list[LinkCount]:
    """The year's visible projects by link and status, in one statement.

    Raises:
        NotPermittedError: the actor may not view projects.
    """
    actor.require(Permission.PROJECT_VIEW)
    rows = session.execute(
        select(Project.link, Project.link_status, func.count(), func.sum(Project.year_amount))
        .where(
            Project.fiscal_year == fiscal_year,
            visible_to(actor),
            *_conditions(narrowed or ProjectFilter()),
        )
        .group_by(Project.link, Project.link_status)
    ).all()
    counts = [
        LinkCount(Link(link), LinkStatus(status), count, amount)
        for link, status, count, amount in rows
    ]
    return sorted(
        counts, key=lambda each: (list(Link).index(each.link), list(LinkStatus).index(each.status))
    )


def project_years(session: Session, actor: Actor) -> list[int]:
    """Fiscal years of which the actor may see a project, newest first; in one statement."""
    query = select(Project.fiscal_year).where(visible_to(actor)).distinct()
    return sorted(session.scalars(query), reverse=True)


def find_project(session: Session, actor: Actor, code: str) -> Project:
    """A project by its code, in one statement.

    Raises:
        NotPermittedError: the actor may not view projects.
        NotFoundError: no such project, or the actor may not know of it.
    """
    actor.require(Permission.PROJECT_VIEW)
    project = session.scalars(
        select(Project).where(Project.code == code, visible_to(actor))
    ).one_or_none()
    if project is None:
        raise NotFoundError(N_("Expected a project with the code “{found}”."), found=code)
    return project


def project_by_code(session: Session, code: str) -> Project:
    """A project by its code for a process that is about it, whoever acts.

    Raises:
        NotFoundError: there is none.
    """
    project = session.scalars(_project_by_code(), {"code": code}).one_or_none()
    if project is None:
        raise NotFoundError(N_("Expected a project with the code “{found}”."), found=code)
    return project


def projects_meant(session: Session, actor: Actor, text: str, limit: int = 9) -> list[str]:
    """Codes of the projects that a text means: whose code or name it is, else is a part of.

    The exact code or name finds any project: who writes it knows of it already.
    """
    wanted = text.strip().lower()
    searched = (func.lower(Project.code), func.lower(Project.name_en), Project.name_zh)
    exact = or_(*(each == wanted for each in searched))
    part = or_(*(each.contains(wanted, autoescape=True) for each in searched))
    for condition in (exact, part & visible_to(actor)):
        query = select(Project.code).where(condition).order_by(Project.code).limit(limit)
        if found := list(session.scalars(query)):
            return found
    return []


def project_names(session: Session, codes: Collection[str]) -> dict[str, Bilingual]:
    """The names behind codes, in one statement and none for no codes."""
    if not codes:
        return {}
    query = select(Project.code, Project.name_zh, Project.name_en).where(Project.code.in_(codes))
    return {code: Bilingual(zh, en) for code, zh, en in session.execute(query)}


@cache
def _project_by_code() -> Select[Project]:
    """Built once: every monitoring review asks it."""
    return select(Project).where(Project.code == bindparam("code"))


def goal_versions(session: Session, project: Project) -> list[GoalVersion]:
    """Every version of a project's goal, the newest first."""
    return list(
        session.scalars(
            select(GoalVersion)
            .where(GoalVersion.project_id == project.id)
            .order_by(GoalVersion.number.desc())
        )
    )


def goal_in_force(session: Session, project: Project) -> GoalVersion | None:
    """The approved version, which every later link reads; None before the approval."""
    return session.scalars(
        select(GoalVersion).where(
            GoalVersion.project_id == project.id, GoalVersion.status == "approved"
        )
    ).one_or_none()


def load_peers(session: Session, file: GoalFile, annual_goal: str) -> Peers:
    """What `checks.check_goal` compares a goal with, in one statement."""
    bands = band_hashes(annual_goal)
    return Peers(
        texts=_similar_texts(session, file.project, bands) if bands else (),
        last_year_amount=file.last_year_amount,
    )


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The condition on `Project` that keeps the actor to his own part of the bureau."""
    scope = organisation_scope(actor)
    return true() if scope.everything else or_(false(), *_scope_conditions(scope))


def _scope_conditions(scope: OrganisationScope) -> list[ColumnElement[bool]]:
    parts = (
        (Project.unit_code, scope.units),
        (Project.department_code, scope.departments),
        (Project.section_code, scope.sections),
        (Project.agency_code, scope.agencies),
    )
    return [column.in_(sorted(codes)) for column, codes in parts if codes]


_ROW_COLUMNS = (
    Project.code,
    Project.name_zh,
    Project.name_en,
    Project.fiscal_year,
    Project.unit_code,
    Project.department_code,
    Project.section_code,
    Project.is_key,
    Project.year_amount,
    Project.link,
    Project.link_status,
)


def _row(values: dict[str, Any]) -> ProjectRow:
    return ProjectRow(
        name=Bilingual(values.pop("name_zh"), values.pop("name_en")),
        link=Link(values.pop("link")),
        status=LinkStatus(values.pop("link_status")),
        **values,
    )


def _conditions(narrowed: ProjectFilter) -> list[ColumnElement[bool]]:
    exact = (
        (Project.link, narrowed.link),
        (Project.link_status, narrowed.status),
        (Project.section_code, narrowed.section_code),
        (Project.department_code, narrowed.department_code),
        (Project.unit_code, narrowed.unit_code),
        (Project.is_key, narrowed.is_key),
    )
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in exact if value is not None
    ]
    if wanted := narrowed.text.strip().lower():
        # A part of a name needs no index: the year bounds the rows that are looked at.
        searched = (func.lower(Project.code), func.lower(Project.name_en), Project.name_zh)
        conditions.append(or_(*(each.contains(wanted, autoescape=True) for each in searched)))
    return conditions


def _similar_texts(
    session: Session, project: Project, bands: tuple[int, ...]
) -> tuple[PeerText, ...]:
    candidates = (
        select(GoalFingerprint.goal_version_id)
        .where(
            GoalFingerprint.band_hash.in_(bands),
            GoalFingerprint.fiscal_year.in_((project.fiscal_year, project.fiscal_year - 1)),
            GoalFingerprint.unit_code != project.unit_code,
        )
        .group_by(GoalFingerprint.goal_version_id)
        .order_by(func.count().desc(), GoalFingerprint.goal_version_id)
        .limit(SIMILAR_CANDIDATES)
        .subquery()
    )
    rows = session.execute(
        select(Project.code, GoalVersion.annual_goal)
        .join(candidates, candidates.c.goal_version_id == GoalVersion.id)
        .join(Project, Project.id == GoalVersion.project_id)
    ).all()
    return tuple(PeerText(code, text) for code, text in rows)
