"""Writing the rows of one task: its seats, its version, its ledger entries."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, update

from app.core.ids import new_id
from app.identity import Actor
from app.workflow.applying.actions import SEAT, TASK, Action, action_on
from app.workflow.applying.loading import LoadedTask, SeatFacts
from app.workflow.states import UNDECIDED, SeatState
from app.workflow.voting.electorate import shares
from app.workflow.voting.own_seats import own_seat
from app.workflow.voting.rules import rule_of


def begin_action(loaded: LoadedTask, actor: Actor, now: datetime) -> Action:
    """Begin the action of a person on a locked task; its entries name whom he stands in for."""
    action = action_on(loaded.session, loaded.instance, loaded.process, actor.id, now)
    seat = own_seat(loaded, actor)
    action.on_behalf_of_id = seat.on_behalf_of_id if seat else None
    return action


def record_act(action: Action, loaded: LoadedTask, verb: str, **facts: Any) -> None:
    """Add a ledger entry about this task to the action."""
    action.record(
        verb,
        definition_key=loaded.task.definition_key,
        step_id=loaded.task.step_id,
        task_id=loaded.task.id,
        visit=loaded.task.visit,
        **facts,
    )


#: What an act may change of a seat.
_CHANGING = (
    *("state", "position", "holder_id", "held_since"),
    *("parent_id", "on_behalf_of_id", "why"),
)


def write_seats(loaded: LoadedTask, seats: Sequence[SeatFacts]) -> None:
    """Write the seats of the task as they are to be: new ones, and changed ones.

    The new ones first: those who signed before a seat that has moved now belong to the new one.
    """
    before = {each.id: each for each in loaded.seats}
    changed = [each for each in seats if each.id in before and each != before[each.id]]
    new = [each for each in seats if each.id not in before]
    connection = loaded.session.connection()
    if new:
        connection.execute(
            insert(SEAT),
            [{**asdict(each), "task_id": loaded.task.id, "due_at": loaded.task.due_at}
             for each in new],
        )  # fmt: skip
    if changed:
        connection.execute(
            update(SEAT)
            .where(SEAT.c.id == bindparam("seat_id"))
            .values({name: bindparam(f"new_{name}") for name in _CHANGING}),
            [
                {"seat_id": each.id, **{f"new_{name}": getattr(each, name) for name in _CHANGING}}
                for each in changed
            ],
        )


def hold_seat(
    loaded: LoadedTask, seat: SeatFacts, holder_id: UUID | None, since: datetime | None
) -> list[SeatFacts]:
    """The seats with one claimed or released; the groups of a single step share one holder."""
    share = _share_of(loaded, seat)
    return [
        replace(each, holder_id=holder_id, held_since=since)
        if each.id in share
        and each.state is SeatState.OPEN
        and each.holder_id in (None, seat.holder_id)  # a colleague's claim stays a colleague's
        else each
        for each in loaded.seats
    ]


def moved_seats(
    loaded: LoadedTask,
    seat: SeatFacts,
    giver_id: UUID,
    receiver_id: UUID,
    why: Mapping[str, Any],
    now: datetime,
) -> list[SeatFacts]:
    """The seats after one has moved to another person: its place, kind and signers go along.

    The other groups' shares of a single step are no longer needed: the receiver has it alone.
    """
    share = _share_of(loaded, seat)
    moved = replace(
        seat,
        id=new_id(),
        group_key=None,
        holder_id=receiver_id,
        held_since=now,
        on_behalf_of_id=None,
        why=why,
    )
    seats = []
    for each in loaded.seats:
        if each.id == seat.id:
            holder_id = seat.holder_id or giver_id
            seats.append(replace(each, state=SeatState.TRANSFERRED, holder_id=holder_id))
        elif each.id in share and each.state in UNDECIDED and "escalated" not in each.why:
            seats.append(replace(each, state=SeatState.NOT_NEEDED))
        elif each.parent_id == seat.id:
            seats.append(replace(each, parent_id=moved.id))
        else:
            seats.append(each)
    return [*seats, moved]


def _share_of(loaded: LoadedTask, seat: SeatFacts) -> set[UUID]:
    """Ids of the seats that count as one with this seat."""
    found = shares(rule_of(loaded.step.properties), loaded.seats)
    ids = ({each.id for each in share} for share in found)
    return next((each for each in ids if seat.id in each), {seat.id})


def touch_task(loaded: LoadedTask) -> None:
    """Let forms that were opened before this change be refused."""
    loaded.session.connection().execute(
        update(TASK).where(TASK.c.id == loaded.task.id).values(version=loaded.task.version + 1)
    )
