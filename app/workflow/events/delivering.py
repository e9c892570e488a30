"""Giving messages to their receivers, each in one transaction with what it causes there.

The row of a message is locked before the one instance that receives it; whoever throws locks its
own instance only. So no two transactions wait for each other (docs/decisions/0026).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, or_, select, union_all, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import CountersignError, InvalidInputError
from app.core.i18n import N_, Sentence
from app.engine import Handlers as Services
from app.engine import Process, Step, broadcast, deliver, unpack
from app.workflow.applying.actions import action_on
from app.workflow.applying.loading import load_instance, open_tasks_of
from app.workflow.applying.steps import apply_step
from app.workflow.definitions.versions import process_of
from app.workflow.events.models import (
    DefinitionEvent,
    EventSubscription,
    Message,
    MessageKind,
    MessageState,
)
from app.workflow.events.starts import begin_by_event
from app.workflow.failures import InstanceFailureError, failing_as_incident
from app.workflow.handlers import ServiceContext, bound_services
from app.workflow.incidents import open_incident
from app.workflow.states import InstanceState

MESSAGE = table_of(Message)
SUBSCRIPTION = table_of(EventSubscription)
#: How long the key of a message is remembered after it ended, and operators may look at it.
KEPT = timedelta(days=30)
_WAITING = (MessageState.NEW, MessageState.BUFFERED)

#: Gives what has happened to the engine: process, state, payload, services → step.
Happening = Callable[[Process, bytes, Mapping[str, object], Services], Step]


def due_messages(session: Session, now: datetime, limit: int = 50) -> list[UUID]:
    """New messages, and kept ones for which somebody waits by now; the oldest first.

    No instance is looked at. That a kept message has a receiver is asked of the rows, not noticed
    by whoever begins to wait: two transactions at once cannot miss each other.
    """
    new = select(MESSAGE.c.id).where(MESSAGE.c.state == MessageState.NEW)
    wanted = (
        select(MESSAGE.c.id)
        .join(
            SUBSCRIPTION,
            (SUBSCRIPTION.c.kind == MessageKind.MESSAGE)
            & (SUBSCRIPTION.c.name == MESSAGE.c.name)
            & (SUBSCRIPTION.c.correlation == MESSAGE.c.correlation),
        )
        .where(MESSAGE.c.state == MessageState.BUFFERED, MESSAGE.c.expires_at > now)
    )
    both = union_all(new.order_by(MESSAGE.c.id).limit(limit).subquery().select(), wanted).subquery()
    query = select(both.c.id).distinct().order_by(both.c.id).limit(limit)
    return list(session.scalars(query))


def deliver_message(session: Session, message_id: UUID, now: datetime) -> None:
    """Deliver one message, start an instance by it, or keep it; once, however often it is asked.

    Raises:
        CountersignError: its receiver cannot take it; nothing has changed (`hold_message`).
    """
    message = _take(session, message_id)
    if message is None:
        return  # another worker is at it, or was faster
    if message.state == MessageState.BUFFERED and message.expires_at <= now:
        _end(message, MessageState.EXPIRED, now)
    elif message.kind == MessageKind.MESSAGE:
        _deliver(session, message, now)
    elif message.receiver_id is not None:
        _signal(session, message, now)
    else:
        start = _start_at(session, message)
        _begin(session, start, message, now)
    session.flush()


def hold_message(
    session: Session, message_id: UUID, failure: CountersignError, now: datetime
) -> None:
    """Keep a message whose receiver failed, in a unit of work of its own; an operator sees why.

    Where an instance failed it gets an incident, and the message goes on once that is resolved.
    """
    message = _take(session, message_id)
    if message is None:
        return
    why = failure.sentence
    if isinstance(failure, InstanceFailureError):
        why, incident = failure.cause, open_incident(session, failure, now)
        if incident is not None:
            message.incident_id, message.receiver_id = incident.id, incident.instance_id
    elif isinstance(failure, InvalidInputError) and failure.problems:
        why = failure.problems[0].sentence
    message.state, message.problem = MessageState.HELD, why.dump()
    session.flush()


def has_ended(session: Session, now: datetime) -> bool:
    """Whether there is anything for `end_messages`."""
    for column, over in ((MESSAGE.c.expires_at, _expired(now)), (MESSAGE.c.ended_at, _old(now))):
        if session.execute(select(column).where(over).limit(1)).first() is not None:
            return True
    return False


def end_messages(session: Session, now: datetime) -> None:
    """End those whose time to live is over, and forget the old ones with their keys."""
    connection = session.connection()
    connection.execute(
        update(MESSAGE).where(_expired(now)).values(state=MessageState.EXPIRED, ended_at=now)
    )
    connection.execute(delete(MESSAGE).where(_old(now)))


def _expired(now: datetime) -> Any:
    return (MESSAGE.c.state == MessageState.BUFFERED) & (MESSAGE.c.expires_at <= now)


def _old(now: datetime) -> Any:
    return MESSAGE.c.ended_at < now - KEPT


def _take(session: Session, message_id: UUID) -> Message | None:
    """The locked row, unless it is over or another transaction has it."""
    return session.scalars(
        select(Message)
        .where(Message.id == message_id, Message.state.in_(_WAITING))
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _deliver(session: Session, message: Message, now: datetime) -> None:
    """To whoever has waited longest; else it begins an instance; else it is kept."""
    found = _longest_waiting(session, message)
    if found is not None:
        instance = load_instance(session, found.instance_id, lock=True)
        if _still_waits(session, found):
            _give(session, instance, found, message, now)
        return  # otherwise the worker looks for another one, without this instance's lock
    start = _start_by(session, message) if message.state == MessageState.NEW else None
    if start is not None:
        _begin(session, start, message, now)
    elif message.expires_at > now:
        message.state = MessageState.BUFFERED
    else:
        _end(message, MessageState.EXPIRED, now)


def _longest_waiting(session: Session, message: Message) -> Row[Any] | None:
    query = (
        select(SUBSCRIPTION)
        .where(
            SUBSCRIPTION.c.kind == MessageKind.MESSAGE,
            SUBSCRIPTION.c.name == message.name,
            SUBSCRIPTION.c.correlation == message.correlation,
        )
        .order_by(SUBSCRIPTION.c.since, SUBSCRIPTION.c.instance_id, SUBSCRIPTION.c.waiting_id)
        .limit(1)
    )
    return session.execute(query).one_or_none()


def _still_waits(session: Session, found: Row[Any]) -> bool:
    """Asked once the instance is locked: another message may have come before."""
    query = select(SUBSCRIPTION.c.waiting_id).where(
        SUBSCRIPTION.c.instance_id == found.instance_id,
        SUBSCRIPTION.c.waiting_id == found.waiting_id,
    )
    return session.execute(query).first() is not None


def _give(
    session: Session, instance: Row[Any], found: Row[Any], message: Message, now: datetime
) -> None:
    def happen(
        process: Process, state: bytes, payload: Mapping[str, object], services: Services
    ) -> Step:
        return deliver(process, state, found.waiting_id, payload, now, services)

    place = {"definition_key": found.definition_key, "step_id": found.element_id}
    _happen(session, instance, message, happen, place, now)
    message.receiver_id = found.instance_id
    message.process_key, message.element_id = found.definition_key, found.element_id


def _signal(session: Session, message: Message, now: datetime) -> None:
    """Everybody in the instance who waits for the signal hears it at once."""
    if message.receiver_id is None:
        raise AssertionError("A signal goes to an instance or begins one.")
    instance = load_instance(session, message.receiver_id, lock=True)
    if instance.state == InstanceState.SUSPENDED:
        message.state = MessageState.HELD
        message.problem = Sentence(N_("The item is suspended; this goes on with it."), {}).dump()
        return
    waits = session.execute(
        select(SUBSCRIPTION.c.definition_key, SUBSCRIPTION.c.element_id.label("step_id"))
        .where(
            SUBSCRIPTION.c.instance_id == message.receiver_id,
            SUBSCRIPTION.c.kind == MessageKind.SIGNAL,
            SUBSCRIPTION.c.name == message.name,
        )
        .order_by(SUBSCRIPTION.c.since, SUBSCRIPTION.c.waiting_id)
    ).first()
    if waits is None:
        _end(message, MessageState.EXPIRED, now)
        return

    def happen(
        process: Process, state: bytes, payload: Mapping[str, object], services: Services
    ) -> Step:
        return broadcast(process, state, message.name, payload, now, services)

    _happen(session, instance, message, happen, waits._asdict(), now)


def _happen(
    session: Session,
    instance: Row[Any],
    message: Message,
    happen: Happening,
    place: Mapping[str, str],
    now: datetime,
) -> None:
    """Let the engine go on, write what follows, and end the message: one transaction."""
    process = process_of(session, instance.definition_ids)
    action = action_on(session, instance, process, None, now)
    action.record("receive", reason=message.name, **place)
    services = bound_services(
        ServiceContext(
            session, action.instance_id, instance.business_key, instance.subject_code
        )
    )  # fmt: skip
    with failing_as_incident(action.instance_id, place["step_id"]):
        step = happen(process, instance.engine_state, unpack(message.payload), services)
    apply_step(action, step, open_tasks_of(session, action.instance_id), "receive")
    _end(message, MessageState.DELIVERED, now)


def _begin(
    session: Session, start: DefinitionEvent | None, message: Message, now: datetime
) -> None:
    if start is None:  # a newer version begins no longer by it
        _end(message, MessageState.EXPIRED, now)
        return
    message.receiver_id = begin_by_event(session, start, message, now)
    message.process_key, message.element_id = start.process_key, start.element_id
    _end(message, MessageState.DELIVERED, now)


def _start_by(session: Session, message: Message) -> DefinitionEvent | None:
    query = select(DefinitionEvent).where(
        DefinitionEvent.kind == MessageKind.MESSAGE,
        DefinitionEvent.name == message.name,
        DefinitionEvent.starts,
    )
    return session.scalars(query).first()


def _start_at(session: Session, message: Message) -> DefinitionEvent | None:
    query = select(DefinitionEvent).where(
        DefinitionEvent.process_key == message.process_key,
        DefinitionEvent.element_id == message.element_id,
        DefinitionEvent.kind == message.kind,
        DefinitionEvent.starts,
        or_(DefinitionEvent.name == message.name, DefinitionEvent.kind == MessageKind.TIMER),
    )
    return session.scalars(query).one_or_none()


def _end(message: Message, state: MessageState, now: datetime) -> None:
    message.state, message.ended_at = state, now
