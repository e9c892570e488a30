"""A step that several people do at once, on the pages: each sees and decides the own task."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from app.identity import User
from app.projects.sample.journeys import DEMO_NOW
from app.workflow.models import Seat, UserTask
from tests.web.desk import Desks, words
from tests.workflow.conftest import Office
from tests.workflow.drawn import begin, deploy
from tests.workflow.test_several_instances import REVIEW


@pytest.fixture
def item(desks: Desks) -> UUID:
    """Three reviewers are asked; two of them are enough."""
    office = Office(desks.database, DEMO_NOW)
    deploy(office, REVIEW.replace("TURNS", "false").replace("MORE", ""))
    return begin(office)


def task_of(desks: Desks, item: UUID, who: str) -> UUID:
    with desks.database.unit_of_work(write=False) as session:
        return session.scalars(
            select(UserTask.id)
            .join(Seat, Seat.task_id == UserTask.id)
            .join(User, User.id == Seat.holder_id)
            .where(UserTask.instance_id == item, User.username == who)
        ).one()


def approve(desks: Desks, item: UUID, who: str) -> str:
    task_id = task_of(desks, item, who)
    sent = {"outcome": "agree", "opinion": "No objection."}
    return words(desks.of(who).post(f"/tasks/{task_id}/approve", data=sent, follow_redirects=True))


def test_each_reviewer_decides_the_own_task_and_the_third_need_not(
    desks: Desks, item: UUID
) -> None:
    seen = words(desks.of("perf.ex2").get(f"/tasks/{task_of(desks, item, 'perf.ex2')}"))
    assert re.search(r"With Guifang Lü .* Also at 会审 Shijie Chen", seen)
    assert "side by side 会审" in seen  # what comes next names each of them

    assert "Nothing waits for you" in approve(desks, item, "perf.ex2")
    assert "Nothing waits for you" in approve(desks, item, "perf.ex1")

    third = words(desks.of("ctr.rev1").get(f"/tasks/{task_of(desks, item, 'ctr.rev1')}"))
    assert "Closed undecided" in third
    assert "Now at after Jianguo Liang" in third
    assert "was closed undecided, because of: a decision elsewhere" in third
    inbox = desks.of("ctr.rev1").get("/inbox").text
    assert str(task_of(desks, item, "ctr.rev1")) not in inbox
