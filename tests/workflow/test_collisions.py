"""Acts that meet each other: what one leaves behind must not hold up, or outlive, the other."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import ConflictError, InvalidInputError, NotPermittedError
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import transfer_task
from app.workflow.assignment.handover import close_account
from app.workflow.deciding.decisions import Decision, return_task
from app.workflow.deciding.reading import read_task
from app.workflow.ledger import entries as ledger
from app.workflow.models import ProcessInstance, Question, UserTask
from app.workflow.permits.tasks import return_choices
from app.workflow.questions import ask_question, questions_to
from app.workflow.returning.points import PointAnswer, PointAsked, owed_points, points_of
from app.workflow.returning.recalls import recall_decision
from app.workflow.returning.taking_back import answer_withdrawal, withdraw_item
from app.workflow.stopping import suspend_item, terminate_item
from tests.workflow.conftest import REASON, Office
from tests.workflow.rounds import begin_round
from tests.workflow.small import CLERK, Small, small

MENDED = PointAnswer(is_mended=True)
FORKED = """
    start s
    step a assignee=d05u1.clerk
    and f
    step b1 name="Desk review" assignee=ctr.rev1
    step b2 assignee=ctr.rev2 appr.returnTo=any
    step c name="Third party" assignee=perf.ex1
    and j
    step d assignee=bud.1 appr.returnTo=any
    end e
    s > a > f
    f > b1 > b2 > j
    f > c > j
    j > d > e
"""
LINE = """
    start s
    step a assignee=d05u1.clerk appr.withdraw={withdraw}
    step b assignee=ctr.rev1 appr.returnTo=any
    step c assignee=perf.ex1 appr.returnTo=any
    end e
    s > a > b > c > e
"""


def line(office: Office, withdraw: str = "until_acted") -> Small:
    return small(office, LINE.format(withdraw=withdraw))


def send_back(play: Small, step: str, who: str, target: str, *points: PointAsked) -> None:
    office, task_id = play.office, play.task(step)
    with office.database.unit_of_work(write=False) as session:
        choices = return_choices(load_task(session, task_id, lock=False))
    choice = next(each for each in choices if each.step_id == target)
    decision = Decision("return", {}, REASON, choice, points=points)
    office.act(return_task, task_id, office.actor(who), decision)


def owed(play: Small, step: str) -> dict[UUID, list[str]]:
    """The points that a step owes, each with the steps that it may be left to."""
    with play.office.database.unit_of_work(write=False) as session:
        found = owed_points(load_task(session, play.task(step), lock=False))
    return {point: [str(each) for each in others] for point, others in found.items()}


def answered(play: Small) -> list[bool | None]:
    with play.office.database.unit_of_work(write=False) as session:
        return [each.is_mended for each in points_of(session, play.item)]


def open_questions(play: Small) -> list[str]:
    with play.office.database.unit_of_work(write=False) as session:
        query = select(Question.kind).where(
            Question.instance_id == play.item, Question.answered_at.is_(None)
        )
        return list(session.scalars(query))


def recall(play: Small, task_id: UUID, who: str) -> None:
    play.office.act(recall_decision, task_id, play.office.actor(who), "", None)


def is_sound(play: Small) -> bool:
    with play.office.database.unit_of_work(write=False) as session:
        return ledger.verify(session, play.item).is_sound


@pytest.fixture
def forked(office: Office) -> Small:
    """Both branches have met in d, which sends all of it back to the fork with two points."""
    play = small(office, FORKED)
    for step, who in (("a", CLERK), ("b1", "ctr.rev1"), ("c", "perf.ex1"), ("b2", "ctr.rev2")):
        play.do(step, who)
    points = PointAsked("other", "请核对单价"), PointAsked("other", "请补充合同")
    send_back(play, "d", "bud.1", "f", *points)
    return play


def test_a_point_to_all_branches_needs_one_answer(office: Office, forked: Small) -> None:
    first, second = owed(forked, "b1")
    assert owed(forked, "b1") == {first: ["Third party"], second: ["Third party"]}
    assert owed(forked, "c") == {first: ["Desk review"], second: ["Desk review"]}

    forked.do("b1", "ctr.rev1", answers={first: MENDED})

    assert answered(forked) == [True, None]
    assert owed(forked, "c") == {second: []}
    assert forked.open == ["b2", "c"]


def test_the_last_of_the_branches_answers_what_is_left(office: Office, forked: Small) -> None:
    first, second = owed(forked, "c")
    forked.do("c", "perf.ex1")
    assert answered(forked) == [None, None]
    with pytest.raises(InvalidInputError) as refusal:
        forked.do("b1", "ctr.rev1", answers={first: MENDED})
    assert [each.where for each in refusal.value.problems] == [f"answer:{second}"]

    forked.do("b1", "ctr.rev1", answers={first: MENDED, second: MENDED})

    assert answered(forked) == [True, True]
    assert is_sound(forked)


def test_half_an_answer_is_refused_although_others_might_give_it(
    office: Office, forked: Small
) -> None:
    first = next(iter(owed(forked, "c")))
    with pytest.raises(InvalidInputError, match="Point 1"):
        forked.do("c", "perf.ex1", answers={first: PointAnswer(is_mended=False, text="无")})


def test_points_that_were_left_follow_the_branch_through_another_round(
    office: Office, forked: Small
) -> None:
    """What b1 owes is not forgotten because b2 sends it back for something else."""
    both = dict.fromkeys(owed(forked, "b1"), MENDED)
    forked.do("b1", "ctr.rev1")
    send_back(forked, "b2", "ctr.rev2", "b1")

    assert list(owed(forked, "b1")) == list(both)
    forked.do("c", "perf.ex1")
    with pytest.raises(InvalidInputError, match="Point 2"):
        forked.do("b1", "ctr.rev1")
    forked.do("b1", "ctr.rev1", answers=both)
    assert answered(forked) == [True, True]


def test_a_recalled_answer_is_owed_by_all_branches_again(office: Office, forked: Small) -> None:
    first, second = owed(forked, "c")
    task_id = forked.do("b1", "ctr.rev1", answers={first: MENDED, second: MENDED})
    assert owed(forked, "c") == {}

    recall(forked, task_id, "ctr.rev1")

    assert set(owed(forked, "c")) == set(owed(forked, "b1")) == {first, second}


def test_a_recall_takes_the_question_of_the_closed_step_away(office: Office) -> None:
    play = line(office)
    play.do("a", CLERK)
    task_id = play.do("b", "ctr.rev1")
    asker = office.actor("perf.ex1")
    office.act(ask_question, play.task("c"), asker, CLERK, "合同金额是否含税?")

    recall(play, task_id, "ctr.rev1")

    assert open_questions(play) == []
    with office.database.unit_of_work(write=False) as session:
        assert questions_to(session, office.actor(CLERK)) == []
    assert play.open == ["b"]


@pytest.mark.parametrize("how", ["decide", "return", "recall"])
def test_leave_to_withdraw_is_asked_no_more_once_the_item_has_moved(
    office: Office, how: str
) -> None:
    play = line(office, "consent")
    first = play.do("a", CLERK)
    office.act(read_task, play.task("b"), office.actor("ctr.rev1"))
    office.act(withdraw_item, play.task("b"), office.actor(CLERK), REASON, None)
    assert open_questions(play) == ["withdrawal"]

    if how == "decide":
        play.do("b", "ctr.rev1")
    elif how == "return":
        send_back(play, "b", "ctr.rev1", "a")
    else:
        recall(play, first, CLERK)

    assert open_questions(play) == []
    with office.database.unit_of_work(write=False) as session:
        assert questions_to(session, office.actor("ctr.rev1")) == []


def test_after_a_round_leave_may_be_asked_again(office: Office) -> None:
    play = line(office, "consent")
    for _ in range(2):
        play.do("a", CLERK)
        office.act(read_task, play.task("b"), office.actor("ctr.rev1"))
        office.act(withdraw_item, play.task("b"), office.actor(CLERK), REASON, None)
        assert open_questions(play) == ["withdrawal"]
        send_back(play, "b", "ctr.rev1", "a")


def test_nobody_leaves_while_a_question_waits_for_him(office: Office) -> None:
    play = line(office)
    play.do("a", CLERK)
    play.do("b", "ctr.rev1")
    asker, leaver = office.actor("perf.ex1"), office.actor("ctr.rev1")
    office.act(ask_question, play.task("c"), asker, "ctr.rev1", "单价是否经过询价?")
    with pytest.raises(ConflictError, match=r"no open question to .*, found 1"):
        office.act(close_account, office.actor("admin"), leaver.id)

    play.do("c", "perf.ex1")

    office.act(close_account, office.actor("admin"), leaver.id)


def test_who_has_left_is_not_asked_for_leave_to_withdraw(office: Office) -> None:
    play = line(office, "consent")
    play.do("a", CLERK)
    reader, admin, task_id = office.actor("ctr.rev1"), office.actor("admin"), play.task("b")
    office.act(read_task, task_id, reader)
    receiver = office.actor("ctr.rev2").id
    office.act(transfer_task, task_id, reader, receiver, "调离本中心,工作移交。", None)
    office.act(close_account, admin, reader.id)

    assert office.act(withdraw_item, task_id, office.actor(CLERK), REASON, None) == ()

    assert play.open == ["a"]


def test_a_refused_withdrawal_leaves_the_item_where_it_was(office: Office) -> None:
    play = line(office, "consent")
    play.do("a", CLERK)
    office.act(read_task, play.task("b"), office.actor("ctr.rev1"))
    office.act(withdraw_item, play.task("b"), office.actor(CLERK), REASON, None)
    with office.database.unit_of_work(write=False) as session:
        question = session.scalars(select(Question.id)).one()
    reader = office.actor("ctr.rev1")

    assert office.act(answer_withdrawal, question, reader, False, REASON) is False

    play.do("b", "ctr.rev1")
    assert play.open == ["c"]
    assert is_sound(play)


def test_the_second_of_two_returns_is_recalled_and_the_first_stands(office: Office) -> None:
    play = line(office)
    play.do("a", CLERK)
    send_back(play, "b", "ctr.rev1", "a", PointAsked("other", "请核对单价"))
    [first] = owed(play, "a")
    play.do("a", CLERK, answers={first: MENDED})
    returning = play.task("b")
    send_back(play, "b", "ctr.rev1", "a", PointAsked("other", "请补充合同"))
    assert len(owed(play, "a")) == 1

    recall(play, returning, "ctr.rev1")

    assert office.open_steps(play.item) == {"b": 2}
    assert answered(play) == [True, None]
    send_back(play, "b", "ctr.rev1", "a")
    assert office.open_steps(play.item) == {"a": 3}
    assert owed(play, "a") == {}
    assert is_sound(play)


def test_a_recalled_step_is_terminated_and_nothing_of_it_is_left(office: Office) -> None:
    play = line(office)
    play.do("a", CLERK)
    recall(play, play.do("b", "ctr.rev1"), "ctr.rev1")
    open_task = play.task("b")
    office.act(terminate_item, open_task, office.actor("mgr"), REASON, None)

    assert play.open == []
    with office.database.unit_of_work(write=False) as session:
        assert session.get_one(ProcessInstance, play.item).state == "terminated"
        assert session.get_one(UserTask, open_task).outcome == "terminate"
    with pytest.raises(ConflictError):
        recall(play, open_task, "ctr.rev1")
    assert is_sound(play)


def test_a_suspended_item_with_an_open_question_is_terminated_without_it(office: Office) -> None:
    play = line(office)
    play.do("a", CLERK)
    office.act(ask_question, play.task("b"), office.actor("ctr.rev1"), CLERK, "合同金额是否含税?")
    task_id, manager = play.task("b"), office.actor("mgr")
    office.act(suspend_item, task_id, manager, REASON, None)
    with pytest.raises(ConflictError, match="suspended"):
        recall(play, task_id, "ctr.rev1")
    office.act(terminate_item, task_id, manager, REASON, None)
    assert open_questions(play) == []


def test_a_sequence_goes_on_behind_whoever_is_removed(office: Office) -> None:
    play = begin_round(office, mode="sequential")
    play.add("ctr.rev1", "tpa.a1", "with")
    play.agree("ctr.rev1")
    assert play.seats()["tpa.a1"] == "open"
    play.remove("ctr.rev1", "tpa.a1")
    assert play.seats()["ctr.rev2"] == "open"
    play.agree("ctr.rev2", "ctr.rev3")
    assert play.where == "next"


@pytest.mark.parametrize(("tie", "end"), [("pass", "next"), ("reject", "refused")])
def test_weights_tie_once_the_heaviest_has_abstained(office: Office, tie: str, end: str) -> None:
    """2 : 2 of the 4 that are left of 9; half is enough unless the tie rejects."""
    weights = {"weight.ctr.rev1": "2", "weight.ctr.rev2": "2", "weight.ctr.rev3": "5"}
    rule = {"mode": "weight", "pass": "1/2", "reject": "never", "tie": tie, "abstain": "yes"}
    play = begin_round(office, more={**rule, **weights})
    play.reject("ctr.rev2")
    play.abstain("ctr.rev3")
    assert play.where == "review"
    play.agree("ctr.rev1")
    assert play.where == end


def test_who_signs_before_and_rejects_leaves_nobody_waiting(office: Office) -> None:
    play = begin_round(office, mode="all")
    play.add("ctr.rev1", "tpa.a1", "before")
    with pytest.raises(NotPermittedError, match="others sign before you"):
        play.agree("ctr.rev1")
    play.reject("tpa.a1")
    assert play.where == "refused"
    assert "waiting" not in play.seats().values()
