"""Tiny diagrams, written as lines, for tests.

    start s
    step a candidateGroups=reviewer
    xor g default=g-to-e
    end e
    s > a > g
    g > a : a.outcome = "return"
    g > e

Kinds: start, end, terminate, error, step, service, script, manual, task, send, receive, xor, and,
or, choose (event-based), call, sub, handler (event sub-process), timer, catch, throw, and boundary
/ beside (an event on an activity that interrupts or not). Events say `message=a`, `signal=a`,
`escalation=a`, `error=a` (a, b or c; `any` of errors and escalations), `link=name`,
`condition="…"` or a time; `carries="x=1, y=amount"` is what is thrown along. Activities are
repeated by `each=people:who` or `times=3` (`turns=true` one by one; `enough="…"` completes,
`gives=votes:a.x` collects) and by `while="…"`, `most=3`, `first=true` (asks before the first time,
too). A `sub x` or `handler x` line opens a sub-process that a line `}` closes. Flows are named
`<from>-to-<to>`.
"""

import itertools
import re
from html import escape

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
  xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
  xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  targetNamespace="countersign">
<bpmn:error id="Error_a" name="a" errorCode="a"/><bpmn:error id="Error_b" errorCode="b"/>
{declared}
<bpmn:process id="{key}" name="{name}" isExecutable="true">"""
DECLARED = "".join(
    f'<bpmn:message id="Message_{each}" name="{each}"/><bpmn:signal id="Signal_{each}" '
    f'name="{each}"/><bpmn:escalation id="Escalation_{each}" escalationCode="{each}"/>'
    for each in "abc"
)
TAGS = {
    "start": "startEvent", "end": "endEvent", "terminate": "endEvent", "error": "endEvent",
    "step": "userTask", "service": "serviceTask", "send": "sendTask", "script": "scriptTask",
    "rule": "businessRuleTask", "manual": "manualTask", "task": "task",
    "xor": "exclusiveGateway", "and": "parallelGateway",
    "or": "inclusiveGateway", "call": "callActivity", "sub": "subProcess",
    "timer": "intermediateCatchEvent", "throw": "intermediateThrowEvent",
    "boundary": "boundaryEvent", "beside": "boundaryEvent", "catch": "intermediateCatchEvent",
    "receive": "receiveTask", "choose": "eventBasedGateway", "handler": "subProcess",
}  # fmt: skip
TIMES = ("timeDate", "timeDuration", "timeCycle")
PLAIN = {
    "default", "calledElement", "attachedToRef", "name", "scriptFormat", "messageRef",
    "isInterrupting", "triggeredByEvent", "instantiate", "eventGatewayType",
}  # fmt: skip
REFERRED = ("message", "signal", "escalation", "error")


def draw(text: str, key: str = "p", name: str = "流程") -> bytes:
    """The file that the lines describe."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    body = "".join(_line(line) for line in lines)
    head = HEAD.format(key=key, name=name, declared=DECLARED)
    return f"{head}{body}</bpmn:process></bpmn:definitions>".encode()


def _line(line: str) -> str:
    if line == "}":
        return "</bpmn:subProcess>"
    if line.startswith("<"):
        return line
    kind = line.split(maxsplit=1)[0]
    return _node(line) if kind in TAGS else _flows(line)


def _node(line: str) -> str:
    kind, node_id, *rest = line.split(maxsplit=2)
    given = dict(re.findall(r'([\w.:]+)=("[^"]*"|\S+)', rest[0] if rest else ""))
    given = {
        name: value.strip('"') if value.startswith('"') else value for name, value in given.items()
    }
    if kind == "receive" or (kind == "send" and "message" in given):
        given["messageRef"] = f"Message_{given.pop('message')}"
    if kind == "handler":
        given["triggeredByEvent"] = "true"
    carried = _carried(given.pop("carries", ""))
    parts = _event(kind, given) + _loop(given)
    if kind in {"boundary", "beside"}:
        given["attachedToRef"] = given.pop("on")
        given["cancelActivity"] = "true" if kind == "boundary" else "false"
    if kind == "step" and not {"assignee", "candidateUsers", "nobody"} & set(given):
        given.setdefault("candidateGroups", "reviewer")
    given.pop("nobody", None)
    if kind in {"service", "send"} and "messageRef" not in given:
        given.setdefault("topic", "work")
    if kind == "script":
        parts += f"<bpmn:script>{escape(given.pop('script'))}</bpmn:script>"
        given.setdefault("scriptFormat", "feel")
    if kind == "call":
        given["calledElement"] = given.pop("key")
    own = [key for key in given if key.startswith("appr.") or key == "correlationKey"]
    properties = {key: given.pop(key) for key in own}
    if properties or carried:
        inside = "".join(
            f'<camunda:property name="{name}" value="{escape(value)}"/>'
            for name, value in properties.items()
        )
        parts = (
            f"<bpmn:extensionElements>{carried}<camunda:properties>{inside}"
            f"</camunda:properties></bpmn:extensionElements>{parts}"
        )
    attributes = "".join(
        f" {name if name in PLAIN or name == 'cancelActivity' else 'camunda:' + name}="
        f'"{escape(value)}"'
        for name, value in given.items()
    )
    opening = f'<bpmn:{TAGS[kind]} id="{node_id}"{attributes}>{parts}'
    return opening if kind in {"sub", "handler"} else f"{opening}</bpmn:{TAGS[kind]}>"


def _event(kind: str, given: dict[str, str]) -> str:
    if kind == "terminate":
        return "<bpmn:terminateEventDefinition/>"
    for time in TIMES:
        if time in given:
            return (
                f"<bpmn:timerEventDefinition><bpmn:{time}>{escape(given.pop(time))}"
                f"</bpmn:{time}></bpmn:timerEventDefinition>"
            )
    if kind == "error":
        given.setdefault("error", "any")
    for word in REFERRED:
        if word in given:
            name = given.pop(word)
            reference = "" if name == "any" else f' {word}Ref="{word.title()}_{name}"'
            return f"<bpmn:{word}EventDefinition{reference}/>"
    if "link" in given:
        return f'<bpmn:linkEventDefinition name="{given.pop("link")}"/>'
    if "condition" in given:
        text = escape(given.pop("condition"))
        return (
            f"<bpmn:conditionalEventDefinition><bpmn:condition>{text}</bpmn:condition>"
            "</bpmn:conditionalEventDefinition>"
        )
    return ""


def _loop(given: dict[str, str]) -> str:
    if {"while", "most", "first"} & given.keys():
        attributes = f' testBefore="{given.pop("first", "false")}"'
        attributes += f' loopMaximum="{given.pop("most")}"' if "most" in given else ""
        inside = _expression("loopCondition", given.pop("while", ""))
        return f"{_open('standard', attributes)}{inside}</bpmn:standardLoopCharacteristics>"
    if not {"each", "times"} & given.keys():
        return ""
    attributes = f' isSequential="{given.pop("turns", "false")}"'
    inside = _expression("loopCardinality", given.pop("times", ""))
    if "each" in given:
        collection, _, item = given.pop("each").partition(":")
        attributes += f' camunda:collection="{escape(collection)}"'
        attributes += f' camunda:elementVariable="{item}"' if item else ""
    if "gives" in given:
        output, _, result = given.pop("gives").partition(":")
        inside += f"<bpmn:loopDataOutputRef>{output}</bpmn:loopDataOutputRef>"
        inside += f'<bpmn:outputDataItem name="{result}"/>'
    inside += _expression("completionCondition", given.pop("enough", ""))
    opening = _open("multiInstance", attributes)
    return f"{opening}{inside}</bpmn:multiInstanceLoopCharacteristics>"


def _open(kind: str, attributes: str) -> str:
    return f"<bpmn:{kind}LoopCharacteristics{attributes}>"


def _expression(tag: str, text: str) -> str:
    return f"<bpmn:{tag}>{escape(text)}</bpmn:{tag}>" if text else ""


def _carried(text: str) -> str:
    """`camunda:in` for each `name=expression` of a comma-separated list."""
    pairs = [each.split("=", 1) for each in text.split(",") if each.strip()]
    return "".join(
        f'<camunda:in sourceExpression="{escape(source.strip())}" target="{target.strip()}"/>'
        for target, source in pairs
    )


def _flows(line: str) -> str:
    chain, _, condition = line.partition(" : ")
    chain, _, name = chain.partition(" # ")
    ends = [end.strip() for end in chain.split(">")]
    found = ""
    for source, target in itertools.pairwise(ends):
        inside = ""
        if condition:
            inside = (
                f"<bpmn:conditionExpression>{escape(condition.strip())}</bpmn:conditionExpression>"
            )
        label = f' name="{name.strip()}"' if name else ""
        found += (
            f'<bpmn:sequenceFlow id="{source}-to-{target}" sourceRef="{source}" '
            f'targetRef="{target}"{label}>{inside}</bpmn:sequenceFlow>'
        )
    return found
