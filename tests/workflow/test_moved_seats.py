"""A seat that others were brought in for, or that a substitute used, stays its owner's."""

from collections.abc import Callable
from typing import Any

import pytest

from app.workflow.assignment.claiming import transfer_task
from app.workflow.assignment.handover import hand_over_task
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.models import ProcessInstance
from app.workflow.returning.recalls import recall_decision
from app.workflow.voting.signing import add_signer, delegate_task
from tests.workflow.conftest import REASON, Office
from tests.workflow.rounds import Round, begin_round
from tests.workflow.test_handover import account, user_id
from tests.workflow.test_substitution import away, signed_in


def test_who_signed_before_a_seat_has_signed_before_the_receivers(office: Office) -> None:
    step = begin_round(office, mode="all")
    step.add("ctr.rev1", "bud.1", "before")
    step.agree("bud.1")

    receiver = office.actor("perf.ex1").id
    office.act(transfer_task, step.task, office.actor("ctr.rev1"), receiver, REASON, None)

    assert step.seat("bud.1").parent_id == step.seat("perf.ex1").id
    step.agree("perf.ex1", "ctr.rev2", "ctr.rev3")
    assert step.where == "next"


def test_who_waits_for_an_opinion_may_leave(office: Office) -> None:
    step = begin_round(office, mode="all")
    step.delegate("ctr.rev1", "bud.1")

    leaver, receiver = account(office, "ctr.rev1"), user_id(office, "perf.ex1")
    office.act(hand_over_task, step.task, office.actor("admin"), leaver, receiver, REASON)

    assert step.seats()["perf.ex1"] == "waiting"
    step.advise("bud.1")
    step.agree("perf.ex1", "ctr.rev2", "ctr.rev3")
    assert step.where == "next"


@pytest.mark.parametrize(("verb", "how"), [(add_signer, ("before",)), (delegate_task, ())])
def test_a_substitute_who_brings_in_others_leaves_the_seat_to_its_owner(
    office: Office, verb: Callable[..., None], how: tuple[str, ...]
) -> None:
    step = begin_round(office, mode="all")
    away(office, "ctr.rev1", "perf.ex1")
    substitute, colleague = signed_in(office, "perf.ex1"), office.actor("bud.1").id

    office.act(verb, step.task, substitute, colleague, *how, REASON, None)

    assert step.seat("ctr.rev1").holder_id == office.actor("ctr.rev1").id
    (step.agree if how else step.advise)("bud.1")
    step.agree("ctr.rev1", "ctr.rev2", "ctr.rev3")
    assert step.where == "next"


def test_a_recall_forgets_only_what_the_decision_had_added(office: Office) -> None:
    """Given an earlier round of the owner's, when his substitute's vote is taken back, it stays."""
    step = begin_round(office, mode="all")
    step.send_back("ctr.rev1")
    office.agree(step.item, "draft", "d05u1.clerk", {})
    step.agree("ctr.rev2")
    away(office, "ctr.rev1", "perf.ex1")
    before = remembered(step)

    for verb, more in (
        (approve_task, (Decision("agree", opinion=REASON),)),
        (recall_decision, (REASON, None)),
    ):
        office.act(verb, step.task, signed_in(office, "perf.ex1"), *more)

    assert remembered(step) == before


def test_a_recalled_return_brings_the_approvals_of_its_round_back(office: Office) -> None:
    step = begin_round(office, mode="all")
    step.agree("ctr.rev1")
    before = remembered(step)
    step.send_back("ctr.rev2")

    office.act(recall_decision, step.task, office.actor("ctr.rev2"), REASON, None)

    assert remembered(step) == before


def remembered(step: Round) -> tuple[Any, Any]:
    """Who acted here in any round, and who has agreed in this one."""
    with step.office.database.unit_of_work(write=False) as session:
        progress = session.get_one(ProcessInstance, step.item).progress
    return progress["acted"]["review"], progress["approved"]
