"""Writing the rows of one task: its seats, its version, its ledger entries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from app.identity import Actor
from app.workflow.applying import SEAT, TASK, Action, action_on
from app.workflow.loading import LoadedTask, SeatFacts
from app.workflow.models import SeatState
from app.workflow.voting import rule_of


def begin_action(loaded: LoadedTask, actor: Actor, now: datetime) -> Action:
    """Begin the action of a person on a locked task."""
    return action_on(loaded.session, loaded.instance, loaded.process, actor.id, now)


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


def write_seat(loaded: LoadedTask, seat: SeatFacts, **columns: Any) -> None:
    """Change one seat."""
    loaded.session.connection().execute(update(SEAT).where(SEAT.c.id == seat.id).values(**columns))


def hold_seat(
    loaded: LoadedTask, seat: SeatFacts, holder_id: UUID | None, since: datetime | None
) -> None:
    """Claim or release a seat; a single step has one holder, whichever group he comes from."""
    seats = [seat.id]
    if rule_of(loaded.step.properties).mode == "single":
        seats = [each.id for each in loaded.seats if each.state is SeatState.OPEN]
    loaded.session.connection().execute(
        update(SEAT).where(SEAT.c.id.in_(seats)).values(holder_id=holder_id, held_since=since)
    )


def touch_task(loaded: LoadedTask) -> None:
    """Let forms that were opened before this change be refused."""
    loaded.session.connection().execute(
        update(TASK).where(TASK.c.id == loaded.task.id).values(version=loaded.task.version + 1)
    )
