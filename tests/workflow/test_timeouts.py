"""Time-outs: reminders ahead, escalation, decisions by the system actor; once, in order, honest."""

import re
import threading
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from app.core.errors import CountersignError, InvalidInputError
from app.core.i18n import N_
from app.core.settings import ROOT
from app.engine import ServiceCall
from app.identity import SYSTEM
from app.notify.models import Notice
from app.projects.messages import ask
from app.worker import run_due
from app.workflow import handlers
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import claim_task
from app.workflow.clocks.alarms import due_query, due_tasks
from app.workflow.copies import copies_of
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.definitions.inspection import inspect_definition
from app.workflow.handlers import ServiceContext
from app.workflow.incidents import resolve_incident
from app.workflow.ledger.entries import verify
from app.workflow.models import ProcessInstance, Seat, UserTask, Vote
from app.workflow.states import InstanceState, SeatState
from app.workflow.tracking.history import ledger_entries, open_incidents, open_seats
from app.workflow.voting.own_seats import own_seat
from tests.workflow.conftest import Office

READ_ONLY = {"appr.field.*": "read"}


def diagram(step: str, **properties: str) -> bytes:
    """P_GOAL with further properties at one step (`timeout="approve"` is `appr.timeout`)."""
    xml = (ROOT / "bpmn" / "P_GOAL.bpmn").read_text(encoding="utf-8")
    named = {name if "." in name else f"appr.{name}": word for name, word in properties.items()}
    head, tail = xml.split(f'<bpmn:userTask id="{step}"', 1)
    inside, rest = tail.split("</camunda:properties>", 1)
    for name, word in named.items():
        line = f'<camunda:property name="{name}" value="{word}" />'
        inside = re.sub(rf'<camunda:property name="{re.escape(name)}" [^>]*/>', "", inside)
        inside += line
    return f'{head}<bpmn:userTask id="{step}"{inside}</camunda:properties>{rest}'.encode()


def deploy(office: Office, step: str = "department_review", **properties: str) -> None:
    with office.database.unit_of_work() as session:
        deploy_definition(session, None, diagram(step, **properties), "", office.now)


def item_at_department(office: Office) -> UUID:
    item = office.start("P04")
    office.submit(item, "P04")
    return item


def task_row(office: Office, task_id: UUID) -> UserTask:
    with office.database.unit_of_work(write=False) as session:
        return session.get_one(UserTask, task_id)


def verbs(office: Office, item: UUID) -> list[str]:
    with office.database.unit_of_work(write=False) as session:
        return [each.verb for each in ledger_entries(session, item)]


def told(office: Office, kind: str) -> list[str]:
    with office.database.unit_of_work(write=False) as session:
        return sorted(session.scalars(select(Notice.address).where(Notice.kind == kind)))


def states(office: Office, task_id: UUID) -> list[str]:
    with office.database.unit_of_work(write=False) as session:
        query = select(Seat.state).where(Seat.task_id == task_id).order_by(Seat.position)
        return list(session.scalars(query))


# reminders


def test_reminders_come_ahead_of_the_due_date_each_once(office: Office) -> None:
    deploy(office, remind="P2BD P1BD")
    item = item_at_department(office)
    task = task_row(office, office.task(item, "department_review"))
    alarms = []
    for _ in range(3):
        alarm = task_row(office, task.id).alarm_at
        assert alarm is not None
        alarms.append(alarm)
        run_due(office.database, alarm - timedelta(seconds=1))
        run_due(office.database, alarm)
        run_due(office.database, alarm)

    # Opened on Monday; due on Thursday at 18:00.
    assert alarms == [task.due_at - timedelta(days=2), task.due_at - timedelta(days=1), task.due_at]
    assert verbs(office, item)[-3:] == ["remind", "remind", "overdue"]
    assert told(office, "due") == ["department_reviewer@D05"] * 2
    assert told(office, "overdue") == ["department_reviewer@D05"]
    assert task_row(office, task.id).alarm_at is None


def test_a_reminder_that_is_past_already_is_left_out(office: Office) -> None:
    deploy(office, remind="P9BD P1BD")
    item = item_at_department(office)

    task = task_row(office, office.task(item, "department_review"))

    assert task.alarm_at == task.due_at - timedelta(days=1)


# escalation


def test_a_late_step_is_given_to_the_superior_as_well(office: Office) -> None:
    deploy(office, timeout="escalate", escalate="department_head")
    item = item_at_department(office)
    task_id = office.task(item, "department_review")
    office.act(claim_task, task_id, office.actor("d05.fin"), None)
    office.now = task_row(office, task_id).due_at

    run_due(office.database, office.now)
    run_due(office.database, office.now)

    assert verbs(office, item)[-2:] == ["overdue", "escalate"]
    assert told(office, "overdue") == ["department_head@D05", "user@d05.fin"]
    with office.database.unit_of_work(write=False) as session:
        seats = open_seats(session, item)
        assert [each.addresses for each in seats] == [("user@d05.fin",), ("department_head@D05",)]
        entry = ledger_entries(session, item)[-1]
        assert (entry.actor_id, entry.to_state) == (None, "department_head@D05")
    office.now += timedelta(hours=1)
    office.agree(item, "department_review", head_of(office))
    assert states(office, task_id) == ["not_needed", "approved"]
    assert office.open_steps(item) == {"preliminary_review": 1}


def test_the_superiors_claim_does_not_take_the_holders_seat(office: Office) -> None:
    deploy(office, timeout="escalate", escalate="department_head")
    item = item_at_department(office)
    task_id = office.task(item, "department_review")
    office.act(claim_task, task_id, office.actor("d05.fin"), None)
    office.now = task_row(office, task_id).due_at
    run_due(office.database, office.now)

    office.act(claim_task, task_id, office.actor(head_of(office)), None)

    with office.database.unit_of_work(write=False) as session:
        holder = load_task(session, task_id, lock=False)
        assert own_seat(holder, office.actor("d05.fin")) is not None
        assert own_seat(holder, office.actor(head_of(office))) is not None


def test_where_everybody_signs_the_superior_gets_a_copy_and_no_seat(office: Office) -> None:
    deploy(office, timeout="escalate", escalate="department_head", mode="all")
    item = item_at_department(office)
    task_id = office.task(item, "department_review")

    run_due(office.database, task_row(office, task_id).due_at)

    assert states(office, task_id) == ["open"]
    with office.database.unit_of_work(write=False) as session:
        assert [each.group_key for each in copies_of(session, item)] == ["department_head@D05"]
    assert "department_head@D05" in told(office, "overdue")


def head_of(office: Office) -> str:
    """The head of department D05."""
    from app.identity import members  # noqa: PLC0415

    with office.database.unit_of_work(write=False) as session:
        return members(session, "department_head@D05")[0].username


# decisions


def test_an_approval_by_time_is_nobodys_vote(office: Office) -> None:
    deploy(office, timeout="approve", **READ_ONLY)
    item = item_at_department(office)
    task_id = office.task(item, "department_review")
    office.act(claim_task, task_id, office.actor("d05.fin"), None)
    office.now = task_row(office, task_id).due_at

    run_due(office.database, office.now)

    task = task_row(office, task_id)
    assert (task.state, task.outcome, task.closed_by_id) == ("completed", "agree", None)
    assert states(office, task_id) == [SeatState.EXPIRED]
    assert office.open_steps(item) == {"preliminary_review": 1}
    with office.database.unit_of_work(write=False) as session:
        assert session.scalars(select(Vote).where(Vote.task_id == task_id)).all() == []
        entry = next(e for e in ledger_entries(session, item) if e.verb == "time_out")
        assert (entry.actor_id, entry.to_state) == (None, "agree")
        instance = session.get_one(ProcessInstance, item)
        assert "department_review" not in instance.progress["acted"]
        assert verify(session, item).is_sound
    assert told(office, "overdue") == ["user@d05.fin"]


def test_the_holder_who_comes_too_late_is_told_that_the_system_decided(office: Office) -> None:
    deploy(office, timeout="approve", **READ_ONLY)
    item = item_at_department(office)
    task_id = office.task(item, "department_review")
    run_due(office.database, task_row(office, task_id).due_at)

    with pytest.raises(CountersignError, match=SYSTEM.name.en), office.database.unit_of_work() as s:
        claim_task(s, task_id, office.actor("d05.fin"), None, office.now)


def test_a_rejection_by_time_follows_the_drawn_flow(office: Office) -> None:
    deploy(office, "final_review", timeout="reject")
    item = item_at_department(office)
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    office.agree(item, "re_examination", "perf.ex1")
    task_id = office.task(item, "final_review")

    run_due(office.database, task_row(office, task_id).due_at)

    assert task_row(office, task_id).outcome == "reject"
    assert states(office, task_id) == [SeatState.EXPIRED]
    with office.database.unit_of_work(write=False) as session:
        assert session.get_one(ProcessInstance, item).state == InstanceState.COMPLETED
    assert office.open_steps(item) == {}


def test_nothing_happens_while_the_clock_stands_still_or_the_item_is_suspended(
    office: Office,
) -> None:
    deploy(office, timeout="approve", remind="P1BD", **READ_ONLY)
    asked, suspended = item_at_department(office), office.start("P03")
    office.act(
        ask,
        office.task(asked, "department_review"),
        office.actor("d05.fin"),
        "d05u1.clerk",
        "请说明资金来源。",
    )
    with office.database.unit_of_work() as session:
        session.execute(
            update(ProcessInstance)
            .where(ProcessInstance.id == suspended)
            .values(state=InstanceState.SUSPENDED, suspended_at=office.now)
        )

    run_due(office.database, office.now + timedelta(days=90))

    assert office.open_steps(asked) == {"department_review": 1}
    assert not {"overdue", "remind", "time_out"} & {
        *verbs(office, asked),
        *verbs(office, suspended),
    }


# many, and failing ones


def test_several_workers_run_each_alarm_exactly_once(office: Office) -> None:
    deploy(office, timeout="approve", **READ_ONLY)
    items = [item_at_department(office)]
    due = task_row(office, office.task(items[0], "department_review")).due_at
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        run_due(office.database, due)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for item in items:
        assert verbs(office, item).count("time_out") == 1
        assert verbs(office, item).count("overdue") == 1
        assert office.open_steps(item) == {"preliminary_review": 1}


def test_alarms_go_off_in_their_order(office: Office) -> None:
    first = item_at_department(office)
    office.now += timedelta(days=2)
    second = office.start("P03")

    later = office.now + timedelta(days=60)
    with office.database.unit_of_work(write=False) as session:
        found = due_tasks(session, later)

    assert found == [office.task(first, "department_review"), office.task(second, "compile_goals")]


def test_a_failing_time_out_opens_an_incident_and_holds_nobody_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = item_at_department_with_approval(office)
    healthy = office.start("P03")
    later = office.now + timedelta(days=30)

    def refuse(_context: ServiceContext, _call: ServiceCall) -> None:
        raise InvalidInputError(N_("No."))

    monkeypatch.setitem(handlers._services, "refuse_goal", refuse)
    run_due(office.database, later)
    run_due(office.database, later)

    with office.database.unit_of_work(write=False) as session:
        [incident] = open_incidents(session, broken)
        assert due_tasks(session, later) == []
    assert "time_out" not in verbs(office, broken)
    assert verbs(office, broken).count("incident") == 1
    assert "overdue" in verbs(office, healthy)

    monkeypatch.undo()
    office.now = later
    office.act(resolve_incident, incident.id, office.actor("mgr"))
    run_due(office.database, later)
    assert "time_out" in verbs(office, broken)


def item_at_department_with_approval(office: Office) -> UUID:
    """At the final review, whose time-out rejects; the rejection runs a service."""
    deploy(office, "final_review", timeout="reject")
    item = item_at_department(office)
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    office.agree(item, "re_examination", "perf.ex1")
    return item


def test_the_worker_finds_alarms_by_their_index(office: Office) -> None:
    with office.database.unit_of_work(write=False) as session:
        dialect = session.get_bind().dialect
        explain = "EXPLAIN QUERY PLAN"
        if dialect.name == "postgresql":
            session.execute(text("SET LOCAL enable_seqscan = off"))
            explain = "EXPLAIN"
        literal = {"literal_binds": True}
        query = str(due_query(office.now, 50).compile(dialect=dialect, compile_kwargs=literal))

        plan = session.connection().exec_driver_sql(f"{explain} {query}").all()

    assert "ix_user_task_alarm" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


# the deploy gate


@pytest.mark.parametrize(
    ("step", "properties", "refusal"),
    [
        ("department_review", {"timeout": "explode"}, "Expected the time-out appr.timeout to be"),
        ("department_review", {"timeout": "escalate"}, "Expected appr.escalate to name who gets"),
        (
            "department_review",
            {"timeout": "escalate", "escalate": "janitor"},
            "Expected a role of the bureau for the step Department review, found “janitor”",
        ),
        ("department_review", {"escalate": "department_head"}, "Expected the time-out “escalate”"),
        ("department_review", {"timeout": "approve"}, "Expected a step without required answers"),
        (
            "department_review",
            {"timeout": "reject", **READ_ONLY},
            "to draw the outcome “reject” for its time-out",
        ),
        ("department_review", {"remind": "P1D"}, "Expected appr.remind to say working days"),
        ("department_review", {"remind": "P0BD"}, "Expected appr.remind to say working days"),
        ("department_review", {"remind": "P1BD soon"}, "found “soon”"),
    ],
)
def test_the_gate_refuses_what_could_never_work(
    office: Office, step: str, properties: dict[str, str], refusal: str
) -> None:
    with office.database.unit_of_work(write=False) as session:
        found = inspect_definition(session, diagram(step, **properties))

    assert not found.is_deployable
    assert any(refusal in str(each) for each in found.problems), found.problems


@pytest.mark.parametrize(
    "properties",
    [
        {"timeout": "remind", "remind": "P3BD P1BD"},
        {"timeout": "escalate", "escalate": "department_head performance_head"},
        {"timeout": "approve", **READ_ONLY},
    ],
)
def test_the_gate_lets_sound_time_outs_pass(office: Office, properties: dict[str, str]) -> None:
    with office.database.unit_of_work(write=False) as session:
        found = inspect_definition(session, diagram("department_review", **properties))

    assert [str(each) for each in found.problems if each.level == "block"] == []
