"""Opening tasks with their seats, as the engine said and the strategies picked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from app.core.database import table_of
from app.core.ids import new_id
from app.workflow.applying.actions import SEAT, TASK, Action
from app.workflow.assignment.models import Rotation
from app.workflow.assignment.plan import due_at
from app.workflow.assignment.skipping import SKIP, Opening
from app.workflow.clocks.stops import next_alarm
from app.workflow.resources import resources_of
from app.workflow.states import SeatState, TaskState
from app.workflow.voting.rules import SEQUENTIAL, rule_of, weight_of

ROTATION = table_of(Rotation)


def write_openings(action: Action, openings: Sequence[Opening]) -> list[UUID]:
    """Write tasks and seats; a step that nobody needs to do is closed at once as skipped.

    Gives the ids of those that are open.
    """
    calendar = resources_of(action.session).calendar
    tasks: list[dict[str, Any]] = []
    seats: list[dict[str, Any]] = []
    for opening in openings:
        each, plan = opening.task, opening.plan
        step = action.process.step(each.definition_key, each.step_id)
        due = due_at(step, each.variables, action.now, calendar)
        alarm = next_alarm(step.properties, due, action.now, calendar)
        visit = action.progress.enter(each.definition_key, each.step_id)
        task = {
            "id": new_id(),
            "instance_id": action.instance_id,
            "engine_task_id": each.id,
            "definition_key": each.definition_key,
            "step_id": each.step_id,
            "name_zh": step.name.zh,
            "name_en": step.name.en,
            "visit": visit,
            "state": TaskState.COMPLETED if plan.skip else TaskState.OPEN,
            "outcome": SKIP if plan.skip else None,
            "opened_at": action.now,
            "closed_at": action.now if plan.skip else None,
            "returned_from": action.returned_from,
            "due_at": due,
            "alarm_at": None if plan.skip else alarm,
            "version": 1,
        }
        tasks.append(task)
        takes_turns = rule_of(step.properties).mode == SEQUENTIAL
        seats += [
            {
                "id": new_id(),
                "task_id": task["id"],
                "position": position,
                "weight": weight_of(step.properties, seat.key),
                "state": _first_state(plan.skip, waits=takes_turns and position > 1),
                "group_key": seat.group_key,
                "holder_id": seat.holder_id,
                "held_since": action.now if seat.holder_id else None,
                "due_at": due,
                "why": seat.why,
            }
            for position, seat in enumerate(plan.seats, start=1)
        ]
        if plan.turn:
            take_turn(action, each.definition_key, each.step_id, plan.turn)
        action.record(
            SKIP if plan.skip else "open",
            actor_id=None,
            definition_key=each.definition_key,
            step_id=each.step_id,
            task_id=task["id"],
            visit=visit,
            to_state=TaskState.COMPLETED if plan.skip else TaskState.OPEN,
            reason=plan.skip or "",
        )
    connection = action.session.connection()
    if tasks:
        connection.execute(insert(TASK), tasks)
    if seats:
        connection.execute(insert(SEAT), seats)
    return [task["id"] for task in tasks if task["state"] == TaskState.OPEN]


def _first_state(skip: str | None, *, waits: bool) -> SeatState:
    if skip is not None:
        return SeatState.NOT_NEEDED
    return SeatState.WAITING if waits else SeatState.OPEN


def take_turn(action: Action, definition_key: str, step_id: str, username: str) -> None:
    """Remember whose turn it was last in a step with `round_robin`."""
    action.session.connection().execute(
        update(ROTATION)
        .where(ROTATION.c.definition_key == definition_key, ROTATION.c.step_id == step_id)
        .values(last=username)
    )
