"""What other vendors' tools write, brought to one dialect: the attributes of Camunda 7.

The tables below are all there is to it; docs/bpmn-support.md shows them. Only the tree in memory
changes: the author's file stays as it is.
"""

from collections.abc import Mapping

from lxml import etree

from app.engine.expressions import split_list
from app.engine.reading import BPMN, CAMUNDA, local_name

ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
#: Descendants of one engine: they write the same names under namespaces of their own.
RELATIVES: Mapping[str, str] = {
    "flowable": "{http://flowable.org/bpmn}",
    "activiti": "{http://activiti.org/bpmn}",
    "operaton": "{http://operaton.org/schema/1.0/bpmn}",
}
#: Where a relative has another word for the same, or Camunda has two.
RENAMED: Mapping[str, str] = {"resultVariableName": "resultVariable", "formRef": "formKey"}

#: Camunda 8: extension element and attribute → attribute of Camunda 7 on the element around.
ZEEBE_ATTRIBUTES: Mapping[str, Mapping[str, str]] = {
    "assignmentDefinition": {
        "assignee": "assignee",
        "candidateUsers": "candidateUsers",
        "candidateGroups": "candidateGroups",
    },
    "taskSchedule": {"dueDate": "dueDate", "followUpDate": "followUpDate"},
    "priorityDefinition": {"priority": "priority"},
    "formDefinition": {
        "formKey": "formKey",
        "formId": "formKey",
        "externalReference": "formKey",
        "bindingType": "formRefBinding",
    },
    "taskDefinition": {"type": "topic"},
    "script": {"resultVariable": "resultVariable"},
    "calledDecision": {
        "decisionId": "decisionRef",
        "resultVariable": "resultVariable",
        "bindingType": "decisionRefBinding",
    },
    "calledElement": {"bindingType": "calledElementBinding"},
    "loopCharacteristics": {"inputCollection": "collection", "inputElement": "elementVariable"},
    "versionTag": {"value": "versionTag"},
}
#: Camunda 8: extension elements that have the same meaning, or are refused, under this name.
ZEEBE_ELEMENTS: Mapping[str, str] = {
    "properties": "properties",
    "executionListeners": "executionListener",
    "taskListeners": "taskListener",
    "ioMapping": "inputOutput",
    "conditionalFilter": "conditionalFilter",
    "publishMessage": "publishMessage",
    "adHoc": "adHoc",
}
#: Camunda 8: says only that the engine itself keeps the task, as this one always does.
_MARKERS = frozenset({"userTask"})
#: The standard's own words for people.
PERFORMERS: Mapping[str, str] = {"humanPerformer": "assignee", "potentialOwner": "candidateGroups"}


def translate(root: etree._Element) -> None:
    """Rewrite the tree of a file, in place, so that only Camunda 7's attributes are left to read.

    What has no counterpart stays as it is; the gate tells of it.
    """
    for element in list(root.iter("*")):
        _translate_relative(element)
    for extensions in list(root.iter(f"{BPMN}extensionElements")):
        owner = extensions.getparent()
        if owner is not None:
            _translate_zeebe(extensions, owner)
    for name in PERFORMERS:
        for element in list(root.iter(f"{BPMN}{name}")):
            _translate_performer(element, name)


def _translate_relative(element: etree._Element) -> None:
    for prefix in RELATIVES.values():
        if str(element.tag).startswith(prefix):
            element.tag = CAMUNDA + local_name(element)
    for name, value in list(element.attrib.items()):
        namespace, local = str(name).rpartition("}")[::2]
        if f"{namespace}}}" in {*RELATIVES.values(), CAMUNDA}:
            wanted = CAMUNDA + RENAMED.get(local, local)
            if wanted != name:
                del element.attrib[name]
                _set(element, wanted, str(value))
    if element.attrib.pop(f"{CAMUNDA}inheritVariables", "false") == "true":
        _add(_extensions(element), "in", variables="all")


def _translate_zeebe(extensions: etree._Element, owner: etree._Element) -> None:
    mapped = extensions.find(f"{ZEEBE}ioMapping")
    if owner.tag == f"{BPMN}callActivity":
        _translate_call(extensions, owner, mapped)
    for each in list(extensions.iterchildren(f"{ZEEBE}*")):
        name = local_name(each)
        for attribute, wanted in ZEEBE_ATTRIBUTES.get(name, {}).items():
            if each.get(attribute):
                _set(owner, CAMUNDA + wanted, each.get(attribute, ""))
        if name in ZEEBE_ELEMENTS:
            for inner in each.iter(f"{ZEEBE}*"):
                inner.tag = CAMUNDA + ZEEBE_ELEMENTS.get(local_name(inner), local_name(inner))
        elif name in _SPECIAL:
            _SPECIAL[name](each, extensions, owner)
        if name in ZEEBE_ATTRIBUTES or name in _SPECIAL or name in _MARKERS:
            extensions.remove(each)


def _translate_call(
    extensions: etree._Element, call: etree._Element, mapped: etree._Element | None
) -> None:
    called = extensions.find(f"{ZEEBE}calledElement")
    if called is None:
        return
    if called.get("processId"):
        _set(call, "calledElement", called.get("processId", ""))
    inputs = [] if mapped is None else mapped.findall(f"{ZEEBE}input")
    outputs = [] if mapped is None else mapped.findall(f"{ZEEBE}output")
    takes_all = called.get("propagateAllParentVariables", "true") == "true"
    gives_all = called.get("propagateAllChildVariables", "true") == "true" and not outputs
    if inputs or not takes_all:
        _add(extensions, "in", variables="all" if takes_all else "none")
    if not gives_all:
        _add(extensions, "out", variables="none")
    for direction, each in [("in", each) for each in inputs] + [("out", each) for each in outputs]:
        source, target = each.get("source", ""), each.get("target", "")
        _add(extensions, direction, sourceExpression=source, target=target)
    if mapped is not None:
        extensions.remove(mapped)


def _translate_script(
    each: etree._Element, _extensions: etree._Element, owner: etree._Element
) -> None:
    if each.get("expression"):
        etree.SubElement(owner, f"{BPMN}script").text = each.get("expression", "")
        _set(owner, "scriptFormat", "feel")


def _translate_subscription(
    each: etree._Element, extensions: etree._Element, _owner: etree._Element
) -> None:
    if each.get("correlationKey"):
        properties = extensions.find(f"{CAMUNDA}properties")
        if properties is None:
            properties = _add(extensions, "properties")
        kept = _add(properties, "property", value=each.get("correlationKey", ""))
        kept.set("name", "correlationKey")


def _translate_loop(
    each: etree._Element, _extensions: etree._Element, owner: etree._Element
) -> None:
    if each.get("outputCollection"):
        etree.SubElement(owner, f"{BPMN}loopDataOutputRef").text = each.get("outputCollection", "")
    if each.get("outputElement"):
        etree.SubElement(owner, f"{BPMN}outputDataItem", name=each.get("outputElement", ""))


def _translate_decision(
    _each: etree._Element, _extensions: etree._Element, owner: etree._Element
) -> None:
    _set(owner, f"{CAMUNDA}mapDecisionResult", "asIs")


#: Camunda 8: what more than an attribute comes of.
_SPECIAL = {
    "script": _translate_script,
    "subscription": _translate_subscription,
    "loopCharacteristics": _translate_loop,
    "calledDecision": _translate_decision,
    "calledElement": lambda *_: None,
}


def _translate_performer(element: etree._Element, name: str) -> None:
    """`user(li), group(reviewer), auditor`: without a word it is the name of a group."""
    task = element.getparent()
    text = "".join(each.text or "" for each in element.iter(f"{BPMN}formalExpression")).strip()
    if task is None or task.tag != f"{BPMN}userTask" or not text:
        return
    task.remove(element)
    if name == "humanPerformer":
        _set(task, f"{CAMUNDA}assignee", text)
        return
    found: dict[str, list[str]] = {"candidateUsers": [], "candidateGroups": []}
    for part in map(str.strip, split_list(text)):
        if part.startswith("user(") and part.endswith(")"):
            found["candidateUsers"].append(part[5:-1])
        elif part.startswith("group(") and part.endswith(")"):
            found["candidateGroups"].append(part[6:-1])
        else:
            found["candidateGroups"].append(part)
    for attribute, parts in found.items():
        if parts:
            given = task.get(CAMUNDA + attribute)
            task.set(CAMUNDA + attribute, ",".join([*([given] if given else []), *parts]))


def _set(element: etree._Element, name: str, value: str) -> None:
    """What is written twice is read as Camunda 7 has it."""
    if not element.get(name):
        element.set(name, value)


def _extensions(element: etree._Element) -> etree._Element:
    found = element.find(f"{BPMN}extensionElements")
    return etree.SubElement(element, f"{BPMN}extensionElements") if found is None else found


def _add(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, CAMUNDA + name, attributes)
