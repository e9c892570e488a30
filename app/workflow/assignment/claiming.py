"""Who sits in a task: claim, unclaim, transfer.

Every verb takes the session of the unit of work first and `now` last, locks the instance, asks
the guards (`…_permits.py`), changes rows, and writes the ledger. It refuses by raising; nothing is
left behind then. `expected_version` is the version of the task that the form was opened with.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotPermittedError, problem
from app.core.i18n import N_, Sentence
from app.identity import Actor
from app.workflow.applying.actions import save_instance
from app.workflow.applying.loading import load_task
from app.workflow.applying.task_rows import (
    begin_action,
    hold_seat,
    record_act,
    touch_task,
    write_seats,
)
from app.workflow.assignment.moving import active_colleague, giver_of, move_seat, seat_to_move
from app.workflow.assignment.whys import BY_TRANSFER
from app.workflow.deciding.reading import note_reader
from app.workflow.deciding.reasons import require_reason
from app.workflow.permits.duties import refuse_conflicting_duties
from app.workflow.voting.own_seats import refuse_closed, refuse_stale, require_seat


def claim_task(
    session: Session, task_id: UUID, actor: Actor, expected_version: int | None, now: datetime
) -> None:
    """Take an unclaimed seat (领取), so that the other candidates see who works on it."""
    loaded = load_task(session, task_id, lock=True)
    seat = require_seat(loaded, actor)
    if seat.holder_id is not None:
        return  # a second click is no error
    refuse_stale(loaded, expected_version)
    refuse_conflicting_duties(loaded, actor)
    action = begin_action(loaded, actor, now)
    write_seats(loaded, hold_seat(loaded, seat, seat.on_behalf_of_id or actor.id, now))
    note_reader(loaded, actor, now)
    touch_task(loaded)
    record_act(action, loaded, "claim", from_state="unclaimed", to_state="claimed")
    save_instance(action)


def unclaim_task(
    session: Session, task_id: UUID, actor: Actor, expected_version: int | None, now: datetime
) -> None:
    """Give an own claim back to the candidates; the draft stays."""
    loaded = load_task(session, task_id, lock=True)
    seat = require_seat(loaded, actor)
    if not seat.is_held_by(actor):
        raise NotPermittedError(
            N_("Expected a claim of yours on the step {step}, found none."), step=loaded.name
        )
    if seat.group_key is None:
        raise NotPermittedError(
            N_("Expected other candidates for the step {step}; it was given to you alone. "
               "You can transfer it."),
            step=loaded.name,
        )  # fmt: skip
    refuse_stale(loaded, expected_version)
    action = begin_action(loaded, actor, now)
    write_seats(loaded, hold_seat(loaded, seat, None, None))
    touch_task(loaded)
    record_act(action, loaded, "unclaim", from_state="claimed", to_state="unclaimed")
    save_instance(action)


def transfer_task(
    session: Session,
    task_id: UUID,
    actor: Actor,
    receiver_id: UUID,
    reason: str,
    expected_version: int | None,
    now: datetime,
    seat_id: UUID | None = None,
) -> None:
    """Hand a seat to another person (转办), who must pass the same duty rules.

    It is the own seat, or any open one for who may move any; `seat_id` says which of several.
    """
    loaded = load_task(session, task_id, lock=True)
    refuse_closed(loaded)
    refuse_stale(loaded, expected_version)
    seat = seat_to_move(loaded, actor, seat_id)
    require_reason("reason", reason)
    receiver = active_colleague(
        session, receiver_id, N_("Expected an active colleague to transfer to, found none."), now
    )
    if receiver.id == seat.holder_id:
        raise InvalidInputError(
            N_("Expected another person to transfer to, but {who} already has this seat."),
            [
                problem(
                    "transfer.same", "receiver", N_("Choose somebody else than {who}."),
                    who=receiver.name,
                )
            ],
            who=receiver.name,
        )  # fmt: skip
    because = Sentence(BY_TRANSFER, {"who": actor.name, "reason": reason.strip()})
    move_seat(
        loaded,
        seat,
        actor,
        giver_of(loaded, seat, actor),
        receiver,
        "transfer",
        because,
        reason,
        now,
    )
