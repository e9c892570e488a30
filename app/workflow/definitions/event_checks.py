"""What a diagram asks of its host beyond tasks and timers, and this host does not serve."""

from collections.abc import Iterator

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.engine import Definition


def event_problems(definition: Definition) -> Iterator[Problem]:
    """Messages, signals and events that start instances: nobody here would deliver them."""
    for use in definition.events:
        yield problem(
            "event.unserved",
            use.element_id,
            N_("Expected only events that happen within an instance, found the {kind} “{name}”."),
            kind=use.kind,
            name=use.name,
        )
    for start in definition.starts:
        if start.kind in {"timer", "conditional"}:
            yield problem(
                "event.unserved",
                start.id,
                N_("Expected a process that people start, found a start event of kind {kind}."),
                kind=start.kind,
            )
