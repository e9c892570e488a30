"""Context functions (DMN 1.5, 10.3.4.11)."""

from typing import Any

from app.feel.functions import Refusal, builtin
from app.feel.run import Run
from app.feel.values import Value, describe


@builtin(
    "get value",
    "m: context, key: string",
    "context: context, key: string",
    "context: context, keys: list",
)
def _get_value(context: dict[str, Any], keys: str | list[Value]) -> Value:
    """The entry, or null if there is none; a list of keys goes inwards."""
    value: Value = context if keys != [] else None
    for key in [keys] if isinstance(keys, str) else keys:
        if not isinstance(value, dict) or not isinstance(key, str):
            return None
        value = value.get(key)
    return value


@builtin("get entries", "m: context")
def _get_entries(context: dict[str, Any]) -> Value:
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list")
def _context(entries: list[Value]) -> Value:
    built: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not {"key", "value"} <= entry.keys():
            raise Refusal(f"Expected entries with 'key' and 'value', but found {describe(entry)}")
        key = entry["key"]
        if not isinstance(key, str) or key in built:
            raise Refusal(f"Expected a new text as key, but found {describe(key)}")
        built[key] = entry["value"]
    return built


@builtin(
    "context put",
    "context: context, key: string, value: any",
    "context: context, keys: list, value: any",
    run=True,
)
def _context_put(run: Run, old: dict[str, Any], keys: str | list[Value], value: Value) -> Value:
    """The context with one entry set; a list of keys sets it inside of nested contexts."""
    way: list[Value] = [keys] if isinstance(keys, str) else keys
    first, *rest = way or [None]
    if not isinstance(first, str):
        raise Refusal(f"Expected texts as keys, but found {describe(first)}")
    if rest:
        inner = old.get(first)
        if not isinstance(inner, dict):
            raise Refusal(f"Expected a context at '{first}', but found {describe(inner)}")
        run.enter()
        value = _context_put(run, inner, rest, value)
        run.depth -= 1
    return {**old, first: value}


@builtin("context merge", "contexts: list")
def _context_merge(contexts: list[Value]) -> Value:
    """All entries together; a later context wins."""
    merged: dict[str, Any] = {}
    for part in contexts:
        if not isinstance(part, dict):
            raise Refusal(f"Expected a list of contexts, but found {describe(part)}")
        merged.update(part)
    return merged
