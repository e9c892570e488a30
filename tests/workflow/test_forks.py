"""A return from behind a join to its fork: every branch runs again, earlier opinions to confirm."""

import pytest
from sqlalchemy import select

from app.workflow.applying.loading import load_task
from app.workflow.ledger import entries as ledger
from app.workflow.models import ProcessInstance, UserTask
from app.workflow.permits.tasks import return_choices
from app.workflow.returning.recalls import recall_decision
from app.workflow.returning.resubmission import reusable, straight_choice
from app.workflow.tracking.history import ledger_entries, opinions
from app.workflow.tracking.outlook import return_effects
from tests.workflow.conftest import Office
from tests.workflow.small import CLERK, Small, small
from tests.workflow.test_resubmission import send_back

#: A desk review of two steps beside a cost check; behind them a decision.
FORKED = """
    start s
    step a assignee=d05u1.clerk
    and f
    step b1 name="Desk review" assignee=ctr.rev1
    step b2 assignee=ctr.rev2
    step c name="Third party" assignee=perf.ex1
    and j
    step d assignee=bud.1 appr.returnTo=any appr.resubmit=straight
    end e
    s > a > f
    f > b1 > b2 > j
    f > c > j
    j > d > e
"""


@pytest.fixture
def joined(office: Office) -> Small:
    """All branches have met; d is to be decided."""
    play = small(office, FORKED)
    play.do("a", CLERK)
    play.do("b1", "ctr.rev1")
    play.do("c", "perf.ex1")
    play.do("b2", "ctr.rev2")
    return play


def again(play: Small) -> list[str]:
    """Steps whose reviewers may confirm what they said."""
    with play.office.database.unit_of_work(write=False) as session:
        item = session.get_one(ProcessInstance, play.item)
        found = reusable(opinions(session, play.item), item.progress.get("reusable", {}))
        return sorted(e.step_id for e in opinions(session, play.item) if e.vote_id in found)


def test_the_fork_is_offered_by_the_names_of_what_it_opens(office: Office, joined: Small) -> None:
    with office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, joined.task("d"), lock=False)
        choices = return_choices(loaded)
        effect = {each.step_id: e for each, e in return_effects(loaded, choices)}["f"]
    assert [(each.step_id, str(each.name)) for each in choices] == [
        ("a", ""),
        ("f", "Desk review and Third party (all branches)"),
    ]
    assert choices[1].name.zh == "Desk review、Third party（全部分支）"
    assert sorted(step for _, step in effect.asked_again) == ["b1", "b2", "c", "d"]
    assert [step for _, step in effect.kept] == ["a"]


def test_all_branches_open_again_and_the_join_waits_for_each_in_every_round(
    office: Office, joined: Small
) -> None:
    orders = (("c", "b1", "b2"), ("b1", "b2", "c"))
    who = {"b1": "ctr.rev1", "b2": "ctr.rev2", "c": "perf.ex1"}
    for round_, order in enumerate(orders, start=2):
        send_back(joined, "d", "bud.1", "f")
        assert office.open_steps(joined.item) == {"b1": round_, "c": round_}
        for step in order:
            assert "d" not in joined.open
            joined.do(step, who[step])
        assert office.open_steps(joined.item) == {"d": round_}
    joined.do("d", "bud.1")
    with office.database.unit_of_work(write=False) as session:
        assert session.get_one(ProcessInstance, joined.item).state == "completed"
        assert ledger.verify(session, joined.item).is_sound


def test_earlier_opinions_may_be_confirmed_until_they_are(office: Office, joined: Small) -> None:
    assert again(joined) == []
    send_back(joined, "d", "bud.1", "f")
    assert again(joined) == ["b1", "b2", "c"]
    joined.do("b1", "ctr.rev1")
    assert again(joined) == ["b2", "c"]
    joined.do("b2", "ctr.rev2")
    joined.do("c", "perf.ex1")
    assert again(joined) == []


def test_sent_back_before_the_fork_there_is_nothing_to_confirm(
    office: Office, joined: Small
) -> None:
    send_back(joined, "d", "bud.1", "f")
    joined.do("b1", "ctr.rev1")
    joined.do("c", "perf.ex1")
    joined.do("b2", "ctr.rev2")
    send_back(joined, "d", "bud.1", "a")
    joined.do("a", CLERK)
    assert again(joined) == []


def test_who_is_sent_back_within_his_branch_mends_and_does_not_confirm(office: Office) -> None:
    play = small(office, FORKED.replace("assignee=ctr.rev2", "assignee=ctr.rev2 appr.returnTo=any"))
    for step, who in (("a", CLERK), ("b1", "ctr.rev1"), ("c", "perf.ex1"), ("b2", "ctr.rev2")):
        play.do(step, who)
    send_back(play, "d", "bud.1", "f")
    play.do("b1", "ctr.rev1")
    send_back(play, "b2", "ctr.rev2", "b1")
    assert again(play) == ["c"]


def test_the_ledger_says_that_all_branches_run_again(office: Office, joined: Small) -> None:
    send_back(joined, "d", "bud.1", "f")
    with office.database.unit_of_work(write=False) as session:
        entries = ledger_entries(session, joined.item)
    said = [(each.verb, each.to_state) for each in entries if each.step_id == "d"]
    assert ("fork_again", "P_SMALL/f") in said


def test_no_branch_may_answer_straight_past_the_other(office: Office, joined: Small) -> None:
    send_back(joined, "d", "bud.1", "f")
    with office.database.unit_of_work(write=False) as session:
        for step in ("b1", "c"):
            assert straight_choice(load_task(session, joined.task(step), lock=False)) is None


def test_the_return_to_a_fork_is_recalled_whole(office: Office, joined: Small) -> None:
    before, task_id = joined.snapshot(), joined.task("d")
    send_back(joined, "d", "bud.1", "f")
    office.act(recall_decision, task_id, office.actor("bud.1"), "", None)
    after = joined.snapshot()
    assert {k: v for k, v in after.items() if k != "tasks"} == {
        k: v for k, v in before.items() if k != "tasks"
    }
    assert joined.open == ["d"]
    assert again(joined) == []
    with office.database.unit_of_work(write=False) as session:
        gone = session.execute(
            select(UserTask.step_id).where(
                UserTask.instance_id == joined.item, UserTask.outcome == "recall"
            )
        )
        assert sorted(gone.scalars()) == ["b1", "c"]


def test_from_inside_a_branch_its_fork_is_refused(office: Office) -> None:
    play = small(office, FORKED.replace("assignee=ctr.rev2", "assignee=ctr.rev2 appr.returnTo=any"))
    play.do("a", CLERK)
    play.do("b1", "ctr.rev1")
    with office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, play.task("b2"), lock=False)
        assert [each.step_id for each in return_choices(loaded)] == ["a", "b1"]
