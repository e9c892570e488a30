"""SpiffWorkflow's task specs, taught to behave as BPMN 2.0 says; built from the graph.

The library predicts whole futures, copies data from branch to branch and lets joins guess from the
history which branches have arrived. Here a token exists only where it is: a spec puts the next
tokens when its own token completes, joins count the tokens that wait at them, and variables
belong to the scope. No spec changes while it runs, so all instances and threads share it.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from typing import TYPE_CHECKING

from app.core.errors import CountersignError
from app.core.i18n import N_
from app.engine import events
from app.engine.blocks import Block, blocks_of
from app.engine.decisions import DecisionError, FeelError, ShapeError, decide
from app.engine.errors import BpmnError
from app.engine.event_specs import (
    BoundarySpec,
    CatchSpec,
    EndSpec,
    EventGatewaySpec,
    HandlerSpec,
    ReceiveSpec,
    StartSpec,
    ThrowSpec,
)
from app.engine.forward import Forward
from app.engine.graph import Flow, Graph, Level, Node
from app.engine.level_specs import CallSpec, InstanceSpec, LoopSpec, SubProcessSpec
from app.engine.limits import Limits
from app.engine.spiff import (
    BpmnProcessSpec,
    BpmnTaskSpec,
    ExclusiveGateway,
    InclusiveGateway,
    ManualTask,
    ParallelGateway,
    ScriptTask,
    ServiceTask,
    TaskSpec,
    TaskState,
    UserTask,
    WorkflowSpec,
)
from app.engine.step import ServiceCall
from app.engine.token_spec import TokenSpec
from app.engine.unfold import INSTANCE, LOOP, looped_id

if TYPE_CHECKING:
    from app.engine.tokens import Scope, Token


class ScopeSpec(BpmnProcessSpec):
    """One level of a definition as SpiffWorkflow runs it: a process or an embedded sub-process."""

    def __init__(self, graph: Graph, level: Level, limits: Limits) -> None:
        # Not the parent's own `__init__`: it claims the names Start and End.
        WorkflowSpec.__init__(self, level.id)
        self.data_objects, self.data_stores, self.correlation_keys = {}, {}, {}
        self.bpmn_start_events: list[TaskSpec] = []
        self.io_specification = self.description = self.end = self.svg = None
        self.definition_key = graph.key
        self.level = level
        self.zone = limits.zone
        self.most_instances = limits.instances
        self.root = RootSpec(self, "")
        self.start = self.root
        #: Block of every node and flow, by id.
        self.blocks: Mapping[str, Block] = blocks_of(level)
        self.nodes: Mapping[str, TokenSpec] = {
            node.id: _spec(self, node, graph) for node in level.nodes.values()
        }
        for spec in self.nodes.values():
            spec._link()
        self.first = self.nodes[level.start.id]
        for start in level.starts:
            self.root.connect(self.nodes[start.id])
        #: The event sub-processes of this level.
        self.handlers = tuple(spec for spec in self.nodes.values() if isinstance(spec, HandlerSpec))
        #: Whether some condition is asked again whenever a variable changes.
        self.has_conditions = any(
            spec.event and spec.event.kind == "conditional" for spec in self.nodes.values()
        )
        self.inclusive_joins = tuple(
            spec for spec in self.nodes.values() if isinstance(spec, InclusiveSpec)
        )
        for join in self.inclusive_joins:
            join.look_around(level)
        self.forks = tuple(
            spec for spec in self.nodes.values() if isinstance(spec, ForkingSpec) and spec.forks
        )

    def begins_at(self, element_id: str) -> TokenSpec | None:
        """Where an element of the file begins on this level: its loop, if it has one."""
        return self.nodes.get(looped_id(element_id)) or self.nodes.get(element_id)

    @cached_property
    def forward(self) -> Forward:
        """The level without its ways back, worked out when somebody looks ahead."""
        return Forward(self.level)


class RootSpec(BpmnTaskSpec):
    """Where the token tree of a scope hangs; never runs."""


class PassSpec(TokenSpec, ManualTask):
    """Manual and untyped tasks: nobody is asked."""

    def __init__(self, scope: ScopeSpec, node: Node) -> None:
        super().__init__(scope, node)
        self.manual = False


class StepSpec(TokenSpec, UserTask):
    """User task: waits for a person."""

    def _become_ready(self, token: "Token") -> None:
        token.scope.top.visit(self)
        token.scope.attach_boundaries(token)


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
            if not events.throw_error(token, error.code):
                raise self.failure(
                    "error",
                    N_("Expected a boundary event that catches the error “{code}”, found none."),
                    code=error.code,
                ) from None
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
            token.scope.write(self.node.id, dict(result))


class ScriptSpec(TokenSpec, ScriptTask):
    """Script task: one FEEL expression whose value is kept."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"script": node.script.source if node.script else ""}

    def _act(self, token: "Token") -> None:
        if self.node.script is not None:
            value = self.evaluate(self.node.script, token.scope)
            token.scope.write(self.node.result_variable or self.node.id, value)


class BusinessRuleSpec(TokenSpec, ScriptTask):
    """Business rule task: a decision reads the variables, its result is kept."""

    def _more(self, node: Node) -> dict[str, object]:
        return {"script": ""}

    def _act(self, token: "Token") -> None:
        use, top = self.node.decision, token.scope.top
        if use is None:
            raise AssertionError("The gate lets no business rule task without a decision pass.")
        model = top.process.definitions[self.scope_spec.definition_key].decisions[use.ref]
        try:
            value = decide(model, use, token.scope.variables(), top.budget)
        except (DecisionError, FeelError) as error:
            raise self.failure(
                "expression",
                N_("The decision “{decision}” failed: {reason}"),
                decision=use.ref,
                reason=str(error),
            ) from None
        except ShapeError as error:
            raise self.failure(
                "expression",
                N_("Expected a {wanted} from the decision “{decision}”, found {found}."),
                wanted=use.shape,
                decision=use.ref,
                found=str(error),
            ) from None
        token.scope.write(self.node.result_variable or self.node.id, value)


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
    "intermediateCatchEvent": CatchSpec,
    "boundaryEvent": BoundarySpec,
    "userTask": StepSpec,
    "manualTask": PassSpec,
    "task": PassSpec,
    "serviceTask": ServiceSpec,
    "sendTask": ServiceSpec,
    "receiveTask": ReceiveSpec,
    "scriptTask": ScriptSpec,
    "businessRuleTask": BusinessRuleSpec,
    "subProcess": SubProcessSpec,
    "callActivity": CallSpec,
    LOOP: LoopSpec,
    INSTANCE: InstanceSpec,
    "exclusiveGateway": ExclusiveSpec,
    "parallelGateway": ParallelSpec,
    "inclusiveGateway": InclusiveSpec,
    "eventBasedGateway": EventGatewaySpec,
}


def _spec(scope: ScopeSpec, node: Node, graph: Graph) -> TokenSpec:
    if node.by_event:
        return HandlerSpec(scope, node, graph.levels[node.id].start)
    if node.type == "sendTask" and node.event is not None:
        return ThrowSpec(scope, node)
    return _SPECS[node.type](scope, node)
