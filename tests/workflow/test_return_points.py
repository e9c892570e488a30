"""A return as a checklist: asked point by point, answered point by point, counted by reason."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.errors import InvalidInputError
from app.projects.sample import goal_values
from app.workflow.applying.loading import load_task
from app.workflow.deciding.decisions import Decision, approve_task, return_task
from app.workflow.deciding.drafts import find_draft
from app.workflow.ledger import entries as ledger
from app.workflow.permits.tasks import return_choices
from app.workflow.returning.points import (
    Point,
    PointAnswer,
    PointAsked,
    ReasonCount,
    count_reasons,
    owed_points,
    points_of,
    points_with_reason,
)
from app.workflow.returning.recalls import recall_decision
from app.workflow.tracking.history import ledger_entries, opinions
from tests.workflow.conftest import BY_TAG, REASON, Office

TARGET = PointAsked("target_without_basis", "请附测算表", "indicators.2.target")
MONEY = PointAsked("amount_not_justified", "", "sources.0.amount")
WHOLE = PointAsked("other", "请按模板重新排版")
MENDED = PointAnswer(is_mended=True)


@pytest.fixture
def item(office: Office) -> UUID:
    """P04, submitted: it waits for the department."""
    item = office.start("P04")
    office.submit(item, "P04")
    return item


def send_back(
    office: Office,
    item: UUID,
    step: str,
    who: str,
    *points: PointAsked,
    target: str = "compile_goals",
    reason: str = "",
) -> None:
    task_id = office.task(item, step)
    with office.database.unit_of_work(write=False) as session:
        choices = return_choices(load_task(session, task_id, lock=False))
    choice = next(each for each in choices if each.step_id == target)
    decision = Decision("return", {}, reason, choice, points=points)
    office.act(return_task, task_id, office.actor(who), decision)


def points(office: Office, item: UUID) -> list[Point]:
    with office.database.unit_of_work(write=False) as session:
        return points_of(session, item)


def owed(office: Office, item: UUID, step: str) -> list[UUID]:
    with office.database.unit_of_work(write=False) as session:
        return list(owed_points(load_task(session, office.task(item, step), lock=False)))


def resubmit(office: Office, item: UUID, answers: Mapping[UUID, PointAnswer]) -> None:
    values = goal_values(BY_TAG["P04"])
    del values["year_amount"]
    decision = Decision("agree", values, "", answers=answers)
    task_id = office.task(item, "compile_goals")
    office.act(approve_task, task_id, office.actor("d05u1.clerk"), decision)


def test_points_need_no_further_reason(office: Office, item: UUID) -> None:
    send_back(office, item, "department_review", "d05.fin", TARGET, MONEY, WHOLE)

    found = points(office, item)
    assert [(each.reason, each.field, each.text) for each in found] == [
        ("target_without_basis", "indicators.2.target", "请附测算表"),
        ("amount_not_justified", "sources.0.amount", ""),
        ("other", "", "请按模板重新排版"),
    ]
    assert {each.step_id for each in found} == {"department_review"}
    assert {each.target for each in found} == {"compile_goals"}
    assert owed(office, item, "compile_goals") == [each.id for each in found]
    with office.database.unit_of_work(write=False) as session:
        entry = next(each for each in ledger_entries(session, item) if each.verb == "ask_points")
        assert "1. [target_without_basis] indicators.2.target 请附测算表" in entry.reason
        assert ledger.verify(session, item).is_sound


def test_a_return_without_points_needs_its_reason_as_ever(office: Office, item: UUID) -> None:
    with pytest.raises(InvalidInputError, match="10 to 4000"):
        send_back(office, item, "department_review", "d05.fin", reason="太短")

    send_back(office, item, "department_review", "d05.fin", reason=REASON)

    assert points(office, item) == []
    office.submit(item, "P04")
    assert office.open_steps(item) == {"department_review": 2}


@pytest.mark.parametrize(
    ("point", "where"),
    [
        (replace(TARGET, reason="because"), "points.0.reason"),
        (replace(TARGET, reason=""), "points.0.reason"),
        (replace(TARGET, field="indicators.2.secret"), "points.0.field"),
        (replace(TARGET, field="1." * 200 + "annual_goal"), "points.0.field"),
        (replace(TARGET, text="长" * 1001), "points.0.text"),
        (PointAsked("other", " 无 "), "points.0.text"),
    ],
)
def test_a_point_that_nobody_could_act_on_is_refused(
    office: Office, item: UUID, point: PointAsked, where: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        send_back(office, item, "department_review", "d05.fin", point, reason=REASON)

    assert [each.where for each in refusal.value.problems] == [where]
    assert points(office, item) == []
    assert office.open_steps(item) == {"department_review": 1}


def test_a_list_without_end_is_refused(office: Office, item: UUID) -> None:
    with pytest.raises(InvalidInputError, match="at most 50 points"):
        send_back(office, item, "department_review", "d05.fin", *[TARGET] * 51)


def test_the_item_goes_on_only_when_every_point_is_answered(office: Office, item: UUID) -> None:
    send_back(office, item, "department_review", "d05.fin", TARGET, MONEY, WHOLE)
    first, second, third = (each.id for each in points(office, item))

    with pytest.raises(InvalidInputError) as refusal:
        resubmit(office, item, {first: MENDED, second: PointAnswer(is_mended=False, text=" ")})
    assert [each.where for each in refusal.value.problems] == [
        f"answer:{second}",
        f"answer:{third}",
    ]
    assert "Point 2: tick it as mended" in str(refusal.value)
    assert office.open_steps(item) == {"compile_goals": 2}

    no = PointAnswer(is_mended=False, text="金额按合同价测算,不作调整。")
    resubmit(office, item, {first: MENDED, second: no, third: replace(MENDED, text="已重排")})

    found = points(office, item)
    assert [(each.is_mended, each.answer) for each in found] == [
        (True, ""),
        (False, "金额按合同价测算,不作调整。"),
        (True, "已重排"),
    ]
    clerk = office.actor("d05u1.clerk").id
    assert {each.answered_by_id for each in found} == {clerk}
    assert {each.answered_at for each in found} == {office.now - timedelta(hours=1)}
    assert office.open_steps(item) == {"department_review": 2}
    with office.database.unit_of_work(write=False) as session:
        entry = next(e for e in ledger_entries(session, item) if e.verb == "answer_points")
        assert entry.reason == "1. ✓\n2. ✗ 金额按合同价测算,不作调整。\n3. ✓ 已重排"
        assert ledger.verify(session, item).is_sound


def test_an_answer_to_a_strangers_point_changes_nothing(office: Office, item: UUID) -> None:
    send_back(office, item, "department_review", "d05.fin", TARGET)
    (point,) = points(office, item)

    resubmit(office, item, {point.id: MENDED, uuid4(): PointAnswer(is_mended=True, text="他项")})

    assert [each.is_mended for each in points(office, item)] == [True]


def test_an_answered_point_is_asked_no_more_in_the_next_round(office: Office, item: UUID) -> None:
    send_back(office, item, "department_review", "d05.fin", TARGET)
    resubmit(office, item, {points(office, item)[0].id: MENDED})
    send_back(office, item, "department_review", "d05.fin", MONEY)

    first, second = points(office, item)

    assert owed(office, item, "compile_goals") == [second.id]
    with pytest.raises(InvalidInputError):
        resubmit(office, item, {first.id: replace(MENDED, text="改写旧答复")})
    resubmit(office, item, {first.id: replace(MENDED, text="改写旧答复"), second.id: MENDED})
    assert points(office, item)[0].answer == ""


def test_points_to_a_called_process_are_owed_by_the_steps_that_it_opens(
    office: Office, item: UUID
) -> None:
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    send_back(office, item, "re_examination", "perf.ex1", WHOLE, target="preliminary")

    (point,) = points(office, item)

    assert owed(office, item, "preliminary_review") == [point.id]
    with pytest.raises(InvalidInputError):
        office.agree(item, "preliminary_review", "ctr.rev1")


def test_reasons_are_counted_per_step_and_lead_to_their_returns(office: Office, item: UUID) -> None:
    send_back(office, item, "department_review", "d05.fin", TARGET, MONEY, reason=REASON)
    resubmit(office, item, {each.id: MENDED for each in points(office, item)})
    office.agree(item, "department_review", "d05.fin")
    send_back(office, item, "preliminary_review", "ctr.rev1", TARGET)
    begin, end = office.now - timedelta(days=1), office.now

    with office.database.unit_of_work(write=False) as session:
        assert count_reasons(session, "P_GOAL", begin, end) == [
            ReasonCount("department_review", "amount_not_justified", 1),
            ReasonCount("department_review", "target_without_basis", 1),
            ReasonCount("preliminary_review", "target_without_basis", 1),
        ]
        assert count_reasons(session, "P_GOAL", end, end + timedelta(days=1)) == []
        assert count_reasons(session, "P_MONITOR", begin, end) == []
        (found,) = points_with_reason(
            session, "P_GOAL", "department_review", "target_without_basis", begin, end, 10
        )
        assert (found.instance_id, found.opinion, found.visit) == (item, REASON, 1)
        assert found.subject_code == BY_TAG["P04"].code
        assert found.point.text == TARGET.text
        assert opinions(session, item)


def test_a_submission_with_answers_takes_few_statements(
    office: Office, item: UUID, count_statements: Callable[..., Any]
) -> None:
    send_back(office, item, "department_review", "d05.fin", TARGET, MONEY)
    answers = {each.id: MENDED for each in points(office, item)}
    task_id = office.task(item, "compile_goals")
    office.actor("d05u1.clerk")
    values = goal_values(BY_TAG["P04"])
    del values["year_amount"]
    decision = Decision("agree", values, "", answers=answers)

    with count_statements(office.database, at_most=15):
        office.act(approve_task, task_id, office.actor("d05u1.clerk"), decision)


def test_a_recalled_resubmission_keeps_what_was_said_to_each_point(
    office: Office, item: UUID
) -> None:
    send_back(office, item, "department_review", "d05.fin", TARGET, MONEY)
    first, second = [each.id for each in points(office, item)]
    task_id = office.task(item, "compile_goals")
    argued = PointAnswer(is_mended=False, text="单价按招标结果")
    resubmit(office, item, {first: PointAnswer(is_mended=True, text="见第3页"), second: argued})

    clerk = office.actor("d05u1.clerk")
    office.act(recall_decision, task_id, clerk, "", None)

    assert owed(office, item, "compile_goals") == [first, second]
    assert [each.is_mended for each in points(office, item)] == [None, None]
    with office.database.unit_of_work(write=False) as session:
        draft = find_draft(session, task_id, clerk)
        assert draft is not None
        assert dict(draft.typed["fields"]) == {
            f"answer:{first}.mended": "1",
            f"answer:{first}.text": "见第3页",
            f"answer:{second}.text": "单价按招标结果",
        }
