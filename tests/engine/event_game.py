# ruff: noqa: C901, PLR0911  one function per rule of the game reads best as one list of cases
"""An independent model of events: every state that the standard allows after every act.

It knows nothing of flows, queues or SpiffWorkflow. What runs by itself may run in any order, so an
act leads to a set of states; the engine has to be in one of them. A block is a tuple:

    ("step", id)  ("maybe", id, code)   a task; one that may end with an error
    ("signal", id, name)  ("message", id)  ("timer", id, days)   waits
    ("throw", id, kind, name)   a signal or an escalation
    ("seq", blocks)  ("and", blocks)  ("race", id, ((trigger, block), …))
    ("sub", id, body, boundaries, handlers, is_call)   an activity with what it consists of

Boundaries and handlers (event sub-processes) are ((trigger, interrupting, block), …); a trigger is
a block that waits, ("escalation", id, name) or ("error", id, name). The root is a sub.

States: READY (about to run), OPEN (a task), WAITING or ("due", day) for events, THROWN (its token
is still there), DONE, and for composite blocks their parts.
"""

from collections.abc import Callable, Iterator
from itertools import chain, combinations, product
from typing import Any, NamedTuple

Block = tuple[Any, ...]
State = Any
#: What a part tells the parts around it: ("signal" | "escalation" | "error", name), or
#: ("side", block) for a branch that begins beside an activity.
Word = tuple[str, Any] | None
Outcome = tuple[State, Word]

READY, OPEN, WAITING, THROWN, DONE, FAILED = "ready", "open", "waiting", "thrown", "done", "failed"
AWAITED = {"signal", "message", "timer"}
LIMIT = 3000


class Sub(NamedTuple):
    """A running activity: what it does, what runs beside that, and what it waits for."""

    #: None once it was interrupted.
    body: State
    #: (block, state) of branches beside the body.
    sides: tuple[tuple[Block, State], ...]
    #: (index, state) of running event sub-processes.
    running: tuple[tuple[int, State], ...]
    #: State of each boundary trigger, and of each handler trigger; None for one that is spent.
    boundaries: tuple[State, ...]
    handlers: tuple[State, ...]


class TooManyError(Exception):
    """More states than are worth exploring."""


class Game:
    """All states that an instance may be in."""

    def __init__(self, root: Block) -> None:
        self._root = root
        self._day = 0
        self.states = self._settle({_begin(root)})

    def observed(self, seen: tuple[Any, ...]) -> bool:
        """Keep the states that look like this; whether there are any."""
        self.states = {each for each in self.states if self.look(each) == seen}
        return bool(self.states)

    def look(self, state: State) -> tuple[Any, ...]:
        """Open tasks, awaited messages and signals, running timers, how it ended."""
        found: dict[str, list[str]] = {"task": [], "event": [], "timer": []}
        for what, name in _visible(self._root, state) if state != FAILED else ():
            found[what].append(name)
        ending = state if state in {DONE, FAILED} else None
        return (*(tuple(sorted(each)) for each in found.values()), ending)

    def act(self, act: Block) -> None:
        """("do" | "bad" | "message", id): one of what is open or awaited under that id."""
        self._next(lambda state: self._heard(self._one(state, act)))

    def signal(self, name: str) -> None:
        """A signal from outside."""
        self._next(lambda state: self._broadcast(state, name))

    def wait(self, days: int) -> None:
        """Let time pass: what is due happens one by one, the earliest first."""
        self._day += days
        pending, settled = set(self.states), set()
        while pending:
            state = pending.pop()
            due = None if state == FAILED else min(_dues(self._root, state), default=None)
            if due is None or due > self._day:
                settled.add(state)
                continue
            pending |= self._settle(set(self._heard(self._one(state, ("fire", due)))))
        self.states = settled

    def _next(self, follow: Callable[[State], Iterator[State]]) -> None:
        self.states = self._settle({each for state in self.states for each in follow(state)})

    def _settle(self, states: set[State]) -> set[State]:
        """Run what runs by itself, in every order."""
        seen, settled = set(states), set()
        while states:
            state = states.pop()
            following = set(self._heard(self._one(state, ("run",))))
            if not following:
                settled.add(state)
            states |= following - seen
            seen |= following
            if len(seen) > LIMIT:
                raise TooManyError
        return settled

    def _one(self, state: State, act: Block) -> Iterator[Outcome]:
        return _at(self._root, state, act, self._day) if state != FAILED else iter(())

    def _heard(self, outcomes: Iterator[Outcome]) -> Iterator[State]:
        """What the whole instance makes of a word that nobody inside has caught."""
        for state, word in outcomes:
            if word is not None and word[0] == "error":
                yield FAILED
            elif word is not None and word[0] == "signal":
                yield from self._broadcast(state, word[1])
            else:
                yield state

    def _broadcast(self, state: State, name: str) -> Iterator[State]:
        if state in {DONE, FAILED}:
            yield state
            return
        for found, sides in _hear(self._root, state, name, self._day):
            assert not sides
            yield found


# Beginning and ending.


def _begin(block: Block) -> State:
    kind = block[0]
    if kind == "seq":
        return _normal(block, (0, _begin(block[1][0])))
    if kind == "and":
        return tuple(_begin(each) for each in block[1])
    return READY


def _arm(trigger: Block, day: int) -> State:
    return ("due", day + trigger[2]) if trigger[0] == "timer" else WAITING


def _enter(block: Block, day: int) -> State:
    """A composite block that was about to run."""
    if block[0] == "race":
        return ("race", tuple(_arm(trigger, day) for trigger, _ in block[2]))
    _, _, body, boundaries, handlers, _ = block
    armed = [tuple(_arm(each[0], day) for each in some) for some in (boundaries, handlers)]
    return Sub(_begin(body), (), (), *armed)


def _normal(block: Block, state: State) -> State:
    """Pass on what is finished."""
    match block[0]:
        case "seq":
            index, inner = state
            while inner == DONE:
                index += 1
                if index == len(block[1]):
                    return DONE
                inner = _begin(block[1][index])
            return (index, inner)
        case "and":
            return DONE if all(each == DONE for each in state) else state
        case "race":
            return DONE if state[0] == "chosen" and state[2] == DONE else state
    if isinstance(state, Sub):
        sides = tuple(each for each in state.sides if each[1] != DONE)
        running = tuple(each for each in state.running if each[1] != DONE)
        if state.body in {DONE, None} and not sides and not running:
            return DONE
        return state._replace(sides=sides, running=running)
    return DONE if state[2] == DONE else state  # the way out of an interrupted activity


def _parts(block: Block, state: State) -> Iterator[tuple[Block, State, Callable[[State], State]]]:
    """The parts that live, and how a new state of one becomes one of the whole."""
    if state in (DONE, READY, None):
        return
    match block[0]:
        case "seq":
            index = state[0]
            yield block[1][index], state[1], lambda new: (index, new)
        case "and":
            for index, each in enumerate(state):
                yield block[1][index], each, _put(state, index)
        case "race" if state[0] == "chosen":
            yield block[2][state[1]][1], state[2], lambda new: ("chosen", state[1], new)
        case "sub" if isinstance(state, Sub):
            yield block[2], state.body, lambda new: state._replace(body=new)
            for index, (side, inner) in enumerate(state.sides):
                put = _put(state.sides, index)
                yield (
                    side,
                    inner,
                    lambda new, put=put, side=side: state._replace(  # type: ignore[misc]
                        sides=put((side, new))
                    ),
                )
            for index, (which, inner) in enumerate(state.running):
                put = _put(state.running, index)
                yield (
                    block[4][which][2],
                    inner,
                    lambda new, put=put, which=which: state._replace(  # type: ignore[misc]
                        running=put((which, new))
                    ),
                )
        case "sub":
            yield block[3][state[1]][2], state[2], lambda new: ("out", state[1], new)


def _put(states: tuple[Any, ...], index: int) -> Callable[[State], State]:
    return lambda new: (*states[:index], new, *states[index + 1 :])


# One thing happens at one place.


def _at(block: Block, state: State, act: Block, day: int) -> Iterator[Outcome]:
    """Every way in which an act may happen at exactly one place of a block."""
    if block[0] in {"step", "maybe", "throw"} | AWAITED:
        yield from _at_leaf(block, state, act, day)
        return
    if state in (READY, DONE, None):
        if state == READY and act == ("run",):
            yield _enter(block, day), None
        return
    if block[0] == "race" and state[0] == "race":
        for index, each in enumerate(state[1]):
            if _happens(block[2][index][0], each, act):
                yield _normal(block, ("chosen", index, _begin(block[2][index][1]))), None
        return
    if isinstance(state, Sub):
        yield from _triggered(block, state, act)
    for index, (part, inner, put) in enumerate(_parts(block, state)):
        for new, word in _at(part, inner, act, day):
            for whole, told in _told(block, state, index, put(new), word):
                yield (_normal(block, whole) if whole != DONE else DONE), told


def _at_leaf(block: Block, state: State, act: Block, day: int) -> Iterator[Outcome]:
    kind, own_id = block[:2]
    match act:
        case ("run",) if state == READY and kind in AWAITED:
            yield _arm(block, day), None
        case ("run",) if state == READY and kind == "throw":
            yield THROWN, block[2:]
        case ("run",) if state == READY:
            yield OPEN, None
        case ("run",) if state == THROWN:
            yield DONE, None
        case ("do", wanted) if state == OPEN and own_id == wanted:
            yield DONE, None
        case ("bad", wanted) if state == OPEN and own_id == wanted:
            yield THROWN, ("error", block[2])
        case _ if kind in AWAITED and _happens(block, state, act):
            yield DONE, None


def _happens(trigger: Block, state: State, act: Block) -> bool:
    match act:
        case ("message", wanted):
            return trigger[0] == "message" and trigger[1] == wanted and state == WAITING
        case ("fire", due):
            return state == ("due", due)
    return False


def _triggered(block: Block, state: Sub, act: Block) -> Iterator[Outcome]:
    """Events on the boundary and of event sub-processes that an act lets happen."""
    for index, (trigger, _, _) in enumerate(block[3]):
        if _happens(trigger, state.boundaries[index], act):
            yield _leave(block, _spend(state, "boundaries", block[3], index), index)
    for index, (trigger, _, _) in enumerate(block[4]):
        if _happens(trigger, state.handlers[index], act):
            yield _handle(block, _spend(state, "handlers", block[4], index), index), None


def _spend(state: Sub, name: str, events: Any, index: int) -> Sub:
    """A timer that does not repeat has fired."""
    if events[index][0][0] != "timer":
        return state
    return state._replace(**{name: _put(getattr(state, name), index)(None)})


def _leave(block: Block, state: Sub, index: int) -> Outcome:
    """A boundary event happens: in place of the activity, or beside it."""
    _, interrupting, way = block[3][index]
    if interrupting:
        return _normal(block, ("out", index, _begin(way))), None
    return state, ("side", way)


def _handle(block: Block, state: Sub, index: int) -> State:
    """An event sub-process begins: in place of everything in its level, or beside it."""
    _, interrupting, inside = block[4][index]
    began = (index, _begin(inside))
    if interrupting:
        gone = (None,) * len(block[4])
        return _normal(block, state._replace(body=None, sides=(), running=(began,), handlers=gone))
    return _normal(block, state._replace(running=(*state.running, began)))


def _told(block: Block, before: State, part: int, state: State, word: Word) -> Iterator[Outcome]:
    """What a block makes of a word from one of its parts."""
    if word is None or not isinstance(before, Sub) or word[0] == "signal":
        yield state, word
        return
    kind, name = word
    if kind == "side":
        yield state._replace(sides=(*state.sides, (name, _begin(name)))), None
        return
    own = part - 1 - len(before.sides)
    own_handler = before.running[own][0] if own >= 0 else None
    for index, (trigger, _, _) in enumerate(block[4]):
        open_for = before.handlers[index] is not None and index != own_handler
        if open_for and (trigger[0], trigger[-1]) == (kind, name):
            yield _handle(block, state, index), None
            return
    for index, (trigger, _, _) in enumerate(block[3]):
        if (trigger[0], trigger[-1]) == (kind, name):
            yield _leave(block, state, index)
            return
    yield state, word


# A signal happens everywhere.


def _hear(
    block: Block, state: State, name: str, day: int
) -> Iterator[tuple[State, tuple[Block, ...]]]:
    """Every way in which all who wait may hear a signal, with the branches that begin beside."""
    if block[0] == "signal":
        yield (DONE if state == WAITING and block[2] == name else state), ()
        return
    if block[0] == "race" and isinstance(state, tuple) and state[0] == "race":
        chosen = [
            i for i, (each, _) in enumerate(block[2]) if each[0] == "signal" and each[2] == name
        ]
        for index in chosen:
            yield _normal(block, ("chosen", index, _begin(block[2][index][1]))), ()
        if not chosen:
            yield state, ()
        return
    if isinstance(state, Sub):
        yield from _hear_sub(block, state, name, day)
        return
    for whole, sides in _hear_parts(block, state, name, day):
        yield (_normal(block, whole) if any(_parts(block, state)) else state), sides


def _hear_parts(
    block: Block, state: State, name: str, day: int
) -> Iterator[tuple[State, tuple[Block, ...]]]:
    """The same of the parts together; what is finished is not passed on yet."""
    ways = [list(_hear(part, inner, name, day)) for part, inner, _ in _parts(block, state)]
    for combined in product(*ways):
        whole, sides = state, tuple(chain.from_iterable(each for _, each in combined))
        for index, (new, _) in enumerate(combined):
            # Each part is put in place before the next one is looked up.
            whole = list(_parts(block, whole))[index][2](new)
        yield whole, sides


def _hear_sub(
    block: Block, state: Sub, name: str, day: int
) -> Iterator[tuple[State, tuple[Block, ...]]]:
    def heard(events: Any, interrupting: bool, armed: tuple[State, ...]) -> list[int]:
        return [
            index
            for index, (trigger, kind, _) in enumerate(events)
            if trigger[0] == "signal" and trigger[2] == name and kind == interrupting
            if armed[index] == WAITING
        ]

    beside = [block[3][index][2] for index in heard(block[3], False, state.boundaries)]
    ways_out = heard(block[3], True, state.boundaries)
    for index in ways_out:
        out = _normal(block, ("out", index, _begin(block[3][index][2])))
        for count in range(len(beside) + 1):
            for some in combinations(beside, count):
                yield out, some
    if ways_out:
        return
    instead = heard(block[4], True, state.handlers)
    for index in instead:
        yield _handle(block, state, index), tuple(beside)
    if instead:
        return
    began = tuple((i, _begin(block[4][i][2])) for i in heard(block[4], False, state.handlers))
    for whole, sides in _hear_parts(block, state, name, day):
        # What begins beside an inner activity belongs to this level.
        new = tuple((side, _begin(side)) for side in sides)
        more = whole._replace(sides=(*whole.sides, *new), running=(*whole.running, *began))
        yield _normal(block, more), tuple(beside)


# What can be seen.


def _visible(block: Block, state: State) -> Iterator[tuple[str, str]]:
    if state == OPEN:
        yield "task", block[1]
    elif block[0] in AWAITED and state not in (READY, DONE, None):
        yield _seen(block)
    elif block[0] == "race" and isinstance(state, tuple) and state[0] == "race":
        yield from (_seen(trigger) for trigger, _ in block[2])
    elif block[0] in {"seq", "and", "race", "sub"}:
        if isinstance(state, Sub):
            armed = chain(
                zip(block[3], state.boundaries, strict=True),
                zip(block[4], state.handlers, strict=True),
            )
            for (trigger, _, _), each in armed:
                if trigger[0] in AWAITED and each is not None:
                    yield _seen(trigger)
        for part, inner, _ in _parts(block, state):
            yield from _visible(part, inner)


def _seen(trigger: Block) -> tuple[str, str]:
    return "timer" if trigger[0] == "timer" else "event", trigger[1]


def _dues(block: Block, state: State) -> Iterator[int]:
    if isinstance(state, tuple) and not isinstance(state, Sub) and state[:1] == ("due",):
        yield state[1]
    elif block[0] == "race" and isinstance(state, tuple) and state[0] == "race":
        yield from (each[1] for each in state[1] if each != WAITING)
    elif block[0] in {"seq", "and", "race", "sub"}:
        if isinstance(state, Sub):
            armed = (*state.boundaries, *state.handlers)
            yield from (each[1] for each in armed if isinstance(each, tuple))
        for part, inner, _ in _parts(block, state):
            yield from _dues(part, inner)
