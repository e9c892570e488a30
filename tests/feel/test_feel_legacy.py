"""Conditions of Camunda 7 become FEEL."""

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.feel import FeelSyntaxError, compile_expression, translate_legacy

CASES = [
    ("${approved == true && amount > 100}", "approved = true and amount > 100"),
    ("#{!ok}", "ok != true"),
    ("${a eq 'x'}", 'a = "x"'),
    ("${a != null}", "a != null"),
    ("${a ne 1 or b le 2 and not c}", "a != 1 or b <= 2 and c != true"),
    ("${(a || b) && c}", "(a or b) and c"),
    ("${ok ? 'yes' : 'no'}", 'if ok then "yes" else "no"'),
    ("${(ok ? 1 : 2) + 1}", "(if ok then 1 else 2) + 1"),
    ("${name.equals('x')}", 'name = "x"'),
    ("${!name.equals('x')}", '(name = "x") != true'),
    ("${empty list}", 'list in (null, "", [], {})'),
    ("${not empty list}", '(list in (null, "", [], {})) != true'),
    ("${list.size() > 2}", "count(list) > 2"),
    ("${name.contains('x')}", 'contains(name, "x")'),
    ("${order.total % 2 == 0}", "modulo(order.total, 2) = 0"),
    ("${list[0]}", "list[1]"),
    ("${map['a b']}", 'get value(map, "a b")'),
    ("${a - (b - c)}", "a - (b - c)"),
    ("${-a * 2}", "-a * 2"),
    ("${name == 'it\\'s \"so\"'}", 'name = "it\'s \\"so\\""'),
    ("${金额 > 100}", "金额 > 100"),
    ("= a > 1", "a > 1"),
    ("amount > 1 && ok", "amount > 1 and ok"),
]
REFUSED = [
    ("${service.run(x)}", "a method that FEEL can say"),
    ("${check(x)}", "no call of a function"),
    ("${a > }", "a value, a name or '\\('"),
    ("${a", "'}' at the end"),
    ("${a; b}", "a JUEL expression that FEEL can say"),
    ("${a = 1}", "a JUEL expression that FEEL can say"),
    ("${a instanceof b}", "an operator or the end"),
    ("${if == 1}", "a name that is no word of FEEL's own"),
    ("${list[i]}", "a string or a whole number"),
    ("${a} and ${b}", "a JUEL expression that FEEL can say"),
    ("${" + "(" * 100 + "}", "levels of nesting"),
    ("", "a value, a name"),
]


@pytest.mark.parametrize(("legacy", "feel"), CASES)
def test_translates(legacy: str, feel: str) -> None:
    assert translate_legacy(legacy) == feel
    compile_expression(feel)


@pytest.mark.parametrize(("legacy", "expected"), REFUSED)
def test_says_what_it_cannot_translate(legacy: str, expected: str) -> None:
    with pytest.raises(FeelSyntaxError, match=expected) as caught:
        translate_legacy(legacy)
    assert caught.value.line == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, True), ("", True), ([], True), ({}, True), ("a", False), ([1], False), (0, False)],
)
def test_empty_means_what_it_meant(value: object, expected: bool) -> None:
    expression = compile_expression(translate_legacy("${empty x}"))
    assert expression.evaluate_strict({"x": value}) is expected


Oracle = Callable[[dict[str, int | bool]], int | bool]
Condition = tuple[str, Oracle]
NUMBERS = st.one_of(
    st.integers(0, 9).map(lambda n: (str(n), lambda _: n)),
    st.sampled_from("abc").map(lambda name: (name, operator.itemgetter(name))),
)
FLAGS = st.sampled_from("pq").map(lambda name: (name, operator.itemgetter(name)))
COMPARED = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "ge": operator.ge,
    ">": operator.gt,
    "le": operator.le,
    "eq": operator.eq,
}


def _binary(words: dict[str, Callable[[int, int], int | bool]], parts: st.SearchStrategy[Condition],
            bracket: str) -> st.SearchStrategy[Condition]:  # fmt: skip
    def joined(word: str, left: Condition, right: Condition) -> Condition:
        text = bracket.format(f"{left[0]} {word} {right[0]}")
        return text, lambda values: words[word](left[1](values), right[1](values))

    return st.builds(joined, st.sampled_from(sorted(words)), parts, parts)


SUMS = _binary({"+": operator.add, "-": operator.sub, "*": operator.mul}, NUMBERS, "({})")
COMPARISONS = _binary(COMPARED, st.one_of(NUMBERS, SUMS), "{}")


def _conditions(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    logic = {"&&": operator.and_, "||": operator.or_, "and": operator.and_, "or": operator.or_}
    return st.one_of(
        _binary(logic, parts, "({})"),
        parts.map(lambda part: (f"!({part[0]})", lambda values: not part[1](values))),
        st.tuples(parts, parts, parts).map(
            lambda three: (
                f"({three[0][0]} ? {three[1][0]} : {three[2][0]})",
                lambda values: three[1][1](values) if three[0][1](values) else three[2][1](values),
            )
        ),
    )


@given(
    st.recursive(st.one_of(FLAGS, COMPARISONS), _conditions, max_leaves=8),
    st.fixed_dictionaries(
        dict.fromkeys("abc", st.integers(0, 9)) | dict.fromkeys("pq", st.booleans())
    ),
)
def test_means_what_the_condition_meant(
    condition: Condition, values: dict[str, int | bool]
) -> None:
    text, oracle = condition
    translated = translate_legacy(f"${{{text}}}")
    assert compile_expression(translated).evaluate_strict(values) is oracle(values)


#: Without brackets, precedence decides: (text, the same in Python).
UNBRACKETED = [
    ("a + b * c == a", "a + b * c == a"),
    ("!p || q", "(not p) or q"),
    ("p || q && !p", "p or (q and not p)"),
    ("a - b - c < 0", "(a - b) - c < 0"),
    ("p == q || a < b", "(p == q) or (a < b)"),
    ("a < b == p", "(a < b) == p"),
    ("p ? q : !q", "q if p else (not q)"),
]


@pytest.mark.parametrize(("text", "python"), UNBRACKETED)
def test_precedence_is_kept(text: str, python: str) -> None:
    expression = compile_expression(translate_legacy(f"${{{text}}}"))
    for bits in range(32):
        values = {"a": bits & 1, "b": bits >> 1 & 1, "c": bits >> 2 & 1}
        flags = {"p": bool(bits & 8), "q": bool(bits & 16)}
        expected = eval(python, {}, values | flags)  # noqa: S307  # the table above
        assert expression.evaluate_strict(values | flags) is expected, values | flags


@given(st.text(max_size=40))
def test_any_text_is_translated_or_refused(text: str) -> None:
    try:
        translated = translate_legacy(f"${{{text}}}")
    except FeelSyntaxError:
        return
    compile_expression(translated)
