"""Playing events between items: throw, send, let the worker deliver, and look where all went."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import Sentence
from app.worker import run_due
from app.workflow.events.models import EventSubscription, Message
from app.workflow.events.posting import send_message
from app.workflow.instances import start_instance
from app.workflow.models import ProcessInstance
from tests.workflow.conftest import BY_TAG, Office
from tests.workflow.drawn import SUBJECT

#: Waits for `a` about its department, then for a person.
WAITS = """
    start s
    catch wait message=a correlationKey=department
    step after
    end e
    s > wait > after > e
"""
#: A person, then `a` is thrown to whoever waits for the same department.
THROWS = """
    start s
    step before
    throw tell message=a correlationKey=department carries="sum=amount, why=unit"
    end e
    s > before > tell > e
"""
#: Codes of two projects of the sample bureau.
ROAD, SCHOOL = BY_TAG["P03"].code, BY_TAG["P04"].code


def begin(
    office: Office, key: str, number: int = 1, who: str = "d03u1.clerk", **changes: Any
) -> UUID:
    """Start an item of a process about a matter like `SUBJECT`."""
    subject = replace(SUBJECT, **changes)

    def start(session: Session, now: datetime) -> UUID:
        return start_instance(session, key, f"{key}/{number}", subject, office.actor(who), now)

    item: UUID = office.act(start)
    return item


def send(
    office: Office,
    name: str = "a",
    correlation: str = "D03",
    payload: Mapping[str, object] | None = None,
    who: str = "mgr",
    **more: Any,
) -> UUID:
    """Send a message from outside."""

    def post(session: Session, now: datetime) -> UUID:
        return send_message(
            session, name, correlation, payload or {}, office.actor(who), now, **more
        )

    message: UUID = office.act(post)
    return message


def work(office: Office, later: timedelta = timedelta(0)) -> None:
    """Let the worker do all that is due, and all that follows from it."""
    office.now += later
    while run_due(office.database, office.now):
        pass


def states(office: Office) -> list[str]:
    """What became of each message, in the order in which they were sent."""
    with office.database.unit_of_work(write=False) as session:
        return list(session.scalars(select(Message.state).order_by(Message.id)))


def message(office: Office, message_id: UUID) -> Message:
    """The row of a message."""
    with office.database.unit_of_work(write=False) as session:
        return session.get_one(Message, message_id)


def problems(office: Office) -> list[str]:
    """Why messages are held."""
    with office.database.unit_of_work(write=False) as session:
        rows = session.scalars(select(Message).where(Message.state == "held").order_by(Message.id))
        return [str(Sentence.load(each.problem or {})) for each in rows]


def waiting(office: Office, item: UUID) -> list[tuple[str, str, str]]:
    """What an item waits for, as its rows say: element, name and correlation."""
    with office.database.unit_of_work(write=False) as session:
        rows = session.scalars(
            select(EventSubscription)
            .where(EventSubscription.instance_id == item)
            .order_by(EventSubscription.element_id)
        )
        return [(each.element_id, each.name, each.correlation) for each in rows]


def items(office: Office, key: str) -> list[ProcessInstance]:
    """Every item of a process, in the order in which they began."""
    with office.database.unit_of_work(write=False) as session:
        query = select(ProcessInstance).where(ProcessInstance.process_key == key)
        return list(session.scalars(query.order_by(ProcessInstance.id)))


def variable(office: Office, item: UUID, name: str) -> object:
    """A variable of an item."""
    with office.database.unit_of_work(write=False) as session:
        return session.get_one(ProcessInstance, item).variables.get(name)
