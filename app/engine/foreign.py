"""What a file says beyond the standard: refused where it would change what runs, else told of."""

from collections.abc import Iterator

from lxml import etree

from app.core.i18n import N_
from app.engine.reading import BPMN, CAMUNDA, Reading

#: Attributes and elements of Camunda 7 that some reader understands, or refuses by its own
#: sentence.
UNDERSTOOD = frozenset(
    {
        "assignee",
        "candidateUsers",
        "candidateGroups",
        "formKey",
        "dueDate",
        "followUpDate",
        "priority",
        "candidateStarterUsers",
        "candidateStarterGroups",
        "versionTag",
        "initiator",
        "collection",
        "elementVariable",
        "elementIndexVariable",
        "topic",
        "type",
        "class",
        "expression",
        "delegateExpression",
        "resource",
        "resultVariable",
        "decisionRef",
        "decisionRefBinding",
        "mapDecisionResult",
        "calledElementBinding",
        "variableName",
        "variableEvents",
        "properties",
        "in",
        "out",
    }
)
#: What would change how an instance goes on, or what it knows.
REFUSED = frozenset(
    {
        "executionListener",
        "taskListener",
        "eventListener",
        "inputOutput",
        "connector",
        "field",
        "errorEventDefinition",
        "errorCodeVariable",
        "errorMessageVariable",
        "escalationCodeVariable",
        "variableMappingClass",
        "variableMappingDelegateExpression",
        "caseRef",
        "caseBinding",
        "skipExpression",
        "eventType",
        "variableListenerEventDefinition",
        "businessCalendarName",
        "endDate",
        "calledElementVersion",
        "calledElementVersionTag",
        "decisionRefVersion",
        "decisionRefVersionTag",
        "calledElementType",
        "conditionalFilter",
        "publishMessage",
        "adHoc",
        "value",
    }
)
#: What changes something only when it is true.
REFUSED_IF_TRUE = frozenset(
    {"terminateAll", "terminateMultiInstance", "triggerable", "noWaitStatesAsyncLeave"}
)
#: When a job runs, where a list shows it, which tool drew it: no token goes another way.
HARMLESS = frozenset(
    {
        "async",
        "asyncBefore",
        "asyncAfter",
        "asyncLeave",
        "exclusive",
        "jobPriority",
        "taskPriority",
        "failedJobRetryTimeCycle",
        "failedJobRetryTimeout",
        "historyTimeToLive",
        "isStartableInTasklist",
        "modelerTemplate",
        "modelerTemplateVersion",
        "modelerTemplateIcon",
        "diagramRelationId",
        "category",
        "sameDeployment",
        "fallbackToDefaultTenant",
        "formRefBinding",
        "formFieldValidation",
        "terminateAll",
        "terminateMultiInstance",
        "triggerable",
        "userTask",
    }
)
#: Namespaces of drawing tools and of XML itself.
_DRAWN_BY = (
    "{http://www.w3.org/",
    "{http://www.omg.org/",
    "{http://bpmn.io/",
    "{http://camunda.org/schema/modeler/",
    "{http://flowable.org/design",
)
#: Versions of called processes that are found when an instance comes there.
_BINDINGS = frozenset({"latest", "deployment"})


def tell_foreign(reading: Reading) -> None:
    """Note every extension of the process that is not executed; the file has been translated."""
    for element in reading.process.iter(f"{BPMN}*"):
        unknown = []
        for name, value in _extensions(element):
            local = name.rpartition("}")[2]
            is_camunda = name.startswith(CAMUNDA)
            if is_camunda and (local in REFUSED or (local in REFUSED_IF_TRUE and value == "true")):
                _refuse(reading, element, local)
            elif not (is_camunda and local in UNDERSTOOD | HARMLESS):
                unknown.append(_readable(element, name))
        binding = element.get(f"{CAMUNDA}calledElementBinding", "latest")
        if binding not in _BINDINGS:
            _refuse(reading, element, f"calledElementBinding={binding}")
        if unknown:
            reading.warn(
                "extension",
                _place(reading, element),
                N_("This part of another tool is kept, but means nothing here: {found}."),
                found=", ".join(dict.fromkeys(unknown)),
            )


def _extensions(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        if str(name).startswith("{") and not str(name).startswith(_DRAWN_BY):
            yield str(name), str(value)
    if element.tag == f"{BPMN}extensionElements":
        for each in element.iterchildren("*"):
            tag = str(each.tag)
            if not tag.startswith(_DRAWN_BY):
                yield tag, ""


def _refuse(reading: Reading, element: etree._Element, found: str) -> None:
    reading.refuse(
        "extension",
        _place(reading, element),
        N_("Expected only extensions that the engine executes, found {found}."),
        found=found,
    )


def _place(reading: Reading, element: etree._Element) -> str:
    """The flow node or flow around an element; the process itself for what is outside of both."""
    around: etree._Element | None = element
    while around is not None and around is not reading.process:
        if around is reading.sources.get(around.get("id", "")):
            return around.get("id", "")
        around = around.getparent()
    return reading.graph.key


def _readable(element: etree._Element, name: str) -> str:
    namespace, local = name[1:].rpartition("}")[::2]
    prefix = next((key for key, uri in element.nsmap.items() if key and uri == namespace), None)
    return f"{prefix}:{local}" if prefix else name
