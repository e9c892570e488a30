"""Text to tokens. Names with spaces are put together later, by the parser."""

import re
from dataclasses import dataclass
from decimal import Decimal, Overflow

from app.feel.errors import FeelBudgetError, FeelSyntaxError, line_and_column
from app.feel.values import NUMBERS

# The name characters of DMN 1.5 (10.3.1.2, rules 28-30) less the full-width punctuation that
# its ranges contain: `金额＞100` is a typing slip and no name. A declared name may hold it.
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3005-\u3007\u3021-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe"
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\ufffd\U00010000-\U000effff"
)
#: A name of one token, as a regular expression.
NAME = rf"[{_START}][{_START}0-9\u00b7\u0300-\u036f\u203f\u2040]*"
_TOKEN = re.compile(
    rf"""
    (?P<space>[\s\ufeff]+|//[^\n]*)
  | (?P<comment>/\*)
  | (?P<string>"(?:[^"\\\n\r]|\\[^\n\r])*")
  | (?P<symbol>\.\.|\*\*|->|<=|>=|!=)
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>{NAME})
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|u\{([0-9A-Fa-f]{1,6})\}|(.))")
_SHORT_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "'": "'", '"': '"', "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is name, number, string, symbol or end; `spaced` says that a gap goes before."""

    kind: str
    text: str
    start: int
    end: int
    spaced: bool
    value: Decimal | str | None = None


def tokenize(source: str) -> list[Token]:
    """All tokens of the source, the last one of kind `end`."""
    tokens: list[Token] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:  # never: the last alternative takes any character
            break
        kind, text, start = match.lastgroup or "", match.group(), position
        position = match.end()
        if kind == "comment":
            close = source.find("*/", position)
            if close < 0:
                raise _error(source, start, "'*/' at the end of the comment", "none")
            position = close + 2
        elif kind != "space":
            value: Decimal | str | None = None
            if kind == "string":
                value = _unescape(source, start, text)
            elif kind == "number":
                value = _number(text)
            elif text == '"':
                raise _error(source, start, "a closing '\"' on the same line", "none")
            elif kind == "other":
                kind = "symbol"
            spaced = not tokens or tokens[-1].end != start
            tokens.append(Token(kind, text, start, position, spaced, value))
    tokens.append(Token("end", "", len(source), len(source), True))
    return tokens


def _error(source: str, offset: int, expected: str, found: str) -> FeelSyntaxError:
    line, column = line_and_column(source, offset)
    return FeelSyntaxError(expected=expected, found=found, line=line, column=column)


def _number(text: str) -> Decimal:
    try:
        return NUMBERS.create_decimal(text)
    except Overflow:
        raise FeelBudgetError(
            f"Expected numbers below 10**6145, but found '{text[:40]}'."
        ) from None


def _unescape(source: str, start: int, text: str) -> str:
    if "\\" not in text:
        return text[1:-1]

    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code is None:
            # An unknown escape stays as it is: "\d" is how patterns are written.
            return _SHORT_ESCAPES.get(match[4], match[0])
        if int(code, 16) > 0x10FFFF:
            raise _error(source, start + match.start(), "a Unicode character", f"'{match[0]}'")
        return chr(int(code, 16))

    value = _ESCAPE.sub(one, text[1:-1])
    # "\uD83D\uDC0E" is one character written in two halves; a lone half is none at all.
    try:
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise _error(source, start, "whole Unicode characters", "half of a pair") from None
