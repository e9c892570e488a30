"""What a person reads when an expression is wrong."""

import pytest

from app.feel import FeelEvaluationError, FeelSyntaxError, compile_expression

SYNTAX = [
    ("1 +", "Expected an expression, but found the end at line 1, column 4."),
    ("(1", "Expected ')', but found the end at line 1, column 3."),
    ("1 1", "Expected an operator or the end of the expression, but found the number '1' at "
     "line 1, column 3."),
    ("a b", "Expected an operator or the end of the expression, but found the name 'b' "
     "(a name with spaces has to be declared) at line 1, column 3."),
    ("if a\nthen b", "Expected 'else', but found the end at line 2, column 7."),
    ('"abc', "Expected a closing '\"' on the same line, but found none at line 1, column 1."),
    ("1 /* x", "Expected '*/' at the end of the comment, but found none at line 1, column 3."),
    ("金额＞100", "Expected an operator or the end of the expression, but found '＞' at "
     "line 1, column 3."),
    ("x instance of text", "Expected a type such as number, string, date or list<number>, "
     "but found the name 'text' at line 1, column 15."),
    ("{a: 1, a: 2}", "Expected a key other than 'a', but found the name 'a' at line 1, column 8."),
    ('@"2024-13-01"', "Expected a date, time, date and time or duration after '@', but found "
     "the string '\"2024-13-01\"' at line 1, column 2."),
    ("f(a: 1, 2)", "Expected the name of a parameter, but found the number '2' at "
     "line 1, column 9."),
    ("", "Expected an expression, but found the end at line 1, column 1."),
    ('"\\uD83D"', "Expected whole Unicode characters, but found half of a pair at "
     "line 1, column 1."),
]  # fmt: skip
STRICT = [
    ("amount > limt", "Expected a variable named 'limt', but found none (did you mean 'limit'?) "
     "in 'limt' at line 1, column 10."),
    ("amount > name", "Expected two values that '>' can compare, but found a number (5) and "
     "a string (Ann) in 'amount > name' at line 1, column 1."),
    ("1 +\n name * 2", "Expected values that '*' can take, but found a string (Ann) and "
     "a number (2) in 'name * 2' at line 2, column 2."),
    ("amount / 0", "Expected a result of '/', but found a number (5) and a number (0) "
     "in 'amount / 0' at line 1, column 1."),
    ("amount = name", "Expected two values of one type to compare, but found a number (5) and "
     "a string (Ann) in 'amount = name' at line 1, column 1."),
    ("true and name", "Expected a boolean for 'and', but found a string (Ann) in 'name' "
     "at line 1, column 10."),
    ("if name then 1 else 2", "Expected a boolean for 'if', but found a string (Ann) in 'name' "
     "at line 1, column 4."),
    ("project.titel", "Expected something with 'titel', but found a context with 'title' "
     "in 'project.titel' at line 1, column 1."),
    ("sum([1, name])", "Expected a list of numbers, but found a string (Ann) "
     "for 'sum' in 'sum([1, name])' at line 1, column 1."),
    ("substring(amount, 1)", "Expected a string as 'string', but found a number (5) "
     "for 'substring' in 'substring(amount, 1)' at line 1, column 1."),
    ("substring(name, 9)", "Expected a start position within the string, but found a string "
     "(Ann), a number (9) for 'substring' in 'substring(name, 9)' at line 1, column 1."),
    ("sum()", "Expected other arguments, but found none for 'sum' in 'sum()' "
     "at line 1, column 1."),
    ("[{a: 1}][b = 1]", "Expected a variable named 'b', but found none in 'b' "
     "at line 1, column 10."),
    ("-name", "Expected a number or a duration after '-', but found a string (Ann) in '-name' "
     "at line 1, column 1."),
    ("name(1)", "Expected a function, but found a string (Ann) in 'name(1)' "
     "at line 1, column 1."),
    ("strange", "Expected a value that FEEL knows, but found a Python bytes in 'strange' "
     "at line 1, column 1."),
    ("[1..name]", "Expected two values that '<=' can compare, but found a number (1) and "
     "a string (Ann) in '[1..name]' at line 1, column 1."),
]  # fmt: skip
VARIABLES = {
    "amount": 5,
    "limit": 3,
    "name": "Ann",
    "nothing": None,
    "project": {"title": "A"},
    "strange": b"",
}


@pytest.mark.parametrize(("source", "sentence"), SYNTAX)
def test_syntax_errors_are_sentences(source: str, sentence: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(source)
    assert str(caught.value) == caught.value.message == sentence


def test_a_syntax_error_carries_its_parts() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("a >\n  )")
    error = caught.value
    assert (error.expected, error.found) == ("an expression", "')'")
    assert (error.line, error.column) == (2, 3)


@pytest.mark.parametrize(("source", "sentence"), STRICT)
def test_strict_evaluation_says_what_is_wrong(source: str, sentence: str) -> None:
    expression = compile_expression(source)
    with pytest.raises(FeelEvaluationError) as caught:
        expression.evaluate_strict(VARIABLES)
    assert str(caught.value) == sentence
    expression.evaluate(VARIABLES)  # then: the lenient one gives a value all the same


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("nothing > 3", None),
        ("nothing = null", True),
        ("nothing + 1", None),
        ("nothing.part", None),
        ("nothing and amount > 3", None),
        ("nothing or amount > 3", True),
        ("sum([1, nothing])", None),
        ("string length(nothing)", None),
        ("amount in (nothing, 5)", True),
        ("false and misspelt", False),
        ('get value(project, "none")', None),
        ('amount in ("a", null, 5)', True),
    ],
)
def test_null_is_a_value_also_when_strict(source: str, expected: object) -> None:
    assert compile_expression(source).evaluate_strict(VARIABLES) == expected
