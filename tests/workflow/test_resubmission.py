"""Straight back to the step that returned an item: when it is offered, and what it skips."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.core.errors import ConflictError
from app.projects.handlers import GoalDeclaration
from app.workflow.applying.actions import INSTANCE
from app.workflow.applying.loading import load_task
from app.workflow.deciding.decisions import Decision, return_task
from app.workflow.ledger import entries as ledger
from app.workflow.models import ProcessInstance, UserTask
from app.workflow.permits.tasks import return_choices
from app.workflow.returning.recalls import recall_decision
from app.workflow.returning.resubmission import carried_over, straight_choice
from app.workflow.tracking.history import ledger_entries, opinions
from tests.workflow.conftest import REASON, Office
from tests.workflow.small import CLERK, Small, small

CHAIN = """
    start s
    step a assignee=d05u1.clerk
    step b assignee=ctr.rev1
    step c assignee=perf.ex1 appr.returnTo=any {policy}
    step d assignee=bud.1
    end e
    s > a > b > c > d > e
"""


def send_back(play: Small, step: str, who: str, target: str) -> None:
    office, task_id = play.office, play.task(step)
    with office.database.unit_of_work(write=False) as session:
        choices = return_choices(load_task(session, task_id, lock=False))
    choice = next(each for each in choices if each.step_id == target)
    office.act(return_task, task_id, office.actor(who), Decision("return", {}, REASON, choice))


def straight(play: Small, step: str) -> str | None:
    """The step that an open one may answer straight."""
    with play.office.database.unit_of_work(write=False) as session:
        choice = straight_choice(load_task(session, play.task(step), lock=False))
        return choice.step_id if choice else None


@pytest.fixture
def returned(office: Office) -> Small:
    """c has returned it to a, past b's approval."""
    play = small(office, CHAIN.format(policy="appr.resubmit=straight"))
    play.do("a", CLERK)
    play.do("b", "ctr.rev1")
    send_back(play, "c", "perf.ex1", "a")
    return play


def test_it_goes_straight_back_and_what_lies_between_is_carried_over(
    office: Office, returned: Small
) -> None:
    assert straight(returned, "a") == "c"
    returned.do("a", CLERK, straight=True)
    assert office.open_steps(returned.item) == {"c": 2}
    with office.database.unit_of_work(write=False) as session:
        votes = opinions(session, returned.item)
        carried = carried_over(votes)
        assert [each.step_id for each in votes if each.vote_id in carried] == ["b"]
        assert "resubmit" in [each.verb for each in ledger_entries(session, returned.item)]
        assert ledger.verify(session, returned.item).is_sound
    returned.do("c", "perf.ex1")
    assert returned.open == ["d"]


def test_whoever_likes_sends_it_through_the_steps_between_as_before(returned: Small) -> None:
    returned.do("a", CLERK)
    assert returned.open == ["b"]


def test_a_second_round_carries_the_opinions_over_again(returned: Small) -> None:
    returned.do("a", CLERK, straight=True)
    send_back(returned, "c", "perf.ex1", "a")
    returned.do("a", CLERK, straight=True)
    assert returned.office.open_steps(returned.item) == {"c": 3}


def test_without_the_policy_it_is_neither_offered_nor_done(office: Office) -> None:
    play = small(office, CHAIN.format(policy=""))
    play.do("a", CLERK)
    play.do("b", "ctr.rev1")
    send_back(play, "c", "perf.ex1", "a")
    assert straight(play, "a") is None
    with pytest.raises(ConflictError, match="through the steps between"):
        play.do("a", CLERK, straight=True)
    assert play.open == ["a"]


def test_only_the_answer_to_a_return_goes_straight(office: Office, returned: Small) -> None:
    returned.do("a", CLERK)
    assert straight(returned, "b") is None
    with pytest.raises(ConflictError, match="found none"):
        returned.do("b", "ctr.rev1", straight=True)
    fresh = small(office, CHAIN.format(policy="appr.resubmit=straight"), "P_FRESH")
    assert straight(fresh, "a") is None


def test_a_changed_routing_variable_closes_the_short_way(office: Office, returned: Small) -> None:
    with office.database.unit_of_work() as session:
        known = session.get_one(ProcessInstance, returned.item).variables
        statement = update(INSTANCE).where(INSTANCE.c.id == returned.item)
        session.execute(statement.values(variables={**known, "is_key": True}))
    assert straight(returned, "a") is None
    with pytest.raises(ConflictError, match="found none"):
        returned.do("a", CLERK, straight=True)


def test_another_amount_in_the_form_is_another_way() -> None:
    routing = GoalDeclaration().routing
    assert routing({"year_amount": "450"}) == routing({"year_amount": "450.00"})
    assert routing({"year_amount": "450"}) != routing({"year_amount": "4500"})


def test_another_outcome_than_before_is_another_way(office: Office) -> None:
    play = small(
        office,
        """
        start s
        step a assignee=d05u1.clerk
        xor g default=g-to-b
        step b assignee=ctr.rev1
        step c assignee=perf.ex1 appr.returnTo=any appr.resubmit=straight
        xor m
        end e
        s > a > g
        g > m : a.outcome = "urgent"
        g > b
        b > m > c > e
        """,
    )
    play.do("a", CLERK)
    play.do("b", "ctr.rev1")
    send_back(play, "c", "perf.ex1", "a")
    with pytest.raises(ConflictError, match="another decision or amount"):
        play.do("a", CLERK, "urgent", straight=True)
    play.do("a", CLERK, straight=True)
    assert play.open == ["c"]


def test_into_a_parallel_branch_it_is_not_offered(office: Office) -> None:
    play = small(
        office,
        """
        start s
        step a assignee=d05u1.clerk
        and f
        step b assignee=ctr.rev1 appr.returnTo=any appr.resubmit=straight
        step c assignee=ctr.rev2
        and j
        end e
        s > a > f
        f > b > j
        f > c > j
        j > e
        """,
    )
    play.do("a", CLERK)
    send_back(play, "b", "ctr.rev1", "a")
    assert straight(play, "a") is None


def test_the_returning_step_is_not_passed_by_itself_when_it_comes_straight_back(
    office: Office,
) -> None:
    """Pitfall 5: who approved before is asked again after the return."""
    play = small(
        office,
        """
        start s
        step a assignee=d05u1.clerk
        step b assignee=perf.ex1
        step c assignee=perf.ex1 appr.returnTo=any appr.resubmit=straight
        end e
        s > a > b > c > e
        """,
    )
    play.do("a", CLERK)
    play.do("b", "perf.ex1")
    send_back(play, "c", "perf.ex1", "a")
    play.do("a", CLERK, straight=True)
    assert play.open == ["c"]


def test_a_straight_answer_may_be_recalled(office: Office, returned: Small) -> None:
    before: Any = returned.snapshot()
    task_id: UUID = returned.do("a", CLERK, straight=True)
    office.act(recall_decision, task_id, office.actor(CLERK), "", None)
    assert returned.snapshot() == before
    assert straight(returned, "a") == "c"
    with office.database.unit_of_work(write=False) as session:
        assert carried_over(opinions(session, returned.item)) == frozenset()
        query = select(UserTask.returned_from).where(UserTask.id == task_id)
        assert session.scalars(query).one() == "P_SMALL/c"
