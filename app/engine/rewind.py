"""Going back to a state that was kept, and letting clocks stand still: no token moves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from app.engine import codec
from app.engine.definition import Process
from app.engine.runner import finish_step, open_steps
from app.engine.step import Handlers, Step


def restore(
    process: Process, state: bytes, previous: bytes, now: datetime, handlers: Handlers
) -> Step:
    """The instance as it was before: what it closed since is open again under its old id.

    Tasks that opened since are `cancelled`; timers and variables are those of `previous`.
    """
    since = open_steps(codec.load(process, state))
    return finish_step(codec.load(process, previous, now.astimezone(UTC), handlers), since)


def postpone(
    process: Process, state: bytes, by: timedelta, now: datetime, handlers: Handlers
) -> Step:
    """Let every running timer be due later; one that names a day of the calendar keeps it."""
    top = codec.load(process, state, now.astimezone(UTC), handlers)
    for scope in top.levels():
        for token in scope.tokens():
            event = token.task_spec.event
            if token.clock and event and event.timer and event.timer.kind != "timeDate":
                token.clock = replace(token.clock, due_at=token.clock.due_at + by)
    return finish_step(top, open_steps(top))
