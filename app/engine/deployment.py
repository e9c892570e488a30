"""From a file to a definition: what may be deployed."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from lxml import etree

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.engine.decisions import Decisions, decisions_used
from app.engine.definition import (
    Definition,
    Element,
    EventUse,
    StartDefinition,
    StepDefinition,
)
from app.engine.event_rules import check_events
from app.engine.gate import refuse_unexecuted
from app.engine.graph import HOSTED, Node
from app.engine.limits import Limits
from app.engine.normalise import normalise
from app.engine.outcomes import outcome_problems, outcomes_of, place_of
from app.engine.pools import one_process, tell_others
from app.engine.reader import read_process
from app.engine.reading import (
    BPMN,
    FLOW_NODES,
    People,
    Reading,
    local_name,
    name_of,
    properties_of,
    vendor,
)
from app.engine.schema import schema_problems
from app.engine.soundness import check_soundness
from app.engine.specs import ScopeSpec
from app.engine.structure import check_structure
from app.engine.unfold import activity_id, unfold_loops
from app.engine.uniform import make_uniform
from app.engine.xml_file import open_xml, refuse

_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"


def parse(
    xml: bytes, limits: Limits | None = None, decisions: Decisions | None = None
) -> Definition:
    """Read and check a diagram; raises `DiagramError`, each problem with its element's id.

    `decisions` are those that business rule tasks may ask; whether any is missing is a question
    of `link`.
    """
    limits = limits or Limits()
    root = open_xml(xml, limits)
    process = one_process(root)
    _check_size(process, limits)
    mistakes = schema_problems(root, xml)
    make_uniform(root)
    reading = read_process(process)
    tell_others(reading, root)
    refuse_unexecuted(reading, limits)
    _add_mistakes(reading, mistakes)
    _raise_problems(reading)
    check_events(reading)
    _raise_problems(reading)
    for level in reading.graph.levels.values():
        normalise(level)
    check_structure(reading)
    _raise_problems(reading)
    check_soundness(reading, limits)
    _raise_problems(reading)
    unfold_loops(reading.graph)
    scopes = {
        level.id: ScopeSpec(reading.graph, level, limits) for level in reading.graph.levels.values()
    }
    _refuse_losses(reading, scopes)
    for node in reading.graph.nodes():
        if node.type == "userTask":
            place = place_of(reading.graph, reading.graph.levels[node.level])
            reading.problems.extend(outcome_problems(node, place))
    _raise_problems(reading)
    asked = decisions_used(reading.graph, decisions or {})
    return _definition(xml, root, reading, scopes, limits, asked)


def _check_size(process: etree._Element, limits: Limits) -> None:
    """Before anything is read, as reading and checking cost more than counting."""
    drawn = (f"{BPMN}{name}" for name in (*FLOW_NODES, "sequenceFlow"))
    found = sum(1 for _ in process.iter(*drawn))
    if found > limits.nodes_and_flows:
        raise refuse(
            [
                problem(
                    "diagram.size",
                    "",
                    N_("Expected at most {wanted} elements and flows, found {found}."),
                    wanted=limits.nodes_and_flows,
                    found=found,
                )
            ]
        )


def _add_mistakes(reading: Reading, mistakes: Sequence[Problem]) -> None:
    """What breaks the schema, but for elements of which the gate has said something better."""
    told = {each.where for each in reading.problems if each.level == "block"}
    reading.problems.extend(each for each in mistakes if each.where not in told)


def _raise_problems(reading: Reading) -> None:
    blocking = [each for each in reading.problems if each.level == "block"]
    if blocking:
        raise refuse(blocking)


def _refuse_losses(reading: Reading, scopes: Mapping[str, ScopeSpec]) -> None:
    """Nothing lost: every flow node and flow of the file is in the executable specs."""
    nodes = {node_id for scope in scopes.values() for node_id in scope.nodes}
    flows = {
        (flow.id, spec.name, flow.target)
        for scope in scopes.values()
        for spec in scope.nodes.values()
        for flow in spec.flows
        if scope.nodes[flow.target] in spec.outputs
    }
    targets = {flow_id: activity_id(target) for flow_id, _, target in flows}
    for element in reading.process.iter(f"{BPMN}*"):
        name, element_id = local_name(element), element.get("id", "")
        if name in FLOW_NODES and element_id not in nodes:
            reading.refuse(
                "lost",
                element_id,
                N_("Expected this element in the executable process, found it missing."),
            )
    for element_id, element in reading.sources.items():
        is_flow = local_name(element) == "sequenceFlow"
        if is_flow and targets.get(element_id) != element.get("targetRef"):
            reading.refuse(
                "lost",
                element_id,
                N_("Expected this element in the executable process, found it missing."),
            )


def _definition(
    xml: bytes,
    root: etree._Element,
    reading: Reading,
    scopes: Mapping[str, ScopeSpec],
    limits: Limits,
    decisions: Decisions,
) -> Definition:
    process, graph = reading.process, reading.graph
    start = reading.sources[graph.top.start.id]
    places = _places(root)
    nodes = sorted(
        (node for node in graph.nodes() if not node.implied),
        key=lambda node: places.get(node.id, (0.0, 0.0)),
    )
    return Definition(
        key=graph.key,
        name=name_of(process, graph.key),
        version_tag=vendor(process, "versionTag"),
        xml=xml,
        content_hash=_hash(xml, decisions),
        steps={node.id: _step(node, reading, limits) for node in nodes if node.type == "userTask"},
        ends=tuple(
            node.id for node in nodes if node.type == "endEvent" and _ends_process(reading, node)
        ),
        elements=_elements(reading, nodes),
        lanes=dict(reading.lanes),
        calls=tuple(dict.fromkeys(node.called for node in nodes if node.called)),
        topics=tuple(sorted({node.topic for node in nodes if node.topic})),
        asks=tuple(sorted({node.decision.ref for node in nodes if node.decision})),
        decisions=decisions,
        messages=tuple(each.get("name", "") for each in root.iterfind(f"{BPMN}message")),
        events=tuple(use for node in nodes for use in _uses(reading, node)),
        starts=tuple(_start(node, limits) for node in nodes if node in graph.top.starts),
        warnings=tuple(each for each in reading.problems if each.level == "warn"),
        has_layout=_drawn(root) >= set(reading.sources),
        start_form_key=vendor(start, "formKey"),
        initiator=vendor(start, "initiator"),
        candidate_starter_users=_list(vendor(process, "candidateStarterUsers")),
        candidate_starter_groups=_list(vendor(process, "candidateStarterGroups")),
        properties=properties_of(process),
        graph=graph,
        scopes=scopes,
    )


def _hash(xml: bytes, decisions: Decisions) -> str:
    """One hash for one behaviour: that of the file alone where no decision is asked."""
    found = sha256(xml)
    for ref, model in decisions.items():
        for document in model.documents:
            found.update(ref.encode() + sha256(document).digest())
    return found.hexdigest()


def _step(node: Node, reading: Reading, limits: Limits) -> StepDefinition:
    people = reading.people.get(node.id, People())
    name = node.name if str(node.name) else name_of(reading.sources[node.id], node.id)
    return StepDefinition(
        id=node.id,
        name=name,
        lane=node.lane,
        form_key=people.form_key,
        assignee=people.assignee,
        candidate_users=people.candidate_users,
        candidate_groups=people.candidate_groups,
        due_date=people.due_date,
        follow_up_date=people.follow_up_date,
        priority=people.priority,
        properties=dict(node.properties),
        outcomes=outcomes_of(node, place_of(reading.graph, reading.graph.levels[node.level])),
        zone=limits.zone,
    )


def _ends_process(reading: Reading, node: Node) -> bool:
    """In the process itself, or in an event sub-process that takes its place."""
    level = reading.graph.levels[node.level]
    if level.node_id is None:
        return True
    around = reading.graph.node(level.node_id)
    return around.by_event and level.start.interrupting and _ends_process(reading, around)


def _start(node: Node, limits: Limits) -> StartDefinition:
    event = node.event
    return StartDefinition(
        id=node.id,
        name=node.name,
        kind=event.kind if event else "none",  # type: ignore[arg-type]  # the gate has seen to it
        event_name=event.name if event else None,
        timer=event.timer if event else None,
        condition=event.condition if event else None,
        zone=limits.zone,
    )


def _uses(reading: Reading, node: Node) -> Iterator[EventUse]:
    event = node.event
    if event is None or event.kind not in HOSTED:
        return
    throws = node.type in {"intermediateThrowEvent", "endEvent", "sendTask"}
    starts = node.type == "startEvent" and node.level == reading.graph.key
    yield EventUse(
        element_id=node.id,
        kind="message" if event.kind == "message" else "signal",
        name=event.name or "",
        how="throws" if throws else "starts" if starts else "catches",
    )


def _elements(reading: Reading, nodes: Sequence[Node]) -> dict[str, Element]:
    found = {
        node.id: Element(
            node.id, node.type, node.name, node.lane, dict(node.properties), node.called
        )
        for node in nodes
    }
    for level in reading.graph.levels.values():
        for flow in level.flows:
            if not flow.implied:
                properties = reading.properties.get(flow.id, {})
                found[flow.id] = Element(flow.id, "sequenceFlow", flow.name, None, properties)
    for lane_id, name in reading.lanes.items():
        properties = reading.properties.get(lane_id, {})
        found[lane_id] = Element(lane_id, "lane", name, lane_id, properties)
    return found


def _places(root: etree._Element) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    for shape in root.iter(f"{_DI}BPMNShape"):
        bounds = shape.find(f"{_DC}Bounds")
        if bounds is not None:
            try:
                place = (float(bounds.get("x", "0")), float(bounds.get("y", "0")))
            except ValueError:
                continue
            found[shape.get("bpmnElement", "").rpartition(":")[2]] = place
    return found


def _drawn(root: etree._Element) -> set[str]:
    return {
        each.get("bpmnElement", "").rpartition(":")[2]
        for each in root.iter(f"{_DI}BPMNShape", f"{_DI}BPMNEdge")
    }


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
