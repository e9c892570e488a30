"""Adding and removing instances of an activity whose instances run side by side."""

from datetime import UTC, datetime

from app.core.i18n import N_
from app.engine import codec
from app.engine.definition import Process
from app.engine.errors import MoveError
from app.engine.loops import InstanceScope, LoopScope
from app.engine.runner import finish_step, open_step, open_steps
from app.engine.step import Handlers, Step
from app.engine.tokens import Scope, Token


def add_instance(
    process: Process, state: bytes, task_id: str, item: object, now: datetime, handlers: Handlers
) -> Step:
    """One more instance beside the one that an open task lies in; `item` is its item.

    Raises:
        MoveError: the task lies in no activity whose instances run side by side.
    """
    top = codec.load(process, state, now.astimezone(UTC), handlers)
    before = open_steps(top)
    loop, _ = _instance_around(open_step(top, task_id))
    loop.add(item)
    return finish_step(top, before)


def remove_instance(
    process: Process, state: bytes, task_id: str, now: datetime, handlers: Handlers
) -> Step:
    """Take away the instance that an open task lies in; it counts as terminated.

    Raises:
        MoveError: the task lies in no such activity, or in the only instance that still runs.
    """
    top = codec.load(process, state, now.astimezone(UTC), handlers)
    before = open_steps(top)
    loop, token = _instance_around(open_step(top, task_id))
    if len(loop.tokens()) < 2:
        raise MoveError(N_("Expected another instance that still runs, found only this one."))
    loop.remove(token)
    return finish_step(top, before)


def _instance_around(token: Token) -> tuple[LoopScope, Token]:
    """The innermost parallel loop around a task, and the token of the instance."""
    scope: Scope | None = token.scope
    while scope is not None:
        if isinstance(scope, InstanceScope) and scope.loop.rule.kind == "parallel":
            return scope.loop, scope.parent_token
        around = scope.parent_token
        scope = around.scope if around is not None else None
    raise MoveError(
        N_("Expected a step whose instances run side by side, found “{found}”."),
        found=token.task_spec.node.id,
    )
