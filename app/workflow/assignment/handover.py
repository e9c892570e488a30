"""A leaver's work (离任移交): every open seat goes to a colleague, one entry in each item."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import ConflictError, InvalidInputError, NotFoundError, problem
from app.core.i18n import N_, Bilingual, Sentence
from app.identity import Actor, Permission, Substitution, User
from app.workflow.applying.loading import SeatFacts, load_task
from app.workflow.assignment.moving import active_colleague, move_seat
from app.workflow.deciding.reasons import require_reason
from app.workflow.models import ProcessInstance, Question, Seat, UserTask
from app.workflow.names import person_key
from app.workflow.states import UNDECIDED, TaskState
from app.workflow.voting.own_seats import refuse_closed

BY_HANDOVER = N_("{who} handed over the open work of {leaver}: {reason}")
NOBODY = N_("Expected an active colleague to hand over to, found none.")


@dataclass(frozen=True, slots=True)
class OpenWork:
    """One task that waits for a person by name."""

    task_id: UUID
    subject: Bilingual
    subject_code: str
    unit_code: str
    step: Bilingual
    visit: int
    due_at: datetime


def open_work_of(session: Session, person: User) -> list[OpenWork]:
    """Open tasks in which the person holds a seat or is named for one, the earliest due first."""
    mine = or_(
        Seat.holder_id == person.id,
        (Seat.holder_id.is_(None)) & (Seat.group_key == person_key(person.username)),
    )
    rows = session.execute(
        select(
            UserTask.id,
            UserTask.name_zh,
            UserTask.name_en,
            UserTask.visit,
            UserTask.due_at,
            ProcessInstance.subject_zh,
            ProcessInstance.subject_en,
            ProcessInstance.subject_code,
            ProcessInstance.unit_code,
        )
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(
            UserTask.state == TaskState.OPEN,
            select(Seat.id)
            .where(Seat.task_id == UserTask.id, mine, Seat.state.in_(UNDECIDED))
            .exists(),
        )
        .order_by(UserTask.due_at, UserTask.id)
    )
    return [
        OpenWork(
            task_id=row.id,
            subject=Bilingual(row.subject_zh, row.subject_en),
            subject_code=row.subject_code,
            unit_code=row.unit_code,
            step=Bilingual(row.name_zh, row.name_en),
            visit=row.visit,
            due_at=row.due_at,
        )
        for row in rows
    ]


def check_handover(
    session: Session, leaver: User, receiver_id: UUID, reason: str, now: datetime
) -> Actor:
    """The receiver, before the first task moves: whoever it is must hold for all of them.

    Raises:
        InvalidInputError: no reason. NotFoundError: a leaver, or who does no steps, as receiver.
    """
    require_reason("reason", reason)
    receiver = active_colleague(session, receiver_id, NOBODY, now)
    if receiver.id == leaver.id:
        raise NotFoundError(NOBODY)
    return receiver


def hand_over_task(
    session: Session,
    task_id: UUID,
    actor: Actor,
    leaver: User,
    receiver_id: UUID,
    reason: str,
    now: datetime,
) -> None:
    """Move the leaver's seat of one task; group memberships stay as they are.

    Raises:
        NotPermittedError: no administrator, or a duty keeps the receiver out of this step.
        ConflictError: the step is over, or the receiver takes part in it already.
        NotFoundError: a leaver as receiver, or nothing of the leaver's to move.
    """
    actor.require(Permission.ADMINISTRATION)
    loaded = load_task(session, task_id, lock=True)
    refuse_closed(loaded)
    receiver = check_handover(session, leaver, receiver_id, reason, now)
    seat = next((each for each in loaded.seats if _is_of(each, leaver)), None)
    if seat is None:
        raise NotFoundError(N_("Expected an open seat of {who}, found none."), who=leaver.name)
    said = {"who": actor.name, "leaver": leaver.name, "reason": reason.strip()}
    because = Sentence(BY_HANDOVER, said)
    move_seat(loaded, seat, actor, leaver, receiver, "hand_over", because, reason, now)


def close_account(session: Session, actor: Actor, user_id: UUID, now: datetime) -> None:
    """Let a person leave: no sign-in, no seat, no standing in; only without open work.

    Nor may a question wait for the person: it would keep the clock of its step for ever.

    Raises:
        ConflictError: open work must be handed over first, questions settled.
        InvalidInputError: the own account.
    """
    actor.require(Permission.ADMINISTRATION)
    person = find_account(session, user_id)
    if person.id == actor.id:
        raise InvalidInputError(
            N_("Expected another person's account; you cannot close your own."),
            [problem("account.own", "account", N_("Ask another administrator."))],
        )
    left = len(open_work_of(session, person))
    if left:
        raise ConflictError(
            N_("Expected no open work of {who}, found {count}. Hand it over first."),
            who=person.name,
            count=left,
        )
    asked = session.scalar(
        select(func.count()).where(
            Question.asked_to_id == person.id, Question.answered_at.is_(None)
        )
    )
    if asked:
        raise ConflictError(
            N_("Expected no open question to {who}, found {count}. It must be answered, taken "
               "back, or settled by a decision first."),
            who=person.name,
            count=asked,
        )  # fmt: skip
    person.is_active = False
    person.session_epoch += 1  # a cookie of before must not revive with the account
    absences = table_of(Substitution)
    session.execute(
        update(absences)
        .where(
            or_(absences.c.owner_id == user_id, absences.c.substitute_id == user_id),
            absences.c.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def reopen_account(session: Session, actor: Actor, user_id: UUID) -> None:
    """Let a person who had left come back."""
    actor.require(Permission.ADMINISTRATION)
    find_account(session, user_id).is_active = True


def find_account(session: Session, user_id: UUID) -> User:
    """The account with this id, closed or not.

    Raises:
        NotFoundError: there is none.
    """
    person = session.get(User, user_id)
    if person is None:
        raise NotFoundError(N_("Expected a person of the organisation, found none."))
    return person


def _is_of(seat: SeatFacts, person: User) -> bool:
    named = seat.holder_id is None and seat.group_key == person_key(person.username)
    return seat.state in UNDECIDED and (seat.holder_id == person.id or named)
