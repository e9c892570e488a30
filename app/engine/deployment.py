"""From a file to a definition, and from definitions to a process: what may be deployed."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from lxml import etree

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.engine.decisions import Decisions, decisions_used, missing_decisions
from app.engine.definition import (
    Definition,
    Element,
    EventUse,
    Process,
    StartDefinition,
    StepDefinition,
)
from app.engine.errors import DiagramError
from app.engine.event_rules import check_events
from app.engine.gate import refuse_unexecuted
from app.engine.graph import HOSTED, Node
from app.engine.limits import Limits
from app.engine.normalise import normalise
from app.engine.outcomes import link_outcomes, outcome_problems, outcomes_of, place_of
from app.engine.reader import read_process
from app.engine.reading import (
    BPMN,
    FLOW_NODES,
    People,
    Reading,
    flag,
    local_name,
    name_of,
    properties_of,
    vendor,
)
from app.engine.soundness import check_soundness
from app.engine.specs import ScopeSpec
from app.engine.structure import check_structure
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
    reading = read_process(_one_process(root))
    refuse_unexecuted(reading, limits)
    _raise_problems(reading)
    check_events(reading)
    _raise_problems(reading)
    for level in reading.graph.levels.values():
        normalise(level)
    check_structure(reading)
    _raise_problems(reading)
    check_soundness(reading, limits)
    _raise_problems(reading)
    scopes = {
        level.id: ScopeSpec(reading.graph, level, limits.zone)
        for level in reading.graph.levels.values()
    }
    _refuse_losses(reading, scopes)
    for node in reading.graph.nodes():
        if node.type == "userTask":
            place = place_of(reading.graph, reading.graph.levels[node.level])
            reading.problems.extend(outcome_problems(node, place))
    _raise_problems(reading)
    asked = decisions_used(reading.graph, decisions or {})
    return _definition(xml, root, reading, scopes, limits, asked)


def link(definitions: Sequence[Definition]) -> Process:
    """Bind the first definition to those it calls; raises `DiagramError` when one is missing."""
    if not definitions:
        raise DiagramError(N_("Expected at least one definition, found none."))
    main = definitions[0]
    known = {each.key: each for each in definitions}
    if len(known) != len(definitions):
        raise DiagramError(N_("Expected every definition once, found one key twice."))
    used: dict[str, Definition] = {}
    problems: list[Problem] = []
    pending = [main]
    while pending:
        definition = pending.pop()
        if definition.key in used:
            continue
        used[definition.key] = definition
        problems += missing_decisions(definition.graph, definition.decisions)
        for node in definition.graph.nodes():
            if node.called is None:
                continue
            if node.called in known:
                pending.append(known[node.called])
                problems += _no_entry(node, known[node.called])
            else:
                problems.append(
                    problem(
                        "diagram.call",
                        node.id,
                        N_("Expected the called process “{wanted}”, found none with this key."),
                        wanted=node.called,
                    )
                )
    problems += _endless_calls(main, used)
    if problems:
        raise refuse(problems)
    return Process(
        main,
        used,
        link_outcomes(used),
        uncaught=tuple(_uncaught_errors(main, used)),
        is_addressed=any(
            event.how == "catches" for definition in used.values() for event in definition.events
        ),
        has_conditions=any(
            scope.has_conditions for each in used.values() for scope in each.scopes.values()
        ),
    )


def _no_entry(node: Node, called: Definition) -> Iterator[Problem]:
    if all(start.kind != "none" for start in called.starts):
        yield problem(
            "diagram.call",
            node.id,
            N_(
                "Expected a start event without a trigger in the called process “{key}”, found "
                "none."
            ),
            key=called.key,
        )


def _endless_calls(main: Definition, used: Mapping[str, Definition]) -> Iterator[Problem]:
    """Calls that lead back into the process that they come from: nobody would ever return."""
    waiting: list[tuple[Definition, tuple[str, ...]]] = [(main, (main.key,))]
    while waiting:
        definition, path = waiting.pop()
        for node in definition.graph.nodes():
            if node.called in path:
                yield problem(
                    "diagram.call",
                    node.id,
                    N_("Expected calls that come to an end, found “{key}” calling itself: {path}."),
                    key=node.called,
                    path=" → ".join((*path, node.called)),
                )
            elif node.called is not None and node.called in used:
                waiting.append((used[node.called], (*path, node.called)))


def _one_process(root: etree._Element) -> etree._Element:
    if root.tag != f"{BPMN}definitions":
        raise refuse(
            [
                problem(
                    "diagram.xml",
                    "",
                    N_("Expected a BPMN 2.0 file (definitions), found “{found}”."),
                    found=local_name(root),
                )
            ]
        )
    drawn = [
        process
        for process in root.iterfind(f"{BPMN}process")
        if any(local_name(each) in FLOW_NODES for each in process.iterchildren(f"{BPMN}*"))
    ]
    if len(drawn) != 1:
        raise refuse(
            [
                problem(
                    "diagram.process",
                    "",
                    N_("Expected one process with elements in the file, found {found}."),
                    found=len(drawn),
                )
            ]
        )
    (process,) = drawn
    if not process.get("id", "").strip():
        raise refuse(
            [
                problem(
                    "diagram.no_id",
                    "",
                    N_("Expected the process to have an id (its key), found none."),
                )
            ]
        )
    if not flag(process, "isExecutable", default=True):
        raise refuse(
            [
                problem(
                    "diagram.process",
                    process.get("id", ""),
                    N_("Expected an executable process (isExecutable), found one that is not."),
                )
            ]
        )
    return process


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
    targets = {flow_id: target for flow_id, _, target in flows}
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


def _uncaught_errors(main: Definition, used: Mapping[str, Definition]) -> list[Problem]:
    """Error end events that can reach the top of the main process without being caught."""
    open_codes: dict[str, dict[str, tuple[str, str]]] = {key: {} for key in used}
    changed = True
    while changed:
        changed = False
        for key, definition in used.items():
            found = _escaping(definition, open_codes)
            if found.keys() != open_codes[key].keys():
                open_codes[key], changed = found, True
    return [
        problem(
            "diagram.error",
            element_id if key == main.key else "",
            N_(
                "Expected a boundary event that catches the error “{error}” of “{id}” in {key}, "
                "found none."
            ),
            error=code,
            id=element_id,
            key=key,
        )
        for code, (key, element_id) in open_codes[main.key].items()
    ]


def _escaping(
    definition: Definition, open_codes: Mapping[str, Mapping[str, tuple[str, str]]]
) -> dict[str, tuple[str, str]]:
    """Code → where it is thrown, for errors that leave a definition."""
    levels = definition.graph.levels
    thrown: dict[str, dict[str, tuple[str, str]]] = {level_id: {} for level_id in levels}
    # Inner levels come later in the file than the level around them.
    for level in reversed(levels.values()):
        for node in level.nodes.values():
            inner: Mapping[str, tuple[str, str]] = {}
            if node.type == "endEvent" and node.event and node.event.kind == "error":
                inner = {node.event.name or "": (definition.key, node.id)}
            elif node.type == "subProcess":
                inner = thrown[node.id]
            elif node.called:
                inner = open_codes[node.called]
            beside = [levels[each.id].start for each in level.handlers if each is not node]
            catching = [each.event for each in (*node.boundaries, *beside) if each.event]
            for code, source in inner.items():
                if not any(event.catches("error", code) for event in catching):
                    thrown[level.id][code] = source
    return thrown[definition.key]
