"""Crafted requests on both databases: refused with a sentence, written down, nothing changed."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.identity.models import RefusedRequest
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, Vote
from tests.web.desk import GOAL_REVIEW, REASON, Desks, words

HOLDER, STRANGER, READER = "sec.soc.rev", "d04u1.clerk", "perf.head"


def facts(desks: Desks, task: UUID) -> tuple[Any, ...]:
    """Everything that a decision could change."""
    instance = desks.instance_of(task)
    with desks.database.unit_of_work(write=False) as session:
        row = session.get_one(ProcessInstance, instance)
        votes = session.scalar(select(func.count()).where(Vote.instance_id == instance))
        length = session.scalar(select(func.count()).where(LedgerEntry.instance_id == instance))
        return row.version, row.amount, row.engine_state, votes, length


def refusals(desks: Desks) -> int:
    with desks.database.unit_of_work(write=False) as session:
        return session.scalar(select(func.count()).select_from(RefusedRequest)) or 0


@pytest.fixture
def task(desks: Desks) -> UUID:
    return desks.open_task("YS2023-0007")


@pytest.mark.parametrize("act", ["approve", "return", "reject", "claim", "release", "transfer"])
@pytest.mark.parametrize("who", [STRANGER, READER])
def test_nobody_acts_without_a_seat(desks: Desks, task: UUID, act: str, who: str) -> None:
    before = facts(desks, task)

    answer = desks.of(who).post(
        f"/tasks/{task}/{act}",
        data={
            **GOAL_REVIEW,
            "outcome": "agree",
            "return_reason": REASON,
            "reject_reason": REASON,
            "transfer_reason": REASON,
            "receiver": STRANGER,
            "user": HOLDER,
            "actor_id": HOLDER,
        },
    )

    assert answer.status_code == 403
    assert facts(desks, task) == before
    assert refusals(desks) == 1


@pytest.mark.parametrize(
    "outcome", ["", "reject", "return", "return_to_unit", "terminate", "agree ", "x" * 5000]
)
def test_only_the_ways_to_agree_are_taken_by_approving(
    desks: Desks, task: UUID, outcome: str
) -> None:
    before = facts(desks, task)

    answer = desks.of(HOLDER).post(
        f"/tasks/{task}/approve", data={**GOAL_REVIEW, "outcome": outcome}
    )

    assert answer.status_code == 422
    assert facts(desks, task) == before
    assert "x" * 61 not in words(answer)


@pytest.mark.parametrize(
    "target",
    ["", "/", "P_GOAL/approve_with_budget", "P_GOAL/end_approved", "other/step", "x" * 5000],
)
def test_only_a_legal_target_is_returned_to(desks: Desks, task: UUID, target: str) -> None:
    before = facts(desks, task)

    answer = desks.of(HOLDER).post(
        f"/tasks/{task}/return", data={"target": target, "return_reason": REASON}
    )

    assert answer.status_code == 422
    assert facts(desks, task) == before
    assert "x" * 61 not in words(answer)


def test_fields_that_the_step_may_not_write_are_left_aside(desks: Desks, task: UUID) -> None:
    with desks.database.unit_of_work(write=False) as session:
        amount = session.get_one(ProcessInstance, desks.instance_of(task)).amount

    answer = desks.of(HOLDER).post(
        f"/tasks/{task}/approve",
        data={
            **GOAL_REVIEW,
            "outcome": "agree",
            "amount": "999999",
            "year_amount": "999999",
            "sources.0.amount": "999999",
            "batch_id": "00000000-0000-0000-0000-000000000001",
        },
    )

    assert answer.status_code == 302
    with desks.database.unit_of_work(write=False) as session:
        assert session.get_one(ProcessInstance, desks.instance_of(task)).amount == amount
        vote = session.scalars(select(Vote).where(Vote.task_id == task)).one()
    assert "999999" not in str(vote.form_values)
    assert vote.batch_id is None


@pytest.mark.parametrize("version", ["0", "99", "2147483648", "-1", "one"])
def test_another_version_is_stale(desks: Desks, task: UUID, version: str) -> None:
    before = facts(desks, task)

    answer = desks.of(HOLDER).post(
        f"/tasks/{task}/approve",
        data={**GOAL_REVIEW, "outcome": "agree", "expected_version": version},
    )

    assert answer.status_code == 409
    assert facts(desks, task) == before


def test_the_reason_of_a_return_is_kept_when_a_colleague_was_faster(desks: Desks) -> None:
    task = desks.open_task("YS2023-0006")
    slow, fast = desks.of("ctr.rev3"), desks.of("ctr.rev2")
    own = "The unit costs are those of the year before last."
    slow.post(f"/tasks/{task}/draft", data={"return_reason": own, "opinion": "Half a thought"})
    page = fast.get(f"/tasks/{task}")
    target = re.search(r'name="target"[^>]*value="([^"]+)"', page.text)
    assert target
    answer = fast.post(f"/tasks/{task}/return", data={"target": target[1], "return_reason": REASON})
    assert answer.status_code == 302

    kept = slow.get(f"/tasks/{task}")

    assert REASON in kept.text
    assert own in kept.text
    assert "Half a thought" in kept.text


def test_nobody_dates_a_decision_back(desks: Desks, task: UUID) -> None:
    """The time is the server's, whatever a form says."""
    dated = dict.fromkeys(("at", "now", "signed_at", "decided_at", "opened_at"), "2020-01-01T00:00")
    answer = desks.of(HOLDER).post(
        f"/tasks/{task}/approve", data={**GOAL_REVIEW, "outcome": "agree", **dated}
    )

    assert answer.status_code == 302
    with desks.database.unit_of_work(write=False) as session:
        instance = desks.instance_of(task)
        vote = session.scalars(select(Vote).where(Vote.task_id == task)).one()
        entries = session.scalars(
            select(LedgerEntry)
            .where(LedgerEntry.instance_id == instance)
            .order_by(LedgerEntry.sequence)
        ).all()
    moments = [each.at for each in entries]
    assert moments == sorted(moments)
    assert vote.at == max(each.at for each in entries if each.verb == "approve")
