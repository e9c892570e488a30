"""Loops that could not be executed as drawn are refused, with the element's id."""

import pytest

from app.engine import DiagramError, link, parse
from tests.engine.drawing import draw

LINE = "start s\n{0}\nend e\ns > x > e"
LIST = 'camunda:collection="people" camunda:elementVariable="who"'


def multi(inside: str = "", more: str = LIST) -> str:
    return (
        f'<bpmn:userTask id="x" camunda:assignee="li">'
        f"<bpmn:multiInstanceLoopCharacteristics {more}>{inside}"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )


def standard(inside: str = "", more: str = "") -> str:
    return (
        f'<bpmn:userTask id="x" camunda:assignee="li"><bpmn:standardLoopCharacteristics {more}>'
        f"{inside}</bpmn:standardLoopCharacteristics></bpmn:userTask>"
    )


CARDINALITY = "<bpmn:loopCardinality>3</bpmn:loopCardinality>"
WHILE = "<bpmn:loopCondition>true</bpmn:loopCondition>"
ONE = "<bpmn:multiInstanceLoopCharacteristics/>"

REFUSED = {
    "neither number nor list": multi(more=""),
    "number and list": multi(CARDINALITY),
    "two lists": multi("<bpmn:loopDataInputRef>others</bpmn:loopDataInputRef>"),
    "item of no list": multi(CARDINALITY, 'camunda:elementVariable="who"'),
    "empty number": multi("<bpmn:loopCardinality/>", ""),
    "empty condition": multi("<bpmn:completionCondition> </bpmn:completionCondition>"),
    "behavior none": multi(more=LIST + ' behavior="None"'),
    "behavior one": multi(more=LIST + ' behavior="One"'),
    "behavior complex": multi(more=LIST + ' behavior="Complex"'),
    "event of one": multi("<bpmn:oneBehaviorEventRef>s</bpmn:oneBehaviorEventRef>"),
    "event of none": multi("<bpmn:noneBehaviorEventRef>s</bpmn:noneBehaviorEventRef>"),
    "complex behavior": multi("<bpmn:complexBehaviorDefinition/>"),
    "results without a result": multi("<bpmn:loopDataOutputRef>all</bpmn:loopDataOutputRef>"),
    "result without results": multi('<bpmn:outputDataItem name="one"/>'),
    "results over the list": multi(
        '<bpmn:loopDataOutputRef>people</bpmn:loopDataOutputRef><bpmn:outputDataItem name="who"/>'
    ),
    "results over the item": multi(
        '<bpmn:loopDataOutputRef>who</bpmn:loopDataOutputRef><bpmn:outputDataItem name="x"/>'
    ),
    "item without a name": multi("<bpmn:inputDataItem/>"),
    "item of two words": multi('<bpmn:inputDataItem name="the one"/>'),
    "item like a counter": multi('<bpmn:inputDataItem name="loopCounter"/>'),
    "item like another counter": multi('<bpmn:inputDataItem name="nrOfInstances"/>'),
    "item like an element": multi('<bpmn:inputDataItem name="x"/>'),
    "results like an element": multi(
        '<bpmn:loopDataOutputRef>s</bpmn:loopDataOutputRef><bpmn:outputDataItem name="who"/>'
    ),
    "index of another tool": multi(more=LIST + ' camunda:elementIndexVariable="n"'),
    "collecting by another tool": multi(
        '<bpmn:extensionElements><camunda:variableAggregation target="all"/>'
        "</bpmn:extensionElements>"
    ),
    "standard loop without an end": standard(),
    "standard loop, no times": standard(more='loopMaximum="0"'),
    "standard loop, no number": standard(more='loopMaximum="many"'),
    "standard loop, empty condition": standard("<bpmn:loopCondition/>", 'loopMaximum="2"'),
    "both kinds": f'<bpmn:userTask id="x" camunda:assignee="li"><bpmn:standardLoopCharacteristics>'
    f"{WHILE}</bpmn:standardLoopCharacteristics>{ONE}</bpmn:userTask>",
    "loop of an event": f'<bpmn:intermediateThrowEvent id="x">{ONE}</bpmn:intermediateThrowEvent>',
    "loop of a gateway": f'<bpmn:exclusiveGateway id="x">{ONE}</bpmn:exclusiveGateway>',
}  # fmt: skip


def problems(text: str) -> list[tuple[str, str]]:
    with pytest.raises(DiagramError) as caught:
        link([parse(draw(text))])
    for each in caught.value.problems:
        assert str(each.sentence).startswith(("Expected", "The "))
    return [(each.code, each.where) for each in caught.value.problems]


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    assert ("diagram.loop", "x") in problems(LINE.format(REFUSED[name]))


def test_a_broken_expression_is_refused() -> None:
    broken = multi("<bpmn:completionCondition>1 +</bpmn:completionCondition>")
    assert ("diagram.expression", "x") in problems(LINE.format(broken))


def test_another_language_is_refused() -> None:
    foreign = multi('<bpmn:completionCondition language="groovy">true</bpmn:completionCondition>')
    assert ("diagram.language", "x") in problems(LINE.format(foreign))


def test_a_loop_of_an_event_sub_process_is_refused() -> None:
    handler = "handler x most=2\nstart xs message=a\nend xe\nxs > xe\n}"
    text = f"start s\nstep a\nend e\ns > a > e\n{handler}"
    assert ("diagram.loop", "x") in problems(text)


def test_a_loop_of_a_process_is_refused() -> None:
    assert ("diagram.unexecuted", "") in problems(f"{ONE}\n" + LINE.format("step x"))


def test_a_loop_behind_an_event_gateway_is_refused() -> None:
    text = """
        start s
        choose g
        receive x message=a most=2
        catch c message=b
        end e
        s > g > x > e
        g > c > e
    """
    assert ("diagram.event_gateway", "x") in problems(text)


def test_what_retries_a_job_changes_nothing() -> None:
    inside = (
        "<bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R3/PT1M"
        "</camunda:failedJobRetryTimeCycle></bpmn:extensionElements>"
    )
    assert parse(draw(LINE.format(multi(inside))))
