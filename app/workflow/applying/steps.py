"""The one function that writes what the engine decided: tasks, seats, timers, instance, ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from app.engine import Step
from app.workflow.applying.actions import Action, save_instance
from app.workflow.applying.closing import DecidedTask, close_tasks
from app.workflow.applying.opening import write_openings
from app.workflow.applying.progress import place
from app.workflow.assignment.skipping import Chosen, choose_people
from app.workflow.events.posting import post_thrown
from app.workflow.events.waiting_rows import write_waits
from app.workflow.failures import refuse_failed
from app.workflow.states import InstanceState

#: What happens by itself; behind it no decision can be recalled.
AUTOMATIC = frozenset(
    {"serviceTask", "sendTask", "scriptTask", "businessRuleTask"}
    | {"intermediateCatchEvent", "boundaryEvent"}
)


def apply_step(
    action: Action,
    step: Step,
    open_tasks: Sequence[Row[Any]],
    reason: str,
    decided: DecidedTask | None = None,
) -> None:
    """Write an engine step: close what it closed, open what it opened, end what it ended.

    `open_tasks` are the instance's rows in state open, without the decided one. `reason` is the
    verb that made cancelled tasks go, for the ledger. Steps that need nobody are passed at once.
    """
    is_new_round = action.is_new_round or action.returned_from is not None
    if is_new_round:
        action.progress.approved.clear()
    chosen = choose_people(
        action.session,
        action.process,
        action.facts,
        action.progress,
        step,
        action.now,
        is_returned=is_new_round,
        decided_task_id=decided.task_id if decided else None,
    )
    step = chosen.step
    refuse_failed(action.instance_id, step)
    closed = {each.id: each.how for each in step.closed}
    going = [task for task in open_tasks if task.engine_task_id in closed]
    cancelled = [task for task in going if closed[task.engine_task_id] == "cancelled"]
    close_tasks(action, decided, cancelled, reason)
    opened = write_openings(action, chosen.openings)
    action.progress.ask_points_of([each.task.step_id for each in chosen.openings])
    write_waits(action, step)
    post_thrown(action, step)
    _keep_for_recall(action, chosen, opened, cancelled, open_tasks)
    action.progress.record_passed(step.passed)
    ending: dict[str, Any] = {}
    if step.ended is not None:
        ending = {
            "state": InstanceState.COMPLETED,
            "ended_at": action.now,
            "end_event": step.ended.element_id,
        }
        action.record(
            "end",
            actor_id=None,
            to_state=step.ended.element_id,
        )
    save_instance(
        action,
        engine_state=step.state,
        previous_state=action.previous_state,
        variables=dict(step.variables),
        **ending,
    )


def _keep_for_recall(
    action: Action,
    chosen: Chosen,
    opened: Sequence[UUID],
    cancelled: Sequence[Row[Any]],
    open_tasks: Sequence[Row[Any]],
) -> None:
    """Keep what a recall of this decision will ask; any other step of the engine forbids one."""
    decision = action.recallable
    if decision is None:
        action.progress.forget_decisions()
        return
    gone = {str(task.id) for task in cancelled}
    by_itself = [
        place(each.definition_key, each.element_id)
        for each in chosen.step.passed
        if action.process.element(each.definition_key, each.element_id).type in AUTOMATIC
    ]
    by_itself += [place(each.definition_key, each.element_id) for each in chosen.step.thrown]
    by_itself += [
        place(each.task.definition_key, each.task.step_id)
        for each in chosen.openings
        if each.plan.skip is not None
    ]
    kept = decision.applied(
        opened=[str(each) for each in opened],
        cancelled=sorted(gone),
        automatic=next(iter(by_itself), None),
        passed=len(action.progress.passed),
    )
    still_open = {str(task.id) for task in open_tasks} - gone
    action.progress.keep_decision(kept, still_open)
