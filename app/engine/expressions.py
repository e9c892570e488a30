"""Every expression of a diagram, compiled once: FEEL, never Python; old `${…}` is translated."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.feel import Expression, FeelError, compile_expression, translate_legacy

_LEGACY = re.compile(r"^\s*[$#]\{")


def compile_feel(source: str, names: Iterable[str] = ()) -> Expression:
    """Compile `=expression`, `${expression}` or a bare expression; raises `FeelError`."""
    text = source.strip()
    if _LEGACY.match(text):
        text = translate_legacy(text)
    return compile_expression(text.removeprefix("="), names)


def is_expression(text: str) -> bool:
    """Whether a text attribute says by its first sign that it is an expression."""
    return text.lstrip().startswith("=") or _LEGACY.match(text) is not None


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A text attribute that may be an expression (`=project.clerk`, `${initiator}`)."""

    text: str
    expression: Expression | None

    def value(self, variables: Mapping[str, object]) -> object:
        """The text itself, or what the expression gives (None when it finds nothing)."""
        return self.expression.evaluate(variables) if self.expression else self.text

    def texts(self, variables: Mapping[str, object]) -> tuple[str, ...]:
        """The value as a flat list of texts; nothing for None."""
        found = self.value(variables)
        if found is None:
            return ()
        if isinstance(found, Sequence) and not isinstance(found, str):
            return tuple(str(each) for each in found if each is not None)
        return (str(found),)


def dynamic(text: str, names: Iterable[str] = ()) -> Dynamic:
    """Read one text attribute; raises `FeelError` for a broken expression."""
    return Dynamic(text, compile_feel(text, names) if is_expression(text) else None)


def dynamics(text: str, names: Iterable[str] = ()) -> tuple[Dynamic, ...]:
    """Read a comma-separated list; commas inside brackets or quotes do not separate."""
    return tuple(dynamic(part.strip(), names) for part in _split(text) if part.strip())


def _split(text: str) -> list[str]:
    parts, depth, quoted, begin = [], 0, False, 0
    for position, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == "," and depth == 0:
            parts.append(text[begin:position])
            begin = position + 1
    return [*parts, text[begin:]]


__all__ = [
    "Dynamic",
    "Expression",
    "FeelError",
    "compile_feel",
    "dynamic",
    "dynamics",
    "is_expression",
]
