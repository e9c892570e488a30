"""The state of an instance as bytes: a few live tokens and the variables, no spec, no history.

Version 3, JSON: `k` key and `h` hash of the main definition · `n` number of visits, `f` visited
steps and forks by definition as [first, last] · `e` end event reached · `x` [element, definition,
code] of an error that nothing caught · `s` levels, outer before inner: `p` the call or sub-process
token around it, `d` own variables, `t` `l` what a
loop has counted, `t` tokens as [id, element, state, flow, host, clock, note]. A
clock is [due, interval, firings left]; a note is what a message must agree in, or whether a
condition held. Trailing empty fields are left out.

Version 2 knew no loops, version 1 neither errors that nothing caught nor notes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from app.core.i18n import N_
from app.engine.errors import EngineError
from app.engine.scopes import SubScope, TopScope, level_inside
from app.engine.step import Failed, Handlers
from app.engine.timers import Schedule
from app.engine.tokens import Scope, Token
from app.engine.values import UnstorableError, has_typed, pack, unpack

if TYPE_CHECKING:
    from app.engine.definition import Process

VERSION = 3


def _unchanged(read: dict[str, Any]) -> None:
    """The next version only adds fields."""


#: Version → what makes its states such of the next version, in place.
_UPGRADES: Mapping[int, Callable[[dict[str, Any]], None]] = {1: _unchanged, 2: _unchanged}


def dump(top: TopScope) -> bytes:
    """Write an instance down."""
    visits: dict[str, dict[str, tuple[int, int]]] = {}
    for (key, step_id), places in top.visits.items():
        visits.setdefault(key, {})[step_id] = places
    levels = []
    for scope in top.levels():
        level: dict[str, Any] = {"t": [_dump_token(token) for token in scope.tokens()]}
        if isinstance(scope, SubScope):
            level["p"] = scope.parent_task_id
        if not isinstance(scope, SubScope) or scope.owns_data:
            level["d"] = _dump_data(scope, scope.data)
        record = scope.record()
        if record is not None:
            level["l"] = _dump_data(scope, record)
        levels.append(level)
    state: dict[str, Any] = {
        "v": VERSION,
        "k": top.process.key,
        "h": top.process.main.content_hash[:12],
        "n": top.visit_count,
        "f": visits,
        "s": levels,
    }
    if top.end_id is not None:
        state["e"] = top.end_id
    if top.failed is not None:
        failed = top.failed
        state["x"] = (failed.element_id, failed.definition_key, failed.error_code)
    return orjson.dumps(state)


def load(
    process: "Process", state: bytes, now: datetime | None = None, handlers: Handlers | None = None
) -> TopScope:
    """Bring an instance back to life; without `now` it may only be looked at."""
    try:
        read = orjson.loads(state)
        typed = has_typed(state)
        version = read["v"]
        while version in _UPGRADES:
            _UPGRADES[version](read)
            version += 1
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise _broken(
            process, N_("Expected the state of an instance, found something else.")
        ) from (error)
    if version != VERSION:
        raise _broken(
            process,
            N_("Expected a state of version {wanted}, found version {found}."),
            wanted=VERSION,
            found=version,
        )
    if read["k"] != process.key or read["h"] != process.main.content_hash[:12]:
        raise _broken(
            process,
            N_("Expected an instance of this version of {wanted}, found one of {found} ({hash})."),
            wanted=process.key,
            found=read["k"],
            hash=read["h"],
        )
    try:
        return _revive(TopScope(process, now, handlers or {}), read, typed)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _broken(
            process,
            N_(
                "Expected a state of this definition, found a token at {found}, "
                "which it does not have."
            ),
            found=str(error),
        ) from error


def _revive(top: TopScope, read: dict[str, Any], typed: bool) -> TopScope:
    top.visit_count, top.end_id = read["n"], read.get("e")
    top.visits = {
        (key, step_id): (first, last)
        for key, steps in read["f"].items()
        for step_id, (first, last) in steps.items()
    }
    if "x" in read:
        top.failed = Failed(*read["x"])
    outer, *inner = read["s"]
    _fill(top, outer, typed)
    parents: dict[str, Token] = dict(top.tasks)
    for level in inner:
        scope = level_inside(parents[level["p"]], top)
        _fill(scope, level, typed)
        parents.update(scope.tasks)
    return top


def _fill(scope: Scope, level: dict[str, Any], typed: bool) -> None:
    if "d" in level:
        scope.data = unpack(level["d"]) if typed else level["d"]
    if "l" in level:
        scope.recall(unpack(level["l"]) if typed else level["l"])
    for token_id, element, state, *rest in level["t"]:
        via, host, clock, note = (*rest, None, None, None, None)[:4]
        parent = scope.tasks[host] if host else scope.root
        token = Token(scope, scope.spec.nodes[element], parent, state, token_id, via)
        if clock:
            due, every, remaining = clock
            token.clock = Schedule(datetime.fromisoformat(due), every, remaining)
        if note is not None:
            token.note = note


def _dump_token(token: Token) -> list[Any]:
    host, clock = token.host, token.clock
    fields = [
        token.id,
        token.task_spec.node.id,
        token.state,
        token.via,
        host.id if host else None,
        (clock.due_at.isoformat(), clock.every, clock.remaining) if clock else None,
        token.note,
    ]
    while fields[-1] is None:
        fields.pop()
    return fields


def _dump_data(scope: Scope, data: object) -> object:
    try:
        return pack(data)
    except UnstorableError as error:
        key = scope.spec.definition_key
        raise EngineError(
            "value",
            key,
            "",
            N_(
                "Expected values of text, number, truth, date, time, list or object, found {found}."
            ),
            found=str(error),
        ) from None


def _broken(process: "Process", template: str, **values: object) -> EngineError:
    return EngineError("state", process.key, "", template, **values)
