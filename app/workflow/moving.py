"""Who may be given a seat, and moving one to that person: for transfers and hand-overs alike."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.i18n import Sentence
from app.identity import Actor, Permission, User, load_actor
from app.workflow.actions import save_instance
from app.workflow.duty_permits import refuse_conflicting_duties
from app.workflow.loading import LoadedTask, SeatFacts
from app.workflow.seat_permits import refuse_taking_part
from app.workflow.task_rows import begin_action, moved_seats, record_act, touch_task, write_seats
from app.workflow.whys import with_why


def find_colleague(session: Session, user_id: UUID) -> Actor | None:
    """An active person who may do steps; None for a leaver and for anybody else."""
    person = load_actor(session, user_id)
    return person if person and person.can(Permission.TASK_WORK) else None


def active_colleague(session: Session, user_id: UUID, missing: str) -> Actor:
    """The same, refusing with the sentence `missing` where there is none.

    Raises:
        NotFoundError: nobody with this id works here, or may do steps.
    """
    person = find_colleague(session, user_id)
    if person is None:
        raise NotFoundError(missing)
    return person


def move_seat(
    loaded: LoadedTask,
    seat: SeatFacts,
    actor: Actor,
    giver: Actor | User,
    receiver: Actor,
    verb: str,
    because: Sentence,
    reason: str,
    now: datetime,
) -> None:
    """Give an undecided seat to another person, who is told why; one ledger entry.

    The `giver` is whom an unclaimed seat was offered to, and who gives it away in the ledger.

    Raises:
        InvalidInputError: the receiver takes part in the step already.
        NotPermittedError: a duty keeps the receiver out of it.
    """
    refuse_taking_part(loaded, receiver, seat)
    refuse_conflicting_duties(loaded, receiver)
    action = begin_action(loaded, actor, now)
    why = with_why(seat.why, because)
    write_seats(loaded, moved_seats(loaded, seat, giver.id, receiver.id, why, now))
    touch_task(loaded)
    record_act(
        action,
        loaded,
        verb,
        from_state=giver.username,
        to_state=receiver.username,
        reason=reason.strip(),
    )
    save_instance(action)
