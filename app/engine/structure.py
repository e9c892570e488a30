"""The deploy gate, second half: every element can be reached, can reach an end, and can decide."""

import re

from app.core.i18n import N_
from app.engine.graph import Level, Node
from app.engine.reading import People, Reading
from app.engine.timers import is_iso

#: Properties that say who does a step instead of an assignee or candidates.
_ASSIGNING = ("appr.strategy", "appr.param")
#: Words of `appr.returnTo` that are no step ids.
RETURN_WORDS = frozenset({"none", "drawn", "any", "initiator", "previous"})
#: Durations in working days, which the host counts on its calendar.
_WORKING = re.compile(r"P\d{1,3}BD$")


def check_structure(reading: Reading) -> None:
    """Note what can be seen from flows alone; the graph has been normalised."""
    for level in reading.graph.levels.values():
        if not level.nodes:
            reading.refuse(
                "empty",
                level.id,
                N_("Expected a start event, steps and an end event, found nothing."),
            )
            continue
        for node in level.nodes.values():
            _check_ends(reading, node)
            _check_gateway(reading, node)
            _check_people(reading, node)
            _check_return_policy(reading, node)
        if _check_start_and_end(reading, level):
            _check_paths(reading, level)


def _check_ends(reading: Reading, node: Node) -> None:
    if node.type in {"startEvent", "boundaryEvent"} and node.incoming:
        reading.refuse(
            "flow",
            node.incoming[0].id,
            N_("Expected no flow into {type} “{id}”, found one."),
            type=node.type,
            id=node.id,
        )
    if node.type == "endEvent" and node.outgoing:
        reading.refuse(
            "flow",
            node.outgoing[0].id,
            N_("Expected no flow out of {type} “{id}”, found one."),
            type=node.type,
            id=node.id,
        )
    if node.type == "endEvent" and node.implied:
        reading.warn(
            "dead_end",
            node.drawn_id,
            N_("No flow leads on from here: the path ends, as at an end event."),
        )
    if node.type != "endEvent" and not node.outgoing and not node.by_event:
        reading.refuse(
            "dead_end", node.id, N_("Expected a flow that leads on to an end event, found none.")
        )


def _check_gateway(reading: Reading, node: Node) -> None:
    level = reading.graph.levels[node.level]
    chooser = level.nodes.get(f"{node.id}~split", node)
    if node.default_flow and all(flow.id != node.default_flow for flow in chooser.outgoing):
        reading.refuse(
            "default",
            node.id,
            N_("Expected the default flow among the outgoing flows, found “{found}”."),
            found=node.default_flow,
        )
    chooses = node.type in {"exclusiveGateway", "inclusiveGateway"} and not node.implied
    for flow in node.outgoing:
        conditional = bool(flow.condition_text)
        if node.type == "parallelGateway" and (conditional or flow.is_default):
            reading.refuse(
                "condition",
                flow.id,
                N_("Expected no condition behind a parallel gateway, which takes every flow."),
            )
        elif chooses and len(node.outgoing) > 1 and not (conditional or flow.is_default):
            reading.refuse(
                "condition",
                flow.id,
                N_("Expected a condition, or this flow as the default, found neither."),
            )
        elif flow.is_default and conditional:
            reading.warn(
                "condition", flow.id, N_("The condition of a default flow is not evaluated.")
            )


def _check_people(reading: Reading, node: Node) -> None:
    if node.type != "userTask":
        return
    people = reading.people.get(node.id, People())
    for given in (people.due_date, people.follow_up_date):
        if given and not (given.expression or is_iso(given.text) or _WORKING.match(given.text)):
            reading.refuse(
                "due",
                node.id,
                N_(
                    "Expected a due time such as P3D, P3BD (working days), 2022-10-10 or an "
                    "expression, found “{found}”."
                ),
                found=given.text,
            )
    named = people.assignee or people.candidate_users or people.candidate_groups
    if not named and not any(node.properties.get(name, "").strip() for name in _ASSIGNING):
        reading.refuse(
            "nobody",
            node.id,
            N_(
                "Expected somebody who does this step (assignee, "
                "candidate users or groups), found nobody."
            ),
        )


def _check_return_policy(reading: Reading, node: Node) -> None:
    known = RETURN_WORDS | reading.people.keys() | _forks(reading)
    for word in node.properties.get("appr.returnTo", "").split():
        if word not in known:
            reading.warn(
                "return",
                node.id,
                N_(
                    "Expected {wanted} or the id of a step or fork in appr.returnTo, found "
                    "“{found}”, which only helps if a calling process has that step."
                ),
                wanted=", ".join(sorted(RETURN_WORDS)),
                found=word,
            )


def _forks(reading: Reading) -> set[str]:
    kinds = {"parallelGateway", "inclusiveGateway"}
    return {
        node.id for node in reading.graph.nodes() if node.type in kinds and len(node.outgoing) > 1
    }


def _check_start_and_end(reading: Reading, level: Level) -> bool:
    starts, where = level.starts, level.node_id or level.id
    # A process may begin in several ways, by itself in one.
    counted = [node for node in starts if node.event is None] if level.node_id is None else starts
    if not starts or len(counted) > 1:
        reading.refuse(
            "start", where, N_("Expected one start event, found {found}."), found=len(counted)
        )
    if not any(node.type == "endEvent" for node in level.nodes.values()):
        reading.refuse("end", where, N_("Expected an end event, found none."))
        return False
    return bool(starts)


def _check_paths(reading: Reading, level: Level) -> None:
    reached = level.entered()
    ending: set[str] = set()
    before: dict[str, list[str]] = {node_id: [] for node_id in level.nodes}
    for node_id in level.nodes:
        for follower in level.followers(node_id):
            before[follower].append(node_id)
    pending = [node.id for node in level.nodes.values() if node.type == "endEvent"]
    while pending:
        node_id = pending.pop()
        if node_id not in ending:
            ending.add(node_id)
            pending.extend(before[node_id])
    for node in level.nodes.values():
        if node.implied or node.by_event:
            continue
        if node.id not in reached:
            reading.refuse(
                "unreachable",
                node.id,
                N_("Expected a path from the start event to this element, found none."),
            )
        elif node.id not in ending and node.outgoing:
            reading.refuse(
                "no_end",
                node.id,
                N_("Expected a path from this element to an end event, found none."),
            )
