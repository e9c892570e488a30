"""Who may be given a seat, and moving one to that person: for transfers and hand-overs alike."""

from datetime import datetime
from typing import NoReturn
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotOfferedError,
    problem,
)
from app.core.i18n import N_, Sentence
from app.identity import Actor, Permission, User, load_actor
from app.workflow.applying.actions import save_instance
from app.workflow.applying.loading import LoadedTask, SeatFacts
from app.workflow.applying.task_rows import (
    begin_action,
    moved_seats,
    record_act,
    touch_task,
    write_seats,
)
from app.workflow.assignment.whys import with_why
from app.workflow.names import person_name, username_of
from app.workflow.permits.duties import refuse_conflicting_duties
from app.workflow.permits.seats import refuse_taking_part
from app.workflow.resources import day_of
from app.workflow.states import SeatState
from app.workflow.voting.electorate import shares
from app.workflow.voting.own_seats import own_seat, require_seat
from app.workflow.voting.rules import rule_of


def find_colleague(session: Session, user_id: UUID, now: datetime) -> Actor | None:
    """An active person who may do steps; None for a leaver and for anybody else."""
    person = load_actor(session, user_id, day_of(session, now), with_absences=False)
    return person if person and person.can(Permission.TASK_WORK) else None


def active_colleague(session: Session, user_id: UUID, missing: str, now: datetime) -> Actor:
    """The same, refusing with the sentence `missing` where there is none.

    Raises:
        NotFoundError: nobody with this id works here, or may do steps.
    """
    person = find_colleague(session, user_id, now)
    if person is None:
        raise NotFoundError(missing)
    return person


def movable_places(loaded: LoadedTask, actor: Actor) -> list[tuple[SeatFacts, ...]]:
    """The places in a step that the actor may move: the own one, first; for a manager any open one.

    Each is its open seats: several where the groups of a single step share one place.
    """
    own = own_seat(loaded, actor)
    if not loaded.is_open or (own is None and not actor.can(Permission.TASK_TRANSFER_ANY)):
        return []
    found: list[tuple[SeatFacts, ...]] = []
    for place in _places(loaded):
        seats = tuple(each for each in place if each.state is SeatState.OPEN)
        if own is not None and own.id in {each.id for each in seats}:
            found.insert(0, (own,))
        elif seats and actor.can(Permission.TASK_TRANSFER_ANY):
            found.append(seats)
    return found


def _places(loaded: LoadedTask) -> list[list[SeatFacts]]:
    shared = shares(rule_of(loaded.step.properties), loaded.seats)
    listed = {each.id for share in shared for each in share}
    return [*shared, *([each] for each in loaded.seats if each.id not in listed)]


def seat_to_move(loaded: LoadedTask, actor: Actor, seat_id: UUID | None) -> SeatFacts:
    """The seat that the actor wants to move: the chosen one, else the own one, else the only one.

    Raises:
        NotPermittedError, ConflictError: as `require_seat`, when there is none to move; or the
            chosen one is not open any more.
        InvalidInputError: a manager must choose among several.
        NotOfferedError: the chosen one is none that this actor may move.
    """
    places = movable_places(loaded, actor)
    if not places:
        return require_seat(loaded, actor)
    if seat_id is not None:
        chosen = next((p for p in places if seat_id in {each.id for each in p}), None)
        return chosen[0] if chosen else _refuse_choice(loaded, actor, seat_id)
    if len(places) > 1 and own_seat(loaded, actor) is None:
        raise InvalidInputError(
            N_("Expected one of the {count} people who are to sign the step {step}."),
            [problem("transfer.seat", "seat", N_("Choose whose place is to move."))],
            count=len(places),
            step=loaded.name,
        )
    return places[0][0]


def _refuse_choice(loaded: LoadedTask, actor: Actor, seat_id: UUID) -> NoReturn:
    former = next((each for each in loaded.seats if each.id == seat_id), None)
    if former is None or not actor.can(Permission.TASK_TRANSFER_ANY):
        raise NotOfferedError(
            N_("Expected an open place of the step {step} that you may move, found another one."),
            [problem("transfer.seat", "seat", N_("Choose one of the places of the list."))],
            step=loaded.name,
        )
    raise ConflictError(
        N_("Expected an open place of the step {step}, but that of {who} is not open any more."),
        step=loaded.name,
        who=person_name(loaded.session, former.holder_id),
    )


def giver_of(loaded: LoadedTask, seat: SeatFacts, actor: Actor) -> Actor | User:
    """From whom a seat moves: its holder, or the person for whom it was meant; else the actor."""
    own = own_seat(loaded, actor)
    if own is not None and own.id == seat.id:
        return actor
    if seat.holder_id is not None:
        return loaded.session.get_one(User, seat.holder_id)
    meant = select(User).where(User.username == username_of(seat.group_key or ""))
    return loaded.session.scalars(meant).one_or_none() or actor


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
