"""What lies ahead of an item: who would be asked until when, and what each return would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import Bilingual, Sentence
from app.engine import (
    Ahead,
    EndAhead,
    Preview,
    Process,
    ReturnEffect,
    ReturnTarget,
    StepAhead,
    WaysAhead,
    preview,
    preview_start,
    return_effect,
)
from app.identity import Actor, Colleague, group_key
from app.workflow.applying.loading import LoadedTask
from app.workflow.applying.progress import Progress
from app.workflow.assignment.asking import Asking, InstanceFacts
from app.workflow.assignment.plan import due_at, plan_seats
from app.workflow.clocks.calendar import WorkingCalendar
from app.workflow.definitions.versions import latest_definition_ids, process_of
from app.workflow.instances import Subject
from app.workflow.names import person_key
from app.workflow.permits.tasks import RETURN_PREFIX, ReturnChoice
from app.workflow.resources import day_of, resources_of


@dataclass(frozen=True, slots=True)
class Asked:
    """One seat of a step to come, and who could act there."""

    key: str
    people: tuple[Colleague, ...]
    #: Why these, as a seat keeps it (`whys.read_why`).
    why: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class StepToCome:
    """A step on the path; an open one has its real due date and no plan of people."""

    definition_key: str
    step_id: str
    name: Bilingual
    is_open: bool
    asked: tuple[Asked, ...]
    #: When it should be decided: for a step to come, if all before it take their whole time.
    due_at: datetime
    #: Whether the diagram draws a return behind it.
    may_return: bool
    #: The rule by which the system would pass it: `initiator`, `duplicate` or `empty`.
    skip: str | None = None
    #: Why nobody could be asked, as things are now.
    trouble: Sentence | None = None


@dataclass(frozen=True, slots=True)
class WayToCome:
    """One of several ways."""

    name: Bilingual
    is_sure: bool
    path: tuple["ToCome", ...]


@dataclass(frozen=True, slots=True)
class WaysToCome:
    """Where the path parts, up to where its ways meet again."""

    kind: Literal["all", "some", "one"]
    ways: tuple[WayToCome, ...]


@dataclass(frozen=True, slots=True)
class EndToCome:
    """The end, and when it would be reached."""

    name: Bilingual
    at: datetime


ToCome = StepToCome | WaysToCome | EndToCome

#: There is no item yet, so nobody has voted in it.
_NO_ITEM = UUID(int=0)


@dataclass(frozen=True, slots=True)
class PathAhead:
    """The path ahead of an item if everybody agrees."""

    path: tuple[ToCome, ...]
    is_whole: bool


def path_ahead(loaded: LoadedTask, now: datetime) -> PathAhead:
    """The path ahead of a running item; reads, and takes no turn."""
    asking = Asking(
        session=loaded.session,
        facts=InstanceFacts.of(loaded.instance),
        progress=loaded.progress,
        definition_key=loaded.task.definition_key,
        variables=loaded.instance.variables,
        day=day_of(loaded.session, now),
        is_preview=True,
    )
    due = {each.engine_task_id: each.due_at for each in loaded.open_tasks}
    found = preview(loaded.process, loaded.instance.engine_state)
    return walk_path(loaded.session, loaded.process, found, asking, due, now)


def path_from_start(
    session: Session,
    process_key: str,
    business_key: str,
    subject: Subject,
    actor: Actor,
    now: datetime,
) -> PathAhead:
    """The path of an item that the actor would start now; nothing is started.

    Raises:
        NotFoundError: no such process.
    """
    process = process_of(session, latest_definition_ids(session, process_key))
    asking = Asking(
        session=session,
        facts=subject.facts(_NO_ITEM, process_key, business_key, actor),
        progress=Progress(),
        definition_key=process.main.key,
        variables=subject.routing(),
        day=day_of(session, now),
        is_preview=True,
    )
    found = preview_start(process, subject.routing())
    return walk_path(session, process, found, asking, {}, now)


def walk_path(
    session: Session,
    process: Process,
    found: Preview,
    asking: Asking,
    due: Mapping[str, datetime],
    now: datetime,
) -> PathAhead:
    """Put people and dates to the steps of a preview; `due` are those of the open tasks."""
    calendar = resources_of(session).calendar
    walk = _Walk(process, asking, calendar, due)
    asking.people(_likely_keys(process, found.path))  # all of them in one statement
    path, _ = walk.along(found.path, now)
    return PathAhead(path, found.is_whole)


@dataclass(frozen=True, slots=True)
class _Walk:
    process: Process
    asking: Asking
    calendar: WorkingCalendar
    due: Mapping[str, datetime]

    def along(self, path: Sequence[Ahead], begin: datetime) -> tuple[tuple[ToCome, ...], datetime]:
        """The path with people and dates, and when its end is reached."""
        found: list[ToCome] = []
        at = begin
        for each in path:
            match each:
                case StepAhead():
                    step = self.step(each, at)
                    at = max(at, step.due_at)
                    found.append(step)
                case WaysAhead():
                    ways, at = self.ways(each, at)
                    found.append(ways)
                case EndAhead():
                    found.append(EndToCome(each.name, at))
        return tuple(found), at

    def ways(self, ways: WaysAhead, begin: datetime) -> tuple[WaysToCome, datetime]:
        """Ways that part at the same time; the path goes on behind the slowest."""
        found, ends = [], [begin]
        for way in ways.ways:
            path, end = self.along(way.path, begin)
            found.append(WayToCome(way.name, way.is_sure, path))
            ends.append(end)
        return WaysToCome(ways.kind, tuple(found)), max(ends)

    def step(self, ahead: StepAhead, begin: datetime) -> StepToCome:
        """One step: an open one as it is, one to come as it would be opened at `begin`."""
        step = self.process.step(ahead.definition_key, ahead.step_id)
        is_open = ahead.task_id in self.due
        found = StepToCome(
            definition_key=ahead.definition_key,
            step_id=ahead.step_id,
            name=ahead.name,
            is_open=is_open,
            asked=(),
            due_at=self.due.get(ahead.task_id or "", begin),
            may_return=any(each.code.startswith(RETURN_PREFIX) for each in step.outcomes),
        )
        if is_open:
            return found
        asking = replace(
            self.asking, definition_key=ahead.definition_key, variables=ahead.variables
        )
        try:
            until = due_at(step, ahead.variables, begin, self.calendar)
            plan = plan_seats(step, asking)
        except InvalidInputError as failure:
            return replace(found, trouble=failure.sentence)
        asked = tuple(Asked(seat.key, seat.people, seat.why) for seat in plan.seats)
        if plan.skip:
            return replace(found, asked=asked, skip=plan.skip)
        return replace(found, asked=asked, due_at=until)


def _likely_keys(process: Process, path: Sequence[Ahead]) -> list[str]:
    """The candidate keys that the diagram names on the path, as far as they can be worked out."""
    keys: list[str] = []
    for each in path:
        if isinstance(each, WaysAhead):
            for way in each.ways:
                keys += _likely_keys(process, way.path)
        elif isinstance(each, StepAhead) and each.task_id is None:
            try:
                people = process.step(each.definition_key, each.step_id).candidates(each.variables)
                keys += [group_key(role, each.variables) for role in people.groups]
                keys += [person_key(name) for name in people.users]
            except InvalidInputError:
                continue  # said beside the step
    return keys


def return_effects(
    loaded: LoadedTask, choices: Sequence[ReturnChoice]
) -> list[tuple[ReturnChoice, ReturnEffect]]:
    """What a return of this open task to each of its legal targets would do."""
    state, task_id = loaded.instance.engine_state, loaded.task.engine_task_id
    return [
        (
            each,
            return_effect(
                loaded.process,
                state,
                task_id,
                ReturnTarget(each.definition_key, each.step_id, each.name, each.drawn),
            ),
        )
        for each in choices
    ]
