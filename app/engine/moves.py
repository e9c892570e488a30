"""Moves that no flow draws: a jump back to an earlier step, and straight on to a later one.

A step may be returned to if it was visited, lies before the task on some path, and its parallel
branch is the task's own or one around it. From behind a join so may the fork: all its branches run
again. The jump takes away every token inside the target's branch, the arrivals at joins and the
inner levels among them, so that nothing stale is left.

Straight on leads only to a step that was visited, lies ahead on the same level and in exactly the
same parallel branch: one token leaves, one arrives, and no join misses or doubles one.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from app.core.i18n import N_
from app.engine import codec
from app.engine.blocks import Block, is_inside
from app.engine.definition import Process
from app.engine.errors import MoveError
from app.engine.forks import opened_by, target_name
from app.engine.graph import Level
from app.engine.level_specs import LoopSpec
from app.engine.runner import check_outcome, finish_step, open_step, open_steps
from app.engine.scopes import TopScope
from app.engine.specs import ForkingSpec, StepSpec
from app.engine.step import Handlers, Passed, ReturnTarget, Step
from app.engine.token_spec import TokenSpec
from app.engine.tokens import Scope, Token

#: The policy of a step that has no `appr.returnTo`.
DEFAULT_POLICY = "drawn"


def return_targets(
    process: Process, state: bytes, task_id: str, policy: str | None = None
) -> tuple[ReturnTarget, ...]:
    """The steps and forks to which this task may be returned, in the order of their first visit.

    `policy` is that of the step (`appr.returnTo`) unless given: words `none`, `drawn`, `any`,
    `initiator`, `previous` or ids of steps and forks, separated by spaces.
    """
    top = codec.load(process, state)
    token = open_step(top, task_id)
    key, step_id = token.scope.spec.definition_key, token.task_spec.node.id
    step = process.step(key, step_id)
    words = (policy or step.properties.get("appr.returnTo") or DEFAULT_POLICY).split()
    drawn = {(each.definition_key, each.target): each.code for each in reversed(step.outcomes)}
    targets = [
        ReturnTarget(*place, target_name(process, *place), drawn.get(place))
        for _, place in _legal(top, token)
    ]
    return tuple(each for each in targets if _allows(words, each, targets, top))


def move(
    process: Process, state: bytes, task_id: str, target: str, now: datetime, handlers: Handlers
) -> Step:
    """Return from an open task to an earlier step or fork (a jump that no flow draws).

    Any legal target will do: whether the step's policy offers it is the host's question.
    """
    top = codec.load(process, state, now.astimezone(UTC), handlers)
    before = open_steps(top)
    token = open_step(top, task_id)
    scope = legal_scope(top, token, target)
    if scope is None:
        raise MoveError(
            N_(
                "Expected a step that was done before on the way here and is no part of another "
                "branch, found “{found}”."
            ),
            found=target,
        )
    _jump(scope, target)
    return finish_step(top, before)


def may_resume(process: Process, state: bytes, task_id: str, place: tuple[str, str]) -> bool:
    """Whether an open task may go straight on to a later step: (definition key, step id)."""
    top = codec.load(process, state)
    return _is_ahead(top, open_step(top, task_id), place)


def resume_at(
    process: Process,
    state: bytes,
    task_id: str,
    place: tuple[str, str],
    values: Mapping[str, object],
    now: datetime,
    handlers: Handlers,
) -> Step:
    """Complete an open task and open a later step at once, past what lies between.

    Raises:
        MoveError: the step is not ahead on the same level and in the same branch.
    """
    top = codec.load(process, state, now.astimezone(UTC), handlers)
    before = open_steps(top)
    token = open_step(top, task_id)
    check_outcome(process, token.task_spec, values)
    if not _is_ahead(top, token, place):
        raise MoveError(
            N_("Expected a step ahead that was done before, in the same branch, found “{found}”."),
            found=place[1],
        )
    scope, here = token.scope, token.task_spec.node.id
    scope.write(here, dict(values))
    top.passed.append(Passed(scope.spec.definition_key, here))
    scope.cancel_token(token)
    spec = scope.spec.nodes[place[1]]
    spec._update(scope.enter(spec))
    return finish_step(top, before, completed=task_id)


def _is_ahead(top: TopScope, token: Token, place: tuple[str, str]) -> bool:
    scope, here = token.scope, token.task_spec.node.id
    (key, step_id), spec = place, scope.spec
    if key != spec.definition_key or not isinstance(spec.nodes.get(step_id), StepSpec):
        return False
    level: Level = top.process.definitions[key].graph.levels[spec.name]
    return (
        place in top.visits
        and step_id != here
        and step_id in level.reachable(here)
        and spec.blocks[here] == spec.blocks[step_id]
    )


def _jump(scope: Scope, target: str) -> None:
    for token in taken_tokens(scope, target):
        if token.id in scope.tasks:
            scope.cancel_token(token)
    spec = _begin_of(scope, target)
    token = scope.enter(spec)
    if isinstance(spec, ForkingSpec):
        # Ready at once: a gateway that joins, too, has nothing to wait for before it forks.
        token._ready()
    else:
        spec._update(token)


def _begin_of(scope: Scope, target: str) -> TokenSpec:
    found = scope.spec.begins_at(target)
    if found is None:
        raise AssertionError("A target lies on its level.")
    return found


def taken_tokens(scope: Scope, target: str) -> list[Token]:
    """The tokens of a level that a jump to `target` takes away: all inside its branch.

    Event sub-processes belong to the level as a whole; they go on, or wait on.
    """
    block = scope.spec.blocks[_begin_of(scope, target).node.id]
    return [
        token
        for token in scope.tokens()
        if not token.task_spec.node.by_event and is_inside(standing_block(scope, token), block)
    ]


def standing_block(scope: Scope, token: Token) -> Block:
    """The branch that a token is in; at a join that of its flow, not what lies behind the join."""
    blocks = scope.spec.blocks
    waits = token.via in blocks and len(token.task_spec.node.incoming) > 1
    return blocks[token.via] if waits and token.via else blocks[token.task_spec.node.id]


def legal_scope(top: TopScope, token: Token, target: str) -> Scope | None:
    """The innermost level around a token in which `target` is a legal one."""
    found = [scope for scope, (_, step_id) in _legal(top, token) if step_id == target]
    return max(found, key=_depth, default=None)


def _legal(top: TopScope, token: Token) -> list[tuple[Scope, tuple[str, str]]]:
    """Legal targets with their scope, in the order of their first visit."""
    found = [
        (top.visits[place][0], scope, place)
        for scope, here in ways_out(token)
        for place in _before(scope, here, top)
    ]
    return [(scope, place) for _, scope, place in sorted(found, key=lambda each: each[0])]


def ways_out(token: Token) -> Iterator[tuple[Scope, str]]:
    """Each level around a token with the element at which it stands there, innermost first."""
    current: Token | None = token
    while current is not None:
        yield current.scope, current.task_spec.node.id
        current = current.scope.parent_token


def _before(scope: Scope, here: str, top: TopScope) -> Iterator[tuple[str, str]]:
    key, spec = scope.spec.definition_key, scope.spec
    level: Level = top.process.definitions[key].graph.levels[spec.name]
    without_here = level.entered(without=here)
    for node_id, node in spec.nodes.items():
        step_id = node.activity if isinstance(node, LoopSpec) else node_id
        if (
            (key, step_id) in top.visits
            and node_id != here
            # Some path leads to the target first, and from it here.
            and node_id in without_here
            and here in level.reachable(node_id)
            and is_inside(spec.blocks[here], spec.blocks[node_id])
            and (not isinstance(node, ForkingSpec) or _is_behind(scope, here, node))
        ):
            yield key, step_id


def _is_behind(scope: Scope, here: str, fork: ForkingSpec) -> bool:
    """Whether all branches of a fork have met before here, and people worked in them."""
    splits = {split for split, _ in scope.spec.blocks[here]}
    return fork.node.id not in splits and bool(opened_by(scope.spec, fork))


def _first_step(top: TopScope) -> tuple[str, str]:
    steps = top.visits.keys() & top.process.steps.keys()
    return min(steps, key=lambda each: top.visits[each][0])


def _depth(scope: Scope) -> int:
    parent = scope.parent_token
    return 0 if parent is None else 1 + _depth(parent.scope)


def _allows(
    words: list[str], target: ReturnTarget, targets: list[ReturnTarget], top: TopScope
) -> bool:
    place = (target.definition_key, target.step_id)

    def visited_last(each: ReturnTarget) -> int:
        return top.visits[each.definition_key, each.step_id][1]

    return (
        "any" in words
        or target.step_id in words
        or ("drawn" in words and target.drawn is not None)
        or ("initiator" in words and place == _first_step(top))
        or ("previous" in words and target is max(targets, key=visited_last))
    )
