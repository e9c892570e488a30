"""Which parallel branch an element lies in: the ground for returns, and for what they cancel.

A `Block` is a path of (split, branches): `()` is the trunk, `(("fork", {0}),)` the first branch
behind `fork`. Where branches meet, the block widens to their union, and ends when all have met.
An event sub-process is a branch of its own.
"""

from app.engine.graph import Level, Node

Block = tuple[tuple[str, frozenset[int]], ...]


def blocks_of(level: Level) -> dict[str, Block]:
    """The block of every element, by id; join arrivals are looked up by their flow's id."""
    found: dict[str, Block] = {node.id: () for node in level.starts}
    found |= {node.id: ((node.id, frozenset({0})),) for node in level.handlers}
    sizes = {
        node.id: len(node.outgoing)
        for node in level.nodes.values()
        if node.type in {"parallelGateway", "inclusiveGateway"}
    }
    pending = [node.id for node in level.starts]
    while pending:
        node = level.nodes[pending.pop(0)]
        for branch, target, via in _leaving(node):
            block = found[node.id]
            if branch is not None:
                block = (*block, (node.id if via else target, frozenset({branch})))
            if via:
                found[via] = block if via not in found else _meet(found[via], block, sizes)
                block = found[via]
            known = found.get(target)
            merged = block if known is None else _meet(known, block, sizes)
            if merged != known:
                found[target] = merged
                pending.append(target)
    return found


def is_inside(inner: Block, outer: Block) -> bool:
    """Whether the first block lies within the second, or is the same."""
    return len(inner) >= len(outer) and all(
        one == two and few <= many for (one, few), (two, many) in zip(inner, outer, strict=False)
    )


def _leaving(node: Node) -> list[tuple[int | None, str, str]]:
    """(branch or None, target, flow id or "" for a boundary event) for every way on."""
    splits = node.type in {"parallelGateway", "inclusiveGateway"} and len(node.outgoing) > 1
    ways: list[tuple[int | None, str, str]] = [
        (index if splits else None, flow.target, flow.id)
        for index, flow in enumerate(node.outgoing)
    ]
    # A non-interrupting event opens a branch of its own beside the activity.
    ways += [(None if each.interrupting else 0, each.id, "") for each in node.boundaries]
    return ways


def _meet(one: Block, two: Block, sizes: dict[str, int]) -> Block:
    common: list[tuple[str, frozenset[int]]] = []
    for (split, few), (other, more) in zip(one, two, strict=False):
        if split != other:
            break
        if few == more:
            common.append((split, few))
            continue
        union = few | more
        if len(union) < sizes.get(split, 0):
            common.append((split, union))
        break
    return tuple(common)
