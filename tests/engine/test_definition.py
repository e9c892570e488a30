"""What a definition says about a diagram: names, lanes, people, properties, layout."""

from hashlib import sha256

from app.core.i18n import Bilingual
from app.engine import parse
from tests.engine.drawing import draw
from tests.engine.playing import NOW

ENGLISH = (
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="appr.name.en" value="{}"/>'
    "</camunda:properties></bpmn:extensionElements>"
)
DETAILED = f"""
    <bpmn:extensionElements><camunda:properties><camunda:property name="appr.name.en" value="Goal review"/></camunda:properties></bpmn:extensionElements>
    <bpmn:laneSet id="ls"><bpmn:lane id="unit" name="单位">{ENGLISH.format("Unit")}<bpmn:flowNodeRef>a</bpmn:flowNodeRef><bpmn:flowNodeRef>x</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
    <bpmn:startEvent id="s" camunda:formKey="F04" camunda:initiator="starter"/>
    <bpmn:userTask id="a" name="编制目标" camunda:formKey="F04" camunda:candidateGroups="unit_clerk, =if is_key then [&quot;a&quot;, &quot;b&quot;] else null" camunda:assignee="${{starter}}">{ENGLISH.format("Compile goals")}</bpmn:userTask>
    sub x
    start xs
    step b
    end xe
    xs > b > xe
    }}
    end e
    s > a
    <bpmn:sequenceFlow sourceRef="a" targetRef="x" name="同意"/>
    x > e
"""  # noqa: E501  a file is written as it is


def test_everything_that_the_host_needs_is_read() -> None:
    xml = draw(DETAILED, "P_GOAL", "目标审核")
    definition = parse(xml)

    assert definition.name == Bilingual("目标审核", "Goal review")
    assert (definition.xml, definition.content_hash) == (xml, sha256(xml).hexdigest())
    assert definition.lanes == {"unit": Bilingual("单位", "Unit")}
    assert (definition.start_form_key, definition.initiator) == ("F04", "starter")
    assert not definition.has_layout
    step = definition.steps["a"]
    assert (step.name, step.lane, step.form_key) == (
        Bilingual("编制目标", "Compile goals"), "unit", "F04",
    )  # fmt: skip
    assert definition.steps["b"].lane == "unit"
    assert definition.steps["b"].name == Bilingual("b", "b")
    assert definition.elements["a"].type == "userTask"
    assert definition.elements["unit"].type == "lane"
    assert definition.elements["a-to-x"].name == Bilingual("同意", "同意")
    assert step.outcomes[0].name == Bilingual("同意", "同意")


def test_people_are_worked_out_from_variables() -> None:
    step = parse(draw(DETAILED)).steps["a"]
    plan = step.resolve({"starter": "li", "is_key": True}, NOW)
    assert (plan.assignee, plan.candidate_groups) == ("li", ("unit_clerk", "a", "b"))
    plan = step.resolve({"is_key": False}, NOW)
    assert (plan.assignee, plan.candidate_groups) == (None, ("unit_clerk",))


def test_steps_come_in_drawing_order() -> None:
    shapes = "".join(
        f'<bpmndi:BPMNShape bpmnElement="{node}"><dc:Bounds x="{x}" y="0"/></bpmndi:BPMNShape>'
        for node, x in {"s": 0, "a": 300, "b": 200, "e": 400}.items()
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge bpmnElement="{flow}"/>' for flow in ("s-to-b", "b-to-a", "a-to-e")
    )
    xml = draw("start s\nstep a\nstep b\nend e\ns > b > a > e").replace(
        b"</bpmn:definitions>",
        f"<bpmndi:BPMNDiagram><bpmndi:BPMNPlane>{shapes}{edges}</bpmndi:BPMNPlane>"
        "</bpmndi:BPMNDiagram></bpmn:definitions>".encode(),
    )
    definition = parse(xml)
    assert list(definition.steps) == ["b", "a"]
    assert definition.has_layout


def test_attributes_of_camundas_relatives_are_synonyms() -> None:
    xml = draw("start s\nstep a assignee=li\nend e\ns > a > e").replace(
        b"http://camunda.org/schema/1.0/bpmn", b"http://flowable.org/bpmn"
    )
    assert parse(xml).steps["a"].resolve({}, NOW).assignee == "li"
