"""The path that lies ahead of an instance, if everybody agrees: pure, nothing moves.

Conditions are decided by the variables at hand and by what the steps on the way will have said;
where that is not enough, both ways are shown. Ways back are no part of the path.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from app.core.i18n import Bilingual
from app.engine import codec, loops_ahead
from app.engine.definition import Process
from app.engine.expressions import NO_CLOCK, Expression, FeelError
from app.engine.graph import CallMapping, Flow, Node
from app.engine.limits import PREVIEWED_STEPS
from app.engine.lookahead import inner_level
from app.engine.loops import InstanceScope, LoopScope
from app.engine.moves import standing_block
from app.engine.outcomes import AGREE
from app.engine.specs import ScopeSpec
from app.engine.spiff import TaskState
from app.engine.tokens import Scope, Token

_SPLITS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway"})
#: Gateways of which one way is taken.
_ONE = frozenset({"exclusiveGateway", "eventBasedGateway"})
#: What waits, and is given something that nobody knows before.
_RECEIVING = frozenset({"receiveTask", "intermediateCatchEvent"})
_UNSAID = Bilingual("", "")


@dataclass(frozen=True, slots=True)
class StepAhead:
    """A step on the path: open already, or to come."""

    definition_key: str
    step_id: str
    name: Bilingual
    #: Id of the open task; None for a step to come.
    task_id: str | None
    #: What its assignment and due date may read, as far as that is known now.
    variables: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways."""

    #: The name of its flow; empty where the diagram gives none.
    name: Bilingual
    #: Whether it is taken for certain; False where a condition cannot be decided yet.
    is_sure: bool
    path: tuple["Ahead", ...]


@dataclass(frozen=True, slots=True)
class WaysAhead:
    """Where the path parts, up to where its ways meet again."""

    #: `all` side by side, `some` of them side by side, or `one` of them.
    kind: Literal["all", "some", "one"]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class EndAhead:
    """An end event at which the instance ends."""

    element_id: str
    name: Bilingual


Ahead = StepAhead | WaysAhead | EndAhead


@dataclass(frozen=True, slots=True)
class Preview:
    """The path ahead, nearest first."""

    path: tuple[Ahead, ...]
    #: False when the diagram is so large that the far end is left out.
    is_whole: bool


def preview(process: Process, state: bytes) -> Preview:
    """The path ahead of a running instance, beginning with its open steps."""
    top = codec.load(process, state)
    walk = Walk(process)
    return Preview(tuple(_of_scope(walk, top, Facts(dict(top.data)))), walk.left > 0)


def preview_start(process: Process, variables: Mapping[str, object]) -> Preview:
    """The path of an instance that would be started with these variables."""
    walk = Walk(process)
    level = process.main.scopes[process.key]
    path = walk.along(level, level.level.start.id, Facts(dict(variables)))
    return Preview(tuple(path), walk.left > 0)


@dataclass(slots=True)
class Facts:
    """What is known at a point of the walk."""

    known: dict[str, Any]
    #: Names that will have a value by then, nobody knows which.
    unknown: set[str] = field(default_factory=set)

    def say(self, name: str, value: object) -> None:
        """A name has this value from now on."""
        self.known[name] = value
        self.unknown.discard(name)

    def truth(self, condition: Expression | None) -> bool | None:
        """Whether a condition holds; None when that cannot be said yet."""
        if condition is None:
            return True
        value = self.value(condition)
        return value if isinstance(value, bool) else None

    def value(self, expression: Expression) -> object:
        """What an expression gives; None when a name in it is not known yet."""
        if not self.unknown.isdisjoint(expression.reads):
            return None
        try:
            return expression.evaluate_strict(self.known, NO_CLOCK)
        except FeelError:
            return None

    def knows(self, expression: Expression) -> bool:
        """Whether an expression can be worked out now; failing is no value."""
        if not self.unknown.isdisjoint(expression.reads):
            return False
        try:
            expression.evaluate_strict(self.known, NO_CLOCK)
        except FeelError:
            return False
        return True

    def copy(self) -> "Facts":
        """What one of several ways begins with."""
        return Facts(dict(self.known), set(self.unknown))

    def learn(self, other: "Facts", *, sure: bool) -> None:
        """What a way has added; a way that may not be taken leaves it open."""
        changed = {
            name: value
            for name, value in other.known.items()
            if name not in self.known or self.known[name] is not value
        }
        if sure:
            for name, value in changed.items():
                self.say(name, value)
        else:
            self.unknown.update(changed)
        self.unknown |= other.unknown - self.known.keys() if sure else other.unknown


@dataclass(slots=True)
class Walk:
    """Walks a diagram along the path ahead."""

    process: Process
    #: How many steps may still be shown.
    left: int = PREVIEWED_STEPS

    def along(
        self, level: ScopeSpec, begin: str | None, facts: Facts, until: str | None = None
    ) -> list[Ahead]:
        """The path from a node on, up to `until` or to an end of the level."""
        path: list[Ahead] = []
        here = begin
        while here is not None and here != until and self.left > 0:
            node = level.level.nodes[here]
            path += self._at(level, node, facts)
            more, here = self.behind(level, node, facts, until)
            path += more
        return path

    def behind(
        self, level: ScopeSpec, node: Node, facts: Facts, until: str | None
    ) -> tuple[list[Ahead], str | None]:
        """What follows a node: ways that part, if they do, and the node where it goes on."""
        ways = self._ways(level, node, facts)
        if len(ways) < 2:
            return [], ways[0][0].target if ways else None
        meeting = level.forward.meeting(flow.target for flow, _ in ways)
        kind: Literal["all", "some", "one"] = "one"
        if node.type not in _ONE:
            kind = "all" if all(sure for _, sure in ways) else "some"
        walked = [
            (flow.name, sure, self._branch(level, flow.target, meeting or until))
            for flow, sure in ways
        ]
        return self.parted(kind, walked, facts), meeting

    def parted(
        self,
        kind: Literal["all", "some", "one"],
        ways: Sequence[tuple[Bilingual, bool, Callable[[Facts], list[Ahead]]]],
        facts: Facts,
    ) -> list[Ahead]:
        """Several ways, each walked with what is known where they part."""
        found, learnt = [], []
        for name, sure, walk in ways:
            own = facts.copy()
            path = tuple(walk(own))
            learnt.append((own, sure))
            if path or not sure:
                found.append(Way(name, sure, path))
        for own, sure in learnt:
            facts.learn(own, sure=sure)
        if not any(each.path for each in found):
            return []
        if len(found) == 1 and found[0].is_sure:
            return list(found[0].path)
        return [WaysAhead(kind, tuple(found))]

    def _branch(
        self, level: ScopeSpec, begin: str, until: str | None
    ) -> Callable[[Facts], list[Ahead]]:
        return lambda facts: self.along(level, begin, facts, until)

    def _at(self, level: ScopeSpec, node: Node, facts: Facts) -> list[Ahead]:
        match node.type:
            case "userTask":
                return [self.step(level.definition_key, node, facts, None)]
            case "loop":
                return loops_ahead.repeated(self, level, node, facts)
            case "callActivity" | "subProcess":
                return self._within(level, node, facts)
            case "serviceTask" | "sendTask" | "receiveTask" | "intermediateCatchEvent":
                facts.unknown.add(node.id)
            case "businessRuleTask":
                facts.unknown.add(node.result_variable or node.id)
            case "scriptTask":
                self._script(node, facts)
            case "endEvent" if self._ends_instance(level, node):
                return [EndAhead(node.drawn_id, node.name)]
        return []

    def _ends_instance(self, level: ScopeSpec, node: Node) -> bool:
        return level.definition_key == self.process.key and node.id in self.process.main.ends

    def step(self, definition_key: str, node: Node, facts: Facts, task_id: str | None) -> StepAhead:
        """A step, and what it will have said when the path goes on."""
        self.left -= 1
        variables = dict(facts.known)
        step = self.process.step(definition_key, node.id)
        codes = [each.code for each in step.outcomes]
        agreeing = (each for each in codes if each != "reject" and not each.startswith("return"))
        said = AGREE if AGREE in codes else next(agreeing, AGREE)
        facts.say(node.id, {"outcome": said})
        return StepAhead(definition_key, node.id, step.name, task_id, variables)

    def _script(self, node: Node, facts: Facts) -> None:
        name = node.result_variable or node.id
        value = facts.value(node.script) if node.script else None
        if value is None:
            facts.unknown.add(name)
        else:
            facts.say(name, value)

    def _within(self, level: ScopeSpec, node: Node, facts: Facts) -> list[Ahead]:
        inner = inner_level(self.process, level, node.id)
        if inner is None:
            raise AssertionError("Only calls and sub-processes have a level inside.")
        facts_inside = entering(node, facts)
        path = self.along(inner, inner.level.start.id, facts_inside)
        leaving(node, facts_inside, facts)
        return path

    def _ways(self, level: ScopeSpec, node: Node, facts: Facts) -> list[tuple[Flow, bool]]:
        """The flows that may be taken, each with whether it is for certain."""
        flows = level.forward.flows(node)
        if node.type == "eventBasedGateway":
            return [(flow, False) for flow in flows]
        if node.type not in _SPLITS or node.type == "parallelGateway":
            return [(flow, True) for flow in flows]
        # A flow that leads back decides, too: only where its condition fails the rest is asked.
        found: list[tuple[Flow, bool]] = []
        for flow in node.outgoing:
            holds = False if flow.is_default else facts.truth(flow.condition)
            if holds is not False:
                found.append((flow, holds is True))
            if holds is True and node.type == "exclusiveGateway":
                break
        if not any(sure for _, sure in found):
            found += [(flow, not found) for flow in flows if flow.is_default]
        ahead = [(flow, sure) for flow, sure in found if flow in flows]
        return [(ahead[0][0], True)] if len(ahead) == 1 else _one_at_most(node, ahead)


def _one_at_most(node: Node, ways: list[tuple[Flow, bool]]) -> list[tuple[Flow, bool]]:
    """Of an exclusive gateway no way is certain as long as there are two."""
    return [(flow, False) for flow, _ in ways] if node.type == "exclusiveGateway" else ways


def entering(node: Node, facts: Facts) -> Facts:
    """What is known inside a call: all of it, or what its mapping gives."""
    given: CallMapping | None = node.call_in
    mapped = given is not None or node.call_out is not None
    if node.called is None:
        return facts
    inside = facts.copy() if not mapped or (given and given.whole) else Facts({})
    for each in given.values if given else ():
        value = facts.value(each.source)
        if value is None and not facts.unknown.isdisjoint(each.source.reads):
            inside.unknown.add(each.target)
        else:
            inside.say(each.target, value)
    return inside


def leaving(node: Node, inside: Facts, facts: Facts) -> None:
    """What a call gives back."""
    if inside is facts:
        return
    given = node.call_out
    if (given is None and node.call_in is None) or (given and given.whole):
        facts.learn(inside, sure=True)
    for each in given.values if given else ():
        value = inside.value(each.source)
        if value is None:
            facts.unknown.add(each.target)
        else:
            facts.say(each.target, value)


def _of_scope(walk: Walk, scope: Scope, facts: Facts) -> list[Ahead]:
    """The path ahead of all tokens of one level."""
    # Events on boundaries and of event sub-processes are no path of their own while they wait.
    tokens = [token for token in scope.tokens() if token.host is None and not _only_waits(token)]
    return _of_tokens(walk, scope, tokens, facts, None) if tokens else []


def _only_waits(token: Token) -> bool:
    return token.task_spec.node.by_event and token.has_state(TaskState.WAITING)


def _of_tokens(
    walk: Walk,
    scope: Scope,
    tokens: Sequence[Token],
    facts: Facts,
    until: str | None,
) -> list[Ahead]:
    """Where several tokens stand, their branches side by side up to where these meet."""
    level = scope.spec
    if len(tokens) == 1:
        return _of_token(walk, scope, tokens[0], facts, until)
    meeting = level.forward.meeting(token.task_spec.node.id for token in tokens)
    branches = [
        (_UNSAID, True, _group(walk, scope, group, meeting)) for group in _groups(scope, tokens)
    ]
    path = walk.parted("all", branches, facts)
    return path + walk.along(level, meeting, facts, until)


def _group(
    walk: Walk, scope: Scope, tokens: Sequence[Token], until: str | None
) -> Callable[[Facts], list[Ahead]]:
    return lambda facts: _of_tokens(walk, scope, tokens, facts, until)


def _groups(scope: Scope, tokens: Sequence[Token]) -> Iterable[list[Token]]:
    """The tokens by the branch in which they stand, behind what all of them have in common."""
    blocks = {token.id: standing_block(scope, token) for token in tokens}
    depth = 0
    while len({block[depth : depth + 1] for block in blocks.values()}) == 1 and all(
        len(block) > depth for block in blocks.values()
    ):
        depth += 1
    named = sorted(tokens, key=lambda token: _branch_name(blocks[token.id], depth))
    groups = [
        list(group)
        for _, group in groupby(named, key=lambda token: _branch_name(blocks[token.id], depth))
    ]
    # Tokens that no branch tells apart stand each for itself.
    return groups if len(groups) > 1 else [[token] for token in tokens]


def _branch_name(block: Any, depth: int) -> tuple[str, list[int]]:
    return (block[depth][0], sorted(block[depth][1])) if len(block) > depth else ("", [])


def _of_token(
    walk: Walk, scope: Scope, token: Token, facts: Facts, until: str | None
) -> list[Ahead]:
    node, level = token.task_spec.node, scope.spec
    if token.has_state(TaskState.WAITING) and len(node.incoming) > 1 and token.clock is None:
        return walk.along(level, node.id, facts, until)  # a join that waits for others
    path: list[Ahead] = []
    inner = scope.top.subprocesses.get(token.id)
    if node.type == "userTask":
        path.append(walk.step(level.definition_key, node, facts, token.id))
    elif isinstance(inner, InstanceScope):
        path += loops_ahead.running(inner, facts, lambda own: _of_scope(walk, inner, own))
    elif isinstance(inner, LoopScope):
        path += _of_scope(walk, inner, facts)
        path += loops_ahead.still_to_come(walk, inner, facts)
    elif inner is not None:
        inside = facts if node.called is None else Facts(dict(inner.variables()))
        path += _of_scope(walk, inner, inside)
        leaving(node, inside, facts)
    elif node.type in _RECEIVING:
        facts.unknown.add(node.id)
    more, following = walk.behind(level, node, facts, until)
    return path + more + walk.along(level, following, facts, until)
