"""What one seat of a step allows: fill the form, abstain, bring in others, be taken away."""

from uuid import UUID

from app.core.errors import (
    ConflictError,
    CountersignError,
    InvalidInputError,
    NotFoundError,
    NotOfferedError,
    NotPermittedError,
    problem,
)
from app.core.i18n import N_
from app.identity import Actor, Permission
from app.workflow.applying.loading import LoadedTask, SeatFacts
from app.workflow.names import candidate_keys, person_name
from app.workflow.states import UNDECIDED, SeatKind, SeatState
from app.workflow.voting.electorate import GONE, shares
from app.workflow.voting.rules import REJECT, may_abstain, rule_of

#: Whose holder may be brought in again: who left the step, and who was only asked for an opinion.
_LEFT = (*GONE, SeatState.ADVISED)
#: Where a signer may be added, seen from one's own seat (前加签、会加签、后加签).
BEFORE, WITH, AFTER = "before", "with", "after"
#: By kind of one's own seat: who was added before it stays before it, who signs behind stays there.
_PLACES = {
    SeatKind.VOTE: (BEFORE, WITH, AFTER),
    SeatKind.BEFORE: (BEFORE, WITH),
    SeatKind.AFTER: (BEFORE, WITH),
    SeatKind.ADVICE: (),
}


def fills_form(seat: SeatFacts) -> bool:
    """Whether the holder fills in the step's form; who was added before or behind signs only."""
    return seat.kind is SeatKind.VOTE


def abstains(loaded: LoadedTask, seat: SeatFacts) -> bool:
    """Whether this seat may abstain: the step says so, and a "no" could follow from it."""
    return (
        seat.kind is SeatKind.VOTE
        and may_abstain(loaded.step.properties)
        and loaded.step.outcome(REJECT) is not None
    )


def refuse_abstaining(loaded: LoadedTask, seat: SeatFacts) -> None:
    """Refuse an abstention where the step does not allow one."""
    if not abstains(loaded, seat):
        raise NotPermittedError(
            N_("Expected a vote for or against in the step {step}; nobody may abstain there."),
            step=loaded.name,
        )


def refuse_advisers(loaded: LoadedTask, seat: SeatFacts) -> None:
    """Refuse a decision by a delegate, who was asked for an opinion only."""
    if seat.kind is SeatKind.ADVICE:
        raise NotPermittedError(
            N_("Expected your opinion on the step {step}; it was delegated to you, and its "
               "decision stays with {who}."),
            step=loaded.name,
            who=person_name(loaded.session, seat.added_by_id),
        )  # fmt: skip


def signer_places(seat: SeatFacts) -> tuple[str, ...]:
    """Where the holder of this seat may add a signer; nowhere for a delegate."""
    return _PLACES[seat.kind]


def refuse_unknown_place(seat: SeatFacts, place: str) -> None:
    """Refuse a place that is not offered to this seat."""
    if place not in signer_places(seat):
        raise NotOfferedError(
            N_("Expected a signer to be added at one of {allowed}, found “{found}”."),
            [problem("signer.place", "place", N_("Choose one of the places of the list."))],
            allowed=", ".join(signer_places(seat)),
            found=place[:40],
        )


def refuse_taking_part(
    loaded: LoadedTask, person: Actor, own: SeatFacts, acting: Actor | None = None
) -> None:
    """Refuse somebody who has a place in this step already: nobody sits there twice.

    Neither does who is `acting` on a seat that he has not claimed yet, nor who may still claim
    another seat than the `own` one: his turn behind it would wait for a vote that is his, too.
    """
    holders = {each.holder_id for each in loaded.seats if each.state not in _LEFT}
    if person.id in holders | {acting.id if acting else None} or _may_claim(loaded, person, own):
        raise InvalidInputError(
            N_("Expected somebody who takes no part in the step {step} yet, but {who} does."),
            [
                problem(
                    "signer.twice", "person", N_("Choose somebody else than {who}."),
                    who=person.name,
                )
            ],
            step=loaded.name,
            who=person.name,
        )  # fmt: skip


def _may_claim(loaded: LoadedTask, person: Actor, own: SeatFacts) -> bool:
    """Whether an unclaimed seat outside the own share of the electorate is open to a person."""
    found = shares(rule_of(loaded.step.properties), loaded.seats)
    mine = next((each for each in found if own in each), [own])
    keys = candidate_keys(person)
    return any(
        each.holder_id is None and each.state in UNDECIDED and each.group_key in keys
        for each in loaded.seats
        if each not in mine
    )


def removable_seat(loaded: LoadedTask, seat_id: UUID, actor: Actor) -> SeatFacts:
    """A seat that the actor may take away: one that he added, or any for an administrator.

    Raises:
        NotFoundError: the step has no such seat. NotPermittedError: somebody else added it.
        ConflictError: it is decided or gone, or it is the last one of the step.
    """
    seat = next((each for each in loaded.seats if each.id == seat_id), None)
    if seat is None:
        raise NotFoundError(
            N_("Expected a signer of the step {step}, found none with this address."),
            step=loaded.name,
        )
    if seat.added_by_id != actor.id and not actor.can(Permission.TASK_TRANSFER_ANY):
        raise NotPermittedError(
            N_("Expected a signer that you have added to the step {step}; only who added one, or "
               "an administrator, may remove it."),
            step=loaded.name,
        )  # fmt: skip
    if seat.state not in UNDECIDED:
        raise ConflictError(
            N_("Expected a signer who has not decided yet in the step {step}, but {who} has."),
            step=loaded.name,
            who=person_name(loaded.session, seat.holder_id),
        )
    if [[seat]] == shares(rule_of(loaded.step.properties), loaded.seats):
        raise ConflictError(
            N_("Expected another signer in the step {step}; the last one cannot be removed."),
            step=loaded.name,
        )
    return seat


def may_remove(loaded: LoadedTask, seat: SeatFacts, actor: Actor) -> bool:
    """Whether the page offers to remove this seat: asks the verb's guard."""
    try:
        removable_seat(loaded, seat.id, actor)
    except CountersignError:
        return False
    return loaded.is_open
