"""Which outcomes the diagram draws for a step, and where each leads: found by walking its flows.

The codes are the texts that conditions compare with `step.outcome`. Each code is followed from
gateway to gateway, over the end of a sub-process or called process into the level around it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.core.errors import Problem, problem
from app.core.i18n import N_, Bilingual
from app.engine.definition import Definition, Outcome, StepDefinition
from app.engine.expressions import Budget, Expression, FeelError
from app.engine.graph import Flow, Graph, Level, Node
from app.engine.unfold import activity_id

AGREE = "agree"
#: Names of the usual codes, for flows that have none.
_NAMES = {
    AGREE: Bilingual("同意", "Agree"),
    "agree_with_edits": Bilingual("修改后同意", "Agree with edits"),
    "return_to_unit": Bilingual("退回单位", "Return to unit"),
    "return_previous": Bilingual("退回上一环节", "Return one step"),
    "reject": Bilingual("不同意", "Reject"),
}
_CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})
_TEXT = r'"(?P<code>(?:[^"\\]|\\.)*)"'


@dataclass(frozen=True, slots=True)
class Place:
    """A level of one definition, and the call or sub-process around it, if it has one."""

    graph: Graph
    level: Level
    around: "tuple[Place, Node] | None" = None

    def behind(self, node: Node) -> "tuple[Place, tuple[Flow, ...]]":
        """The flows that a token takes behind a node; behind an end those of the level around."""
        leaves = (node.type == "endEvent" and node.goes_on) or self.level.only is not None
        if leaves and self.around is not None:
            place, activity = self.around
            return place.behind(activity)
        return self, tuple(node.outgoing)


@dataclass(frozen=True, slots=True)
class _Route:
    """Where one code leads."""

    place: Place
    #: The flows that were taken, each with whether its condition names the code.
    flows: tuple[tuple[Flow, bool], ...]
    target: Node


def outcomes_of(step: Node, place: Place) -> tuple[Outcome, ...]:
    """The outcomes of a step: those that conditions name, and `agree` for the flow left over."""
    codes = list(dict.fromkeys(_codes(step, place)))
    routes = {code: _route(step, place, code) for code in codes}
    if AGREE not in codes:
        route = _route(step, place, None)
        if route is not None:
            routes = {AGREE: route, **routes}
    return tuple(_outcome(code, route) for code, route in routes.items() if route is not None)


def outcome_problems(step: Node, place: Place) -> Iterator[Problem]:
    """Codes drawn twice and outcomes that look alike."""
    for _, gateway in _gateways(step, place):
        seen: dict[str, Flow] = {}
        for flow in gateway.outgoing:
            for code in _named(flow, step.id):
                known = seen.setdefault(code, flow)
                alike = known.condition_text == flow.condition_text
                if known is not flow and alike and gateway.type == "exclusiveGateway":
                    yield problem(
                        "diagram.outcome",
                        flow.id,
                        N_(
                            "Expected the outcome “{outcome}” of “{step}” on one flow, found it on "
                            "two with the same condition."
                        ),
                        outcome=code,
                        step=step.id,
                    )
    names: dict[str, str] = {}
    for outcome in outcomes_of(step, place):
        for name in {outcome.name.zh, outcome.name.en}:
            other = names.setdefault(name, outcome.code)
            if other != outcome.code:
                yield problem(
                    "diagram.outcome",
                    step.id,
                    N_(
                        "Expected outcomes with different names, found “{name}” for {one} and "
                        "{two}."
                    ),
                    name=name,
                    one=other,
                    two=outcome.code,
                )


def link_outcomes(
    definitions: Mapping[str, Definition],
) -> dict[tuple[str, str], StepDefinition]:
    """Every step of a process, the ends of called processes followed into their callers."""
    callers: dict[str, list[Place]] = {key: [] for key in definitions}
    for definition in definitions.values():
        for level in definition.graph.levels.values():
            place = place_of(definition.graph, level)
            for node in level.nodes.values():
                if node.called in callers:
                    around = (place, node)
                    called = definitions[node.called].graph
                    callers[node.called].append(Place(called, called.top, around))
    found: dict[tuple[str, str], StepDefinition] = {}
    for key, definition in definitions.items():
        for step in definition.steps.values():
            node = definition.graph.node(step.id)
            outcomes = _merge(
                outcomes_of(node, _within(definition.graph, node.level, caller))
                for caller in (*callers[key],) or (None,)
            )
            found[key, step.id] = replace(step, outcomes=outcomes)
    return found


def place_of(graph: Graph, level: Level) -> Place:
    """A level within its definition, as if nobody called it."""
    return _within(graph, level.id, None)


def _within(graph: Graph, level_id: str, top: Place | None) -> Place:
    level = graph.levels[level_id]
    if level.node_id is None:
        return top or Place(graph, level)
    node = graph.node(level.node_id)
    return Place(graph, level, (_within(graph, node.level, top), node))


def _merge(several: Iterator[tuple[Outcome, ...]]) -> tuple[Outcome, ...]:
    """Outcomes of all callers; a bare `agree` gives way to a caller that says where it leads."""
    merged: dict[str, Outcome] = {}
    for outcomes in several:
        for outcome in outcomes:
            merged.setdefault(outcome.code, outcome)
    return tuple(merged.values())


def _gateways(step: Node, place: Place) -> Iterator[tuple[Place, Node]]:
    """The choosing gateways behind a step, through merges and chains."""
    seen: set[tuple[str, str]] = set()
    pending = [(place, step)]
    while pending:
        where, node = pending.pop(0)
        beyond, flows = where.behind(node)
        for flow in flows:
            target = beyond.level.nodes[flow.target]
            key = (beyond.graph.key, target.id)
            follows = target.type in _CHOOSING or (
                target.type == "endEvent" and beyond.around is not None and target.goes_on
            )
            if follows and key not in seen:
                seen.add(key)
                pending.append((beyond, target))
                if target.type in _CHOOSING:
                    yield beyond, target


def _codes(step: Node, place: Place) -> Iterator[str]:
    for _, gateway in _gateways(step, place):
        for flow in gateway.outgoing:
            yield from _named(flow, step.id)
    yield from _voted(step, place)


def _voted(step: Node, place: Place) -> Iterator[str]:
    """Codes that a multi-instance step asks for when it counts what its instances said."""
    loop = place.around[1].loop if place.level.only and place.around else None
    if loop is None:
        return
    asked = [loop.condition] if loop.condition else []
    for condition in asked:
        yield from _compared(condition, rf"(?<![\w.]){re.escape(step.id)}\s*\.\s*outcome\b")
    is_vote = loop.result is not None and loop.result.source.split() == [f"{step.id}.outcome"]
    if loop.output is None or not is_vote:
        return
    for _, gateway in _gateways(step, place):
        asked += [flow.condition for flow in gateway.outgoing if flow.condition]
    for condition in asked:
        if loop.output in condition.reads:
            yield from _counted(condition.source, re.escape(loop.output))


def _counted(text: str, votes: str) -> Iterator[str]:
    """Texts that a condition compares with the entries of a list."""
    for pattern in (
        rf"(?<![\w.])item\s*!?=\s*{_TEXT}",
        rf"{_TEXT}\s*!?=\s*item\b",
        rf"list contains\s*\(\s*{votes}\s*,\s*{_TEXT}",
        rf"{_TEXT}\s+in\s+{votes}\b",
        rf"(?:some|every)\s+(\w+)\s+in\s+{votes}\s+satisfies\s+\1\s*!?=\s*{_TEXT}",
    ):
        yield from (match.group("code") for match in re.finditer(pattern, text))


def _named(flow: Flow, step_id: str) -> list[str]:
    """Codes that a condition compares with `step.outcome`."""
    if flow.is_default or flow.condition is None or step_id not in flow.condition.reads:
        return []
    return _compared(flow.condition, rf"(?<![\w.]){re.escape(step_id)}\s*\.\s*outcome\b")


def _compared(condition: Expression, subject: str) -> list[str]:
    """Texts that a condition compares with something."""
    text = condition.source
    found = [
        match.group("code")
        for pattern in (
            rf"{subject}\s*!?=\s*{_TEXT}",
            rf"{_TEXT}\s*!?=\s*{subject}",
        )
        for match in re.finditer(pattern, text)
    ]
    lists = (
        rf"{subject}\s+in\s*[(\[]([^)\]]*)[)\]]",
        rf"list contains\s*\(\s*\[([^\]]*)\]\s*,\s*{subject}",
    )
    for pattern in lists:
        for match in re.finditer(pattern, text):
            found += [each.group("code") for each in re.finditer(_TEXT, match.group(1))]
    return list(dict.fromkeys(found))


def _route(step: Node, place: Place, code: str | None) -> _Route | None:
    """Follow one code; None is an outcome that no condition names."""
    taken: list[tuple[Flow, bool]] = []
    where, node = place, step
    seen: set[tuple[str, str]] = set()
    while True:
        beyond, flows = where.behind(node)
        if node is not step and node.type in _CHOOSING and len(flows) > 1:
            flow = _chosen(flows, step.id, _UNNAMED if code is None else code)
            if flow is None:
                return None
            if flow is _UNDECIDED:
                return _Route(where, tuple(taken), node)
        elif len(flows) == 1:
            flow = flows[0]
        else:
            return _Route(where, tuple(taken), node)
        taken.append((flow, code is not None and code in _named(flow, step.id)))
        where, node = beyond, beyond.level.nodes[flow.target]
        key = (where.graph.key, node.id)
        if key in seen or not _is_passed(where, node):
            return _Route(where, tuple(taken), node)
        seen.add(key)


def _is_passed(place: Place, node: Node) -> bool:
    """Whether a token goes on from here at once, choosing at most."""
    if node.type == "endEvent":
        return place.around is not None and node.goes_on
    return node.type in _CHOOSING or (
        node.type == "parallelGateway" and len(node.incoming) < 2 and len(node.outgoing) < 2
    )


#: A comparison of texts needs no more.
_BRIEF = Budget(max_steps=1_000)
#: Stands for any code that no condition names.
_UNNAMED = "\x00"
_UNDECIDED = Flow("", "", "", Bilingual("", ""))


def _chosen(flows: Sequence[Flow], step_id: str, code: str) -> Flow | None:
    """The flow that a code chooses; None if nothing fits, `_UNDECIDED` if more must be known."""
    for flow in flows:
        if flow.is_default or flow.condition is None:
            continue
        named = _named(flow, step_id)
        if _asks_only_outcome(flow, step_id):
            fits = _is_true(flow.condition, {step_id: {"outcome": code}})
        elif named:
            # More facts decide, but a condition that names the code is where it is meant to lead.
            fits = code in named
        else:
            return _UNDECIDED
        if fits:
            return flow
    return next((flow for flow in flows if flow.is_default), None)


def _is_true(condition: Expression, facts: Mapping[str, object]) -> bool:
    try:
        return condition.evaluate(facts, _BRIEF) is True
    except FeelError:
        return False


def _asks_only_outcome(flow: Flow, step_id: str) -> bool:
    if flow.condition is None or flow.condition.reads != {step_id}:
        return False
    asked = re.findall(rf"(?<![\w.]){re.escape(step_id)}\s*\.\s*(\w+)", flow.condition.source)
    return bool(asked) and set(asked) == {"outcome"}


def _outcome(code: str, route: _Route) -> Outcome:
    naming = [flow for flow, names in route.flows if names and str(flow.name)]
    named = [flow for flow, _ in route.flows if str(flow.name)]
    name = naming[-1].name if naming else named[-1].name if named else None
    return Outcome(
        code=code,
        name=name or _NAMES.get(code) or Bilingual(code, code),
        target=activity_id(route.target.id),
        definition_key=route.place.graph.key,
    )
