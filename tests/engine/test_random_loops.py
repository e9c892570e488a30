"""Random loops in loops, played in any order and stored between any two steps: the engine opens
exactly the instances that an independent model, written from the standard's words, says.

The model is a tree of what runs. It knows nothing of levels, tokens or SpiffWorkflow.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.engine import OpenTask, open_tasks
from tests.engine.playing import Game
from tests.engine.test_random_diagrams import BUDGET

# The diagrams: a loop around a step, or around a sub-process of a step and an inner loop.


@dataclass(frozen=True)
class Body:
    """An activity: the step `name`, or a sub-process with a step and then an inner activity."""

    name: str
    loop: "Loop"
    inner: "Body | None" = None


@dataclass(frozen=True)
class Loop:
    kind: str
    #: Items of a multi-instance; the most rounds of a standard loop.
    count: int
    #: After so many completed ones the rest is not needed; None for no condition.
    enough: int | None = None
    tests_before: bool = False

    @property
    def is_standard(self) -> bool:
        return self.kind == "standard"


def lines_of(body: Body) -> list[str]:
    loop = body.loop
    if loop.is_standard:
        # A person says whether to go round again; the first question is about a variable.
        asked = f"{body.name}.again" if not loop.tests_before else "again"
        attributes = f'while="{asked}" most={max(loop.count, 1)}'
        attributes += " first=true" if loop.tests_before else ""
    else:
        attributes = (
            f"each=items{loop.count}:it_{body.name} turns={str(loop.kind == 'turns').lower()}"
        )
        attributes += f" gives=all_{body.name}:it_{body.name}"
        if loop.enough is not None:
            attributes += f' enough="nrOfCompletedInstances >= {loop.enough}"'
    if body.inner is None:
        return [f"step {body.name} {attributes}"]
    name, inner = body.name, body.inner
    return [
        f"sub sub_{name} {attributes}",
        f"start s_{name}", f"step {name}", f"end e_{name}",
        *lines_of(inner), f"s_{name} > {name} > {first_of(inner)} > e_{name}", "}",
    ]  # fmt: skip


def first_of(body: Body) -> str:
    return body.name if body.inner is None else f"sub_{body.name}"


# The model.


@dataclass
class Run:
    """One entry of an activity: its instances that run, and what was counted."""

    body: Body
    done: int = 0
    begun: int = 0
    again: bool = True
    #: Number → what the instance does now: its step, or the run of the inner activity.
    alive: dict[int, "Run | str"] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return not self.alive

    def enter(self) -> "Run":
        loop = self.body.loop
        if loop.is_standard:
            first = 1
        else:
            first = loop.count if loop.kind == "parallel" else min(1, loop.count)
        for _ in range(first):
            self._begin()
        return self

    def _begin(self) -> None:
        self.begun += 1
        self.alive[self.begun] = self.body.name

    def steps(self, around: tuple[int, ...] = ()) -> Iterator[tuple[str, tuple[int, ...]]]:
        for number, what in self.alive.items():
            if isinstance(what, Run):
                yield from what.steps((*around, number))
            else:
                yield what, (*around, number)

    def complete(self, numbers: tuple[int, ...], again: bool) -> None:
        """Complete the step whose numbers these are."""
        number, *more = numbers
        what = self.alive[number]
        if isinstance(what, Run):
            what.complete(tuple(more), again)
            if not what.is_over:
                return
        else:
            self.again = again
            if self.body.inner is not None:
                inner = Run(self.body.inner).enter()
                self.alive[number] = inner
                if not inner.is_over:
                    return
        self._end(number)

    def _end(self, number: int) -> None:
        loop = self.body.loop
        del self.alive[number]
        self.done += 1
        if loop.is_standard:
            if (loop.tests_before or self.again) and self.done < max(loop.count, 1):
                self._begin()
        elif loop.enough is not None and self.done >= loop.enough:
            self.alive.clear()
        elif loop.kind == "turns" and self.begun < loop.count:
            self._begin()


MULTIPLE = st.builds(
    Loop,
    st.sampled_from(["parallel", "turns"]),
    st.integers(0, 3),
    st.none() | st.integers(1, 3),
)
STANDARD = st.builds(Loop, st.just("standard"), st.integers(1, 3), tests_before=st.booleans())
LOOPS = st.one_of(MULTIPLE, MULTIPLE, STANDARD)
BODIES = st.one_of(
    st.builds(Body, st.just("a"), LOOPS),
    st.builds(Body, st.just("a"), LOOPS, st.builds(Body, st.just("b"), LOOPS)),
    st.builds(
        Body,
        st.just("a"),
        LOOPS,
        st.builds(Body, st.just("b"), LOOPS, st.builds(Body, st.just("c"), LOOPS)),
    ),
)


def game_of(body: Body) -> Game:
    """`z`, the loop, then `d`, behind which everything may be done again."""
    lines = ["start s", "xor m", "step z", "step d", "xor g default=g-to-e", "end e"]
    lines += [*lines_of(body), f"s > m > z > {first_of(body)} > d > g"]
    lines += ['g > m : d.outcome = "again"', "g > e"]
    items = {f"items{count}": list(range(1, count + 1)) for count in range(4)}
    return Game("\n".join(lines), again=True, **items)


def looped(game: Game) -> list[OpenTask]:
    tasks = open_tasks(game.process, game.step.state)
    return [each for each in tasks if each.step_id not in {"z", "d"}]


def check(game: Game, run: Run) -> None:
    found = sorted((each.step_id, each.numbers) for each in looped(game))
    assert found == sorted(run.steps())
    for each in looped(game):
        assert each.variables["loopCounter"] == each.numbers[-1]
        own = f"it_{each.step_id}"
        if own in each.variables:
            assert each.variables[own] == each.numbers[-1]


@given(body=BODIES, pick=st.data())
@BUDGET
def test_the_engine_opens_the_instances_that_the_standard_says(
    body: Body, pick: st.DataObject
) -> None:
    game = game_of(body)
    for _ in range(2):
        game.do("z")
        run = Run(body).enter()
        for _ in range(40):
            check(game, run)
            if run.is_over:
                break
            task = pick.draw(st.sampled_from(looped(game)))
            choice = pick.draw(st.sampled_from(["do", "do", "do", "return", "keep"]))
            if choice == "return":
                _go_back(game, task)
                run = Run(body).enter()
                continue
            if choice == "keep":
                kept = game.step
                game.do_task(task.id, again=False).restore(kept.state)
                continue
            again = pick.draw(st.booleans())
            game.do_task(task.id, again=again)
            run.complete(task.numbers, again)
        if not run.is_over:
            return
        assert game.open == ["d"]
        _check_results(game, body)
        game.do("d", "again")
    assert game.open == ["z"]


def _go_back(game: Game, task: OpenTask) -> None:
    """Out of the loop to `z`, and into it again: everything begins anew."""
    game.move(task.step_id, "z")
    assert game.open == ["z"]
    game.do("z")


def _check_results(game: Game, body: Body) -> None:
    if body.loop.is_standard:
        return
    found: Any = game.variable(f"all_{body.name}")
    wanted = body.loop.count if body.loop.enough is None else min(body.loop.enough, body.loop.count)
    assert found == sorted(set(found))
    assert len(found) == wanted
    if body.loop.kind == "turns":
        assert found == list(range(1, wanted + 1))
