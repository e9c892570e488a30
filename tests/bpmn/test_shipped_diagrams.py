"""The shipped diagrams pass the deploy gate and say what the bureau's rules say."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from lxml import etree

from app.core.settings import ROOT
from app.engine import Definition, Process, StepDefinition
from app.forms import load_form, rights_for
from app.identity.roles import Role

#: Words of `appr.exclude` that are no step.
WHOLE_UNIT = "declaring_unit"
NAME_OF = {
    "agree": ("同意", "Agree"),
    "agree_with_edits": ("修改后同意", "Agree with edits"),
    "return_to_unit": ("退回单位", "Return to unit"),
    "return_previous": ("退回上一环节", "Return one step"),
    "reject": ("不同意", "Reject"),
}
SUBMIT = {"agree": ("提交", "Submit")}
#: Who declares or advises submits; who settles the edits accepts them; the budget is approved.
OWN_WORDS = {
    "compile_goals": SUBMIT,
    "center_desk_review": SUBMIT,
    "third_party_review": SUBMIT,
    "fill_monitoring": SUBMIT,
    "accept_edits": {
        "agree": ("接受", "Accept"),
        "return_previous": ("不接受修改", "Do not accept"),
    },
    "approve_with_budget": {"agree": ("批复", "Approve")},
}
ALWAYS_NAMED = (
    "process", "participant", "lane", "userTask", "serviceTask", "callActivity", "startEvent",
    "endEvent", "boundaryEvent",
)  # fmt: skip
#: What each step may decide, and the element that the decision reaches first.
GOAL_OUTCOMES = {
    ("P_GOAL", "compile_goals"): {"agree": "department_review"},
    ("P_GOAL", "department_review"): {
        "return_to_unit": "compile_goals",
        "agree": "preliminary",
    },
    ("P_PRELIM", "center_desk_review"): {"agree": "gw_join"},
    ("P_PRELIM", "third_party_review"): {"agree": "gw_join"},
    ("P_PRELIM", "preliminary_review"): {
        "return_to_unit": "compile_goals",
        "reject": "refuse_goal",
        "agree": "re_examination",
    },
    ("P_GOAL", "re_examination"): {
        "return_to_unit": "compile_goals",
        "return_previous": "preliminary",
        "agree": "final_review",
    },
    ("P_GOAL", "final_review"): {
        "return_to_unit": "compile_goals",
        "return_previous": "re_examination",
        "reject": "refuse_goal",
        "agree_with_edits": "accept_edits",
        "agree": "approve_with_budget",
    },
    ("P_GOAL", "accept_edits"): {
        "return_previous": "final_review",
        "agree": "approve_with_budget",
    },
    ("P_GOAL", "approve_with_budget"): {"agree": "issue_goal_letter"},
}
MONITOR_OUTCOMES = {
    ("P_MONITOR", "fill_monitoring"): {"agree": "department_review"},
    ("P_MONITOR", "department_review"): {
        "return_to_unit": "fill_monitoring",
        "agree": "section_review",
    },
    ("P_MONITOR", "section_review"): {
        "return_to_unit": "fill_monitoring",
        "agree": "accept_monitoring",
    },
}


def test_every_diagram_passes_the_gate_without_a_warning(
    definitions: Mapping[str, Definition],
) -> None:
    for definition in definitions.values():
        assert definition.warnings == ()
        assert definition.has_layout


def test_everything_with_a_name_has_it_in_both_languages(diagram: Path) -> None:
    root = etree.fromstring(diagram.read_bytes())
    named = [
        *root.iter(*(f"{{*}}{kind}" for kind in ALWAYS_NAMED)),
        *(
            each
            for each in root.iter("{*}exclusiveGateway")
            if len(each.findall("{*}outgoing")) > 1
        ),
        *root.iterfind(".//{*}sequenceFlow[@name]"),
        *root.iterfind(".//{*}sequenceFlow[{*}conditionExpression]"),
    ]

    for element in named:
        english = element.find("*/*/{*}property[@name='appr.name.en']")
        assert _has_chinese(element.get("name", "")), element.get("id")
        assert english is not None, element.get("id")
        assert english.get("value", "").isascii(), element.get("id")


def test_every_form_is_there_and_grants_what_the_step_says(
    definitions: Mapping[str, Definition],
) -> None:
    for step in _steps(definitions):
        path = ROOT / "forms" / f"{step.form_key}.form.json"
        form = load_form(json.loads(path.read_bytes()), step.form_key or "")
        assert rights_for(step.properties, form).problems == ()


def test_every_step_is_done_by_roles_of_the_bureau(
    definitions: Mapping[str, Definition],
) -> None:
    roles = set(Role)

    for step in _steps(definitions):
        groups = {group.text for group in step.candidate_groups}
        copied = set(step.properties.get("appr.copy", "").split())
        assert groups, step.id
        assert groups | copied <= roles, step.id


def test_duties_are_kept_apart_from_steps_that_exist(goal_review: Process) -> None:
    known = {step_id for _, step_id in goal_review.steps} | {WHOLE_UNIT}
    earlier = ["compile_goals", "department_review"]
    center = ["preliminary_review", "center_desk_review"]

    def kept_apart(key: str, step_id: str) -> set[str]:
        words = set(goal_review.step(key, step_id).properties["appr.exclude"].split())
        assert words <= known
        return words - {WHOLE_UNIT}

    assert kept_apart("P_GOAL", "department_review") == {"compile_goals"}
    assert kept_apart("P_PRELIM", "center_desk_review") == set(earlier)
    assert kept_apart("P_PRELIM", "preliminary_review") == set(earlier)
    assert kept_apart("P_GOAL", "re_examination") == {*earlier, *center}
    assert kept_apart("P_GOAL", "final_review") == {*earlier, *center, "re_examination"}


@pytest.mark.parametrize(
    ("process_name", "expected"),
    [("goal_review", GOAL_OUTCOMES), ("monitoring", MONITOR_OUTCOMES)],
)
def test_every_step_has_the_outcomes_of_the_rules(
    process_name: str,
    expected: Mapping[tuple[str, str], Mapping[str, str]],
    request: pytest.FixtureRequest,
) -> None:
    process: Process = request.getfixturevalue(process_name)

    found = {
        where: {outcome.code: outcome.target for outcome in step.outcomes}
        for where, step in process.steps.items()
    }

    assert found == expected


@pytest.mark.parametrize("process_name", ["goal_review", "monitoring"])
def test_outcomes_are_called_by_the_words_of_the_bureau(
    process_name: str, request: pytest.FixtureRequest
) -> None:
    process: Process = request.getfixturevalue(process_name)

    for (_, step_id), step in process.steps.items():
        words = {**NAME_OF, **OWN_WORDS.get(step_id, {})}
        for outcome in step.outcomes:
            assert (outcome.name.zh, outcome.name.en) == words[outcome.code], step_id


def test_the_template_offers_only_what_the_workflow_knows() -> None:
    template = json.loads((ROOT / "bpmn/templates/approval-step.json").read_bytes())

    bound = {each["binding"]["name"]: each for each in template["properties"]}

    assert template["appliesTo"] == ["bpmn:UserTask"]
    assert {"appr.mode", "appr.exclude", "appr.returnTo", "appr.opinion", "appr.copy"} <= set(bound)
    for each in bound.values():
        if each["type"] == "Dropdown":
            # Without a value of its own, applying the template wipes what the step had.
            assert each["value"] in {choice["value"] for choice in each["choices"]}


def _steps(definitions: Mapping[str, Definition]) -> list[StepDefinition]:
    return [step for definition in definitions.values() for step in definition.steps.values()]


def _has_chinese(text: str) -> bool:
    return any("一" <= sign <= "鿿" for sign in text)
