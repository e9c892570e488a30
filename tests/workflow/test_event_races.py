"""Events when several workers are at it at once, and when one is killed at the worst moment."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.worker import Worker
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.events.delivering import deliver_message, due_messages
from app.workflow.ledger.entries import verify
from tests.workflow.conftest import Office
from tests.workflow.drawn import acts, agree, deploy
from tests.workflow.messages import (
    THROWS,
    WAITS,
    begin,
    message,
    send,
    states,
    waiting,
    work,
)

REVIEWER = "ctr.rev1"
ROLE = "candidateGroups=center_reviewer"
#: Runs in a process of its own that kills itself before, or right after, its commit number so.
KILLED = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from sqlalchemy import event
from app.projects import tell
from app.workflow.resources import open_database
from tests.databases import installation
from tests.workflow.conftest import Office
from tests.workflow.drawn import agree
from tests.workflow.messages import work
url, folder, now, moment, what = sys.argv[1:6]
database = open_database(installation(url, Path(folder)))
office = Office(database, datetime.fromisoformat(now))
office.actor("ctr.rev1")
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if moment == "before":
    event.listen(database.engine, "commit", die)
else:
    event.listen(database._sessions, "after_commit", die)
if what == "deliver":
    work(office)
else:
    from uuid import UUID
    agree(office, UUID(what), "before", "ctr.rev1")
"""


@pytest.fixture(autouse=True)
def diagrams(office: Office) -> None:
    deploy(office, WAITS.replace("step after", f"step after {ROLE}"), "P_W")
    deploy(office, THROWS.replace("step before", f"step before {ROLE}"), "P_T")


def killed(office: Office, folder: Path, moment: str, what: str) -> None:
    """Let another process begin, and kill it."""
    url = office.database.url.render_as_string(hide_password=False)
    arguments = [url, str(folder), office.now.isoformat(), moment, what]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], check=False, capture_output=True, text=True
    )
    assert done.returncode == -9, done.stderr


def test_kill_9_loses_and_doubles_nothing(office: Office, tmp_path: Path) -> None:
    receivers = [begin(office, "P_W", number) for number in (1, 2)]
    thrower = begin(office, "P_T")

    killed(office, tmp_path, "before", str(thrower))
    assert (states(office), office.open_steps(thrower)) == ([], {"before": 1})
    killed(office, tmp_path, "after", str(thrower))
    assert (states(office), office.open_steps(thrower)) == (["new"], {})

    killed(office, tmp_path, "before", "deliver")
    assert (states(office), office.open_steps(receivers[0])) == (["new"], {})
    killed(office, tmp_path, "after", "deliver")
    assert states(office) == ["delivered"]

    work(office)
    assert states(office) == ["delivered"]
    assert [office.open_steps(each) for each in receivers] == [{"after": 1}, {}]
    assert [verb for verb, *_ in acts(office, receivers[0])].count("receive") == 1
    with office.database.unit_of_work(write=False) as session:
        assert all(verify(session, each).is_sound for each in (thrower, *receivers))


@contextmanager
def at_once(office: Office, job: Callable[[Session], None]) -> Iterator[None]:
    """While the block runs, the job is done but not committed; what waits for it may go on then."""
    begun, go_on = Event(), Event()

    def run() -> None:
        with office.database.unit_of_work() as session:
            job(session)
            begun.set()
            go_on.wait(0.5)

    thread = Thread(target=run)
    thread.start()
    assert begun.wait(20)
    try:
        yield
    finally:
        go_on.set()
        thread.join()


def deliver(office: Office, message_id: UUID) -> Callable[[Session], None]:
    return lambda session: deliver_message(session, message_id, office.now)


def test_of_two_messages_at_once_one_receiver_gets_one(office: Office) -> None:
    receiver = begin(office, "P_W")
    first, second = send(office, payload={"n": 1}), send(office, payload={"n": 2})
    with at_once(office, deliver(office, first)), office.database.unit_of_work() as session:
        deliver(office, second)(session)  # on PostgreSQL it waits for the receiver
    work(office)
    assert states(office) == ["delivered", "buffered"]
    assert office.open_steps(receiver) == {"after": 1}
    assert [verb for verb, *_ in acts(office, receiver)].count("receive") == 1


def test_two_workers_with_one_message_deliver_it_once(office: Office) -> None:
    receivers = [begin(office, "P_W", number) for number in (1, 2)]
    sent = send(office)
    with at_once(office, deliver(office, sent)), office.database.unit_of_work() as session:
        deliver(office, sent)(session)
    assert message(office, sent).receiver_id == receivers[0]
    assert [len(office.open_steps(each)) for each in receivers] == [1, 0]


def test_who_begins_to_wait_while_a_message_is_put_aside_gets_it(office: Office) -> None:
    sent = send(office)
    with at_once(office, deliver(office, sent)):
        receiver = begin(office, "P_W")
    with office.database.unit_of_work(write=False) as session:
        assert due_messages(session, office.now) == [sent]
    work(office)
    assert office.open_steps(receiver) == {"after": 1}


def test_two_items_that_signal_each_other_do_not_wait_for_one_another(office: Office) -> None:
    deploy(
        office,
        f"""
        start s
        step work {ROLE}
        throw tell signal=a
        handler h
        start hs signal=a isInterrupting=false
        step told {ROLE}
        end he
        hs > told > he
        }}
        step more {ROLE}
        end e
        s > work > tell > more > e
        """,
        "P_S",
    )
    one, two = begin(office, "P_S", 1), begin(office, "P_S", 2)
    tasks, actor = [office.task(each, "work") for each in (one, two)], office.actor(REVIEWER)

    def approve(task_id: UUID) -> Callable[[Session], None]:
        return lambda session: approve_task(
            session, task_id, actor, Decision("agree", {}), office.now
        )

    with at_once(office, approve(tasks[0])), office.database.unit_of_work() as session:
        approve(tasks[1])(session)
    work(office)
    # Each has heard the other, and itself in its own step.
    assert sorted(states(office)) == ["delivered", "delivered"]
    assert office.open_steps(one).keys() == office.open_steps(two).keys() == {"told", "more"}


def test_the_embedded_worker_is_woken_by_the_commit(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.worker.INTERVAL", 600.0)
    receiver, thrower = begin(office, "P_W"), begin(office, "P_T")
    worker = Worker(office.database, Clock())
    worker.start()
    try:
        agree(office, thrower, "before", REVIEWER)
        for _ in range(100):
            if waiting(office, receiver) == []:
                break
            Event().wait(0.05)
        assert office.open_steps(receiver) == {"after": 1}
    finally:
        worker.stop()
