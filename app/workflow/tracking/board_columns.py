"""The columns of a process's board: its steps in drawing order, then the ends that it may reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from app.core.i18n import N_, Bilingual, Sentence
from app.engine import Definition, Process
from app.workflow.applying.progress import place

#: Column of what has a token but no open step: it waits for a timer, or for an incident's end.
WAITING = "wait/"
ENDED = "end/"
#: Column of what a person ended before its end event, behind `end/`; no event can be called so.
TERMINATED = "*"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `KEY/step`, `end/event` or `wait/`."""

    id: str
    name: Bilingual | Sentence
    kind: Literal["step", "former", "wait", "end"]
    #: Name of the call that the step lies behind; None in the main diagram.
    call: Bilingual | None = None


def board_columns(process: Process, found: Mapping[str, Bilingual]) -> tuple[Column, ...]:
    """The columns for the newest version; called steps stand where they are called.

    Args:
        process: the newest version with what it calls.
        found: columns in which something lies, with their stored names. Steps and ends that only
            earlier versions have get a column of their own, so that nothing is left out.
    """
    steps = list(dict.fromkeys(_steps(process, process.main, None, frozenset())))
    ends = [Column(_end(each), _name(process.main, each), "end") for each in process.main.ends]
    known = {each.id for each in (*steps, *ends)}
    former = [
        Column(each, name, "former")
        for each, name in found.items()
        if each not in known and not each.startswith((ENDED, WAITING))
    ]
    waiting = [
        Column(WAITING, Sentence(N_("Waiting for the system"), {}), "wait")
        for each in found
        if each == WAITING
    ]
    terminated = Sentence(N_("Terminated"), {})
    other_ends = [
        Column(each, terminated if each == f"{ENDED}{TERMINATED}" else name, "end")
        for each, name in found.items()
        if each not in known and each.startswith(ENDED)
    ]
    return (*steps, *former, *waiting, *ends, *other_ends)


def _steps(
    process: Process, definition: Definition, call: Bilingual | None, above: frozenset[str]
) -> Iterator[Column]:
    for element in definition.elements.values():
        if element.type == "userTask":
            name = definition.steps[element.id].name
            yield Column(place(definition.key, element.id), name, "step", call)
        called = process.definitions.get(element.called or "")
        if called is not None and called.key not in above:
            inside = element.name if str(element.name) else called.name
            yield from _steps(process, called, inside, above | {definition.key})


def _end(event_id: str) -> str:
    return f"{ENDED}{event_id}"


def _name(definition: Definition, event_id: str) -> Bilingual:
    name = definition.elements[event_id].name
    return name if str(name) else Bilingual(event_id, event_id)
