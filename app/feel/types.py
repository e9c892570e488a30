"""Does a value belong to a type: `instance of` and the types of parameters."""

from app.feel.syntax import ContextOf, Literal, Node, Type
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
    return _takes_and_gives(value, to)


def _takes_and_gives(value: Value, to: Type) -> bool:
    """A function fits if it takes at least what the type hands it and gives no more."""
    parameters = getattr(value, "parameters", None)
    if parameters is None:  # a built-in function, which may take all kinds of arguments
        return True
    *handed, wanted = to.arguments
    if len(parameters) != len(handed):
        return False
    takes = all(
        of is None or fits(given, of) for (_, of), given in zip(parameters, handed, strict=True)
    )
    gives = getattr(value, "gives", None)
    return takes and (gives is None or fits(gives, wanted))


#: Of a value that only an evaluation shows.
_UNKNOWN = Type("Null")


def fits(one: Type, to: Type) -> bool:
    """Whether each value of a type is one of the other type, too (DMN 10.3.2.9.2)."""
    if to.name == "Any" or one.name == "Null":
        return True
    if one.name != to.name:
        return False
    if to.name == "context":
        known = dict(one.entries)
        return all(key in known and fits(known[key], of) for key, of in to.entries)
    if to.name == "function" and one.arguments and to.arguments:
        handed, wanted = to.arguments[:-1], to.arguments[-1]
        return (
            len(one.arguments) == len(to.arguments)
            and all(map(fits, handed, one.arguments[:-1]))
            and fits(one.arguments[-1], wanted)
        )
    return all(map(fits, one.arguments, to.arguments))


def type_of(node: Node) -> Type | None:
    """The type that every value of an expression has, as far as it can be seen in the text."""
    if isinstance(node, Literal):
        kind = kind_of(node.value)
        return Type("Null" if kind == "null" else kind)
    if isinstance(node, ContextOf):
        entries = [(key, type_of(value) or _UNKNOWN) for key, value in node.entries]
        return Type("context", entries=tuple(entries))
    return None


def _part(value: Value, of: Type) -> bool:
    return value is None or conforms(value, of)
