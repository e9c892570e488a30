"""List functions (DMN 1.5, 10.3.4.4) and `sort` (10.3.4.12)."""

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from app.feel.builtins_conversion import whole
from app.feel.functions import Callee, Refusal, builtin
from app.feel.operators import any_of, equal, ordered
from app.feel.run import Run, Site
from app.feel.values import NoResult, Value, describe

_HERE = Site("", 0, 0)


@builtin("list contains", "list: list, element: any", run=True)
def _list_contains(run: Run, items: list[Value], element: Value) -> Value:
    return any_of(equal(run, item, element) for item in items)


@builtin("count", "list: list|null", "items...: any")
def _count(items: list[Value] | None) -> Value:
    return None if items is None else Decimal(len(items))


def _precedes(one: Value, other: Value) -> bool:
    before = ordered("<", one, other)
    if before is None:
        raise Refusal(f"Expected comparable values, found {describe(one)} and {describe(other)}")
    return before


@builtin("min", "list: list", "items...: any")
def _minimum(items: list[Value]) -> Value:
    return _first(items, descending=False)


@builtin("max", "list: list", "items...: any")
def _maximum(items: list[Value]) -> Value:
    return _first(items, descending=True)


def _first(items: list[Value], descending: bool) -> Value:
    if not items or None in items:
        return None
    best = items[0]
    for item in items:
        best = item if _precedes(*((best, item) if descending else (item, best))) else best
    return best


@builtin("all", "list: list", "items...: any")
def _all(items: list[Value]) -> Value:
    return _decide(items, decisive=False)


@builtin("any", "list: list", "items...: any")
def _any(items: list[Value]) -> Value:
    return _decide(items, decisive=True)


def _decide(items: list[Value], decisive: bool) -> bool | None:
    if any(item is decisive for item in items):
        return decisive
    strangers = [item for item in items if item is not None and not isinstance(item, bool)]
    if strangers:
        raise Refusal(f"Expected booleans, but found {describe(strangers[0])}")
    return None if None in items else not decisive


@builtin("sublist", "list: list, start position: number, length?: number")
def _sublist(items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    begin = _position(items, start)
    if length is None:
        return items[begin:]
    if not 1 <= length <= len(items) - begin:
        raise NoResult("a length within the list")
    return items[begin : begin + whole(length)]


def _position(items: list[Value], position: Decimal) -> int:
    """The index of a position that counts from 1, or backwards from -1."""
    number = whole(position)
    if not 1 <= abs(number) <= len(items):
        raise NoResult(f"a position within the list of {len(items)}")
    return number - 1 if number > 0 else len(items) + number


@builtin("append", "list: list|null, items...: any")
def _append(items: list[Value] | None, more: list[Value]) -> Value:
    return [*(items or []), *more]


@builtin("concatenate", "lists...: list")
def _concatenate(lists: list[list[Value]]) -> Value:
    return [item for items in lists for item in items]


@builtin("insert before", "list: list, position: number, newItem: any")
def _insert_before(items: list[Value], position: Decimal, item: Value) -> Value:
    at = _position(items, position)
    return [*items[:at], item, *items[at:]]


@builtin("remove", "list: list, position: number")
def _remove(items: list[Value], position: Decimal) -> Value:
    at = _position(items, position)
    return items[:at] + items[at + 1 :]


@builtin(
    "list replace",
    "list: list, position: number, newItem: any",
    "list: list, match: function, newItem: any",
    run=True,
)
def _list_replace(run: Run, items: list[Value], at: Decimal | Callee, item: Value) -> Value:
    if isinstance(at, Decimal):
        index = _position(items, at)
        return [*items[:index], item, *items[index + 1 :]]
    verdicts = [(old, at.call(run, _HERE, [old, item])) for old in items]
    if not all(isinstance(verdict, bool) for _, verdict in verdicts):
        raise Refusal("Expected a function that answers with a boolean")
    return [item if verdict else old for old, verdict in verdicts]


@builtin("reverse", "list: list")
def _reverse(items: list[Value]) -> Value:
    return items[::-1]


@builtin("index of", "list: list, match: any", run=True)
def _index_of(run: Run, items: list[Value], match: Value) -> Value:
    return [Decimal(at) for at, item in enumerate(items, 1) if equal(run, item, match) is True]


@builtin("union", "lists...: list", run=True)
def _union(run: Run, lists: list[list[Value]]) -> Value:
    return _distinct_values(run, [item for items in lists for item in items])


@builtin("distinct values", "list: list", run=True)
def _distinct_values(run: Run, items: list[Value]) -> Value:
    """Every value once, where it first stands; what `=` calls equal is one value."""
    kept: list[Value] = []
    scalars: set[tuple[type, Any]] = set()
    for item in items:
        # Hashing spares the comparison of all with all where equality is Python's own.
        if isinstance(item, (Decimal, str, bool)):
            if (type(item), item) not in scalars:
                scalars.add((type(item), item))
                kept.append(item)
        else:
            run.charge(len(kept))
            if not any_of(equal(run, other, item) for other in kept):
                kept.append(item)
    return kept


@builtin("flatten", "list: list", run=True)
def _flatten(run: Run, items: list[Value]) -> Value:
    flat: list[Value] = []
    run.enter()
    for item in items:
        run.charge(1)
        flat.extend(_flatten(run, item) if isinstance(item, list) else [item])  # type: ignore[arg-type]
    run.depth -= 1
    return flat


@builtin("sort", "list: list, precedes?: function", run=True)
def _sort(run: Run, items: list[Value], precedes: Callee | None = None) -> Value:
    """By `precedes(a, b)`, or ascending; equal elements keep their order."""

    def before(one: Value, other: Value) -> bool:
        if precedes is None:
            return _precedes(one, other)
        return precedes.call(run, _HERE, [one, other]) is True

    def order(one: Value, other: Value) -> int:
        run.charge(1)
        return -1 if before(one, other) else int(before(other, one))

    return sorted(items, key=cmp_to_key(order))
