"""Decision tables: every hit policy, defaults, allowed values, several outputs, bad cells."""

from decimal import Decimal

import pytest

from app.dmn import DecisionError, DecisionModelError, evaluate, evaluate_strict, parse_decisions
from app.feel import Budget
from tests.dmn.models import decision, definitions, input_data, problems_of, table, value_of

#: Overlapping on purpose: 5 matches the first and second rule, 15 the second and third.
OVERLAPPING = ("< 10 | 1", "[5..20] | 2", "> 12 | 3")


@pytest.mark.parametrize(
    ("policy", "number", "expected"),
    [
        ("UNIQUE", 1, 1),
        ("UNIQUE", 5, None),
        ("ANY", 1, 1),
        ("ANY", 5, None),
        ("FIRST", 15, 2),
        ("RULE ORDER", 15, [2, 3]),
        ("COLLECT", 5, [1, 2]),
        ("COLLECT/SUM", 15, 5),
        ("COLLECT/MIN", 15, 2),
        ("COLLECT/MAX", 15, 3),
        ("COLLECT/COUNT", 15, 2),
    ],
)
def test_each_hit_policy(policy: str, number: int, expected: object) -> None:
    logic = table(policy, "n", *OVERLAPPING)
    assert value_of(logic, {"n": number}) == expected


@pytest.mark.parametrize(("policy", "expected"), [("PRIORITY", 3), ("OUTPUT ORDER", [3, 2])])
def test_policies_by_the_order_of_output_values(policy: str, expected: object) -> None:
    logic = table(policy, "n", *OVERLAPPING, values={"": "3, 2, 1"})
    assert value_of(logic, {"n": 15}) == expected


def test_priority_goes_by_the_first_output_then_by_the_second() -> None:
    values = {"level": '"high", "low"', "days": "3, 2, 1"}
    rows = ('- | "low" | 3', '- | "high" | 1', '- | "high" | 2')
    logic = table("PRIORITY", "n", *rows, outputs="level | days", values=values)
    assert value_of(logic, {"n": 0}) == {"level": "high", "days": Decimal(2)}


def test_an_output_beside_its_list_of_values_has_no_priority() -> None:
    logic = table("PRIORITY", "n", "- | 9", "- | 1", values={"": "1, 2"})
    model = parse_decisions(definitions(decision("d", logic)))
    assert problems_of(model, "d", {"n": 0}) == [
        "table: Expected a result among the output values, found a number (9)."
    ]


@pytest.mark.parametrize(
    ("policy", "nothing"),
    [
        ("UNIQUE", None),
        ("ANY", None),
        ("PRIORITY", None),
        ("FIRST", None),
        ("RULE ORDER", []),
        ("OUTPUT ORDER", []),
        ("COLLECT", []),
        ("COLLECT/SUM", None),
        ("COLLECT/MIN", None),
        ("COLLECT/MAX", None),
        ("COLLECT/COUNT", 0),
    ],
)
def test_no_rule_matches(policy: str, nothing: object) -> None:
    assert value_of(table(policy, "n", "> 1 | 7"), {"n": 0}) == nothing
    assert value_of(table(policy, "n", "> 1 | 7", defaults={"": "n - 1"}), {"n": 0}) == -1


def test_any_is_content_with_rules_that_say_the_same() -> None:
    assert value_of(table("ANY", "n", "< 10 | 1", "< 5 | 1.0"), {"n": 1}) == 1


def test_several_outputs_make_a_context() -> None:
    rows = ('"low" | "pass" | 1', '"high" | "refuse" | 2')
    logic = table("UNIQUE", "risk", *rows, outputs="routing | stage")
    assert value_of(logic, {"risk": "high"}) == {"routing": "refuse", "stage": Decimal(2)}


def test_a_default_of_one_of_several_outputs() -> None:
    logic = table("FIRST", "n", "1 | 1 | 1", outputs="a | b", defaults={"b": "0"})
    assert value_of(logic, {"n": 2}) == {"a": None, "b": Decimal(0)}


def test_rules_match_by_every_cell() -> None:
    rows = ("< 10 | - | 1", ">= 10 | true | 2", ">= 10 | not(true) | 3")
    logic = table("UNIQUE", "n | member", *rows)
    found = [
        value_of(logic, {"n": n, "member": member})
        for n, member in [(1, None), (10, True), (10, False)]
    ]
    assert found == [1, 2, 3]


@pytest.mark.parametrize(
    ("cell", "value", "passes"),
    [
        ("-", None, True),
        ("", 7, True),
        ("null", None, True),
        ("null", 0, False),
        ("< 5", None, False),
        ("< limit", 4, True),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "b", False),
        ('not("a", "b")', "c", True),
        ("[1..3), > 7", 3, False),
        ("[1..3), > 7", 8, True),
        ("? > 3 and ? < limit", 4, True),
        ("list contains(?, 2)", [1, 2], True),
        ("[1, 2]", 2, True),
        ("[1, 2]", [1, 2], True),
        ('starts with(?, "预算")', "预算绩效", True),
        ("limit - 1", 4, True),
    ],
)
def test_cells(cell: str, value: object, passes: bool) -> None:
    logic = table("FIRST", "v", f"{cell} | true", defaults={"": "false"})
    assert value_of(logic, {"v": value, "limit": 5}) is passes


def test_an_input_outside_the_allowed_values_is_a_problem() -> None:
    logic = table("UNIQUE", "n", "- | 1", allowed={"n": "[0..100]"})
    model = parse_decisions(definitions(decision("d", logic)))
    assert evaluate(model, "d", {"n": 100}).value == 1
    result = evaluate(model, "d", {"n": 101})
    assert result.value is None
    assert [str(each) for each in result.problems] == [
        "in_n: Expected an input among the allowed values, found a number (101)."
    ]


def test_violations_name_the_rules_and_are_errors_when_asked_strictly() -> None:
    model = parse_decisions(definitions(decision("d", table("UNIQUE", "n", *OVERLAPPING))))
    sentence = "Expected at most one rule to match, found 2: rule1, rule2."
    assert problems_of(model, "d", {"n": 5}) == [f"table: {sentence}"]
    with pytest.raises(DecisionError) as caught:
        evaluate_strict(model, "d", {"n": 5})
    assert (caught.value.element_id, str(caught.value)) == ("table", sentence)


def test_only_the_rules_that_match_are_evaluated() -> None:
    model = parse_decisions(definitions(decision("d", table("FIRST", "n", "1 | 1", "- | n / 0"))))
    assert evaluate_strict(model, "d", {"n": 1}) == 1


def test_results_conform_to_the_type_of_their_output() -> None:
    logic = table("FIRST", "n", '1 | "one"', "2 | 2").replace(
        "<output>", '<output typeRef="number">'
    )
    model = parse_decisions(definitions(decision("d", logic)))
    assert (evaluate(model, "d", {"n": 1}).value, evaluate(model, "d", {"n": 2}).value) == (None, 2)
    assert problems_of(model, "d", {"n": 1}) == [
        "rule1: Expected a value of the type “number”, found a string (one)."
    ]


def test_inputs_are_converted_to_the_type_of_their_column() -> None:
    logic = table("FIRST", "n", "> 1 | true")
    logic = logic.replace("<inputExpression>", '<inputExpression typeRef="number">')
    assert value_of(logic, {"n": [2]}) is True
    assert value_of(logic, {"n": "2"}) is None


@pytest.mark.parametrize(
    ("logic", "problem"),
    [
        (
            table("UNIQUE", "n", "< | 1"),
            "rule1: Expected an expression that can be read: Expected an expression, but found the"
            " end at line 1, column 2.",
        ),
        (
            table("UNIQUE", "n", "1 | 2 +"),
            "rule1: Expected an expression that can be read: Expected an expression, but found the"
            " end at line 1, column 4.",
        ),
        (table("BEST", "n", "1 | 2"), "table: Expected a hit policy of DMN, found “BEST”."),
        (
            table("COLLECT/MEAN", "n", "1 | 2"),
            "table: Expected a hit policy of DMN, found “COLLECT MEAN”.",
        ),
        (table("UNIQUE", "n", "1"), "rule1: Expected 2 cells in the row, found 1."),
        (
            table("COLLECT/SUM", "n", "1 | 2 | 3", outputs="a | b"),
            "table: Expected one output to aggregate, found 2.",
        ),
        (
            table("UNIQUE", "n", "1 | 2").replace("<text>n</text>", ""),
            "in_n: Expected an input expression in the column, found none.",
        ),
        (
            table("UNIQUE", "n", "1 | 2").replace("<output></output>", ""),
            "table: Expected a table with an output, found none.",
        ),
        (
            table("UNIQUE", "n", "1 | 2").replace(
                "<inputEntry>", '<inputEntry id="cell" expressionLanguage="juel">'
            ),
            "cell: Expected an expression in FEEL, found the language “juel”.",
        ),
    ],
)
def test_refused_tables(logic: str, problem: str) -> None:
    with pytest.raises(DecisionModelError) as caught:
        parse_decisions(definitions(decision("d", logic)))
    assert [str(each) for each in caught.value.problems] == [problem]


def test_a_table_of_a_hundred_rules_is_cheap() -> None:
    rows = [f"[{n * 10}..{n * 10 + 9}] | - | {n}" for n in range(100)]
    model = parse_decisions(definitions(decision("d", table("UNIQUE", "n | kind", *rows))))
    budget = Budget(max_steps=1_500)
    assert evaluate(model, "d", {"n": 995, "kind": "a"}, budget).value == 99


def test_a_draft_with_a_broken_cell_is_opened_and_its_rule_never_matches() -> None:
    model = parse_decisions(
        definitions(decision("d", table("FIRST", "n", "< | 1", "- | 2"))), draft=True
    )
    result = evaluate(model, "d", {"n": 1})
    assert result.value == 2
    assert len(model.problems) == len(result.problems) == 1


def test_a_table_reads_input_data_by_names_with_spaces() -> None:
    logic = table("UNIQUE", "applicant age", "< 18 | false", ">= 18 | true")
    model = parse_decisions(
        definitions(
            input_data("applicant age", "number"), decision("d", logic, needs="i:applicant_age")
        )
    )
    assert evaluate(model, "d", {"applicant age": 30}).value is True
