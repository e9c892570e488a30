"""The way ahead on one level: its flows without those that lead back to where a token has been."""

from collections.abc import Iterable, Iterator

from app.engine.graph import Flow, Level, Node


class Forward:
    """One level of a diagram without its back flows: a graph that no walk runs round in.

    A flow leads back when every way from a start to its source passes its target.
    """

    def __init__(self, level: Level) -> None:
        self.level = level
        self._back = {
            flow.id
            for flow in _retreating(level)
            if flow.source not in level.entered(without=flow.target)
        }
        self._reach: dict[str, frozenset[str]] = {}

    def flows(self, node: Node) -> list[Flow]:
        """The flows that lead on from a node, in the diagram's order."""
        return [flow for flow in node.outgoing if flow.id not in self._back]

    def reach(self, begin: str) -> frozenset[str]:
        """Ids of the nodes ahead of a node, itself included, boundary events followed too."""
        found = self._reach.get(begin)
        if found is None:
            found = self._reach[begin] = frozenset(self.in_order(begin))
        return found

    def in_order(self, begin: str) -> Iterator[str]:
        """The same, nearest first."""
        seen = {begin}
        pending = [begin]
        while pending:
            node = self.level.nodes[pending.pop(0)]
            yield node.id
            following = [flow.target for flow in self.flows(node)]
            for each in (*following, *(boundary.id for boundary in node.boundaries)):
                if each not in seen:
                    seen.add(each)
                    pending.append(each)

    def meeting(self, nodes: Iterable[str]) -> str | None:
        """The nearest node that lies ahead of all of these, or None where they never meet."""
        first, *others = [self.reach(each) for each in nodes]
        common = first.intersection(*others)
        return next((each for each in sorted(common) if common <= self.reach(each)), None)


def _retreating(level: Level) -> Iterator[Flow]:
    """Flows to a node that a walk in depth is still inside of: every back flow is among them."""
    entered: set[str] = set()
    inside: set[str] = set()
    pending = [(node.id, False) for node in level.starts]
    while pending:
        node_id, is_left = pending.pop()
        if is_left:
            inside.remove(node_id)
            continue
        if node_id in entered:
            continue
        entered.add(node_id)
        inside.add(node_id)
        pending.append((node_id, True))
        yield from (flow for flow in level.nodes[node_id].outgoing if flow.target in inside)
        pending += [(each, False) for each in level.followers(node_id)]
