"""Names, paths, and what an expression says that it reads."""

import pytest

from app.feel import FeelSyntaxError, compile_expression

DECLARED = [
    ("monthly salary * 12", {"monthly salary": 2}, 24),
    ("monthly   salary * 12", {"monthly salary": 2}, 24),
    ("total cost 2024 + 1", {"total cost": 1, "total cost 2024": 5}, 6),
    ("total cost 2024 + 1", {"total cost 2024": 5, "total cost": 1}, 6),
    ("a-b", {"a-b": 7, "a": 1, "b": 1}, 7),
    ("a - b", {"a-b": 7, "a": 1, "b": 1}, 0),
    ("Applicant's age + 1", {"Applicant's age": 17}, 18),
    ("预算(万元) > 3", {"预算(万元)": 4}, True),
    ("预算（万元） > 3", {"预算（万元）": 4}, True),
    ("terms and conditions = 1 and x", {"terms and conditions": 1, "x": True}, True),
    ("if ready then 1 else 2", {"ready": True, "if ready": 5}, None),
    ("project.full name", {"project": {"full name": "A"}, "full name": 1}, "A"),
    ("for my item in list of all return my item + 1", {"list of all": [1]}, [2]),
    ("orders[unit price > 3].id", {"orders": [{"unit price": 4, "id": 9}], "unit price": 0}, [9]),
]


@pytest.mark.parametrize(("source", "variables", "expected"), DECLARED)
def test_declared_names_may_hold_spaces_and_signs(
    source: str, variables: dict[str, object], expected: object
) -> None:
    if expected is None:
        with pytest.raises(FeelSyntaxError):
            compile_expression(source, variables)
    else:
        assert compile_expression(source, variables).evaluate_strict(variables) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("预算金额 > 100 and not(已退回)", True),
        ("项目.名称", "大桥"),
        ("_x1", 1),
        ("count + 1", 3),
        ("count([1, 2])", 2),
        ("{full name: 1, twice: full name * 2}.twice", 2),
        ('{"a b": 1}.a b', 1),
        ("{a: 1, b: a + 1, c: b + 1}.c", 3),
        ("{a: {b: {c: 5}}}.a.b.c", 5),
        ("[{a: 1}, {a: 2}].a", [1, 2]),
        ("项目.none", None),
        ("null.a", None),
        ("预算金额.a", None),
    ],
)
def test_names_and_paths(source: str, expected: object) -> None:
    variables = {"预算金额": 200, "已退回": False, "项目": {"名称": "大桥"}, "_x1": 1, "count": 2}
    assert compile_expression(source).evaluate(variables) == expected


@pytest.mark.parametrize(
    ("source", "reads", "may_read"),
    [
        ("a + b.c", {"a", "b"}, set()),
        ("count(items) > limit", {"items", "limit"}, set()),
        ("for x in xs return x + y", {"xs", "y"}, set()),
        ("some x in xs satisfies x > partial", {"xs"}, set()),
        ("{a: 1, b: a + c}", {"c"}, set()),
        ("function(x) x + y", {"y"}, set()),
        ("orders[amount > limit]", {"orders"}, {"amount", "limit"}),
        ("orders[item.amount > 1]", {"orders"}, set()),
        ('now() > @"2024-01-01T00:00:00"', set(), set()),
        ("x in (? > y)", {"x", "y"}, set()),
    ],
)
def test_reads_are_the_outermost_variables(
    source: str, reads: set[str], may_read: set[str]
) -> None:
    expression = compile_expression(source)
    assert (expression.reads, expression.may_read) == (reads, may_read)


def test_a_declared_name_in_a_filter_is_read_for_certain() -> None:
    expression = compile_expression("orders[amount > limit]", ["orders", "limit"])
    assert expression.reads == {"orders", "limit"}
    assert expression.evaluate({"orders": [{"amount": 3}], "limit": 2}) == [{"amount": 3}]


@pytest.mark.parametrize(
    "source",
    [
        "a.__class__",
        "a.__class__.__mro__",
        "__import__",
        "__import__('os')",
        "a.keys",
        "d.now",
        "d.__init__.__globals__",
        "a.__len__()",
        "getattr(a, 1)",
        "f.implementation",
        "abs.name",
    ],
)
def test_nothing_of_python_is_in_reach(source: str) -> None:
    try:
        expression = compile_expression(source)
    except FeelSyntaxError:
        return
    variables = {"a": {"k": 1}, "d": __import__("datetime").date(2024, 1, 1)}
    assert expression.evaluate(variables) is None
