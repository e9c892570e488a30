# ruff: noqa: C901, PLR0911  one function per rule of the game reads best as one list of cases
"""An independent model of block-structured diagrams: what is open, and what opens next.

It knows nothing of flows, joins or SpiffWorkflow. A block is a tuple whose first entry is its kind:

    ("step", id)  ("seq", blocks)  ("and", blocks)  ("xor", decider, blocks)
    ("or", decider, blocks)  ("loop", body, decider)  ("sub", block)  ("call", block)

A decider is a step before (xor, or) or behind (loop) the branches. A state mirrors its block;
DONE is a finished one.
"""

from collections.abc import Callable
from typing import Any

Block = tuple[Any, ...]
DONE = "done"


def begin(block: Block) -> Any:
    kind = block[0]
    if kind == "step":
        return "open"
    if kind == "seq":
        return _normal(block, (0, begin(block[1][0])))
    if kind == "and":
        return _normal(block, tuple(begin(each) for each in block[1]))
    if kind in {"xor", "or"}:
        return ("deciding",)
    return ("body", begin(block[1]))


def open_steps(block: Block, state: Any) -> list[str]:
    kind = block[0]
    if state == DONE or state is None:
        return []
    if kind == "step":
        return [block[1]]
    if kind == "seq":
        return open_steps(block[1][state[0]], state[1])
    if kind == "and":
        pairs = zip(block[1], state, strict=True)
        return sorted(step for each, inner in pairs for step in open_steps(each, inner))
    if kind in {"xor", "or"}:
        if state[0] == "deciding":
            return [block[1]]
        pairs = zip(block[2], state[1], strict=True)
        return sorted(step for each, inner in pairs for step in open_steps(each, inner))
    if kind == "loop" and state[0] == "deciding":
        return [block[2]]
    return open_steps(block[1], state[1])


def advance(block: Block, state: Any, step: str, choice: frozenset[int]) -> Any:
    """Complete an open step; deciders choose these branches (a loop goes on unless it has 0)."""
    kind = block[0]
    if kind == "step":
        return DONE
    if kind == "seq":
        index, inner = state
        return _normal(block, (index, advance(block[1][index], inner, step, choice)))
    if kind == "and":
        return _normal(block, _advance_one(block[1], state, step, choice))
    if kind in {"xor", "or"}:
        if state[0] == "deciding":
            chosen = sorted(choice)[:1] if kind == "xor" else choice
            branches = tuple(
                begin(each) if index in chosen else None for index, each in enumerate(block[2])
            )
            return _normal(block, ("branches", branches))
        return _normal(block, ("branches", _advance_one(block[2], state[1], step, choice)))
    if kind == "loop" and state[0] == "deciding":
        return DONE if 0 in choice else begin(block)
    return _normal(block, ("body", advance(block[1], state[1], step, choice)))


def jump(
    block: Block, state: Any, step: str, inside: Callable[[Block, Any], Any] | None = None
) -> Any:
    """The state after a return to a step; raises `KeyError` where no return may lead.

    `inside` says what becomes of the inner block that holds the step.
    """
    kind = block[0]
    into = inside or (lambda each, live: jump(each, live, step))
    if kind == "step":
        return "open"
    if kind == "seq":
        index = next(i for i, each in enumerate(block[1]) if step in steps_of(each))
        live = state if state not in (None, DONE) and state[0] == index else (index, None)
        return (index, into(block[1][index], live[1]))
    if kind == "and":
        return _jump_one(block[1], state, step, into)
    if kind in {"xor", "or"}:
        if step == block[1] and inside is None:
            return ("deciding",)
        if kind == "or":
            if state in (None, DONE) or state[0] == "deciding":
                raise KeyError(step)
            return ("branches", _jump_one(block[2], state[1], step, into))
        live = state if state not in (None, DONE) and state[0] == "branches" else None
        inner = live[1] if live else (None,) * len(block[2])
        return (
            "branches",
            tuple(
                into(each, one) if step in steps_of(each) else None
                for each, one in zip(block[2], inner, strict=True)
            ),
        )
    if kind == "loop":
        if step == block[2]:
            return ("deciding",)
        live = state if state not in (None, DONE) and state[0] == "body" else ("body", None)
        return ("body", into(block[1], live[1]))
    if state in (None, DONE):
        raise KeyError(step)
    return ("body", into(block[1], state[1]))


def fork_again(block: Block, state: Any, fork: tuple[str, ...], choice: frozenset[int]) -> Any:
    """The state after a return to the fork of the block with exactly these steps."""
    kind = block[0]
    if kind in {"and", "or"} and tuple(steps_of(block)) == fork:
        if kind == "and":
            return begin(block)
        branches = enumerate(block[2])
        return ("branches", tuple(begin(e) if i in choice else None for i, e in branches))
    # The way to a fork is the way to any step in it.
    return jump(block, state, fork[0], lambda *inner: fork_again(*inner, fork, choice))


def steps_of(block: Block) -> list[str]:
    kind = block[0]
    if kind == "step":
        return [block[1]]
    if kind in {"seq", "and"}:
        return [step for each in block[1] for step in steps_of(each)]
    if kind in {"xor", "or"}:
        return [block[1], *(step for each in block[2] for step in steps_of(each))]
    if kind == "loop":
        return [*steps_of(block[1]), block[2]]
    return steps_of(block[1])


def same_branch(block: Block, state: Any, one: str, other: str) -> bool:
    """Whether no parallel branch or closed level lies between a task and its target."""
    kind = block[0]
    if kind == "step":
        return True
    if kind in {"and", "or"}:
        if kind == "or" and other == block[1]:
            return True
        branches = block[1] if kind == "and" else block[2]
        inner = state if kind == "and" else state[1] if state and state[0] == "branches" else None
        for index, each in enumerate(branches):
            if other in steps_of(each):
                live = inner[index] if inner not in (None, DONE) else None
                return one in steps_of(each) and same_branch(each, live, one, other)
        return True
    if kind in {"sub", "call"}:
        return one in steps_of(block) and same_branch(
            block[1], state[1] if state not in (None, DONE) else None, one, other
        )
    for index, each in _children(block):
        if other in steps_of(each):
            return same_branch(each, _inner(block, state, index), one, other)
    return True


def is_behind(block: Block, one: str, fork: tuple[str, ...]) -> bool:
    """Whether a step is no part of a fork with these steps, and in the same branch around it."""
    kind = block[0]
    if kind in {"and", "or"} and tuple(steps_of(block)) == fork:
        return one not in fork
    parts = {"xor": block[2:], "or": block[2:], "seq": block[1:], "and": block[1:]}
    inner = parts[kind][0] if kind in parts else [block[1]]
    around = next(each for each in inner if set(fork) <= set(steps_of(each)))
    if kind in {"and", "or", "sub", "call"} and one not in steps_of(around):
        return False
    return is_behind(around, one, fork)


def _children(block: Block) -> list[tuple[int, Block]]:
    kind = block[0]
    if kind == "seq":
        return list(enumerate(block[1]))
    if kind == "xor":
        return list(enumerate(block[2]))
    return [(0, block[1])]


def _inner(block: Block, state: Any, index: int) -> Any:
    if state in (None, DONE):
        return None
    if block[0] == "seq":
        return state[1] if state[0] == index else None
    if state[0] == "deciding":
        return None
    return state[1][index] if block[0] == "xor" else state[1]


def _normal(block: Block, state: Any) -> Any:
    """Pass on what is finished."""
    kind = block[0]
    if kind == "seq":
        index, inner = state
        while inner == DONE:
            index += 1
            if index == len(block[1]):
                return DONE
            inner = begin(block[1][index])
        return (index, inner)
    if kind == "and":
        return DONE if all(each == DONE for each in state) else state
    if kind in {"xor", "or"} and state[0] == "branches":
        return DONE if all(each in (DONE, None) for each in state[1]) else state
    if kind == "loop" and state[1] == DONE:
        return ("deciding",)
    if kind in {"sub", "call"} and state[1] == DONE:
        return DONE
    return state


def _advance_one(blocks: Any, states: Any, step: str, choice: frozenset[int]) -> Any:
    return tuple(
        advance(each, inner, step, choice) if step in open_steps(each, inner) else inner
        for each, inner in zip(blocks, states, strict=True)
    )


def _jump_one(blocks: Any, states: Any, step: str, into: Callable[[Block, Any], Any]) -> Any:
    if states in (None, DONE):
        raise KeyError(step)
    return tuple(
        into(each, inner) if step in steps_of(each) else inner
        for each, inner in zip(blocks, states, strict=True)
    )
