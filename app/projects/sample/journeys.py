"""What the people of the sample bureau have done so far, through the same verbs as real work.

Every state that is reached by acting is reached by acting: the goals of 2022 went through all
layers, the monitoring of September 2022 stands where the dossier says (section 5), and the named
projects of 2023 show one situation each. Deterministic: no chance, no wall clock.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.installation import SAMPLE_LOADED, start_clock_at, write_fact
from app.identity import Actor, User, load_actor
from app.projects.kinds import LinkStatus
from app.projects.launch import start_goal_review, start_monitoring
from app.projects.models import Project
from app.projects.sample.goals import goal_values
from app.projects.sample.loading import load_approved_goals, load_people, load_projects
from app.projects.sample.projects import SampleProject, projects
from app.workflow.definitions import deploy_definition
from app.workflow.loading import load_task
from app.workflow.models import TaskState, UserTask
from app.workflow.permits import return_choices
from app.workflow.resources import resources_of
from app.workflow.tasks import (
    Decision,
    approve_task,
    claim_task,
    return_task,
    save_task_draft,
)

#: The day of the demonstration: Monday, 2022-10-10, 09:00 in Shanghai.
DEMO_NOW = datetime(2022, 10, 10, 1, tzinfo=UTC)
DIAGRAMS = ("P_PRELIM", "P_GOAL", "P_MONITOR")
SEPTEMBER = date(2022, 9, 30)
GRADES = {"completeness": "excellent", "relevance": "excellent"}
REVIEW = {
    "checks": {**GRADES, "appropriateness": "good", "feasibility": "good"},
    "grade": "excellent",
}


def load_sample_bureau(database: Database, say: Callable[[str], None]) -> None:
    """Load everything in one unit of work: an interrupted load leaves nothing behind."""
    with database.unit_of_work() as session:
        load_people(session)
        load_projects(session)
        say(f"{load_approved_goals(session)} approved goals of 2021 and 2022")
        installed = datetime(2021, 8, 2, 1, tzinfo=UTC)
        folder = resources_of(session).settings.bpmn_folder
        for key in DIAGRAMS:
            xml = (folder / f"{key}.bpmn").read_bytes()
            deploy_definition(session, None, xml, "", installed)
        bureau = Bureau(session)
        bureau.goals_of_2023()
        say("goal reviews of 2023")
        say(f"{bureau.monitoring_of_2022()} monitoring reports of September 2022")
        start_clock_at(session, DEMO_NOW)
        write_fact(session, SAMPLE_LOADED, DEMO_NOW.isoformat())


@dataclass
class Bureau:
    """The people at work: finds the open task, acts as the right person at a given hour."""

    session: Session
    actors: dict[str, Actor] = field(default_factory=dict)
    rows: dict[str, Project] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for user_id, username in self.session.execute(select(User.id, User.username)):
            actor = load_actor(self.session, user_id)
            if actor is not None:
                self.actors[username] = actor
        self.rows = {row.code: row for row in self.session.scalars(select(Project))}

    def goals_of_2023(self) -> None:
        """P03 to P08 in the states of the dossier; the others of 2023 are still in link 1."""
        by_tag = {each.tag: each for each in projects(2023)}
        self._third_party_beside_desk_review(by_tag["P03"])
        self._overdue_at_preliminary(by_tag["P04"])
        self._returned_with_wrong_weights(by_tag["P05"])
        self._returned_to_preliminary(by_tag["P06"])
        self._at_final_review(by_tag["P07"])
        self._approved(by_tag["P08"])

    def monitoring_of_2022(self) -> int:
        """The September campaign: accepted 601, in review 54, returned 11, not submitted 28."""
        for number, project in enumerate(projects(2022)):
            self._monitor(project, number)
        return len(projects(2022))

    def _third_party_beside_desk_review(self, project: SampleProject) -> None:
        item = self._submitted(project, at(9, 14), at(9, 21))
        self._agree(item, "department_review", fin(project), at(9, 26), REVIEW)
        self._claim(item, "center_desk_review", "ctr.rev1", at(9, 28))

    def _overdue_at_preliminary(self, project: SampleProject) -> None:
        item = self._submitted(project, at(9, 13), at(9, 20))
        self._agree(item, "department_review", fin(project), at(9, 22), REVIEW)
        self._claim(item, "preliminary_review", "ctr.rev2", at(9, 23))

    def _returned_with_wrong_weights(self, project: SampleProject) -> None:
        """The clerk has begun to answer; his draft adds up to 85 points instead of 90."""
        item = self._submitted(project, at(9, 19), at(9, 27))
        reason = "产出指标的分值与工作量不匹配，请重新分配后再报送。"
        self._return(item, "department_review", fin(project), at(9, 29), reason, "compile_goals")
        values = goal_values(project)
        values["indicators"][0]["weight"] = "15"
        fields = list(_pairs({"indicators": values["indicators"]}))
        task_id, clerk = self._open(item, "compile_goals"), self.actors[clerk_of(project)]
        claim_task(self.session, task_id, clerk, None, at(10, 8))
        save_task_draft(self.session, task_id, clerk, {"fields": fields}, at(10, 8, 3))

    def _returned_to_preliminary(self, project: SampleProject) -> None:
        item = self._submitted(project, at(9, 8), at(9, 15))
        self._agree(item, "department_review", fin(project), at(9, 19), REVIEW)
        self._agree(item, "preliminary_review", "ctr.rev1", at(9, 26), REVIEW)
        self._claim(item, "re_examination", "perf.ex1", at(9, 28))
        reason = "成本指标没有核定依据，请评审中心补充成本核定意见。"
        self._return(item, "re_examination", "perf.ex1", at(10, 8), reason, "preliminary")

    def _at_final_review(self, project: SampleProject) -> None:
        item = self._submitted(project, at(9, 5), at(9, 9))
        self._agree(item, "department_review", fin(project), at(9, 14), REVIEW)
        self._agree(item, "preliminary_review", "ctr.rev3", at(9, 21), REVIEW)
        self._agree(item, "re_examination", "perf.ex2", at(10, 9), REVIEW)

    def _approved(self, project: SampleProject) -> None:
        item = self._submitted(project, at(9, 1), at(9, 7))
        self._agree(item, "department_review", fin(project), at(9, 9), REVIEW)
        reason = "节能效益指标缺少数据来源，请补充后再报。"
        self._return(item, "preliminary_review", "ctr.rev1", at(9, 13), reason, "compile_goals")
        self._submit(item, project, at(9, 16))
        self._agree(item, "department_review", fin(project), at(9, 19), REVIEW)
        self._agree(item, "preliminary_review", "ctr.rev1", at(9, 22), REVIEW)
        self._agree(item, "re_examination", "perf.ex3", at(9, 26), REVIEW)
        section = f"sec.{project.section_code.lower()}.rev"
        self._agree(item, "final_review", section, at(9, 29), REVIEW)
        reply = {"reply_number": "财预批〔2022〕108号", "reply_date": "2022-10-09"}
        self._agree(item, "approve_with_budget", "bud.1", at(10, 9), reply)

    def _submitted(self, project: SampleProject, start: datetime, submit: datetime) -> UUID:
        clerk = self.actors[clerk_of(project)]
        item = start_goal_review(self.session, self.rows[project.code], clerk, start)
        self._submit(item, project, submit)
        return item

    def _submit(self, item: UUID, project: SampleProject, when: datetime) -> None:
        values = goal_values(project)
        del values["year_amount"]  # a fact of the project, which the form only shows
        self._agree(item, "compile_goals", clerk_of(project), when, values)

    def _monitor(self, project: SampleProject, number: int) -> None:
        clerk = self.actors[clerk_of(project)]
        started = at(9, 16) + timedelta(minutes=number // 4)
        row = self.rows[project.code]
        item = start_monitoring(self.session, row, SEPTEMBER, clerk, started)
        if project.status is LinkStatus.DRAFT:
            return
        filled = at(9, 19 + number % 5) + timedelta(minutes=number // 4)
        self._agree(item, "fill_monitoring", clerk.username, filled, report_values(project, number))
        checked = filled + timedelta(days=4, hours=1)
        if project.status is LinkStatus.RETURNED:
            reason = "执行进度偏低但没有说明偏差原因，请补充原因和整改措施。"
            self._return(
                item, "department_review", fin(project), checked, reason, "fill_monitoring"
            )
            return
        waits_at_department = (
            project.status is LinkStatus.PENDING and not project.tag and number % 2
        )
        if waits_at_department:
            return
        self._agree(item, "department_review", fin(project), checked, CHECKED)
        if project.status is LinkStatus.PASSED:
            section = f"sec.{project.section_code.lower()}.rev"
            self._agree(item, "section_review", section, checked + timedelta(days=3), CHECKED)

    def _agree(
        self, item: UUID, step: str, who: str, when: datetime, values: Mapping[str, Any]
    ) -> None:
        task_id = self._open(item, step)
        decision = Decision("agree", values, OPINIONS.get(step, ""))
        approve_task(self.session, task_id, self.actors[who], decision, when)

    def _return(
        self, item: UUID, step: str, who: str, when: datetime, reason: str, target: str
    ) -> None:
        task_id = self._open(item, step)
        choices = return_choices(load_task(self.session, task_id, lock=False))
        choice = next(each for each in choices if each.step_id == target)
        decision = Decision("return", {}, reason, choice)
        return_task(self.session, task_id, self.actors[who], decision, when)

    def _claim(self, item: UUID, step: str, who: str, when: datetime) -> None:
        claim_task(self.session, self._open(item, step), self.actors[who], None, when)

    def _open(self, item: UUID, step: str) -> UUID:
        return self.session.scalars(
            select(UserTask.id).where(
                UserTask.instance_id == item,
                UserTask.step_id == step,
                UserTask.state == TaskState.OPEN,
            )
        ).one()


CHECKED = {"figures": "consistent", "deviations": "none"}
OPINIONS = {"final_review": "同意", "re_examination": "同意", "approve_with_budget": "同意"}


def at(month: int, day: int, hour: int = 2) -> datetime:
    """An hour of 2022 (UTC); 2 is ten o'clock in Shanghai."""
    return datetime(2022, month, day, hour, tzinfo=UTC)


def clerk_of(project: SampleProject) -> str:
    """The one clerk of the project's unit."""
    return f"{project.unit_code.lower()}.clerk"


def fin(project: SampleProject) -> str:
    """The reviewer of the project's department."""
    return f"{project.department_code.lower()}.fin"


#: Execution and goal progress at 2022-09-30 of the named projects, in percent (section 5).
PROGRESS = {"P11": (74, 70), "P12": (58, 66), "P13": (22, 15)}


def report_values(project: SampleProject, number: int) -> dict[str, Any]:
    """A monitoring report (F08): money in 10k yuan, every indicator with its progress."""
    spent, done = PROGRESS.get(project.tag, (71 + number % 17, 70 + number % 19))
    likelihood = "certain" if spent >= 70 else "possible" if spent >= 50 else "impossible"
    amount = project.year_amount
    executed = (amount * spent / 100).quantize(Decimal("0.01"))
    lines = [
        _report_line(line, place, done, likelihood)
        for place, line in enumerate(goal_values(project)["indicators"])
    ]
    forecast = amount if likelihood == "certain" else executed + (amount - executed) / 2
    return {
        "executed": str(executed),
        "forecast_execution": str(forecast.quantize(Decimal("0.01"))),
        "indicators": lines,
        "problems": "" if likelihood == "certain" else "招标延后，工程进度落后于计划。",
        "measures": "" if likelihood == "certain" else "倒排工期，按旬调度，年底前完成。",
    }


def _report_line(line: Mapping[str, Any], place: int, done: int, likelihood: str) -> dict[str, Any]:
    reported: dict[str, Any] = {"__row": place, "likelihood": "certain"}
    if line["operator"] == "qualitative":
        reported["actual_text"] = "按计划推进，已建立相关制度。"
    else:
        target = Decimal(line["target"])
        actual = target if line["operator"] in ("<=", "<") else target * done / 100
        reported["actual_to_date"] = str(actual.quantize(Decimal("0.01")))
        reported["forecast"] = str(target)
    if place == 0 and likelihood != "certain":
        reported |= {
            "likelihood": likelihood,
            "cause": "rules",
            "explanation": "因招标程序延后，前三季度完成量低于计划。",
        }
    return reported


def _pairs(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested values as the pairs that a form on a page sends."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, list):
            found.append((f"{path}.__rows", ""))
            for index, row in enumerate(value):
                found += _pairs(row, f"{path}.{index}.")
        elif value is not None:
            found.append((path, str(value)))
    return found
