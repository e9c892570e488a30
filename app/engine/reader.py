"""From XML to nodes and flows: names in two languages, lanes, attributes, expressions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.core.errors import Problem
from app.core.i18n import N_, Bilingual, Sentence
from app.engine.expressions import Dynamic, Expression, FeelError, compile_feel, dynamic, dynamics
from app.engine.graph import (
    CallMapping,
    Event,
    Flow,
    Graph,
    Level,
    Mapped,
    Node,
    TimerKind,
    TimerRule,
)
from app.engine.timers import is_iso

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
#: Camunda 7 and its two relatives write the same attributes under their own names.
VENDORS = (
    "{http://camunda.org/schema/1.0/bpmn}",
    "{http://flowable.org/bpmn}",
    "{http://activiti.org/bpmn}",
)
#: Elements of a process that a token can stand on, executed or not.
FLOW_NODES = frozenset(
    {
        "startEvent",
        "endEvent",
        "intermediateCatchEvent",
        "intermediateThrowEvent",
        "boundaryEvent",
        "implicitThrowEvent",
        "userTask",
        "manualTask",
        "task",
        "serviceTask",
        "sendTask",
        "receiveTask",
        "scriptTask",
        "businessRuleTask",
        "globalTask",
        "subProcess",
        "callActivity",
        "transaction",
        "adHocSubProcess",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "complexGateway",
        "eventBasedGateway",
        "choreographyTask",
        "subChoreography",
        "callChoreography",
        "callConversation",
    }
)
_EVENTS = "EventDefinition"
_LIKE_ISO = re.compile(r"(P|PT|R)\d")


@dataclass(slots=True)
class People:
    """The assignment attributes of a userTask, as written."""

    assignee: Dynamic | None = None
    candidate_users: tuple[Dynamic, ...] = ()
    candidate_groups: tuple[Dynamic, ...] = ()
    due_date: Dynamic | None = None
    follow_up_date: Dynamic | None = None
    priority: Dynamic | None = None
    form_key: str | None = None


@dataclass(slots=True)
class Reading:
    """What was read, and what was wrong with it."""

    graph: Graph
    process: etree._Element
    people: dict[str, People] = field(default_factory=dict)
    lanes: dict[str, Bilingual] = field(default_factory=dict)
    properties: dict[str, dict[str, str]] = field(default_factory=dict)
    #: The XML behind each node and flow, for the gate.
    sources: dict[str, etree._Element] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, code: str, where: str, template: str, **values: object) -> None:
        """Note a problem that blocks."""
        self.problems.append(Problem(f"diagram.{code}", where, Sentence(template, values)))

    def warn(self, code: str, where: str, template: str, **values: object) -> None:
        """Note something that the process owner should know."""
        sentence = Sentence(template, values)
        self.problems.append(Problem(f"diagram.{code}", where, sentence, "warn"))


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def vendor(element: etree._Element, name: str) -> str | None:
    """A Camunda attribute, also as its relatives write it; None when absent or blank."""
    for prefix in VENDORS:
        value = element.get(prefix + name)
        if value is not None and value.strip():
            return value.strip()
    return None


def vendor_elements(element: etree._Element, path: str) -> Iterator[etree._Element]:
    """Camunda elements among the extensions of an element, by path (`a/b`)."""
    for extension in element.iterfind(f"{BPMN}extensionElements"):
        for prefix in VENDORS:
            yield from extension.iterfind("/".join(prefix + part for part in path.split("/")))


def properties_of(element: etree._Element) -> dict[str, str]:
    """All `camunda:property` values of an element."""
    return {
        each.get("name", ""): each.get("value", "")
        for each in vendor_elements(element, "properties/property")
    }


def name_of(element: etree._Element, fallback: str = "") -> Bilingual:
    """The name: attribute `name` is Chinese, the property `appr.name.en` is English."""
    chinese = (element.get("name") or "").strip()
    english = properties_of(element).get("appr.name.en", "").strip()
    return Bilingual(chinese or english or fallback, english or chinese or fallback)


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
            each.get("id", "") for each in reading.process.iter(f"{BPMN}userTask")
        }

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
        if node_id in self._reading.sources:
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
            interrupting=element.get("cancelActivity", "true").strip().lower() != "false",
            default_flow=element.get("default"),
            event=self._read_event(element, node_id),
        )
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
            self._refuse_language(condition, flow_id, "language")
            compiled = self._compile(text, flow_id)
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

    def _read_event(self, element: etree._Element, node_id: str) -> Event | None:
        found = [
            each for each in element.iterchildren(f"{BPMN}*") if local_name(each).endswith(_EVENTS)
        ]
        if not found:
            return None
        kind = local_name(found[0]).removesuffix(_EVENTS)
        if len(found) > 1:
            self._reading.refuse(
                "multiple_event",
                node_id,
                N_("Expected one event definition, found {found}."),
                found=len(found),
            )
        if kind == "timer":
            rule = self._read_timer(found[0], node_id)
            return Event("timer", timer=rule) if rule else None
        if kind == "error":
            return Event("error", error_code=self._read_error(found[0], node_id))
        # The gate refuses every other kind; it looks at the XML itself.
        return Event("terminate") if kind == "terminate" else None

    def _read_timer(self, event: etree._Element, node_id: str) -> TimerRule | None:
        rules = [
            (kind, (each.text or "").strip())
            for kind in ("timeDate", "timeDuration", "timeCycle")
            for each in event.iterfind(f"{BPMN}{kind}")
        ]
        if len(rules) != 1 or not rules[0][1]:
            self._reading.refuse(
                "timer",
                node_id,
                N_("Expected one date, duration or cycle of the timer, found {found}."),
                found=len(rules),
            )
            return None
        kind, text = rules[0]
        timer_kind: TimerKind = kind  # type: ignore[assignment]  # one of the three above
        if is_iso(text):
            return TimerRule(timer_kind, text, None)
        if _LIKE_ISO.match(text):
            self._reading.refuse(
                "timer",
                node_id,
                N_(
                    "Expected a time such as P3D, R3/PT24H or "
                    "2022-10-10T09:00:00Z, found “{found}”."
                ),
                found=text,
            )
            return None
        compiled = self._compile(text, node_id)
        return TimerRule(timer_kind, text, compiled) if compiled else None

    def _read_error(self, event: etree._Element, node_id: str) -> str | None:
        reference = event.get("errorRef", "").strip()
        if not reference:
            return None
        wanted = reference.rpartition(":")[2]
        for error in event.getroottree().getroot().iterfind(f"{BPMN}error"):
            if error.get("id") in {reference, wanted}:
                return error.get("errorCode") or error.get("id")
        self._reading.refuse(
            "reference",
            node_id,
            N_("Expected the error “{wanted}” to be declared in the file, found none."),
            wanted=reference,
        )
        return None

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
                    self._refuse_expression(node_id, text, error)
        for name, attribute in several.items():
            text = vendor(element, attribute)
            if text:
                try:
                    setattr(people, name, dynamics(text, self._names))
                except FeelError as error:
                    self._refuse_expression(node_id, text, error)
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
        node.call_in = self._read_mapping(element, node.id, "in")
        node.call_out = self._read_mapping(element, node.id, "out")

    def _read_mapping(
        self, element: etree._Element, node_id: str, direction: str
    ) -> CallMapping | None:
        whole, values, found = False, [], False
        for each in vendor_elements(element, direction):
            if each.get("businessKey") is not None:
                continue
            found = True
            if each.get("variables") == "all":
                whole = True
                continue
            text = each.get("source") or each.get("sourceExpression") or ""
            target = each.get("target") or ""
            source = self._compile(text, node_id) if text else None
            if source is None or not target:
                self._reading.refuse(
                    "mapping",
                    node_id,
                    N_("Expected a source and a target in camunda:{direction}, found “{found}”."),
                    direction=direction,
                    found=f"{text} → {target}",
                )
                continue
            values.append(Mapped(source, target))
        return CallMapping(whole, tuple(values)) if found else None

    def _read_script(self, element: etree._Element, node: Node) -> None:
        node.result_variable = vendor(element, "resultVariable")
        self._refuse_language(element, node.id, "scriptFormat")
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
            node.script = self._compile(text, node.id)

    def _refuse_language(self, element: etree._Element, where: str, attribute: str) -> None:
        language = (element.get(attribute) or "").strip()
        is_script = attribute == "scriptFormat"
        allowed = language.lower() == "feel" or "FEEL" in language or not (language or is_script)
        if not allowed:
            self._reading.refuse(
                "language",
                where,
                N_("Expected the expression language “feel”, found “{found}”."),
                found=language,
            )

    def _compile(self, text: str, where: str) -> Expression | None:
        try:
            return compile_feel(text, self._names)
        except FeelError as error:
            self._refuse_expression(where, text, error)
            return None

    def _refuse_expression(self, where: str, text: str, error: FeelError) -> None:
        self._reading.refuse(
            "expression",
            where,
            N_("The expression “{text}” cannot be read: {reason}"),
            text=text,
            reason=str(error),
        )
