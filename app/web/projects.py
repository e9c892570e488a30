"""Projects: the list of a year, the page of one, and the two acts that begin there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.core.errors import Problem
from app.core.i18n import N_, Bilingual
from app.identity import Permission, departments, organisation_names
from app.projects.kinds import Link, LinkStatus, Source
from app.projects.launch import appoint_agency, start_goal_review
from app.projects.queries import (
    LinkCount,
    ProjectFilter,
    find_project,
    link_counts,
    project_years,
    projects_page,
)
from app.web.addresses import AddressReader
from app.web.context import actor, db, now, settings
from app.web.language import in_language
from app.web.project_page import gather
from app.web.refill import refilled
from app.web.security import needs

pages = Blueprint("projects", __name__)


@dataclass(frozen=True, slots=True)
class ListAddress:
    """What the address of a list says, and what it says that cannot be."""

    year: int
    narrowed: ProjectFilter
    problems: tuple[Problem, ...] = ()

    def arguments(self) -> dict[str, str]:
        """The address again, without what narrows nothing."""
        said = {
            "year": str(self.year),
            "link": self.narrowed.link.value if self.narrowed.link else "",
            "status": self.narrowed.status.value if self.narrowed.status else "",
            "department": self.narrowed.department_code or "",
            "key": "1" if self.narrowed.is_key else "",
            "text": self.narrowed.text,
        }
        return {name: value for name, value in said.items() if value}

    def url(self, **changes: Any) -> str:
        """Address of the same list with some filters changed; None leaves one out."""
        return url_for("projects.index", **{**self.arguments(), **changes})

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the year is chosen."""
        return len(self.arguments()) > 1


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """What stands in one link, by status."""

    link: Link
    counts: tuple[LinkCount, ...]

    @property
    def projects(self) -> int:
        """All of the link."""
        return sum(each.projects for each in self.counts)


@pages.get("/projects")
@needs(Permission.PROJECT_VIEW)
def index() -> ResponseReturnValue:
    """One page of a year's projects that the person may see."""
    years = project_years(db(), actor())
    known = {each.code: Bilingual(each.name_zh, each.name_en) for each in departments(db())}
    place = read_address(request.args, years, known)
    wide = replace(place.narrowed, link=None, status=None)
    counts = link_counts(db(), actor(), place.year, wide)
    after = request.args.get("after", "")
    page = projects_page(db(), actor(), place.year, place.narrowed, after=after[:20])
    matching = [each for each in counts if _fits(each, place.narrowed)]
    shown = render_template(
        "projects/index.html",
        place=place,
        years=years,
        departments=known,
        figures=_by_link(counts),
        page=page,
        units=organisation_names(db(), {each.unit_code for each in page.rows}),
        count=sum(each.projects for each in matching),
        amount=sum((each.amount for each in matching), Decimal(0)),
        is_first=not after,
    )
    return shown, 422 if place.problems else 200


@pages.get("/projects/<code>")
@needs(Permission.PROJECT_VIEW)
def show(code: str) -> ResponseReturnValue:
    """One project: where it is, what has happened, what was promised."""
    return render_template(
        "projects/page.html",
        page=gather(code),
        now=now(),
        can_verify=actor().can(Permission.LEDGER_VERIFY),
    )


@pages.post("/projects/<code>/goal-review")
@needs(Permission.PROCESS_START)
@refilled(show)
def start(code: str) -> ResponseReturnValue:
    """Start the goal review; its first task waits for the unit at once."""
    project = find_project(db(), actor(), code)
    instance_id = start_goal_review(db(), project, actor(), now())
    flash(gettext("The goal review has started. Compile the goals here."))
    return redirect(url_for("instances.show", instance_id=instance_id))


@pages.post("/projects/<code>/agency")
@needs(Permission.PROJECT_APPOINT_AGENCY)
@refilled(show)
def appoint(code: str) -> ResponseReturnValue:
    """Name the third-party agency of a key project."""
    project = find_project(db(), actor(), code)
    chosen = request.form.get("agency", "")
    appoint_agency(db(), project, chosen, actor())
    name = organisation_names(db(), {chosen})[chosen]
    flash(gettext("%(agency)s will review this project.", agency=in_language(name)))
    return redirect(url_for("projects.show", code=code))


@pages.app_template_filter()
def source_name(code: str) -> Bilingual:
    """The name of a source of money."""
    return Source(code).display_name


def read_address(
    said: MultiDict[str, str], years: list[int], known: Mapping[str, Bilingual]
) -> ListAddress:
    """Read an address; the year is the present one where it has projects."""
    reader = AddressReader(said)
    present = now().astimezone(settings().time_zone).year
    year = reader.year(present if present in years or not years else years[0])
    link = reader.one_of(
        "link", list(Link), "", N_("Expected one of the five links, found “{found}”; showing all.")
    )
    status = reader.one_of(
        "status",
        list(LinkStatus),
        "",
        N_("Expected a status of a project, found “{found}”; showing all."),
    )
    department = reader.one_of(
        "department",
        known,
        "",
        N_("Expected the code of a department, found “{found}”; showing all departments."),
    )
    narrowed = ProjectFilter(
        link=Link(link) if link else None,
        status=LinkStatus(status) if status else None,
        department_code=department or None,
        is_key=True if reader.flag("key") else None,
        text=reader.text("text"),
    )
    return ListAddress(year, narrowed, tuple(reader.problems))


def _fits(count: LinkCount, narrowed: ProjectFilter) -> bool:
    return narrowed.link in (None, count.link) and narrowed.status in (None, count.status)


def _by_link(counts: list[LinkCount]) -> list[LinkFigures]:
    return [
        LinkFigures(link, tuple(found)) for link, found in groupby(counts, lambda each: each.link)
    ]
