"""Every expression of a diagram, compiled once: FEEL, never Python; old `${…}` is translated."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.feel import (
    Budget,
    Expression,
    FeelError,
    compile_expression,
    translate_legacy,
    translate_template,
)

#: The usual limits, and no time: `now()` is null.
NO_CLOCK = Budget()
_LEGACY = re.compile(r"^\s*[$#]\{")
_EMBEDDED = re.compile(r"[$#]\{")


def compile_feel(source: str, names: Iterable[str] = ()) -> Expression:
    """Compile `=expression`, `${expression}` or a bare expression; raises `FeelError`."""
    text = source.strip()
    if _LEGACY.match(text):
        text = translate_legacy(text)
    return compile_expression(text.removeprefix("="), names)


def compile_text(source: str, names: Iterable[str] = ()) -> Expression:
    """Compile a text that may have `${…}` in its middle, such as `PT${hours}H`."""
    if _EMBEDDED.search(source) and not source.lstrip().startswith("="):
        source = translate_template(source)
    return compile_feel(source, names)


def budget_at(now: datetime, zone: tzinfo) -> Budget:
    """The usual limits of an evaluation, with `now()` and `today()` as of this moment."""
    return Budget(clock=lambda: now.astimezone(zone))


def is_expression(text: str) -> bool:
    """Whether a text attribute says by its first sign, or by a `${`, that it is an expression."""
    return text.lstrip().startswith("=") or _EMBEDDED.search(text) is not None


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A text attribute that may be an expression (`=project.clerk`, `${initiator}`)."""

    text: str
    expression: Expression | None

    def value(self, variables: Mapping[str, object], budget: Budget) -> object:
        """The text itself, or what the expression gives (None when it finds nothing)."""
        if self.expression is None:
            return self.text
        try:
            return self.expression.evaluate(variables, budget)
        except FeelError as error:
            raise InvalidInputError(
                N_("The expression “{text}” failed: {reason}"), text=self.text, reason=str(error)
            ) from None

    def texts(self, variables: Mapping[str, object], budget: Budget) -> tuple[str, ...]:
        """The value as a flat list of texts; nothing for None."""
        found = self.value(variables, budget)
        if found is None:
            return ()
        if isinstance(found, Sequence) and not isinstance(found, str):
            return tuple(str(each) for each in found if each is not None)
        return (str(found),)


def dynamic(text: str, names: Iterable[str] = ()) -> Dynamic:
    """Read one text attribute; raises `FeelError` for a broken expression."""
    return Dynamic(text, compile_text(text, names) if is_expression(text) else None)


def dynamics(text: str, names: Iterable[str] = ()) -> tuple[Dynamic, ...]:
    """Read a comma-separated list; commas inside brackets or quotes do not separate."""
    return tuple(dynamic(part.strip(), names) for part in split_list(text) if part.strip())


def split_list(text: str) -> list[str]:
    """The parts of a list; commas inside brackets or quotes do not separate."""
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
    "NO_CLOCK",
    "Budget",
    "Dynamic",
    "Expression",
    "FeelError",
    "budget_at",
    "compile_feel",
    "compile_text",
    "dynamic",
    "dynamics",
    "is_expression",
    "split_list",
]
