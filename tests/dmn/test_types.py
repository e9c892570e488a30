"""Item definitions: what conforms, what is converted, what becomes null."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.dmn import evaluate, evaluate_strict, parse_decisions
from app.dmn.errors import DecisionError
from app.feel import Value
from tests.dmn.models import decision, definitions, input_data, literal, problems_of

TYPES = """
<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>
<itemDefinition name="tTexts" isCollection="true"><typeRef>string</typeRef></itemDefinition>
<itemDefinition name="tPerson">
  <itemComponent name="full name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="age"><typeRef>number</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="tPeople" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>
<itemDefinition name="tGrade"><typeRef>string</typeRef>
  <allowedValues><text>"A", "B"</text></allowedValues></itemDefinition>
<itemDefinition name="tGrades" isCollection="true"><typeRef>string</typeRef>
  <allowedValues><text>"A", "B"</text></allowedValues></itemDefinition>
<itemDefinition name="tFew" isCollection="true"><typeRef>number</typeRef>
  <typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>
<itemDefinition name="tTree">
  <itemComponent name="value"><typeRef>number</typeRef></itemComponent>
  <itemComponent name="children" isCollection="true"><typeRef>tTree</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="tNested">
  <itemComponent name="inner">
    <itemComponent name="x"><typeRef>number</typeRef></itemComponent>
  </itemComponent>
</itemDefinition>
<itemDefinition name="tMaker"><functionItem outputTypeRef="string"/></itemDefinition>
"""


def typed(text: str, type_ref: str) -> Value:
    model = parse_decisions(definitions(TYPES, decision("d", literal(text), type_ref=type_ref)))
    return evaluate(model, "d", {}).value


@pytest.mark.parametrize(
    ("text", "type_ref", "expected"),
    [
        ("1 + 1", "string", None),
        ("1 + 1", "number", Decimal(2)),
        ("1", "feel:number", Decimal(1)),
        ("1", "integer", Decimal(1)),
        ("1", "Any", Decimal(1)),
        ("[1, 2]", "tNumbers", [Decimal(1), Decimal(2)]),
        ('[1, "a"]', "tNumbers", None),
        ("[1, null]", "tNumbers", [Decimal(1), None]),
        ("1", "tNumbers", [Decimal(1)]),
        ('"a"', "tNumbers", None),
        ('["a"]', "string", "a"),
        ("[1]", "string", None),
        ("null", "tNumbers", None),
        ("[]", "tNumbers", []),
        ("[]", "number", None),
        ('{full name: "a", age: 1, more: 2}.age', "number", Decimal(1)),
        ('{full name: "a"}', "tPerson", None),
        ('{full name: "a", age: "1"}', "tPerson", None),
        ('[{full name: "a", age: null}]', "tPerson", {"full name": "a", "age": None}),
        ('{full name: "a", age: 1}', "tPeople", [{"full name": "a", "age": Decimal(1)}]),
        ('"A"', "tGrade", "A"),
        ('"C"', "tGrade", None),
        ('["A", "B"]', "tGrades", ["A", "B"]),
        ('["A", "C"]', "tGrades", None),
        ("[1, 2]", "tFew", [Decimal(1), Decimal(2)]),
        ("[1, 2, 3]", "tFew", None),
        ("{value: 1, children: []}", "tTree", {"value": Decimal(1), "children": []}),
        ("{value: 1, children: [{value: 2}]}", "tTree", None),
        ("{inner: {x: 1}}", "tNested", {"inner": {"x": Decimal(1)}}),
        ("{inner: {x: true}}", "tNested", None),
        ('date("2026-01-31")', "date and time", datetime(2026, 1, 31, tzinfo=UTC)),
        ('date("2026-01-31")', "date", date(2026, 1, 31)),
    ],
)
def test_results_conform_to_their_type(text: str, type_ref: str, expected: Value) -> None:
    assert typed(text, type_ref) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{full name: "a", age: 1} instance of tPerson', True),
        ('{full name: "a"} instance of tPerson', False),
        ("[1] instance of tNumbers", True),
        ("1 instance of tNumbers", False),
        # Allowed values do not count (as in the conformance kit).
        ('"C" instance of tGrade', True),
        ('[{full name: "a", age: 1}] instance of list<tPerson>', True),
        ("{value: 1, children: [{value: 2, children: []}]} instance of tTree", True),
        ('(function(x: tPerson) x.age)({full name: "a", age: 7}) = 7', True),
    ],
)
def test_expressions_know_the_types_of_the_model(text: str, expected: bool) -> None:
    assert typed(text, "") is expected


def test_components_with_spaces_are_read_by_paths_and_filters() -> None:
    people = [{"full name": "Li", "age": 40}, {"full name": "Wu", "age": 30}]
    model = parse_decisions(
        definitions(
            TYPES,
            input_data("people", "tPeople"),
            decision("names", literal("people.full name"), needs="i:people"),
            decision("found", literal('people[full name = "Wu"].age'), needs="i:people"),
        )
    )
    assert evaluate(model, "names", {"people": people}).value == ["Li", "Wu"]
    assert evaluate(model, "found", {"people": people}).value == [30]


def test_an_input_of_a_wrong_type_is_null_or_an_error() -> None:
    model = parse_decisions(
        definitions(TYPES, input_data("g", "tGrade"), decision("d", literal("g"), needs="i:g"))
    )
    assert evaluate(model, "d", {"g": "B"}).value == "B"
    assert evaluate(model, "d", {"g": "C"}).value is None
    sentence = "Expected a value of the type “tGrade”, found a string (C)."
    assert problems_of(model, "d", {"g": "C"}) == [f"g: {sentence}"]
    with pytest.raises(DecisionError, match="of the type “tGrade”"):
        evaluate_strict(model, "d", {"g": "C"})


def test_a_missing_input_and_one_that_feel_does_not_know() -> None:
    model = parse_decisions(
        definitions(input_data("g"), decision("d", literal("g = null"), needs="i:g"))
    )
    assert evaluate(model, "d", {}).value is True
    assert problems_of(model, "d", {}) == ["g: Expected the input “g”, found none."]
    assert problems_of(model, "d", {"g": object()}) == [
        "g: Expected a value that FEEL knows, but found a Python object"
    ]
    assert problems_of(model, "d", {"g": None}) == []


def test_a_maker_of_texts_gives_texts() -> None:
    written = (
        '<businessKnowledgeModel id="f" name="f"><variable name="f" typeRef="tMaker"/>'
        f"<encapsulatedLogic>{literal('1')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    model = parse_decisions(definitions(TYPES, written, decision("d", literal("f()"), needs="k:f")))
    assert evaluate(model, "d", {}).value is None
