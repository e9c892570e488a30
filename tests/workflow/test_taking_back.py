"""Withdraw, recall, undo: each policy, each refusal, and that nothing is lost or doubled."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.errors import ConflictError, CountersignError, InvalidInputError, NotPermittedError
from app.core.i18n import Sentence
from app.core.ids import new_id
from app.projects.goal_files import open_goal_file
from app.worker import run_due
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import claim_task
from app.workflow.clocks.models import Timer
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.deciding.drafts import find_draft
from app.workflow.deciding.reading import read_task
from app.workflow.deciding.task_forms import load_form_data
from app.workflow.definitions.policies import POLICIES, policy_problems
from app.workflow.inbox.pages import Filters, inbox_page
from app.workflow.inbox.tabs import Tab
from app.workflow.ledger import entries as ledger
from app.workflow.models import Question, Seat, UserTask, Vote
from app.workflow.returning.recalls import recall_decision, undo_decision
from app.workflow.returning.taking_back import answer_withdrawal, withdraw_item
from app.workflow.states import SeatState
from app.workflow.tracking.history import ledger_entries, opinions
from tests.workflow.conftest import BY_TAG, REASON, REVIEW, Office
from tests.workflow.small import CLERK, Small, small

CHAIN = """
    start s
    step a assignee=d05u1.clerk {policy}
    step b candidateUsers="ctr.rev1, ctr.rev2" {recall}
    boundary tb on=b timeDuration=P9D
    step c assignee=perf.ex1
    beside tc on=c timeDuration=P2D
    step d assignee=bud.1
    end e
    end late
    end reminded
    s > a > b > c > d > e
    tb > late
    tc > reminded
"""


def chain(office: Office, policy: str = "", recall: str = "") -> Small:
    return small(office, CHAIN.format(policy=policy, recall=recall))


def recall(play: Small, task_id: UUID, who: str, verb: Callable[..., Any] = recall_decision) -> Any:
    office, more = play.office, (("",) if verb is recall_decision else ())
    return office.act(verb, task_id, office.actor(who), *more, None)


def withdraw(play: Small, step: str, who: str = CLERK, reason: str = REASON) -> tuple[UUID, ...]:
    office = play.office
    asked: tuple[UUID, ...] = office.act(
        withdraw_item, play.task(step), office.actor(who), reason, None
    )
    return asked


def read(play: Small, step: str, who: str) -> None:
    play.office.act(read_task, play.task(step), play.office.actor(who))


def tasks(play: Small) -> list[tuple[str, int, str, str | None]]:
    """Every task: step, visit, state, outcome."""
    with play.office.database.unit_of_work(write=False) as session:
        rows = session.scalars(
            select(UserTask).where(UserTask.instance_id == play.item).order_by(UserTask.id)
        )
        return [(e.step_id, e.visit, e.state, e.outcome) for e in rows]


def seat_states(play: Small, task_id: UUID) -> list[str]:
    with play.office.database.unit_of_work(write=False) as session:
        query = select(Seat.state).where(Seat.task_id == task_id).order_by(Seat.position)
        return list(session.scalars(query))


def verbs(play: Small) -> list[str]:
    with play.office.database.unit_of_work(write=False) as session:
        assert ledger.verify(session, play.item).is_sound
        return [each.verb for each in ledger_entries(session, play.item)]


@pytest.mark.parametrize(
    "name", ["appr.withdraw", "appr.recall", "appr.resubmit", "appr.terminate"]
)
def test_a_word_that_means_nothing_is_refused_at_deployment(name: str) -> None:
    [found] = policy_problems("a", {name: "sometimes"})
    assert (found.where, found.sentence.values["found"]) == ("a", "sometimes")
    assert policy_problems("a", {name: POLICIES[name][1]}) == []


# Withdrawing


def test_the_initiator_takes_back_what_nobody_has_decided(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    taken = play.task("b")
    assert withdraw(play, "b") == ()
    assert tasks(play) == [
        ("a", 1, "completed", "agree"), ("b", 1, "cancelled", "withdraw"), ("a", 2, "open", None),
    ]  # fmt: skip
    assert seat_states(play, taken) == [SeatState.WITHDRAWN, SeatState.WITHDRAWN]
    assert verbs(play)[-3:] == ["withdraw", "cancel", "open"]
    play.do("a", CLERK)
    assert play.open == ["b"]


def test_a_goal_that_was_withdrawn_is_in_review_no_more_and_opens_as_it_was_sent(
    office: Office,
) -> None:
    item = office.start("P04")
    office.submit(item, "P04")
    withdraw(Small(office, item), "department_review")
    assert office.open_steps(item) == {"compile_goals": 2}
    with office.database.unit_of_work(write=False) as session:
        file = open_goal_file(session, BY_TAG["P04"].code)
        assert file.latest is not None
        assert (file.latest.status, file.project.link_status) == ("withdrawn", "withdrawn")
        loaded = load_task(session, office.task(item, "compile_goals"), lock=False)
        assert load_form_data(loaded, office.now).values["annual_goal"]
    office.submit(item, "P04")
    assert office.open_steps(item) == {"department_review": 2}


def test_a_withdrawal_closes_every_branch(office: Office) -> None:
    item = office.start("P03")
    office.submit(item, "P03")
    play = Small(office, item)
    office.agree(item, "department_review", "d03.fin")
    with pytest.raises(ConflictError, match="decided"):
        withdraw(play, "center_desk_review", "d03u1.clerk")
    forked = small(
        office,
        """
        start s
        step a assignee=d05u1.clerk
        and f
        step b assignee=ctr.rev1
        beside tb on=b timeDuration=P1D
        step c assignee=ctr.rev2
        and j
        end e
        end x
        s > a > f
        f > b > j
        f > c > j
        j > e
        tb > x
        """,
    )
    forked.do("a", CLERK)
    withdraw(forked, "c")
    assert forked.open == ["a"]
    with office.database.unit_of_work(write=False) as session:
        assert not session.scalars(select(Timer).where(Timer.instance_id == forked.item)).all()


@pytest.mark.parametrize("policy", ["", "appr.withdraw=until_read", "appr.withdraw=consent"])
def test_once_somebody_has_decided_it_is_too_late(office: Office, policy: str) -> None:
    play = chain(office, policy)
    play.do("a", CLERK)
    play.do("b", "ctr.rev1")
    with pytest.raises(ConflictError, match="decided") as refusal:
        withdraw(play, "c")
    assert refusal.value.sentence.values["who"] == office.actor("ctr.rev1").name
    assert play.open == ["c"]


def test_reading_forbids_it_where_the_process_says_until_read(office: Office) -> None:
    play = chain(office, "appr.withdraw=until_read")
    play.do("a", CLERK)
    read(play, "b", "ctr.rev2")
    with pytest.raises(ConflictError, match="read") as refusal:
        withdraw(play, "b")
    assert refusal.value.sentence.values["who"] == office.actor("ctr.rev2").name


def test_reading_does_not_matter_by_default_and_not_at_all_unread(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    read(play, "b", "ctr.rev2")
    withdraw(play, "b")
    assert play.open == ["a"]
    other = small(office, CHAIN.format(policy="appr.withdraw=until_read", recall=""), "P_OTHER")
    other.do("a", CLERK)
    withdraw(other, "b")
    assert other.open == ["a"]


def test_who_may_not_decide_is_no_reader_and_the_first_reading_counts(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    task_id = play.task("b")
    read(play, "b", "perf.ex1")
    with office.database.unit_of_work(write=False) as session:
        assert session.get_one(UserTask, task_id).read_at is None
    at = office.now
    office.act(claim_task, task_id, office.actor("ctr.rev1"), None)
    read(play, "b", "ctr.rev1")
    with office.database.unit_of_work(write=False) as session:
        task = session.get_one(UserTask, task_id)
        assert (task.read_at, task.read_by_id) == (at, office.actor("ctr.rev1").id)


def test_never_means_never_and_nobody_else_may(office: Office) -> None:
    play = chain(office, "appr.withdraw=never")
    play.do("a", CLERK)
    with pytest.raises(NotPermittedError, match="may not"):
        withdraw(play, "b")
    with pytest.raises(NotPermittedError, match="initiator"):
        withdraw(play, "b", "ctr.rev1")


def test_at_the_first_step_there_is_nothing_to_withdraw(office: Office) -> None:
    play = chain(office)
    with pytest.raises(ConflictError, match="left its first step"):
        withdraw(play, "a")


def test_a_withdrawal_needs_a_reason_and_the_present_page(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    with pytest.raises(InvalidInputError, match="reason"):
        withdraw(play, "b", reason="短")
    with pytest.raises(ConflictError, match="version"):
        office.act(withdraw_item, play.task("b"), office.actor(CLERK), REASON, 9)


def test_a_second_round_counts_afresh(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    withdraw(play, "b")
    play.do("a", CLERK)
    withdraw(play, "b")
    assert office.open_steps(play.item) == {"a": 3}


def asked(play: Small) -> list[Question]:
    with play.office.database.unit_of_work(write=False) as session:
        query = select(Question).where(Question.instance_id == play.item).order_by(Question.id)
        return list(session.scalars(query))


def answer(play: Small, who: str, consents: bool, text: str = "") -> bool:
    office = play.office
    question = next(e for e in asked(play) if e.asked_to_id == office.actor(who).id)
    gone: bool = office.act(answer_withdrawal, question.id, office.actor(who), consents, text)
    return gone


@pytest.fixture
def consenting(office: Office) -> Small:
    play = chain(office, "appr.withdraw=consent")
    play.do("a", CLERK)
    read(play, "b", "ctr.rev1")
    assert withdraw(play, "b") == (office.actor("ctr.rev1").id,)
    return play


def test_who_has_read_it_is_asked_and_lets_it_go(office: Office, consenting: Small) -> None:
    assert consenting.open == ["b"]
    assert answer(consenting, "ctr.rev1", consents=True)
    assert consenting.open == ["a"]
    assert verbs(consenting)[-5:] == ["ask_withdrawal", "consent", "withdraw", "cancel", "open"]
    [question] = asked(consenting)
    assert question.consented is True
    with office.database.unit_of_work(write=False) as session:
        entries = ledger_entries(session, consenting.item)
        assert entries[-3].actor_id == office.actor(CLERK).id
        assert entries[-4].actor_id == office.actor("ctr.rev1").id


def test_a_refusal_changes_nothing_and_may_be_asked_again(
    office: Office, consenting: Small
) -> None:
    before = consenting.snapshot()
    with pytest.raises(InvalidInputError, match="reason"):
        answer(consenting, "ctr.rev1", consents=False)
    assert not answer(consenting, "ctr.rev1", consents=False, text="我已经开始审核,请稍候。")
    assert consenting.snapshot() == before
    [question] = asked(consenting)
    assert (question.consented, question.answer) == (False, "我已经开始审核,请稍候。")
    with pytest.raises(ConflictError, match="settled"):
        answer(consenting, "ctr.rev1", consents=True)
    withdraw(consenting, "b")
    assert len(asked(consenting)) == 2


def test_only_who_was_asked_answers_and_nobody_asks_twice(
    office: Office, consenting: Small
) -> None:
    [question] = asked(consenting)
    with pytest.raises(NotPermittedError, match="to you"):
        office.act(answer_withdrawal, question.id, office.actor("ctr.rev2"), True, "")
    with pytest.raises(ConflictError, match="asked"):
        withdraw(consenting, "b")


def test_a_decision_meanwhile_settles_the_question(office: Office, consenting: Small) -> None:
    consenting.do("b", "ctr.rev2")
    with pytest.raises(ConflictError, match="closed it"):
        answer(consenting, "ctr.rev1", consents=True)
    assert consenting.open == ["c"]


def test_unread_it_goes_back_at_once_and_all_readers_must_agree(office: Office) -> None:
    play = chain(office, "appr.withdraw=consent")
    play.do("a", CLERK)
    assert withdraw(play, "b") == ()
    forked = small(
        office,
        """
        start s
        step a assignee=d05u1.clerk appr.withdraw=consent
        and f
        step b assignee=ctr.rev1
        step c assignee=ctr.rev2
        and j
        end e
        s > a > f
        f > b > j
        f > c > j
        j > e
        """,
        "P_FORKED",
    )
    forked.do("a", CLERK)
    read(forked, "b", "ctr.rev1")
    read(forked, "c", "ctr.rev2")
    assert len(withdraw(forked, "b")) == 2
    assert not answer(forked, "ctr.rev1", consents=True)
    assert forked.open == ["b", "c"]
    assert answer(forked, "ctr.rev2", consents=True)
    assert forked.open == ["a"]


# Recalling and undoing


def test_a_recall_brings_everything_back_and_voids_the_vote(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    before = play.snapshot()
    task_id = play.do("b", "ctr.rev1", opinion="同意,请再审。")
    opened = play.task("c")
    assert play.snapshot() != before
    recall(play, task_id, "ctr.rev1")

    assert play.snapshot() == before
    assert seat_states(play, task_id) == [SeatState.OPEN, SeatState.OPEN]
    assert seat_states(play, opened) == [SeatState.WITHDRAWN]
    assert tasks(play)[1:] == [("b", 1, "open", None), ("c", 1, "cancelled", "recall")]
    assert verbs(play)[-2:] == ["cancel", "recall"]
    with office.database.unit_of_work(write=False) as session:
        vote = opinions(session, play.item)[-1]
        assert (vote.voided_at is not None, vote.text) == (True, "同意,请再审。")
        draft = find_draft(session, task_id, office.actor("ctr.rev1"))
        assert draft is not None
        assert draft.typed["opinion"] == "同意,请再审。"
        done = inbox_page(session, office.actor("ctr.rev1"), Tab.DONE, Filters(), office.now)
        assert done.rows == []
    play.do("b", "ctr.rev1")
    assert office.open_steps(play.item) == {"c": 1}  # what was recalled counts as no round


def test_a_recalled_return_counts_as_no_round(office: Office) -> None:
    lines = CHAIN.format(policy="", recall="").replace("=perf.ex1", "=perf.ex1 appr.returnTo=any")
    play = small(office, lines)
    play.do("a", CLERK)
    play.do("b", "ctr.rev1")
    task_id = play.task("c")
    for _ in range(2):
        office.send_back(play.item, "c", "perf.ex1", "a")
        assert office.open_steps(play.item) == {"a": 2}
        recall(play, task_id, "perf.ex1")
    office.send_back(play.item, "c", "perf.ex1", "a")
    play.do("a", CLERK)
    play.do("b", "ctr.rev1")
    assert office.open_steps(play.item) == {"c": 2}
    assert [each for each in tasks(play) if each[0] == "a"] == [
        ("a", 1, "completed", "agree"),
        ("a", 2, "cancelled", "recall"),
        ("a", 2, "cancelled", "recall"),
        ("a", 2, "completed", "agree"),
    ]


def test_the_former_answers_open_with_the_recalled_form(office: Office) -> None:
    item = office.start("P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    play, task_id = Small(office, item), office.task(item, "preliminary_review")
    office.agree(item, "preliminary_review", "ctr.rev1")
    recall(play, task_id, "ctr.rev1", undo_decision_at_once(office))
    with office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, task_id, lock=False)
        assert load_form_data(loaded, office.now).values["grade"] == REVIEW["grade"]


def undo_decision_at_once(office: Office) -> Callable[..., None]:
    """Undo within the minute, though an hour has passed in the office."""

    def undo(session: Any, task_id: UUID, actor: Any, version: Any, now: Any) -> None:
        undo_decision(session, task_id, actor, version, now - timedelta(minutes=59, seconds=30))

    return undo


def test_a_recalled_submission_and_a_recalled_return_are_undone_in_the_goal(
    office: Office,
) -> None:
    item = office.start("P04")
    play, sent = Small(office, item), office.task(item, "compile_goals")
    office.submit(item, "P04")

    def status() -> tuple[str, str]:
        with office.database.unit_of_work(write=False) as session:
            file = open_goal_file(session, BY_TAG["P04"].code)
            assert file.latest is not None
            return file.latest.status, file.project.link_status

    recall(play, sent, CLERK)
    assert status() == ("withdrawn", "withdrawn")
    office.submit(item, "P04")
    before, review = play.snapshot(), office.task(item, "department_review")
    office.send_back(item, "department_review", "d05.fin", "compile_goals")
    assert status() == ("returned", "returned")
    recall(play, review, "d05.fin")
    assert status() == ("submitted", "pending")
    assert play.snapshot() == before
    office.agree(item, "department_review", "d05.fin")


def test_a_recalled_return_gives_the_other_branch_back_to_its_people(office: Office) -> None:
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")
    play = Small(office, item)
    third, desk = play.task("third_party_review"), play.task("center_desk_review")
    office.act(claim_task, third, office.actor("tpa.a1"), None)
    before = play.snapshot()
    assert before["timers"]
    office.send_back(item, "center_desk_review", "ctr.rev1", "compile_goals")
    assert play.open == ["compile_goals"]
    recall(play, desk, "ctr.rev1")
    assert play.snapshot() == before
    assert seat_states(play, third) == [SeatState.OPEN]
    office.third_party(item)
    office.desk_review(item)
    assert play.open == ["preliminary_review"]


def test_accepted_edits_and_the_frozen_goal_cannot_be_recalled(office: Office) -> None:
    item = office.start("P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    office.agree(item, "re_examination", "perf.ex1")
    edits = [{"indicator": "工程验收合格率", "item": "target", "new": "99", "reason": REASON}]
    office.agree(
        item, "final_review", "sec.eco.rev", {**REVIEW, "line_edits": edits}, "agree_with_edits",
        REASON,
    )  # fmt: skip
    play, accepted = Small(office, item), office.task(item, "accept_edits")
    office.agree(item, "accept_edits", CLERK, {"note": "同意"})
    with pytest.raises(ConflictError, match="edits accepted"):
        recall(play, accepted, CLERK)
    approved = play.task("approve_with_budget")
    reply = {"reply_number": "财预批〔2022〕1号", "reply_date": "2022-09-05"}
    office.agree(item, "approve_with_budget", "bud.1", reply)
    with pytest.raises(ConflictError, match="ended"):
        recall(play, approved, "bud.1")


def test_behind_a_decision_of_the_next_step_nothing_is_recalled(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    play.do("c", "perf.ex1")
    with pytest.raises(ConflictError, match="decided") as refusal:
        recall(play, task_id, "ctr.rev1")
    assert refusal.value.sentence.values["who"] == office.actor("perf.ex1").name
    assert play.open == ["d"]


def test_reading_stops_an_undo_and_a_recall_where_the_step_says_so(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    read(play, "c", "perf.ex1")
    office.now -= timedelta(hours=1)
    with pytest.raises(ConflictError, match="read"):
        recall(play, task_id, "ctr.rev1", undo_decision_at_once(office))
    recall(play, task_id, "ctr.rev1")
    strict = small(office, CHAIN.format(policy="", recall="appr.recall=until_read"), "P_STRICT")
    strict.do("a", CLERK)
    other = strict.do("b", "ctr.rev1")
    office.act(claim_task, strict.task("c"), office.actor("perf.ex1"), None)
    read(strict, "c", "perf.ex1")
    with pytest.raises(ConflictError, match="read"):
        recall(strict, other, "ctr.rev1")


def test_an_undo_works_for_a_minute(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    before, at = play.snapshot(), office.now
    task_id = play.do("b", "ctr.rev1")
    office.now = at + timedelta(seconds=61)
    with pytest.raises(ConflictError, match="60 seconds"):
        recall(play, task_id, "ctr.rev1", undo_decision)
    office.now = at + timedelta(seconds=60)
    recall(play, task_id, "ctr.rev1", undo_decision)
    assert play.snapshot() == before
    assert verbs(play)[-1] == "undo"


def test_only_who_decided_recalls_and_only_once(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    with pytest.raises(NotPermittedError, match="of yours"):
        recall(play, task_id, "ctr.rev2")
    with pytest.raises(NotPermittedError, match="permission"):
        recall(play, task_id, "mgr")
    recall(play, task_id, "ctr.rev1")
    with pytest.raises(ConflictError, match="gone on"):
        recall(play, task_id, "ctr.rev1")


def test_never_forbids_recall_and_undo(office: Office) -> None:
    play = chain(office, recall="appr.recall=never")
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    for verb in (recall_decision, undo_decision_at_once(office)):
        with pytest.raises(NotPermittedError, match="may not"):
            recall(play, task_id, "ctr.rev1", verb)


def test_nothing_is_recalled_past_a_service_a_script_a_timer_or_the_end(office: Office) -> None:
    automatic = """
        start s
        step a assignee=d05u1.clerk
        script x script="1 + 1" resultVariable=two
        step b assignee=ctr.rev1
        end e
        s > a > x > b > e
    """
    play = small(office, automatic)
    task_id = play.do("a", CLERK)
    with pytest.raises(ConflictError, match="has run"):
        recall(play, task_id, CLERK)
    last = play.do("b", "ctr.rev1")
    with pytest.raises(ConflictError, match="ended"):
        recall(play, last, "ctr.rev1")


def test_a_timer_that_fired_meanwhile_forbids_a_recall(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    office.now += timedelta(days=3)
    run_due(office.database, office.now)
    with pytest.raises(ConflictError, match="gone on"):
        recall(play, task_id, "ctr.rev1")


FORKED = """
    start s
    step a assignee=d05u1.clerk
    and f
    step b1 assignee=ctr.rev1
    step b2 assignee=perf.ex1
    step c1 assignee=ctr.rev2
    step c2 assignee=bud.1
    and j
    step d assignee=perf.ex1
    end e
    s > a > f
    f > b1 > b2 > j
    f > c1 > c2 > j
    j > d > e
"""


def test_another_branch_that_went_on_is_left_alone(office: Office) -> None:
    play = small(office, FORKED)
    play.do("a", CLERK)
    mine = play.do("b1", "ctr.rev1")
    play.do("c1", "ctr.rev2")
    recall(play, mine, "ctr.rev1")
    assert play.open == ["b1", "c2"]
    play.do("b1", "ctr.rev1")
    play.do("b2", "perf.ex1")
    play.do("c2", "bud.1")
    assert play.open == ["d"]
    assert [e for e in tasks(play) if e[0] == "b1"] == [("b1", 1, "completed", "agree")]


def test_a_join_is_left_again_while_the_other_branch_waits(office: Office) -> None:
    play = small(office, FORKED)
    play.do("a", CLERK)
    play.do("b1", "ctr.rev1")
    before = play.snapshot()
    mine = play.do("b2", "perf.ex1")
    assert play.open == ["c1"]
    recall(play, mine, "perf.ex1")
    assert play.snapshot() == before
    mine = play.do("b2", "perf.ex1")
    play.do("c1", "ctr.rev2")
    with pytest.raises(ConflictError, match="decided"):
        recall(play, mine, "perf.ex1")


COUNTERSIGNED = """
    start s
    step a assignee=d05u1.clerk
    step b candidateUsers="ctr.rev1, ctr.rev2, perf.ex1" appr.mode=count appr.pass=2
    step c assignee=bud.1
    end e
    s > a > b > c > e
"""


def test_an_own_vote_is_taken_back_while_the_others_still_sign(office: Office) -> None:
    play = small(office, COUNTERSIGNED)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    recall(play, task_id, "ctr.rev1", undo_decision_at_once(office))
    assert seat_states(play, task_id) == ["open"] * 3
    play.do("b", "ctr.rev2")
    assert play.open == ["b"]  # the void vote counts for nothing
    play.do("b", "ctr.rev1")
    assert play.open == ["c"]


def test_the_last_signer_recalls_and_the_other_votes_stand(office: Office) -> None:
    play = small(office, COUNTERSIGNED)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    play.do("b", "ctr.rev2")
    assert seat_states(play, task_id) == ["approved", "approved", "not_needed"]
    with pytest.raises(NotPermittedError, match="decided it last"):
        recall(play, task_id, "ctr.rev1")
    recall(play, task_id, "ctr.rev2")
    assert seat_states(play, task_id) == ["approved", "open", "open"]
    play.do("b", "perf.ex1")
    assert play.open == ["c"]
    with office.database.unit_of_work(write=False) as session:
        votes = session.scalars(select(Vote).where(Vote.task_id == task_id)).all()
        assert sorted(each.voided_at is None for each in votes) == [False, True, True]


def test_who_recalled_has_not_acted_where_duties_are_kept_apart(office: Office) -> None:
    play = small(
        office,
        """
        start s
        step a assignee=d05u1.clerk
        step b candidateUsers="ctr.rev1, ctr.rev2"
        step c candidateUsers="ctr.rev1, perf.ex1" appr.exclude=b
        end e
        s > a > b > c > e
        """,
    )
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    recall(play, task_id, "ctr.rev1")
    play.do("b", "ctr.rev2")
    play.do("c", "ctr.rev1")
    assert play.open == []


def test_a_stale_page_recalls_nothing(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    with pytest.raises(ConflictError, match="version"):
        office.act(recall_decision, task_id, office.actor("ctr.rev1"), "", 1)


def test_whoever_decides_a_recalled_step_is_told_so(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    gone = play.task("c")
    recall(play, task_id, "ctr.rev1")
    with pytest.raises(ConflictError, match="closed it") as refusal:
        office.act(approve_task, gone, office.actor("perf.ex1"), Decision("agree"))
    said = refusal.value.sentence.values
    assert said["who"] == office.actor("ctr.rev1").name
    assert isinstance(said["outcome"], Sentence)


def test_the_next_one_decides_while_i_recall(office: Office) -> None:
    play = chain(office)
    play.do("a", CLERK)
    mine = play.do("b", "ctr.rev1")
    theirs = play.task("c")
    me, other = office.actor("ctr.rev1"), office.actor("perf.ex1")
    barrier, refusals = threading.Barrier(2), []

    def run(verb: Callable[..., None], *arguments: Any) -> None:
        barrier.wait()
        try:
            with office.database.unit_of_work() as session:
                verb(session, *arguments, office.now)
        except CountersignError as refusal:
            refusals.append(refusal)

    threads = [
        threading.Thread(target=run, args=(recall_decision, mine, me, "", None)),
        threading.Thread(target=run, args=(approve_task, theirs, other, Decision("agree"))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [refusal] = refusals
    assert isinstance(refusal, ConflictError)
    assert refusal.sentence.values["who"] in (me.name, other.name)
    assert play.open in (["b"], ["d"])
    assert verbs(play)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(picks=st.lists(st.integers(0, 3), min_size=1, max_size=7))
def test_a_recall_leaves_all_as_before_and_the_ledger_grows(
    office: Office, picks: list[int]
) -> None:
    play = small(office, FORKED, f"P_{new_id().hex}")
    holders = {
        "a": CLERK, "b1": "ctr.rev1", "b2": "perf.ex1", "c1": "ctr.rev2", "c2": "bud.1",
        "d": "perf.ex1",
    }  # fmt: skip
    for pick in picks:
        steps = [each for each in play.open if each != "d"]
        if not steps:
            break
        step = steps[pick % len(steps)]
        before, entries = play.snapshot(), len(verbs(play))
        task_id = play.do(step, holders[step])
        recall(play, task_id, holders[step])
        assert play.snapshot() == before
        assert len(verbs(play)) > entries + 1
        play.do(step, holders[step])
