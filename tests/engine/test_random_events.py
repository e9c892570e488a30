"""Random diagrams of events, random acts, stored between any two of them: the engine is always in
one of the states that the independent game allows.
"""

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from app.engine import EngineError, Process, link, parse
from tests.engine import event_game
from tests.engine.drawing import draw
from tests.engine.event_game import Block
from tests.engine.playing import Game

BUDGET = settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


class Drawing:
    """Turns the root of a game into the lines of its diagrams."""

    def __init__(self, root: Block) -> None:
        self._numbers = count()
        self.files: dict[str, list[str]] = {"p": []}
        self._fill(root, self.files["p"])

    def process(self) -> Process:
        return link([parse(draw("\n".join(lines), key)) for key, lines in self.files.items()])

    def _fill(self, sub: Block, lines: list[str]) -> None:
        _, name, body, _, handlers, _ = sub
        self._between(f"start {name}s", body, f"end {name}e", lines)
        for trigger, interrupting, inside in handlers:
            number = next(self._numbers)
            lines.append(f"handler h{number}")
            beside = "" if interrupting else "isInterrupting=false"
            self._between(f"start {_event(trigger)} {beside}", inside, f"end h{number}e", lines)
            lines.append("}")

    def _between(self, start: str, body: Block, end: str, lines: list[str]) -> None:
        lines += [start, end]
        first, last = self._draw(body, lines)
        lines += [f"{start.split()[1]} > {first}", f"{last} > {end.split()[1]}"]

    def _new(self, kind: str, lines: list[str]) -> str:
        name = f"{kind}{next(self._numbers)}"
        lines.append(f"{kind} {name}")
        return name

    def _draw(self, block: Block, lines: list[str]) -> tuple[str, str]:
        match block[0]:
            case "step":
                lines.append(f"step {block[1]}")
            case "maybe":
                return self._draw_maybe(block, lines)
            case "signal" | "timer":
                lines.append(f"catch {_event(block)}")
            case "message":
                lines.append(f"receive {block[1]} message=a")
            case "throw":
                lines.append(f"throw {block[1]} {block[2]}={block[3]}")
            case "seq":
                ends = [self._draw(each, lines) for each in block[1]]
                lines += [f"{last} > {first}" for (_, last), (first, _) in pairwise(ends)]
                return ends[0][0], ends[-1][1]
            case "and":
                return self._draw_fork(block, lines)
            case "race":
                return self._draw_race(block, lines)
            case "sub":
                return self._draw_sub(block, lines)
        return block[1], block[1]

    def _draw_maybe(self, block: Block, lines: list[str]) -> tuple[str, str]:
        _, name, code = block
        lines += [
            f"step {name}", f"xor {name}x default={name}x-to-{name}m", f"throw {name}m",
            f"error {name}bad error={code}", f"{name} > {name}x > {name}m",
            f'{name}x > {name}bad : {name}.outcome = "bad"',
        ]  # fmt: skip
        return name, f"{name}m"

    def _draw_fork(self, block: Block, lines: list[str]) -> tuple[str, str]:
        fork, join = self._new("and", lines), self._new("and", lines)
        for each in block[1]:
            first, last = self._draw(each, lines)
            lines += [f"{fork} > {first}", f"{last} > {join}"]
        return fork, join

    def _draw_race(self, block: Block, lines: list[str]) -> tuple[str, str]:
        merge = self._new("xor", lines)
        lines.append(f"choose {block[1]}")
        for trigger, body in block[2]:
            kind = "receive" if trigger[0] == "message" and len(trigger[1]) % 2 else "catch"
            lines.append(f"{kind} {_event(trigger)}")
            first, last = self._draw(body, lines)
            lines += [f"{block[1]} > {trigger[1]} > {first}", f"{last} > {merge}"]
        return block[1], merge

    def _draw_sub(self, block: Block, lines: list[str]) -> tuple[str, str]:
        _, name, _, boundaries, _, is_call = block
        if is_call:
            self.files[f"called_{name}"] = []
            self._fill(block, self.files[f"called_{name}"])
            lines.append(f"call {name} key=called_{name}")
        else:
            lines.append(f"sub {name}")
            self._fill(block, lines)
            lines.append("}")
        merge = self._new("xor", lines)
        lines.append(f"{name} > {merge}")
        for trigger, interrupting, way in boundaries:
            kind = "boundary" if interrupting else "beside"
            event, _, rest = _event(trigger).partition(" ")
            lines.append(f"{kind} {event} on={name} {rest}")
            first, last = self._draw(way, lines)
            lines.append(f"{event} > {first}")
            lines.append(f"{last} > {merge if interrupting else self._new('end', lines)}")
        return name, merge


def _event(trigger: Block) -> str:
    kind, name, *more = trigger
    match kind:
        case "timer":
            return f"{name} timeDuration=P{more[0]}D"
        case "message":
            return f"{name} message=a"
    return f"{name} {kind}={more[0]}"


# Generation: letters for ids first, numbers later.

NAMES = st.sampled_from("ab")
LEAF = st.one_of(
    st.just(("step", "STEP")),
    st.just(("step", "STEP")),
    NAMES.map(lambda code: ("maybe", "STEP", code)),
    NAMES.map(lambda name: ("signal", "CATCH", name)),
    st.just(("message", "CATCH")),
    st.integers(1, 3).map(lambda days: ("timer", "CATCH", days)),
    st.tuples(st.sampled_from(["signal", "escalation", "escalation"]), NAMES).map(
        lambda found: ("throw", "THROW", *found)
    ),
)
SHORT = st.one_of(LEAF, st.tuples(LEAF, LEAF).map(lambda blocks: ("seq", blocks)))
AWAITED = st.one_of(
    NAMES.map(lambda name: ("signal", "EVENT", name)),
    st.just(("message", "EVENT")),
    st.integers(1, 3).map(lambda days: ("timer", "EVENT", days)),
)
THROWN = st.tuples(st.sampled_from(["escalation", "error"]), st.just("EVENT"), NAMES)


@st.composite
def _events(pick: st.DrawFn) -> tuple[Any, ...]:
    found: dict[Any, Any] = {}
    for trigger in pick(st.lists(st.one_of(AWAITED, THROWN), max_size=2)):
        key = (trigger[0], trigger[-1]) if trigger[0] in {"escalation", "error"} else len(found)
        interrupting = trigger[0] == "error" or pick(st.booleans())
        found.setdefault(key, (trigger, interrupting, pick(SHORT)))
    return tuple(found.values())


def _sub(body: st.SearchStrategy[Block], boundaries: Any) -> st.SearchStrategy[Block]:
    return st.tuples(body, boundaries, _events(), st.booleans()).map(
        lambda found: ("sub", "SUB", *found)
    )


def _bigger(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    races = st.lists(st.tuples(AWAITED, inner), min_size=2, max_size=3).map(tuple)
    return st.one_of(
        several.map(lambda blocks: ("seq", blocks)),
        several.map(lambda blocks: ("and", blocks)),
        races.map(lambda ways: ("race", "RACE", ways)),
        _sub(inner, _events()),
        _sub(inner, _events()),
    )


def _number(block: Any, numbers: Iterator[int]) -> Any:
    """Give everything that was generated its own id."""
    if isinstance(block, str) and block in {"STEP", "CATCH", "THROW", "EVENT", "SUB", "RACE"}:
        return f"{block[0].lower()}{next(numbers)}"
    return tuple(_number(each, numbers) for each in block) if isinstance(block, tuple) else block


ROOTS = _sub(st.recursive(LEAF, _bigger, max_leaves=6), st.just(())).map(
    lambda block: _number(block, count())
)


def _look(game: Game) -> tuple[Any, ...]:
    ending = event_game.DONE if game.ended else event_game.FAILED if game.failed else None
    timers = sorted(game.timers)
    return tuple(game.open), tuple(game.waiting), tuple(timers), ending


def _may_fail(block: Any, step: str) -> bool:
    if isinstance(block, tuple):
        return block[:2] == ("maybe", step) or any(_may_fail(each, step) for each in block)
    return False


@given(root=ROOTS, pick=st.data())
@BUDGET
def test_the_engine_is_where_the_standard_allows_it_to_be(root: Block, pick: st.DataObject) -> None:
    game = Game(process=Drawing(root).process())
    try:
        model = event_game.Game(root)
        for _ in range(14):
            assert model.observed(_look(game)), (_look(game), root)
            if game.ended or game.failed:
                break
            _act(game, model, root, pick)
    except event_game.TooManyError:
        assume(False)
    except EngineError as error:
        # A handler that throws what begins it goes round for ever; the engine says so.
        if error.kind != "endless":
            raise
        assume(False)


def _act(game: Game, model: event_game.Game, root: Block, pick: st.DataObject) -> None:
    messages = [each for each in game.waiting if game.subscription(each).kind == "message"]
    acts = [("signal", "a"), ("signal", "b"), ("wait", 1)]
    acts += [("do", each) for each in game.open] * 2 + [("message", each) for each in messages]
    acts += [("bad", each) for each in game.open if _may_fail(root, each)]
    what, which = pick.draw(st.sampled_from(acts))
    match what:
        case "signal":
            game.signal(which)
            model.signal(which)
        case "wait":
            game.wait(days=which)
            model.wait(which)
        case "message":
            game.message(which)
            model.act((what, which))
        case _:
            outcome = "bad" if what == "bad" else "agree"
            game.do(which, outcome)
            model.act((what, which))
