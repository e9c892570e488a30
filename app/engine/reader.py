"""From XML to nodes and flows: lanes, attributes, people, calls, scripts."""

from lxml import etree

from app.core.i18n import N_
from app.engine.decisions import read_decision
from app.engine.event_reader import EventReader
from app.engine.expression_reader import ExpressionReader
from app.engine.expressions import FeelError, dynamic, dynamics
from app.engine.graph import Flow, Graph, Level, Node
from app.engine.loop_reader import LoopReader
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

#: Elements whose variables, named like them, an expression may read.
_NAMED = ("userTask", "receiveTask", "intermediateCatchEvent", "boundaryEvent")


def read_process(process: etree._Element) -> Reading:
    """Read one process element with everything inside it."""
    key = process.get("id", "")
    reading = Reading(Graph(key), process)
    _Reader(reading).read_level(process, key, None, None)
    return reading


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._names: set[str] = {
            each.get("id", "")
            for each in reading.process.iter(*(f"{BPMN}{name}" for name in _NAMED))
        }
        self._expressions = ExpressionReader(reading, self._names)
        self._events = EventReader(reading, self._expressions)
        self._loops = LoopReader(reading, self._expressions)

    def read_level(
        self, container: etree._Element, level_id: str, node_id: str | None, lane: str | None
    ) -> None:
        level = Level(level_id, node_id)
        self._reading.graph.levels[level_id] = level
        lanes = self._read_lanes(container)
        subs: list[tuple[etree._Element, Node]] = []
        for element in container.iterchildren(f"{BPMN}*"):
            kind = local_name(element)
            if kind in FLOW_NODES:
                node = self._read_node(element, kind, level, lanes, lane)
                if node is not None and kind == "subProcess":
                    subs.append((element, node))
        for element in container.iterchildren(f"{BPMN}sequenceFlow"):
            self._read_flow(element, level)
        for element, node in subs:
            self.read_level(element, node.id, node.id, node.lane)

    def _read_lanes(self, container: etree._Element) -> dict[str, str]:
        found: dict[str, str] = {}
        for lane in container.iterfind(f"{BPMN}laneSet//{BPMN}lane"):
            lane_id = lane.get("id", "")
            self._reading.lanes[lane_id] = name_of(lane, lane_id)
            self._reading.properties[lane_id] = properties_of(lane)
            for reference in lane.iterfind(f"{BPMN}flowNodeRef"):
                # Inner lanes come later in the document and win.
                found[(reference.text or "").strip()] = lane_id
        return found

    def _read_node(
        self,
        element: etree._Element,
        kind: str,
        level: Level,
        lanes: dict[str, str],
        lane: str | None,
    ) -> Node | None:
        node_id = element.get("id", "").strip()
        if not node_id:
            self._reading.refuse(
                "no_id",
                "",
                N_("Expected every {type} to have an id, found one without (named “{name}”)."),
                type=kind,
                name=element.get("name", ""),
            )
            return None
        # A level goes by the id of its process or sub-process.
        names_level = kind == "subProcess" and node_id == self._reading.graph.key
        if node_id in self._reading.sources or names_level:
            self._reading.refuse(
                "double_id",
                node_id,
                N_("Expected ids to be unique, found “{id}” twice."),
                id=node_id,
            )
            return None
        self._reading.sources[node_id] = element
        node = Node(
            id=node_id,
            type=kind,
            name=name_of(element),
            level=level.id,
            lane=lanes.get(node_id, lane),
            properties=properties_of(element),
            attached_to=element.get("attachedToRef"),
            interrupting=_is_interrupting(element, kind),
            by_event=kind == "subProcess" and flag(element, "triggeredByEvent"),
            default_flow=element.get("default"),
            event=self._events.read(element, kind, node_id),
        )
        node.loop = self._loops.read(element, node)
        self._reading.properties[node_id] = node.properties
        level.nodes[node_id] = node
        if kind == "userTask":
            self._reading.people[node_id] = self._read_people(element, node_id)
        elif kind == "callActivity":
            self._read_call(element, node)
        elif kind in {"serviceTask", "sendTask"}:
            node.topic = vendor(element, "topic")
        elif kind == "scriptTask":
            self._read_script(element, node)
        elif kind == "businessRuleTask":
            node.result_variable = vendor(element, "resultVariable")
            node.decision = read_decision(self._reading, element, node_id)
        return node

    def _read_flow(self, element: etree._Element, level: Level) -> None:
        source, target = element.get("sourceRef", ""), element.get("targetRef", "")
        flow_id = element.get("id", "").strip() or self._free_id(f"{source}-to-{target}")
        if flow_id in self._reading.sources:
            self._reading.refuse(
                "double_id",
                flow_id,
                N_("Expected ids to be unique, found “{id}” twice."),
                id=flow_id,
            )
            return
        self._reading.sources[flow_id] = element
        for end in (source, target):
            if end not in level.nodes:
                self._reading.refuse(
                    "loose_flow",
                    flow_id,
                    N_(
                        "Expected both ends of the flow on "
                        "elements of the same level, found “{id}”."
                    ),
                    id=end,
                )
                return
        condition = element.find(f"{BPMN}conditionExpression")
        text = (condition.text or "").strip() if condition is not None else ""
        compiled = None
        if condition is not None and text:
            self._expressions.refuse_language(condition, flow_id, "language")
            compiled = self._expressions.compile(text, flow_id)
        elif condition is not None:
            self._reading.refuse(
                "empty_condition", flow_id, N_("Expected a condition, found an empty one.")
            )
        self._reading.properties[flow_id] = properties_of(element)
        level.flows.append(
            Flow(
                id=flow_id,
                source=source,
                target=target,
                name=name_of(element),
                condition=compiled,
                condition_text=text,
                is_default=level.nodes[source].default_flow == flow_id,
            )
        )

    def _free_id(self, wanted: str) -> str:
        taken, count, found = self._reading.sources, 1, wanted
        while found in taken:
            count += 1
            found = f"{wanted}-{count}"
        return found

    def _read_people(self, element: etree._Element, node_id: str) -> People:
        people = People(form_key=vendor(element, "formKey"))
        single = {
            "assignee": "assignee",
            "due_date": "dueDate",
            "follow_up_date": "followUpDate",
            "priority": "priority",
        }
        several = {"candidate_users": "candidateUsers", "candidate_groups": "candidateGroups"}
        for name, attribute in single.items():
            text = vendor(element, attribute)
            if text:
                try:
                    setattr(people, name, dynamic(text, self._names))
                except FeelError as error:
                    self._expressions.refuse(node_id, text, error)
        for name, attribute in several.items():
            text = vendor(element, attribute)
            if text:
                try:
                    setattr(people, name, dynamics(text, self._names))
                except FeelError as error:
                    self._expressions.refuse(node_id, text, error)
        return people

    def _read_call(self, element: etree._Element, node: Node) -> None:
        node.called = (element.get("calledElement") or "").strip() or None
        if node.called is None:
            self._reading.refuse(
                "call", node.id, N_("Expected the key of the called process, found none.")
            )
        elif node.called[0] in "=$#":
            self._reading.refuse(
                "call",
                node.id,
                N_("Expected the key of one called process, found the expression “{found}”."),
                found=node.called,
            )
        node.call_in = self._expressions.mapping(element, node.id, "in")
        node.call_out = self._expressions.mapping(element, node.id, "out")

    def _read_script(self, element: etree._Element, node: Node) -> None:
        node.result_variable = vendor(element, "resultVariable")
        self._expressions.refuse_language(element, node.id, "scriptFormat")
        if vendor(element, "resource"):
            self._reading.refuse(
                "script",
                node.id,
                N_("Expected the script inside the diagram, found the resource “{found}”."),
                found=vendor(element, "resource"),
            )
        script = element.find(f"{BPMN}script")
        text = (script.text or "").strip() if script is not None else ""
        if not text:
            self._reading.refuse(
                "script", node.id, N_("Expected one FEEL expression as script, found none.")
            )
        elif (element.get("scriptFormat") or "").strip().lower() == "feel":
            node.script = self._expressions.compile(text, node.id)


def _is_interrupting(element: etree._Element, kind: str) -> bool:
    name = "isInterrupting" if kind == "startEvent" else "cancelActivity"
    return flag(element, name, default=True)
