"""The worker: fires due timers and runs the alarms of steps, one short unit of work each.

The embedded default runs one thread of it inside the web process; beyond one machine
`countersign worker` runs as many processes as wanted on one PostgreSQL.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.database import Database
from app.projects import ring_alarm
from app.workflow.alarms import due_tasks
from app.workflow.failures import InstanceFailureError
from app.workflow.incidents import open_incident
from app.workflow.request_keys import drop_old_keys, has_old_keys
from app.workflow.timers import due_instances, fire_timers

#: Seconds between two looks at the indexes of due work.
INTERVAL = 5.0

log = logging.getLogger(__name__)


def run_due(database: Database, now: datetime) -> int:
    """Do everything that is due at `now`, each piece in its own transaction; gives how many."""
    with database.unit_of_work(write=False) as session:
        instances = due_instances(session, now)
        alarms = due_tasks(session, now)
        old_keys = has_old_keys(session, now)
    if old_keys:
        with database.unit_of_work() as session:
            drop_old_keys(session, now)
    done = sum(_run(database, fire_timers, each, now) for each in instances)
    return done + sum(_run(database, ring_alarm, each, now) for each in alarms)


class Worker(threading.Thread):
    """A thread that runs what is due until it is stopped; stopping waits for the current piece."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(name="countersign-worker", daemon=True)
        self._database, self._clock = database, clock
        self._stopped = threading.Event()

    def run(self) -> None:
        """Look, work, wait; an unexpected failure is logged and does not end the thread."""
        while not self._stopped.is_set():
            try:
                if run_due(self._database, self._clock.now()):
                    continue
            except Exception:
                log.exception("The worker could not look for due work; it tries again.")
            self._stopped.wait(INTERVAL)

    def stop(self) -> None:
        """Ask the thread to end and wait for it."""
        self._stopped.set()
        self.join()


def _run(
    database: Database, job: Callable[[Session, UUID, datetime], None], key: UUID, now: datetime
) -> bool:
    try:
        with database.unit_of_work() as session:
            job(session, key, now)
    except InstanceFailureError as failure:
        with database.unit_of_work() as session:
            open_incident(session, failure, now)
    except Exception:
        log.exception("The worker could not finish %s of %s.", job.__name__, key)
        return False
    return True
