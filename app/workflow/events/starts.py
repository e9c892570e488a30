"""Beginning an instance by an event: what it is about, and in whose name it runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.engine import unpack
from app.identity import Actor, User, load_actor
from app.workflow.events.models import DefinitionEvent, Message
from app.workflow.instances import Begun, Subject, begin_instance

#: Names in a payload: the code of what the new instance is about, and its business key.
SUBJECT, BUSINESS_KEY = "subject", "business_key"
LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Matter:
    """What an instance of a process is to be about."""

    subject: Subject
    #: Where the process may run only once for it.
    business_key: str | None = None


#: Finds what a code names for an instance of a process, or refuses by raising.
MatterFinder = Callable[[Session, str, str], Matter]
_finders: list[MatterFinder] = []


def matter_finder(function: MatterFinder) -> MatterFinder:
    """Register the function that knows what instances can be about."""
    _finders[:] = [function]
    return function


def find_matter(session: Session, process_key: str, code: str) -> Matter:
    """What a code names for an instance of a process.

    Raises:
        CountersignError: nothing, or nothing that this process may begin with.
    """
    return _finders[0](session, process_key, code)


def begin_by_event(
    session: Session, start: DefinitionEvent, message: Message, now: datetime
) -> UUID:
    """Start the newest version of a process at the event that has happened; gives the instance.

    What it is about says the payload (`subject`), else what the sending item is about, else the
    start event (`appr.subject`), else what the message agrees in. In whose name it runs says the
    start event (`appr.initiator`), else it is the sender's, or the sending item's initiator's.

    Raises:
        InvalidInputError: nothing says it. CountersignError: whatever else forbids the start.
    """
    payload: Mapping[str, object] = unpack(message.payload)
    code = (
        _text(payload, SUBJECT) or message.subject_code or start.subject_code or message.correlation
    )
    if not code:
        raise InvalidInputError(
            N_("Expected “subject” to name what the new item of {process} is about, found "
               "nothing."),
            process=start.process_key,
        )  # fmt: skip
    matter = find_matter(session, start.process_key, code)
    business_key = (
        matter.business_key
        or _text(payload, BUSINESS_KEY)
        or message.correlation
        or f"{matter.subject.code}/{message.id}"
    )
    if len(business_key) > LONGEST_KEY:
        raise InvalidInputError(
            N_("Expected a business key of at most {most} characters, found {found}."),
            most=LONGEST_KEY,
            found=len(business_key),
        )
    initiator = _initiator(session, start, message)
    begun = Begun(start.element_id, payload, message.name)
    return begin_instance(
        session, start.process_key, business_key, matter.subject, initiator, now, event=begun
    )


def _text(payload: Mapping[str, object], name: str) -> str:
    found = payload.get(name)
    return found.strip() if isinstance(found, str) else ""


def _initiator(session: Session, start: DefinitionEvent, message: Message) -> Actor:
    user_id = message.initiator_id
    if start.initiator:
        known = select(User.id).where(User.username == start.initiator)
        user_id = session.scalars(known).one_or_none()
    found = load_actor(session, user_id) if user_id else None
    if found is None:
        raise InvalidInputError(
            N_("Expected somebody who still works here as the initiator of {process} "
               "(appr.initiator), found {found}."),
            process=start.process_key,
            found=start.initiator or "none",
        )  # fmt: skip
    return found
