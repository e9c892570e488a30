"""Incidents: something in a diagram failed, the instance waits as it was, a person sees why."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.i18n import N_
from app.core.ids import new_id
from app.identity import Actor, Permission
from app.workflow.applying.actions import action_on, save_instance
from app.workflow.applying.loading import load_instance
from app.workflow.clocks.alarms import hold_alarms, release_alarms
from app.workflow.clocks.timers import hold_timers, release_timers
from app.workflow.definitions.versions import process_of
from app.workflow.events.operations import MESSAGE, release_messages
from app.workflow.failures import InstanceFailureError
from app.workflow.models import Incident, ProcessInstance


def open_incident(
    session: Session, failure: InstanceFailureError, now: datetime
) -> Incident | None:
    """Write down a failure, in a unit of work of its own after the failed one was rolled back.

    An open incident of the same element and kind is not written twice. None when the instance
    itself was rolled back: it failed while starting.
    """
    instance_id = failure.instance_id
    if session.get(ProcessInstance, instance_id) is None:
        return None
    instance = load_instance(session, instance_id, lock=True)
    known = session.scalars(
        select(Incident).where(
            Incident.instance_id == instance_id,
            Incident.element_id == failure.element_id,
            Incident.kind == failure.kind,
            Incident.resolved_at.is_(None),
        )
    ).first()
    if known is not None:
        hold_timers(session, instance_id, known.id, now)
        hold_alarms(session, instance_id, now)
        return known
    incident = Incident(
        id=new_id(),
        instance_id=instance_id,
        element_id=failure.element_id,
        kind=failure.kind,
        sentence=failure.cause.dump(),
        opened_at=now,
    )
    session.add(incident)
    session.flush()
    hold_timers(session, instance_id, incident.id, now)
    hold_alarms(session, instance_id, now)
    action = action_on(session, instance, process_of(session, instance.definition_ids), None, now)
    action.record("incident", step_id=failure.element_id, reason=str(failure.cause))
    save_instance(action)
    return incident


def resolve_incident(session: Session, incident_id: UUID, actor: Actor, now: datetime) -> None:
    """Declare the cause mended; held timers and messages are tried again."""
    actor.require(Permission.INCIDENT_MANAGE)
    incident = session.get(Incident, incident_id)
    if incident is None or incident.resolved_at is not None:
        raise NotFoundError(N_("Expected an open incident, found none."))
    instance = load_instance(session, incident.instance_id, lock=True)
    incident.resolved_at, incident.resolved_by_id = now, actor.id
    release_timers(session, incident.id)
    release_alarms(session, incident.instance_id)
    release_messages(session, MESSAGE.c.incident_id == incident.id)
    process = process_of(session, instance.definition_ids)
    action = action_on(session, instance, process, actor.id, now)
    action.record("resolve", step_id=incident.element_id)
    save_instance(action)
