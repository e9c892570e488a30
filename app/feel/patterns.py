r"""Patterns of XPath and XML Schema, as FEEL has them, for RE2, which runs in linear time.

What RE2 means otherwise is rewritten (`.`, `\d`, `\w`, `\s`, `\i`, `\c`, blocks of Unicode, class
subtraction), what XPath does not know or RE2 cannot do in linear time is refused with a sentence.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2

from app.feel.character_sets import (
    BLOCKS,
    NAME_START,
    NAMING,
    Intervals,
    complement,
    folded,
    of_category,
    subtract,
    union,
    written,
)
from app.feel.values import NoResult

_MEMORY = 1 << 21
_WHITESPACE = " \t\n\r"
_QUANTIFIER = re.compile(r"(?:[?*+]|\{[0-9]+(?:,[0-9]*)?\})\??")
_PLAIN_ESCAPES = frozenset("\\|.?*+(){}-[]^$")
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
#: How deep classes may be subtracted from each other.
_DEEPEST = 20


@lru_cache(maxsize=128)
def compile_pattern(pattern: str, flags: str) -> Any:
    """A compiled pattern; flags are XPath's `s`, `m`, `i`, `x` and `q`. Raises `NoResult`."""
    if not set(flags) <= set("smixq"):
        raise NoResult("the flags s, m, i, x or q")
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.literal = "q" in flags
    # Elsewhere the translation writes out both cases itself.
    options.case_sensitive = not {"i", "q"} <= set(flags)
    if "q" not in flags:
        pattern = _Translation(_without_spaces(pattern) if "x" in flags else pattern, flags).text
        pattern = ("(?m)" if "m" in flags else "") + pattern
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise NoResult("a pattern that linear time can match") from None


def _without_spaces(pattern: str) -> str:
    """The pattern without the gaps that flag x allows: everywhere but in classes."""
    kept, depth, escaped = [], 0, False
    for character in pattern:
        if depth or character not in _WHITESPACE:
            kept.append(character)
            if not escaped and character in "[]":
                depth += 1 if character == "[" else -1
            escaped = character == "\\" and not escaped
    return "".join(kept)


class _Translation:
    """One pass over a pattern; `text` is what RE2 gets."""

    def __init__(self, pattern: str, flags: str) -> None:
        self._pattern = pattern
        self._at = 0
        self._dot = r"(?s:.)" if "s" in flags else r"[^\n\r]"
        self._open = 0
        self._fold = folded if "i" in flags else _as_it_is
        self.text = "".join(self._pieces())

    def _pieces(self) -> list[str]:
        pieces: list[str] = []
        repeatable = False
        while self._at < len(self._pattern):
            quantifier = _QUANTIFIER.match(self._pattern, self._at)
            if quantifier:
                if not repeatable:
                    raise NoResult(f"something to repeat before '{quantifier[0]}'")
                pieces.append(quantifier[0])
                self._at = quantifier.end()
                repeatable = False
            else:
                piece, repeatable = self._piece()
                pieces.append(piece)
        if self._open:
            raise NoResult("a ')' for each '('")
        return pieces

    def _piece(self) -> tuple[str, bool]:
        """The next part, and whether it may be repeated."""
        character = self._next()
        if character == "(":
            return self._group(), False
        if character == ")":
            self._open -= 1
            if self._open < 0:
                raise NoResult("a '(' for each ')'")
            return ")", True
        if character in "|^$":
            return character, False
        return self._single(character), True

    def _single(self, character: str) -> str:
        """What stands for one character."""
        if character == ".":
            return self._dot
        if character == "[":
            return written(self._class(0))
        if character == "\\":
            return written(self._escape())
        if character in "{}]":
            raise NoResult(f"'\\{character}' for the sign '{character}'")
        return written(self._fold(single(character)))

    def _group(self) -> str:
        self._open += 1
        if not self._pattern.startswith("?", self._at):
            return "("
        if not self._pattern.startswith("?:", self._at):
            raise NoResult("a group such as (a) or (?:a)")
        self._at += 2
        return "(?:"

    def _next(self) -> str:
        if self._at >= len(self._pattern):
            raise NoResult("a pattern that is complete")
        self._at += 1
        return self._pattern[self._at - 1]

    def _escape(self) -> Intervals:
        """The characters that an escape stands for."""
        character = self._next()
        if character in _PLAIN_ESCAPES:
            return single(character)
        if character in _CONTROLS:
            return single(_CONTROLS[character])
        if character in "pP":
            found = self._property()
            return found if character == "p" else complement(found)
        if character.lower() in _SETS:
            found = _SETS[character.lower()]()
            return found if character.islower() else complement(found)
        if character in "123456789":
            raise NoResult("a pattern without references to its groups")
        raise NoResult(f"an escape of XPath, not '\\{character}'")

    def _property(self) -> Intervals:
        end = self._pattern.find("}", self._at)
        if not self._pattern.startswith("{", self._at) or end < 0:
            raise NoResult("a property such as \\p{Lu}")
        name = self._pattern[self._at + 1 : end]
        self._at = end + 1
        if name.startswith("Is"):
            if name[2:] not in BLOCKS:
                raise NoResult(f"a block of Unicode, not '{name[2:40]}'")
            return [BLOCKS[name[2:]]]
        found = of_category(name)
        if not found:
            raise NoResult(f"a category of Unicode, not '{name[:40]}'")
        return found

    def _class(self, depth: int) -> Intervals:
        """A class up to its `]`, the classes that are subtracted taken away."""
        if depth > _DEEPEST:
            raise NoResult("fewer classes inside of each other")
        negated = self._pattern.startswith("^", self._at)
        self._at += negated
        found: Intervals = []
        empty = True
        while (character := self._next()) != "]":
            if character == "-" and self._pattern.startswith("[", self._at) and not empty:
                self._at += 1
                taken = self._class(depth + 1)
                if self._next() != "]":
                    raise NoResult("']' after a class that is subtracted")
                return subtract(complement(found) if negated else found, taken)
            found = union(found, self._member(character))
            empty = False
        if empty:
            raise NoResult("a class with a character")
        return complement(found) if negated else found

    def _member(self, character: str) -> Intervals:
        """A character, an escape or a range of a class."""
        if character == "[":
            raise NoResult("'\\[' for the sign '[' in a class")
        low = self._escape() if character == "\\" else single(character)
        before = low if character == "\\" else self._fold(low)
        following = self._pattern[self._at + 1 : self._at + 2]
        if not self._pattern.startswith("-", self._at) or following in ("]", "["):
            return before
        self._at += 1
        character = self._next()
        high = self._escape() if character == "\\" else single(character)
        if not _is_single(low) or not _is_single(high) or low[0][0] > high[0][0]:
            raise NoResult("a range such as a-z in a class")
        return self._fold([(low[0][0], high[0][0])])


def single(character: str) -> Intervals:
    """One character."""
    return [(ord(character), ord(character))]


def _as_it_is(intervals: Intervals) -> Intervals:
    return intervals


def _is_single(found: Intervals) -> bool:
    return len(found) == 1 and found[0][0] == found[0][1]


_SETS: dict[str, Callable[[], Intervals]] = {
    "s": lambda: [(9, 10), (13, 13), (32, 32)],
    "d": lambda: of_category("Nd"),
    "w": lambda: complement(union(of_category("P"), of_category("Z"), of_category("C"))),
    "i": lambda: NAME_START,
    "c": lambda: NAMING,
}
