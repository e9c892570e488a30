"""Implied gateways made explicit, so that only gateways ever choose or split.

BPMN lets an activity or event leave by several flows (a parallel split) or by flows with conditions
(an inclusive split). The author's file stays as it is; only the graph gets the gateway.
"""

from dataclasses import replace

from app.core.i18n import Bilingual
from app.engine.graph import GATEWAYS, Flow, Level, Node

#: No XML id contains this sign.
_SIGN = "~"


def normalise(level: Level) -> None:
    """Put a gateway behind every node other than a gateway that splits or chooses by itself."""
    level.connect()
    for node in list(level.nodes.values()):
        if node.type in GATEWAYS:
            continue
        chooses = any(flow.condition or flow.is_default for flow in node.outgoing)
        if chooses or len(node.outgoing) > 1:
            _insert(level, node, "inclusiveGateway" if chooses else "parallelGateway")
    level.connect()


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
