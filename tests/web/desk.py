"""The desks of the sample bureau: browsers without a screen, one for each person who signs in."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.database import Database
from app.projects.sample import SAMPLE_PASSWORD
from app.web import CountersignApp
from app.workflow.models import ProcessInstance, Seat, UserTask
from app.workflow.states import TaskState

#: A sound review (F05) of a goal, and of a monitoring report.
GOAL_REVIEW = {
    **{f"checks.{each}": "good" for each in ("completeness", "relevance")},
    **{f"checks.{each}": "good" for each in ("appropriateness", "feasibility")},
    "grade": "excellent",
}
MONITORING_REVIEW = {"figures": "consistent", "deviations": "none"}
REASON = "The indicators do not match the work planned."


@dataclass
class Desks:
    """Sign-ins to one application, and what lies behind its pages."""

    app: CountersignApp
    database: Database
    clients: dict[str, FlaskClient] = field(default_factory=dict)

    def of(self, username: str, language: str = "en") -> FlaskClient:
        """The browser of a person, signed in and reading this language."""
        if username not in self.clients:
            client = self.app.test_client()
            client.post("/sign-in", data={"username": username, "password": SAMPLE_PASSWORD})
            self.clients[username] = client
        client = self.clients[username]
        client.post("/language", data={"language": language})
        return client

    def open_task(self, code: str, step_id: str = "") -> UUID:
        """The open task of a project; of one step, where it is in two."""
        query = (
            select(UserTask.id)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .where(ProcessInstance.subject_code == code, UserTask.state == TaskState.OPEN)
        )
        if step_id:
            query = query.where(UserTask.step_id == step_id)
        with self.database.unit_of_work(write=False) as session:
            return session.scalars(query).one()

    def instance_of(self, task_id: UUID) -> UUID:
        """The item of a task."""
        with self.database.unit_of_work(write=False) as session:
            query = select(UserTask.instance_id).where(UserTask.id == task_id)
            return session.scalars(query).one()

    def holders(self, task_id: UUID) -> list[UUID | None]:
        """Who holds the open seats of a task."""
        with self.database.unit_of_work(write=False) as session:
            query = select(Seat.holder_id).where(Seat.task_id == task_id, Seat.state == "open")
            return list(session.scalars(query))

    def version_of(self, task_id: UUID) -> int:
        """The version that a page opened now would carry."""
        with self.database.unit_of_work(write=False) as session:
            return session.scalars(select(UserTask.version).where(UserTask.id == task_id)).one()


def words(response: TestResponse) -> str:
    """What a person reads on a page: without tags, spaces drawn together."""
    html = re.sub(r"<(script|style|template)\b.*?</\1>", " ", response.text, flags=re.S)
    text = re.sub(r"<[^>]+>", " ", html)
    return " ".join(text.replace("&#39;", "'").replace("&amp;", "&").split())
