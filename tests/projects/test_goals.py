"""A goal is submitted, returned, edited by agreement, approved and frozen."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.errors import ConflictError, InvalidInputError, NotFoundError
from app.identity import SYSTEM, Actor
from app.projects.goal_changes import GoalChange, version_diff
from app.projects.goal_files import GoalFile, open_goal_file
from app.projects.goals import (
    apply_accepted_edits,
    freeze_approved,
    mark_rejected,
    mark_returned,
    save_submission,
)
from app.projects.indicators import Direction
from app.projects.letters import issue_goal_letter, letters_of
from app.projects.models import GoalVersion, Indicator, Project
from app.projects.queries import goal_in_force, goal_versions
from tests.projects.conftest import f04

CountStatements = Callable[..., Any]


@pytest.fixture
def file(session: Session, project: Project) -> GoalFile:
    return open_goal_file(session, project.code)


def test_a_submission_is_kept_as_it_was_sent(
    session: Session, project: Project, file: GoalFile, clerk: Actor, now: datetime
):
    version = save_submission(session, file, f04(), actor=clerk, now=now)

    assert (version.number, version.status, version.submitted_by_id) == (1, "submitted", clerk.id)
    assert (project.link, project.link_status) == ("goal", "pending")
    assert version.form_values["indicators"][0]["l3"] == f04()["indicators"][0]["l3"]
    assert session.scalars(select(Indicator)).all() == []  # only a goal in force has rows


def test_a_resubmission_is_a_new_version_and_supersedes_the_one_in_review(
    session: Session, project: Project, file: GoalFile, clerk: Actor, now: datetime
):
    first = save_submission(session, file, f04(), actor=clerk, now=now)
    second = save_submission(session, file, f04(annual_goal="更" * 30), actor=clerk, now=now)

    assert (first.status, second.status, second.number) == ("superseded", "submitted", 2)
    assert first.content_hash != second.content_hash
    assert open_goal_file(session, project.code).latest is second


def test_equal_goals_have_equal_hashes_however_numbers_were_typed(
    session: Session, file: GoalFile, clerk: Actor, now: datetime
):
    first = save_submission(session, file, f04(), actor=clerk, now=now)
    values = f04()
    values["indicators"][0]["weight"] = Decimal("20.00")
    second = save_submission(session, file, values, actor=clerk, now=now)

    assert first.content_hash == second.content_hash


def test_a_submission_takes_few_statements(
    database: Database,
    session: Session,
    file: GoalFile,
    clerk: Actor,
    now: datetime,
    count_statements: CountStatements,
):
    with count_statements(database, at_most=3):
        save_submission(session, file, f04(), actor=clerk, now=now)
    mark_returned(file)
    session.flush()
    with count_statements(database, at_most=3):
        save_submission(session, file, f04(), actor=clerk, now=now)


def test_what_cannot_be_read_is_refused_with_every_place(
    session: Session, project: Project, file: GoalFile, clerk: Actor, now: datetime
):
    values = f04()
    values["indicators"][1]["weight"] = "x"
    values["indicators"][2]["target"] = ""

    with pytest.raises(InvalidInputError) as refused:
        save_submission(session, file, values, actor=clerk, now=now)

    assert [problem.where for problem in refused.value.problems] == [
        "indicators.1.weight",
        "indicators.2.target",
    ]
    assert goal_versions(session, project) == []


def test_money_that_the_form_may_change_moves_the_total(
    session: Session, project: Project, file: GoalFile, clerk: Actor, now: datetime
):
    money = {
        "year_amount": "430",
        "sources": [
            {"source": "superior", "amount": "130"},
            {"source": "fiscal", "amount": "300.00"},
        ],
    }

    save_submission(session, file, f04(**money), actor=clerk, now=now)
    session.expire(project)

    assert (project.year_amount, project.total_amount) == (Decimal("430.00"), Decimal("430.00"))
    assert dict(project.sources) == {
        "fiscal": Decimal("300.00"),
        "superior": Decimal("130.00"),
    }


def test_a_return_leaves_the_version_readable(
    session: Session, project: Project, file: GoalFile, clerk: Actor, now: datetime
):
    version = save_submission(session, file, f04(), actor=clerk, now=now)

    mark_returned(file)
    again = save_submission(session, file, f04(), actor=clerk, now=now)

    assert (version.status, again.number) == ("returned", 2)
    assert project.link_status == "pending"


def test_a_refused_goal_keeps_the_project_out_of_the_budget(
    session: Session, project: Project, file: GoalFile, clerk: Actor, now: datetime
):
    save_submission(session, file, f04(), actor=clerk, now=now)

    mark_rejected(file)

    assert project.link_status == "rejected"


def test_an_approved_goal_is_frozen(
    session: Session, project: Project, file: GoalFile, clerk: Actor, now: datetime
):
    version = save_submission(session, file, f04(), actor=clerk, now=now)

    freeze_approved(session, file, now)

    assert goal_in_force(session, project) is version
    assert project.link_status == "approved"
    lines = session.scalars(select(Indicator).order_by(Indicator.position)).all()
    assert [each.position for each in lines] == [1, 2, 3, 4, 5, 6, 7]
    assert lines[0].line.target == "≥ 5000 亩"
    assert lines[0].is_core
    assert lines[3].direction == Direction.NEGATIVE
    assert (lines[5].operator, lines[5].direction) == (None, None)
    with pytest.raises(ConflictError, match="version 1 of YS2023-0901 was approved and is frozen"):
        save_submission(session, file, f04(), actor=clerk, now=now)
    with pytest.raises(ConflictError, match="found it “Approved”"):
        mark_returned(file)


def test_only_a_submitted_goal_can_be_decided(session: Session, file: GoalFile, now: datetime):
    with pytest.raises(NotFoundError, match="Expected a submitted goal of project YS2023-0901"):
        freeze_approved(session, file, now)


def test_accepted_edits_become_the_next_version(
    session: Session, file: GoalFile, clerk: Actor, now: datetime
):
    version = save_submission(session, file, f04(), actor=clerk, now=now)
    edits = [
        {
            "indicator": "工程验收合格率",
            "item": "target",
            "old": "98.0",
            "new": "99",
            "reason": "规范",
        },
        {"indicator": "工程验收合格率", "item": "l3", "old": "", "new": "工程一次验收合格率"},
    ]

    edited = apply_accepted_edits(session, file, edits, actor=clerk, now=now)

    assert (version.status, edited.number) == ("superseded", 2)
    assert version_diff(version, edited) == (
        GoalChange("indicators.1.l3", "工程一次验收合格率", "工程验收合格率", "工程一次验收合格率"),
        GoalChange("indicators.1.target", "工程一次验收合格率", "98", "99"),
    )


@pytest.mark.parametrize(
    ("edit", "error"),
    [
        ({"indicator": "没有的指标", "item": "target", "new": "1"}, InvalidInputError),
        ({"indicator": "工程验收合格率", "item": "l1", "new": "cost"}, InvalidInputError),
        ({"indicator": "工程验收合格率", "item": "target", "new": "many"}, InvalidInputError),
        (
            {"indicator": "工程验收合格率", "item": "target", "old": "97", "new": "99"},
            ConflictError,
        ),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(
    session: Session,
    project: Project,
    file: GoalFile,
    clerk: Actor,
    now: datetime,
    edit: dict[str, str],
    error: type[Exception],
):
    version = save_submission(session, file, f04(), actor=clerk, now=now)

    with pytest.raises(error):
        apply_accepted_edits(session, file, [edit], actor=clerk, now=now)

    assert open_goal_file(session, project.code).latest is version


def test_the_diff_names_lines_that_are_new_and_gone(
    session: Session, file: GoalFile, clerk: Actor, now: datetime
):
    old = save_submission(session, file, f04(), actor=clerk, now=now)
    values = f04(annual_goal="更" * 30)
    gone = values["indicators"].pop(1)
    values["indicators"].append(gone | {"l3": "道路完好率", "weight": "5"})
    values["indicators"].append(gone | {"l3": "苗木成活率", "weight": "5"})

    changes = version_diff(old, save_submission(session, file, values, actor=clerk, now=now))

    assert [(each.where, each.new) for each in changes if each.where == "annual_goal"]
    assert ("indicators.6", None, "道路完好率") in [(c.where, c.old, c.new) for c in changes]
    assert ("indicators.1", "工程验收合格率", None) in [(c.where, c.old, c.new) for c in changes]


def test_the_letter_fixes_money_and_goal_once(
    session: Session, project: Project, file: GoalFile, clerk: Actor, now: datetime
):
    version = save_submission(session, file, f04(), actor=clerk, now=now)
    with pytest.raises(ConflictError, match="Expected the approved goal"):
        issue_goal_letter(session, file, actor=SYSTEM, now=now)
    freeze_approved(session, file, now)

    number = issue_goal_letter(session, file, actor=SYSTEM, now=now)

    [letter] = letters_of(session, project)
    assert letter.number == number == "绩批-YS2023-0901-1"
    assert (letter.approved_amount, letter.content_hash) == (
        Decimal("450.00"),
        version.content_hash,
    )
    with pytest.raises(ConflictError, match="绩批-YS2023-0901-1 was issued before"):
        issue_goal_letter(session, file, actor=SYSTEM, now=now)
    session.rollback()


@pytest.mark.parametrize(
    "change",
    [
        {"status": "approved"},
        {"status": "draft"},
        {"status": "lost"},
        {"submitted_by_id": None},
        {"number": 0},
    ],
)
def test_the_database_refuses_a_version_that_does_not_fit(
    session: Session, file: GoalFile, clerk: Actor, now: datetime, change: dict[str, Any]
):
    save_submission(session, file, f04(), actor=clerk, now=now)

    with pytest.raises(IntegrityError):
        session.execute(update(GoalVersion).values(**change))
    session.rollback()


@pytest.mark.parametrize(
    "change",
    [
        {"weight": Decimal(0)},
        {"operator": None},
        {"direction": None},
        {"l2": "magic"},
        {"operator": "range"},
        {"target_high": Decimal(1)},
    ],
)
def test_the_database_refuses_a_line_that_does_not_fit(
    session: Session, file: GoalFile, clerk: Actor, now: datetime, change: dict[str, Any]
):
    save_submission(session, file, f04(), actor=clerk, now=now)
    freeze_approved(session, file, now)

    with pytest.raises(IntegrityError):
        session.execute(update(Indicator).where(Indicator.position == 1).values(**change))
    session.rollback()
