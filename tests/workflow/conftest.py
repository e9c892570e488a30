"""A bureau at work without its history: people, the projects of 2023, the shipped diagrams."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.database import Database
from app.core.settings import ROOT
from app.identity import Actor, User, load_actor
from app.projects.launch import start_goal_review
from app.projects.queries import project_by_code
from app.projects.sample import goal_values, load_people, load_projects, projects
from app.workflow.applying.loading import load_task
from app.workflow.deciding.attachments import as_form_value, attach_file
from app.workflow.deciding.decisions import Decision, approve_task, reject_task, return_task
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.models import UserTask
from app.workflow.permits.tasks import return_choices
from app.workflow.resources import open_database
from app.workflow.states import TaskState
from tests.databases import Server, clone_of, installation, open_warm

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BY_TAG = {each.tag: each for each in projects(2023)}
#: A review that agrees (F05).
REVIEW = {
    "checks": {
        "completeness": "excellent",
        "relevance": "excellent",
        "appropriateness": "good",
        "feasibility": "good",
    },
    "grade": "excellent",
}
REASON = "指标值没有依据,请补充测算过程后再报送。"


@pytest.fixture(scope="session")
def office_template(
    servers: Callable[[str], Server], empty_template: Callable[[str], str]
) -> Callable[[str], str]:
    """The URL of a database of this kind with people, projects and deployed diagrams."""

    @cache
    def make(kind: str) -> str:
        url = servers(kind).copy(empty_template(kind))
        database = open_database(installation(url, Path("unused")))
        with database.unit_of_work() as session:
            load_people(session, CHEAP)
            load_projects(session)
            for key in ("P_PRELIM", "P_GOAL", "P_MONITOR"):
                xml = (ROOT / "bpmn" / f"{key}.bpmn").read_bytes()
                deploy_definition(session, None, xml, "", datetime(2022, 8, 1, tzinfo=UTC))
        database.dispose()
        return url

    return make


@dataclass
class Office:
    """Drives verbs by user name and step, one unit of work each; an hour passes per act."""

    database: Database
    now: datetime
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, username: str) -> Actor:
        if username not in self.actors:
            with self.database.unit_of_work(write=False) as session:
                user_id = session.scalars(select(User.id).where(User.username == username)).one()
                found = load_actor(session, user_id)
            assert found is not None
            self.actors[username] = found
        return self.actors[username]

    def act(self, verb: Callable[..., Any], *arguments: Any) -> Any:
        """Run one verb in its own transaction at the present hour, then let an hour pass."""
        with self.database.unit_of_work() as session:
            result = verb(session, *arguments, self.now)
        self.now += timedelta(hours=1)
        return result

    def start(self, tag: str) -> UUID:
        """Start the goal review of a named project of 2023, as the clerk of its unit."""
        project = BY_TAG[tag]

        def begin(session: Session, now: datetime) -> UUID:
            row = project_by_code(session, project.code)
            return start_goal_review(session, row, self.actor(clerk_of(tag)), now)

        item: UUID = self.act(begin)
        return item

    def task(self, item: UUID, step: str) -> UUID:
        with self.database.unit_of_work(write=False) as session:
            return session.scalars(
                select(UserTask.id).where(
                    UserTask.instance_id == item,
                    UserTask.step_id == step,
                    UserTask.state == TaskState.OPEN,
                )
            ).one()

    def open_steps(self, item: UUID) -> dict[str, int]:
        """The open steps of an item, each with the number of its visit."""
        with self.database.unit_of_work(write=False) as session:
            rows = session.execute(
                select(UserTask.step_id, UserTask.visit).where(
                    UserTask.instance_id == item, UserTask.state == TaskState.OPEN
                )
            )
            return {row.step_id: row.visit for row in rows}

    def agree(
        self,
        item: UUID,
        step: str,
        who: str,
        values: Mapping[str, Any] = REVIEW,
        outcome: str = "agree",
        opinion: str = "同意,按程序报下一环节。",
    ) -> None:
        decision = Decision(outcome, values, opinion)
        self.act(approve_task, self.task(item, step), self.actor(who), decision)

    def submit(self, item: UUID, tag: str, **changes: Any) -> None:
        values = goal_values(BY_TAG[tag])
        del values["year_amount"]
        self.agree(item, "compile_goals", clerk_of(tag), values | changes)

    def send_back(self, item: UUID, step: str, who: str, target: str) -> None:
        task_id = self.task(item, step)
        with self.database.unit_of_work(write=False) as session:
            choices = return_choices(load_task(session, task_id, lock=False))
        choice = next(each for each in choices if each.step_id == target)
        decision = Decision("return", {}, REASON, choice)
        self.act(return_task, task_id, self.actor(who), decision)

    def reject(self, item: UUID, step: str, who: str) -> None:
        decision = Decision("reject", {**REVIEW, "grade": "poor"}, REASON)
        self.act(reject_task, self.task(item, step), self.actor(who), decision)

    def third_party(self, item: UUID, who: str = "tpa.a1") -> None:
        """Attach a report and give the agency's opinion."""
        from io import BytesIO  # noqa: PLC0415

        task_id = self.task(item, "third_party_review")
        row = self.act(
            attach_file, task_id, self.actor(who), "评审报告.pdf", BytesIO(b"%PDF-1.7 report")
        )
        values = {
            "no_conflict": True,
            "verified_amount": "1100",
            "conclusion": "support_adjusted",
            "report": [as_form_value(row)],
        }
        self.agree(item, "third_party_review", who, values)

    def desk_review(self, item: UUID, who: str = "ctr.rev1") -> None:
        values = {"checks": REVIEW["checks"], "verified_amount": "1200"}
        self.agree(item, "center_desk_review", who, values)


@pytest.fixture
def office(
    servers: Callable[[str], Server],
    office_template: Callable[[str], str],
    database_kind: str,
    tmp_path: Path,
) -> Iterator[Office]:
    """The bureau on SQLite, then on PostgreSQL, on the first Monday of the goal season."""
    with clone_of(servers(database_kind), office_template(database_kind)) as url:
        database = open_warm(installation(url, tmp_path))
        yield Office(database, datetime(2022, 9, 5, 1, tzinfo=UTC))
        database.dispose()


def clerk_of(tag: str) -> str:
    return f"{BY_TAG[tag].unit_code.lower()}.clerk"
