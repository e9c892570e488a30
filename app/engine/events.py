"""What events do to the tokens of an instance: wait, throw, catch, broadcast, become true."""

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from app.core.i18n import N_
from app.engine.expressions import Expression, FeelError
from app.engine.graph import AWAITED, HOSTED, CallMapping, Event
from app.engine.spiff import TaskState
from app.engine.step import Thrown
from app.engine.timers import TimerError, schedule

if TYPE_CHECKING:
    from app.engine.event_specs import BoundarySpec, HandlerSpec
    from app.engine.graph import EventKind
    from app.engine.scopes import TopScope
    from app.engine.token_spec import TokenSpec
    from app.engine.tokens import Token

AnySpec = TypeVar("AnySpec", bound="TokenSpec")

# Waiting.


def listen(token: "Token") -> None:
    """Let a waiting token know what it waits for, as of now."""
    event = token.task_spec.event
    if event is None:
        return
    if event.kind == "timer":
        _set_clock(token, event)
    elif event.kind == "message" and event.correlation is not None:
        token.note = _correlation(token, event.correlation)
    elif event.kind == "conditional":
        # It becomes true if it holds already.
        token.note = False
        token.scope.top.has_changed = True


def is_awaited(spec: "TokenSpec") -> bool:
    """Whether a token waits for this event; errors and escalations look for their catcher."""
    return spec.event is not None and spec.event.kind in AWAITED


def waiting(top: "TopScope") -> Iterator["Token"]:
    """Tokens that wait for something, outer levels first, in the order in which they came."""
    for scope in list(top.levels()):
        for token in scope.tokens():
            if token.has_state(TaskState.WAITING) and is_awaited(token.task_spec):
                yield token


def _is_waiting(token: "Token") -> bool:
    return token.scope.tasks.get(token.id) is token and token.has_state(TaskState.WAITING)


def trigger(token: "Token", payload: Mapping[str, object] | None = None) -> None:
    """Let happen what a token waits for; what came with it is kept under the event's id."""
    if payload is not None:
        token.scope.write(token.task_spec.trigger.id, dict(payload))
    token.task_spec.happen(token)


# Errors and escalations.


def throw_error(thrower: "Token", code: str) -> bool:
    """Throw a BPMN error: the innermost catcher takes the place of what it is on.

    False when nobody catches it.
    """
    found = _catcher(thrower, "error", code)
    if found is None:
        return False
    _catch(*found)
    return True


def escalate(thrower: "Token", code: str) -> None:
    """Throw an escalation: the innermost catcher takes it; when nobody does, all goes on."""
    found = _catcher(thrower, "escalation", code)
    if found is not None:
        _catch(*found)


def _catch(caught: "Token", boundary: "BoundarySpec | None", handler: "HandlerSpec | None") -> None:
    if boundary is not None:
        boundary.leave_host(caught)
    elif handler is not None:
        handler.begin(caught.scope)


def _catcher(
    thrower: "Token", kind: "EventKind", code: str
) -> "tuple[Token, BoundarySpec | None, HandlerSpec | None] | None":
    """Who catches it, innermost first, and the token that lies there.

    On its way out it meets the boundary of an activity, then the event sub-processes of the level
    around that. One that names the code comes before one that catches every code.
    """
    token: Token | None = thrower
    while token is not None:
        scope = token.scope
        for boundary in _exact_first(token.task_spec.boundaries, kind, code):
            return token, boundary, None
        for handler in _exact_first(scope.open_handlers(token), kind, code):
            return token, None, handler
        token = scope.parent_token
    return None


def _exact_first(specs: "tuple[AnySpec, ...]", kind: "EventKind", code: str) -> "Iterator[AnySpec]":
    found = [each for each in specs if each.event and each.event.catches(kind, code)]
    yield from sorted(found, key=lambda each: each.event is None or each.event.name is None)


# Messages and signals.


def send(thrower: "Token", event: Event) -> None:
    """Hand a message to the host; a signal reaches everybody who waits in the instance, too."""
    spec, scope = thrower.task_spec, thrower.scope
    payload = _payload(thrower, event.payload)
    correlation = _correlation(thrower, event.correlation) if event.correlation else None
    is_message = event.kind == "message"
    scope.top.thrown.append(
        Thrown(
            kind="message" if is_message else "signal",
            name=event.name or "",
            correlation=correlation,
            payload=payload,
            element_id=spec.node.id,
            definition_key=spec.scope_spec.definition_key,
        )
    )
    if not is_message:
        broadcast(scope.top, event.name or "", payload)


def broadcast(top: "TopScope", name: str, payload: Mapping[str, object]) -> None:
    """Give a signal to every token that waits for it now."""
    catchers = [
        token
        for token in waiting(top)
        if (event := token.task_spec.event) and (event.kind, event.name) == ("signal", name)
    ]
    for token in catchers:
        if _is_waiting(token):
            trigger(token, payload)


def find_hosted(top: "TopScope", waiting_id: str) -> "Token | None":
    """The token that waits for a message or signal under this id."""
    token = top.find(waiting_id)
    if token is None or not token.has_state(TaskState.WAITING):
        return None
    event = token.task_spec.event
    return token if event is not None and event.kind in HOSTED else None


def _payload(thrower: "Token", mapping: CallMapping | None) -> dict[str, object]:
    if mapping is None:
        return {}
    spec, scope = thrower.task_spec, thrower.scope
    payload = dict(scope.variables()) if mapping.whole else {}
    return payload | {each.target: spec.evaluate(each.source, scope) for each in mapping.values}


def _correlation(token: "Token", expression: Expression) -> str:
    """What a message must agree in, as text: equal values are equal texts."""
    value = token.task_spec.evaluate(expression, token.scope)
    if isinstance(value, str) and value:
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"{Decimal(value).normalize():f}"
    if isinstance(value, date | time):
        return value.isoformat()
    raise token.task_spec.failure(
        "expression",
        N_("Expected a text, number or date to correlate by from “{text}”, found {found}."),
        text=expression.source,
        found="null" if value is None else str(value) or '""',
    )


# Conditions.


def reconsider(top: "TopScope") -> None:
    """Ask every waiting condition again; what has become true happens."""
    top.has_changed = False
    conditions = [
        token
        for token in waiting(top)
        if token.task_spec.event and token.task_spec.event.kind == "conditional"
    ]
    for token in conditions:
        if not _is_waiting(token):
            continue
        held, token.note = token.note, _holds(token)
        if token.note and not held:
            trigger(token)


def _holds(token: "Token") -> bool:
    """Whether a condition is true; a variable that is not there yet makes it not true."""
    spec, scope = token.task_spec, token.scope
    condition = spec.event.condition if spec.event else None
    if condition is None:
        return False
    try:
        return condition.evaluate(scope.variables(), scope.top.budget) is True
    except FeelError as error:
        raise spec.broken(condition.source, error) from None


# Timers.


def _set_clock(token: "Token", event: Event) -> None:
    spec, scope, rule = token.task_spec, token.scope, event.timer
    if rule is None:
        return
    try:
        token.clock = schedule(rule, scope.variables(), scope.top.now, scope.spec.zone)
    except FeelError as error:
        raise spec.broken(rule.text, error) from None
    except TimerError as error:
        raise spec.failure(
            "timer",
            N_("Expected a time or a duration from “{text}”, found {found}."),
            text=rule.text,
            found=error.found,
        ) from None


def fire(timer: "Token") -> None:
    """Let a due timer happen; a cycle goes on waiting."""
    timer.clock = timer.clock.after_firing(timer.scope.top.now) if timer.clock else None
    timer.is_spent = timer.clock is None
    trigger(timer)
