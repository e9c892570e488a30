"""F04 through the verb: what blocks a submission, what only warns, and what it may not change."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.projects.goal_files import GoalFile, open_goal_file
from app.projects.models import GoalVersion, Project
from app.projects.sample import goal_values
from app.workflow.deciding.drafts import find_draft, save_task_draft
from app.workflow.ledger.entries import verify
from app.workflow.tracking.history import opinions
from tests.workflow.conftest import BY_TAG, Office, clerk_of

Row = dict[str, Any]
Edit = Callable[[list[Row]], Iterable[Row]]


def lines(edit: Edit, tag: str = "P04") -> dict[str, Any]:
    """The indicators of a valid goal, edited."""
    return {"indicators": list(edit(goal_values(BY_TAG[tag])["indicators"]))}


def changed(place: int, **fields: Any) -> dict[str, Any]:
    """The indicators of a valid goal with one line changed."""
    return lines(lambda rows: [row | fields if at == place else row for at, row in enumerate(rows)])


def without(level: str) -> dict[str, Any]:
    return lines(lambda rows: [row for row in rows if row["l1"] != level])


def source(name: str, amount: str) -> Row:
    return {"source": name, "amount": amount}


def file_of(session: Session, tag: str) -> GoalFile:
    return open_goal_file(session, BY_TAG[tag].code)


def refused(office: Office, item: UUID, tag: str, **changes: Any) -> set[tuple[str, str]]:
    """Submit what must be refused; code and path of every problem."""
    with pytest.raises(InvalidInputError) as refusal:
        office.submit(item, tag, **changes)
    assert all(each.level == "block" for each in refusal.value.problems)
    return {(each.code, each.where) for each in refusal.value.problems}


@pytest.fixture
def item(office: Office) -> UUID:
    """The goal review of P04, which waits for its goal."""
    return office.start("P04")


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"annual_goal": " \n\t "}, {("form.required", "annual_goal")}),
        ({"annual_goal": "**--__" * 5}, {("form.pattern", "annual_goal")}),
        ({"annual_goal": "完成公路安防。"}, {("form.length", "annual_goal")}),
        (
            without("output"),
            {
                ("goal.output_missing", "indicators"),
                ("goal.weight_total", "indicators"),
                ("goal.weight_level", "indicators"),
            },
        ),
        (
            without("benefit"),
            {
                ("goal.benefit_missing", "indicators"),
                ("goal.weight_total", "indicators"),
                ("goal.weight_level", "indicators"),
            },
        ),
        (
            changed(0, weight="15"),
            {("goal.weight_total", "indicators"), ("goal.weight_level", "indicators.0.weight")},
        ),
        (
            lines(lambda rows: [rows[0] | {"weight": "25"}, *rows[1:6], rows[6] | {"weight": "5"}]),
            {
                ("goal.weight_level", "indicators.0.weight"),
                ("goal.weight_level", "indicators.6.weight"),
            },
        ),
        ({"sources": [source("fiscal", "449.99")]}, {("goal.sources_total", "sources")}),
        (
            {"sources": [source("fiscal", "460"), source("other", "-10")]},
            {("form.minimum", "sources.1.amount")},
        ),
        (changed(1, l3="安装 防护栏长度"), {("goal.name_twice", "indicators.1.l3")}),
        (changed(1, target="100.5"), {("goal.percent", "indicators.1.target")}),
        (
            lines(lambda rows: [*rows, *(rows[1] | {"l3": f"第{n}项"} for n in range(9))]),
            {("form.rows", "indicators")},
        ),
    ],
)
def test_a_blocking_rule_names_the_place_and_leaves_nothing_behind(
    office: Office, item: UUID, changes: dict[str, Any], problems: set[tuple[str, str]]
) -> None:
    clerk, task_id = office.actor("d05u1.clerk"), office.task(item, "compile_goals")
    typed = {"fields": [["annual_goal", "按年度计划"]]}
    office.act(save_task_draft, task_id, clerk, typed)

    assert refused(office, item, "P04", **changes) == problems

    assert office.open_steps(item) == {"compile_goals": 1}
    with office.database.unit_of_work(write=False) as session:
        draft = find_draft(session, task_id, clerk)
        assert draft is not None
        assert draft.typed == typed
        assert session.scalar(select(func.count()).select_from(GoalVersion)) == 0
        assert file_of(session, "P04").project.link_status == "draft"


def test_without_an_ex_ante_evaluation_no_goal_is_declared(office: Office) -> None:
    assert refused(office, office.start("P10"), "P10") == {("goal.ex_ante", "")}


def test_what_the_ex_ante_evaluation_does_not_support_is_not_even_started(office: Office) -> None:
    with pytest.raises(ConflictError, match="it did not support YS2023-0009"):
        office.start("P09")


def test_a_project_of_several_years_needs_a_medium_goal(office: Office) -> None:
    problems = refused(office, office.start("P03"), "P03", medium_goal="")

    assert problems == {("form.required", "medium_goal")}


def test_warnings_do_not_block_and_reach_the_reviewers(office: Office, item: UUID) -> None:
    values = changed(3, operator=">=")

    office.submit(item, "P04", **values)

    with office.database.unit_of_work(write=False) as session:
        [vote] = opinions(session, item)
    assert [(each.code, each.where) for each in vote.warnings] == [
        ("goal.cost_operator", "indicators.3.operator")
    ]
    assert vote.warnings[0].level == "warn"
    assert office.open_steps(item) == {"department_review": 1}


def test_a_text_copied_from_another_unit_is_shown_to_the_reviewers(
    office: Office, item: UUID
) -> None:
    text = goal_values(BY_TAG["P07"])["annual_goal"]
    office.submit(office.start("P07"), "P07")

    office.submit(item, "P04", annual_goal=text)

    with office.database.unit_of_work(write=False) as session:
        [warning] = opinions(session, item)[0].warnings
    assert (warning.code, warning.where) == ("goal.similar", "annual_goal")
    assert warning.sentence.values == {"percent": 100, "project": BY_TAG["P07"].code}


def test_the_submission_is_the_first_version(office: Office, item: UUID) -> None:
    office.submit(item, "P04")

    with office.database.unit_of_work(write=False) as session:
        file = file_of(session, "P04")
        assert file.latest is not None
        assert (file.latest.number, file.latest.status) == (1, "submitted")
        assert file.latest.submitted_by_id == office.actor(clerk_of("P04")).id
        assert file.latest.annual_goal == goal_values(BY_TAG["P04"])["annual_goal"]
        assert (file.project.link, file.project.link_status) == ("goal", "pending")
        assert opinions(session, item)[0].values["annual_goal"] == file.latest.annual_goal
        assert verify(session, item).is_sound


def test_a_crafted_amount_of_the_year_is_refused(office: Office, item: UUID) -> None:
    assert refused(office, item, "P04", year_amount="9000") == {("form.unknown", "year_amount")}


def test_a_crafted_fact_of_the_project_is_not_believed(office: Office, item: UUID) -> None:
    crafted = {
        "project_code": "YS2023-9999",
        "project_name": "别的项目",
        "fiscal_year": "2021",
        "is_multi_year": True,
        "weight_total": "1",
        "sources_total": "1",
        **changed(0, direction="negative"),
    }

    office.submit(item, "P04", **crafted)

    with office.database.unit_of_work(write=False) as session:
        file = file_of(session, "P04")
        assert file.latest is not None
        kept = file.latest.form_values
    assert kept["project_code"] == BY_TAG["P04"].code
    assert kept["project_name"].startswith("农村公路安防")
    assert (kept["fiscal_year"], kept["is_multi_year"]) == ("2023", False)
    assert Decimal(kept["weight_total"]) == 90
    assert Decimal(kept["sources_total"]) == Decimal("450")
    assert kept["indicators"][0]["direction"] == "positive"


def test_the_sources_may_change_while_the_year_stays(office: Office, item: UUID) -> None:
    office.submit(item, "P04", sources=[source("fiscal", "400"), source("carry_over", "50.00")])

    with office.database.unit_of_work(write=False) as session:
        project = session.scalars(select(Project).where(Project.code == BY_TAG["P04"].code)).one()
        assert dict(project.sources) == {
            "fiscal": Decimal("400.00"),
            "carry_over": Decimal("50.00"),
        }
        assert (project.year_amount, project.total_amount) == (Decimal(450), Decimal(450))
