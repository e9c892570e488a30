"""The deploy gate, events: what the standard asks of links, event gateways and start events."""

from collections.abc import Iterable

from app.core.i18n import N_
from app.engine.graph import Level, Node
from app.engine.reading import Reading, flag

#: What may follow an event-based gateway.
_CHOSEN = frozenset({"timer", "message", "signal", "conditional"})


def check_events(reading: Reading) -> None:
    """Note events that the engine could not tell apart, or that stand where they must not."""
    for level in reading.graph.levels.values():
        level.connect()
        _check_links(reading, level)
        _check_starts(reading, level)
        for node in level.nodes.values():
            if node.by_event:
                _check_handler(reading, node)
            elif node.type == "eventBasedGateway":
                _check_event_gateway(reading, level, node)
            _check_throw(reading, node)
            _check_catchers(reading, node.boundaries)
        _check_catchers(reading, _handler_starts(reading, level))


# Links.


def _check_links(reading: Reading, level: Level) -> None:
    links = [node for node in level.nodes.values() if node.event and node.event.kind == "link"]
    for node in links:
        throws = node.type == "intermediateThrowEvent"
        drawn = node.outgoing if throws else node.incoming
        if drawn:
            reading.refuse(
                "link",
                node.id,
                N_("Expected the link itself to be the way, found the flow “{found}” beside it."),
                found=drawn[0].id,
            )
        name = node.event.name if node.event else None
        caught = [
            each.id
            for each in links
            if each.type == "intermediateCatchEvent" and each.event and each.event.name == name
        ]
        if len(caught) != 1:
            reading.refuse(
                "link",
                node.id,
                N_(
                    "Expected one link catch event named “{name}” on the same level, found {found}."
                ),
                name=name,
                found=len(caught),
            )


# Starts.


def _check_starts(reading: Reading, level: Level) -> None:
    """Two start events for one message: nobody could say which instance it starts."""
    seen: set[str] = set()
    for node in level.starts:
        name = node.event.name if node.event and node.event.kind == "message" else None
        if name is not None and name in seen:
            reading.refuse(
                "start",
                node.id,
                N_("Expected one start event for the message “{name}”, found two."),
                name=name,
            )
        seen |= {name} if name else set()


def _handler_starts(reading: Reading, level: Level) -> list[Node]:
    return [start for each in level.handlers for start in reading.graph.levels[each.id].starts]


def _check_handler(reading: Reading, node: Node) -> None:
    for flow in (*node.incoming, *node.outgoing):
        reading.refuse(
            "flow",
            flow.id,
            N_("Expected no flow at the event sub-process “{id}”, which its start event begins."),
            id=node.id,
        )
    for start in reading.graph.levels[node.id].starts:
        if start.event and start.event.kind == "error" and not start.interrupting:
            reading.refuse(
                "event",
                start.id,
                N_("Expected an interrupting error event, found a non-interrupting one."),
            )


def _check_throw(reading: Reading, node: Node) -> None:
    throws = node.type in {"intermediateThrowEvent", "endEvent"}
    if throws and node.event and node.event.kind == "escalation" and node.event.name is None:
        reading.refuse(
            "reference",
            node.id,
            N_("Expected the {kind} that is meant, found none."),
            kind="escalation",
        )


def _check_catchers(reading: Reading, catchers: Iterable[Node]) -> None:
    """Two catchers of one error or escalation at one place: nobody could say which catches."""
    seen: dict[tuple[str, str | None], Node] = {}
    for node in catchers:
        if node.event is None or node.event.kind not in {"error", "escalation"}:
            continue
        first = seen.setdefault((node.event.kind, node.event.name), node)
        if first is not node:
            reading.refuse(
                "catch",
                node.id,
                N_("Expected one event here that catches the {kind} “{name}”, found “{id}”, too."),
                kind=node.event.kind,
                name=node.event.name or "*",
                id=first.id,
            )


# Event-based gateways.


def _check_event_gateway(reading: Reading, level: Level, gateway: Node) -> None:
    element = reading.sources[gateway.id]
    instantiates = "true" if flag(element, "instantiate") else "false"
    kind = element.get("eventGatewayType", "Exclusive").strip()
    for attribute, found, usual in (
        ("instantiate", instantiates, "false"),
        ("eventGatewayType", kind, "Exclusive"),
    ):
        if found != usual:
            reading.refuse(
                "event_gateway",
                gateway.id,
                N_("Expected {name} {wanted}, found {found}."),
                name=attribute,
                wanted=usual,
                found=found,
            )
    if len(gateway.outgoing) < 2:
        reading.refuse(
            "event_gateway",
            gateway.id,
            N_("Expected two or more events behind this gateway, found {found}."),
            found=len(gateway.outgoing),
        )
    for flow in gateway.outgoing:
        target = level.nodes[flow.target]
        if flow.condition_text or flow.is_default:
            reading.refuse(
                "condition",
                flow.id,
                N_("Expected no condition behind an event-based gateway: events choose."),
            )
        if not _may_be_chosen(target):
            reading.refuse(
                "event_gateway",
                target.id,
                N_(
                    "Expected an event that is waited for, or a receive task, behind the "
                    "event-based gateway “{gateway}”, found {type}."
                ),
                gateway=gateway.id,
                type=target.type,
            )
        elif len(target.incoming) > 1 or target.boundaries or target.loop:
            reading.refuse(
                "event_gateway",
                target.id,
                N_(
                    "Expected only the flow from the event-based gateway “{gateway}” here, no "
                    "boundary event and no loop, found more."
                ),
                gateway=gateway.id,
            )


def _may_be_chosen(node: Node) -> bool:
    if node.type == "receiveTask":
        return True
    caught = node.event is not None and node.event.kind in _CHOSEN
    return node.type == "intermediateCatchEvent" and caught
