"""The people of the sample bureau at work: every act by its person, at its hour, through a verb."""

from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from heapq import heappop, heappush
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.identity import Actor, Membership, User
from app.identity.actors import actor_of
from app.projects.launch import start_goal_review, start_monitoring
from app.projects.models import Project
from app.projects.sample.projects import SampleProject
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import claim_task, transfer_task
from app.workflow.deciding.decisions import Decision, approve_task, return_task
from app.workflow.deciding.drafts import save_task_draft
from app.workflow.models import UserTask
from app.workflow.permits.tasks import return_choices
from app.workflow.states import TaskState

#: Acts one after the other: yields the moment of the next one, and does it when asked again.
Acts = Generator[datetime, None, None]
#: The same, and gives the item that they began.
Begun = Generator[datetime, None, UUID]


def live(stories: Iterable[Acts]) -> None:
    """Run stories side by side, every act in its turn by the clock.

    So the ids of rows, and every list that is ordered by them, follow the time as in real work.
    """
    waiting: list[tuple[datetime, int, Acts]] = []
    for place, acts in enumerate(stories):
        _wait(waiting, place, acts)
    while waiting:
        _, place, acts = heappop(waiting)
        _wait(waiting, place, acts)


def _wait(waiting: list[tuple[datetime, int, Acts]], place: int, acts: Acts) -> None:
    moment = next(acts, None)
    if moment is not None:
        heappush(waiting, (moment, place, acts))


@dataclass
class Desk:
    """Finds the open task and lets the right person act."""

    session: Session
    actors: dict[str, Actor] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)

    def __post_init__(self) -> None:
        users: dict[str, User] = {}
        groups: defaultdict[str, list[str]] = defaultdict(list)
        people = select(User, Membership.group_key).join(Membership, Membership.user_id == User.id)
        for user, group in self.session.execute(people):
            users[user.username] = user
            groups[user.username].append(group)
        self.actors = {name: actor_of(user, groups[name]) for name, user in users.items()}
        self.projects = {row.code: row for row in self.session.scalars(select(Project))}

    def start_goal(self, project: SampleProject, when: datetime) -> Begun:
        """The unit begins its goal."""
        yield when
        clerk = self.actors[clerk_of(project)]
        return start_goal_review(self.session, self.projects[project.code], clerk, when)

    def start_report(self, project: SampleProject, period_end: date, when: datetime) -> Begun:
        """The unit opens its monitoring report."""
        yield when
        row, clerk = self.projects[project.code], self.actors[clerk_of(project)]
        return start_monitoring(self.session, row, period_end, clerk, when)

    def agree(
        self,
        item: UUID,
        step: str,
        who: str,
        when: datetime,
        values: Mapping[str, Any],
        opinion: str = "",
        outcome: str = "agree",
    ) -> Acts:
        """Submit, agree or approve."""
        yield when
        decision = Decision(outcome, values, opinion)
        approve_task(self.session, self.open_task(item, step), self.actors[who], decision, when)

    def send_back(
        self, item: UUID, step: str, who: str, when: datetime, reason: str, target: str
    ) -> Acts:
        """Return the item to another step."""
        yield when
        task_id = self.open_task(item, step)
        choices = return_choices(load_task(self.session, task_id, lock=False))
        choice = next(each for each in choices if each.step_id == target)
        decision = Decision("return", {}, reason, choice)
        return_task(self.session, task_id, self.actors[who], decision, when)

    def claim(self, item: UUID, step: str, who: str, when: datetime) -> Acts:
        """Take the step."""
        yield when
        claim_task(self.session, self.open_task(item, step), self.actors[who], None, when)

    def hand_over(
        self, item: UUID, step: str, who: str, when: datetime, to: str, reason: str
    ) -> Acts:
        """Transfer the step to a colleague."""
        yield when
        task_id, receiver = self.open_task(item, step), self.actors[to].id
        transfer_task(self.session, task_id, self.actors[who], receiver, reason, None, when)

    def draft(
        self, item: UUID, step: str, who: str, when: datetime, values: Mapping[str, Any]
    ) -> Acts:
        """Type without sending."""
        yield when
        task_id, typed = self.open_task(item, step), {"fields": list(form_pairs(values))}
        save_task_draft(self.session, task_id, self.actors[who], typed, when)

    def open_task(self, item: UUID, step: str) -> UUID:
        """The open task of a step."""
        known = {"item": item, "step": step, "state": TaskState.OPEN}
        task_id: UUID = self.session.connection().execute(_open_task(), known).scalar_one()
        return task_id


@cache
def _open_task() -> Select[Any]:
    task = table_of(UserTask).c
    return select(task.id).where(
        task.instance_id == bindparam("item"),
        task.step_id == bindparam("step"),
        task.state == bindparam("state"),
    )


def clerk_of(project: SampleProject) -> str:
    """The one clerk of the project's unit."""
    return f"{project.unit_code.lower()}.clerk"


def finance_of(project: SampleProject) -> str:
    """The reviewer of the project's department."""
    return f"{project.department_code.lower()}.fin"


def section_of(project: SampleProject) -> str:
    """The reviewer of the project's expenditure section."""
    return f"sec.{project.section_code.lower()}.rev"


def form_pairs(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Nested values as the pairs that a form on a page sends."""
    found: list[tuple[str, str]] = []
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, list):
            found.append((f"{path}.__rows", ""))
            for index, row in enumerate(value):
                found += form_pairs(row, f"{path}.{index}.")
        elif value is not None:
            found.append((path, str(value)))
    return found
