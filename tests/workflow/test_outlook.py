"""The path ahead with people and dates, on the bureau's own goal review."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from app.identity import User
from app.projects.launch import preview_goal_review
from app.projects.queries import project_by_code
from app.workflow.applying.loading import load_task
from app.workflow.tracking.outlook import (
    EndToCome,
    PathAhead,
    StepToCome,
    ToCome,
    WaysToCome,
    path_ahead,
)
from tests.workflow.conftest import BY_TAG, Office, clerk_of

Count = Callable[..., AbstractContextManager[Any]]


def ahead(office: Office, item: UUID, step: str) -> PathAhead:
    with office.database.unit_of_work(write=False) as session:
        return path_ahead(load_task(session, office.task(item, step), lock=False), office.now)


def steps(path: Sequence[ToCome]) -> list[StepToCome]:
    found: list[StepToCome] = []
    for each in path:
        if isinstance(each, StepToCome):
            found.append(each)
        elif isinstance(each, WaysToCome):
            found += [step for way in each.ways for step in steps(way.path)]
    return found


@pytest.fixture
def item(office: Office) -> UUID:
    return office.start("P04")


def test_before_submitting_the_path_names_who_will_be_asked_in_order(
    office: Office, item: UUID
) -> None:
    found = ahead(office, item, "compile_goals")

    said = [(each.step_id, [asked.key for asked in each.asked]) for each in steps(found.path)]
    assert said == [
        ("compile_goals", []),
        ("department_review", ["department_reviewer@D05"]),
        ("preliminary_review", ["center_reviewer"]),
        ("re_examination", ["performance_examiner"]),
        ("final_review", ["section_reviewer@ECO"]),
        ("approve_with_budget", ["budget_officer"]),
    ]
    assert found.is_whole
    assert isinstance(found.path[-1], EndToCome)


def test_dates_follow_the_working_calendar_from_the_real_due_date(
    office: Office, item: UUID
) -> None:
    found = steps(ahead(office, item, "compile_goals").path)

    with office.database.unit_of_work(write=False) as session:
        task = load_task(session, office.task(item, "compile_goals"), lock=False).task
    assert found[0].is_open
    assert found[0].due_at == task.due_at
    days = [f"{each.due_at:%m-%d}" for each in found]
    # Ten working days without the Mid-Autumn holiday of 12 September, then three.
    assert days[0] == "09-20"
    assert days[1] == "09-23"
    assert sorted(each.due_at for each in found) == [each.due_at for each in found]


def test_a_key_project_sees_the_two_reviews_side_by_side(office: Office) -> None:
    found = ahead(office, office.start("P03"), "compile_goals")

    (ways,) = [each for each in found.path if isinstance(each, WaysToCome)]
    assert ways.kind == "all"
    assert [[step.step_id for step in steps(way.path)] for way in ways.ways] == [
        ["center_desk_review"],
        ["third_party_review"],
    ]


def test_returns_are_told_and_not_walked(office: Office, item: UUID) -> None:
    found = {each.step_id: each for each in steps(ahead(office, item, "compile_goals").path)}

    assert not found["compile_goals"].may_return
    assert found["department_review"].may_return


def test_who_cannot_be_found_is_said_beside_the_step(office: Office, item: UUID) -> None:
    with office.database.unit_of_work() as session:
        session.execute(
            update(User).where(User.username.startswith("perf.")).values(is_active=False)
        )

    found = {each.step_id: each for each in steps(ahead(office, item, "compile_goals").path)}

    assert "Expected somebody who may do the step" in str(found["re_examination"].trouble)
    assert found["final_review"].trouble is None


def test_looking_ahead_writes_nothing_and_asks_little(
    office: Office, item: UUID, count_statements: Count
) -> None:
    task_id = office.task(item, "compile_goals")
    with office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, task_id, lock=False)
        with count_statements(office.database, at_most=2):
            path_ahead(loaded, office.now)


def from_start(office: Office, tag: str) -> PathAhead:
    with office.database.unit_of_work(write=False) as session:
        project = project_by_code(session, BY_TAG[tag].code)
        return preview_goal_review(session, project, office.actor(clerk_of(tag)), office.now)


@pytest.mark.parametrize("tag", ["P03", "P04"])
def test_before_the_start_the_path_is_the_one_that_the_item_then_has(
    office: Office, tag: str
) -> None:
    foretold = steps(from_start(office, tag).path)

    found = steps(ahead(office, office.start(tag), "compile_goals").path)

    first = [person.name.zh for person in foretold[0].asked[0].people]
    assert first == [office.actor(clerk_of(tag)).name.zh]
    assert [(each.step_id, each.due_at) for each in foretold] == [
        (each.step_id, each.due_at) for each in found
    ]
    assert [each.asked for each in foretold[1:]] == [each.asked for each in found[1:]]


def test_before_the_start_who_cannot_be_found_is_said_beside_the_step(office: Office) -> None:
    with office.database.unit_of_work() as session:
        session.execute(
            update(User).where(User.username.startswith("perf.")).values(is_active=False)
        )

    found = {each.step_id: each for each in steps(from_start(office, "P04").path)}

    assert "Expected somebody who may do the step" in str(found["re_examination"].trouble)


def test_looking_at_a_path_before_its_start_asks_little(
    office: Office, count_statements: Count
) -> None:
    from_start(office, "P04")  # the diagrams are read once

    with count_statements(office.database, at_most=6):
        from_start(office, "P04")
