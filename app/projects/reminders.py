"""Who is told what, and when: the alarms of steps, and the reminders that diagrams draw."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.i18n import N_, Bilingual, Sentence
from app.engine import ServiceCall
from app.notify import NoticeKind, notify
from app.workflow.clocks.alarms import Rang, run_alarm
from app.workflow.handlers import ServiceContext, service_handler
from app.workflow.tracking.history import OpenSeat, open_seats


def ring_alarm(session: Session, task_id: UUID, now: datetime) -> None:
    """Run the alarm of a step (`alarms.run_alarm`), and tell whom it concerns."""
    alarm = run_alarm(session, task_id, now)
    if alarm is None:
        return
    values = {
        "step": _of_item(alarm.step, alarm.subject),
        "due": alarm.due_at,
        "outcome": alarm.outcome,
    }

    def tell(kind: NoticeKind, addresses: tuple[str, ...], occasion: str, template: str) -> None:
        sentence = Sentence(template, values)
        notify(session, kind, addresses, occasion, sentence, f"/tasks/{task_id}", now)

    if alarm.what is Rang.REMINDER:
        occasion = f"due:{task_id}:{alarm.at.isoformat()}"
        tell(NoticeKind.DUE, alarm.addresses, occasion, N_("The step {step} is due {due}."))
        return
    late = NoticeKind.OVERDUE, alarm.addresses, f"overdue:{task_id}"
    if alarm.what is Rang.DECIDED:
        tell(*late, N_("The step {step} was due {due}; its time-out rule decided “{outcome}”."))
    elif alarm.what is Rang.ESCALATED:
        tell(*late, N_("The step {step} was due {due}; it waits for you, and a superior knows."))
        occasion = f"escalated:{task_id}"
        said = N_("The step {step} was due {due} and is still open; please see to it.")
        tell(NoticeKind.OVERDUE, alarm.superiors, occasion, said)
    else:
        tell(*late, N_("The step {step} was due {due}; it waits for you."))


def _of_item(step: Bilingual, subject: Bilingual) -> Bilingual:
    """Who has three hundred items must read which one is late."""
    return Bilingual(
        f"{subject.in_language('zh')}·{step.in_language('zh')}",
        f"{step.in_language('en')} of {subject.in_language('en')}",
    )


@service_handler("send_reminder")
def send_reminder(context: ServiceContext, call: ServiceCall) -> None:
    """Remind everybody who holds an open step of the diagram that the timer sits in."""
    for seat in open_seats(context.session, context.instance_id):
        if seat.definition_key != call.definition_key or seat.clock_stopped_at is not None:
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
