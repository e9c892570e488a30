"""Everything that the page of a project shows, gathered once for its template."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from uuid import UUID

from flask import request

from app.core.errors import CountersignError
from app.core.i18n import Bilingual, Sentence
from app.engine import Process
from app.identity import (
    SYSTEM,
    Permission,
    agencies,
    names_of_users,
    organisation_names,
    organisation_scope,
    people_names,
)
from app.projects.goal_forms import draft_from_form
from app.projects.indicators import IndicatorLine, Level1, Level2
from app.projects.kinds import GoalStatus, Link, LinkStatus
from app.projects.launch import preview_goal_review, refuse_appointment, refuse_goal_review
from app.projects.letters import letters_of
from app.projects.models import GoalLetter, GoalVersion, Project
from app.projects.queries import find_project, goal_versions
from app.web.context import actor, calendar, db, now
from app.web.goal_diffs import GOAL_FORM, Comparison, compare_versions
from app.web.language import in_language
from app.web.project_timeline import TimelineRound, timeline
from app.web.task_history import LedgerLine, acting, ledger_lines, mentioned, past_opinions
from app.web.task_outlook import Ahead, named
from app.workflow.assignment.whys import read_why
from app.workflow.definitions.versions import process_of
from app.workflow.items import Item, items_of
from app.workflow.names import group_name
from app.workflow.resources import resources_of
from app.workflow.tracking.history import (
    OpenSeat,
    ledger_entries,
    open_incidents,
    open_seats,
    opinions,
    visits,
)


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One process of the project in full."""

    item: Item
    process: Process
    #: Name of the end event that it reached.
    end: Bilingual | None
    seats: tuple[OpenSeat, ...]
    rounds: list[TimelineRound]
    #: Diagrams by key, the main one first; the one that is shown.
    diagrams: Mapping[str, Bilingual]
    diagram: str
    ledger: list[LedgerLine]
    incidents: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One version of the goal, and what it changed in the one before."""

    version: GoalVersion
    status: Bilingual
    changes: Comparison | None


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that the person's role allows; `refusal` says why it cannot be done now."""

    refusal: Sentence | None


@dataclass(frozen=True, slots=True)
class IndicatorGroup:
    """The lines of one second level, for a table with spanning cells."""

    l1: Bilingual
    #: How many lines its first level has, when it is the first group of it; else 0.
    l1_span: int
    l2: Bilingual
    lines: tuple[IndicatorLine, ...]


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One page."""

    project: Project
    link: Link
    status: LinkStatus
    items: list[Item]
    shown: ShownItem | None
    versions: list[ShownVersion]
    #: The goal in force, else the newest one.
    goal: GoalVersion | None
    indicators: list[IndicatorGroup]
    letters: list[GoalLetter]
    organisations: Mapping[str, Bilingual]
    people: Mapping[UUID, Bilingual]
    start: Offer | None
    #: The path of the goal review, to who can start it now.
    ahead: Ahead | None
    appoint: Offer | None
    #: Codes and names of those that may be appointed.
    agencies: list[tuple[str, str]]

    def group(self, key: str) -> Bilingual:
        """A candidate group in words."""
        return group_name(key, self.organisations)

    def why(self, seat: OpenSeat) -> tuple[Sentence, ...]:
        """Why a step is with these people, in order."""
        return read_why(seat.why, self.organisations)


def gather(code: str) -> ProjectPage:
    """Read the page of a project for the present person.

    Raises:
        NotFoundError: no such project, or the person may not know of it.
    """
    project = find_project(db(), actor(), code)
    items = items_of(db(), project.code)
    shown_item = _chosen(items)
    seats = open_seats(db(), shown_item.instance_id) if shown_item else []
    versions = goal_versions(db(), project)
    goal = next((each for each in versions if each.status == GoalStatus.APPROVED), None)
    goal = goal or (versions[0] if versions else None)
    organisations = _names(project, seats)
    offers = _offers(project)
    return ProjectPage(
        project=project,
        link=Link(project.link),
        status=LinkStatus(project.link_status),
        items=items,
        shown=_shown(shown_item, seats, organisations) if shown_item else None,
        versions=_versions(versions),
        goal=goal,
        indicators=indicator_groups(goal) if goal else [],
        letters=letters_of(db(), project),
        organisations=organisations,
        people=people_names(
            db(),
            {each.started_by_id for each in items}
            | {each.submitted_by_id for each in versions if each.submitted_by_id},
        ),
        start=offers[0],
        ahead=_ahead(project, offers[0]),
        appoint=offers[1],
        agencies=[
            (each.code, in_language(each.name))
            for each in (agencies(db()) if offers[1] and not offers[1].refusal else ())
        ],
    )


def indicator_groups(version: GoalVersion) -> list[IndicatorGroup]:
    """The indicators of a goal as it was submitted, grouped as the printed table groups them."""
    lines = sorted(
        draft_from_form(version.form_values).indicators,
        key=lambda line: (list(Level1).index(line.l1), list(Level2).index(line.l2)),
    )
    groups = []
    for l1, in_l1 in groupby(lines, lambda line: line.l1):
        block = list(in_l1)
        span = len(block)
        for l2, in_l2 in groupby(block, lambda line: line.l2):
            groups.append(IndicatorGroup(l1.display_name, span, l2.display_name, tuple(in_l2)))
            span = 0
    return groups


def _chosen(items: Sequence[Item]) -> Item | None:
    """The item that the address names, else the first."""
    wanted = request.args.get("item", "")
    return next(
        (each for each in items if str(each.instance_id) == wanted), next(iter(items), None)
    )


def _shown(item: Item, seats: list[OpenSeat], organisations: Mapping[str, Bilingual]) -> ShownItem:
    process = process_of(db(), item.definition_ids)
    past = past_opinions(opinions(db(), item.instance_id), process, resources_of(db()).forms)
    entries = ledger_entries(db(), item.instance_id)
    people = people_names(db(), acting(entries))
    end = process.main.elements.get(item.end_event or "")
    diagrams = {key: each.name for key, each in process.definitions.items()}
    wanted = request.args.get("diagram", "")
    return ShownItem(
        item=item,
        process=process,
        end=end.name if end else None,
        seats=tuple(seats),
        rounds=timeline(visits(db(), item.instance_id), past, seats, calendar(), now()),
        diagrams=diagrams,
        diagram=wanted if wanted in diagrams else process.main.key,
        ledger=ledger_lines(
            entries,
            process,
            people,
            organisations,
            SYSTEM.name,
            names_of_users(db(), mentioned(entries)),
        ),
        incidents=tuple(
            Sentence.load(each.sentence) for each in open_incidents(db(), item.instance_id)
        ),
    )


def _names(project: Project, seats: Sequence[OpenSeat]) -> dict[str, Bilingual]:
    codes = {project.unit_code, project.department_code, project.section_code}
    codes |= {key.partition("@")[2] for each in seats for key in each.groups}
    codes |= {str(each.why.get("group", "")).partition("@")[2] for each in seats}
    codes.add(project.agency_code or "")
    return organisation_names(db(), codes - {""})


def _versions(versions: Sequence[GoalVersion]) -> list[ShownVersion]:
    form = resources_of(db()).forms.get(GOAL_FORM)
    changes = [compare_versions(form, older, newer) for newer, older in pairwise(versions)]
    return [
        ShownVersion(version, GoalStatus(version.status).display_name, compared)
        for version, compared in zip(versions, [*changes, None], strict=False)
    ]


def _offers(project: Project) -> tuple[Offer | None, Offer | None]:
    """Starting the goal review and appointing an agency, to those who may ever do it here."""
    starts = actor().can(Permission.PROCESS_START) and (
        project.unit_code in organisation_scope(actor()).units
    )
    appoints = actor().can(Permission.PROJECT_APPOINT_AGENCY) and project.is_key
    return (
        _offer(lambda: refuse_goal_review(db(), project)) if starts else None,
        _offer(lambda: refuse_appointment(db(), project)) if appoints else None,
    )


def _ahead(project: Project, start: Offer | None) -> Ahead | None:
    if start is None or start.refusal:
        return None
    return named(preview_goal_review(db(), project, actor(), now()))


def _offer(refuse: Callable[[], None]) -> Offer:
    try:
        refuse()
    except CountersignError as refusal:
        return Offer(refusal.sentence)
    return Offer(None)
