"""Plays the token game over each level before it is deployed: no join may wait for ever.

Conditions count as open (any flow may be taken), steps as done in any order, events as happening
or not, from each start event. An event sub-process is a level of its own. A marking is the set of
flows that carry a token. The search stops at a limit and says so.
"""

from collections import deque
from collections.abc import Iterator
from itertools import combinations

from app.core.i18n import N_
from app.engine.graph import Flow, Level, Node
from app.engine.limits import Limits
from app.engine.reading import Reading

Marking = frozenset[str]
#: Beyond this many flows an inclusive split is tried one by one and all together only.
_MOST_SUBSETS = 4


def check_soundness(reading: Reading, limits: Limits) -> None:
    """Refuse a level in which a join can wait for ever; warn of what may happen twice."""
    for level in reading.graph.levels.values():
        _Search(reading, level, limits.soundness_work).run()


class _Search:
    def __init__(self, reading: Reading, level: Level, limit: int) -> None:
        self._reading = reading
        self._level = level
        self._limit = limit
        self._flows = {flow.id: flow for flow in level.flows}
        self._came_from: dict[Marking, tuple[Marking | None, str]] = {}
        self._doubled: set[str] = set()
        self._sources = {
            node.id: {flow.id: _flows_before(level, flow, node.id) for flow in node.incoming}
            for node in level.nodes.values()
            if node.type == "inclusiveGateway" and len(node.incoming) > 1
        }

    def run(self) -> None:
        pending: deque[Marking] = deque()
        for start in self._level.starts:
            first = frozenset(flow.id for flow in start.outgoing)
            if first not in self._came_from:
                self._came_from[first] = (None, start.id)
                pending.append(first)
        work = 0
        while pending:
            marking = pending.popleft()
            stuck = bool(marking)
            for node_id, following in self._firings(marking):
                stuck = False
                work += len(following) + 1
                if following not in self._came_from:
                    self._came_from[following] = (marking, node_id)
                    pending.append(following)
            if stuck:
                self._refuse_stuck(marking)
                return
            if work > self._limit:
                self._reading.warn(
                    "soundness",
                    self._level.node_id or "",
                    N_(
                        "Only the first {found} states of this diagram were checked for joins "
                        "that wait for ever."
                    ),
                    found=len(self._came_from),
                )
                return

    def _firings(self, marking: Marking) -> Iterator[tuple[str, Marking]]:
        for target in dict.fromkeys(self._flows[each].target for each in sorted(marking)):
            node = self._level.nodes[target]
            arrived = [flow.id for flow in node.incoming if flow.id in marking]
            if node.type == "parallelGateway":
                if len(arrived) == len(node.incoming):
                    yield from self._put(node, marking.difference(arrived), [node.outgoing])
            elif node.type == "inclusiveGateway" and len(node.incoming) > 1:
                if self._may_join(node, arrived, marking):
                    yield from self._put(node, marking.difference(arrived), _subsets(node))
            else:
                for flow_id in arrived:
                    yield from self._pass(node, marking - {flow_id})

    def _pass(self, node: Node, rest: Marking) -> Iterator[tuple[str, Marking]]:
        if node.type == "endEvent":
            clears = node.event is not None and node.event.kind in {"terminate", "error"}
            yield node.id, frozenset() if clears else rest
        elif node.type in {"exclusiveGateway", "eventBasedGateway"}:
            yield from self._put(node, rest, [[flow] for flow in node.outgoing])
        elif node.type == "inclusiveGateway":
            yield from self._put(node, rest, _subsets(node))
        else:
            ways = [node.outgoing]
            for boundary in node.boundaries:
                beside = [] if boundary.interrupting else node.outgoing
                ways.append([*beside, *boundary.outgoing])
            yield from self._put(node, rest, ways)

    def _put(
        self, node: Node, rest: Marking, ways: list[list[Flow]]
    ) -> Iterator[tuple[str, Marking]]:
        for flows in ways:
            for flow in flows:
                if flow.id in rest and flow.id not in self._doubled:
                    self._doubled.add(flow.id)
                    self._reading.warn(
                        "soundness",
                        flow.target,
                        N_(
                            "Two branches can come to this element one after the other without a "
                            "join before it, so that it is done twice."
                        ),
                    )
            yield node.id, rest.union(flow.id for flow in flows)

    def _may_join(self, node: Node, arrived: list[str], marking: Marking) -> bool:
        sources = self._sources[node.id]
        full = set[str]().union(*(sources[flow_id] for flow_id in arrived))
        return not any(
            token in sources[flow.id] and token not in full
            for flow in node.incoming
            if flow.id not in arrived
            for token in marking.difference(arrived)
        )

    def _refuse_stuck(self, marking: Marking) -> None:
        join = self._flows[min(marking)].target
        path: list[str] = []
        at: Marking | None = marking
        while at is not None:
            at, node_id = self._came_from[at]
            if not self._level.nodes[node_id].implied:
                path.insert(0, node_id)
        self._reading.refuse(
            "soundness",
            join,
            N_(
                "Expected every flow into this join to get a token, found a path on which it waits "
                "for ever: {path}. Merge alternatives with an exclusive gateway first."
            ),
            path=" → ".join(path[-12:]),
        )


def _subsets(node: Node) -> list[list[Flow]]:
    flows = node.outgoing
    if len(flows) > _MOST_SUBSETS:
        return [*([flow] for flow in flows), flows]
    return [list(some) for count in range(1, len(flows) + 1) for some in combinations(flows, count)]


def _flows_before(level: Level, flow: Flow, without: str) -> set[str]:
    """Flows from which a token can come over this flow without passing a node."""
    found: set[str] = set()
    pending = [flow]
    while pending:
        one = pending.pop()
        if one.id in found:
            continue
        found.add(one.id)
        node = level.nodes[one.source]
        if node.attached_to is not None:
            node = level.nodes[node.attached_to]
        if node.id != without:
            pending.extend(node.incoming)
    return found
