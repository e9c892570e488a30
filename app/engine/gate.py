"""The deploy gate, first half: constructs that the engine does not execute are refused by name."""

from lxml import etree

from app.core.i18n import N_
from app.engine.foreign import tell_foreign
from app.engine.graph import ACTIVITIES, GATEWAYS, Node
from app.engine.limits import Limits
from app.engine.loop_reader import MULTIPLE, STANDARD
from app.engine.reading import (
    BPMN,
    FLOW_NODES,
    Reading,
    flag,
    local_name,
    vendor,
)

#: Elements of a process that carry no tokens.
_SILENT = frozenset(
    {
        "laneSet",
        "documentation",
        "extensionElements",
        "textAnnotation",
        "association",
        "group",
        "sequenceFlow",
        "auditing",
        "monitoring",
        "incoming",
        "outgoing",
        "supportedInterfaceRef",
        "startEvent",
        "category",
    }
)
_CAUGHT = frozenset({"timer", "message", "signal", "conditional"})
#: Which event definitions each event executes; "" is the none event.
_EVENTS: dict[str, frozenset[str]] = {
    "endEvent": frozenset({"", "terminate", "error", "escalation", "message", "signal"}),
    "intermediateThrowEvent": frozenset({"", "link", "escalation", "message", "signal"}),
    "intermediateCatchEvent": _CAUGHT | {"link"},
    "boundaryEvent": _CAUGHT | {"error", "escalation"},
}
#: What begins a process, an embedded sub-process and an event sub-process.
_STARTS_PROCESS = _CAUGHT | {""}
_STARTS_EMBEDDED = frozenset({""})
_STARTS_HANDLER = _CAUGHT | {"error", "escalation"}
#: Data as a picture: no token and no variable depends on it.
_DRAWN_DATA = frozenset(
    {
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "ioSpecification",
        "dataInputAssociation",
        "dataOutputAssociation",
        "property",
    }
)
#: Children of an activity that would change how it runs.
_UNEXECUTED_PARTS = frozenset(
    {
        "potentialOwner",
        "humanPerformer",
        "performer",
        "resourceRole",
    }
)
#: Where a BPMN error or an escalation can come from.
_THROWERS = {
    "error": frozenset({"serviceTask", "sendTask", "subProcess", "callActivity"}),
    "escalation": frozenset({"subProcess", "callActivity"}),
}


def refuse_unexecuted(reading: Reading, limits: Limits) -> None:
    """Note every element that would be lost or run otherwise than drawn."""
    for container in reading.process.iter(f"{BPMN}process", f"{BPMN}subProcess"):
        for element in container.iterchildren(f"{BPMN}*"):
            name = local_name(element)
            loops = {STANDARD, MULTIPLE} if local_name(container) == "subProcess" else set()
            if name in _DRAWN_DATA and container.tag == f"{BPMN}process":
                _tell_data(reading, element, element.get("id", "") or reading.graph.key)
            elif name not in _SILENT | FLOW_NODES | _UNEXECUTED_PARTS | _DRAWN_DATA | loops:
                _refuse_element(reading, element, element.get("id", ""))
    for node in reading.graph.nodes():
        element = reading.sources[node.id]
        if node.type in _EVENTS or node.type == "startEvent":
            _check_event(reading, node, element)
        elif node.type not in ACTIVITIES | GATEWAYS:
            _refuse_element(reading, element, node.id)
        _check_parts(reading, node, element)
        _check_activity(reading, node, element, limits)
    tell_foreign(reading)


def _refuse_element(reading: Reading, element: etree._Element, where: str) -> None:
    reading.refuse(
        "unexecuted",
        where,
        N_("Expected only elements that the engine executes, found {type}."),
        type=local_name(element),
    )


def _tell_data(reading: Reading, element: etree._Element, where: str) -> None:
    computed = next(element.iter(f"{BPMN}transformation", f"{BPMN}assignment"), None)
    if computed is not None:
        _refuse_element(reading, computed, where)
        return
    reading.warn(
        "data",
        where,
        N_("Data is drawn only ({type}); what elements read and write are variables."),
        type=local_name(element),
    )


def _check_event(reading: Reading, node: Node, element: etree._Element) -> None:
    kinds = [
        local_name(each).removesuffix("EventDefinition")
        for each in element.iterchildren(f"{BPMN}*")
        if local_name(each).endswith(("EventDefinition", "eventDefinitionRef"))
    ]
    allowed = _EVENTS.get(node.type) or _starts(reading, node)
    for kind in kinds or [""]:
        if kind not in allowed:
            reading.refuse(
                "event",
                node.id,
                N_("Expected {type} with one of: {wanted}; found {found}."),
                type=node.type,
                found=kind or "none",
                wanted=", ".join(sorted(each or "none" for each in allowed)),
            )
            return
    if node.type == "boundaryEvent":
        _check_boundary(reading, node)
    _check_cycle(reading, node)
    if vendor(element, "topic"):
        # A worker of the other engine would do what the event says.
        _refuse_extension(reading, node.id, "topic")
    for definition in element.iterchildren(f"{BPMN}messageEventDefinition"):
        if _implementation(definition) != "none":
            _refuse_extension(reading, node.id, _implementation(definition))


def _starts(reading: Reading, node: Node) -> frozenset[str]:
    around = reading.graph.levels[node.level].node_id
    if around is None:
        return _STARTS_PROCESS
    return _STARTS_HANDLER if reading.graph.node(around).by_event else _STARTS_EMBEDDED


def _check_cycle(reading: Reading, node: Node) -> None:
    timer = node.event.timer if node.event else None
    starts_process = node.type == "startEvent" and node.level == reading.graph.key
    repeats = node.type in {"boundaryEvent", "startEvent"} and not node.interrupting
    if timer and timer.kind == "timeCycle" and not (repeats or starts_process):
        reading.refuse(
            "timer",
            node.id,
            N_(
                "Expected a date or a duration, found a cycle; only a start event or an event "
                "that does not interrupt can repeat."
            ),
        )


def _check_boundary(reading: Reading, node: Node) -> None:
    host = reading.graph.levels[node.level].nodes.get(node.attached_to or "")
    if host is None or host.type not in ACTIVITIES or host.by_event:
        reading.refuse(
            "boundary",
            node.id,
            N_("Expected a boundary event on an activity of the same level, found “{found}”."),
            found=node.attached_to or "",
        )
        return
    kind = node.event.kind if node.event else ""
    if kind == "error" and not node.interrupting:
        reading.refuse(
            "boundary",
            node.id,
            N_("Expected an interrupting error event, found a non-interrupting one."),
        )
    if kind in _THROWERS and host.type not in _THROWERS[kind]:
        reading.refuse(
            "boundary",
            node.id,
            N_("Expected the {kind} event on one of: {wanted}; found it on {found}."),
            kind=kind,
            wanted=", ".join(sorted(_THROWERS[kind])),
            found=host.type,
        )


def _check_parts(reading: Reading, node: Node, element: etree._Element) -> None:
    for part in element.iterchildren(f"{BPMN}*"):
        if local_name(part) in _UNEXECUTED_PARTS:
            _refuse_element(reading, part, node.id)
        elif local_name(part) in _DRAWN_DATA:
            _tell_data(reading, part, node.id)
    for name in ("startQuantity", "completionQuantity"):
        if element.get(name, "1").strip() != "1":
            reading.refuse(
                "quantity",
                node.id,
                N_("Expected {name} 1, found {found}."),
                name=name,
                found=element.get(name),
            )
    if flag(element, "isForCompensation"):
        reading.refuse(
            "unexecuted",
            node.id,
            N_("Expected only elements that the engine executes, found {type}."),
            type="isForCompensation",
        )


def _refuse_extension(reading: Reading, where: str, name: str) -> None:
    reading.refuse(
        "extension",
        where,
        N_("Expected only extensions that the engine executes, found {found}."),
        found=name,
    )


def _check_activity(reading: Reading, node: Node, element: etree._Element, limits: Limits) -> None:
    implementation = _implementation(element)
    sends = node.type == "sendTask" and node.event is not None and implementation == "none"
    if node.type in {"serviceTask", "sendTask"} and not (node.topic or sends):
        reading.refuse(
            "topic",
            node.id,
            N_("Expected a topic (camunda:topic) that a handler serves, found {found}."),
            found=implementation,
        )
    elif node.type == "receiveTask" and flag(element, "instantiate"):
        reading.refuse(
            "unexecuted",
            node.id,
            N_("Expected only elements that the engine executes, found {type}."),
            type="instantiate",
        )
    elif node.type in {"manualTask", "task"}:
        if limits.untyped_tasks == "refuse":
            reading.refuse(
                "untyped",
                node.id,
                N_("Expected a user task or a service task, found {type}."),
                type=node.type,
            )
        else:
            reading.warn(
                "untyped",
                node.id,
                N_(
                    "This {type} is passed without asking anyone; make "
                    "it a user task if somebody has to act."
                ),
                type=node.type,
            )


def _implementation(element: etree._Element) -> str:
    for name in ("class", "delegateExpression", "expression", "type"):
        if vendor(element, name):
            return f"camunda:{name}"
    return "none"
