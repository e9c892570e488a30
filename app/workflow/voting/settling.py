"""What follows from an act on a step: its seats take their turns, and the engine goes on once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from app.engine import (
    ReturnTarget,
    Step,
    complete,
    move,
    resume_at,
    return_effect,
    steps_inside,
)
from app.identity import Actor, load_actor
from app.workflow.applying.actions import Action, save_instance
from app.workflow.applying.closing import DecidedTask
from app.workflow.applying.loading import LoadedTask, SeatFacts
from app.workflow.applying.progress import place
from app.workflow.applying.steps import apply_step
from app.workflow.applying.task_rows import record_act, touch_task, write_seats
from app.workflow.copies import copy_step
from app.workflow.deciding.task_forms import load_form_data
from app.workflow.failures import failing_as_incident
from app.workflow.handlers import Decided, FormData, ServiceContext, bound_services, form_handler_of
from app.workflow.models import Vote
from app.workflow.permits.tasks import ReturnChoice
from app.workflow.returning.resubmission import routing_of
from app.workflow.states import SeatState
from app.workflow.voting.electorate import standing
from app.workflow.voting.rules import rule_of

_VOTED = (SeatState.APPROVED, SeatState.REJECTED, SeatState.ABSTAINED)


@dataclass(frozen=True, slots=True)
class Answer:
    """The form that goes with a decision: whose it is, and what that person decided by it."""

    actor: Actor
    outcome: str
    data: FormData


def votes_of(loaded: LoadedTask) -> dict[UUID, str]:
    """The outcome codes of this visit by seat, without void ones; no query before the first."""
    if not any(each.state in _VOTED for each in loaded.seats):
        return {}
    query = select(Vote.seat_id, Vote.outcome).where(
        Vote.task_id == loaded.task.id, Vote.voided_at.is_(None)
    )
    return {row.seat_id: row.outcome for row in loaded.session.execute(query)}


def settle(
    action: Action,
    loaded: LoadedTask,
    seats: Sequence[SeatFacts],
    votes: Mapping[UUID, str],
    verb: str,
    actor: Actor,
    own: SeatFacts | None = None,
    answer: Answer | None = None,
) -> None:
    """Write the seats after an act with the turns that follow; go on when the rule is met.

    `own` is the seat that has just voted and `answer` its form; an act without a form closes a
    step with the form of the vote that agreed with its outcome.
    """
    found = standing(rule_of(loaded.step.properties), seats, votes)
    if found.outcome is None or own is None:
        write_seats(loaded, found.seats)
    if found.outcome is None:
        touch_task(loaded)
        if action.recallable is not None:
            still_open = {str(each.id) for each in loaded.open_tasks}
            action.progress.keep_decision(action.recallable, still_open)
        save_instance(action)
        return
    if answer is None or answer.outcome != found.outcome:
        answer = _earlier_answer(loaded, found.outcome, actor, action.now)
    finish(action, loaded, verb, answer, own)


def finish(
    action: Action,
    loaded: LoadedTask,
    verb: str,
    answer: Answer,
    own: SeatFacts | None = None,
    target: ReturnChoice | None = None,
) -> None:
    """Close the step with its outcome: write its form down, and let the engine go on."""
    outcome, target_id = answer.outcome, target.step_id if target else None
    decided = Decided(loaded.facts(), answer.actor, answer.data, outcome, target_id, action.now)
    form_handler_of(loaded.step.form_key).save(loaded.session, decided)
    _copy(action, loaded)
    here = place(loaded.task.definition_key, loaded.task.step_id)
    action.progress.reusable.pop(here, None)
    if target is not None:
        _open_again(action, loaded, target)
        action.returned_from = here
        action.progress.returned[action.returned_from] = routing_of(
            loaded.process, loaded.instance.variables
        )
    if action.recallable is not None:
        action.previous_state = loaded.instance.engine_state
    step = _advance(action, loaded, outcome, target)
    is_stopped = loaded.task.clock_stopped_at is not None
    closed = DecidedTask(loaded.task.id, outcome, own, is_stopped)
    apply_step(action, step, _others(loaded), verb, closed)


def _open_again(action: Action, loaded: LoadedTask, target: ReturnChoice) -> None:
    """A return to a fork opens all its branches again: the ledger and the reviewers are told."""
    key, element = target.definition_key, target.step_id
    inside = steps_inside(action.process, key, element)
    if inside:
        record_act(action, loaded, "fork_again", to_state=place(key, element))
    if inside or action.progress.reusable:
        state, task_id = loaded.instance.engine_state, loaded.task.engine_task_id
        wanted = ReturnTarget(key, element, target.name, target.drawn)
        again = return_effect(action.process, state, task_id, wanted).again
        action.progress.went_back(
            {place(*each) for each in again}, (place(*each) for each in inside)
        )


def close_without_vote(
    action: Action, loaded: LoadedTask, code: str, verb: str, outcome: str | None = None
) -> None:
    """Let the engine go on with an outcome that nobody has voted for, because a rule says so.

    The task is closed by the same code, or by another `outcome` that tells how.
    """
    with failing_as_incident(action.instance_id, loaded.task.step_id):
        step = _advance(action, loaded, code, None)
    is_stopped = loaded.task.clock_stopped_at is not None
    closed = DecidedTask(loaded.task.id, outcome or code, clock_is_stopped=is_stopped)
    apply_step(action, step, _others(loaded), verb, closed)


def _earlier_answer(loaded: LoadedTask, outcome: str, actor: Actor, now: datetime) -> Answer:
    """The newest form of this visit that agrees with the outcome; as it opens where there is none.

    A signer behind the step, an abstention or a removed seat may close it: the form that counts
    is then the one of those who have decided.
    """
    key = loaded.step.form_key
    if key is None:
        return Answer(actor, outcome, FormData({}))
    query = (
        select(Vote.actor_id, Vote.form_values)
        .where(
            Vote.task_id == loaded.task.id,
            Vote.outcome == outcome,
            Vote.form_key == key,
            Vote.voided_at.is_(None),
        )
        .order_by(Vote.id.desc())
        .limit(1)
    )
    opened = load_form_data(loaded, now)
    found = loaded.session.execute(query).one_or_none()
    if found is None:
        return Answer(actor, outcome, opened)
    author = load_actor(loaded.session, found.actor_id) or actor
    return Answer(author, outcome, replace(opened, values=found.form_values))


def _advance(action: Action, loaded: LoadedTask, outcome: str, target: ReturnChoice | None) -> Step:
    """Let the engine go on: along a drawn flow, or by a jump for any other return."""
    handlers = bound_services(
        ServiceContext(
            loaded.session,
            action.instance_id,
            loaded.instance.business_key,
            loaded.instance.subject_code,
            loaded.task.id,
        )
    )
    state, task_id = loaded.instance.engine_state, loaded.task.engine_task_id
    with failing_as_incident(action.instance_id):
        if target is not None and target.drawn is None:
            return move(action.process, state, task_id, target.step_id, action.now, handlers)
        values = {"outcome": outcome}
        if action.straight_to is not None:
            straight_to = action.straight_to
            return resume_at(
                action.process, state, task_id, straight_to, values, action.now, handlers
            )
        return complete(action.process, state, task_id, values, action.now, handlers)


def _copy(action: Action, loaded: LoadedTask) -> None:
    """Give a copy to the groups that the step names."""
    roles = loaded.step.properties.get("appr.copy", "").split()
    if roles:
        copy_step(
            action,
            loaded.task.definition_key,
            loaded.task.step_id,
            roles,
            loaded.instance.variables,
        )


def _others(loaded: LoadedTask) -> list[Row[Any]]:
    return [each for each in loaded.open_tasks if each.id != loaded.task.id]
