"""The path through an activity that is done several times: what `preview.py` asks about loops."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.core.i18n import Bilingual
from app.engine.graph import Loop, Node
from app.engine.loop_reader import COUNTERS, LOOP_COUNTER
from app.engine.loops import InstanceScope, LoopScope
from app.engine.specs import ScopeSpec

if TYPE_CHECKING:
    from app.engine.preview import Ahead, Facts, Walk

_UNSAID = Bilingual("", "")


def repeated(walk: "Walk", level: ScopeSpec, node: Node, facts: "Facts") -> "list[Ahead]":
    """The path of an activity with a loop that is still to come."""
    rule = node.loop
    if rule is None:
        raise AssertionError("A loop is unfolded with its rule.")
    counting = walk.process.definitions[level.definition_key].scopes[node.id]
    body = _Body(walk, counting)
    if rule.kind == "standard":
        sure = not rule.tests_before or facts.truth(rule.condition)
        once = body.instance(rule, 1)
        return [] if sure is False else walk.parted("some", [(_UNSAID, sure is True, once)], facts)
    items = _items(rule, facts)
    return body.instances(rule, 1, [None] if items is None else items, facts, items is not None)


def running(
    inner: InstanceScope, facts: "Facts", inside: "Callable[[Facts], list[Ahead]]"
) -> "list[Ahead]":
    """The path of an instance that runs."""
    own = facts.copy()
    for name, value in inner.data.items() if inner.owns_data else ():
        own.say(name, value)
    path = inside(own)
    _forget(own, inner.loop.rule)
    facts.learn(own, sure=True)
    return path


def still_to_come(walk: "Walk", scope: LoopScope, facts: "Facts") -> "list[Ahead]":
    """The path of the instances that follow those that run."""
    rule = scope.rule
    if rule.kind != "sequential":
        return []
    left = scope.to_come or [None] * (scope.total - scope.begun)
    return _Body(walk, scope.spec).instances(rule, scope.begun + 1, left, facts, known=True)


class _Body:
    """What is done several times."""

    def __init__(self, walk: "Walk", counting: ScopeSpec) -> None:
        self._walk = walk
        scopes = walk.process.definitions[counting.definition_key].scopes
        self._level = scopes[counting.level.start.id]

    def instances(
        self, rule: Loop, first: int, items: Sequence[Any], facts: "Facts", known: bool
    ) -> "list[Ahead]":
        """The paths of several instances, side by side or one behind the other."""
        # No more is shown than fits.
        shown = list(enumerate(items[: self._walk.left + 1], start=first))
        total = first - 1 + len(items) if known else None
        ways = [self.instance(rule, number, item, total, known=known) for number, item in shown]
        path: list[Ahead] = []
        if rule.kind == "parallel":
            path = self._walk.parted("all", [(_UNSAID, True, way) for way in ways], facts)
        else:
            for done, way in enumerate(ways, start=first):
                path += self._walk.parted("all", [(_UNSAID, True, way)], facts)
                if total is not None and _is_enough(rule, done, total, facts):
                    break
        if rule.output is not None:
            facts.unknown.add(rule.output)
        return path

    def instance(
        self,
        rule: Loop,
        number: int,
        item: object = None,
        total: int | None = None,
        *,
        known: bool = True,
    ) -> "Callable[[Facts], list[Ahead]]":
        """What one instance does, with its own variables."""

        def inside(facts: "Facts") -> "list[Ahead]":
            if rule.kind == "standard" or known:
                facts.say(LOOP_COUNTER, number)
            if rule.item is not None and known:
                facts.say(rule.item, item)
            elif rule.item is not None:
                facts.unknown.add(rule.item)
            if total is not None:
                facts.say("numberOfInstances", total)
                facts.say(COUNTERS["numberOfInstances"], total)
            path = self._walk.along(self._level, self._level.level.start.id, facts)
            _forget(facts, rule)
            return path

        return inside


def _items(rule: Loop, facts: "Facts") -> Sequence[Any] | None:
    """One item for each instance; None where that cannot be said yet."""
    asked = rule.collection or rule.cardinality
    if asked is None or not facts.knows(asked):
        return None
    value = facts.value(asked)
    if rule.collection is not None:
        return value if isinstance(value, list | tuple) else [] if value is None else None
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return [None] * int(value) if is_number and 0 <= value < 10_000 else None  # type: ignore[call-overload, operator]  # a number


def _is_enough(rule: Loop, done: int, total: int, facts: "Facts") -> bool:
    """Whether the instances to come are not needed, as far as that is known."""
    if rule.condition is None:
        return False
    own = facts.copy()
    counts = (total, 0, done, 0)
    for names, count in zip(COUNTERS.items(), counts, strict=True):
        for name in names:
            own.say(name, count)
    if rule.output is not None:
        own.unknown.add(rule.output)
    return own.truth(rule.condition) is True


def _forget(facts: "Facts", rule: Loop) -> None:
    """What an instance was given is not known behind it."""
    for name in (LOOP_COUNTER, rule.item, *COUNTERS, *COUNTERS.values()):
        if name is not None:
            facts.known.pop(name, None)
            facts.unknown.discard(name)
