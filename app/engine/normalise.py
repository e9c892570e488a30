"""What the notation implies made explicit: gateways behind nodes, flows between links.

BPMN lets an activity or event leave by several flows (a parallel split) or by flows with conditions
(an inclusive split), lets a path end without an end event, and takes two link events of one name
for a flow. The author's file stays as it is; only the graph gets the gateway, the end or the flow.
"""

from dataclasses import replace

from app.core.i18n import Bilingual
from app.engine.graph import GATEWAYS, Flow, Level, Node

#: No XML id contains this sign.
_SIGN = "~"


def normalise(level: Level) -> None:
    """Put a gateway behind every node other than a gateway that splits or chooses by itself."""
    _join_links(level)
    level.connect()
    _end_paths(level)
    level.connect()
    for node in list(level.nodes.values()):
        if node.type in GATEWAYS:
            continue
        chooses = any(flow.condition or flow.is_default for flow in node.outgoing)
        if chooses or len(node.outgoing) > 1:
            _insert(level, node, "inclusiveGateway" if chooses else "parallelGateway")
    level.connect()


def _end_paths(level: Level) -> None:
    """A path ends behind an activity or event without a flow, as at an end event."""
    for node in list(level.nodes.values()):
        if node.type in GATEWAYS or node.type in {"startEvent", "endEvent"} or node.by_event:
            continue
        if not node.outgoing:
            end = Node(
                id=f"{node.id}{_SIGN}end",
                type="endEvent",
                name=node.name,
                level=level.id,
                lane=node.lane,
                properties={},
                implied=True,
            )
            level.nodes[end.id] = end
            level.flows.append(
                Flow(f"{node.id}{_SIGN}last", node.id, end.id, Bilingual("", ""), implied=True)
            )


def _join_links(level: Level) -> None:
    links = [node for node in level.nodes.values() if node.event and node.event.kind == "link"]
    targets = {
        node.event.name: node.id
        for node in links
        if node.type == "intermediateCatchEvent" and node.event
    }
    level.flows += [
        Flow(
            f"{node.id}{_SIGN}link",
            node.id,
            targets[node.event.name],
            Bilingual("", ""),
            implied=True,
        )
        for node in links
        if node.type == "intermediateThrowEvent" and node.event
    ]


def _insert(level: Level, node: Node, kind: str) -> None:
    gateway = Node(
        id=f"{node.id}{_SIGN}split",
        type=kind,
        name=Bilingual("", ""),
        level=level.id,
        lane=node.lane,
        properties={},
        default_flow=node.default_flow,
        implied=True,
    )
    level.nodes[gateway.id] = gateway
    level.flows = [
        replace(flow, source=gateway.id) if flow.source == node.id else flow for flow in level.flows
    ]
    level.flows.append(
        Flow(f"{node.id}{_SIGN}flow", node.id, gateway.id, Bilingual("", ""), implied=True)
    )
