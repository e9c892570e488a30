"""Specs of events: start, end, throw, catch, boundary, and what chooses or begins by an event."""

from typing import TYPE_CHECKING

from app.engine import events
from app.engine.graph import Node
from app.engine.spiff import (
    BoundaryEvent,
    EndEvent,
    EventBasedGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ReceiveTask,
    StartEvent,
    SubWorkflowTask,
    TaskState,
)
from app.engine.step import Passed
from app.engine.token_spec import EventSpec, TokenSpec

if TYPE_CHECKING:
    from app.engine.specs import ScopeSpec
    from app.engine.tokens import Scope, Token


class StartSpec(EventSpec, StartEvent):
    """Start event; whoever puts the token there has seen what it waits for."""


class ThrowSpec(EventSpec, IntermediateThrowEvent):
    """Intermediate throw event; without a definition a milestone, with a link a way to its pair."""

    def _act(self, token: "Token") -> None:
        _throw(self, token)


class EndSpec(EventSpec, EndEvent):
    """End event; an error or a terminate ends more than its own token."""

    def __init__(self, scope: "ScopeSpec", node: Node) -> None:
        super().__init__(scope, node)
        #: Ends the branch of a non-interrupting event, which lives beside the main path.
        self.is_beside = False

    def _link(self) -> None:
        super()._link()
        nodes = self.scope_spec.nodes
        splits = (split for split, _ in self.scope_spec.blocks.get(self.node.id, ()))
        self.is_beside = any(isinstance(nodes[split], BoundarySpec) for split in splits)

    def _act(self, token: "Token") -> None:
        scope = token.scope
        terminates = self.event is not None and self.event.kind == "terminate"
        if terminates:
            scope.terminate(token)
        else:
            _throw(self, token)
        if token.has_state(TaskState.READY) and scope.ends_instance:
            beside = self.is_beside or scope.is_beside
            if not beside or scope.top.end_id is None or (terminates and scope is scope.top):
                scope.top.end_id = self.node.drawn_id


class CatchSpec(EventSpec, IntermediateCatchEvent):
    """Intermediate catch event: waits for what it names; one with a link is passed."""

    def _arrive(self, token: "Token") -> bool:
        if self.event is None or self.event.kind == "link":
            return True
        token._set_state(TaskState.WAITING)
        events.listen(token)
        return False

    def happen(self, token: "Token") -> None:
        """It goes on, or its gateway does."""
        gateway = token.host
        if gateway is None:
            token._ready()
        else:
            _choose_event(gateway, token)


class ReceiveSpec(CatchSpec, ReceiveTask):
    """Receive task: an activity that waits for a message."""

    def _arrive(self, token: "Token") -> bool:
        super()._arrive(token)
        token.scope.attach_boundaries(token)
        return False


class BoundarySpec(EventSpec, BoundaryEvent):
    """Boundary event: a token under its activity waits, unless it catches what is thrown inside."""

    def _more(self, node: Node) -> dict[str, object]:
        return {**super()._more(node), "cancel_activity": node.interrupting}

    def happen(self, token: "Token") -> None:
        """Leave the activity here; a timer that has fired for the last time waits no longer."""
        host = token.host
        if host is None:
            raise AssertionError("A boundary event waits on its activity only.")
        self.leave_host(host)
        if token.is_spent and not self.node.interrupting:
            token.scope.cancel_token(token)

    def leave_host(self, host: "Token") -> None:
        """Put a token behind the activity, in its place or beside it."""
        scope = host.scope
        if self.node.interrupting:
            scope.cancel_token(host)
        scope.enter(self)._ready()


class EventGatewaySpec(TokenSpec, EventBasedGateway):
    """Event-based gateway: the events behind it wait under its token until one of them happens."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"event_definition": None}

    def _arrive(self, token: "Token") -> bool:
        token._set_state(TaskState.WAITING)
        scope = token.scope
        for flow in self.flows:
            events.listen(scope.wait_under(token, self.scope_spec.nodes[flow.target], flow.id))
        return False


class HandlerSpec(TokenSpec, SubWorkflowTask):
    """Event sub-process: its start event waits with the level around it.

    A token of it that waits is the waiting start event; one that has started is a running handler.
    """

    def __init__(self, scope: "ScopeSpec", node: Node, start: Node) -> None:
        super().__init__(scope, node)
        self.trigger = start

    def _more(self, node: Node) -> dict[str, object]:
        return {"subworkflow_spec": node.id}

    def happen(self, token: "Token") -> None:
        """Begin; a timer that has fired for the last time waits no longer."""
        scope = token.scope
        if token.is_spent and not self.trigger.interrupting:
            scope.cancel_token(token)
        self.begin(scope)

    def begin(self, scope: "Scope") -> None:
        """Run it in a level: in place of all that runs there, or beside it."""
        if self.trigger.interrupting:
            scope.clear()
        token = scope.enter(self)
        token._set_state(TaskState.STARTED)
        scope.top.open_scope(token)


def _throw(spec: TokenSpec, token: "Token") -> None:
    """Throw what the element says; a catcher may take the token away with all around it."""
    event, scope = spec.event, token.scope
    code = event.name or "" if event else ""
    match event.kind if event else None:
        case "error":
            if not events.throw_error(token, code):
                scope.top.fail(token, code)
        case "escalation":
            events.escalate(token, code)
        case "message" | "signal" if event is not None:
            events.send(token, event)
    if not token.has_state(TaskState.READY):
        scope.top.passed.append(Passed(spec.scope_spec.definition_key, spec.node.id))


def _choose_event(gateway: "Token", caught: "Token") -> None:
    """The first event happened: its way is taken, the others wait no longer."""
    scope, spec, via = gateway.scope, caught.task_spec, caught.via
    scope.cancel_token(gateway)
    key, passed = scope.spec.definition_key, scope.top.passed
    passed.append(Passed(key, gateway.task_spec.node.id))
    passed.append(Passed(key, via or ""))
    scope.enter(spec, via)._ready()


__all__ = [
    "BoundarySpec",
    "CatchSpec",
    "EndSpec",
    "EventGatewaySpec",
    "HandlerSpec",
    "ReceiveSpec",
    "StartSpec",
    "ThrowSpec",
]
