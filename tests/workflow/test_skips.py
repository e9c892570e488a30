"""Steps that need nobody: passed by the system actor, with the rule, never in a person's name."""

import pytest
from sqlalchemy import select

from app.workflow.failures import InstanceFailureError
from app.workflow.ledger.entries import verify
from app.workflow.models import UserTask
from app.workflow.states import TaskState
from tests.workflow.conftest import Office
from tests.workflow.drawn import acts, agree, begin, change, deploy, one_step, seats

CHAIN = (
    "start s\nstep declare assignee=d03u1.clerk\n"
    "step first assignee=perf.ex1 appr.returnTo=any\n"
    "step second assignee=perf.ex1 appr.duplicate=skip\n"
    "step third assignee=perf.ex2 appr.returnTo=any\n"
    "end e\ns > declare > first > second > third > e"
)


def skips(office: Office, item: object) -> list[tuple[str | None, str | None, str]]:
    """Step, actor and rule of each skip in the ledger."""
    return [(step, who, why) for verb, step, who, why in acts(office, item) if verb == "skip"]  # type: ignore[arg-type]


def test_the_initiator_does_not_approve_his_own_item(office: Office) -> None:
    deploy(office, "start s\nstep review assignee=d03u1.clerk appr.self=skip\n"
                   "step after assignee=perf.ex1\nend e\ns > review > after > e")  # fmt: skip
    item = begin(office)
    assert office.open_steps(item) == {"after": 1}
    assert skips(office, item) == [("review", None, "initiator")]
    (seat,) = seats(office, item, "review")
    assert (seat.holder, seat.state) == ("d03u1.clerk", "not_needed")


def test_by_default_the_initiator_keeps_the_step(office: Office) -> None:
    assert office.open_steps(one_step(office, "assignee=d03u1.clerk")) == {"review": 1}


def test_the_superior_is_asked_instead_of_the_initiator(office: Office) -> None:
    item = one_step(office, "assignee=d03u1.clerk appr.self=superior")
    (seat,) = seats(office, item)
    assert seat.group == "department_head@D03"
    assert "superior of" in seat.why


def test_a_superior_whom_duties_exclude_is_passed_over(office: Office) -> None:
    change(office, "d03.head", is_active=False)
    item = one_step(office, "assignee=d03u1.clerk appr.self=superior")
    assert seats(office, item)[0].group == "bureau_leader"


def test_the_same_approver_is_not_asked_twice_in_a_round(office: Office) -> None:
    deploy(office, CHAIN)
    item = begin(office)
    agree(office, item, "declare", "d03u1.clerk")
    agree(office, item, "first", "perf.ex1")
    assert office.open_steps(item) == {"third": 1}
    assert skips(office, item) == [("second", None, "duplicate")]


def test_a_step_that_was_just_returned_to_is_not_skipped(office: Office) -> None:
    deploy(office, CHAIN)
    item = begin(office)
    agree(office, item, "declare", "d03u1.clerk")
    agree(office, item, "first", "perf.ex1")
    office.send_back(item, "third", "perf.ex2", "first")
    assert office.open_steps(item) == {"first": 2}
    agree(office, item, "first", "perf.ex1")
    assert office.open_steps(item) == {"third": 2}  # his new agreement counts for this round


def test_an_initiator_keeps_the_step_that_comes_back_to_him(office: Office) -> None:
    deploy(office, "start s\nstep own assignee=d03u1.clerk appr.self=skip\n"
                   "step review assignee=perf.ex1 appr.returnTo=any\nend e\n"
                   "s > own > review > e")  # fmt: skip
    item = begin(office)
    assert office.open_steps(item) == {"review": 1}
    office.send_back(item, "review", "perf.ex1", "own")
    assert office.open_steps(item) == {"own": 2}


def test_an_earlier_rounds_agreement_skips_nothing(office: Office) -> None:
    deploy(office, CHAIN.replace("step second assignee=perf.ex1", "step second assignee=perf.ex3"))
    item = begin(office)
    agree(office, item, "declare", "d03u1.clerk")
    agree(office, item, "first", "perf.ex1")
    agree(office, item, "second", "perf.ex3")
    office.send_back(item, "third", "perf.ex2", "first")
    agree(office, item, "first", "perf.ex1")
    assert office.open_steps(item) == {"second": 2}


def test_a_step_for_nobody_is_skipped_where_the_diagram_says_so(office: Office) -> None:
    deploy(office, "start s\nstep review assignee=nobody.here appr.empty=skip\n"
                   "step after assignee=nobody.there appr.empty=skip\nend e\n"
                   "s > review > after > e")  # fmt: skip
    item = begin(office)
    assert office.open_steps(item) == {}
    assert [step for step, _, why in skips(office, item) if why == "empty"] == ["review", "after"]
    with office.database.unit_of_work(write=False) as session:
        tasks = session.scalars(select(UserTask).where(UserTask.instance_id == item)).all()
        assert {(each.state, each.outcome, each.closed_by_id) for each in tasks} == {
            (TaskState.COMPLETED, "skip", None)
        }
        assert verify(session, item).is_sound


def test_a_circle_of_skips_fails_visibly(office: Office) -> None:
    deploy(office, "start s\nxor m\nstep review assignee=nobody.here appr.empty=skip\n"
                   "xor g default=g-to-m\nend e\ns > m > review > g\ng > m\n"
                   'g > e : review.outcome = "done"')  # fmt: skip
    with pytest.raises(InstanceFailureError, match="for ever"):
        begin(office)
