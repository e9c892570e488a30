"""SpiffWorkflow's task specs, taught to behave as BPMN 2.0 says; built from the graph.

The library predicts whole futures, copies data from branch to branch and lets joins guess from the
history which branches have arrived. Here a token exists only where it is: a spec puts the next
tokens when its own token completes, joins count the tokens that wait at them, and variables
belong to the scope. No spec changes while it runs, so all instances and threads share it.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import tzinfo
from functools import cached_property
from typing import TYPE_CHECKING, cast

from app.core.errors import CountersignError
from app.core.i18n import N_
from app.engine.blocks import Block, blocks_of
from app.engine.errors import BpmnError, EngineError
from app.engine.expressions import Expression, FeelError
from app.engine.forward import Forward
from app.engine.graph import Flow, Level, Node
from app.engine.spiff import (
    BoundaryEvent,
    BpmnProcessSpec,
    BpmnTaskSpec,
    CallActivity,
    EndEvent,
    ExclusiveGateway,
    InclusiveGateway,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ManualTask,
    NoneEventDefinition,
    ParallelGateway,
    ScriptTask,
    ServiceTask,
    StartEvent,
    SubWorkflowTask,
    Task,
    TaskSpec,
    TaskState,
    UserTask,
    WorkflowSpec,
)
from app.engine.step import Passed, ServiceCall
from app.engine.timers import TimerError, schedule

if TYPE_CHECKING:
    from app.engine.scopes import Scope, Token


class ScopeSpec(BpmnProcessSpec):
    """One level of a definition as SpiffWorkflow runs it: a process or an embedded sub-process."""

    def __init__(self, definition_key: str, level: Level, zone: tzinfo) -> None:
        # Not the parent's own `__init__`: it claims the names Start and End.
        WorkflowSpec.__init__(self, level.id)
        self.data_objects, self.data_stores, self.correlation_keys = {}, {}, {}
        self.bpmn_start_events: list[TaskSpec] = []
        self.io_specification = self.description = self.end = self.svg = None
        self.definition_key = definition_key
        self.level = level
        self.zone = zone
        self.root = RootSpec(self, "")
        self.start = self.root
        #: Block of every node and flow, by id.
        self.blocks: Mapping[str, Block] = blocks_of(level)
        self.nodes: Mapping[str, TokenSpec] = {
            node.id: _SPECS[node.type](self, node) for node in level.nodes.values()
        }
        for spec in self.nodes.values():
            spec._link()
        self.first = self.nodes[level.start.id]
        self.root.connect(self.first)
        self.inclusive_joins = tuple(
            spec for spec in self.nodes.values() if isinstance(spec, InclusiveSpec)
        )
        for join in self.inclusive_joins:
            join.look_around(level)
        self.forks = tuple(
            spec for spec in self.nodes.values() if isinstance(spec, ForkingSpec) and spec.forks
        )

    @cached_property
    def forward(self) -> Forward:
        """The level without its ways back, worked out when somebody looks ahead."""
        return Forward(self.level)


class RootSpec(BpmnTaskSpec):
    """Where the token tree of a scope hangs; never runs."""


class TokenSpec(BpmnTaskSpec):
    """What all specs here share: no prediction, no copies of data, flows known by id."""

    _wf_spec: ScopeSpec

    def __init__(self, scope: ScopeSpec, node: Node) -> None:
        super().__init__(scope, node.id, bpmn_name=node.name.zh, lane=node.lane, **self._more(node))
        self.bpmn_id, self.bpmn_name = node.id, node.name.zh
        self.scope_spec = scope
        self.node = node
        self.flows: tuple[Flow, ...] = tuple(node.outgoing)
        self.boundaries: tuple[BoundarySpec, ...] = ()

    def _more(self, node: Node) -> dict[str, object]:
        """Arguments that the SpiffWorkflow class of this spec asks for."""
        return {}

    def _link(self) -> None:
        """Connect to the specs behind the flows, once all of them exist."""
        for flow in self.flows:
            TaskSpec.connect(self, self.scope_spec.nodes[flow.target])
        self.boundaries = tuple(
            cast(BoundarySpec, self.scope_spec.nodes[each.id]) for each in self.node.boundaries
        )

    # What SpiffWorkflow calls.

    def _predict(
        self, my_task: Task, seen: object = None, looked_ahead: int = 0, mask: int = 0
    ) -> None:
        """No token exists before it is there."""

    def _update(self, my_task: Task) -> None:
        if self._arrive(cast("Token", my_task)):
            my_task._ready()

    def _on_ready(self, my_task: Task) -> None:
        self._become_ready(cast("Token", my_task))

    def _run_hook(self, my_task: Task) -> bool:
        self._act(cast("Token", my_task))
        return True

    def _on_complete_hook(self, my_task: Task) -> None:
        token = cast("Token", my_task)
        token._drop_children()
        token.scope.leave(token, self._choose(token.scope))

    def _on_cancel(self, my_task: Task) -> None:
        token = cast("Token", my_task)
        token.scope.top.drop_scope(token)

    # What BPMN means.

    def _arrive(self, token: "Token") -> bool:
        """A token has come; whether it may run now."""
        return True

    def _become_ready(self, token: "Token") -> None:
        """The token may run: by itself, unless a person has to act."""
        token.scope.top.ready.append(token)

    def _act(self, token: "Token") -> None:
        """Do what the element does."""

    def _choose(self, scope: "Scope") -> Sequence[Flow]:
        """The flows that get a token when this one is done."""
        return self.flows

    def failure(self, kind: str, template: str, **values: object) -> EngineError:
        """An error at this element."""
        return EngineError(
            kind,  # type: ignore[arg-type]  # every caller writes one of the words
            self.scope_spec.definition_key,
            self.node.id.partition("~")[0],
            template,
            **values,
        )

    def evaluate(self, expression: Expression, scope: "Scope") -> object:
        """The value of an expression here; a failing one names this element."""
        try:
            return expression.evaluate_strict(scope.variables(), scope.top.budget)
        except FeelError as error:
            raise self.failure(
                "expression",
                N_("The expression “{text}” failed: {reason}"),
                text=expression.source,
                reason=str(error),
            ) from None

    def holds(self, flow: Flow, scope: "Scope") -> bool:
        """Whether the condition of a flow is true; anything but true or false is an error."""
        if flow.condition is None:
            return True
        value = self.evaluate(flow.condition, scope)
        if not isinstance(value, bool):
            raise self.failure(
                "expression",
                N_("Expected true or false from the condition “{text}”, found {found}."),
                text=flow.condition_text,
                found="null" if value is None else str(value),
            )
        return value

    def no_match(self) -> EngineError:
        """No flow of this gateway may be taken."""
        return self.failure(
            "no_match",
            N_("Expected a flow of “{name}” whose condition is true, found none."),
            name=self.node.name if str(self.node.name) else self.node.id,
        )


def _event(node: Node) -> dict[str, object]:
    return {"event_definition": NoneEventDefinition()}


class StartSpec(TokenSpec, StartEvent):
    """Start event."""

    def _more(self, node: Node) -> dict[str, object]:
        return _event(node)


class ThrowSpec(TokenSpec, IntermediateThrowEvent):
    """None intermediate event: a milestone."""

    def _more(self, node: Node) -> dict[str, object]:
        return _event(node)


class EndSpec(TokenSpec, EndEvent):
    """None, terminate and error end event."""

    def __init__(self, scope: ScopeSpec, node: Node) -> None:
        super().__init__(scope, node)
        #: Ends the branch of a non-interrupting event, which lives beside the main path.
        self.is_beside = False

    def _more(self, node: Node) -> dict[str, object]:
        return _event(node)

    def _link(self) -> None:
        super()._link()
        nodes = self.scope_spec.nodes
        splits = (split for split, _ in self.scope_spec.blocks.get(self.node.id, ()))
        self.is_beside = any(isinstance(nodes[split], BoundarySpec) for split in splits)

    def _act(self, token: "Token") -> None:
        event, scope = self.node.event, token.scope
        if event is not None and event.kind == "error":
            scope.top.passed.append(Passed(self.scope_spec.definition_key, self.node.id))
            scope.throw(token, event.error_code or "")
            return
        if event is not None:
            scope.terminate(token)
        if scope is scope.top and (event or not self.is_beside or scope.top.end_id is None):
            scope.top.end_id = self.node.id


class PassSpec(TokenSpec, ManualTask):
    """Manual and untyped tasks: nobody is asked."""

    def __init__(self, scope: ScopeSpec, node: Node) -> None:
        super().__init__(scope, node)
        self.manual = False


class StepSpec(TokenSpec, UserTask):
    """User task: waits for a person."""

    def _become_ready(self, token: "Token") -> None:
        token.scope.top.visit(self)
        token.scope.attach_timers(token)


class ServiceSpec(TokenSpec, ServiceTask):
    """Service and send task: a handler answers within the step."""

    def _act(self, token: "Token") -> None:
        top, topic = token.scope.top, self.node.topic or ""
        handler = top.handlers.get(topic)
        if handler is None:
            raise self.failure(
                "topic", N_("Expected a handler for the topic “{topic}”, found none."), topic=topic
            )
        call = ServiceCall(
            topic=topic,
            element_id=self.node.id,
            definition_key=self.scope_spec.definition_key,
            name=self.node.name,
            variables=deepcopy(dict(token.scope.variables())),
            properties=dict(self.node.properties),
            now=top.now,
        )
        try:
            result = handler(call)
        except BpmnError as error:
            token.scope.throw(token, error.code)
            return
        except CountersignError as error:
            # A refusal in a handler's own words is shown as it is.
            refusal = self.failure("handler", error.sentence.template)
            refusal.sentence = error.sentence
            raise refusal from error
        except Exception as error:
            raise self.failure(
                "handler",
                N_("The handler of “{topic}” failed: {reason}"),
                topic=topic,
                reason=f"{type(error).__name__}: {error}",
            ) from error
        if result is not None:
            token.scope.data[self.node.id] = dict(result)


class ScriptSpec(TokenSpec, ScriptTask):
    """Script task: one FEEL expression whose value is kept."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"script": node.script.source if node.script else ""}

    def _act(self, token: "Token") -> None:
        if self.node.script is not None:
            value = self.evaluate(self.node.script, token.scope)
            token.scope.data[self.node.result_variable or self.node.id] = value


class ExclusiveSpec(TokenSpec, ExclusiveGateway):
    """Exclusive gateway: the first flow in the file whose condition is true, else the default."""

    def _choose(self, scope: "Scope") -> Sequence[Flow]:
        default: tuple[Flow, ...] = ()
        for flow in self.flows:
            if flow.is_default:
                default = (flow,)
            elif self.holds(flow, scope):
                return (flow,)
        if not default:
            raise self.no_match()
        return default


class ForkingSpec(TokenSpec):
    """What gateways that may open several branches share: the instance knows when it forked."""

    @property
    def forks(self) -> bool:
        """Whether the diagram draws a fork here, which can be named, marked and returned to."""
        return len(self.flows) > 1 and not self.node.implied

    def _act(self, token: "Token") -> None:
        if self.forks:
            token.scope.top.visit(self)


class ParallelSpec(ForkingSpec, ParallelGateway):
    """Parallel gateway: takes one token of every incoming flow, puts one on every outgoing flow."""

    def _arrive(self, token: "Token") -> bool:
        wanted = [flow.id for flow in self.node.incoming]
        if len(wanted) < 2:
            return True
        token._set_state(TaskState.WAITING)
        arrived = token.scope.waiting_at(self)
        if any(flow_id not in arrived for flow_id in wanted):
            return False
        token.scope.consume([arrived[flow_id][0] for flow_id in wanted], keep=token)
        return True


class InclusiveSpec(ForkingSpec, InclusiveGateway):
    """Inclusive gateway: joins when no further token can come, splits by every true condition."""

    #: Flow id → nodes from which a token can still come over it without passing this gateway.
    sources: Mapping[str, frozenset[str]]

    def look_around(self, level: Level) -> None:
        """Work out from where each incoming flow can be reached."""
        before: dict[str, list[str]] = {node_id: [] for node_id in level.nodes}
        for node_id in level.nodes:
            for follower in level.followers(node_id):
                before[follower].append(node_id)
        self.sources = {
            flow.id: _backwards(before, flow.source, self.node.id) for flow in self.node.incoming
        }

    def _arrive(self, token: "Token") -> bool:
        if len(self.node.incoming) < 2:
            return True
        # Whether more can come is decided when nothing else runs: `fire_when_complete`.
        token._set_state(TaskState.WAITING)
        return False

    def fire_when_complete(self, scope: "Scope") -> bool:
        """Join the waiting tokens if no other token of the scope can reach an empty flow."""
        arrived = scope.waiting_at(self)
        if not arrived:
            return False
        reachable_full = frozenset[str]().union(*(self.sources[flow_id] for flow_id in arrived))
        empty = [self.sources[flow.id] for flow in self.node.incoming if flow.id not in arrived]
        for token in scope.tokens():
            place = token.task_spec.node.id
            more_may_come = any(place in sources for sources in empty)
            if token.task_spec is not self and more_may_come and place not in reachable_full:
                return False
        first = [tokens[0] for tokens in arrived.values()]
        scope.consume(first, keep=first[0])
        first[0]._ready()
        return True

    def _choose(self, scope: "Scope") -> Sequence[Flow]:
        chosen = [flow for flow in self.flows if not flow.is_default and self.holds(flow, scope)]
        chosen = chosen or [flow for flow in self.flows if flow.is_default]
        if not chosen:
            raise self.no_match()
        return chosen


class SubProcessSpec(TokenSpec, SubWorkflowTask):
    """Embedded sub-process: a level of its own that shares the variables of its parent."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"subworkflow_spec": node.id}

    def _arrive(self, token: "Token") -> bool:
        token._set_state(TaskState.STARTED)
        token.scope.attach_timers(token)
        token.scope.top.open_scope(token)
        return False


class CallSpec(SubProcessSpec, CallActivity):
    """Call of another definition."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"subworkflow_spec": node.called}


class TimerSpec(TokenSpec, IntermediateCatchEvent):
    """Intermediate timer: waits until it is due."""

    def _more(self, node: Node) -> dict[str, object]:
        return _event(node)

    def _arrive(self, token: "Token") -> bool:
        token._set_state(TaskState.WAITING)
        set_clock(self, token)
        return False


class BoundarySpec(TokenSpec, BoundaryEvent):
    """Boundary event: a waiting token under its activity for a timer, none for an error."""

    def _more(self, node: Node) -> dict[str, object]:
        return {**_event(node), "cancel_activity": node.interrupting}

    def catches(self, code: str) -> bool:
        """Whether this is an error event for the code."""
        event = self.node.event
        return event is not None and event.kind == "error" and event.error_code in {None, code}


def set_clock(spec: TokenSpec, token: "Token") -> None:
    """Give a timer token its due time."""
    rule = spec.node.event.timer if spec.node.event else None
    if rule is None:
        return
    scope = token.scope
    try:
        token.clock = schedule(rule, scope.variables(), scope.top.now, spec.scope_spec.zone)
    except FeelError as error:
        raise spec.failure(
            "expression",
            N_("The expression “{text}” failed: {reason}"),
            text=rule.text,
            reason=str(error),
        ) from None
    except TimerError as error:
        raise spec.failure(
            "timer",
            N_("Expected a time or a duration from “{text}”, found {found}."),
            text=rule.text,
            found=str(error),
        ) from None


def _backwards(before: Mapping[str, list[str]], begin: str, without: str) -> frozenset[str]:
    found: set[str] = set()
    pending = [begin]
    while pending:
        node_id = pending.pop()
        if node_id not in found and node_id != without:
            found.add(node_id)
            pending.extend(before[node_id])
    return frozenset(found)


_SPECS: Mapping[str, type[TokenSpec]] = {
    "startEvent": StartSpec,
    "endEvent": EndSpec,
    "intermediateThrowEvent": ThrowSpec,
    "intermediateCatchEvent": TimerSpec,
    "boundaryEvent": BoundarySpec,
    "userTask": StepSpec,
    "manualTask": PassSpec,
    "task": PassSpec,
    "serviceTask": ServiceSpec,
    "sendTask": ServiceSpec,
    "scriptTask": ScriptSpec,
    "subProcess": SubProcessSpec,
    "callActivity": CallSpec,
    "exclusiveGateway": ExclusiveSpec,
    "parallelGateway": ParallelSpec,
    "inclusiveGateway": InclusiveSpec,
}
