"""The sample bureau is the one of the dossier, figure by figure."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.settings import ROOT
from app.identity import Role, load_actor, organisation_variables, sample_sign_ins, sign_in
from app.projects.checks import check_goal
from app.projects.goal_files import open_goal_file
from app.projects.kinds import LinkStatus
from app.projects.models import GoalLetter, GoalVersion, Indicator, Project, source_columns
from app.projects.queries import ProjectFilter, load_peers, projects_page
from app.projects.rules import load_rules
from app.projects.sample import (
    SampleProject,
    goal_values,
    load_approved_goals,
    load_people,
    load_projects,
    organisations,
    people,
    projects,
)
from app.projects.sample.organisations import DEPARTMENTS
from app.projects.sample.projects import bulk_amount
from tests.projects.conftest import CHEAP, a_project

#: They have not passed the ex-ante evaluation, so they may not declare a goal yet.
BEFORE_THE_GOAL = {"P01", "P09", "P10"}


def test_everybody_is_there_once_with_a_natural_name():
    everybody = people()

    assert len(everybody) == 93
    assert len({person.username for person in everybody}) == 93
    assert len({person.name for person in everybody}) == 93
    assert Counter(person.role for person in everybody)[Role.UNIT_CLERK] == 28
    assert {person.role for person in everybody} == set(Role)
    assert all(2 <= len(person.name.zh) <= 3 for person in everybody)
    assert everybody == people()


def test_organisations_stand_after_those_that_they_refer_to():
    seen = set()
    for each in organisations():
        assert {each.parent_code, each.section_code} - {None} <= seen
        seen.add(each.code)
    assert len(seen) == len(organisations()) == 54


@pytest.mark.parametrize(("count", "total"), [(393, "107443.92"), (694, "184784.78")])
def test_the_pure_bulk_adds_up_to_the_dossiers_totals(count: int, total: str):
    amounts = [bulk_amount(number) for number in range(1, count + 1)]

    assert sum(amounts) == Decimal(total)


def test_the_bulk_lies_between_the_dossiers_bounds():
    amounts = [bulk_amount(number) for number in range(1, 695)]

    assert (min(amounts), max(amounts)) == (Decimal("15.00"), Decimal("997.04"))


@pytest.mark.parametrize(
    ("year", "count", "total", "keys"),
    [(2021, 393, "108168.94", 4), (2022, 694, "189089.80", 27), (2023, 10, "4694.00", 2)],
)
def test_named_projects_stand_in_for_the_first_of_the_bulk(
    year: int, count: int, total: str, keys: int
):
    found = projects(year)

    assert len(found) == len({project.code for project in found}) == count
    assert sum(project.year_amount for project in found) == Decimal(total)
    assert sum(project.is_key for project in found) == keys
    first = {2021: 21, 2022: 11, 2023: 1}[year]
    assert [project.tag for project in found if project.tag] == [
        f"P{number:02d}" for number in range(first, first + 10)
    ]
    assert found == projects(year)


@pytest.mark.parametrize("year", [2021, 2022])
def test_every_department_keeps_its_count(year: int):
    found = Counter(project.department_code for project in projects(year))

    assert found == {each.code: each.count(year) for each in DEPARTMENTS}


def test_the_year_stands_where_the_dossier_says():
    assert Counter(project.status for project in projects(2022)) == {
        LinkStatus.PASSED: 601,
        LinkStatus.PENDING: 54,
        LinkStatus.RETURNED: 11,
        LinkStatus.DRAFT: 28,
    }


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("year", [2021, 2022, 2023])
def test_every_goal_passes_every_rule(year: int, language: str):
    rules = load_rules(ROOT / "config", year)
    for project in projects(year):
        if project.tag not in BEFORE_THE_GOAL:
            values = goal_values(project, language)
            assert check_goal(_row(project), values, rules) == (), project.code


def test_projects_that_may_not_declare_yet_are_blocked_by_that_rule_alone():
    rules = load_rules(ROOT / "config", 2023)
    blocked = [project for project in projects(2023) if project.tag in BEFORE_THE_GOAL]

    codes = [[each.code for each in check_goal(_row(p), goal_values(p), rules)] for p in blocked]

    assert codes == [["goal.ex_ante"]] * 3


def _row(project: SampleProject) -> Project:
    return a_project(
        fiscal_year=project.fiscal_year,
        amount=project.year_amount,
        novelty=project.novelty.value,
        start_date=project.start_date,
        end_date=project.end_date,
        ex_ante_conclusion=project.ex_ante_conclusion,
        **source_columns(project.sources),
    )


@pytest.fixture
def bureau(session: Session) -> Session:
    load_people(session, CHEAP)
    load_projects(session)
    load_approved_goals(session)
    return session


def test_the_loaded_bureau_can_be_worked_in(bureau: Session, now: Any):
    assert bureau.scalar(select(func.count()).select_from(Project)) == 1097
    assert bureau.scalar(select(func.count()).select_from(GoalVersion)) == 1087
    assert bureau.scalar(select(func.count()).select_from(GoalLetter)) == 1087
    assert bureau.scalar(select(func.count()).select_from(Indicator)) == 7 * 1087
    assert bureau.scalar(
        select(func.sum(Project.year_amount)).where(Project.fiscal_year == 2022)
    ) == Decimal("189089.80")
    clerk = sign_in(bureau, "d03u1.clerk", "countersign", now, CHEAP)
    assert clerk is not None
    assert clerk == load_actor(bureau, clerk.id)
    codes = [row.code for row in projects_page(bureau, clerk, 2023).rows]
    assert codes == ["YS2023-0003"]
    assert organisation_variables(bureau, "D03U1") == {
        "unit": "D03U1",
        "department": "D03",
        "section": "AGR",
    }


def test_the_sign_in_page_offers_the_tour_of_one_project(bureau: Session):
    offered = sample_sign_ins(bureau)

    assert len(offered) == 93
    assert [each.username for each in offered if each.is_telling] == [
        "d03u1.clerk",
        "d03.fin",
        "ctr.rev1",
        "tpa.a1",
        "perf.ex1",
        "sec.agr.rev",
        "bud.1",
        "mgr",
        "owner",
        "admin",
    ]
    assert all(each.is_telling for each in offered[:10])


def test_a_page_of_the_year_and_its_peers_take_few_statements(
    bureau: Session, database: Database, now: Any, count_statements: Callable[..., Any]
):
    manager = sign_in(bureau, "mgr", "countersign", now, CHEAP)
    assert manager is not None
    with count_statements(database, at_most=1):
        page = projects_page(bureau, manager, 2022, ProjectFilter(text="路灯"))
    assert page.rows
    with count_statements(database, at_most=2):
        file = open_goal_file(bureau, page.rows[0].code)
        load_peers(bureau, file, goal_values(projects(2022)[20])["annual_goal"])
