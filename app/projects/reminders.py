"""Who is told what, and when: overdue steps, and the reminders that diagrams draw."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import N_, Sentence
from app.engine import ServiceCall
from app.notify import NoticeKind, notify
from app.workflow.handlers import ServiceContext, service_handler
from app.workflow.history import OpenSeat, open_seats
from app.workflow.models import UserTask
from app.workflow.timers import mark_overdue


def remind_overdue(session: Session, task_id: UUID, now: datetime) -> None:
    """Write once that a step is overdue, and tell its holder or its candidates."""
    if not mark_overdue(session, task_id, now):
        return
    instance_id = session.scalars(select(UserTask.instance_id).where(UserTask.id == task_id)).one()
    for seat in open_seats(session, instance_id):
        if seat.task_id == task_id:
            sentence = Sentence(
                N_("The step {step} was due {due}; it waits for you."),
                {"step": seat.step, "due": seat.due_at},
            )
            _tell(session, NoticeKind.OVERDUE, seat, f"overdue:{task_id}", sentence, now)


@service_handler("send_reminder")
def send_reminder(context: ServiceContext, call: ServiceCall) -> None:
    """Remind everybody who holds an open step of the diagram that the timer sits in."""
    for seat in open_seats(context.session, context.instance_id):
        if seat.definition_key != call.definition_key:
            continue
        if seat.task_id != context.decided_task_id:
            sentence = Sentence(
                N_("{reminder}: the step {step} is due {due}."),
                {"reminder": call.name, "step": seat.step, "due": seat.due_at},
            )
            occasion = f"{call.element_id}:{seat.task_id}"
            _tell(context.session, NoticeKind.DUE, seat, occasion, sentence, call.now)


def _tell(
    session: Session,
    kind: NoticeKind,
    seat: OpenSeat,
    occasion: str,
    sentence: Sentence,
    now: datetime,
) -> None:
    notify(session, kind, seat.addresses, occasion, sentence, f"/tasks/{seat.task_id}", now)
