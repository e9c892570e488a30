"""Who may read an item: who takes part in it, and who sees its organisation's projects."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.core.errors import NotPermittedError
from app.core.i18n import N_
from app.identity import Actor, Permission, organisation_scope
from app.workflow.models import ProcessInstance, Question, TaskCopy, UserTask, Vote
from app.workflow.models import Seat as SeatModel
from app.workflow.names import candidate_keys
from app.workflow.states import UNDECIDED


def require_reader(session: Session, actor: Actor, instance: Row[Any]) -> None:
    """Refuse to show an item (a row of `load_instance`) to somebody whom it does not concern.

    Raises:
        NotPermittedError: the actor takes no part in it, nor sees its organisation's projects.
    """
    sees = actor.can(Permission.PROJECT_VIEW) and organisation_scope(actor).includes(
        unit=instance.unit_code,
        department=instance.department_code,
        section=instance.section_code,
        agency=instance.agency_code,
    )
    if not sees and not may_read_instance(session, actor, instance.instance_id):
        raise NotPermittedError(
            N_("Expected an item that concerns you or your organisation, found {subject} of "
               "another one."),
            subject=instance.subject_code,
        )  # fmt: skip


def may_read_instance(session: Session, actor: Actor, instance_id: UUID) -> bool:
    """Whether the actor takes part: started it, has or had a seat, has a copy, or was asked."""
    groups = list(candidate_keys(actor))
    takes_part = select(ProcessInstance.id).where(
        ProcessInstance.id == instance_id,
        (ProcessInstance.started_by_id == actor.id)
        | select(Vote.id).where(Vote.instance_id == instance_id, Vote.actor_id == actor.id).exists()
        | select(TaskCopy.id)
        .where(TaskCopy.instance_id == instance_id, TaskCopy.group_key.in_(groups))
        .exists()
        | select(Question.id)
        .where(Question.instance_id == instance_id, Question.asked_to_id == actor.id)
        .exists()
        | select(SeatModel.id)
        .join(UserTask, UserTask.id == SeatModel.task_id)
        .where(
            UserTask.instance_id == instance_id,
            SeatModel.state.in_(UNDECIDED),
            (SeatModel.holder_id == actor.id) | SeatModel.group_key.in_(groups),
        )
        .exists(),
    )
    return session.execute(takes_part).first() is not None
