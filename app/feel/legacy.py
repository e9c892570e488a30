"""`${…}` conditions of Camunda 7 (JUEL) as FEEL source."""

import re
from dataclasses import dataclass

from app.feel.errors import FeelSyntaxError, line_and_column
from app.feel.lexer import NAME
from app.feel.reader import KEYWORDS

_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>{NAME})
  | (?P<symbol>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "gt": ">",
    "le": "<=",
    "ge": ">=",
    "and": "&&",
    "or": "||",
    "not": "!",
    "div": "/",
    "mod": "%",
}
#: What expressions of Camunda 7 call the instance and the task that they belong to.
_CONTEXTS = ("execution", "task", "variableScope")
_COMPARISONS = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CONDITION, _OR, _AND, _COMPARISON, _SUM, _PRODUCT, _UNARY, _WHOLE = range(8)
_LEVELS = (
    {"||": _OR, "&&": _AND, "+": _SUM, "-": _SUM}
    | dict.fromkeys(("*", "/", "%"), _PRODUCT)
    | dict.fromkeys(_COMPARISONS, _COMPARISON)
)
#: Methods by name and number of arguments: how FEEL says it, and how tightly that binds.
_METHODS = {
    ("equals", 1): ("{} = {}", _COMPARISON),
    ("isEmpty", 0): ('{} in ("", [], {{}})', _COMPARISON),
    ("equalsIgnoreCase", 1): ("lower case({}) = lower case({})", _COMPARISON),
    ("contains", 1): ("contains({}, {})", _WHOLE),
    ("startsWith", 1): ("starts with({}, {})", _WHOLE),
    ("endsWith", 1): ("ends with({}, {})", _WHOLE),
    ("length", 0): ("string length({})", _WHOLE),
    ("size", 0): ("count({})", _WHOLE),
    ("toString", 0): ("string({})", _WHOLE),
    ("toUpperCase", 0): ("upper case({})", _WHOLE),
    ("toLowerCase", 0): ("lower case({})", _WHOLE),
}
_MAX_LENGTH, _MAX_DEPTH, _MAX_PARTS = 20_000, 50, 50
_MARK = re.compile(r"[$#]\{")
_EMBEDDED = re.compile(
    r"""[$#]\{ (?: [^}"'] | "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' )*+ \}""",
    re.VERBOSE | re.DOTALL,
)


def translate_legacy(source: str) -> str:
    """FEEL source that means the same as a `${…}`, `#{…}` or `=…` expression.

    Text that carries none of these marks is taken for a JUEL expression without its
    braces. Raises `FeelSyntaxError` with a sentence on what has no counterpart.
    """
    text, offset = source.strip(), len(source) - len(source.lstrip())
    if text.startswith("="):
        return text[1:].strip()  # Camunda 8 and feel-scala: already FEEL
    if text[:2] in ("${", "#{"):
        if not text.endswith("}"):
            raise _error(source, offset, "'}' at the end", "none")
        text, offset = text[2:-1], offset + 2
    if len(text) > _MAX_LENGTH:
        raise _error(source, offset, f"at most {_MAX_LENGTH} characters", str(len(text)))
    return _Translator(source, _tokens(source, text, offset)).translate()


def translate_template(source: str) -> str:
    """FEEL source of a text with `${…}` or `#{…}` in it, such as `PT${hours}H`: it gives a text.

    One expression alone keeps its own type. A part that is null makes the whole null.
    """
    parts: list[str] = []
    end = 0
    text = source.strip()
    while mark := _MARK.search(text, end):
        match = _EMBEDDED.match(text, mark.start())
        if match is None:
            raise _error(source, mark.start(), "'}' at the end", "none")
        if match.group() == text:
            return translate_legacy(text)
        if len(parts) > _MAX_PARTS:
            raise _error(source, mark.start(), f"at most {_MAX_PARTS} parts", "more")
        if mark.start() > end:
            parts.append(_literal(text[end : mark.start()]))
        parts.append(f"string({translate_legacy(match.group())})")
        end = match.end()
    return " + ".join([*parts, _literal(text[end:])] if text[end:] else parts)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class _Feel:
    """FEEL text and how tightly its outermost operator binds."""

    text: str
    level: int

    def at(self, level: int) -> str:
        return self.text if self.level >= level else f"({self.text})"


def _error(source: str, offset: int, expected: str, found: str) -> FeelSyntaxError:
    line, column = line_and_column(source, offset)
    return FeelSyntaxError(expected=expected, found=found, line=line, column=column)


def _tokens(source: str, text: str, offset: int) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        kind, start = match.lastgroup or "", offset + match.start()
        if kind == "other":
            raise _error(source, start, "a JUEL expression that FEEL can say", f"'{match[0]}'")
        if kind != "space":
            word = _WORDS.get(match[0]) if kind == "name" else None
            tokens.append(_Token("symbol" if word else kind, word or match[0], start))
    return [*tokens, _Token("end", "", offset + len(text))]


class _Translator:
    def __init__(self, source: str, tokens: list[_Token]) -> None:
        self._source = source
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def translate(self) -> str:
        translated = self._expression()
        if self._token.kind != "end":
            raise self._error("an operator or the end of the expression")
        return translated.text

    @property
    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _accept(self, *texts: str) -> str:
        token = self._token
        if token.kind == "symbol" and token.text in texts:
            self._at += 1
            return token.text
        return ""

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._error(f"'{text}'")

    def _error(self, expected: str) -> FeelSyntaxError:
        token = self._token
        found = "the end" if token.kind == "end" else f"the {token.kind} '{token.text[:40]}'"
        return _error(self._source, token.start, expected, found)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._error(f"at most {_MAX_DEPTH} levels of nesting")

    def _expression(self) -> _Feel:
        self._deeper()
        condition = self._binary(_OR)
        if self._accept("?"):
            then = self._expression()
            self._expect(":")
            otherwise = self._expression()
            text = f"if {condition.text} then {then.text} else {otherwise.text}"
            condition = _Feel(text, _CONDITION)
        self._depth -= 1
        return condition

    def _binary(self, level: int) -> _Feel:
        left = self._unary()
        while (binding := self._binding()) >= level:
            operator = self._token.text
            self._at += 1
            right = self._binary(binding + 1)
            left = _join(operator, binding, left, right)
        return left

    def _binding(self) -> int:
        token = self._token
        return _LEVELS.get(token.text, -1) if token.kind == "symbol" else -1

    def _unary(self) -> _Feel:
        self._deeper()
        if self._accept("!"):
            # JUEL takes null for false, so that its opposite is true; FEEL's `not` keeps null.
            result = _Feel(f"{self._unary().at(_SUM)} != true", _COMPARISON)
        elif self._accept("-"):
            result = _Feel(f"-{self._unary().at(_WHOLE)}", _UNARY)
        elif self._token.kind == "name" and self._token.text == "empty":
            self._at += 1
            result = _Feel(f'{self._unary().at(_SUM)} in (null, "", [], {{}})', _COMPARISON)
        else:
            result = self._postfix(self._primary())
        self._depth -= 1
        return result

    def _primary(self) -> _Feel:
        token = self._token
        self._at += 1
        if token.kind == "number":
            return _Feel(token.text, _WHOLE)
        if token.kind == "string":
            return _Feel(_quote(token.text), _WHOLE)
        if token.kind == "name":
            if token.text in ("true", "false", "null"):
                return _Feel(token.text, _WHOLE)
            if token.text in KEYWORDS or token.text in ("instanceof", "item", "partial"):
                self._at -= 1
                raise self._error("a name that is no word of FEEL's own")
            return _Feel(token.text, _WHOLE)
        if token.kind == "symbol" and token.text == "(":
            inner = self._expression()
            self._expect(")")
            return _Feel(f"({inner.text})", _WHOLE) if inner.level < _WHOLE else inner
        self._at -= 1
        raise self._error("a value, a name or '('")

    def _postfix(self, base: _Feel) -> _Feel:
        while True:
            if self._accept("."):
                base = self._member(base)
            elif self._accept("["):
                base = self._index(base)
            elif self._token.text == "(":
                raise self._error("no call of a function: name the value as a variable instead")
            else:
                return base

    def _member(self, base: _Feel) -> _Feel:
        token = self._token
        if token.kind != "name":
            raise self._error("a name after '.'")
        self._at += 1
        if not self._accept("("):
            return _Feel(f"{base.text}.{token.text}", _WHOLE)
        arguments: list[_Feel] = []
        while not self._accept(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._expression())
        if base.text in _CONTEXTS and token.text in ("getVariable", "hasVariable"):
            if len(arguments) == 1:
                return self._variable(token, arguments[0].text)
        elif (token.text, len(arguments)) in _METHODS:
            pattern, level = _METHODS[token.text, len(arguments)]
            wanted = _SUM if level == _COMPARISON else _CONDITION
            return _Feel(pattern.format(base.at(wanted), *(a.at(wanted) for a in arguments)), level)
        raise _error(
            self._source,
            token.start,
            "a method that FEEL can say, such as equals, contains or isEmpty",
            f"'{token.text}' with {len(arguments)} arguments",
        )

    def _variable(self, token: _Token, quoted: str) -> _Feel:
        name = quoted[1:-1]
        if not re.fullmatch(NAME, name) or name in KEYWORDS or name in _WORDS:
            raise _error(self._source, token.start, "the name of one variable", quoted)
        if token.text == "getVariable":
            return _Feel(name, _WHOLE)
        return _Feel(f"{name} != null", _COMPARISON)

    def _index(self, base: _Feel) -> _Feel:
        token = self._token
        self._at += 1
        if token.kind == "string":
            translated = _Feel(f"get value({base.text}, {_quote(token.text)})", _WHOLE)
        elif token.kind == "number" and token.text.isdecimal():
            # JUEL counts from 0, FEEL from 1.
            translated = _Feel(f"{base.text}[{int(token.text) + 1}]", _WHOLE)
        else:
            self._at -= 1
            raise self._error("a string or a whole number in '[]'")
        self._expect("]")
        return translated


def _join(operator: str, level: int, left: _Feel, right: _Feel) -> _Feel:
    if operator in ("&&", "||"):
        word = "and" if operator == "&&" else "or"
        return _Feel(f"{left.at(level)} {word} {right.at(level)}", level)
    if operator == "%":
        return _Feel(f"modulo({left.text}, {right.text})", _WHOLE)
    if operator in _COMPARISONS:
        # FEEL's own comparisons chain like JUEL's, but a reader is better off with brackets.
        return _Feel(f"{left.at(_SUM)} {_COMPARISONS[operator]} {right.at(_SUM)}", _COMPARISON)
    return _Feel(f"{left.at(level)} {operator} {right.at(level + 1)}", level)


def _quote(literal: str) -> str:
    """A JUEL string literal as one of FEEL; JUEL knows only escaped quotes and backslashes."""
    return _literal(re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL))


def _literal(value: str) -> str:
    """A text as a FEEL string literal."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    for character, escape in (("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        escaped = escaped.replace(character, escape)
    return f'"{escaped}"'
