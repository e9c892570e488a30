"""A step that is done several times, as other tools draw it: a task for each person of a list."""

from uuid import UUID

from sqlalchemy import select

from app.identity import User
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.ledger.entries import verify
from app.workflow.models import Seat, UserTask
from app.workflow.states import TaskState
from tests.workflow.conftest import Office
from tests.workflow.drawn import acts, begin, deploy

#: As the modeler of Camunda 7 writes it.
REVIEW = """
start s
<bpmn:scriptTask id="list" scriptFormat="feel" camunda:resultVariable="reviewers"><bpmn:script>["perf.ex1", "perf.ex2", "ctr.rev1"]</bpmn:script></bpmn:scriptTask>
<bpmn:userTask id="review" name="会审" camunda:assignee="${reviewer}"><bpmn:extensionElements><camunda:properties>MORE</camunda:properties></bpmn:extensionElements><bpmn:multiInstanceLoopCharacteristics isSequential="TURNS" camunda:collection="reviewers" camunda:elementVariable="reviewer"><bpmn:completionCondition xsi:type="bpmn:tFormalExpression" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">${nrOfCompletedInstances &gt;= 2}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
step after assignee=bud.1 appr.returnTo=any
end e
s > list > review > after > e
"""  # noqa: E501  a line is an element


def started(office: Office, turns: str = "false", **properties: str) -> UUID:
    more = "".join(
        f'<camunda:property name="appr.{name}" value="{value}"/>'
        for name, value in properties.items()
    )
    deploy(office, REVIEW.replace("TURNS", turns).replace("MORE", more))
    return begin(office)


def asked(office: Office, item: UUID) -> list[tuple[str, str, str]]:
    """Who is asked for a review, the state of the task and of the seat, in order of opening."""
    with office.database.unit_of_work(write=False) as session:
        rows = session.execute(
            select(User.username, UserTask.state, Seat.state)
            .join(Seat, Seat.holder_id == User.id)
            .join(UserTask, UserTask.id == Seat.task_id)
            .where(UserTask.instance_id == item, UserTask.step_id == "review")
            .order_by(UserTask.visit)
        )
        return [(name, task, seat) for name, task, seat in rows]


def agree(office: Office, item: UUID, who: str) -> None:
    with office.database.unit_of_work(write=False) as session:
        task_id = session.scalars(
            select(UserTask.id)
            .join(Seat, Seat.task_id == UserTask.id)
            .where(UserTask.instance_id == item, UserTask.state == TaskState.OPEN)
            .where(Seat.holder_id == office.actor(who).id)
        ).one()
    office.act(approve_task, task_id, office.actor(who), Decision("agree", {}, "同意。"))


def test_each_person_of_the_list_has_a_task_and_two_of_three_are_enough(office: Office) -> None:
    item = started(office)
    assert asked(office, item) == [
        ("perf.ex1", "open", "open"), ("perf.ex2", "open", "open"), ("ctr.rev1", "open", "open"),
    ]  # fmt: skip

    agree(office, item, "perf.ex2")
    assert office.open_steps(item).keys() == {"review"}
    agree(office, item, "perf.ex1")

    assert office.open_steps(item) == {"after": 1}
    assert asked(office, item) == [
        ("perf.ex1", "completed", "approved"),
        ("perf.ex2", "completed", "approved"),
        ("ctr.rev1", "cancelled", "not_needed"),
    ]
    assert [each for each in acts(office, item) if each[0] == "cancel"] == [
        ("cancel", "review", "perf.ex1", "approve")
    ]
    with office.database.unit_of_work(write=False) as session:
        assert verify(session, item).is_sound


def test_one_after_the_other_is_asked_until_it_is_enough(office: Office) -> None:
    item = started(office, turns="true")
    assert asked(office, item) == [("perf.ex1", "open", "open")]
    agree(office, item, "perf.ex1")
    assert asked(office, item)[1:] == [("perf.ex2", "open", "open")]
    agree(office, item, "perf.ex2")
    assert office.open_steps(item) == {"after": 1}


def test_a_return_asks_everybody_again(office: Office) -> None:
    item = started(office)
    agree(office, item, "perf.ex1")
    agree(office, item, "ctr.rev1")
    office.send_back(item, "after", "bud.1", "review")
    assert [each for each in asked(office, item) if each[1] == "open"] == [
        ("perf.ex1", "open", "open"), ("perf.ex2", "open", "open"), ("ctr.rev1", "open", "open"),
    ]  # fmt: skip


def test_instances_that_need_nobody_are_passed_each_for_itself(office: Office) -> None:
    """Two of them are the initiator's own: that is no circle."""
    lines = REVIEW.replace("perf.ex1", "d03u1.clerk").replace("perf.ex2", "d03u1.clerk")
    own = '<camunda:property name="appr.self" value="skip"/>'
    for turns in ("false", "true"):
        deploy(office, lines.replace("TURNS", turns).replace("MORE", own), f"P_{turns.upper()}")
        item = begin(office, key=f"P_{turns.upper()}")
        assert office.open_steps(item) == {"after": 1}
        assert [each[0] for each in acts(office, item)].count("skip") == 2
