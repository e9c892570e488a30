"""Does a value belong to a type: `instance of` and the types of parameters."""

from app.feel.syntax import Type
from app.feel.values import Function, Range, Value, kind_of


def conforms(value: Value, to: Type) -> bool:
    """Whether the value is of the type; null is only of type Null (DMN 10.3.2.3.4)."""
    if value is None:
        return to.name == "Null"
    if to.name == "Any":
        return True
    if kind_of(value) != to.name:
        return False
    if isinstance(value, list) and to.arguments:
        return all(_element(item, to.arguments[0]) for item in value)
    if isinstance(value, Range) and to.arguments:
        ends = [end for end in (value.start, value.end) if end is not None]
        return all(conforms(end, to.arguments[0]) for end in ends)
    if isinstance(value, dict):
        return all(key in value and _element(value[key], of) for key, of in to.entries)
    if isinstance(value, Function) and to.arguments:
        # Only the number of parameters is known before a call.
        arity = getattr(value, "parameters", None)
        return arity is None or len(arity) == len(to.arguments) - 1
    return True


def _element(value: Value, of: Type) -> bool:
    return value is None or conforms(value, of)
