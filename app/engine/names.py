"""Which variables the expressions of a diagram read, and which its elements may write.

The deploy gate of the host compares the two: a misspelt name would end as an incident at run time.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.definition import Definition
from app.engine.expressions import Expression
from app.engine.graph import Event, Loop, Node
from app.engine.loop_reader import COUNTERS, LOOP_COUNTER
from app.engine.unfold import LOOP, activity_id


@dataclass(frozen=True, slots=True)
class NameRead:
    """One variable that an expression reads."""

    #: Of the flow or node that holds the expression.
    element_id: str
    name: str


def names_read(definition: Definition) -> Iterator[NameRead]:
    """Every variable that conditions, scripts, events and mappings of calls read, in file order.

    Expressions about people and due times are left out: they answer an unknown name with nobody.
    """
    for node in definition.graph.nodes():
        sources = [node.script] if node.script else []
        sources += [each.source for each in node.call_in.values] if node.call_in else []
        sources += _of_event(node.event) if node.event else []
        sources += _of_loop(node.loop) if node.loop and node.type == LOOP else []
        for expression in sources:
            yield from (NameRead(activity_id(node.id), n) for n in sorted(expression.reads))
        if node.decision and node.decision.ref in definition.decisions:
            model = definition.decisions[node.decision.ref]
            yield from (NameRead(node.id, n) for n in sorted(model.reads(node.decision.ref)))
    for level in definition.graph.levels.values():
        for flow in level.flows:
            if flow.condition is not None:
                yield from (NameRead(flow.id, name) for name in sorted(flow.condition.reads))


def _of_event(event: Event) -> list[Expression]:
    found = [each for each in (event.correlation, event.condition) if each]
    return found + [each.source for each in event.payload.values] if event.payload else found


def _of_loop(loop: Loop) -> list[Expression]:
    asked = (loop.collection, loop.cardinality, loop.condition, loop.result)
    return [each for each in asked if each]


def names_written(definition: Definition) -> frozenset[str]:
    """Every variable that some element of a definition may write."""
    written = {name for node in definition.graph.nodes() for name in _written_by(node)}
    return frozenset(written | ({definition.initiator} if definition.initiator else set()))


def _written_by(node: Node) -> Iterator[str]:
    yield node.result_variable or node.id
    if node.loop:
        yield from filter(None, (node.loop.item, node.loop.output, LOOP_COUNTER))
    if node.loop and node.loop.kind != "standard":
        yield from (*COUNTERS, *COUNTERS.values())
    for mapping in (node.call_in, node.call_out):
        yield from (each.target for each in mapping.values) if mapping else ()
