"""What a diagram asks of its host beyond tasks and timers: events from outside an instance."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import CountersignError, Problem, problem
from app.core.i18n import N_
from app.engine import Definition, StartDefinition
from app.identity import User
from app.workflow.events.models import LONGEST_NAME, DefinitionEvent
from app.workflow.events.start_rows import INITIATOR, SUBJECT, other_start, schedule_problems
from app.workflow.events.starts import find_matter


def event_problems(session: Session, definition: Definition) -> Iterator[Problem]:
    """Events that would never be delivered, or that begin an instance about nothing."""
    for use in definition.events:
        if len(use.name) > LONGEST_NAME:
            yield problem(
                "event.name",
                use.element_id,
                N_("Expected a name of at most {most} characters, found {found}."),
                most=LONGEST_NAME,
                found=len(use.name),
            )
    for start in definition.starts:
        if start.kind == "conditional":
            yield problem(
                "event.unserved",
                start.id,
                N_("Expected a process that begins by a person, a message, a signal or a time; "
                   "a condition begins none."),
            )  # fmt: skip
        elif start.kind != "none":
            yield from _start_problems(session, definition, start)
    yield from _unheard(session, definition)


def _start_problems(
    session: Session, definition: Definition, start: StartDefinition
) -> Iterator[Problem]:
    said = definition.elements[start.id].properties
    wanted = {name: said.get(name, "").strip() for name in (SUBJECT, INITIATOR)}
    if start.kind == "timer":
        yield from schedule_problems(start)
        for name, value in wanted.items():
            if not value:
                yield problem(
                    "event.start",
                    start.id,
                    N_("Expected {property} at a timer start event: nobody else says what the "
                       "new item is about and in whose name it runs."),
                    property=name,
                )  # fmt: skip
    elif start.kind == "message":
        other = other_start(session, definition, start.event_name or "")
        if other is not None:
            yield problem(
                "event.start",
                start.id,
                N_("Expected the message “{name}” to start one process, but it starts {other}."),
                name=start.event_name,
                other=other,
            )
    if wanted[SUBJECT]:
        try:
            find_matter(session, definition.key, wanted[SUBJECT])
        except CountersignError as refusal:
            yield Problem("event.subject", start.id, refusal.sentence)
    known = select(User.id).where(User.username == wanted[INITIATOR], User.is_active)
    if wanted[INITIATOR] and session.execute(known).first() is None:
        yield problem(
            "event.initiator",
            start.id,
            N_("Expected the user name of somebody who works here in {property}, found “{found}”."),
            property=INITIATOR,
            found=wanted[INITIATOR],
        )


def _unheard(session: Session, definition: Definition) -> Iterator[Problem]:
    """Warn of messages that no process receives so far: they would end with their time to live."""
    heard = {use.name for use in definition.events if use.how != "throws"}
    for use in definition.events:
        if use.how != "throws" or use.kind != "message" or use.name in heard:
            continue
        query = select(DefinitionEvent.name).where(
            DefinitionEvent.kind == use.kind, DefinitionEvent.name == use.name
        )
        if session.execute(query.limit(1)).first() is None:
            yield problem(
                "event.unheard",
                use.element_id,
                N_("No process receives the message “{name}” so far."),
                "warn",
                name=use.name,
            )
