"""What operators do with messages that are under way: look, send again, discard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from app.core.database import table_of, wake_worker
from app.core.errors import ConflictError, NotFoundError
from app.core.i18n import N_
from app.identity import Actor, Permission
from app.workflow.events.models import ENDED, EventSubscription, Message, MessageState
from app.workflow.models import Incident, ProcessInstance

MESSAGE = table_of(Message)
#: Rows of each list of a page.
SHOWN = 100


@dataclass(frozen=True, slots=True)
class UnderWay:
    """What an operator sees: lists of the newest, and of those that have waited longest."""

    incidents: Sequence[Row[Incident, ProcessInstance]]
    #: Held, new and kept ones.
    messages: Sequence[Message]
    #: Events that instances wait for.
    waiting: Sequence[Row[EventSubscription, ProcessInstance]]
    #: Those that ended last.
    ended: Sequence[Message]


def under_way(session: Session, actor: Actor) -> UnderWay:
    """Incidents, messages on their way, events that are waited for, and what ended last.

    Raises:
        NotPermittedError: the actor does not resolve incidents.
    """
    actor.require(Permission.INCIDENT_MANAGE)
    incidents = (
        select(Incident, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(Incident.resolved_at.is_(None))
        .order_by(Incident.id.desc())
    )
    open_ones = select(Message).where(Message.state.not_in(ENDED)).order_by(Message.id.desc())
    waiting = (
        select(EventSubscription, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == EventSubscription.instance_id)
        .order_by(EventSubscription.since, EventSubscription.instance_id)
    )
    ended = select(Message).where(Message.ended_at.is_not(None)).order_by(Message.ended_at.desc())
    return UnderWay(
        incidents=session.execute(incidents.limit(SHOWN)).all(),
        messages=session.scalars(open_ones.limit(SHOWN)).all(),
        waiting=session.execute(waiting.limit(SHOWN)).all(),
        ended=session.scalars(ended.limit(SHOWN)).all(),
    )


def send_again(session: Session, message_id: UUID, actor: Actor, now: datetime) -> None:
    """Look for a receiver of a held or kept message once more, as if it were new.

    Its time to live begins again.

    Raises:
        NotPermittedError: the actor may not. ConflictError: it is over, or on its way.
    """
    message = _open(session, message_id, actor)
    if message.state == MessageState.NEW:
        raise ConflictError(N_("Expected a message that waits, but it is being delivered."))
    message.expires_at = now + (message.expires_at - message.sent_at)
    message.sent_at = now
    _release(message, actor, now)
    wake_worker(session)


def discard(session: Session, message_id: UUID, actor: Actor, now: datetime) -> None:
    """Let nobody get a message.

    Raises:
        NotPermittedError: the actor may not. ConflictError: it is over.
    """
    message = _open(session, message_id, actor)
    _release(message, actor, now)
    message.state, message.ended_at = MessageState.DISCARDED, now


def release_messages(session: Session, condition: Any) -> None:
    """Let held messages go on: their incident is resolved, or their item resumed."""
    written = session.connection().execute(
        update(MESSAGE)
        .where(MESSAGE.c.state == MessageState.HELD, condition)
        .values(state=MessageState.NEW, problem=None, incident_id=None)
    )
    if written.rowcount:
        wake_worker(session)


def _release(message: Message, actor: Actor, now: datetime) -> None:
    message.state, message.problem, message.incident_id = MessageState.NEW, None, None
    message.handled_by_id, message.handled_at = actor.id, now


def _open(session: Session, message_id: UUID, actor: Actor) -> Message:
    actor.require(Permission.INCIDENT_MANAGE)
    message = session.get(Message, message_id, with_for_update=True)
    if message is None:
        raise NotFoundError(N_("Expected a message, found none with this address."))
    if message.state in ENDED:
        raise ConflictError(
            N_("Expected a message on its way, but this one ended {when}."), when=message.ended_at
        )
    return message
