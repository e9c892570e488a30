"""Load, run one cause, save: start, completion of a step, due timers, messages and signals."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from app.core.i18n import N_
from app.engine import codec, events
from app.engine.definition import Process
from app.engine.errors import NotWaitingError, OutcomeError, StartError, TaskNotOpenError
from app.engine.graph import HOSTED
from app.engine.limits import FIRINGS
from app.engine.scopes import TopScope
from app.engine.specs import StepSpec
from app.engine.spiff import TaskState
from app.engine.step import ClosedTask, Ended, Handlers, OpenTask, Step, Timer, Waiting
from app.engine.token_spec import TokenSpec
from app.engine.tokens import Token


def start(
    process: Process,
    variables: Mapping[str, object],
    now: datetime,
    handlers: Handlers,
    *,
    at: str | None = None,
    payload: Mapping[str, object] | None = None,
) -> Step:
    """Start an instance and run it to its first waiting point.

    `at` is one of `Definition.starts` whose event has happened; `payload`, what came with it,
    becomes the variable named like that start event. Without it the none start event is meant.

    Raises:
        StartError: the process has no such start event.
    """
    top = TopScope(process, now.astimezone(UTC), handlers)
    begin = _start_at(process, at)
    top.data.update(variables)
    if payload is not None:
        top.write(begin, dict(payload))
    top.begin(top.spec.nodes[begin])
    return finish_step(top, {})


def _start_at(process: Process, at: str | None) -> str:
    starts = process.main.starts
    for each in starts:
        if each.id == at or (at is None and each.kind == "none"):
            return each.id
    raise StartError(
        N_("Expected one of the start events {wanted} of “{key}”, found {found}."),
        wanted=", ".join(each.id for each in starts),
        key=process.key,
        found=at or "none",
    )


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
    token.scope.write(spec.node.id, dict(values))
    token.run()
    return finish_step(top, before, completed=task_id)


def fire(process: Process, state: bytes, now: datetime, handlers: Handlers) -> Step:
    """Fire every timer due at `now`, one by one in due order."""
    now = now.astimezone(UTC)
    top = codec.load(process, state, now, handlers)
    before = open_steps(top)
    for _ in range(FIRINGS):
        timers = _standing(top)[1]
        if not timers or _due_at(timers[0]) > now:
            break
        events.fire(timers[0])
        top.run()
    return finish_step(top, before)


def deliver(
    process: Process,
    state: bytes,
    waiting_id: str,
    payload: Mapping[str, object],
    now: datetime,
    handlers: Handlers,
) -> Step:
    """Give a message to the one receiver that waits for it under this id.

    `payload` becomes the variable named like the receiving event. A signal has many receivers:
    `broadcast`.

    Raises:
        NotWaitingError: nothing waits under this id (any more).
    """
    top = codec.load(process, state, now.astimezone(UTC), handlers)
    before = open_steps(top)
    token = events.find_hosted(top, waiting_id)
    if token is None:
        raise NotWaitingError(
            N_("Expected an event that is still waited for, but it has happened or was cancelled.")
        )
    events.trigger(token, payload)
    return finish_step(top, before)


def broadcast(
    process: Process,
    state: bytes,
    name: str,
    payload: Mapping[str, object],
    now: datetime,
    handlers: Handlers,
) -> Step:
    """Give a signal to everybody in an instance who waits for it, if anybody does."""
    top = codec.load(process, state, now.astimezone(UTC), handlers)
    before = open_steps(top)
    events.broadcast(top, name, payload)
    return finish_step(top, before)


def open_tasks(process: Process, state: bytes) -> tuple[OpenTask, ...]:
    """The user tasks that wait, in the order in which they opened."""
    return tuple(_open_task(token) for token in open_steps(codec.load(process, state)).values())


def waiting_events(process: Process, state: bytes) -> tuple[Waiting, ...]:
    """The messages and signals that an instance waits for, outer levels first."""
    return tuple(_waiting(events.waiting(codec.load(process, state))))


def open_steps(top: TopScope) -> dict[str, Token]:
    """The tokens that wait at user tasks, by id."""
    return _standing(top)[0]


def _standing(top: TopScope) -> tuple[dict[str, Token], list[Token]]:
    """The tokens that wait at user tasks, by id, and the timers in due order."""
    steps: dict[str, Token] = {}
    timers: list[Token] = []
    for scope in top.levels():
        for token in scope.tokens():
            if token.clock is not None:
                timers.append(token)
            elif isinstance(token.task_spec, StepSpec) and token.has_state(TaskState.READY):
                steps[token.id] = token
    timers.sort(key=_due_at)
    return steps, timers


def _due_at(timer: Token) -> datetime:
    if timer.clock is None:
        raise AssertionError("Only tokens with a clock are timers.")
    return timer.clock.due_at


def open_step(top: TopScope, task_id: str) -> Token:
    """The token of an open task; raises `TaskNotOpenError`."""
    token = top.find(task_id)
    if token is None or not isinstance(token.task_spec, StepSpec):
        raise TaskNotOpenError(N_("Expected an open task, but it has been closed meanwhile."))
    return token


def finish_step(top: TopScope, before: Mapping[str, Token], completed: str = "") -> Step:
    """Run to the next waiting point and say what changed."""
    top.run()
    after, timers = _standing(top)
    return Step(
        state=codec.dump(top),
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
        timers=tuple(_timer(token) for token in timers),
        waiting=tuple(_waiting(events.waiting(top))) if top.process.is_addressed else (),
        thrown=tuple(top.thrown),
        ended=_ended(top),
        failed=top.failed,
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


def _timer(token: Token) -> Timer:
    return Timer(
        id=token.id,
        element_id=token.task_spec.trigger.id,
        definition_key=token.task_spec.scope_spec.definition_key,
        attached_to=_attached_to(token),
        due_at=_due_at(token),
    )


def _waiting(tokens: Iterable[Token]) -> Iterable[Waiting]:
    for token in tokens:
        spec, event = token.task_spec, token.task_spec.event
        if event is not None and event.kind in HOSTED:
            yield Waiting(
                id=token.id,
                kind="message" if event.kind == "message" else "signal",
                name=event.name or "",
                correlation=token.note if isinstance(token.note, str) else None,
                element_id=spec.trigger.id,
                definition_key=spec.scope_spec.definition_key,
                attached_to=_attached_to(token),
            )


def _attached_to(token: Token) -> str | None:
    host = token.host
    return host.id if host is not None and token.task_spec.node.attached_to else None


def _open_task(token: Token) -> OpenTask:
    return OpenTask(
        id=token.id,
        step_id=token.task_spec.node.id,
        definition_key=token.task_spec.scope_spec.definition_key,
        variables=token.scope.variables(),
        numbers=tuple(token.scope.numbers()),
    )


def _ended(top: TopScope) -> Ended | None:
    if not top.completed or top.failed or top.end_id is None:
        return None
    name = top.process.element(top.process.key, top.end_id).name
    return Ended(top.end_id, top.process.key, name)
