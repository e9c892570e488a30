"""What the engine would run wrong it refuses, with the element's id and one sentence."""

import pytest

from app.engine import DiagramError, Limits, link, parse
from tests.engine.drawing import draw

STEP = '<bpmn:userTask id="x" camunda:assignee="li">{inside}</bpmn:userTask>'


def _around(node: str) -> str:
    return f"start s\n{node}\nend e\ns > x > e"


def _inside(inside: str) -> str:
    return _around(STEP.format(inside=inside))


REFUSED = {
    "business rule task without a decision": (
        _around('<bpmn:businessRuleTask id="x"/>'),
        "decision",
        "x",
    ),
    "decision by an expression": (
        _around('<bpmn:businessRuleTask id="x" camunda:decisionRef="${which}"/>'),
        "decision",
        "x",
    ),
    "decision by its version": (
        _around(
            '<bpmn:businessRuleTask id="x" camunda:decisionRef="d"'
            ' camunda:decisionRefBinding="version"/>'
        ),
        "decision",
        "x",
    ),
    "shape of a decision's result": (
        _around(
            '<bpmn:businessRuleTask id="x" camunda:decisionRef="d"'
            ' camunda:mapDecisionResult="best"/>'
        ),
        "decision",
        "x",
    ),
    "transaction": (_around('<bpmn:transaction id="x"/>'), "unexecuted", "x"),
    "ad-hoc sub-process": (_around('<bpmn:adHocSubProcess id="x"/>'), "unexecuted", "x"),
    "complex gateway": (_around('<bpmn:complexGateway id="x"/>'), "unexecuted", "x"),
    "implicit throw event": (_around('<bpmn:implicitThrowEvent id="x"/>'), "unexecuted", "x"),
    "unknown element": (_around("step x") + '\n<bpmn:wormhole id="w"/>', "unexecuted", "w"),
    "computed data": (
        _inside(
            "<bpmn:dataInputAssociation><bpmn:targetRef>t</bpmn:targetRef><bpmn:transformation>1"
            "</bpmn:transformation></bpmn:dataInputAssociation>"
        ),
        "unexecuted", "x",
    ),
    "potential owner": (_inside("<bpmn:potentialOwner/>"), "unexecuted", "x"),
    "task listener": (
        _inside("<bpmn:extensionElements><camunda:taskListener/></bpmn:extensionElements>"),
        "extension", "x",
    ),
    "input mapping": (
        _inside("<bpmn:extensionElements><camunda:inputOutput/></bpmn:extensionElements>"),
        "extension", "x",
    ),
    "compensation": (
        _around('<bpmn:userTask id="x" camunda:assignee="li" isForCompensation="true"/>'),
        "unexecuted", "x",
    ),
    "start quantity": (
        _around('<bpmn:userTask id="x" camunda:assignee="li" startQuantity="2"/>'),
        "quantity", "x",
    ),
    "compensation throw": (
        _around('<bpmn:intermediateThrowEvent id="x"><bpmn:compensateEventDefinition/>'
                "</bpmn:intermediateThrowEvent>"), "event", "x",
    ),
    "none catch": (_around('<bpmn:intermediateCatchEvent id="x"/>'), "event", "x"),
    "event definition by reference": (
        _around('<bpmn:intermediateCatchEvent id="x"><bpmn:eventDefinitionRef>t'
                "</bpmn:eventDefinitionRef></bpmn:intermediateCatchEvent>"), "event", "x",
    ),
    "two event definitions": (
        _around('<bpmn:intermediateCatchEvent id="x"><bpmn:timerEventDefinition><bpmn:timeDuration>'
                "P1D</bpmn:timeDuration></bpmn:timerEventDefinition><bpmn:timerEventDefinition/>"
                "</bpmn:intermediateCatchEvent>"), "multiple_event", "x",
    ),
    "boundary on nothing": (
        _around("step x\nboundary b on=nowhere timeDuration=P1D") + "\nb > e", "boundary", "b",
    ),
    "error on a step": (
        _around("step x\nboundary b on=x error=a") + "\nb > e", "boundary", "b",
    ),
    "non-interrupting error": (
        _around("service x\nbeside b on=x error=a") + "\nb > e", "boundary", "b",
    ),
    "unknown error": (
        _around("service x\nboundary b on=x error=zz") + "\nb > e", "reference", "b",
    ),
    "service without topic": (
        _around('<bpmn:serviceTask id="x" camunda:class="com.example.Mail"/>'), "topic", "x",
    ),
    "script in another language": (
        _around('script x script="1" scriptFormat=groovy'), "language", "x",
    ),
    "script without a language": (
        _around('<bpmn:scriptTask id="x"><bpmn:script>1</bpmn:script></bpmn:scriptTask>'),
        "language", "x",
    ),
    "empty script": (_around('script x script=""'), "script", "x"),
    "condition in another language": (
        "start s\nstep x\nxor g default=g-to-e\nend e\ns > x > g\ng > e\n"
        '<bpmn:sequenceFlow id="f" sourceRef="g" targetRef="x"><bpmn:conditionExpression '
        'language="javascript">1</bpmn:conditionExpression></bpmn:sequenceFlow>', "language", "f",
    ),
    "broken condition": (
        "start s\nstep x\nxor g default=g-to-e\nend e\ns > x > g\ng > x : a ==\ng > e",
        "expression", "g-to-x",
    ),
    "broken assignee": (_around('step x assignee="=("'), "expression", "x"),
    "call of an expression": (_around("call x key=${key}"), "call", "x"),
    "call of nothing": (_around('<bpmn:callActivity id="x"/>'), "call", "x"),
    "bad timer": (_around("timer x timeDuration=P3X"), "timer", "x"),
    "empty timer": (_around('timer x timeDuration=""'), "timer", "x"),
    "repeating intermediate timer": (_around("timer x timeCycle=R3/PT1H"), "timer", "x"),
    "repeating interrupting timer": (
        _around("step x\nboundary b on=x timeCycle=R3/PT1H") + "\nb > e", "timer", "b",
    ),
    "bad due date": (_around("step x dueDate=soon"), "due", "x"),
    "nobody": (_around("step x nobody=1"), "nobody", "x"),
    "no start": ("step x\nend e\nx > e", "start", "p"),
    "two starts": ("start s\nstart t\nstep x\nend e\ns > x > e\nt > x", "start", "p"),
    "no end": ("start s\nstep x\nstep y\ns > x > y > x", "end", "p"),
    "dead end": (
        "start s\nstep x\nxor y\nand f\nend e\ns > f > x > e\nf > y", "dead_end", "y",
    ),
    "unreachable": (_around("step x\nstep y") + "\ny > e", "unreachable", "y"),
    "no way to an end": (
        "start s\nxor g default=g-to-e\nstep x\nstep y\nend e\ns > g\ng > x : a\ng > e\n"
        "x > y > x", "no_end", "x",
    ),
    "flow out of an end": (_around("step x\nstep y") + "\ne > y\ny > e", "flow", "e-to-y"),
    "flow into a start": (
        "start s\nstep x\nxor g default=g-to-e\nend e\ns > x > g\ng > s : a\ng > e",
        "flow", "g-to-s",
    ),
    "flow to nowhere": (_around("step x") + "\nx > nowhere", "loose_flow", "x-to-nowhere"),
    "flow across levels": (
        "start s\nsub x\nstart xs\nstep y\nend xe\nxs > y > xe\n}\nend e\ns > x > e\ny > e",
        "loose_flow", "y-to-e",
    ),
    "same id twice": (_around("step x\nstep x"), "double_id", "x"),
    "sub-process with the id of the process": (
        _around("step x\nsub p\nstart ps\nend pe\nps > pe\n}"), "double_id", "p",
    ),
    "node without id": (_around("step x") + "\n<bpmn:task/>", "no_id", ""),
    "gateway flow without condition": (
        "start s\nstep x\nxor g\nend e\ns > x > g\ng > x\ng > e : a", "condition", "g-to-x",
    ),
    "parallel flow with condition": (
        "start s\nand f\nstep x\nstep y\nend e\ns > f\nf > x : a\nf > y\nx > e\ny > e",
        "condition", "f-to-x",
    ),
    "default that is none": (
        "start s\nstep x\nxor g default=nothing\nend e\ns > x > g > e", "default", "g",
    ),
    "join of alternatives": (
        "start s\nxor k default=k-to-y\nstep x\nstep y\nand j\nend e\ns > k\nk > x : a\nk > y\n"
        "x > j\ny > j\nj > e", "soundness", "j",
    ),
    "return into a join": (
        "start s\nand m\nstep x\nxor g default=g-to-e\nend e\ns > m > x > g\ng > m : a\ng > e",
        "soundness", "m",
    ),
    "same name for two outcomes": (
        "start s\nstep x\nxor g default=g-to-e\nend e\nend f\ns > x > g\n"
        'g > x # 退回 : x.outcome = "return_to_unit"\ng > f # 退回 : x.outcome = "reject"\ng > e',
        "outcome", "x",
    ),
    "same outcome twice": (
        "start s\nstep x\nxor g default=g-to-e\nend e\nend f\ns > x > g\n"
        'g > x : x.outcome = "reject"\ng > f : x.outcome = "reject"\ng > e', "outcome", "g-to-f",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    text, code, where = REFUSED[name]
    with pytest.raises(DiagramError) as caught:
        link([parse(draw(text))])
    problems = [(each.code, each.where) for each in caught.value.problems]
    assert (f"diagram.{code}", where) in problems
    for each in caught.value.problems:
        assert str(each.sentence).startswith(("Expected", "The "))


def test_every_problem_of_a_kind_is_reported_at_once() -> None:
    with pytest.raises(DiagramError) as caught:
        parse(draw("start s\nstep a nobody=1\nstep b nobody=1\nend e\ns > a > b > e"))
    assert [each.where for each in caught.value.problems] == ["a", "b"]


def test_a_missing_called_process_is_named() -> None:
    with pytest.raises(DiagramError, match="P_MISSING"):
        link([parse(draw("start s\ncall c key=P_MISSING\nend e\ns > c > e"))])


def test_a_process_that_calls_itself_is_refused() -> None:
    own = parse(draw("start s\ncall c key=p\nend e\ns > c > e", key="p"))
    with pytest.raises(DiagramError, match="p → p"):
        link([own])
    there = parse(draw("start s\ncall c key=q\nend e\ns > c > e", key="p"))
    back = parse(draw("start s\ncall c key=p\nend e\ns > c > e", key="q"))
    with pytest.raises(DiagramError, match="p → q → p"):
        link([there, back])


def test_untyped_tasks_can_be_refused() -> None:
    with pytest.raises(DiagramError):
        parse(draw("start s\ntask t\nend e\ns > t > e"), Limits(untyped_tasks="refuse"))


def test_an_error_that_leaves_a_called_process_has_to_be_caught_by_every_caller() -> None:
    called = parse(draw("start s\nstep x\nerror bad error=a\ns > x > bad", "P1"))
    caller = "start s\ncall c key=P1\n{catch}\nend e\ns > c > e\n"
    (found,) = link([parse(draw(caller.format(catch=""))), called]).uncaught
    assert "bad" in str(found.sentence)
    catch = "boundary b on=c error=a"
    assert link([parse(draw(caller.format(catch=catch) + "b > e")), called]).uncaught == ()


def test_the_path_to_a_join_that_waits_for_ever_is_told() -> None:
    text, _, _ = REFUSED["join of alternatives"]
    with pytest.raises(DiagramError, match="s → k → x"):
        parse(draw(text))


def test_what_may_happen_twice_is_a_warning() -> None:
    definition = parse(
        draw("""
        start s
        and f
        step a
        step b
        xor m
        step c
        end e
        s > f
        f > a > m
        f > b > m
        m > c > e
    """)
    )
    assert "c" in {each.where for each in definition.warnings}


def test_an_unknown_word_in_a_return_policy_is_a_warning() -> None:
    text = 'start s\nstep a appr.returnTo="any initator a"\nend e\ns > a > e'
    (warning,) = parse(draw(text)).warnings
    assert (warning.where, warning.sentence.values["found"]) == ("a", "initator")


SECOND = b'<bpmn:process id="q"%s><bpmn:startEvent id="t"/></bpmn:process></bpmn:definitions>'


def _with_a_second_process(says: bytes) -> bytes:
    first = draw("start s\nend e\ns > e")
    return first.replace(b"</bpmn:definitions>", SECOND % says)


@pytest.mark.parametrize("says", [b"", b' isExecutable="false"'])
def test_of_several_processes_the_one_that_says_so_is_executed(says: bytes) -> None:
    definition = parse(_with_a_second_process(says))
    assert definition.key == "p"
    assert [(each.code, each.where) for each in definition.warnings] == [("diagram.pool", "q")]


def test_two_executable_processes_in_one_file_are_refused() -> None:
    with pytest.raises(DiagramError, match="q: Expected one executable process"):
        parse(_with_a_second_process(b' isExecutable="true"'))
