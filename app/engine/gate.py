"""The deploy gate, first half: constructs that the engine does not execute are refused by name."""

from lxml import etree

from app.core.i18n import N_
from app.engine.graph import ACTIVITIES, GATEWAYS, Node
from app.engine.limits import Limits
from app.engine.reader import BPMN, FLOW_NODES, Reading, local_name, vendor, vendor_elements

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
#: Which event definitions each event executes; "" is the none event.
_EVENTS: dict[str, frozenset[str]] = {
    "startEvent": frozenset({""}),
    "endEvent": frozenset({"", "terminate", "error"}),
    "intermediateThrowEvent": frozenset({""}),
    "intermediateCatchEvent": frozenset({"timer"}),
    "boundaryEvent": frozenset({"timer", "error"}),
}
#: Children of an activity that would change how it runs.
_UNEXECUTED_PARTS = frozenset(
    {
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
        "ioSpecification",
        "dataInputAssociation",
        "dataOutputAssociation",
        "property",
        "potentialOwner",
        "humanPerformer",
        "performer",
        "resourceRole",
    }
)
#: Camunda extensions that would run code or move data.
_UNEXECUTED_EXTENSIONS = ("executionListener", "taskListener", "inputOutput", "connector")
#: Where a BPMN error can come from.
_THROWERS = frozenset({"serviceTask", "sendTask", "subProcess", "callActivity"})


def refuse_unexecuted(reading: Reading, limits: Limits) -> None:
    """Note every element that would be lost or run otherwise than drawn."""
    _check_size(reading, limits)
    for container in reading.process.iter(f"{BPMN}process", f"{BPMN}subProcess"):
        for element in container.iterchildren(f"{BPMN}*"):
            name = local_name(element)
            if name not in _SILENT | FLOW_NODES | _UNEXECUTED_PARTS:
                _refuse_element(reading, element, element.get("id", ""))
    for node in reading.graph.nodes():
        element = reading.sources[node.id]
        if node.type in _EVENTS:
            _check_event(reading, node, element)
        elif node.type not in ACTIVITIES | GATEWAYS:
            _refuse_element(reading, element, node.id)
        _check_parts(reading, node, element)
        _check_activity(reading, node, element, limits)
    _check_extensions(reading, reading.process, reading.graph.key)


def _check_size(reading: Reading, limits: Limits) -> None:
    found = len(reading.sources)
    if found > limits.nodes_and_flows:
        reading.refuse(
            "size",
            "",
            N_("Expected at most {wanted} elements and flows, found {found}."),
            wanted=limits.nodes_and_flows,
            found=found,
        )


def _refuse_element(reading: Reading, element: etree._Element, where: str) -> None:
    reading.refuse(
        "unexecuted",
        where,
        N_("Expected only elements that the engine executes, found {type}."),
        type=local_name(element),
    )


def _check_event(reading: Reading, node: Node, element: etree._Element) -> None:
    kinds = [
        local_name(each).removesuffix("EventDefinition")
        for each in element.iterchildren(f"{BPMN}*")
        if local_name(each).endswith(("EventDefinition", "eventDefinitionRef"))
    ]
    for kind in kinds or [""]:
        if kind not in _EVENTS[node.type]:
            reading.refuse(
                "event",
                node.id,
                N_("Expected {type} with one of: {wanted}; found {found}."),
                type=node.type,
                found=kind or "none",
                wanted=", ".join(sorted(each or "none" for each in _EVENTS[node.type])),
            )
            return
    cycle = node.event and node.event.timer and node.event.timer.kind == "timeCycle"
    if node.type == "boundaryEvent":
        _check_boundary(reading, node)
        cycle = cycle and node.interrupting
    if cycle:
        reading.refuse(
            "timer",
            node.id,
            N_(
                "Expected a date or a duration, found a cycle; only a "
                "non-interrupting boundary timer can repeat."
            ),
        )


def _check_boundary(reading: Reading, node: Node) -> None:
    host = reading.graph.levels[node.level].nodes.get(node.attached_to or "")
    if host is None or host.type not in ACTIVITIES:
        reading.refuse(
            "boundary",
            node.id,
            N_("Expected a boundary event on an activity of the same level, found “{found}”."),
            found=node.attached_to or "",
        )
    elif node.event and node.event.kind == "error":
        if not node.interrupting:
            reading.refuse(
                "boundary",
                node.id,
                N_("Expected an interrupting error event, found a non-interrupting one."),
            )
        if host.type not in _THROWERS:
            reading.refuse(
                "boundary",
                node.id,
                N_(
                    "Expected an error event on a service, a "
                    "sub-process or a call, found it on {found}, which throws no error."
                ),
                found=host.type,
            )


def _check_parts(reading: Reading, node: Node, element: etree._Element) -> None:
    for part in element.iterchildren(f"{BPMN}*"):
        if local_name(part) in _UNEXECUTED_PARTS:
            _refuse_element(reading, part, node.id)
    for name in ("startQuantity", "completionQuantity"):
        if element.get(name, "1").strip() != "1":
            reading.refuse(
                "quantity",
                node.id,
                N_("Expected {name} 1, found {found}."),
                name=name,
                found=element.get(name),
            )
    if element.get("isForCompensation", "false").strip().lower() == "true":
        reading.refuse(
            "unexecuted",
            node.id,
            N_("Expected only elements that the engine executes, found {type}."),
            type="isForCompensation",
        )
    _check_extensions(reading, element, node.id)


def _check_extensions(reading: Reading, element: etree._Element, where: str) -> None:
    for name in _UNEXECUTED_EXTENSIONS:
        if any(True for _ in vendor_elements(element, name)):
            reading.refuse(
                "extension",
                where,
                N_("Expected only extensions that the engine executes, found {found}."),
                found=name,
            )


def _check_activity(reading: Reading, node: Node, element: etree._Element, limits: Limits) -> None:
    if node.type in {"serviceTask", "sendTask"} and not node.topic:
        reading.refuse(
            "topic",
            node.id,
            N_("Expected a topic (camunda:topic) that a handler serves, found {found}."),
            found=_implementation(element),
        )
    elif node.type == "subProcess":
        if element.get("triggeredByEvent", "false").strip().lower() == "true":
            reading.refuse(
                "unexecuted",
                node.id,
                N_("Expected only elements that the engine executes, found {type}."),
                type="event sub-process",
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
