"""Lists and single projects, as far as the actor may see them."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.errors import NotFoundError, NotPermittedError
from app.identity import SYSTEM, Actor, Role
from app.projects.checks import check_goal
from app.projects.goal_files import open_goal_file
from app.projects.goals import save_submission
from app.projects.kinds import Link, LinkStatus
from app.projects.models import Project
from app.projects.queries import (
    ProjectFilter,
    find_project,
    link_counts,
    load_peers,
    project_by_code,
    projects_page,
)
from app.projects.rules import Rules
from tests.projects.conftest import f04

CreateProject = Callable[..., Project]
CountStatements = Callable[..., Any]


@pytest.fixture
def four(create_project: CreateProject) -> None:
    create_project(1)
    create_project(2, unit_code="D03U0", agency_code="TPA", is_key=True)
    create_project(
        3, unit_code="D04U0", department_code="D04", link="ex_ante", name_en="River 100%"
    )
    create_project(4, unit_code="D01U0", department_code="D01", section_code="EDU")


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("username", "seen"),
    [
        ("d03u1.clerk", [1]),
        ("d03.fin", [1, 2]),
        ("sec.agr.rev", [1, 2, 3]),
        ("tpa.a1", [2]),
        ("tpa.b1", []),
        ("exp.01", []),
        ("ctr.rev1", [1, 2, 3, 4]),
        ("mgr", [1, 2, 3, 4]),
    ],
)
def test_a_list_shows_what_the_actor_may_see(
    session: Session, actor: Callable[[str], Actor], username: str, seen: list[int]
):
    page = projects_page(session, actor(username), 2023)

    assert [row.code for row in page.rows] == [f"YS2023-{number:04d}" for number in seen]
    for number in range(1, 5):
        code = f"YS2023-{number:04d}"
        if number in seen:
            assert find_project(session, actor(username), code).code == code
        else:
            with pytest.raises(NotFoundError):
                find_project(session, actor(username), code)


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("narrowed", "seen"),
    [
        (ProjectFilter(link=Link.EX_ANTE), [3]),
        (ProjectFilter(status=LinkStatus.PENDING), []),
        (ProjectFilter(department_code="D03"), [1, 2]),
        (ProjectFilter(section_code="EDU"), [4]),
        (ProjectFilter(unit_code="D04U0"), [3]),
        (ProjectFilter(is_key=True), [2]),
        (ProjectFilter(text="ys2023-0004"), [4]),
        (ProjectFilter(text="果园道路2"), [2]),
        (ProjectFilter(text="ORCHARD ROADS 1"), [1]),
        (ProjectFilter(text="0%"), [3]),
        (ProjectFilter(text="_"), []),
    ],
)
def test_a_list_is_narrowed(session: Session, narrowed: ProjectFilter, seen: list[int]):
    page = projects_page(session, SYSTEM, 2023, narrowed)

    assert [int(row.code[-4:]) for row in page.rows] == seen


@pytest.mark.usefixtures("four")
def test_pages_follow_each_other_without_gaps(
    session: Session, database: Database, count_statements: CountStatements
):
    with count_statements(database, at_most=1):
        first = projects_page(session, SYSTEM, 2023, length=3)
    assert first.next_after is not None
    second = projects_page(session, SYSTEM, 2023, after=first.next_after, length=3)

    assert [int(row.code[-4:]) for row in first.rows + second.rows] == [1, 2, 3, 4]
    assert second.next_after is None
    assert projects_page(session, SYSTEM, 2022).rows == ()


@pytest.mark.usefixtures("four")
def test_links_are_counted_with_their_money(session: Session, actor: Callable[[str], Actor]):
    counts = link_counts(session, actor("sec.agr.head"), 2023)

    assert [(each.link, each.projects, each.amount) for each in counts] == [
        (Link.EX_ANTE, 1, Decimal("450.00")),
        (Link.GOAL, 2, Decimal("900.00")),
    ]


def test_without_the_permission_nothing_is_read(session: Session, clerk: Actor):
    nobody = Actor(
        clerk.id, "x", clerk.name, "FB", frozenset(), frozenset({Role.EXPERT}), frozenset()
    )

    with pytest.raises(NotPermittedError):
        projects_page(session, nobody, 2023)


def test_a_process_finds_its_project(session: Session, project: Project):
    assert project_by_code(session, "YS2023-0901") is project
    with pytest.raises(NotFoundError, match="YS1999-0001"):
        project_by_code(session, "YS1999-0001")


def test_the_form_opens_with_the_last_submission_and_the_present_money(
    session: Session, project: Project, clerk: Actor, now: datetime
):
    file = open_goal_file(session, project.code)
    assert file.opening_values()["indicators"] == []
    save_submission(session, file, f04(), actor=clerk, now=now)

    values = open_goal_file(session, project.code).opening_values()

    assert len(values["indicators"]) == 7
    assert values["sources"] == [{"source": "fiscal", "amount": "450.00"}]
    assert values["unit_name"] == "果业中心 / Fruit Industry Center"
    assert not values["is_multi_year"]


def test_a_copied_goal_is_found_through_its_fingerprint(
    session: Session,
    database: Database,
    create_project: CreateProject,
    clerk: Actor,
    now: datetime,
    rules: Rules,
    count_statements: CountStatements,
):
    theirs = create_project(1, unit_code="D04U0", department_code="D04")
    own, mine = create_project(2), create_project(3)
    for each in (theirs, own):
        file = open_goal_file(session, each.code)
        save_submission(session, file, f04(), actor=clerk, now=now)

    with count_statements(database, at_most=2):
        file = open_goal_file(session, mine.code)
        peers = load_peers(session, file, f04()["annual_goal"])

    assert [text.project_code for text in peers.texts] == ["YS2023-0001"]
    codes = [problem.code for problem in check_goal(mine, f04(), rules, peers)]
    assert codes == ["goal.similar"]
    assert load_peers(session, file, "完全不同的内容：为社区老人提供助餐服务。").texts == ()


def test_last_years_amount_is_that_of_the_same_project(
    session: Session, create_project: CreateProject
):
    create_project(1, code="YS2022-0001", fiscal_year=2022, amount=Decimal("200.00"))

    same, other = create_project(1).code, create_project(2).code

    assert load_peers(session, open_goal_file(session, same), "").last_year_amount == Decimal("200")
    assert load_peers(session, open_goal_file(session, other), "").last_year_amount is None


@pytest.mark.parametrize(
    "change",
    [
        {"link": "lost"},
        {"novelty": "old"},
        {"year_amount": Decimal("-1.00")},
        {"total_amount": Decimal("1.00")},
        {"fiscal_year": 1999},
        {"unit_code": "NONE"},
        {"ex_ante_conclusion": "maybe"},
    ],
)
def test_the_database_refuses_a_project_that_does_not_fit(
    session: Session, create_project: CreateProject, change: dict[str, Any]
):
    with pytest.raises(IntegrityError):
        create_project(1, **change)
    session.rollback()


def test_a_code_is_given_once(session: Session, create_project: CreateProject):
    create_project(1)

    with pytest.raises(IntegrityError):
        create_project(1)
    session.rollback()
