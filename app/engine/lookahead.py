"""What a return would do, before anybody confirms it: pure, nothing moves."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.core.i18n import N_
from app.engine import codec
from app.engine.definition import Process
from app.engine.errors import MoveError
from app.engine.moves import legal_scope, taken_tokens, ways_out
from app.engine.runner import open_step, open_steps
from app.engine.scopes import TopScope
from app.engine.specs import ScopeSpec
from app.engine.step import ReturnTarget
from app.engine.tokens import Scope, Token
from app.engine.unfold import INSTANCE, LOOP

#: (definition key, step id).
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class ReturnEffect:
    """What happens when a task is returned to one target."""

    #: Ids of the open tasks that close: the task's own, and those of branches that start anew.
    closes: frozenset[str]
    #: Steps on the way from the target to the returning step, nearest first: they run again, or
    #: may for the first time where a condition decides.
    again: tuple[Place, ...]
    #: Those of them that were done or open before: who sat there is asked again.
    asked_again: frozenset[Place]
    #: Steps that were done and are not touched: their opinions stay valid.
    kept: tuple[Place, ...]


def return_effect(
    process: Process, state: bytes, task_id: str, target: ReturnTarget
) -> ReturnEffect:
    """What a return of this open task to `target` closes, runs again and leaves alone.

    `again` ends with the returning step; what lies behind that follows as in every round.

    Raises:
        MoveError: no such target. TaskNotOpenError: the task has been closed.
    """
    top = codec.load(process, state)
    token = open_step(top, task_id)
    scope = _scope_of(top, token, target)
    stands = {each.spec.name: here for each, here in ways_out(token)}
    closes = {token.id}
    if target.drawn is None:
        taken = {each.id for each in taken_tokens(scope, target.step_id)}
        closes = {each.id for each in open_steps(top).values() if _lies_in(each, taken)}
    look = _Look(process, stands)
    again = tuple(dict.fromkeys(look.again(scope, target.step_id)))
    behind = {place for each, here in ways_out(token) for place in look.behind(each, here)}
    return ReturnEffect(
        closes=frozenset(closes),
        again=again,
        asked_again=frozenset(place for place in again if place in top.visits),
        kept=tuple(
            place
            for place in sorted(top.visits, key=lambda each: top.visits[each][0])
            if place in process.steps and place not in again and place not in behind
        ),
    )


def steps_inside(process: Process, definition_key: str, fork_id: str) -> frozenset[Place]:
    """The steps of every branch of a fork, those of inner levels too; none of any other element."""
    return frozenset(
        place
        for scope in process.definitions[definition_key].scopes.values()
        for node_id, block in scope.blocks.items()
        if node_id in scope.nodes and any(split == fork_id for split, _ in block)
        for place in _Look(process, {}).inside(scope, node_id)
    )


def _scope_of(top: TopScope, token: Token, target: ReturnTarget) -> Scope:
    if target.drawn is None:
        found = legal_scope(top, token, target.step_id)
    else:
        key, element = target.definition_key, target.step_id
        around = (scope for scope, _ in ways_out(token) if scope.spec.definition_key == key)
        found = next((scope for scope in around if scope.spec.begins_at(element)), None)
    if found is None:
        raise MoveError(
            N_("Expected a step that this task may be returned to, found “{found}”."),
            found=target.step_id,
        )
    return found


def _lies_in(token: Token, taken: set[str]) -> bool:
    current: Token | None = token
    while current is not None:
        if current.id in taken:
            return True
        current = current.scope.parent_token
    return False


def inner_level(process: Process, level: ScopeSpec, node_id: str) -> ScopeSpec | None:
    """The level inside a call or sub-process; None for any other node."""
    node = level.level.nodes[node_id]
    if node.called:
        return process.definitions[node.called].scopes[node.called]
    if node.type in {"subProcess", LOOP, INSTANCE}:
        return process.definitions[level.definition_key].scopes[node.id]
    return None


@dataclass(frozen=True, slots=True)
class _Look:
    """Walks forward on the levels of one process."""

    process: Process
    #: Where the returning task stands on each level around it, by the level's id.
    stands: dict[str, str]

    def again(self, scope: Scope, target: str) -> Iterator[Place]:
        """Steps from the target to where the task stands on that level."""
        begin = scope.spec.begins_at(target)
        yield from self._between(scope.spec, begin.node.id if begin else target)

    def behind(self, scope: Scope, here: str) -> Iterator[Place]:
        """Steps that follow the place where a task stands."""
        for node_id in scope.spec.forward.in_order(here):
            if node_id != here:
                yield from self.inside(scope.spec, node_id)

    def _between(self, level: ScopeSpec, begin: str) -> Iterator[Place]:
        here = self.stands[level.name]
        beyond = level.forward.reach(here) - {here}
        for node_id in level.forward.in_order(begin):
            inner = inner_level(self.process, level, node_id) if node_id == here else None
            if inner is not None:
                yield from self._between(inner, inner.level.start.id)
            elif node_id not in beyond:
                yield from self.inside(level, node_id)

    def inside(self, level: ScopeSpec, node_id: str) -> Iterator[Place]:
        """The step itself, or every step of a call or sub-process."""
        if level.level.nodes[node_id].type == "userTask":
            yield level.definition_key, node_id
        inner = inner_level(self.process, level, node_id)
        if inner is not None:
            for each in inner.forward.in_order(inner.level.start.id):
                yield from self.inside(inner, each)
