"""What lies ahead of a task, for its page: the path with names, and what each return would do."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from app.core.i18n import Bilingual, Sentence
from app.engine import Process, ReturnEffect, steps_inside
from app.identity import organisation_names
from app.web.context import db, now
from app.web.language import in_language
from app.web.task_history import PastOpinion
from app.workflow.applying.loading import LoadedTask
from app.workflow.assignment.whys import read_why
from app.workflow.names import group_name, username_of
from app.workflow.permits.tasks import Permitted, ReturnChoice
from app.workflow.states import InstanceState
from app.workflow.tracking.outlook import (
    Asked,
    PathAhead,
    StepToCome,
    ToCome,
    WaysToCome,
    path_ahead,
    return_effects,
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """The path ahead, and the names of the organisations in it."""

    path: PathAhead
    organisations: Mapping[str, Bilingual]

    def group(self, asked: Asked) -> Bilingual | None:
        """The group that would be asked; none where it is a person."""
        if username_of(asked.key) is not None:
            return None
        return group_name(asked.key, self.organisations)

    def why(self, asked: Asked) -> tuple[Sentence, ...]:
        """Why these."""
        return read_why(asked.why, self.organisations)


@dataclass(frozen=True, slots=True)
class StepAgain:
    """A step that a return lets run again, and who had decided there."""

    definition_key: str
    step_id: str
    name: Bilingual
    who: Bilingual | None
    #: Whether it was done before; otherwise it may run for the first time.
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class ReturnOutlook:
    """One choice of the return dialog with what it would do."""

    choice: ReturnChoice
    again: tuple[StepAgain, ...]
    #: Those in the branches of a fork whose opinions may be confirmed.
    reusable: tuple[StepAgain, ...]
    #: Other open steps that would close.
    closes: tuple[Bilingual, ...]
    kept: tuple[StepAgain, ...]

    @property
    def value(self) -> str:
        """As the form sends it."""
        return f"{self.choice.definition_key}/{self.choice.step_id}"


@dataclass(frozen=True, slots=True)
class Returns:
    """The legal-return map of a task."""

    outlooks: tuple[ReturnOutlook, ...]
    #: The diagrams that draw a target or the task, the task's own last: (key, address).
    diagrams: tuple[tuple[str, Bilingual, str], ...]

    def marks(self) -> list[dict[str, Any]]:
        """What the viewer marks for each choice."""
        return [
            {
                "value": each.value,
                "element": each.choice.step_id,
                "again": [f"{step.definition_key}/{step.step_id}" for step in each.again],
                "kept": [f"{step.definition_key}/{step.step_id}" for step in each.kept],
                "name": in_language(each.choice.name),
            }
            for each in self.outlooks
        ]


def gather_ahead(loaded: LoadedTask) -> Ahead | None:
    """The path ahead of an item under way."""
    if loaded.instance.state != InstanceState.ACTIVE:
        return None
    return named(path_ahead(loaded, now()))


def named(path: PathAhead) -> Ahead:
    """A path with the names of the organisations in it."""
    codes = {key.partition("@")[2] for key in _keys(path.path) if username_of(key) is None}
    return Ahead(path, organisation_names(db(), codes - {""}))


def _keys(path: Sequence[ToCome]) -> Iterator[str]:
    for each in path:
        if isinstance(each, StepToCome):
            yield from (asked.key for asked in each.asked)
        elif isinstance(each, WaysToCome):
            for way in each.ways:
                yield from _keys(way.path)


def gather_returns(
    loaded: LoadedTask, allowed: Permitted, past: Sequence[PastOpinion]
) -> Returns | None:
    """The legal-return map; `past` are the opinions, the newest first."""
    if not allowed.return_to:
        return None
    effects = return_effects(loaded, allowed.return_to)
    outlooks = tuple(_outlook(loaded, choice, effect, past) for choice, effect in effects)
    keys = [*dict.fromkeys(choice.definition_key for choice, _ in effects)]
    own = loaded.task.definition_key
    drawn = [each for each in keys if each != own] + [own]
    instance_id = loaded.instance.instance_id
    return Returns(
        outlooks,
        tuple(
            (
                key,
                loaded.process.definitions[key].name,
                url_for("instances.diagram_state", instance_id=instance_id, key=key),
            )
            for key in drawn
            if loaded.process.definitions[key].has_layout
        ),
    )


def _outlook(
    loaded: LoadedTask, choice: ReturnChoice, effect: ReturnEffect, past: Sequence[PastOpinion]
) -> ReturnOutlook:
    closing = [
        Bilingual(each.name_zh, each.name_en)
        for each in loaded.open_tasks
        if each.engine_task_id in effect.closes and each.id != loaded.task.id
    ]
    inside = steps_inside(loaded.process, choice.definition_key, choice.step_id)
    again = tuple(
        _step(loaded.process, place, past, is_repeated=place in effect.asked_again)
        for place in effect.again
    )
    return ReturnOutlook(
        choice,
        again,
        tuple(each for each in again if each.who and (each.definition_key, each.step_id) in inside),
        tuple(closing),
        tuple(_step(loaded.process, place, past, is_repeated=False) for place in effect.kept),
    )


def _step(
    process: Process,
    place: tuple[str, str],
    past: Sequence[PastOpinion],
    *,
    is_repeated: bool,
) -> StepAgain:
    said = (each.opinion for each in past)
    last = next((each for each in said if (each.definition_key, each.step_id) == place), None)
    return StepAgain(
        *place, process.step(*place).name, last.who if last else None, is_repeated=is_repeated
    )
