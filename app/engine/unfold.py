"""Puts levels of their own around an activity that is done several times.

`review` with a loop becomes `review~loop`, a node of the same place with all flows and boundary
events, and inside it two levels: one that counts (`review~loop`, with the node `review~each`), and
for each instance one (`review~each`) in which `review` stands alone, done once.
"""

from dataclasses import replace

from app.engine.graph import Graph, Level, Node

#: No XML id contains this sign.
_LOOP, _EACH = "~loop", "~each"
#: Types of the nodes that are put in.
LOOP, INSTANCE = "loop", "instance"


def unfold_loops(graph: Graph) -> None:
    """Unfold every activity with a loop; the level around comes before those inside it."""
    unfolded: dict[str, Level] = {}
    for level in graph.levels.values():
        unfolded[level.id] = level
        for node in list(level.nodes.values()):
            if node.loop is not None:
                for inner in _unfold(level, node):
                    unfolded[inner.id] = inner
        level.connect()
    graph.levels = unfolded


def looped_id(node_id: str) -> str:
    """Id of the node around an activity with a loop."""
    return node_id + _LOOP


def activity_id(node_id: str) -> str:
    """Id of the activity in the file that a node stands for."""
    return node_id.removesuffix(_LOOP).removesuffix(_EACH)


def _unfold(level: Level, node: Node) -> tuple[Level, Level]:
    around = _stand_in(node, node.id + _LOOP, LOOP, level.id)
    each = _stand_in(node, node.id + _EACH, INSTANCE, around.id)
    nodes = ((around if one is node else one) for one in level.nodes.values())
    level.nodes = {one.id: one for one in nodes}
    level.flows = [
        replace(
            flow,
            source=around.id if flow.source == node.id else flow.source,
            target=around.id if flow.target == node.id else flow.target,
        )
        for flow in level.flows
    ]
    for one in level.nodes.values():
        if one.attached_to == node.id:
            one.attached_to = around.id
    node.level, node.loop = each.id, None
    counting = Level(around.id, around.id, {each.id: each}, only=each.id)
    alone = Level(each.id, each.id, {node.id: node}, only=node.id)
    for inner in (counting, alone):
        inner.connect()
    return counting, alone


def _stand_in(node: Node, own_id: str, kind: str, level: str) -> Node:
    return Node(
        id=own_id,
        type=kind,
        name=node.name,
        level=level,
        lane=node.lane,
        properties={},
        loop=node.loop,
        implied=True,
    )
