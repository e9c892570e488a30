"""Reads what makes an event: timers, messages, signals, conditions, errors, escalations, links."""

import re

from lxml import etree

from app.core.i18n import N_
from app.engine.expression_reader import ExpressionReader
from app.engine.expressions import is_expression
from app.engine.graph import HOSTED, Event, TimerKind, TimerRule
from app.engine.reading import BPMN, Reading, local_name, properties_of, vendor, vendor_elements
from app.engine.timers import is_iso

_SUFFIX = "EventDefinition"
_LIKE_ISO = re.compile(r"(P|PT|R)\d")
#: Tasks that send or receive a message without an event definition.
_MESSAGE_TASKS = frozenset({"sendTask", "receiveTask"})
#: Property of an event, of its task or of the message: what a message must agree in.
CORRELATION = "correlationKey"


class EventReader:
    """Reads event definitions and what they refer to; the gate refuses kinds by their place."""

    def __init__(self, reading: Reading, expressions: ExpressionReader) -> None:
        self._reading = reading
        self._expressions = expressions

    def read(self, element: etree._Element, kind: str, node_id: str) -> Event | None:
        """The event of a node; None for one without."""
        if kind in _MESSAGE_TASKS:
            # Whoever serves the topic of a send task sends by himself.
            if vendor(element, "topic"):
                return None
            return self._hosted("message", element, element, node_id)
        found = [
            each for each in element.iterchildren(f"{BPMN}*") if local_name(each).endswith(_SUFFIX)
        ]
        if not found:
            return None
        if len(found) > 1:
            self._reading.refuse(
                "multiple_event",
                node_id,
                N_("Expected one event definition, found {found}."),
                found=len(found),
            )
        kind_of_event = local_name(found[0]).removesuffix(_SUFFIX)
        if kind_of_event in HOSTED:
            return self._hosted(kind_of_event, element, found[0], node_id)
        read = {
            "timer": self._timer,
            "error": self._error,
            "escalation": self._escalation,
            "conditional": self._conditional,
            "link": self._link,
            "terminate": _terminate,
        }.get(kind_of_event)
        # The gate refuses every other kind; it looks at the XML itself.
        return read(found[0], node_id) if read else None

    # References.

    def _referred(
        self, definition: etree._Element, kind: str, node_id: str
    ) -> etree._Element | None:
        """The root element that `kind`Ref names; None when it names none or nothing."""
        reference = definition.get(f"{kind}Ref", "").strip()
        if not reference:
            return None
        wanted = reference.rpartition(":")[2]
        for each in definition.getroottree().getroot().iterfind(f"{BPMN}{kind}"):
            if each.get("id") in {reference, wanted}:
                return each
        self._reading.refuse(
            "reference",
            node_id,
            N_("Expected the {kind} “{wanted}” to be declared in the file, found none."),
            kind=kind,
            wanted=reference,
        )
        return None

    def _named(
        self, definition: etree._Element, kind: str, node_id: str
    ) -> tuple[etree._Element, str] | None:
        """What a message or signal event refers to, and its name."""
        if not definition.get(f"{kind}Ref", "").strip():
            self._reading.refuse(
                "reference",
                node_id,
                N_("Expected the {kind} that is meant, found none."),
                kind=kind,
            )
            return None
        referred = self._referred(definition, kind, node_id)
        if referred is None:
            return None
        name = (referred.get("name") or "").strip() or referred.get("id", "")
        if is_expression(name):
            self._reading.refuse(
                "reference",
                node_id,
                N_("Expected the name of one {kind}, found the expression “{found}”."),
                kind=kind,
                found=name,
            )
        return referred, name

    def _error(self, definition: etree._Element, node_id: str) -> Event:
        error = self._referred(definition, "error", node_id)
        code = (error.get("errorCode") or error.get("id")) if error is not None else None
        return Event("error", name=code)

    def _escalation(self, definition: etree._Element, node_id: str) -> Event:
        found = self._referred(definition, "escalation", node_id)
        code = (found.get("escalationCode") or found.get("id")) if found is not None else None
        return Event("escalation", name=code)

    # Messages and signals.

    def _hosted(
        self, kind: str, element: etree._Element, definition: etree._Element, node_id: str
    ) -> Event | None:
        named = self._named(definition, kind, node_id)
        if named is None:
            return None
        meant, name = named
        self._refuse_properties(meant, node_id)
        payload = self._expressions.mapping(_mapped_in(element, definition), node_id, "in")
        if kind == "signal":
            return Event("signal", name=name, payload=payload)
        texts = (properties_of(each).get(CORRELATION, "").strip() for each in (element, meant))
        text = next(filter(None, texts), None)
        correlation = self._expressions.compile(text, node_id) if text else None
        return Event("message", name=name, correlation=correlation, payload=payload)

    def _refuse_properties(self, meant: etree._Element, node_id: str) -> None:
        """The standard's own correlation would be lost; one expression says the same."""
        root = meant.getroottree().getroot()
        for each in root.iter(f"{BPMN}correlationPropertyRetrievalExpression"):
            if each.get("messageRef", "").rpartition(":")[2] == meant.get("id"):
                self._reading.refuse(
                    "unexecuted",
                    node_id,
                    N_(
                        "Expected a message that correlates by the property {wanted}, found a "
                        "correlationProperty."
                    ),
                    wanted=CORRELATION,
                )

    # Conditions and links.

    def _conditional(self, definition: etree._Element, node_id: str) -> Event | None:
        condition = definition.find(f"{BPMN}condition")
        text = (condition.text or "").strip() if condition is not None else ""
        if condition is None or not text:
            self._reading.refuse(
                "condition", node_id, N_("Expected the condition of this event, found none.")
            )
            return None
        self._expressions.refuse_language(condition, node_id, "language")
        for attribute in ("variableName", "variableEvents"):
            if vendor(definition, attribute):
                self._reading.refuse(
                    "extension",
                    node_id,
                    N_("Expected only extensions that the engine executes, found {found}."),
                    found=attribute,
                )
        compiled = self._expressions.compile(text, node_id)
        return Event("conditional", condition=compiled) if compiled else None

    def _link(self, definition: etree._Element, node_id: str) -> Event | None:
        name = (definition.get("name") or "").strip()
        if not name:
            self._reading.refuse("link", node_id, N_("Expected the name of the link, found none."))
            return None
        return Event("link", name=name)

    # Timers.

    def _timer(self, definition: etree._Element, node_id: str) -> Event | None:
        rule = self._rule(definition, node_id)
        return Event("timer", timer=rule) if rule else None

    def _rule(self, definition: etree._Element, node_id: str) -> TimerRule | None:
        rules = [
            (kind, (each.text or "").strip())
            for kind in ("timeDate", "timeDuration", "timeCycle")
            for each in definition.iterfind(f"{BPMN}{kind}")
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
        if _LIKE_ISO.match(text) and not is_expression(text):
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
        compiled = self._expressions.compile_text(text, node_id)
        return TimerRule(timer_kind, text, compiled) if compiled else None


def _terminate(_definition: etree._Element, _node_id: str) -> Event:
    return Event("terminate")


def _mapped_in(element: etree._Element, definition: etree._Element) -> etree._Element:
    """Where `camunda:in` says what is thrown along: at the definition, or at the element."""
    is_there = any(True for _ in vendor_elements(definition, "in"))
    return definition if is_there else element
