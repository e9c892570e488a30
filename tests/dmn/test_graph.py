"""The requirements graph: scopes, knowledge, services, imports, and what is refused in it."""

from decimal import Decimal

import pytest

from app.dmn import (
    DecisionError,
    DecisionModelError,
    DecisionNotFoundError,
    Limits,
    evaluate,
    evaluate_strict,
    parse_decisions,
)
from app.feel import Budget, FeelBudgetError
from tests.dmn.models import (
    decision,
    definitions,
    input_data,
    knowledge,
    literal,
    problems_of,
)


def service(name: str, outputs: str, inputs: str = "", type_ref: str = "") -> str:
    """A decision service; inputs are `i:id` for data and `d:id` for decisions."""
    drawn = "".join(f'<outputDecision href="#{each}"/>' for each in outputs.split())
    for each in inputs.split():
        kind, _, target = each.partition(":")
        tag = "inputData" if kind == "i" else "inputDecision"
        drawn += f'<{tag} href="#{target}"/>'
    of_type = f' typeRef="{type_ref}"' if type_ref else ""
    variable = f'<variable name="{name}"{of_type}/>'
    return f'<decisionService id="{name}" name="{name}">{variable}{drawn}</decisionService>'


def test_a_decision_sees_what_it_requires() -> None:
    model = parse_decisions(
        definitions(
            input_data("annual income", "number"),
            decision("monthly income", literal("annual income / 12"), needs="i:annual_income"),
            decision("d", literal("monthly income + 1"), needs="d:monthly_income"),
        )
    )
    assert evaluate(model, "d", {"annual income": 24}).value == 3
    assert model.reads("d") == {"annual income"}


def test_a_decision_does_not_see_what_it_does_not_require() -> None:
    model = parse_decisions(
        definitions(
            input_data("a"), decision("b", literal("1")), decision("d", literal("[a, b, c]"))
        )
    )
    assert evaluate(model, "d", {"a": 1, "c": 3}).value == [None, None, Decimal(3)]
    assert model.reads("d") == {"a", "b", "c"}


def test_a_decision_is_found_by_id_and_by_name() -> None:
    model = parse_decisions(definitions(decision("final grade", literal("1"))))
    assert evaluate(model, "final_grade", {}) == evaluate(model, "final grade", {})
    with pytest.raises(DecisionNotFoundError, match="“other” in the model, found: final grade"):
        evaluate(model, "other", {})


def test_each_decision_is_evaluated_once() -> None:
    chain = [decision("d0", literal("1"))]
    chain += [
        decision(f"d{n}", literal(f"d{n - 1} + d{n - 1}"), needs=f"d:d{n - 1} d:d{n - 1}")
        for n in range(1, 60)
    ]
    model = parse_decisions(definitions(*chain))
    assert evaluate(model, "d59", {}, Budget(max_steps=500)).value == 2**59


def test_a_long_chain_needs_no_deep_stack() -> None:
    chain = [decision("d0", literal("1"))]
    chain += [
        decision(f"d{n}", literal(f"d{n - 1} + 1"), needs=f"d:d{n - 1}") for n in range(1, 3000)
    ]
    model = parse_decisions(definitions(*reversed(chain)))
    assert evaluate(model, "d2999", {}).value == 3000


def test_knowledge_calls_other_knowledge_and_itself() -> None:
    model = parse_decisions(
        definitions(
            knowledge("square", "x:number", literal("x * x")),
            knowledge(
                "f", "n", literal("if n = 0 then 0 else square(n) + f(n - 1)"), needs="k:square"
            ),
            decision("d", literal("f(3)"), needs="k:f"),
        )
    )
    assert evaluate(model, "d", {}).value == 14


def test_knowledge_does_not_see_the_callers_names() -> None:
    model = parse_decisions(
        definitions(
            input_data("a"),
            knowledge("f", "x", literal("[x, a]")),
            decision("d", literal("f(1)"), needs="i:a k:f"),
        )
    )
    assert evaluate(model, "d", {"a": 5}).value == [Decimal(1), None]


def test_a_call_with_an_argument_that_does_not_conform_is_null() -> None:
    model = parse_decisions(
        definitions(
            knowledge("f", "x:number", literal("x = null")),
            decision("d", literal('[f("a"), f([2]), f(1)]'), needs="k:f"),
        )
    )
    assert evaluate(model, "d", {}).value == [None, False, False]
    with pytest.raises(DecisionError, match="Expected a value of the type “number”"):
        evaluate_strict(model, "d", {})


def test_the_variable_of_knowledge_types_its_result() -> None:
    written = knowledge("f", "", literal('"a"')).replace(
        '<variable name="f"/>', '<variable name="f" typeRef="number"/>'
    )
    model = parse_decisions(definitions(written, decision("d", literal("f()"), needs="k:f")))
    assert evaluate(model, "d", {}).value is None


def test_knowledge_is_called_by_the_host_with_its_arguments_in_the_context() -> None:
    model = parse_decisions(definitions(knowledge("minus", "a b:number", literal("a - b"))))
    assert evaluate(model, "minus", {"a": 3, "b": [1]}).value == 2
    assert evaluate(model, "minus", {"a": 3, "b": "1"}).value is None


def test_endless_recursion_is_stopped() -> None:
    model = parse_decisions(
        definitions(knowledge("f", "", literal("f()")), decision("d", literal("f()"), needs="k:f"))
    )
    with pytest.raises(FeelBudgetError, match="at most 64 levels"):
        evaluate(model, "d", {})


# Decision services

SERVED = (
    input_data("a"),
    input_data("b"),
    decision("given", literal('"never asked"'), type_ref="string"),
    decision("made", literal("a + b + given"), needs="i:a i:b d:given"),
    decision("other", literal("a"), needs="i:a"),
)


def test_a_service_is_called_with_data_then_decisions() -> None:
    model = parse_decisions(
        definitions(
            *SERVED,
            service("s", "made", "i:a i:b d:given"),
            decision("in order", literal('s("A", "B", "C")'), needs="k:s"),
            decision("by name", literal('s(given: "C", b: "B", a: "A")'), needs="k:s"),
            decision("too few", literal('s("A")'), needs="k:s"),
            decision("of wrong type", literal('s("A", "B", 1)'), needs="k:s"),
        )
    )
    keys = ("in order", "by name", "too few", "of wrong type")
    assert [evaluate(model, key, {}).value for key in keys] == ["ABC", "ABC", None, None]


def test_a_service_is_evaluated_by_the_host() -> None:
    model = parse_decisions(
        definitions(*SERVED, service("s", "made", "i:a i:b d:given"), service("t", "other", "i:a"))
    )
    assert evaluate(model, "s", {"a": "A", "b": "B", "given": "C"}).value == "ABC"
    assert evaluate(model, "t", {"a": 1}).value == 1
    assert problems_of(model, "s", {"a": "A", "b": "B"}) == [
        "given: Expected the input “given”, found none."
    ]


def test_a_service_with_several_outputs_gives_a_context() -> None:
    model = parse_decisions(definitions(*SERVED, service("s", "made other", "i:a i:b d:given")))
    values = {"a": "A", "b": "B", "given": "C"}
    assert evaluate(model, "s", values).value == {"made": "ABC", "other": "A"}


def test_the_result_of_a_service_conforms_to_its_type() -> None:
    model = parse_decisions(
        definitions(decision("x", literal("1000")), service("s", "x", type_ref="string"))
    )
    assert evaluate(model, "s", {}).value is None


# Imports

LIBRARY = definitions(
    '<itemDefinition name="tRate"><typeRef>number</typeRef></itemDefinition>',
    input_data("base rate", "tRate"),
    knowledge("double", "x", literal("x * 2")),
    decision("rate", literal("double(base rate)"), needs="i:base_rate k:double"),
    namespace="urn:library",
)
_IMPORT = (
    '<import namespace="urn:library" name="my lib"'
    ' importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
)


def test_imported_elements_are_reached_by_the_name_of_their_import() -> None:
    user = definitions(
        _IMPORT,
        decision(
            "d",
            literal("my lib.rate + my lib.double(1)"),
            needs="d:urn:library#rate k:urn:library#double",
            type_ref="my lib.tRate",
        ),
    )
    model = parse_decisions(user, [LIBRARY])
    assert evaluate(model, "d", {"base rate": 3}).value == 8
    assert evaluate(model, "d", {"my lib": {"base rate": 4}}).value == 10


def test_an_import_without_a_name_adds_to_the_models_own_names() -> None:
    user = definitions(
        _IMPORT.replace("my lib", ""),
        decision("d", literal("rate"), needs="d:urn:library#rate", type_ref="tRate"),
    )
    assert evaluate(parse_decisions(user, [LIBRARY]), "d", {"base rate": 3}).value == 6


def test_references_may_name_the_models_own_namespace() -> None:
    model = definitions(
        decision("a", literal("1")), decision("d", literal("a"), needs="d:urn:model#a")
    )
    assert evaluate(parse_decisions(model), "d", {}).value == 1


# What is refused


@pytest.mark.parametrize(
    ("elements", "problem"),
    [
        (
            [decision("d", literal("1"), needs="d:nobody")],
            "d: Expected a reference to an element of the model, found “#nobody”.",
        ),
        (
            [decision("d", literal("1"), needs="d:urn:other#x")],
            "d: Expected a reference to an element of the model, found “urn:other#x”.",
        ),
        (
            [decision("a", literal("1"), needs="d:b"), decision("b", literal("1"), needs="d:a")],
            "b: Expected requirements without a circle, but “a” needs itself.",
        ),
        (
            [decision("a", literal("1"), needs="d:a")],
            "a: Expected requirements without a circle, but “a” needs itself.",
        ),
        (
            [decision("a", literal("1")), decision("a", literal("2"))],
            "a: Expected an id that only one element has, found it twice.",
        ),
        (
            [input_data("i", "tNobody")],
            "i: Expected a type of the model, found “tNobody”.",
        ),
        (
            [_IMPORT, decision("d", literal("1"))],
            "Expected the file of the imported model “urn:library”, found none.",
        ),
        (
            [
                '<itemDefinition id="a" name="a"><typeRef>b</typeRef></itemDefinition>',
                '<itemDefinition id="b" name="b"><typeRef>a</typeRef></itemDefinition>',
            ],
            "a: Expected a type that ends somewhere, but “a” only names itself.",
        ),
    ],
)
def test_refused_models(elements: list[str], problem: str) -> None:
    with pytest.raises(DecisionModelError) as caught:
        parse_decisions(definitions(*elements))
    assert [str(each) for each in caught.value.problems] == [problem]


def test_too_many_files_are_refused() -> None:
    with pytest.raises(DecisionModelError, match="at most 1 files"):
        parse_decisions(definitions(), [LIBRARY], limits=Limits(files=1))


@pytest.mark.parametrize(
    "standard",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_each_version_of_the_standard_is_read(standard: str) -> None:
    model = parse_decisions(definitions(decision("d", literal("1")), standard=standard))
    assert evaluate(model, "d", {}).value == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("in list values", "every i in in list values satisfies i < 9"),
        ("values in a list", "some i in values in a list satisfies i = 5"),
        ("decision A 2.1", "decision A 2.1[1] = 0"),
        ("预算(万元)/年", "预算(万元)/年[2] = 5"),
        ("loan - rate", "sum(loan - rate) - 5 = 0"),
        ("today's list", "count(today's list) = 2"),
        ("not small", "not small[-1] = 5"),
        ("date of birth", "date of birth[1] < date of birth[2]"),
    ],
)
def test_names_of_any_shape(name: str, text: str) -> None:
    model = parse_decisions(
        definitions(
            decision(name, literal("[0, 5]")).replace(
                f'id="{name.replace(" ", "_")}"', 'id="listed"'
            ),
            decision("d", literal(text), needs="d:listed"),
        )
    )
    assert evaluate(model, "d", {}).value is True


def test_functions_close_over_what_they_were_made_with() -> None:
    model = parse_decisions(
        definitions(
            input_data("n"),
            knowledge("times", "a:number", literal("function(b) function(c) a * b * c")),
            knowledge("apply", "f g", literal("f(5) * g(10)")),
            decision("ten", literal("times(2)(5)"), needs="k:times"),
            decision("curried", literal("ten(3)"), needs="d:ten"),
            decision("given", literal("function(x) n * x"), needs="i:n"),
            decision("d", literal("apply(given, given)"), needs="d:given k:apply"),
            decision("built in", literal("apply(abs, function(x) -x)"), needs="k:apply"),
            decision("service", literal("apply(serve, serve)"), needs="k:apply k:serve"),
            decision("doubled", literal("n * 2"), needs="i:n"),
            service("serve", "doubled", "i:n"),
        )
    )
    found = [
        evaluate(model, key, {"n": 10}).value for key in ("curried", "d", "built in", "service")
    ]
    assert found == [30, 5000, -50, 200]
