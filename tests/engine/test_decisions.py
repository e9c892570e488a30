"""Business rule tasks: the decision is found at deployment, asked at run time, its result kept."""

from decimal import Decimal

import pytest

from app.dmn import Model, parse_decisions
from app.engine import (
    DiagramError,
    EngineError,
    Process,
    WaysAhead,
    link,
    names_read,
    parse,
    preview_start,
)
from tests.dmn.models import decision, definitions, input_data, table
from tests.engine.drawing import draw
from tests.engine.playing import Game

GRADES = ('[90..100] | "excellent"', '[80..90) | "good"', '< 80 | "poor"')
LINE = """
    start s
    rule grade decisionRef=grade resultVariable=g {more}
    xor x default=x-to-b
    step a
    step b
    end e
    s > grade > x
    x > a : {condition}
    x > b
    a > e
    b > e
"""


def model(policy: str = "UNIQUE", rows: tuple[str, ...] = GRADES, outputs: str = "level") -> Model:
    logic = table(policy, "score", *rows, outputs=outputs)
    graded = decision("grade", logic, needs="i:score")
    return parse_decisions(definitions(input_data("score", "number"), graded))


def process(
    condition: str, decisions: Model | None, more: str = "mapDecisionResult=singleEntry"
) -> Process:
    text = LINE.format(more=more, condition=condition)
    return link([parse(draw(text), decisions={"grade": decisions} if decisions else None)])


@pytest.mark.parametrize(("score", "step"), [(95, "a"), (85, "b"), (Decimal("89.995"), "b")])
def test_a_gateway_reads_what_the_decision_says(score: object, step: str) -> None:
    game = Game(process=process('g = "excellent"', model()), score=score)
    assert game.open == [step]


@pytest.mark.parametrize(
    ("more", "condition"),
    [
        ("mapDecisionResult=singleEntry", 'g = "excellent"'),
        ("mapDecisionResult=singleResult", 'g.level = "excellent"'),
        ("mapDecisionResult=collectEntries", 'g = ["excellent"]'),
        ("mapDecisionResult=resultList", 'g = [{level: "excellent"}]'),
        ("", 'g[1].level = "excellent"'),
        ("decisionRefBinding=deployment mapDecisionResult=singleEntry", 'g = "excellent"'),
    ],
)
def test_each_shape_of_a_result(more: str, condition: str) -> None:
    assert Game(process=process(condition, model(), more), score=95).open == ["a"]


@pytest.mark.parametrize(
    ("more", "condition"),
    [
        ("mapDecisionResult=singleEntry", "g = null"),
        ("mapDecisionResult=singleResult", "g = null"),
        ("mapDecisionResult=collectEntries", "g = []"),
        ("mapDecisionResult=resultList", "g = []"),
    ],
)
def test_no_rule_that_matches(more: str, condition: str) -> None:
    assert Game(process=process(condition, model(), more), score=101).open == ["a"]


def test_several_results() -> None:
    rules = model("COLLECT", ("> 0 | 1", "> 1 | 2"))
    collected = process("g = [1, 2]", rules, "mapDecisionResult=collectEntries")
    assert Game(process=collected, score=5).open == ["a"]
    with pytest.raises(EngineError, match="singleEntry from the decision “grade”, found 2 results"):
        Game(process=process("true", rules), score=5)


def test_several_outputs_are_no_single_entry() -> None:
    rules = model("UNIQUE", ("- | 1 | 2",), "level | days")
    with pytest.raises(EngineError, match="found 2 entries"):
        Game(process=process("true", rules), score=5)
    kept = process("g.days = 2", rules, "mapDecisionResult=singleResult")
    assert Game(process=kept, score=5).open == ["a"]


def test_the_result_is_kept_under_the_tasks_id_without_a_variable() -> None:
    text = LINE.format(more="mapDecisionResult=singleEntry", condition='grade = "good"')
    drawn = parse(draw(text.replace("resultVariable=g ", "")), decisions={"grade": model()})
    assert Game(process=link([drawn]), score=80).open == ["a"]


def test_a_failing_decision_names_the_task() -> None:
    overlapping = model("UNIQUE", ("- | 1", "> 1 | 2"))
    with pytest.raises(EngineError) as caught:
        Game(process=process("true", overlapping), score=5)
    assert (caught.value.kind, caught.value.element_id) == ("expression", "grade")
    assert str(caught.value) == (
        "The decision “grade” failed: Expected at most one rule to match, found 2: rule1, rule2."
    )


def test_a_missing_or_wrong_variable_is_an_error_and_no_silent_null() -> None:
    with pytest.raises(EngineError, match="Expected the input “score”, found none"):
        Game(process=process("true", model()))
    with pytest.raises(EngineError, match="Expected a value of the type “number”"):
        Game(process=process("true", model()), score="95")


def test_a_decision_that_nobody_gave_is_refused_with_the_task() -> None:
    other = parse_decisions(definitions(decision("other")))
    for given in (None, other):
        with pytest.raises(DiagramError) as caught:
            process("true", given)
        assert [(each.where, str(each.sentence)) for each in caught.value.problems] == [
            ("grade", "Expected the decision “grade”, found none with this id.")
        ]


def test_the_hash_of_a_version_covers_its_decisions() -> None:
    xml = draw(LINE.format(more="", condition="true"))
    plain = parse(xml).content_hash
    first, second = (
        parse(xml, decisions={"grade": each, "unused": model()}).content_hash
        for each in (model(), model("FIRST"))
    )
    assert len({plain, first, second}) == 3
    assert parse(xml, decisions={"grade": model()}).content_hash == first


def test_the_variables_that_a_decision_reads_are_known() -> None:
    drawn = parse(draw(LINE.format(more="", condition="true")), decisions={"grade": model()})
    assert [(each.element_id, each.name) for each in names_read(drawn)] == [("grade", "score")]


def test_a_preview_shows_both_ways_behind_a_decision() -> None:
    ahead, *_ = preview_start(process('g = "excellent"', model()), {"score": 95}).path
    assert isinstance(ahead, WaysAhead)
    assert len(ahead.ways) == 2


def test_the_result_survives_in_the_stored_state() -> None:
    rules = model("UNIQUE", ('- | 1.5 | "x"',), "days | level")
    game = Game(process=process("false", rules, "mapDecisionResult=singleResult"), score=5)
    assert game.open == ["b"]
    assert game.step.variables["g"] == {"days": Decimal("1.5"), "level": "x"}
