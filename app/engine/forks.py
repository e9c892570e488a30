"""Forks as targets of a return: what a fork opens, and how people call it."""

from collections.abc import Iterator

from app.core.i18n import Bilingual
from app.engine.definition import Process
from app.engine.graph import Node
from app.engine.specs import ForkingSpec, InclusiveSpec, ScopeSpec
from app.engine.unfold import LOOP, activity_id

#: What a person does, or what stands for several of them.
_NAMED = frozenset({"userTask", "callActivity", "subProcess", LOOP})


def opened_by(scope: ScopeSpec, fork: ForkingSpec) -> tuple[Node, ...]:
    """The first steps, calls and sub-processes of every branch of a fork, in drawing order."""
    return tuple(_first(scope, fork))


def _first(scope: ScopeSpec, fork: ForkingSpec) -> Iterator[Node]:
    seen: set[str] = set()
    pending = [flow.target for flow in scope.forward.flows(fork.node)]
    while pending:
        node_id = pending.pop(0)
        is_inside = any(split == fork.node.id for split, _ in scope.blocks[node_id])
        if node_id in seen or not is_inside:
            continue
        seen.add(node_id)
        node = scope.level.nodes[node_id]
        if node.type in _NAMED:
            yield node
        else:
            pending += [flow.target for flow in scope.forward.flows(node)]


def target_name(process: Process, definition_key: str, element_id: str) -> Bilingual:
    """The name of what a return leads to; of a fork its own, or else those of what it opens."""
    element = process.element(definition_key, element_id)
    for scope in process.definitions[definition_key].scopes.values():
        spec = scope.nodes.get(element_id)
        if isinstance(spec, ForkingSpec) and spec.forks:
            return _fork_name(process, scope, spec)
    return element.name


def _fork_name(process: Process, scope: ScopeSpec, fork: ForkingSpec) -> Bilingual:
    name = fork.node.name
    if not str(name):
        names = [_name(process, node) for node in opened_by(scope, fork)]
        zh, en = [each.in_language("zh") for each in names], [str(each) for each in names]
        name = Bilingual("、".join(zh), " and ".join(filter(None, (", ".join(en[:-1]), *en[-1:]))))
    if isinstance(fork, InclusiveSpec):
        return Bilingual(f"{name.in_language('zh')}（所选分支）", f"{name} (the branches chosen)")
    return Bilingual(f"{name.in_language('zh')}（全部分支）", f"{name} (all branches)")


def _name(process: Process, node: Node) -> Bilingual:
    if not str(node.name) and node.called:
        return process.definitions[node.called].name
    return node.name if str(node.name) else Bilingual(activity_id(node.id), activity_id(node.id))
