"""One approval step with a rule of its own, and the people who sign it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity import User
from app.workflow.applying.loading import load_task
from app.workflow.deciding.decisions import (
    Decision,
    abstain_task,
    approve_task,
    reject_task,
    return_task,
)
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.instances import Subject, start_instance
from app.workflow.ledger import entries as ledger
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.permits.tasks import return_choices
from app.workflow.tracking.history import ledger_entries
from app.workflow.voting.signing import add_signer, delegate_task, remove_signer, resolve_delegation
from tests.workflow.conftest import REASON, Office

_DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="test">
  <process id="P_ROUND" name="A round" isExecutable="true">
    <startEvent id="begin"/>
    <userTask id="draft" camunda:candidateUsers="d05u1.clerk"/>
    <userTask id="review" {who}>
      <extensionElements><camunda:properties>{properties}</camunda:properties></extensionElements>
    </userTask>
    <exclusiveGateway id="decided" default="yes"/>
    <userTask id="next" camunda:candidateUsers="bud.1"/>
    <endEvent id="approved"/>
    <endEvent id="refused"/>
    <sequenceFlow id="a" sourceRef="begin" targetRef="draft"/>
    <sequenceFlow id="b" sourceRef="draft" targetRef="review"/>
    <sequenceFlow id="c" sourceRef="review" targetRef="decided"/>
    <sequenceFlow id="yes" sourceRef="decided" targetRef="next"/>
    <sequenceFlow id="no" sourceRef="decided" targetRef="refused">
      <conditionExpression>review.outcome = "reject"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="edits" sourceRef="decided" targetRef="next">
      <conditionExpression>review.outcome = "agree_with_edits"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="back" sourceRef="decided" targetRef="draft">
      <conditionExpression>review.outcome = "return_to_unit"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="d" sourceRef="next" targetRef="approved"/>
  </process>
</definitions>"""

SUBJECT = Subject(
    code="T-1",
    name=Bilingual("试件", "A test"),
    unit_code="D05U1",
    department_code="D05",
    section_code="ECO",
    agency_code=None,
    fiscal_year=2023,
    amount=Decimal(100),
    is_key=False,
)


def round_diagram(
    users: Sequence[str] = (), groups: Sequence[str] = (), **properties: str
) -> bytes:
    """The diagram; the property `mode="all"` is `appr.mode`."""
    said = "".join(
        f'<camunda:property name="appr.{name}" value="{value}"/>'
        for name, value in properties.items()
    )
    who = f'camunda:candidateUsers="{",".join(users)}"' if users else ""
    who += f' camunda:candidateGroups="{",".join(groups)}"' if groups else ""
    return _DIAGRAM.format(who=who, properties=said).encode()


@dataclass
class Round:
    """The step `review` of one item, driven by user name."""

    office: Office
    item: UUID

    @property
    def task(self) -> UUID:
        """The newest visit of the step."""
        newest = (
            select(UserTask.id)
            .where(UserTask.instance_id == self.item, UserTask.step_id == "review")
            .order_by(UserTask.visit.desc())
            .limit(1)
        )
        with self.office.database.unit_of_work(write=False) as session:
            return session.scalars(newest).one()

    def agree(self, *names: str, outcome: str = "agree") -> None:
        for who in names:
            self._decide(approve_task, who, Decision(outcome, opinion=f"{who}同意。"))

    def reject(self, *names: str) -> None:
        for who in names:
            self._decide(reject_task, who, Decision("reject", opinion=REASON))

    def abstain(self, *names: str) -> None:
        for who in names:
            self._decide(abstain_task, who, Decision("agree", opinion=""))

    def send_back(self, who: str) -> None:
        with self.office.database.unit_of_work(write=False) as session:
            choices = return_choices(load_task(session, self.task, lock=False))
        self._decide(return_task, who, Decision("return", opinion=REASON, target=choices[0]))

    def add(self, who: str, signer: str, how: str, reason: str = REASON) -> None:
        actors = self.office.actor(who), self.office.actor(signer).id
        self.office.act(add_signer, self.task, *actors, how, reason, None)

    def delegate(self, who: str, delegate: str) -> None:
        actors = self.office.actor(who), self.office.actor(delegate).id
        self.office.act(delegate_task, self.task, *actors, REASON, None)

    def advise(self, who: str, opinion: str = "建议压减会议费。") -> None:
        self.office.act(resolve_delegation, self.task, self.office.actor(who), opinion, None)

    def remove(self, who: str, signer: str) -> None:
        self.office.act(
            remove_signer, self.task, self.office.actor(who), self.seat(signer).id, None
        )

    def _decide(self, verb: Any, who: str, decision: Decision) -> None:
        self.office.act(verb, self.task, self.office.actor(who), decision)

    def all_seats(self) -> list[tuple[str, Seat]]:
        """Every seat of the step with the user name of its holder, or its candidate."""
        with self.office.database.unit_of_work(write=False) as session:
            rows = session.execute(
                select(Seat, User.username)
                .outerjoin(User, User.id == Seat.holder_id)
                .where(Seat.task_id == self.task)
                .order_by(Seat.position, Seat.id)
            )
            return [(name or seat.group_key.partition("@")[2], seat) for seat, name in rows]

    def seat(self, who: str) -> Seat:
        """The newest seat of a person."""
        return [seat for name, seat in self.all_seats() if name == who][-1]

    def seats(self) -> dict[str, str]:
        """The state of everybody's seat."""
        return {name: seat.state for name, seat in self.all_seats()}

    @property
    def where(self) -> str:
        """`review` while the step is open, then the next step, the step before, or the end."""
        steps = self.office.open_steps(self.item)
        with self.office.database.unit_of_work(write=False) as session:
            return next(iter(steps), session.get_one(ProcessInstance, self.item).end_event or "")

    def verbs(self) -> list[str]:
        """What the ledger says; it must be sound."""
        with self.office.database.unit_of_work(write=False) as session:
            assert ledger.verify(session, self.item).is_sound
            return [each.verb for each in ledger_entries(session, self.item)]


def begin_round(
    office: Office,
    users: Sequence[str] = ("ctr.rev1", "ctr.rev2", "ctr.rev3"),
    groups: Sequence[str] = (),
    more: Mapping[str, str] | None = None,
    **properties: str,
) -> Round:
    """Deploy the diagram with this rule and bring an item to its step `review`."""
    xml = round_diagram(users, groups, **properties, **(more or {}))

    def begin(session: Session, now: datetime) -> UUID:
        deploy_definition(session, None, xml, "", now)
        clerk = office.actor("d05u1.clerk")
        return start_instance(session, "P_ROUND", "T-1", SUBJECT, clerk, now)

    item: UUID = office.act(begin)
    office.agree(item, "draft", "d05u1.clerk", {})
    return Round(office, item)
