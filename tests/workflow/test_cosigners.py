"""Co-signers at the same moment: every vote counts, and the step goes on exactly once."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.core.database import Database
from app.core.errors import CountersignError
from app.identity import Actor, Permission, User, load_actor
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.models import UserTask, Vote
from app.workflow.resources import open_database
from tests.databases import installation
from tests.workflow.conftest import Office
from tests.workflow.rounds import Round, begin_round

FIFTY = 50


@contextmanager
def another_process(office: Office, folder: Path) -> Iterator[Database]:
    """The same database as another process opens it: with its own connections and locks."""
    url = office.database.url.render_as_string(hide_password=False)
    database = open_database(installation(url, folder))
    try:
        yield database
    finally:
        database.dispose()


def sign_at_once(
    review: Round, signers: Sequence[Actor], database_of: Callable[[int], Database]
) -> list[Exception]:
    """Everybody agrees at the same moment, each in a thread of his own; gives what went wrong."""
    task_id, now = review.task, review.office.now
    barrier, failures = threading.Barrier(len(signers)), []

    def sign(number: int) -> None:
        barrier.wait()
        try:
            with database_of(number).unit_of_work() as session:
                approve_task(session, task_id, signers[number], Decision("agree"), now)
        except Exception as failure:
            failures.append(failure)

    threads = [threading.Thread(target=sign, args=(each,)) for each in range(len(signers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def votes_and_next_steps(review: Round) -> tuple[int, int]:
    """How many votes the step has, and how often the step behind it was opened."""
    with review.office.database.unit_of_work(write=False) as session:
        votes = select(func.count()).where(Vote.task_id == review.task)
        opened = select(func.count()).where(
            UserTask.instance_id == review.item, UserTask.step_id == "next"
        )
        return session.scalars(votes).one(), session.scalars(opened).one()


def test_the_last_two_cosigners_at_the_same_moment(office: Office, tmp_path: Path) -> None:
    review = begin_round(office, mode="all")
    review.agree("ctr.rev3")
    last_two = [office.actor("ctr.rev1"), office.actor("ctr.rev2")]
    with another_process(office, tmp_path) as second:
        failures = sign_at_once(review, last_two, lambda number: (office.database, second)[number])

    assert failures == []
    assert votes_and_next_steps(review) == (3, 1)
    assert review.verbs().count("approve") == 4  # the draft's among them


def test_the_last_two_of_a_share_need_only_one_of_them(office: Office, tmp_path: Path) -> None:
    """One decides; the other is told that the step is closed, and nothing is lost."""
    review = begin_round(office, mode="ratio", **{"pass": "2/3"})
    review.agree("ctr.rev3")
    last_two = [office.actor("ctr.rev1"), office.actor("ctr.rev2")]
    with another_process(office, tmp_path) as second:
        failures = sign_at_once(review, last_two, lambda number: (office.database, second)[number])

    assert [isinstance(each, CountersignError) for each in failures] == [True]
    assert votes_and_next_steps(review) == (2, 1)
    assert sorted(review.seats().values()) == ["approved", "approved", "not_needed"]
    review.verbs()


def test_fifty_cosigners_at_the_same_moment(office: Office) -> None:
    signers = fifty_people(office)
    review = begin_round(office, users=[each.username for each in signers], mode="all")

    failures = sign_at_once(review, signers, lambda _: office.database)

    assert failures == []
    assert votes_and_next_steps(review) == (FIFTY, 1)
    assert set(review.seats().values()) == {"approved"}
    assert review.where == "next"
    assert review.verbs().count("approve") == FIFTY + 1


def fifty_people(office: Office) -> list[Actor]:
    with office.database.unit_of_work(write=False) as session:
        ids = session.scalars(select(User.id).order_by(User.username))
        people = [actor for each in ids if (actor := load_actor(session, each))]
    working = [each for each in people if each.can(Permission.TASK_WORK)]
    if len(working) < FIFTY:
        pytest.fail(f"Expected {FIFTY} people in the sample bureau, found {len(working)}.")
    return working[:FIFTY]
