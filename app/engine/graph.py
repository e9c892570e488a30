"""A diagram as plain nodes and flows: what the file says after reading and normalising."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from app.core.i18n import Bilingual
from app.engine.expressions import Expression

#: Words of BPMN for what the engine executes; everything else is refused.
ACTIVITIES = frozenset(
    {
        "userTask",
        "manualTask",
        "task",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
        "subProcess",
        "callActivity",
    }
)
GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)

#: How a business rule task keeps the results of the rules that matched.
DecisionShape = Literal["singleEntry", "singleResult", "collectEntries", "resultList", "asIs"]
TimerKind = Literal["timeDate", "timeDuration", "timeCycle"]
EventKind = Literal[
    "timer", "message", "signal", "conditional", "error", "escalation", "link", "terminate"
]
#: What may come from outside while an instance waits for it.
HOSTED = frozenset({"message", "signal"})
#: Events for which a token waits; errors and escalations find their catcher when they are thrown.
AWAITED = HOSTED | {"timer", "conditional"}


@dataclass(frozen=True, slots=True)
class DecisionUse:
    """The decision that a business rule task asks, by its id."""

    ref: str
    shape: DecisionShape


@dataclass(frozen=True, slots=True)
class TimerRule:
    """When a timer is due: an ISO 8601 text, or an expression that gives a time or a duration."""

    kind: TimerKind
    text: str
    expression: Expression | None


@dataclass(frozen=True, slots=True)
class Mapped:
    """One `camunda:in` or `camunda:out` of a call: a source and the name that it gets."""

    source: Expression
    target: str


@dataclass(frozen=True, slots=True)
class CallMapping:
    """How variables pass in or out of a called process; None of it means: whole."""

    whole: bool
    values: tuple[Mapped, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What makes an event more than a none event."""

    kind: EventKind
    timer: TimerRule | None = None
    #: Name of a message, signal or link; code of an error or escalation, None for every code.
    name: str | None = None
    #: Gives what a message must agree in, where it is sent and where it is waited for.
    correlation: Expression | None = None
    condition: Expression | None = None
    #: What a thrown message or signal carries.
    payload: CallMapping | None = None

    def catches(self, kind: EventKind, code: str) -> bool:
        """Whether this catches a thrown error or escalation."""
        return self.kind == kind and self.name in {None, code}


@dataclass(frozen=True, slots=True)
class Loop:
    """How often an activity is done: a standard loop, or instances one by one or side by side."""

    kind: Literal["standard", "sequential", "parallel"]
    #: Of a standard loop whether it goes on; of a multi-instance whether the rest is not needed.
    condition: Expression | None = None
    #: A standard loop asks before the first time, too.
    tests_before: bool = False
    #: The most times that a standard loop goes round.
    maximum: int | None = None
    #: Gives the number of instances.
    cardinality: Expression | None = None
    #: Gives the list with one item for each instance, and the name that the item gets.
    collection: Expression | None = None
    item: str | None = None
    #: Name of the list of results, and what each instance adds to it.
    output: str | None = None
    result: Expression | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow."""

    id: str
    source: str
    target: str
    name: Bilingual
    condition: Expression | None = None
    condition_text: str = ""
    is_default: bool = False
    #: Put in by the normaliser; the author's file does not have it.
    implied: bool = False


@dataclass(slots=True)
class Node:
    """A flow node with what the engine needs to run it."""

    id: str
    type: str
    name: Bilingual
    level: str
    lane: str | None
    properties: dict[str, str]
    event: Event | None = None
    attached_to: str | None = None
    interrupting: bool = True
    default_flow: str | None = None
    #: An event sub-process: no flow leads to it, its start event does.
    by_event: bool = False
    called: str | None = None
    call_in: CallMapping | None = None
    call_out: CallMapping | None = None
    topic: str | None = None
    script: Expression | None = None
    result_variable: str | None = None
    decision: DecisionUse | None = None
    #: Taken over by a node around the activity when the diagram is normalised (`unfold.py`).
    loop: Loop | None = None
    implied: bool = False
    incoming: list[Flow] = field(default_factory=list)
    outgoing: list[Flow] = field(default_factory=list)
    boundaries: list["Node"] = field(default_factory=list)

    @property
    def drawn_id(self) -> str:
        """Id of the element of the file that this is, or that it was put in for."""
        return self.id.partition("~")[0]

    @property
    def goes_on(self) -> bool:
        """Whether the level around goes on as drawn behind this end event."""
        return self.event is None or self.event.kind in HOSTED


@dataclass(slots=True)
class Level:
    """One plane of tokens: the process itself or an embedded sub-process."""

    id: str
    #: Id of the sub-process node in the level above; None for the process.
    node_id: str | None
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[Flow] = field(default_factory=list)
    #: Id of the only node of a level that the normaliser put in: it has no start event.
    only: str | None = None

    @property
    def starts(self) -> list[Node]:
        """Every start event; only a process has more than one."""
        if self.only is not None:
            return [self.nodes[self.only]]
        return [node for node in self.nodes.values() if node.type == "startEvent"]

    @property
    def start(self) -> Node:
        """The start event that needs nothing to happen, or else the first."""
        starts = self.starts
        return next((node for node in starts if node.event is None), starts[0])

    @property
    def handlers(self) -> list[Node]:
        """The event sub-processes of this level."""
        return [node for node in self.nodes.values() if node.by_event]

    def connect(self) -> None:
        """Fill `incoming`, `outgoing` and `boundaries` from flows and attachments."""
        for node in self.nodes.values():
            node.incoming, node.outgoing, node.boundaries = [], [], []
        for flow in self.flows:
            self.nodes[flow.source].outgoing.append(flow)
            self.nodes[flow.target].incoming.append(flow)
        for node in self.nodes.values():
            if node.attached_to in self.nodes:
                self.nodes[node.attached_to].boundaries.append(node)

    def followers(self, node_id: str) -> Iterator[str]:
        """Ids of the nodes where a token may be next: along flows and over boundary events."""
        node = self.nodes[node_id]
        for flow in node.outgoing:
            yield flow.target
        for boundary in node.boundaries:
            yield boundary.id

    def reachable(self, begin: str, without: str | None = None) -> set[str]:
        """Ids of the nodes that a token at `begin` may come to, itself included."""
        return self._reach([begin], without)

    def entered(self, without: str | None = None) -> set[str]:
        """Ids of the nodes that a token from any start event may come to."""
        return self._reach([node.id for node in self.starts], without)

    def _reach(self, pending: list[str], without: str | None) -> set[str]:
        seen: set[str] = set()
        while pending:
            node_id = pending.pop()
            if node_id in seen or node_id == without:
                continue
            seen.add(node_id)
            pending.extend(self.followers(node_id))
        return seen


@dataclass(slots=True)
class Graph:
    """All levels of one process, by id; the first is the process itself."""

    key: str
    levels: dict[str, Level] = field(default_factory=dict)

    @property
    def top(self) -> Level:
        """The level of the process itself."""
        return self.levels[self.key]

    def nodes(self) -> Iterator[Node]:
        """Every node of every level, in document order within its level."""
        for level in self.levels.values():
            yield from level.nodes.values()

    def node(self, node_id: str) -> Node:
        """The node with this id, in whatever level."""
        return next(
            level.nodes[node_id] for level in self.levels.values() if node_id in level.nodes
        )
