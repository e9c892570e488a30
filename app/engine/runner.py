"""Load, run one cause, save: start, completion of a step, due timers."""

from collections.abc import Mapping
from datetime import UTC, datetime

from app.core.i18n import N_
from app.engine import codec
from app.engine.definition import Process
from app.engine.errors import OutcomeError, TaskNotOpenError
from app.engine.limits import FIRINGS
from app.engine.scopes import Token, TopScope
from app.engine.specs import StepSpec, TokenSpec
from app.engine.spiff import TaskState
from app.engine.step import ClosedTask, Ended, Handlers, OpenTask, Step, Timer


def start(
    process: Process, variables: Mapping[str, object], now: datetime, handlers: Handlers
) -> Step:
    """Start an instance and run it to its first waiting point."""
    top = TopScope(process, now.astimezone(UTC), handlers)
    top.data.update(variables)
    top.enter(top.spec.first)._ready()
    return finish_step(top, {})


def complete(
    process: Process,
    state: bytes,
    task_id: str,
    values: Mapping[str, object],
    now: datetime,
    handlers: Handlers,
) -> Step:
    """Complete an open task; `values` become the variable named like the step."""
    top = codec.load(process, state, now.astimezone(UTC), handlers)
    before = open_steps(top)
    token = open_step(top, task_id)
    spec = token.task_spec
    check_outcome(process, spec, values)
    token.scope.data[spec.node.id] = dict(values)
    token.run()
    return finish_step(top, before, completed=task_id)


def fire(process: Process, state: bytes, now: datetime, handlers: Handlers) -> Step:
    """Fire every timer due at `now`, one by one in due order."""
    now = now.astimezone(UTC)
    top = codec.load(process, state, now, handlers)
    before = open_steps(top)
    for _ in range(FIRINGS):
        timer = next(iter(_timers(top)), None)
        if timer is None or timer.clock is None or timer.clock.due_at > now:
            break
        timer.scope.fire(timer)
        top.run()
    return finish_step(top, before)


def open_tasks(process: Process, state: bytes) -> tuple[OpenTask, ...]:
    """The user tasks that wait, in the order in which they opened."""
    return tuple(_open_task(token) for token in open_steps(codec.load(process, state)).values())


def open_steps(top: TopScope) -> dict[str, Token]:
    """The tokens that wait at user tasks, by id."""
    return {
        token.id: token
        for scope in top.levels()
        for token in scope.tokens()
        if isinstance(token.task_spec, StepSpec) and token.has_state(TaskState.READY)
    }


def open_step(top: TopScope, task_id: str) -> Token:
    """The token of an open task; raises `TaskNotOpenError`."""
    token = top.find(task_id)
    if token is None or not isinstance(token.task_spec, StepSpec):
        raise TaskNotOpenError(N_("Expected an open task, but it has been closed meanwhile."))
    return token


def finish_step(top: TopScope, before: Mapping[str, Token], completed: str = "") -> Step:
    """Run to the next waiting point and say what changed."""
    top.run()
    after = open_steps(top)
    state = codec.dump(top)
    return Step(
        state=state,
        opened=tuple(_open_task(token) for key, token in after.items() if key not in before),
        closed=tuple(
            ClosedTask(
                id=token.id,
                step_id=token.task_spec.node.id,
                definition_key=token.task_spec.scope_spec.definition_key,
                how="completed" if token.id == completed else "cancelled",
            )
            for key, token in before.items()
            if key not in after
        ),
        timers=tuple(_timer(token) for token in _timers(top)),
        ended=_ended(top),
        passed=tuple(top.passed),
        variables=top.data,
    )


def check_outcome(process: Process, spec: TokenSpec, values: Mapping[str, object]) -> None:
    """Refuse an outcome that the gateway behind the step does not know."""
    step = process.steps[spec.scope_spec.definition_key, spec.node.id]
    codes = [each.code for each in step.outcomes]
    found = values.get("outcome")
    if found is None and len(codes) < 2:
        return
    if found not in codes:
        raise OutcomeError(
            N_("Expected one of the outcomes {wanted} of the step {step}, found {found}."),
            wanted=", ".join(codes),
            step=step.name,
            found=found or "none",
        )


def _timers(top: TopScope) -> list[Token]:
    found = [token for scope in top.levels() for token in scope.tokens() if token.clock]
    return sorted(found, key=lambda token: token.clock.due_at if token.clock else top.now)


def _timer(token: Token) -> Timer:
    clock, host = token.clock, token.host
    if clock is None:
        raise AssertionError("Only tokens with a clock are timers.")
    return Timer(
        id=token.id,
        element_id=token.task_spec.node.id,
        definition_key=token.task_spec.scope_spec.definition_key,
        attached_to=host.id if host else None,
        due_at=clock.due_at,
    )


def _open_task(token: Token) -> OpenTask:
    return OpenTask(
        id=token.id,
        step_id=token.task_spec.node.id,
        definition_key=token.task_spec.scope_spec.definition_key,
        variables=token.scope.variables(),
    )


def _ended(top: TopScope) -> Ended | None:
    if not top.completed or top.end_id is None:
        return None
    name = top.process.element(top.process.key, top.end_id).name
    return Ended(top.end_id, top.process.key, name)
