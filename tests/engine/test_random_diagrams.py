"""Random well-formed diagrams, random decisions and returns, stored between any two steps:
the engine opens exactly what the independent token game opens.
"""

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.engine import OpenTask, link, open_tasks, parse
from tests.engine import token_game
from tests.engine.drawing import draw
from tests.engine.playing import Game
from tests.engine.token_game import Block


class Drawing:
    """Turns a block into the lines of a main diagram and of the diagrams that it calls."""

    def __init__(self, block: Block) -> None:
        self._numbers = count()
        self.files: dict[str, list[str]] = {}
        #: Id of each gateway that forks → the steps of its block, in order.
        self.forks: dict[str, tuple[str, ...]] = {}
        self._file("p", block)

    def process(self) -> Any:
        files = sorted(self.files.items(), key=lambda file: file[0] != "p")
        return link([parse(draw("\n".join(lines), key)) for key, lines in files])

    def _file(self, key: str, block: Block) -> None:
        lines = self.files[key] = [f"start {key}_s", f"end {key}_e"]
        first, last = self._draw(block, lines)
        lines += [f"{key}_s > {first}", f"{last} > {key}_e"]

    def _new(self, kind: str, lines: list[str], more: str = "") -> str:
        name = f"{kind}{next(self._numbers)}"
        lines.append(f"{kind} {name} {more}")
        return name

    def _draw(self, block: Block, lines: list[str]) -> tuple[str, str]:
        return getattr(self, f"_draw_{block[0]}")(block, lines)

    def _draw_step(self, block: Block, lines: list[str]) -> tuple[str, str]:
        lines.append(f"step {block[1]}")
        return block[1], block[1]

    def _draw_seq(self, block: Block, lines: list[str]) -> tuple[str, str]:
        ends = [self._draw(each, lines) for each in block[1]]
        for (_, last), (first, _) in pairwise(ends):
            lines.append(f"{last} > {first}")
        return ends[0][0], ends[-1][1]

    def _draw_and(self, block: Block, lines: list[str]) -> tuple[str, str]:
        fork, join = self._new("and", lines), self._new("and", lines)
        self.forks[fork] = tuple(token_game.steps_of(block))
        for each in block[1]:
            first, last = self._draw(each, lines)
            lines += [f"{fork} > {first}", f"{last} > {join}"]
        return fork, join

    def _draw_xor(self, block: Block, lines: list[str]) -> tuple[str, str]:
        lines.append(f"step {block[1]}")
        ends = [self._draw(each, lines) for each in block[2]]
        merge = self._new("xor", lines)
        split = self._new("xor", lines)
        lines[-1] += f"default={split}-to-{ends[-1][0]}"
        lines.append(f"{block[1]} > {split}")
        for index, (first, last) in enumerate(ends):
            is_default = index == len(ends) - 1
            condition = "" if is_default else f' : {block[1]}.outcome = "go{index}"'
            lines += [f"{split} > {first}{condition}", f"{last} > {merge}"]
        return block[1], merge

    def _draw_or(self, block: Block, lines: list[str]) -> tuple[str, str]:
        lines.append(f"step {block[1]}")
        split, join = self._new("or", lines), self._new("or", lines)
        self.forks[split] = tuple(token_game.steps_of(block))
        lines.append(f"{block[1]} > {split}")
        for index, each in enumerate(block[2]):
            first, last = self._draw(each, lines)
            lines += [f"{split} > {first} : {block[1]}.go{index}", f"{last} > {join}"]
        return block[1], join

    def _draw_loop(self, block: Block, lines: list[str]) -> tuple[str, str]:
        merge = self._new("xor", lines)
        first, last = self._draw(block[1], lines)
        leave = self._new("throw", lines)
        gate = self._new("xor", lines, "default=none")
        lines[-1] = f"xor {gate} default={gate}-to-{leave}"
        lines.append(f"step {block[2]}")
        lines += [
            f"{merge} > {first}", f"{last} > {block[2]} > {gate} > {leave}",
            f'{gate} > {merge} : {block[2]}.outcome = "again"',
        ]  # fmt: skip
        return merge, leave

    def _draw_sub(self, block: Block, lines: list[str]) -> tuple[str, str]:
        name = self._new("sub", lines)
        first, last = self._draw(block[1], lines)
        lines += [f"start {name}_s", f"end {name}_e", f"{name}_s > {first}", f"{last} > {name}_e"]
        lines.append("}")
        return name, name

    def _draw_call(self, block: Block, lines: list[str]) -> tuple[str, str]:
        key = f"called{next(self._numbers)}"
        self._file(key, block[1])
        name = self._new("call", lines, f"key={key}")
        return name, name


def _number(block: Any, numbers: Iterator[int]) -> Any:
    """Give every step of a drawn block its own id."""
    if block == "STEP":
        return f"t{next(numbers)}"
    if isinstance(block, list):
        return [_number(each, numbers) for each in block]
    return tuple(_number(each, numbers) for each in block) if isinstance(block, tuple) else block


LEAF = st.just(("step", "STEP"))


def _bigger(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    two = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        two.map(lambda blocks: ("seq", blocks)),
        two.map(lambda blocks: ("and", blocks)),
        two.map(lambda blocks: ("xor", "STEP", blocks)),
        two.map(lambda blocks: ("or", "STEP", blocks)),
        inner.map(lambda block: ("loop", block, "STEP")),
        inner.map(lambda block: ("sub", block)),
        inner.map(lambda block: ("call", block)),
    )


BLOCKS = st.recursive(LEAF, _bigger, max_leaves=8).map(lambda block: _number(block, count()))
SEED = st.integers(min_value=0, max_value=2**16)
BUDGET = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


def _values(block: Block, step: str, choice: frozenset[int]) -> dict[str, Any]:
    """What the person enters so that the diagram takes the chosen branches."""
    kind = _kind_of_decider(block, step)
    if kind is None:
        return {}
    what, branches = kind
    if what == "or":
        return {f"go{index}": index in choice for index in range(branches)}
    if what == "xor":
        index = min(choice)
        return {"outcome": "agree" if index == branches - 1 else f"go{index}"}
    return {"outcome": "agree" if 0 in choice else "again"}


def _kind_of_decider(block: Block, step: str) -> tuple[str, int] | None:
    if block[0] in {"xor", "or"} and block[1] == step:
        return block[0], len(block[2])
    if block[0] == "loop" and block[2] == step:
        return "loop", 2
    for each in block[1:]:
        inner = each if isinstance(each, list) else [each] if isinstance(each, tuple) else []
        for one in inner:
            found = _kind_of_decider(one, step)
            if found:
                return found
    return None


def _choice(block: Block, step: str, pick: st.DataObject) -> frozenset[int]:
    kind = _kind_of_decider(block, step)
    branches = kind[1] if kind else 1
    wanted = pick.draw(st.integers(min_value=1, max_value=2**branches - 1))
    chosen = frozenset(index for index in range(branches) if wanted >> index & 1)
    return frozenset({min(chosen)}) if kind and kind[0] == "xor" else chosen


@given(block=BLOCKS, pick=st.data())
@BUDGET
def test_the_engine_opens_what_the_token_game_opens(block: Block, pick: st.DataObject) -> None:
    game = Game(process=Drawing(block).process())
    state = token_game.begin(block)
    for _ in range(30):
        assert game.open == sorted(token_game.open_steps(block, state))
        if not game.open:
            break
        step = pick.draw(st.sampled_from(game.open))
        choice = _choice(block, step, pick)
        game.do(step, **_values(block, step, choice))
        state = token_game.advance(block, state, step, choice)
    assert (game.ended == "p_e") == (state == token_game.DONE)


@given(block=BLOCKS, pick=st.data())
@BUDGET
def test_returns_leave_nothing_stale(block: Block, pick: st.DataObject) -> None:
    """A fork opens all its branches again, and its join waits for each of them in every round."""
    drawing = Drawing(block)
    game = Game(process=drawing.process())
    state = token_game.begin(block)
    seen: set[str] = set()
    choices: dict[str, frozenset[int]] = {}
    for _ in range(30):
        assert game.open == sorted(token_game.open_steps(block, state))
        seen.update(game.open)
        if not game.open:
            break
        step = pick.draw(st.sampled_from(game.open))
        targets = game.targets(step)
        for target in targets:
            if target in drawing.forks:
                assert seen & set(drawing.forks[target])
                assert token_game.is_behind(block, step, drawing.forks[target])
            else:
                assert target in seen
                assert token_game.same_branch(block, state, step, target)
        if targets and pick.draw(st.booleans()):
            target = pick.draw(st.sampled_from(targets))
            game.move(step, target)
            state = _after_return(drawing, block, state, target, choices)
            continue
        choice = choices[step] = _choice(block, step, pick)
        game.do(step, **_values(block, step, choice))
        state = token_game.advance(block, state, step, choice)
    assert (game.ended == "p_e") == (state == token_game.DONE)


@given(block=BLOCKS, pick=st.data())
@BUDGET
def test_straight_back_to_where_a_return_came_from_is_as_if_nothing_was_returned(
    block: Block, pick: st.DataObject
) -> None:
    drawing = Drawing(block)
    game = Game(process=drawing.process())
    state = token_game.begin(block)
    choices: dict[str, frozenset[int]] = {}
    for _ in range(30):
        assert game.open == sorted(token_game.open_steps(block, state))
        if not game.open:
            break
        step = pick.draw(st.sampled_from(game.open))
        targets = game.targets(step)
        if targets and pick.draw(st.booleans()):
            target = pick.draw(st.sampled_from(targets))
            key = next(each.definition_key for each in _open(game) if each.step_id == step)
            game.move(step, target)
            for first in set(game.open) & {target, *drawing.forks.get(target, ())}:
                is_alone = target not in drawing.forks
                assert is_alone or not game.may_resume(first, step, key)
            if target in game.open and game.may_resume(target, step, key):
                choice = choices[target] = _choice(block, target, pick)
                game.resume(target, step, key, **_values(block, target, choice))
                continue
            state = _after_return(drawing, block, state, target, choices)
            continue
        choice = choices[step] = _choice(block, step, pick)
        game.do(step, **_values(block, step, choice))
        state = token_game.advance(block, state, step, choice)
    assert (game.ended == "p_e") == (state == token_game.DONE)


@given(block=BLOCKS, pick=st.data())
@BUDGET
def test_a_kept_state_comes_back_exactly(block: Block, pick: st.DataObject) -> None:
    game = Game(process=Drawing(block).process())
    for _ in range(12):
        if not game.open:
            break
        kept, opened = game.step, game.open
        step = pick.draw(st.sampled_from(opened))
        game.do(step, **_values(block, step, _choice(block, step, pick)))
        if pick.draw(st.booleans()):
            game.restore(kept.state)
            assert (game.step.state, game.open) == (kept.state, opened)
            assert dict(game.step.variables) == dict(kept.variables)


def _after_return(
    drawing: Drawing,
    block: Block,
    state: Any,
    target: str,
    choices: dict[str, frozenset[int]],
) -> Any:
    """The token game after a return to a step, or to a fork that chooses as it did last."""
    fork = drawing.forks.get(target)
    if fork is None:
        return token_game.jump(block, state, target)
    return token_game.fork_again(block, state, fork, choices.get(fork[0], frozenset()))


def _open(game: Game) -> tuple[OpenTask, ...]:
    return open_tasks(game.process, game.step.state)
