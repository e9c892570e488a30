"""Starting a process instance for a subject: one project, one link, one year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError
from app.core.i18n import N_, Bilingual
from app.core.ids import new_id
from app.engine import start
from app.identity import Actor, Permission
from app.workflow.applying.actions import INSTANCE, Action
from app.workflow.applying.progress import Progress
from app.workflow.applying.steps import apply_step
from app.workflow.assignment.asking import InstanceFacts
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.definitions.versions import latest_definition_ids, process_of
from app.workflow.failures import failing_as_incident
from app.workflow.handlers import ServiceContext, bound_services
from app.workflow.ledger.entries import GENESIS
from app.workflow.models import ProcessInstance
from app.workflow.names import person_name
from app.workflow.states import InstanceState


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What an instance is about, as lists and boards show it."""

    code: str
    name: Bilingual
    unit_code: str
    department_code: str
    section_code: str
    agency_code: str | None
    fiscal_year: int
    #: 10k yuan.
    amount: Decimal
    is_key: bool

    def routing(self) -> dict[str, object]:
        """The variables that diagrams may read about the subject."""
        return {
            "unit": self.unit_code,
            "department": self.department_code,
            "section": self.section_code,
            "agency": self.agency_code,
            "fiscal_year": self.fiscal_year,
            "amount": self.amount,
            "is_key": self.is_key,
        }

    def facts(
        self, instance_id: UUID, process_key: str, business_key: str, initiator: Actor
    ) -> InstanceFacts:
        """What the choice of people may know of an item about this, in the initiator's name."""
        return InstanceFacts(
            instance_id=instance_id,
            process_key=process_key,
            business_key=business_key,
            subject_code=self.code,
            unit_code=self.unit_code,
            department_code=self.department_code,
            agency_code=self.agency_code,
            started_by_id=initiator.id,
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """The event that began an instance."""

    #: Id of the start event.
    element_id: str
    payload: Mapping[str, object]
    #: Name of the message or signal; empty for a timer.
    name: str


def start_instance(
    session: Session,
    process_key: str,
    business_key: str,
    subject: Subject,
    actor: Actor,
    now: datetime,
    variables: Mapping[str, object] | None = None,
) -> UUID:
    """Start the newest version of a process; gives the instance's id.

    Raises:
        ConflictError: this process already runs, or ran, under this business key.
        NotFoundError: no such process. NotPermittedError: the actor may not start processes.
    """
    actor.require(Permission.PROCESS_START)
    return begin_instance(session, process_key, business_key, subject, actor, now, variables)


def begin_instance(
    session: Session,
    process_key: str,
    business_key: str,
    subject: Subject,
    initiator: Actor,
    now: datetime,
    variables: Mapping[str, object] | None = None,
    event: Begun | None = None,
) -> UUID:
    """Start an instance in somebody's name: an act of that person, or of an event (`event`).

    Raises:
        ConflictError, NotFoundError: see `start_instance`.
    """
    refuse_second(session, process_key, business_key)
    definition_ids = latest_definition_ids(session, process_key)
    process = process_of(session, definition_ids)
    instance_id = new_id()
    session.connection().execute(
        insert(INSTANCE),
        {
            "id": instance_id,
            "definition_id": UUID(definition_ids[0]),
            "definition_ids": definition_ids,
            "process_key": process_key,
            "business_key": business_key,
            "subject_code": subject.code,
            "subject_zh": subject.name.zh,
            "subject_en": subject.name.en,
            "unit_code": subject.unit_code,
            "department_code": subject.department_code,
            "section_code": subject.section_code,
            "agency_code": subject.agency_code,
            "fiscal_year": subject.fiscal_year,
            "amount": subject.amount,
            "is_key": subject.is_key,
            "state": InstanceState.ACTIVE,
            "started_at": now,
            "started_by_id": initiator.id,
            "version": 1,
            "engine_state": b"",
            "variables": {},
            "progress": {},
            "ledger_length": 0,
            "ledger_head": GENESIS,
            "told_length": 0,
        },
    )
    action = Action(
        session=session,
        facts=subject.facts(instance_id, process_key, business_key, initiator),
        process=process,
        version=1,
        ledger_length=0,
        ledger_head=GENESIS,
        progress=Progress(),
        now=now,
        actor_id=None if event else initiator.id,
    )
    handlers = bound_services(ServiceContext(session, instance_id, business_key, subject.code))
    known = {**subject.routing(), **(variables or {})}
    with failing_as_incident(instance_id):
        if event is None:
            step = start(process, known, now, handlers)
        else:
            at, payload = event.element_id, event.payload
            step = start(process, known, now, handlers, at=at, payload=payload)
    if event is not None:
        verb = "receive" if event.name else "fire"
        action.record(verb, step_id=event.element_id, reason=event.name)
    action.record("start", to_state=InstanceState.ACTIVE, reason=business_key)
    apply_step(action, step, [], "start")
    return instance_id


def refuse_second(session: Session, process_key: str, business_key: str) -> None:
    """Refuse to start a process twice for one thing, and say who started it when.

    One that was terminated does not count: the thing may be started afresh.

    Raises:
        ConflictError: it runs, or ran to an end, under this business key.
    """
    known = session.execute(
        select(
            ProcessInstance.started_at,
            ProcessInstance.started_by_id,
            ProcessInstance.subject_code,
            ProcessDefinition.name_zh,
            ProcessDefinition.name_en,
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            ProcessInstance.process_key == process_key,
            ProcessInstance.business_key == business_key,
            ProcessInstance.state != InstanceState.TERMINATED,
        )
    ).first()
    if known is not None:
        raise ConflictError(
            N_("Expected {process} to start once for {key}, but {who} started it {when}."),
            process=Bilingual(known.name_zh, known.name_en),
            key=known.subject_code,
            who=person_name(session, known.started_by_id),
            when=known.started_at,
        )
