"""The clock of a step: when the worker next looks at it, and how it stands still and goes on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.engine import Process
from app.workflow.clocks.calendar import WORKING_DURATION, WorkingCalendar
from app.workflow.models import Question, Seat, UserTask
from app.workflow.resources import resources_of
from app.workflow.states import QuestionKind, SeatState

TASK = table_of(UserTask)
SEAT = table_of(Seat)
QUESTION = table_of(Question)
#: Property of a step: reminders ahead of its due date, such as `P3BD P1BD`.
REMIND = "appr.remind"


def next_alarm(
    properties: Mapping[str, str], due_at: datetime, now: datetime, calendar: WorkingCalendar
) -> datetime:
    """When the worker next looks at an open step: its next reminder, or else its due date.

    A reminder whose moment has passed already, because the step has little time, is left out.
    """
    ahead = (WORKING_DURATION.match(text) for text in properties.get(REMIND, "").split())
    moments = (calendar.before(due_at, int(each.group(1))) for each in ahead if each)
    return min((each for each in moments if now < each), default=due_at)


def stop_clocks(session: Session, task_ids: Sequence[UUID], now: datetime) -> None:
    """Let steps stand still: nothing reminds, nothing times out.

    A clock that stands still already keeps the moment at which it stopped.
    """
    session.connection().execute(
        update(TASK)
        .where(TASK.c.id.in_(task_ids), TASK.c.clock_stopped_at.is_(None))
        .values(clock_stopped_at=now, alarm_at=None)
    )


def start_clocks(
    session: Session, process: Process, tasks: Sequence[Row[Any]], now: datetime
) -> None:
    """Let stopped clocks go on: a step and its seats are due later by the working time waited."""
    calendar = resources_of(session).calendar
    connection = session.connection()
    for task in tasks:
        if task.clock_stopped_at is None:
            continue
        waited = calendar.working_time(task.clock_stopped_at, now)
        due_at = calendar.add_working_time(task.due_at, waited)
        properties = process.step(task.definition_key, task.step_id).properties
        alarm_at = None
        if task.reminded_at is None:  # otherwise its time-out has run, once and for all
            alarm_at = next_alarm(properties, due_at, now, calendar)
        connection.execute(
            update(TASK)
            .where(TASK.c.id == task.id)
            .values(clock_stopped_at=None, due_at=due_at, alarm_at=alarm_at)
        )
        connection.execute(
            update(SEAT)
            .where(SEAT.c.task_id == task.id, SEAT.c.state.in_((SeatState.OPEN, SeatState.WAITING)))
            .values(due_at=due_at)
        )


def end_questions(session: Session, task_ids: Sequence[UUID], now: datetime) -> None:
    """These steps are over: what is still asked about them is not needed any more."""
    session.connection().execute(
        update(QUESTION)
        .where(
            QUESTION.c.task_id.in_(task_ids),
            QUESTION.c.kind == QuestionKind.CLARIFICATION,
            QUESTION.c.answered_at.is_(None),
        )
        .values(answered_at=now)
    )
