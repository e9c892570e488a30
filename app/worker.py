"""The worker: fires due timers, delivers messages, runs alarms, tells people and sends mail.

Each piece is one short unit of work.

The embedded default runs one thread of it inside the web process; beyond one machine
`countersign worker` runs as many processes as wanted on one PostgreSQL.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.database import Database
from app.core.errors import CountersignError
from app.core.settings import Settings
from app.notify.outbox import DigestTimes, post, unposted_notices
from app.notify.sending import due_mail, send_mail
from app.projects import ring_alarm, tell
from app.workflow.clocks.alarms import due_tasks
from app.workflow.clocks.timers import due_instances, fire_timers
from app.workflow.deciding.request_keys import drop_old_keys, has_old_keys
from app.workflow.events.delivering import (
    deliver_message,
    due_messages,
    end_messages,
    has_ended,
    hold_message,
)
from app.workflow.events.start_rows import due_starts, fire_start
from app.workflow.failures import InstanceFailureError
from app.workflow.incidents import open_incident
from app.workflow.ledger.telling import untold_instances
from app.workflow.resources import resources_of

#: Seconds between two looks at the indexes of due work; the embedded default is woken before.
INTERVAL = 5.0
#: What grows old: whether there is any, and what drops it.
_CLEANING = ((has_old_keys, drop_old_keys), (has_ended, end_messages))
#: Names what a job is for.
Key = TypeVar("Key")

log = logging.getLogger(__name__)


def run_due(database: Database, now: datetime) -> int:
    """Do everything that is due at `now`, each piece in its own transaction; gives how many."""
    with database.unit_of_work(write=False) as session:
        instances = due_instances(session, now)
        alarms = due_tasks(session, now)
        starts = due_starts(session, now)
        messages = due_messages(session, now)
        clean = [each for has, each in _CLEANING if has(session, now)]
    for drop in clean:
        with database.unit_of_work() as session:
            drop(session, now)
    done = sum(_run(database, fire_start, each, now) for each in starts)
    done += sum(_deliver(database, each, now) for each in messages)
    done += sum(_run(database, fire_timers, each, now) for each in instances)
    done += sum(_run(database, ring_alarm, each, now) for each in alarms)
    return done + tell_people(database, now)


def tell_people(database: Database, now: datetime) -> int:
    """Notices of what happened, mail of the notices, and the mail that is due; gives how many."""
    with database.unit_of_work(write=False) as session:
        resources = resources_of(session)
        news = untold_instances(session)
    settings = resources.settings
    digests = DigestTimes(settings.digest_hour, resources.calendar) if settings.smtp_host else None
    done = sum(_run(database, tell, each, now) for each in news)
    with database.unit_of_work(write=False) as session:
        notices = unposted_notices(session)
    done += sum(_run(database, partial(_post, digests), each, now) for each in notices)
    if digests is None:
        return done
    with database.unit_of_work(write=False) as session:
        mail = due_mail(session, now)
    return done + sum(_send(database, settings, each, now) for each in mail)


def _post(digests: DigestTimes | None, session: Session, notice_id: UUID, now: datetime) -> None:
    post(session, notice_id, digests, now)


def _send(database: Database, settings: Settings, mail_id: UUID, now: datetime) -> bool:
    try:
        send_mail(database, settings, mail_id, now)
    except Exception:
        log.exception("The worker could not tell whether the mail %s went out.", mail_id)
        return False
    return True


class Worker(threading.Thread):
    """A thread that runs what is due until it is stopped; stopping waits for the current piece."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(name="countersign-worker", daemon=True)
        self._database, self._clock = database, clock
        self._stopped, self._woken = threading.Event(), threading.Event()
        database.on_work = self._woken.set

    def run(self) -> None:
        """Look, work, wait; an unexpected failure is logged and does not end the thread."""
        while not self._stopped.is_set():
            self._woken.clear()  # what is committed from here on wakes it again
            try:
                if run_due(self._database, self._clock.now()):
                    continue
            except Exception:
                log.exception("The worker could not look for due work; it tries again.")
            self._woken.wait(INTERVAL)

    def stop(self) -> None:
        """Ask the thread to end and wait for it."""
        self._stopped.set()
        self._woken.set()
        self.join()


def _deliver(database: Database, message_id: UUID, now: datetime) -> bool:
    try:
        with database.unit_of_work() as session:
            deliver_message(session, message_id, now)
    except CountersignError as failure:
        with database.unit_of_work() as session:
            hold_message(session, message_id, failure, now)
    except Exception:
        log.exception("The worker could not deliver the message %s.", message_id)
        return False
    return True


def _run(
    database: Database, job: Callable[[Session, Key, datetime], None], key: Key, now: datetime
) -> bool:
    try:
        with database.unit_of_work() as session:
            job(session, key, now)
    except InstanceFailureError as failure:
        with database.unit_of_work() as session:
            open_incident(session, failure, now)
    except Exception:
        log.exception("The worker could not finish %s of %s.", job, key)
        return False
    return True
