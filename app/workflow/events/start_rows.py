"""Which processes begin by events: the rows follow the newest versions, and their timers run."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_
from app.engine import Definition, Schedule, StartDefinition, TimerError
from app.feel import FeelError
from app.workflow.events.models import DefinitionEvent, MessageKind
from app.workflow.events.posting import post_start

#: Properties of a start event: what an instance is about, and in whose name, where the event that
#: begins it says neither.
SUBJECT, INITIATOR = "appr.subject", "appr.initiator"
EVENT = table_of(DefinitionEvent)
#: Kinds of start events that are served.
_KINDS = frozenset(MessageKind)
#: Any day will do to see whether a timer says a time.
_ANY_DAY = datetime(2022, 10, 10, tzinfo=UTC)


def replace_events(session: Session, definition: Definition, now: datetime) -> None:
    """The events of a newest version take the place of those of the version before."""
    session.connection().execute(delete(EVENT).where(EVENT.c.process_key == definition.key))
    found: dict[str, DefinitionEvent] = {}
    for use in definition.events:
        if use.how == "catches":
            found[use.element_id] = _row(definition, use.element_id, use.kind, use.name)
    for start in definition.starts:
        if start.kind in _KINDS:
            found[start.id] = _start_row(definition, start, now)
    session.add_all(found.values())
    session.flush()


def _row(definition: Definition, element_id: str, kind: str, name: str) -> DefinitionEvent:
    return DefinitionEvent(
        process_key=definition.key, element_id=element_id, kind=kind, name=name, starts=False
    )


def _start_row(definition: Definition, start: StartDefinition, now: datetime) -> DefinitionEvent:
    row = _row(definition, start.id, start.kind, start.event_name or "")
    said = definition.elements[start.id].properties
    row.starts = True
    row.subject_code = said.get(SUBJECT, "").strip() or None
    row.initiator = said.get(INITIATOR, "").strip() or None
    if start.kind == "timer":
        _set(row, start.schedule(now))
    return row


def _set(row: DefinitionEvent, schedule: Schedule | None) -> None:
    row.due_at = schedule.due_at if schedule else None
    row.every = schedule.every if schedule else None
    row.remaining = schedule.remaining if schedule else None


def schedule_problems(start: StartDefinition, now: datetime = _ANY_DAY) -> Iterator[Problem]:
    """A timer start event that gives no time."""
    try:
        start.schedule(now)
    except (FeelError, TimerError) as error:
        yield problem(
            "event.timer",
            start.id,
            N_("Expected a time or a duration from “{text}”, found {found}."),
            text=start.timer.text if start.timer else "",
            found=error.found if isinstance(error, TimerError) else str(error),
        )


def due_starts(session: Session, now: datetime, limit: int = 50) -> list[tuple[str, str]]:
    """Timer start events that are due, the longest overdue first."""
    query = (
        select(DefinitionEvent.process_key, DefinitionEvent.element_id)
        .where(DefinitionEvent.due_at <= now)
        .order_by(DefinitionEvent.due_at)
        .limit(limit)
    )
    return [(row.process_key, row.element_id) for row in session.execute(query)]


def fire_start(session: Session, key: tuple[str, str], now: datetime) -> None:
    """Let one due timer start event happen: an instance begins soon, and the timer goes on."""
    process_key, element_id = key
    row = session.scalars(
        select(DefinitionEvent)
        .where(
            DefinitionEvent.process_key == process_key,
            DefinitionEvent.element_id == element_id,
            DefinitionEvent.due_at <= now,
        )
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if row is None or row.due_at is None:
        return  # another worker was faster, or a newer version has replaced it
    post_start(session, row, now)
    _set(row, Schedule(row.due_at, row.every, row.remaining).after_firing(now))
    session.flush()


def other_start(session: Session, definition: Definition, name: str) -> str | None:
    """Key of another process that begins by the same message, if there is one."""
    query = select(DefinitionEvent.process_key).where(
        DefinitionEvent.kind == MessageKind.MESSAGE,
        DefinitionEvent.name == name,
        DefinitionEvent.starts,
        DefinitionEvent.process_key != definition.key,
    )
    return session.scalars(query).first()


def refuse_timeless(definition: Definition, now: datetime) -> None:
    """Refuse a timer start event that gives no time as of now.

    Raises:
        InvalidInputError: with a problem for each.
    """
    timers = [each for each in definition.starts if each.kind == "timer"]
    found = [each for start in timers for each in schedule_problems(start, now)]
    if found:
        raise InvalidInputError(
            N_("Expected a diagram without problems, found {count}."), found, count=len(found)
        )
