"""What the worker does for a step when its alarm goes off: remind, escalate, or decide.

Everything here is the system actor's, named with its rule: no vote is written, and a seat whose
time ran out ends `expired`, whoever held it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, insert, literal_column, select, update
from sqlalchemy.orm import Session

from app.core.errors import CountersignError
from app.core.i18n import Bilingual
from app.core.ids import new_id
from app.identity import group_key
from app.workflow.applying.actions import SEAT, TASK, Action, action_on, save_instance
from app.workflow.applying.closing import close_seats
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.applying.task_rows import record_act, touch_task
from app.workflow.clocks.stops import next_alarm
from app.workflow.copies import copy_step
from app.workflow.definitions.timeout_rules import (
    OUTCOMES,
    TimeOut,
    escalation_roles,
    superior_joins,
    timeout_of,
)
from app.workflow.failures import InstanceFailureError
from app.workflow.models import UserTask
from app.workflow.resources import resources_of
from app.workflow.states import InstanceState, SeatState, TaskState
from app.workflow.tracking.history import open_seats
from app.workflow.voting.settling import close_without_vote

#: As a literal of the statement, so that a database takes the partial index for sure.
_OPEN: ColumnElement[str] = literal_column("'open'")


class Rang(StrEnum):
    """What an alarm was about."""

    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as it went off, for those who tell people of it."""

    what: Rang
    task_id: UUID
    #: What the item is about.
    subject: Bilingual
    step: Bilingual
    due_at: datetime
    #: When it was set to go off.
    at: datetime
    #: Candidate keys of who held the step or might have claimed it.
    addresses: tuple[str, ...]
    #: Candidate keys of the superiors who got it, or a copy of it.
    superiors: tuple[str, ...] = ()
    #: What the time-out decided, in the words of the diagram.
    outcome: Bilingual | str = ""


def due_tasks(session: Session, now: datetime, limit: int = 50) -> list[UUID]:
    """Open steps whose alarm is due, the longest waiting first.

    On PostgreSQL several workers may ask at once: rows that another one has locked are skipped.
    """
    return list(session.scalars(due_query(now, limit)))


def due_query(now: datetime, limit: int) -> Select[Any]:
    """The statement of `due_tasks`; the index `ix_user_task_alarm` is made for it."""
    return (
        select(UserTask.id)
        .where(UserTask.state == _OPEN, UserTask.alarm_at <= now)
        .order_by(UserTask.alarm_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def run_alarm(session: Session, task_id: UUID, now: datetime) -> Alarm | None:
    """Do what the alarm of a step is for, once; None when another worker was faster.

    Raises:
        InstanceFailureError: it could not be done; the alarm waits for its incident.
    """
    loaded = load_task(session, task_id, lock=True)
    at = loaded.task.alarm_at
    is_active = loaded.is_open and loaded.instance.state == InstanceState.ACTIVE
    if not is_active or at is None or now < at:
        return None
    addresses = tuple(
        address
        for each in open_seats(session, loaded.instance.instance_id)
        if each.task_id == task_id
        for address in each.addresses
    )
    found = Alarm(
        Rang.OVERDUE, task_id, loaded.subject, loaded.name, loaded.task.due_at, at, addresses
    )
    try:
        if now < loaded.task.due_at:
            return _remind(loaded, found, now)
        return _time_out(loaded, found, now)
    except InstanceFailureError:
        raise
    except CountersignError as failure:
        raise InstanceFailureError(
            loaded.instance.instance_id, "timeout", loaded.task.step_id, failure.sentence
        ) from failure


def hold_alarms(session: Session, instance_id: UUID, now: datetime) -> None:
    """Keep due alarms of an instance from going off again until its incident is resolved."""
    session.connection().execute(
        update(TASK)
        .where(
            TASK.c.instance_id == instance_id,
            TASK.c.state == TaskState.OPEN,
            TASK.c.alarm_at <= now,
        )
        .values(alarm_at=None)
    )


def release_alarms(session: Session, instance_id: UUID) -> None:
    """Let the alarms that an incident held go off again."""
    session.connection().execute(
        update(TASK)
        .where(
            TASK.c.instance_id == instance_id,
            TASK.c.state == TaskState.OPEN,
            TASK.c.alarm_at.is_(None),
            TASK.c.reminded_at.is_(None),
            TASK.c.clock_stopped_at.is_(None),
        )
        .values(alarm_at=TASK.c.due_at)
    )


def _remind(loaded: LoadedTask, alarm: Alarm, now: datetime) -> Alarm:
    calendar = resources_of(loaded.session).calendar
    following = next_alarm(loaded.step.properties, loaded.task.due_at, now, calendar)
    action = _begin(loaded, now, alarm_at=following)
    record_act(action, loaded, "remind")
    save_instance(action)
    return replace(alarm, what=Rang.REMINDER)


def _time_out(loaded: LoadedTask, alarm: Alarm, now: datetime) -> Alarm:
    rule = timeout_of(loaded.step.properties)
    action = _begin(loaded, now, alarm_at=None, reminded_at=now)
    record_act(action, loaded, "overdue")
    if rule in OUTCOMES:
        return _decide(action, loaded, rule, alarm)
    if rule is TimeOut.ESCALATE:
        alarm = _escalate(action, loaded, alarm)
    save_instance(action)
    return alarm


def _begin(loaded: LoadedTask, now: datetime, **columns: Any) -> Action:
    """As the system actor; the task's columns first, so that a second worker finds them done."""
    loaded.session.connection().execute(
        update(TASK).where(TASK.c.id == loaded.task.id).values(**columns)
    )
    return action_on(loaded.session, loaded.instance, loaded.process, None, now)


def _escalate(action: Action, loaded: LoadedTask, alarm: Alarm) -> Alarm:
    """Give the superiors a seat beside the others, or a copy where a seat would not help."""
    variables, roles = loaded.instance.variables, escalation_roles(loaded.step.properties)
    wanted = list(dict.fromkeys(group_key(role, variables) for role in roles))
    if superior_joins(loaded.step.properties):
        known = {each.group_key for each in loaded.seats if each.state is SeatState.OPEN}
        _add_seats(loaded, [each for each in wanted if each not in known])
    else:
        task = loaded.task
        copy_step(action, task.definition_key, task.step_id, roles, variables)
    for each in wanted:
        record_act(action, loaded, "escalate", to_state=each)
    return replace(alarm, what=Rang.ESCALATED, superiors=tuple(wanted))


def _add_seats(loaded: LoadedTask, groups: list[str]) -> None:
    if not groups:
        return
    last = max(each.position for each in loaded.seats)
    rows = [
        {
            "id": new_id(),
            "task_id": loaded.task.id,
            "position": last + number,
            "state": SeatState.OPEN,
            "group_key": group,
            "due_at": loaded.task.due_at,
            "why": {"group": group, "escalated": True},
        }
        for number, group in enumerate(groups, start=1)
    ]
    loaded.session.connection().execute(insert(SEAT), rows)
    touch_task(loaded)


def _decide(action: Action, loaded: LoadedTask, rule: TimeOut, alarm: Alarm) -> Alarm:
    """Close the step by its rule: seats expire, no vote is written, the token goes on."""
    task = loaded.task
    code = OUTCOMES[rule]
    close_seats(action, [task.id], SeatState.EXPIRED)
    record_act(action, loaded, "time_out", from_state=TaskState.OPEN, to_state=code)
    roles = loaded.step.properties.get("appr.copy", "").split()
    if roles:
        variables = loaded.instance.variables
        copy_step(action, task.definition_key, task.step_id, roles, variables)
    close_without_vote(action, loaded, code, "time_out")
    outcome = loaded.step.outcome(code)
    return replace(alarm, what=Rang.DECIDED, outcome=outcome.name if outcome else code)
