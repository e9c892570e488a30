"""String functions (DMN 1.5, 10.3.4.3). Patterns run through RE2, in linear time."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

import re2

from app.feel.builtins_conversion import whole
from app.feel.functions import Refusal, builtin
from app.feel.run import Run
from app.feel.values import NoResult, Value, describe

_PATTERN_MEMORY = 1 << 20


@builtin("substring", "string: string, start position: number, length?: number")
def _substring(text: str, start: Decimal, length: Decimal | None = None) -> Value:
    first = whole(start)
    if first == 0 or abs(first) > len(text):
        raise NoResult("a start position within the string")
    begin = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[begin:]
    if length < 1:
        raise NoResult("a length of at least 1")
    return text[begin : begin + int(length)]


@builtin("string length", "string: string")
def _string_length(text: str) -> Value:
    return Decimal(len(text))


@builtin("upper case", "string: string")
def _upper_case(text: str) -> Value:
    return text.upper()


@builtin("lower case", "string: string")
def _lower_case(text: str) -> Value:
    return text.lower()


@builtin("substring before", "string: string, match: string")
def _substring_before(text: str, match: str) -> Value:
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def _substring_after(text: str, match: str) -> Value:
    return text.partition(match)[2] if match else text


@builtin("contains", "string: string, match: string")
def _contains(text: str, match: str) -> Value:
    return match in text


@builtin("starts with", "string: string, match: string")
def _starts_with(text: str, match: str) -> Value:
    return text.startswith(match)


@builtin("ends with", "string: string, match: string")
def _ends_with(text: str, match: str) -> Value:
    return text.endswith(match)


@builtin("matches", "input: string, pattern: string, flags?: string|null", run=True)
def _matches(run: Run, text: str, pattern: str, flags: str | None = None) -> Value:
    run.charge(len(text) + len(pattern))
    return _compile(pattern, flags or "").search(text) is not None


@builtin(
    "replace",
    "input: string, pattern: string, replacement: string, flags?: string|null",
    run=True,
)
def _replace(
    run: Run, text: str, pattern: str, replacement: str, flags: str | None = None
) -> Value:
    r"""Groups are `$1` to `$9`, `$0` is the whole match, `\$` a dollar (XPath fn:replace)."""
    run.charge(len(text) + len(pattern))
    compiled = _compile(pattern, flags or "")
    template = [replacement] if "q" in (flags or "") else _template(replacement)
    parts: list[str] = []
    length = position = 0
    for match in compiled.finditer(text):
        parts.append(text[position : match.start()])
        for piece in template:
            group = piece if isinstance(piece, int) else None
            if group is None:
                parts.append(str(piece))
            elif group <= compiled.groups:
                parts.append(match.group(group) or "")
            length += len(parts[-1])
        position = match.end()
        run.charge(1)
        if length > run.budget.max_string_length:
            run.charge_text(length)
    return "".join(parts) + text[position:]


@builtin("split", "string: string, delimiter: string", run=True)
def _split(run: Run, text: str, delimiter: str) -> Value:
    run.charge(len(text) + len(delimiter))
    parts: list[Value] = []
    position = 0
    for match in _compile(delimiter, "").finditer(text):
        if match.end() > match.start():
            parts.append(text[position : match.start()])
            position = match.end()
    return [*parts, text[position:]]


@builtin("string join", "list: list, delimiter?: string|null", run=True)
def _string_join(run: Run, items: list[Value], delimiter: str | None = None) -> Value:
    texts = []
    for item in items:
        if isinstance(item, str):
            texts.append(item)
        elif item is not None:
            raise Refusal(f"Expected a list of strings, but found {describe(item)}")
    between = delimiter or ""
    run.charge_text(sum(map(len, texts)) + len(between) * len(texts))
    return between.join(texts)


@lru_cache(maxsize=256)
def _compile(pattern: str, flags: str) -> Any:
    """A compiled pattern; flags are XPath's `s`, `m`, `i`, `x` and `q`."""
    if not set(flags) <= set("smixq"):
        raise NoResult("the flags s, m, i, x or q")
    options = re2.Options()
    options.max_mem = _PATTERN_MEMORY
    options.log_errors = False
    options.literal = "q" in flags
    if "x" in flags and "q" not in flags:
        pattern = _without_spaces(pattern)
    inline = "".join(flag for flag in "smi" if flag in flags)
    if inline and "q" not in flags:
        pattern = f"(?{inline}){pattern}"
    options.case_sensitive = "i" not in flags
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise NoResult("a pattern that RE2 knows") from None


def _without_spaces(pattern: str) -> str:
    kept, in_class, escaped = [], False, False
    for character in pattern:
        if in_class or escaped or not character.isspace():
            kept.append(character)
        if not escaped and character in "[]":
            in_class = character == "["
        escaped = character == "\\" and not escaped
    return "".join(kept)


def _template(replacement: str) -> list[str | int]:
    """The replacement as literal texts and numbers of groups."""
    template: list[str | int] = []
    position = 0
    while position < len(replacement):
        character, following = replacement[position], replacement[position + 1 : position + 2]
        if character == "$":
            if not following.isdecimal():
                raise NoResult("a group number after '$'")
            template.append(int(following))
            position += 1
        elif character == "\\":
            if following not in ("$", "\\") or not following:
                raise NoResult("'$' or '\\' after '\\'")
            template.append(following)
            position += 1
        else:
            template.append(character)
        position += 1
    return template
