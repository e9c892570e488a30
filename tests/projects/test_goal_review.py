"""F05 through the verbs: the grade, the decision, line edits, returns and refusals."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotPermittedError
from app.identity import Actor
from app.projects.goal_changes import GoalChange, version_diff
from app.projects.goal_files import GoalFile, open_goal_file
from app.projects.models import GoalVersion
from app.projects.queries import goal_versions
from app.projects.sample import goal_values
from app.workflow.applying.loading import load_instance
from app.workflow.assignment.claiming import claim_task, transfer_task
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.instances import InstanceState
from app.workflow.resources import resources_of
from app.workflow.tracking.history import opinions
from tests.workflow.conftest import BY_TAG, REASON, REVIEW, Office, clerk_of

CODE = BY_TAG["P04"].code
QUALITY = "工程验收合格率"


def edit(new: str, item: str = "target", indicator: str = QUALITY) -> dict[str, str]:
    return {"indicator": indicator, "item": item, "new": new, "reason": "按工程质量验收规范"}


def review(grade: str = "good", *edits: Mapping[str, str]) -> dict[str, Any]:
    return {**REVIEW, "grade": grade} | ({"line_edits": list(edits)} if edits else {})


def file_of(session: Session) -> GoalFile:
    return open_goal_file(session, CODE)


def versions(office: Office) -> list[GoalVersion]:
    """Every version of the goal of P04, the first one first."""
    with office.database.unit_of_work(write=False) as session:
        return goal_versions(session, file_of(session).project)[::-1]


def link_status(office: Office) -> str:
    with office.database.unit_of_work(write=False) as session:
        return file_of(session).project.link_status


def target(version: GoalVersion) -> str:
    lines = version.form_values["indicators"]
    return next(str(line["target"]) for line in lines if line["l3"] == QUALITY)


@pytest.fixture
def item(office: Office) -> UUID:
    """The goal review of P04, submitted and with the department."""
    item = office.start("P04")
    office.submit(item, "P04")
    return item


@pytest.fixture
def at_final_review(office: Office, item: UUID) -> UUID:
    """The same with the expenditure section."""
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    office.agree(item, "re_examination", "perf.ex1")
    return item


@pytest.mark.parametrize(
    ("grade", "outcome", "edits", "problem"),
    [
        ("excellent", "agree", [], None),
        ("good", "agree", [], None),
        ("medium", "agree", [], ("review.grade", "grade")),
        ("poor", "agree", [], ("review.grade", "grade")),
        ("excellent", "agree_with_edits", [edit("99")], None),
        ("good", "agree_with_edits", [edit("99")], None),
        ("medium", "agree_with_edits", [edit("99")], ("review.grade", "grade")),
        ("poor", "agree_with_edits", [edit("99")], ("review.grade", "grade")),
        ("good", "agree_with_edits", [], ("review.edits", "line_edits")),
    ],
)
def test_the_grade_decides_whether_one_may_agree(
    office: Office,
    at_final_review: UUID,
    grade: str,
    outcome: str,
    edits: list[dict[str, str]],
    problem: tuple[str, str] | None,
) -> None:
    def decide() -> None:
        office.agree(
            at_final_review, "final_review", "sec.eco.rev", review(grade, *edits), outcome, REASON
        )

    if problem is None:
        decide()
        after = "accept_edits" if edits else "approve_with_budget"
        assert office.open_steps(at_final_review) == {after: 1}
    else:
        with pytest.raises(InvalidInputError) as refusal:
            decide()
        assert [(each.code, each.where) for each in refusal.value.problems] == [problem]
        assert office.open_steps(at_final_review) == {"final_review": 1}


@pytest.mark.parametrize("grade", ["medium", "poor"])
@pytest.mark.parametrize("step", ["department_review", "preliminary_review", "re_examination"])
def test_every_layer_keeps_the_rule_of_the_grade(
    office: Office, item: UUID, step: str, grade: str
) -> None:
    layers = {
        "department_review": "d05.fin",
        "preliminary_review": "ctr.rev1",
        "re_examination": "perf.ex1",
    }
    for layer, who in layers.items():
        if layer == step:
            break
        office.agree(item, layer, who)

    with pytest.raises(InvalidInputError) as refusal:
        office.agree(item, step, layers[step], review(grade))

    assert [each.where for each in refusal.value.problems] == ["grade"]


def test_edits_that_break_a_rule_of_the_goal_are_refused(
    office: Office, at_final_review: UUID
) -> None:
    heavier = {**edit("80"), "item": "weight", "old": ""}

    with pytest.raises(InvalidInputError) as refusal:
        office.agree(
            at_final_review,
            "final_review",
            "sec.eco.rev",
            review("good", heavier),
            "agree_with_edits",
            REASON,
        )

    assert {each.where for each in refusal.value.problems} == {"line_edits"}
    assert "goal.weight_total" in {each.code for each in refusal.value.problems}
    assert office.open_steps(at_final_review) == {"final_review": 1}


def test_accepted_edits_are_the_next_version(office: Office, at_final_review: UUID) -> None:
    item = at_final_review
    edits = review("good", edit("99"))
    office.agree(item, "final_review", "sec.eco.rev", edits, "agree_with_edits", REASON)

    office.agree(item, "accept_edits", clerk_of("P04"), {"note": "同意修改"})

    first, second = versions(office)
    assert (first.status, second.status, second.number) == ("superseded", "submitted", 2)
    assert (target(first), target(second)) == ("98", "99")
    assert version_diff(first, second) == (GoalChange("indicators.1.target", QUALITY, "98", "99"),)
    assert second.submitted_by_id == office.actor(clerk_of("P04")).id
    assert office.open_steps(item) == {"approve_with_budget": 1}


def test_the_unit_cannot_slip_in_edits_of_its_own(office: Office, at_final_review: UUID) -> None:
    item = at_final_review
    edits = review("good", edit("99"))
    office.agree(item, "final_review", "sec.eco.rev", edits, "agree_with_edits", REASON)
    crafted = {"line_edits": [edit("60")], "note": "同意"}

    office.agree(item, "accept_edits", clerk_of("P04"), crafted)

    assert target(versions(office)[-1]) == "99"


def test_declined_edits_go_back_to_final_review(office: Office, at_final_review: UUID) -> None:
    item = at_final_review
    edits = review("good", edit("100"))
    office.agree(item, "final_review", "sec.eco.rev", edits, "agree_with_edits", REASON)

    office.send_back(item, "accept_edits", clerk_of("P04"), "final_review")

    assert office.open_steps(item) == {"final_review": 2}
    [only] = versions(office)
    assert (only.status, target(only)) == ("submitted", "98")
    assert link_status(office) == "pending"
    office.agree(item, "final_review", "sec.eco.rev", review("good"))
    assert office.open_steps(item) == {"approve_with_budget": 1}


def test_an_edit_of_a_line_that_is_not_there_is_refused(
    office: Office, at_final_review: UUID
) -> None:
    values = review("good", edit("99", indicator="没有的指标"))

    with pytest.raises(InvalidInputError) as refusal:
        office.agree(
            at_final_review, "final_review", "sec.eco.rev", values, "agree_with_edits", REASON
        )

    assert [each.where for each in refusal.value.problems] == ["line_edits.0.indicator"]


RETURNS = [
    ("department_review", "d05.fin"),
    ("preliminary_review", "ctr.rev1"),
    ("re_examination", "perf.ex1"),
    ("final_review", "sec.eco.rev"),
]


@pytest.mark.parametrize("depth", range(len(RETURNS)))
def test_a_return_to_the_unit_and_the_next_version(office: Office, item: UUID, depth: int) -> None:
    for step, who in RETURNS[:depth]:
        office.agree(item, step, who)

    office.send_back(item, *RETURNS[depth], "compile_goals")

    assert (link_status(office), versions(office)[0].status) == ("returned", "returned")
    indicators = goal_values(BY_TAG["P04"])["indicators"]
    indicators[0]["target"] = "55"
    office.submit(item, "P04", indicators=indicators)
    first, second = versions(office)
    assert (first.status, second.status, second.number) == ("returned", "submitted", 2)
    assert version_diff(first, second) == (
        GoalChange("indicators.0.target", "安装防护栏长度", "50", "55"),
    )
    assert link_status(office) == "pending"
    assert office.open_steps(item) == {"department_review": 2}


def test_a_return_between_layers_leaves_the_version_in_review(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")

    office.send_back(item, "re_examination", "perf.ex1", "preliminary")

    assert office.open_steps(item) == {"preliminary_review": 2}
    assert (link_status(office), versions(office)[0].status) == ("pending", "submitted")


@pytest.mark.parametrize("layer", ["preliminary_review", "final_review"])
def test_a_refused_goal_keeps_the_project_out_of_the_budget(
    office: Office, item: UUID, layer: str
) -> None:
    for step, who in RETURNS:
        if step == layer:
            office.reject(item, step, who)
            break
        office.agree(item, step, who)

    assert (link_status(office), versions(office)[0].status) == ("rejected", "rejected")
    assert office.open_steps(item) == {}
    with office.database.unit_of_work(write=False) as session:
        instance = load_instance(session, item, lock=False)
    assert (instance.state, instance.end_event) == (InstanceState.COMPLETED, "end_not_budgeted")


def test_a_reviewer_sees_the_goal_but_not_the_earlier_reviewers_fields(
    office: Office, item: UUID
) -> None:
    office.agree(item, "department_review", "d05.fin", {**REVIEW, "suggested_amount": "1"})

    with office.database.unit_of_work(write=False) as session:
        assert opinions(session, item)[-1].values.get("suggested_amount") is None


def test_nobody_reviews_for_the_unit_that_declares(office: Office) -> None:
    """The word `declaring_unit` in `appr.exclude`, at claim, approval and transfer."""
    with office.database.unit_of_work() as session:
        path = resources_of(session).settings.bpmn_folder / "P_PRELIM.bpmn"
        plain = b'value="compile_goals department_review"'
        guarded = path.read_bytes().replace(plain, b'value="declaring_unit"')
        deploy_definition(session, None, guarded, "", office.now)
    item = office.start("P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    task_id = office.task(item, "preliminary_review")
    relative = _moved_to(office.actor("ctr.rev2"), BY_TAG["P04"].unit_code)

    attempts: list[tuple[Callable[..., Any], Any]] = [
        (claim_task, None),
        (approve_task, Decision("agree", REVIEW)),
    ]
    for verb, argument in attempts:
        with pytest.raises(NotPermittedError, match="outside the declaring unit"):
            office.act(verb, task_id, relative, argument)
    office.act(claim_task, task_id, office.actor("ctr.rev1"), None)
    clerk = office.actor(clerk_of("P04"))
    with pytest.raises(NotPermittedError, match="outside the declaring unit"):
        office.act(transfer_task, task_id, office.actor("ctr.rev1"), clerk.id, REASON, None)


def _moved_to(actor: Actor, unit_code: str) -> Actor:
    """The same person, employed by the declaring unit."""
    facts = {name: getattr(actor, name) for name in Actor.__slots__}
    return Actor(**facts | {"organisation_code": unit_code})
