"""Suspend, resume, terminate: clocks stand still, nobody acts, and the subject follows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import ConflictError, InvalidInputError, NotPermittedError
from app.projects.goal_files import open_goal_file
from app.projects.launch import start_goal_review
from app.projects.queries import project_by_code
from app.worker import run_due
from app.workflow.assignment.claiming import claim_task, transfer_task
from app.workflow.clocks.models import Timer
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.ledger import entries as ledger
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.returning.recalls import recall_decision
from app.workflow.returning.taking_back import withdraw_item
from app.workflow.states import InstanceState, SeatState
from app.workflow.stopping import resume_item, suspend_item, terminate_item
from app.workflow.tracking.history import ledger_entries
from tests.workflow.conftest import BY_TAG, REASON, Office
from tests.workflow.small import CLERK, Small, small

WHY = "审计机关要求暂缓办理,等待核查结论。"


@pytest.fixture
def item(office: Office) -> UUID:
    """P03, a key project, in desk review and with its third party, whose timer runs."""
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")
    return item


def stop(office: Office, verb: Any, item: UUID, who: str = "mgr", reason: str = WHY) -> None:
    office.act(verb, any_task(office, item), office.actor(who), reason, None)


def any_task(office: Office, item: UUID) -> UUID:
    with office.database.unit_of_work(write=False) as session:
        query = select(UserTask.id).where(UserTask.instance_id == item).order_by(UserTask.id.desc())
        return session.scalars(query).first() or item


def state(office: Office, item: UUID) -> str:
    with office.database.unit_of_work(write=False) as session:
        assert ledger.verify(session, item).is_sound
        return session.get_one(ProcessInstance, item).state


def due(office: Office, item: UUID) -> dict[str, datetime]:
    """Due times of the open steps, after checking that their seats say the same."""
    with office.database.unit_of_work(write=False) as session:
        rows = session.execute(
            select(UserTask.step_id, UserTask.due_at, Seat.due_at.label("seat_due"))
            .join(Seat, Seat.task_id == UserTask.id)
            .where(UserTask.instance_id == item, UserTask.state == "open")
        ).all()
        assert all(row.due_at == row.seat_due for row in rows)
        return {row.step_id: row.due_at for row in rows}


def verbs(office: Office, item: UUID) -> list[str]:
    with office.database.unit_of_work(write=False) as session:
        return [each.verb for each in ledger_entries(session, item)]


def timers(office: Office, item: UUID) -> list[datetime]:
    with office.database.unit_of_work(write=False) as session:
        return list(session.scalars(select(Timer.due_at).where(Timer.instance_id == item)))


def test_while_it_is_suspended_nobody_acts_and_everybody_is_told_since_when(
    office: Office, item: UUID
) -> None:
    desk, at = office.task(item, "center_desk_review"), office.now
    stop(office, suspend_item, item)
    reviewer = office.actor("ctr.rev1")
    colleague = office.actor("ctr.rev2").id
    for verb, *arguments in (
        (approve_task, desk, reviewer, Decision("agree")),
        (claim_task, desk, reviewer, None),
        (transfer_task, desk, reviewer, colleague, REASON, None),
        (withdraw_item, desk, office.actor("d03u1.clerk"), REASON, None),
    ):
        with pytest.raises(ConflictError, match="suspended since") as refusal:
            office.act(verb, *arguments)
        assert refusal.value.sentence.values["when"] == at
    assert state(office, item) == InstanceState.SUSPENDED


def test_it_goes_on_with_the_time_that_it_stood_still(office: Office, item: UUID) -> None:
    before, [timer] = due(office, item), timers(office, item)
    office.now = datetime(2022, 9, 7, 2, tzinfo=UTC)  # Wednesday, 10:00 +08
    stop(office, suspend_item, item)
    office.now = datetime(2022, 9, 9, 2, tzinfo=UTC)  # two working days later
    stop(office, resume_item, item)
    after = due(office, item)
    assert {step: after[step] > moment for step, moment in before.items()} == dict.fromkeys(
        before, True
    )
    assert timers(office, item) == [timer + timedelta(days=2)]
    assert state(office, item) == InstanceState.ACTIVE
    office.desk_review(item)
    assert office.open_steps(item) == {"third_party_review": 1}


def test_no_timer_fires_and_nothing_is_overdue_meanwhile(office: Office, item: UUID) -> None:
    stop(office, suspend_item, item)
    assert timers(office, item) == []
    start, before = office.now, verbs(office, item)
    run_due(office.database, start + timedelta(days=90))
    assert verbs(office, item) == before
    office.now = start + timedelta(days=90)
    stop(office, resume_item, item)
    run_due(office.database, office.now)
    assert verbs(office, item) == [*before, "resume"]
    assert timers(office, item)[0] > office.now
    run_due(office.database, office.now + timedelta(days=15))
    assert "fire" in verbs(office, item)


def test_what_was_decided_before_a_suspension_is_not_recalled_behind_it(office: Office) -> None:
    item = office.start("P04")
    office.submit(item, "P04")
    task_id = office.task(item, "department_review")
    office.agree(item, "department_review", "d05.fin")
    stop(office, suspend_item, item)
    recall = (recall_decision, task_id, office.actor("d05.fin"), "", None)
    with pytest.raises(ConflictError, match="suspended"):
        office.act(*recall)
    stop(office, resume_item, item)
    with pytest.raises(ConflictError, match="gone on"):
        office.act(*recall)


def test_each_stop_is_refused_in_the_wrong_state(office: Office, item: UUID) -> None:
    with pytest.raises(ConflictError, match="Expected a suspended item"):
        stop(office, resume_item, item)
    stop(office, suspend_item, item)
    with pytest.raises(ConflictError, match="suspended since"):
        stop(office, suspend_item, item)
    stop(office, terminate_item, item)
    for verb in (suspend_item, terminate_item):
        with pytest.raises(ConflictError, match="ended"):
            stop(office, verb, item)
    with pytest.raises(ConflictError, match="Expected a suspended item"):
        stop(office, resume_item, item)


@pytest.mark.parametrize("verb", [suspend_item, resume_item, terminate_item])
def test_only_a_manager_stops_an_item_and_says_why(office: Office, item: UUID, verb: Any) -> None:
    for who in ("ctr.rev1", "d03u1.clerk", "owner"):
        with pytest.raises(NotPermittedError, match="permission"):
            stop(office, verb, item, who)
    if verb is resume_item:
        stop(office, suspend_item, item)
    with pytest.raises(InvalidInputError, match="reason"):
        stop(office, verb, item, reason="因为")
    with pytest.raises(ConflictError, match="version"):
        office.act(verb, any_task(office, item), office.actor("mgr"), WHY, 77)
    stop(office, verb, item)


def test_a_terminated_item_closes_all_that_is_open_and_the_goal_follows(
    office: Office, item: UUID
) -> None:
    stop(office, terminate_item, item)
    with office.database.unit_of_work(write=False) as session:
        instance = session.get_one(ProcessInstance, item)
        assert (instance.state, instance.end_event) == ("terminated", None)
        assert instance.ended_at is not None
        rows = session.execute(
            select(UserTask.step_id, UserTask.outcome, Seat.state)
            .join(Seat, Seat.task_id == UserTask.id)
            .where(UserTask.instance_id == item, UserTask.state == "cancelled")
        ).all()
        assert {tuple(row) for row in rows} == {
            ("center_desk_review", "terminate", SeatState.WITHDRAWN),
            ("third_party_review", "terminate", SeatState.WITHDRAWN),
        }
        file = open_goal_file(session, BY_TAG["P03"].code)
        assert file.latest is not None
        assert (file.latest.status, file.project.link_status) == ("withdrawn", "withdrawn")
        entries = [(each.verb, each.reason) for each in ledger_entries(session, item)]
        assert entries[-3] == ("terminate", WHY)
    assert timers(office, item) == []
    assert state(office, item) == InstanceState.TERMINATED


def test_a_suspended_item_may_be_terminated(office: Office, item: UUID) -> None:
    stop(office, suspend_item, item)
    stop(office, terminate_item, item)
    assert state(office, item) == InstanceState.TERMINATED


def test_what_was_terminated_may_be_started_afresh_once(office: Office, item: UUID) -> None:
    with pytest.raises(ConflictError, match="start once"):
        office.start("P03")
    stop(office, terminate_item, item)
    again = office.start("P03")
    office.submit(again, "P03")
    assert office.open_steps(again) == {"department_review": 1}
    with pytest.raises(ConflictError, match="start once"):
        office.start("P03")
    stop(office, terminate_item, again)
    assert office.start("P03") != again


def test_the_initiator_terminates_only_where_the_process_says_so(office: Office) -> None:
    text = "start s\n step a assignee=d05u1.clerk {more}\n end e\n s > a > e"
    play = small(office, text.format(more=""))
    with pytest.raises(NotPermittedError, match="permission"):
        stop(office, terminate_item, play.item, CLERK)
    free = small(office, text.format(more="appr.terminate=initiator"), "P_FREE")
    with pytest.raises(NotPermittedError, match="permission"):
        stop(office, terminate_item, free.item, "ctr.rev1")
    stop(office, terminate_item, free.item, CLERK)
    assert state(office, free.item) == InstanceState.TERMINATED


def test_whoever_opens_a_terminated_step_reads_what_ended_it(office: Office, item: UUID) -> None:
    desk = office.task(item, "center_desk_review")
    stop(office, terminate_item, item)
    with pytest.raises(ConflictError, match="terminated") as refusal:
        office.act(approve_task, desk, office.actor("ctr.rev1"), Decision("agree"))
    assert refusal.value.sentence.values["who"] == office.actor("mgr").name


def test_a_project_whose_item_was_terminated_before_its_goal_starts_again(office: Office) -> None:
    with office.database.unit_of_work(write=False) as session:
        project = project_by_code(session, BY_TAG["P04"].code)
    assert project.link_status != "withdrawn"
    item = office.start("P04")
    stop(office, terminate_item, item)  # before anything was submitted
    with office.database.unit_of_work(write=False) as session:
        assert project_by_code(session, BY_TAG["P04"].code).link_status == "withdrawn"
        assert open_goal_file(session, BY_TAG["P04"].code).latest is None

    def begin(session: Any, now: datetime) -> UUID:
        row = project_by_code(session, BY_TAG["P04"].code)
        return start_goal_review(session, row, office.actor(CLERK), now)

    assert Small(office, office.act(begin)).open == ["compile_goals"]
