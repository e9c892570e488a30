"""String functions (DMN 1.5, 10.3.4.3). Patterns run through RE2, in linear time."""

import re
from decimal import Decimal

from app.feel.builtins_conversion import whole
from app.feel.functions import Refusal, builtin
from app.feel.patterns import compile_pattern
from app.feel.run import Run
from app.feel.values import NoResult, Value, describe

_DIGITS = re.compile("[0-9]{1,9}")


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
    return compile_pattern(pattern, flags or "").search(text) is not None


@builtin(
    "replace",
    "input: string, pattern: string, replacement: string, flags?: string|null",
    run=True,
)
def _replace(
    run: Run, text: str, pattern: str, replacement: str, flags: str | None = None
) -> Value:
    r"""Groups are `$1`, `$2` …, `$0` is the whole match, `\$` a dollar (XPath fn:replace)."""
    run.charge(len(text) + len(pattern))
    compiled = compile_pattern(pattern, flags or "")
    if compiled.search("") is not None:
        raise NoResult("a pattern that does not match nothing at all")
    literal = "q" in (flags or "")
    template = [replacement] if literal else _template(replacement, compiled.groups)
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
    for match in compile_pattern(delimiter, "").finditer(text):
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


def _template(replacement: str, groups: int) -> list[str | int]:
    """The replacement as literal texts and numbers of groups; `$12` may be group 1 and a 2."""
    template: list[str | int] = []
    position = 0
    while position < len(replacement):
        character, following = replacement[position], replacement[position + 1 : position + 2]
        if character == "$":
            digits = _DIGITS.match(replacement, position + 1)
            if digits is None:
                raise NoResult("a group number after '$'")
            number = digits[0]
            while len(number) > 1 and int(number) > groups:
                number = number[:-1]
            template.append(int(number))
            position += len(number)
        elif character == "\\":
            if following not in ("$", "\\") or not following:
                raise NoResult("'$' or '\\' after '\\'")
            template.append(following)
            position += 1
        else:
            template.append(character)
        position += 1
    return template
