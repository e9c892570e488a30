"""What the votes so far make of a step, and whose turn it is: seats in, seats out, no database.

A step has the seats of its electorate (kind vote). A holder may put others before his seat, which
then waits, or behind the step, which then stays open. This module is the only one that says which
seat is open, which one waits and which one is no longer needed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.workflow.applying.loading import SeatFacts
from app.workflow.states import UNDECIDED, SeatKind, SeatState
from app.workflow.voting.rules import (
    ABSTAIN,
    REJECT,
    SEQUENTIAL,
    SINGLE,
    Ballot,
    Rule,
    Tally,
    count_votes,
)

#: Seats that have left the step.
GONE = (SeatState.TRANSFERRED, SeatState.REMOVED)
#: Kinds of seats that keep their parent waiting.
_AHEAD = (SeatKind.BEFORE, SeatKind.ADVICE)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a step stands after an act."""

    tally: Tally
    #: The outcome of the whole step, those who sign behind it included; None while it is open.
    outcome: str | None
    #: Every seat with the state that follows.
    seats: tuple[SeatFacts, ...]


def standing(rule: Rule, seats: Sequence[SeatFacts], votes: Mapping[UUID, str]) -> Standing:
    """Count, and let the next ones take their turns.

    `votes` are the outcome codes of this visit by seat, without void ones.
    """
    step = _Step(rule, seats, votes)
    tally = count_votes(rule, step.ballots())
    outcome = step.outcome(tally)
    return Standing(tally, outcome, tuple(step.turns(tally, outcome)))


def electors(seats: Sequence[SeatFacts]) -> list[SeatFacts]:
    """The seats whose votes count."""
    return [each for each in seats if each.kind is SeatKind.VOTE and each.state not in GONE]


def shares(rule: Rule, seats: Sequence[SeatFacts]) -> list[list[SeatFacts]]:
    """The electorate as ballots: in a single step the diagram's groups share one seat."""
    found = electors(seats)
    if rule.mode != SINGLE:
        return [[each] for each in found]
    own = [each for each in found if each.added_by_id is None]
    added = [[each] for each in found if each.added_by_id is not None]
    return [own, *added] if own else added


def signers_before(seats: Sequence[SeatFacts], parents: Sequence[SeatFacts]) -> list[SeatFacts]:
    """Everybody who was put before these seats, and before those again, and their delegates."""
    wanted, found = {each.id for each in parents}, []
    while wanted:
        children = [
            each for each in seats if each.parent_id in wanted and each.kind is not SeatKind.AFTER
        ]
        found += children
        wanted = {each.id for each in children}
    return found


@dataclass(frozen=True, slots=True)
class _Step:
    rule: Rule
    seats: Sequence[SeatFacts]
    votes: Mapping[UUID, str]

    def ballots(self) -> list[Ballot]:
        return [self._ballot(share) for share in shares(self.rule, self.seats)]

    def _ballot(self, share: Sequence[SeatFacts]) -> Ballot:
        said = [self.said(each) for each in share]
        spoken = next((each for each in said if each not in (None, ABSTAIN)), None)
        if spoken is None and None not in said:
            spoken = ABSTAIN
        weight = share[0].weight if self.rule.mode == "weight" else 1
        return Ballot(spoken, weight)

    def said(self, seat: SeatFacts) -> str | None:
        """A seat's vote; the "no" of somebody put before it stands for its own.

        A seat that closed without a vote, such as one whose time ran out, has abstained.
        """
        if seat.id in self.votes:
            return self.votes[seat.id]
        before = (each for each in self._ahead_of(seat) if each.kind is SeatKind.BEFORE)
        if any(self.said(each) == REJECT for each in before):
            return REJECT
        return None if seat.state in UNDECIDED else ABSTAIN

    def outcome(self, tally: Tally) -> str | None:
        """The rule's outcome; after an agreement those who sign behind must agree, too."""
        if tally.outcome in (None, REJECT):
            return tally.outcome
        behind = [self.said(each) for each in self._behind()]
        if REJECT in behind:
            return REJECT
        return None if None in behind else tally.outcome

    def turns(self, tally: Tally, outcome: str | None) -> Iterator[SeatFacts]:
        """Every seat with its state: open, waiting for others, or no longer needed."""
        if outcome is None and tally.outcome is None:
            acting = self._acting_shares()
            later = self._behind()
        elif outcome is None:
            acting, later = [[each] for each in self._behind()], []
        else:
            acting, later = [], []
        states = {each.id: SeatState.WAITING for each in self._with_those_ahead(later)}
        for share in self._undecided_shares() if tally.outcome is None else ():
            states |= {each.id: SeatState.WAITING for each in self._with_those_ahead(share)}
        for share in acting:
            states |= self._states_of(share)
        for seat in self.seats:
            if seat.state in UNDECIDED:
                yield replace(seat, state=states.get(seat.id, SeatState.NOT_NEEDED))
            else:
                yield seat

    def _acting_shares(self) -> list[list[SeatFacts]]:
        waiting = self._undecided_shares()
        if self.rule.mode == SEQUENTIAL:
            return sorted(waiting, key=lambda share: (share[0].position, share[0].id))[:1]
        return waiting

    def _undecided_shares(self) -> list[list[SeatFacts]]:
        found = shares(self.rule, self.seats)
        return [each for each in found if self._ballot(each).said is None]

    def _states_of(self, share: Sequence[SeatFacts]) -> dict[UUID, SeatState]:
        """A share is open unless somebody is ahead of it; so are those ahead, one by one."""
        states = {}
        everybody = self._with_those_ahead(share)
        for seat in everybody:
            asked = share if seat in share else [seat]
            ahead = [child for each in asked for child in self._ahead_of(each)]
            is_blocked = any(each.state in UNDECIDED for each in ahead)
            states[seat.id] = SeatState.WAITING if is_blocked else SeatState.OPEN
        return states

    def _with_those_ahead(self, seats: Sequence[SeatFacts]) -> list[SeatFacts]:
        everybody = [*seats, *signers_before(self.seats, seats)]
        return [each for each in everybody if self.said(each) is None]

    def _ahead_of(self, seat: SeatFacts) -> list[SeatFacts]:
        return [
            each
            for each in self.seats
            if each.parent_id == seat.id and each.kind in _AHEAD and each.state not in GONE
        ]

    def _behind(self) -> list[SeatFacts]:
        return [e for e in self.seats if e.kind is SeatKind.AFTER and e.state not in GONE]
