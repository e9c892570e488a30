"""Bringing others into a step: add and remove signers (加签、减签), delegate and resolve (委派).

The seat that brings somebody in stays with its holder; nobody decides in another person's name.
Verbs as in `tasks.py`: they lock the instance, ask the guards, write seats and the ledger, and
refuse by raising.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import NotPermittedError
from app.core.i18n import N_, Sentence
from app.core.ids import new_id
from app.identity import Actor, Permission, load_actor
from app.workflow.applying.loading import LoadedTask, SeatFacts, load_task
from app.workflow.applying.task_rows import begin_action, hold_seat, record_act
from app.workflow.assignment.moving import active_colleague
from app.workflow.assignment.whys import BY_DELEGATION, BY_SIGNER, why_of
from app.workflow.deciding.drafts import drop_draft
from app.workflow.deciding.reasons import SHORTEST_OPINION, require_reason
from app.workflow.ledger.entries import fingerprint
from app.workflow.models import Vote
from app.workflow.permits.duties import refuse_conflicting_duties
from app.workflow.permits.seats import (
    AFTER,
    BEFORE,
    refuse_advisers,
    refuse_taking_part,
    refuse_unknown_place,
    removable_seat,
)
from app.workflow.states import UNDECIDED, SeatKind, SeatState, TaskState
from app.workflow.voting.electorate import signers_before
from app.workflow.voting.own_seats import refuse_closed, refuse_stale, require_seat
from app.workflow.voting.rules import ADVICE
from app.workflow.voting.settling import settle, votes_of


def add_signer(
    session: Session,
    task_id: UUID,
    actor: Actor,
    signer_id: UUID,
    how: str,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Let one more person sign: before me, with me, or after us all (前加签、会加签、后加签).

    - `before`: my seat waits until he has agreed; his "no" counts as mine would.
    - `with`: he votes like me; the electorate grows by one. In a single step both must agree.
    - `after`: an agreement of the step counts only once he has agreed, too; his "no" rejects.
    """
    loaded = load_task(session, task_id, lock=True)
    seat = _own_seat(loaded, actor, expected_version)
    refuse_advisers(loaded, seat)
    refuse_unknown_place(seat, how)
    require_reason("reason", reason)
    signer = _newcomer(loaded, seat, actor, signer_id, now)
    why = _why(BY_SIGNER, actor, reason)
    added = _seat_for(seat, signer, actor, now, why)
    if how == BEFORE:
        added = replace(added, kind=SeatKind.BEFORE, parent_id=seat.id)
    elif how == AFTER:
        added = replace(added, kind=SeatKind.AFTER, position=_last(loaded.seats) + 1)
    else:
        added = replace(added, kind=seat.kind, parent_id=seat.parent_id, position=seat.position + 1)
    _bring_in(loaded, seat, added, actor, signer, "add_signer", how, now)


def remove_signer(
    session: Session,
    task_id: UUID,
    actor: Actor,
    seat_id: UUID,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Take an undecided signer out again (减签), or a delegation back; never a vote.

    Those whom he brought in before himself go with him. When the rule is met by those who are
    left, the step closes now.
    """
    loaded = load_task(session, task_id, lock=True)
    refuse_closed(loaded)
    seat = removable_seat(loaded, seat_id, actor)
    refuse_stale(loaded, expected_version)
    going = {each.id for each in (seat, *signers_before(loaded.seats, [seat]))}
    seats = [
        replace(each, state=SeatState.REMOVED)
        if each.id in going and each.state in UNDECIDED
        else each
        for each in loaded.seats
    ]
    holder = load_actor(session, seat.holder_id) if seat.holder_id else None
    action = begin_action(loaded, actor, now)
    record_act(
        action,
        loaded,
        "undelegate" if seat.kind is SeatKind.ADVICE else "remove_signer",
        from_state=seat.state,
        to_state=holder.username if holder else seat.group_key,
    )
    settle(action, loaded, seats, votes_of(loaded), "remove_signer", actor)


def delegate_task(
    session: Session,
    task_id: UUID,
    actor: Actor,
    delegate_id: UUID,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Ask a colleague for his opinion (委派); my seat waits for it and stays mine.

    A delegate may delegate in his turn; the opinions then come back the same way.
    """
    loaded = load_task(session, task_id, lock=True)
    seat = _own_seat(loaded, actor, expected_version)
    require_reason("reason", reason)
    delegate = _newcomer(loaded, seat, actor, delegate_id, now)
    why = _why(BY_DELEGATION, actor, reason)
    added = replace(
        _seat_for(seat, delegate, actor, now, why), kind=SeatKind.ADVICE, parent_id=seat.id
    )
    _bring_in(loaded, seat, added, actor, delegate, "delegate", actor.username, now)


def resolve_delegation(
    session: Session,
    task_id: UUID,
    actor: Actor,
    opinion: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Give the opinion that was asked for; the owner's seat opens again. It is no vote."""
    loaded = load_task(session, task_id, lock=True)
    seat = _own_seat(loaded, actor, expected_version)
    if seat.kind is not SeatKind.ADVICE:
        raise NotPermittedError(
            N_("Expected a delegation to you of the step {step}, found a seat of your own; "
               "please decide it."),
            step=loaded.name,
        )  # fmt: skip
    require_reason("opinion", opinion, SHORTEST_OPINION)
    action = begin_action(loaded, actor, now)
    session.connection().execute(
        insert(table_of(Vote)),
        {
            "id": new_id(),
            "instance_id": action.instance_id,
            "task_id": task_id,
            "seat_id": seat.id,
            "actor_id": actor.id,
            "on_behalf_of_id": seat.on_behalf_of_id,
            "at": now,
            "outcome": ADVICE,
            "opinion": opinion.strip(),
            "form_values": {},
            "warnings": [],
        },
    )
    drop_draft(session, task_id, actor)
    record_act(
        action,
        loaded,
        "advise",
        from_state=TaskState.OPEN,
        to_state=ADVICE,
        reason=opinion.strip(),
        form_hash=fingerprint({}),
    )
    seats = [
        replace(each, state=SeatState.ADVISED) if each.id == seat.id else each
        for each in loaded.seats
    ]
    settle(action, loaded, seats, votes_of(loaded), "advise", actor)


def _own_seat(loaded: LoadedTask, actor: Actor, expected_version: int | None) -> SeatFacts:
    actor.require(Permission.TASK_WORK)
    seat = require_seat(loaded, actor)
    refuse_stale(loaded, expected_version)
    refuse_conflicting_duties(loaded, actor)
    return seat


def _newcomer(
    loaded: LoadedTask, seat: SeatFacts, actor: Actor, person_id: UUID, now: datetime
) -> Actor:
    """An active colleague who has no place in this step yet and whom no duty keeps out."""
    missing = N_("Expected an active colleague to bring in, found none.")
    person = active_colleague(loaded.session, person_id, missing, now)
    refuse_taking_part(loaded, person, seat, actor)
    refuse_conflicting_duties(loaded, person)
    return person


def _why(template: str, actor: Actor, reason: str) -> dict[str, Any]:
    said = {"who": actor.name, "reason": reason.strip()}
    return {**why_of((Sentence(template, said),)), "reason": reason.strip()}


def _seat_for(
    seat: SeatFacts, person: Actor, actor: Actor, now: datetime, why: dict[str, Any]
) -> SeatFacts:
    return SeatFacts(
        id=new_id(),
        position=seat.position,
        state=SeatState.OPEN,
        holder_id=person.id,
        held_since=now,
        group_key=None,
        why=why,
        added_by_id=actor.id,
    )


def _bring_in(
    loaded: LoadedTask,
    seat: SeatFacts,
    added: SeatFacts,
    actor: Actor,
    person: Actor,
    verb: str,
    from_state: str,
    now: datetime,
) -> None:
    """Add a seat beside one's own, which is claimed by it; the turns follow."""
    seats = hold_seat(loaded, seat, seat.on_behalf_of_id or actor.id, seat.held_since or now)
    if added.position > seat.position and added.kind is not SeatKind.AFTER:
        # Room behind one's own seat, so that a sequence goes on with the newcomer.
        seats = [
            replace(each, position=each.position + 1) if each.position > seat.position else each
            for each in seats
        ]
    action = begin_action(loaded, actor, now)
    record_act(
        action,
        loaded,
        verb,
        from_state=from_state,
        to_state=person.username,
        reason=str(added.why["reason"]),
    )
    settle(action, loaded, [*seats, added], votes_of(loaded), verb, actor)


def _last(seats: Sequence[SeatFacts]) -> int:
    return max(each.position for each in seats)
