"""Does a value belong to a type: `instance of` and the types of parameters."""

from app.feel.syntax import Type
from app.feel.values import Range, Value, kind_of


def conforms(value: Value, to: Type) -> bool:
    """Whether the value is of the type; null is only of type Null (DMN 10.3.2.3.4)."""
    if value is None:
        return to.name == "Null"
    if to.name == "Any":
        return True
    return kind_of(value) == to.name and _parts_conform(value, to)


def _parts_conform(value: Value, to: Type) -> bool:
    if isinstance(value, dict):
        return all(key in value and _part(value[key], of) for key, of in to.entries)
    if not to.arguments:
        return True
    if isinstance(value, list):
        return all(_part(item, to.arguments[0]) for item in value)
    if isinstance(value, Range):
        return _part(value.start, to.arguments[0]) and _part(value.end, to.arguments[0])
    # Of a function only the number of parameters is known before a call.
    arity = getattr(value, "parameters", None)
    return arity is None or len(arity) == len(to.arguments) - 1


def _part(value: Value, of: Type) -> bool:
    return value is None or conforms(value, of)
