"""What is read of a file, and how: BPMN's elements, the vendors' attributes, names."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from app.core.errors import Problem
from app.core.i18n import Bilingual, Sentence
from app.engine.expressions import Dynamic
from app.engine.graph import Graph

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
#: The dialect that is read; `dialects` brings the others to it.
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
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


def flag(element: etree._Element, name: str, *, default: bool = False) -> bool:
    """A truth value as XML writes it: true, false, 1 or 0; anything else is the default."""
    written = element.get(name, "").strip().lower()
    return {"true": True, "1": True, "false": False, "0": False}.get(written, default)


def vendor(element: etree._Element, name: str) -> str | None:
    """A Camunda attribute; None when absent or blank."""
    return (element.get(CAMUNDA + name) or "").strip() or None


def vendor_elements(element: etree._Element, path: str) -> Iterator[etree._Element]:
    """Camunda elements among the extensions of an element, by path (`a/b`)."""
    wanted = "/".join(CAMUNDA + part for part in path.split("/"))
    for extension in element.iterfind(f"{BPMN}extensionElements"):
        yield from extension.iterfind(wanted)


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
