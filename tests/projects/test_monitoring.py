"""F08 through the verbs: the report follows the goal in force; deviations have their reasons."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.settings import ROOT
from app.projects.goal_files import open_goal_file
from app.projects.launch import start_monitoring
from app.projects.monitoring import is_on_plan
from app.projects.queries import project_by_code
from app.projects.rules import load_rules
from app.projects.sample import goal_values
from app.workflow.applying.loading import load_instance, load_task
from app.workflow.deciding.task_forms import load_form_data
from app.workflow.instances import InstanceState
from app.workflow.tracking.history import opinions
from tests.workflow.conftest import BY_TAG, Office, clerk_of

CODE = BY_TAG["P04"].code
CHECKED = {"figures": "consistent", "deviations": "none"}
LAYERS = [
    ("department_review", "d05.fin"),
    ("preliminary_review", "ctr.rev1"),
    ("re_examination", "perf.ex1"),
    ("final_review", "sec.eco.rev"),
]


@pytest.fixture
def item(office: Office) -> UUID:
    """The monitoring of P04 after its goal was approved; the unit has to fill it in."""
    goal = office.start("P04")
    office.submit(goal, "P04")
    for step, who in LAYERS:
        office.agree(goal, step, who)
    reply = {"reply_number": "财预批〔2022〕108号", "reply_date": "2022-09-05"}
    office.agree(goal, "approve_with_budget", "bud.1", reply)

    def start(session: Session, now: datetime) -> UUID:
        project, clerk = project_by_code(session, CODE), office.actor(clerk_of("P04"))
        return start_monitoring(session, project, date(2022, 9, 30), clerk, now)

    item: UUID = office.act(start)
    return item


def opened(office: Office, item: UUID) -> dict[str, Any]:
    """What the report opens with."""
    task_id = office.task(item, "fill_monitoring")
    with office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, task_id, lock=False)
        return dict(load_form_data(loaded, office.now).values)


def report(office: Office, item: UUID) -> dict[str, Any]:
    """A report that is on plan."""
    rows = []
    for place, line in enumerate(opened(office, item)["indicators"]):
        row = {"__row": place, "likelihood": "certain"}
        if line["operator"] == "qualitative":
            row["actual_text"] = "管护制度已印发并落实到人"
        else:
            row |= {"actual_to_date": line["target"], "forecast": line["target"]}
        rows.append(row)
    return {"executed": "333.00", "forecast_execution": "450.00", "indicators": rows}


def fill(office: Office, item: UUID, values: dict[str, Any]) -> None:
    office.agree(item, "fill_monitoring", clerk_of("P04"), values)


def refused(office: Office, item: UUID, values: dict[str, Any]) -> set[str]:
    with pytest.raises(InvalidInputError) as refusal:
        fill(office, item, values)
    return {each.where for each in refusal.value.problems}


def kept(office: Office, item: UUID) -> dict[str, Any]:
    with office.database.unit_of_work(write=False) as session:
        reports = [each for each in opinions(session, item) if each.form_key == "monitoring"]
    return dict(reports[-1].values)


def link_status(office: Office) -> str:
    with office.database.unit_of_work(write=False) as session:
        return open_goal_file(session, CODE).project.link_status


def test_the_report_opens_with_the_goal_and_the_money(office: Office, item: UUID) -> None:
    values = opened(office, item)

    with office.database.unit_of_work(write=False) as session:
        goal = open_goal_file(session, CODE).goal
    assert [line["l3"] for line in values["indicators"]] == [
        line["l3"] for line in goal["indicators"]
    ]
    assert [line["target"] for line in values["indicators"]] == [
        line["target"] for line in goal["indicators"]
    ]
    assert (values["budget_initial"], values["budget_adjusted"]) == ("450.00", "450.00")
    assert values["period_end"] == "2022-09-30"
    assert values["project_code"] == CODE


def test_a_report_on_plan_passes_to_the_department(office: Office, item: UUID) -> None:
    fill(office, item, report(office, item))

    assert office.open_steps(item) == {"department_review": 1}
    assert kept(office, item)["rate"] == "74.00"
    assert link_status(office) == "pending"


def test_a_dropped_indicator_is_still_asked_for(office: Office, item: UUID) -> None:
    values = report(office, item)
    dropped = values["indicators"].pop(2)["__row"]

    assert refused(office, item, values) == {
        f"indicators.{dropped}.{name}" for name in ("actual_to_date", "forecast", "likelihood")
    }


def test_an_indicator_cannot_be_renamed_or_retargeted(office: Office, item: UUID) -> None:
    values = report(office, item)
    values["indicators"][0] |= {"l3": "另一项指标", "target": "1", "unit": "处"}

    fill(office, item, values)

    line = kept(office, item)["indicators"][0]
    assert (line["l3"], line["target"], line["unit"]) == ("安装防护栏长度", "50", "公里")


def test_a_new_indicator_cannot_be_added(office: Office, item: UUID) -> None:
    values = report(office, item)
    extra = {"l3": "多出来的指标", "likelihood": "certain", "actual_to_date": "1", "forecast": "1"}
    values["indicators"].append(extra)

    fill(office, item, values)

    assert [line["l3"] for line in kept(office, item)["indicators"]] == [
        line["l3"] for line in goal_values(BY_TAG["P04"])["indicators"]
    ]


@pytest.mark.parametrize("likelihood", ["possible", "impossible"])
def test_what_is_not_certain_needs_cause_and_explanation(
    office: Office, item: UUID, likelihood: str
) -> None:
    values = report(office, item)
    line = values["indicators"][0]
    line["likelihood"] = likelihood

    assert refused(office, item, values) == {"indicators.0.cause", "indicators.0.explanation"}

    line |= {"cause": "rules", "explanation": "太短"}
    assert refused(office, item, values) == {"indicators.0.explanation"}

    line["explanation"] = "路基施工遇连续降雨,工期顺延二十天。"
    fill(office, item, values)
    assert kept(office, item)["indicators"][0]["cause"] == "rules"


def test_the_budget_is_read_and_never_typed(office: Office, item: UUID) -> None:
    crafted = {
        "budget_adjusted": "1",
        "budget_initial": "1",
        "rate": "100",
        "executed_origin": "treasury",
        "period_end": "2022-06-30",
        "project_code": "YS2023-9999",
    }

    fill(office, item, {**report(office, item), **crafted})

    values = kept(office, item)
    assert (values["budget_adjusted"], values["rate"]) == ("450.00", "74.00")
    assert (values["executed_origin"], values["project_code"]) == ("typed", CODE)
    assert values["period_end"] == "2022-09-30"


@pytest.mark.parametrize("step", ["department_review", "section_review"])
def test_a_return_opens_the_report_with_its_former_answers(
    office: Office, item: UUID, step: str
) -> None:
    values = report(office, item)
    values["problems"] = "雨季施工进度放缓。"
    fill(office, item, values)
    if step == "section_review":
        office.agree(item, "department_review", "d05.fin", CHECKED)
    who = {"department_review": "d05.fin", "section_review": "sec.eco.rev"}[step]

    office.send_back(item, step, who, "fill_monitoring")

    assert link_status(office) == "returned"
    again = opened(office, item)
    assert again["problems"] == "雨季施工进度放缓。"
    assert [line.get("likelihood") for line in again["indicators"]] == ["certain"] * 7
    fill(office, item, report(office, item))
    assert link_status(office) == "pending"
    assert office.open_steps(item) == {"department_review": 2}


def test_the_section_accepts_the_report(office: Office, item: UUID) -> None:
    fill(office, item, report(office, item))
    office.agree(item, "department_review", "d05.fin", CHECKED)

    office.agree(item, "section_review", "sec.eco.rev", CHECKED)

    assert link_status(office) == "passed"
    with office.database.unit_of_work(write=False) as session:
        instance = load_instance(session, item, lock=False)
    assert (instance.state, instance.end_event) == (InstanceState.COMPLETED, "end_accepted")


def made_report(
    spent: object = 74, progress: object = 70, operator: str = ">=", **more: object
) -> dict[str, Any]:
    line = {"operator": operator, "progress": progress, "likelihood": more.pop("likely", "certain")}
    return {"period_end": "2022-09-30", "rate": spent, "indicators": [line], **more}


@pytest.mark.parametrize(
    ("changes", "on_plan"),
    [
        ({}, True),  # the dossier's green one
        ({"spent": 58, "progress": 66}, False),  # its yellow one
        ({"spent": 22, "progress": 15}, False),  # its red one
        ({"spent": 70, "progress": 60}, True),
        ({"spent": "69.99"}, False),
        ({"spent": 101, "progress": 100}, False),
        ({"progress": "63.99"}, False),
        ({"progress": None}, False),
        ({"progress": None, "operator": "qualitative"}, True),
        ({"likely": "possible"}, False),
        ({"problems": "合同签订较晚。"}, False),
        ({"request_adjust": True}, False),
        ({"spent": None}, False),
        ({"period_end": None}, False),
        ({"indicators": []}, False),
    ],
)
def test_a_report_on_plan_deviates_in_nothing(changes: dict[str, Any], on_plan: bool) -> None:
    assert is_on_plan(made_report(**changes), load_rules(ROOT / "config", 2022)) is on_plan
