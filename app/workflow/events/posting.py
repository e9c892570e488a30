"""Writing messages and signals down, in the same transaction as what caused them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's, too
from sqlalchemy.orm import Session

from app.core.database import table_of, wake_worker
from app.core.errors import InvalidInputError, NotFoundError
from app.core.i18n import N_
from app.core.ids import new_id
from app.engine import Step, Thrown
from app.identity import Actor, Permission
from app.workflow.applying.actions import Action
from app.workflow.events.models import (
    LONGEST_NAME,
    DefinitionEvent,
    EventSubscription,
    Message,
    MessageKind,
    MessageState,
)
from app.workflow.events.payloads import packed
from app.workflow.events.waiting_rows import refuse_long
from app.workflow.failures import failing_as_incident
from app.workflow.resources import resources_of

MESSAGE = table_of(Message)
#: Nobody waits longer for a receiver.
LONGEST_LIFE = timedelta(days=3650)


def post_thrown(action: Action, step: Step) -> None:
    """Write what an engine step threw; it is delivered after the commit, by the worker."""
    rows: list[dict[str, Any]] = []
    for thrown in step.thrown:
        refuse_long(action, thrown.element_id, thrown.correlation)
        with failing_as_incident(action.instance_id, thrown.element_id):
            values = packed(action.session, thrown.payload)
        row = _row(action.session, thrown.kind, thrown.name, values, action.now) | {
            "sender_id": action.instance_id,
            "initiator_id": action.facts.started_by_id,
            "subject_code": action.facts.subject_code,
        }
        if thrown.kind == "message":
            rows.append(row | {"correlation": thrown.correlation or ""})
        else:
            rows += _to_all(action.session, row)
        _record(action, thrown)
    _write(action.session, rows)


def send_message(
    session: Session,
    name: str,
    correlation: str,
    payload: Mapping[str, object],
    actor: Actor,
    now: datetime,
    *,
    ttl: timedelta | None = None,
    key: str | None = None,
) -> UUID:
    """Send a message from outside; gives its id, and that of the first one under the same key.

    It goes to the one instance that has waited longest for this name and correlation, else it
    starts an instance, else it waits `ttl` for a receiver (the installation's default; zero: not
    at all). A payload may name the `subject` and the `business_key` of what it starts.

    Raises:
        NotPermittedError: the actor may not. NotFoundError: no process knows the message.
        InvalidInputError: a text or payload that no row holds, or a negative time to live.
    """
    actor.require(Permission.INCIDENT_MANAGE)
    _refuse_text(name, correlation, key)
    _refuse_unknown(session, MessageKind.MESSAGE, name)
    row = _row(session, MessageKind.MESSAGE, name, packed(session, payload), now, ttl) | {
        "correlation": correlation,
        "unique_key": key,
        "initiator_id": None if actor.is_system else actor.id,
    }
    _write(session, [row])
    if key is None:
        return UUID(str(row["id"]))
    query = select(Message.id).where(Message.name == name, Message.unique_key == key)
    return session.scalars(query).one()


def send_signal(
    session: Session, name: str, payload: Mapping[str, object], actor: Actor, now: datetime
) -> int:
    """Send a signal from outside to everybody who waits for it now; gives how many there are.

    Raises:
        NotPermittedError, NotFoundError, InvalidInputError: see `send_message`.
    """
    actor.require(Permission.INCIDENT_MANAGE)
    _refuse_text(name, "", None)
    _refuse_unknown(session, MessageKind.SIGNAL, name)
    row = _row(session, MessageKind.SIGNAL, name, packed(session, payload), now)
    row["initiator_id"] = None if actor.is_system else actor.id
    rows = list(_to_all(session, row))
    _write(session, rows)
    return len(rows)


def post_start(session: Session, event: DefinitionEvent, now: datetime) -> None:
    """Write that a timer start event is due."""
    row = _row(session, MessageKind.TIMER, "", {}, now)
    start = {"process_key": event.process_key, "element_id": event.element_id}
    _write(session, [row | start])


def _row(
    session: Session,
    kind: str,
    name: str,
    payload: Mapping[str, Any],
    now: datetime,
    ttl: timedelta | None = None,
) -> dict[str, Any]:
    if ttl is None:
        ttl = resources_of(session).settings.message_life
    if not timedelta(0) <= ttl <= LONGEST_LIFE:
        raise InvalidInputError(
            N_("Expected a time to live of zero to {most} days, found {found}."),
            most=LONGEST_LIFE.days,
            found=str(ttl),
        )
    return {
        "id": new_id(),
        "kind": kind,
        "name": name,
        "correlation": "",
        "payload": payload,
        "unique_key": None,
        "sent_at": now,
        "expires_at": now + ttl,
        "sender_id": None,
        "initiator_id": None,
        "subject_code": None,
        "receiver_id": None,
        "process_key": None,
        "element_id": None,
        "state": MessageState.NEW,
    }


def _to_all(session: Session, row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A signal, once for each instance that waits for it and for each process that it starts.

    Its own instance has heard it already. Who begins to wait later has missed it.
    """
    waits = (
        select(EventSubscription.instance_id)
        .where(EventSubscription.kind == MessageKind.SIGNAL, EventSubscription.name == row["name"])
        .distinct()
        .order_by(EventSubscription.instance_id)
    )
    for instance_id in session.scalars(waits):
        if instance_id != row["sender_id"]:
            yield {**row, "id": new_id(), "receiver_id": instance_id}
    starts = select(DefinitionEvent.process_key, DefinitionEvent.element_id).where(
        DefinitionEvent.kind == MessageKind.SIGNAL,
        DefinitionEvent.name == row["name"],
        DefinitionEvent.starts,
    )
    for key, element in session.execute(starts.order_by(DefinitionEvent.process_key)):
        yield {**row, "id": new_id(), "process_key": key, "element_id": element}


def _write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement. What was sent under the same key before is not written again."""
    if rows:
        once = insert(MESSAGE).on_conflict_do_nothing(index_elements=["name", "unique_key"])
        session.connection().execute(once, rows)
        wake_worker(session)


def _record(action: Action, thrown: Thrown) -> None:
    action.record(
        "throw",
        definition_key=thrown.definition_key,
        step_id=thrown.element_id,
        reason=thrown.name,
    )


def _refuse_text(name: str, correlation: str, key: str | None) -> None:
    for text in (name, correlation, key or ""):
        if len(text) > LONGEST_NAME or "\0" in text:
            raise InvalidInputError(
                N_("Expected at most {most} characters, found {found}."),
                most=LONGEST_NAME,
                found=len(text),
            )


def _refuse_unknown(session: Session, kind: MessageKind, name: str) -> None:
    """Refuse what no newest version and no running instance ever receives."""
    for table in (DefinitionEvent, EventSubscription):
        query = select(table.name).where(table.kind == kind, table.name == name).limit(1)
        if session.execute(query).first() is not None:
            return
    raise NotFoundError(
        N_("Expected the name of a {kind} that some process receives, found “{found}”."),
        kind=kind.value,
        found=name,
    )
