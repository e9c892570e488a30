"""Which seat of a task is a person's own, and whether the task still waits for it."""

from dataclasses import replace

from app.core.errors import ConflictError, NotPermittedError
from app.core.i18n import N_, Sentence
from app.identity import Actor, StandIn
from app.workflow.applying.loading import LoadedTask, SeatFacts
from app.workflow.names import candidate_keys, owner_keys, person_name
from app.workflow.states import InstanceState, SeatState

#: States of a seat whose holder may take no second one in the same visit.
_TAKING_PART = (
    SeatState.WAITING,
    SeatState.APPROVED,
    SeatState.REJECTED,
    SeatState.ABSTAINED,
    SeatState.RETURNED,
)


#: What took a step away that nobody had decided, in words.
TAKEN_AWAY = {
    "withdraw": N_("withdrawn by the initiator"),
    "recall": N_("the decision before it was recalled"),
    "terminate": N_("the item was terminated"),
    "return": N_("returned to an earlier step"),
    "fire": N_("a timer"),
}


def own_seat(loaded: LoadedTask, actor: Actor) -> SeatFacts | None:
    """The seat that the actor holds, or else the first one that he may claim.

    Nobody votes twice in one visit, whatever groups he belongs to.
    """
    held = next((seat for seat in loaded.seats if seat.is_held_by(actor)), None)
    if held is not None or any(_has_voted(seat, actor) for seat in loaded.seats):
        return held
    own = next((seat for seat in loaded.seats if seat.is_open_to(actor)), None)
    return own or _seat_of_absent(loaded, actor)


def _seat_of_absent(loaded: LoadedTask, actor: Actor) -> SeatFacts | None:
    """The seat of an absent colleague for whom the actor stands in today (代理).

    It stays the owner's: `on_behalf_of_id` says for whom the actor decides by it.
    """
    for owner in actor.stands_in_for:
        if not owner.covers(loaded.instance.process_key):
            continue
        if any(_has_voted(seat, owner) for seat in loaded.seats):
            continue
        keys = owner_keys(owner)
        for seat in loaded.seats:
            is_his = seat.holder_id == owner.id or (
                seat.holder_id is None and seat.group_key in keys
            )
            if is_his and seat.state is SeatState.OPEN:
                return replace(seat, on_behalf_of_id=owner.id)
    return None


def owner_of(seat: SeatFacts | None, actor: Actor) -> StandIn | None:
    """For whom the actor would decide by this seat; None for his own."""
    wanted = seat.on_behalf_of_id if seat else None
    return next((each for each in actor.stands_in_for if each.id == wanted), None)


def _has_voted(seat: SeatFacts, person: Actor | StandIn) -> bool:
    """Whether the person has acted here, or waits to: neither lets him sit down once more."""
    is_his = person.id in (seat.holder_id, seat.on_behalf_of_id)
    return is_his and seat.state in _TAKING_PART


def require_seat(loaded: LoadedTask, actor: Actor) -> SeatFacts:
    """The actor's seat in an open task.

    Raises:
        ConflictError: somebody decided or claimed first (who, what, when).
        NotPermittedError: the actor has no seat here.
    """
    refuse_closed(loaded)
    seat = own_seat(loaded, actor)
    if seat is not None:
        return seat
    keys = candidate_keys(actor)
    if any(each.waits_for(actor) for each in loaded.seats):
        raise NotPermittedError(
            N_("Expected your turn in the step {step}; others sign before you."), step=loaded.name
        )
    held = next((each for each in loaded.seats if each.is_held), None)
    if held is not None and any(each.group_key in keys for each in loaded.seats):
        raise ConflictError(
            N_("Expected the step {step} to be free, but {who} has had it since {when}."),
            step=loaded.name,
            who=person_name(loaded.session, held.holder_id),
            when=held.held_since,
        )
    raise NotPermittedError(
        N_("Expected a seat of yours in the step {step}, found none."), step=loaded.name
    )


def refuse_closed(loaded: LoadedTask) -> None:
    """Refuse when the step is over, and say who ended it, how and when."""
    if loaded.instance.state == InstanceState.SUSPENDED:
        raise ConflictError(
            N_("Expected an item under way, but it has been suspended since {when}."),
            when=loaded.instance.suspended_at,
        )
    if loaded.is_open:
        return
    outcome = loaded.step.outcome(loaded.task.outcome or "")
    raise ConflictError(
        N_("Expected the step {step} to be open, but {who} closed it {when} ({outcome})."),
        step=loaded.name,
        who=person_name(loaded.session, loaded.task.closed_by_id),
        when=loaded.task.closed_at,
        outcome=outcome.name if outcome else _taken_away(loaded.task.outcome or ""),
    )


def _taken_away(verb: str) -> Sentence | str:
    """How a step ended that nobody decided."""
    return Sentence(TAKEN_AWAY[verb], {}) if verb in TAKEN_AWAY else verb


def refuse_stale(loaded: LoadedTask, expected_version: int | None) -> None:
    """Refuse a form opened before the latest change of the task; None trusts the caller."""
    if expected_version is not None and expected_version != loaded.task.version:
        raise ConflictError(
            N_("Expected version {wanted} of the step {step}, found version {found}: somebody "
               "changed it after you opened the page. Please look at it again."),
            step=loaded.name,
            wanted=expected_version,
            found=loaded.task.version,
        )  # fmt: skip
