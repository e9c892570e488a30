"""Bringing others into a step, and the honest end of every seat (approvals.md §3 and §4)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from app.core.errors import (
    ConflictError,
    CountersignError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from app.identity import User
from app.projects.models import GoalVersion
from app.workflow.assignment.claiming import claim_task, transfer_task, unclaim_task
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.inbox.pages import Filters, inbox_page
from app.workflow.inbox.tabs import Tab
from app.workflow.models import Seat, UserTask, Vote
from app.workflow.states import SeatState
from app.workflow.tracking.history import ledger_entries, opinions
from app.workflow.voting.signing import add_signer, delegate_task, remove_signer, resolve_delegation
from tests.workflow.conftest import REASON, Office
from tests.workflow.rounds import begin_round

ONE, TWO, THREE = "ctr.rev1", "ctr.rev2", "ctr.rev3"
OTHER, THIRD = "perf.ex1", "perf.ex2"


def refused(kind: type[CountersignError], act: Callable[..., Any], *arguments: Any) -> str:
    """The sentence by which an act is refused."""
    with pytest.raises(kind) as refusal:
        act(*arguments)
    return str(refusal.value)


# rules of several, by the verbs


def test_one_no_does_not_kill_a_sixty_percent_vote(office: Office) -> None:
    users = (ONE, TWO, THREE, OTHER, THIRD)
    review = begin_round(office, users, mode="ratio", **{"pass": "3/5"})
    review.reject(ONE)
    review.agree(TWO, THREE)
    assert review.where == "review"
    review.agree(OTHER)
    assert review.where == "next"
    assert review.seats()[ONE] == "rejected"
    assert review.seats()[THIRD] == "not_needed"


def test_two_thirds_of_three_people_are_two(office: Office) -> None:
    review = begin_round(office, mode="ratio", **{"pass": "2/3"})
    review.agree(ONE)
    assert review.where == "review"
    review.agree(THREE)
    assert review.where == "next"


def test_a_rejected_countersign_writes_nothing_in_the_names_of_colleagues(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.agree(ONE)
    review.reject(TWO)
    assert review.where == "refused"
    assert review.seats() == {ONE: "approved", TWO: "rejected", THREE: "not_needed"}
    assert review.seat(THREE).holder_id is None
    with office.database.unit_of_work(write=False) as session:
        said = [(each.who_id, each.outcome) for each in opinions(session, review.item)][1:]
    assert said == [(office.actor(ONE).id, "agree"), (office.actor(TWO).id, "reject")]


def test_a_return_by_one_takes_the_whole_step_back(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.agree(ONE)
    review.send_back(TWO)
    assert review.where == "draft"
    assert review.seats() == {ONE: "approved", TWO: "returned", THREE: "not_needed"}


def test_a_second_round_counts_no_vote_of_the_first(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.agree(ONE, TWO)
    review.send_back(THREE)
    office.agree(review.item, "draft", "d05u1.clerk", {})
    review.agree(THREE)
    assert review.where == "review"
    assert review.seats() == {ONE: "open", TWO: "open", THREE: "approved"}


def test_a_void_vote_is_not_counted(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.agree(ONE)
    with office.database.unit_of_work() as session:
        session.execute(
            update(Vote)
            .where(Vote.task_id == review.task)
            .values(voided_at=office.now, voided_by_id=office.actor(ONE).id)
        )
        session.execute(
            update(Seat).where(Seat.id == review.seat(ONE).id).values(state=SeatState.OPEN)
        )
    review.agree(TWO, THREE)
    assert review.where == "review"
    review.agree(ONE)
    assert review.where == "next"


def test_the_more_cautious_agreement_of_several_goes_on(office: Office) -> None:
    review = begin_round(office, users=(ONE, TWO), mode="all")
    review.agree(ONE, outcome="agree_with_edits")
    review.agree(TWO)
    with office.database.unit_of_work(write=False) as session:
        assert session.get_one(UserTask, review.task).outcome == "agree_with_edits"


def test_a_sequence_goes_from_hand_to_hand(office: Office) -> None:
    review = begin_round(office, mode="sequential")
    assert review.seats() == {ONE: "open", TWO: "waiting", THREE: "waiting"}
    assert work(office, TWO) == 0
    refused(NotPermittedError, review.agree, TWO)

    review.agree(ONE)
    assert review.seats() == {ONE: "approved", TWO: "open", THREE: "waiting"}
    assert (work(office, ONE), work(office, TWO), work(office, THREE)) == (0, 1, 0)
    review.agree(TWO, THREE)
    assert review.where == "next"


def test_a_no_ends_a_sequence_before_the_later_ones_have_seen_it(office: Office) -> None:
    review = begin_round(office, mode="sequential")
    review.agree(ONE)
    review.reject(TWO)
    assert review.where == "refused"
    assert review.seats()[THREE] == "not_needed"


def test_weights_decide_instead_of_heads(office: Office) -> None:
    weights = {f"weight.{ONE}": "3"}
    review = begin_round(office, mode="weight", more=weights, **{"pass": "3/5"})
    review.reject(TWO)
    review.agree(ONE)
    assert review.where == "next"


# abstaining


def test_an_abstention_is_neither_yes_nor_no(office: Office) -> None:
    review = begin_round(office, mode="all", abstain="yes")
    review.abstain(ONE)
    review.agree(TWO)
    assert review.where == "review"
    review.agree(THREE)
    assert review.where == "next"
    assert review.seats()[ONE] == "abstained"
    assert review.verbs().count("abstain") == 1


@pytest.mark.parametrize(("tie", "end"), [("reject", "refused"), ("pass", "next")])
def test_when_all_abstain_the_step_is_not_stuck(office: Office, tie: str, end: str) -> None:
    review = begin_round(office, mode="ratio", abstain="yes", tie=tie, **{"pass": "1/2"})
    review.abstain(ONE, TWO, THREE)
    assert review.where == end


@pytest.mark.parametrize("properties", [{"mode": "all"}, {"mode": "all", "abstain": "no"}, {}])
def test_nobody_abstains_where_the_step_does_not_allow_it(
    office: Office, properties: dict[str, str]
) -> None:
    review = begin_round(office, **properties)
    refused(NotPermittedError, review.abstain, ONE)


# before


def test_a_signer_before_me_keeps_my_seat_waiting(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.add(ONE, OTHER, "before")
    assert review.seats() == {ONE: "waiting", OTHER: "open", TWO: "open", THREE: "open"}
    review.agree(OTHER)
    assert review.seats()[ONE] == "open"
    review.agree(ONE, TWO, THREE)
    assert review.where == "next"


def test_nobody_decides_the_seat_that_waits_for_an_added_signer(office: Office) -> None:
    review = begin_round(office, users=(), groups=("center_reviewer",))
    review.add(ONE, OTHER, "before")
    for who in (ONE, TWO, "ctr.head", "mgr", "admin", THIRD):
        refused(CountersignError, review.agree, who)
        refused(CountersignError, office.act, claim_task, review.task, office.actor(who), None)
    assert review.seats() == {ONE: "waiting", OTHER: "open"}
    assert (work(office, ONE), work(office, OTHER)) == (0, 1)


def test_every_group_of_a_single_step_waits_for_the_signer_before(office: Office) -> None:
    review = begin_round(office, users=(), groups=("center_reviewer", "performance_examiner"))
    review.add(ONE, "bud.1", "before")
    assert [seat.state for _, seat in review.all_seats()] == ["waiting", "open", "waiting"]
    refused(CountersignError, review.agree, OTHER)
    review.agree("bud.1")
    review.agree(ONE)
    assert review.where == "next"


def test_the_no_before_me_counts_as_mine_would(office: Office) -> None:
    review = begin_round(office, mode="ratio", **{"pass": "2/3"})
    review.add(ONE, OTHER, "before")
    review.reject(OTHER)
    assert review.where == "review"
    assert review.seats() == {ONE: "not_needed", OTHER: "rejected", TWO: "open", THREE: "open"}
    review.agree(TWO, THREE)
    assert review.where == "next"


def test_the_no_before_me_ends_a_single_step_in_his_name(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, OTHER, "before")
    review.reject(OTHER)
    assert review.where == "refused"
    assert review.seats() == {ONE: "not_needed", OTHER: "rejected"}


def test_who_signs_before_may_bring_somebody_before_himself(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, OTHER, "before")
    review.add(OTHER, THIRD, "before")
    assert review.seats() == {ONE: "waiting", OTHER: "waiting", THIRD: "open"}
    review.agree(THIRD)
    assert review.seats() == {ONE: "waiting", OTHER: "open", THIRD: "approved"}
    review.agree(OTHER)
    review.agree(ONE)
    assert review.where == "next"


def test_two_before_me_must_both_agree(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, OTHER, "before")
    review.add(OTHER, THIRD, "with")
    review.agree(OTHER)
    assert review.seats()[ONE] == "waiting"
    review.agree(THIRD)
    assert review.seats()[ONE] == "open"


# with


def test_who_is_added_to_a_single_step_must_sign_too(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, OTHER, "with")
    review.agree(ONE)
    assert review.where == "review"
    review.agree(OTHER)
    assert review.where == "next"


def test_who_is_added_to_a_share_makes_the_electorate_larger(office: Office) -> None:
    review = begin_round(office, mode="ratio", **{"pass": "2/3"})
    review.agree(ONE)
    review.add(TWO, OTHER, "with")  # three of four now
    review.agree(TWO)
    assert review.where == "review"
    review.agree(OTHER)
    assert review.where == "next"


def test_who_is_added_to_a_sequence_comes_next(office: Office) -> None:
    review = begin_round(office, mode="sequential")
    review.add(ONE, OTHER, "with")
    assert [name for name, _ in review.all_seats()] == [ONE, OTHER, TWO, THREE]
    review.agree(ONE)
    assert review.seats() == {ONE: "approved", OTHER: "open", TWO: "waiting", THREE: "waiting"}


# after


def test_a_signer_behind_keeps_the_step_open_until_he_agrees(office: Office) -> None:
    review = begin_round(office, mode="any")
    review.add(ONE, OTHER, "after")
    assert review.seats()[OTHER] == "waiting"
    refused(NotPermittedError, review.agree, OTHER)
    review.agree(ONE)
    assert review.where == "review"
    assert review.seats() == {
        ONE: "approved", TWO: "not_needed", THREE: "not_needed", OTHER: "open",
    }  # fmt: skip
    refused(CountersignError, review.agree, TWO)
    review.agree(OTHER)
    assert review.where == "next"


def test_the_no_behind_rejects(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, OTHER, "after")
    review.agree(ONE)
    review.reject(OTHER)
    assert review.where == "refused"
    assert review.seats() == {ONE: "approved", OTHER: "rejected"}


def test_a_rejected_step_asks_nobody_behind_it(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, OTHER, "after")
    review.reject(ONE)
    assert review.where == "refused"
    assert review.seats()[OTHER] == "not_needed"


def test_those_who_sign_before_and_behind_are_in_no_denominator(office: Office) -> None:
    review = begin_round(office, mode="ratio", **{"pass": "2/3"})
    review.add(ONE, OTHER, "before")
    review.add(TWO, THIRD, "after")
    review.delegate(THREE, "bud.1")
    review.agree(OTHER, ONE)
    review.advise("bud.1")
    review.agree(TWO)  # two of three, whatever else was said
    assert review.seats()[THREE] == "not_needed"
    review.agree(THIRD)
    assert review.where == "next"


def test_the_goal_is_frozen_when_the_last_one_behind_has_signed(office: Office) -> None:
    item = office.start("P04")
    office.submit(item, "P04")
    for step, who in (
        ("department_review", "d05.fin"),
        ("preliminary_review", ONE),
        ("re_examination", OTHER),
        ("final_review", "sec.eco.rev"),
    ):
        office.agree(item, step, who)
    task = office.task(item, "approve_with_budget")
    first, second = office.actor("bud.1"), office.actor("bud.2")
    office.act(add_signer, task, first, second.id, "after", REASON, None)
    reply = {"reply_number": "财预批〔2022〕1号", "reply_date": "2022-09-05"}
    office.agree(item, "approve_with_budget", "bud.1", reply)
    assert frozen(office) == 0
    office.agree(item, "approve_with_budget", "bud.2", {})
    assert office.open_steps(item) == {}
    assert frozen(office) == 1


def frozen(office: Office) -> int:
    with office.database.unit_of_work(write=False) as session:
        query = select(GoalVersion.id).where(GoalVersion.status == "approved")
        return len(session.scalars(query).all())


# who may be added, by whom


@pytest.mark.parametrize("how", ["before", "with", "after"])
def test_nobody_adds_without_a_seat(office: Office, how: str) -> None:
    review = begin_round(office, mode="all")
    review.agree(ONE)
    for who in (ONE, OTHER, "mgr", "admin"):  # ONE has voted already
        refused(NotPermittedError, review.add, who, THIRD, how)
    assert list(review.seats()) == [ONE, TWO, THREE]


def test_nobody_is_added_twice(office: Office) -> None:
    review = begin_round(office, mode="all")
    refused(InvalidInputError, review.add, ONE, ONE, "with")
    review.agree(TWO)
    review.add(ONE, OTHER, "with")
    for who in (ONE, TWO, OTHER):
        said = refused(InvalidInputError, review.add, ONE, who, "with")
        assert "takes no part" in said


def test_duties_kept_apart_hold_for_who_is_added(office: Office) -> None:
    review = begin_round(office, mode="all", exclude="draft declaring_unit")
    for act in (lambda: review.add(ONE, "d05u1.clerk", "with"),
                lambda: review.delegate(ONE, "d05u1.clerk")):  # fmt: skip
        refused(NotPermittedError, act)


def test_a_leaver_or_nobody_is_not_added(office: Office) -> None:
    review = begin_round(office, mode="all")
    leaver = office.actor(OTHER)
    with office.database.unit_of_work() as session:
        session.execute(update(User).where(User.id == leaver.id).values(is_active=False))
    for person in (leaver.id, uuid4()):
        arguments = (review.task, office.actor(ONE), person)
        refused(NotFoundError, office.act, add_signer, *arguments, "with", REASON, None)
        refused(NotFoundError, office.act, delegate_task, *arguments, REASON, None)


def test_an_unknown_place_and_an_empty_reason_are_refused(office: Office) -> None:
    review = begin_round(office, mode="all")
    assert "“beside”" in refused(InvalidInputError, review.add, ONE, OTHER, "beside")
    refused(InvalidInputError, review.add, ONE, OTHER, "with", "急")
    review.add(ONE, OTHER, "before")
    refused(InvalidInputError, review.add, OTHER, THIRD, "after")


def test_a_form_opened_before_somebody_was_added_is_refused(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.add(ONE, OTHER, "with")
    stale = Decision("agree", expected_version=1)
    refused(ConflictError, office.act, approve_task, review.task, office.actor(TWO), stale)
    arguments = (review.task, office.actor(TWO), office.actor(THIRD).id)
    refused(ConflictError, office.act, add_signer, *arguments, "with", REASON, 1)
    refused(ConflictError, office.act, delegate_task, *arguments, REASON, 1)
    seat = review.seat(OTHER).id
    refused(ConflictError, office.act, remove_signer, review.task, office.actor(ONE), seat, 1)


# removing


def test_only_who_added_a_signer_or_an_administrator_removes_him(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.add(ONE, OTHER, "with")
    for who in (TWO, OTHER, THIRD, "d05u1.clerk", "owner"):
        refused(NotPermittedError, review.remove, who, OTHER)
    review.remove(ONE, OTHER)
    assert review.seats()[OTHER] == "removed"
    review.add(ONE, THIRD, "with")
    review.remove("admin", THIRD)
    assert review.verbs().count("remove_signer") == 2


def test_a_vote_is_never_removed(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.add(ONE, OTHER, "with")
    review.agree(OTHER)
    refused(ConflictError, review.remove, ONE, OTHER)
    refused(ConflictError, review.remove, "admin", OTHER)


def test_the_last_seat_is_never_removed(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    refused(ConflictError, review.remove, "admin", ONE)
    review.add(ONE, OTHER, "with")
    review.remove("admin", ONE)
    refused(ConflictError, review.remove, "admin", OTHER)


def test_removing_the_last_one_who_is_missing_closes_the_step_once(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.add(ONE, OTHER, "with")
    review.agree(ONE, TWO, THREE)
    assert review.where == "review"
    review.remove(ONE, OTHER)
    assert review.where == "next"
    assert review.seats()[OTHER] == "removed"
    assert review.verbs().count("open") == 3  # draft, review, next
    refused(ConflictError, review.remove, ONE, OTHER)


def test_removing_a_seat_may_make_a_share_unreachable(office: Office) -> None:
    review = begin_round(office, mode="count", **{"pass": "3"})
    review.add(ONE, OTHER, "with")
    review.reject(TWO)
    assert review.where == "review"
    review.remove(ONE, OTHER)
    assert review.where == "refused"
    assert review.seats()[ONE] == "not_needed"


def test_removing_who_signs_before_me_opens_my_seat_again(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, OTHER, "before")
    review.add(OTHER, THIRD, "before")
    review.remove(ONE, OTHER)
    assert review.seats() == {ONE: "open", OTHER: "removed", THIRD: "removed"}


def test_an_unknown_seat_is_not_removed(office: Office) -> None:
    review = begin_round(office, mode="all")
    arguments = (review.task, office.actor("admin"), uuid4(), None)
    refused(NotFoundError, office.act, remove_signer, *arguments)


# delegating


def test_a_delegate_gives_an_opinion_and_the_owner_decides(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.delegate(ONE, OTHER)
    assert review.seats() == {ONE: "waiting", OTHER: "open"}
    refused(NotPermittedError, review.agree, ONE)
    for act in (review.agree, review.reject, review.abstain, review.send_back):
        assert "Expected your opinion" in refused(NotPermittedError, act, OTHER)
    review.advise(OTHER)
    assert review.seats() == {ONE: "open", OTHER: "advised"}
    assert review.where == "review"
    with office.database.unit_of_work(write=False) as session:
        advice = opinions(session, review.item)[-1]
    assert (advice.outcome, advice.text) == ("advice", "建议压减会议费。")
    review.agree(ONE)
    assert review.where == "next"


def test_a_delegation_goes_on_and_comes_back_the_same_way(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.delegate(ONE, OTHER)
    review.delegate(OTHER, THIRD)
    assert review.seats() == {ONE: "waiting", OTHER: "waiting", THIRD: "open"}
    refused(NotPermittedError, review.advise, OTHER)
    review.advise(THIRD)
    assert review.seats() == {ONE: "waiting", OTHER: "open", THIRD: "advised"}
    review.advise(OTHER)
    review.agree(ONE)
    assert review.where == "next"
    verbs = ["delegate", "delegate", "advise", "advise", "approve", "open"]
    assert review.verbs()[-6:] == verbs


def test_a_delegation_never_runs_in_a_circle(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.delegate(ONE, OTHER)
    refused(InvalidInputError, review.delegate, OTHER, ONE)
    refused(InvalidInputError, review.delegate, OTHER, OTHER)


def test_the_owner_takes_a_delegation_back_with_what_followed(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.delegate(ONE, OTHER)
    review.delegate(OTHER, THIRD)
    review.remove(ONE, OTHER)
    assert review.seats() == {ONE: "open", OTHER: "removed", THIRD: "removed"}
    assert review.verbs()[-1] == "undelegate"


def test_who_was_asked_may_be_asked_again(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.delegate(ONE, OTHER)
    review.advise(OTHER)
    review.delegate(ONE, OTHER)
    assert review.seat(OTHER).state == "open"


def test_advice_is_no_part_in_a_duty(office: Office) -> None:
    item = office.start("P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    task = office.task(item, "preliminary_review")
    reviewer, examiner = office.actor(ONE), office.actor(OTHER)
    office.act(delegate_task, task, reviewer, examiner.id, REASON, None)
    office.act(resolve_delegation, task, examiner, "可行。", None)
    office.agree(item, "preliminary_review", ONE)
    office.agree(item, "re_examination", OTHER)  # his opinion was not a review
    assert office.open_steps(item) == {"final_review": 1}


@pytest.mark.parametrize("words", ["", " ", "好", "x" * 4001])
def test_an_opinion_that_was_asked_for_has_words(office: Office, words: str) -> None:
    review = begin_round(office, users=(ONE,))
    review.delegate(ONE, OTHER)
    refused(InvalidInputError, review.advise, OTHER, words)


def test_who_has_a_seat_of_his_own_sends_no_opinion(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    refused(NotPermittedError, review.advise, ONE)
    refused(NotPermittedError, review.advise, OTHER)


# with the other verbs


def test_a_transferred_signer_stays_where_he_was_added(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, OTHER, "before")
    arguments = (review.task, office.actor(OTHER), office.actor(THIRD).id, REASON, None)
    office.act(transfer_task, *arguments)
    assert review.seats() == {ONE: "waiting", OTHER: "transferred", THIRD: "open"}
    review.remove(ONE, THIRD)
    assert review.seats()[ONE] == "open"


def test_a_transfer_of_a_single_seat_keeps_the_added_signers(office: Office) -> None:
    review = begin_round(office, users=(), groups=("center_reviewer", "performance_examiner"))
    review.add(ONE, "bud.1", "with")
    office.act(transfer_task, review.task, office.actor(ONE), office.actor(TWO).id, REASON, None)
    review.agree(TWO)
    assert review.where == "review"
    review.agree("bud.1")
    assert review.where == "next"


def test_nobody_gets_a_second_seat_by_a_transfer(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.agree(TWO)
    arguments = (review.task, office.actor(ONE), office.actor(TWO).id, REASON, None)
    refused(InvalidInputError, office.act, transfer_task, *arguments)


def test_a_single_step_of_two_groups_is_claimed_and_released_as_one(office: Office) -> None:
    review = begin_round(office, users=(), groups=("center_reviewer", "performance_examiner"))
    office.act(claim_task, review.task, office.actor(ONE), None)
    refused(ConflictError, review.agree, OTHER)
    office.act(unclaim_task, review.task, office.actor(ONE), None)
    review.agree(OTHER)
    assert review.where == "next"


def test_a_claim_of_a_single_step_takes_no_added_seat(office: Office) -> None:
    review = begin_round(office, users=(), groups=("center_reviewer",))
    review.add(ONE, OTHER, "with")
    office.act(unclaim_task, review.task, office.actor(ONE), None)
    office.act(claim_task, review.task, office.actor(TWO), None)
    assert review.seat(OTHER).holder_id == office.actor(OTHER).id


def test_the_ledger_says_who_brought_whom_where_and_why(office: Office) -> None:
    review = begin_round(office, mode="all")
    review.add(ONE, OTHER, "before")
    review.delegate(TWO, THIRD)
    with office.database.unit_of_work(write=False) as session:
        added, delegated = ledger_entries(session, review.item)[-2:]
    assert (added.verb, added.from_state, added.to_state) == ("add_signer", "before", OTHER)
    assert (delegated.verb, delegated.to_state, delegated.reason) == ("delegate", THIRD, REASON)


def test_every_verb_stays_within_fifteen_statements(
    office: Office, count_statements: Callable[..., Any]
) -> None:
    people = (ONE, TWO, THREE, OTHER, THIRD, "perf.ex3", "bud.1", "bud.2")
    review = begin_round(office, mode="all", abstain="yes")
    for each in people:
        office.actor(each)

    def counted(verb: Callable[..., None], who: str, *arguments: Any) -> None:
        task, actor = review.task, office.actor(who)
        with count_statements(office.database, at_most=15):
            office.act(verb, task, actor, *arguments)

    ids = {each: office.actor(each).id for each in people}
    counted(add_signer, ONE, ids[OTHER], "before", REASON, None)
    counted(add_signer, TWO, ids[THIRD], "with", REASON, None)
    counted(add_signer, THREE, ids["bud.1"], "after", REASON, None)
    counted(delegate_task, TWO, ids["bud.2"], REASON, None)
    counted(resolve_delegation, "bud.2", "可行。", None)
    review.agree(OTHER, ONE, TWO, THREE)
    seat = review.seat(THIRD).id
    counted(remove_signer, TWO, seat, None)
    counted(approve_task, "bud.1", Decision("agree"))
    assert review.where == "next"


def work(office: Office, who: str) -> int:
    """How much is in a person's inbox, own and of his groups."""
    office.now += timedelta(hours=1)
    actor = office.actor(who)
    with office.database.unit_of_work(write=False) as session:
        return sum(
            len(inbox_page(session, actor, tab, Filters(), office.now).rows)
            for tab in (Tab.MINE, Tab.GROUPS)
        )


@pytest.mark.parametrize("how", ["before", "with", "after"])
def test_who_may_still_claim_a_seat_of_the_step_is_not_added(office: Office, how: str) -> None:
    """Behind the others he would wait for a vote that is his own, and the step would be stuck."""
    review = begin_round(office, mode="all")

    sentence = refused(InvalidInputError, review.add, ONE, TWO, how)

    assert "takes no part" in sentence
    assert review.seats() == {ONE: "open", TWO: "open", THREE: "open"}


def test_a_seat_does_not_go_to_who_may_claim_another_one(office: Office) -> None:
    review = begin_round(office, mode="all")
    receiver = office.actor(TWO).id

    refused(
        InvalidInputError,
        office.act, transfer_task, review.task, office.actor(ONE), receiver, REASON, None,
    )  # fmt: skip

    assert review.seats() == {ONE: "open", TWO: "open", THREE: "open"}
