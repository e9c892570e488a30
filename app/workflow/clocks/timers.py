"""Timer events of diagrams: what is due is found by an index, nothing polls idle instances."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.engine import fire
from app.workflow.applying.actions import action_on
from app.workflow.applying.loading import load_instance, open_tasks_of
from app.workflow.applying.steps import apply_step
from app.workflow.applying.timer_rows import TIMER
from app.workflow.clocks.models import Timer
from app.workflow.definitions.versions import process_of
from app.workflow.failures import failing_as_incident
from app.workflow.handlers import ServiceContext, bound_services


def due_instances(session: Session, now: datetime, limit: int = 50) -> list[UUID]:
    """Instances with a timer that is due, the longest overdue first.

    On PostgreSQL several workers may ask at once: rows that another one has locked are skipped.
    """
    query = (
        select(Timer.instance_id)
        .where(Timer.due_at <= now, Timer.incident_id.is_(None))
        .order_by(Timer.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(dict.fromkeys(session.scalars(query)))


def fire_timers(session: Session, instance_id: UUID, now: datetime) -> None:
    """Fire every timer of one instance that is due, in due order, as the system actor."""
    instance = load_instance(session, instance_id, lock=True)
    due = session.execute(
        select(Timer.element_id, Timer.definition_key)
        .where(Timer.instance_id == instance_id, Timer.due_at <= now)
        .order_by(Timer.due_at)
    ).all()
    if not due:
        return  # another worker was faster
    process = process_of(session, instance.definition_ids)
    action = action_on(session, instance, process, None, now)
    handlers = bound_services(
        ServiceContext(session, instance_id, instance.business_key, instance.subject_code)
    )
    for timer in due:
        action.record("fire", definition_key=timer.definition_key, step_id=timer.element_id)
    with failing_as_incident(instance_id):
        step = fire(process, instance.engine_state, now, handlers)
    apply_step(action, step, open_tasks_of(session, instance_id), "fire")


def hold_timers(session: Session, instance_id: UUID, incident_id: UUID, now: datetime) -> None:
    """Keep failing timers of an instance from firing again until their incident is resolved."""
    session.connection().execute(
        update(TIMER)
        .where(TIMER.c.instance_id == instance_id, TIMER.c.due_at <= now)
        .values(incident_id=incident_id)
    )


def release_timers(session: Session, incident_id: UUID) -> None:
    """Let the timers of a resolved incident fire again."""
    session.connection().execute(
        update(TIMER).where(TIMER.c.incident_id == incident_id).values(incident_id=None)
    )
