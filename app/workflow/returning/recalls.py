"""Taking an own decision back: recall (收回), and undo within a minute. The same act.

The step opens again as it was: the same task, the same round, the same seats; the vote stays
readable and counts for nothing. Steps that it had opened close as recalled.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.identity import Actor
from app.workflow.applying.actions import SEAT, TASK, Action, save_instance
from app.workflow.applying.closing import cancel_tasks
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.applying.progress import Recallable
from app.workflow.applying.task_rows import begin_action, record_act, touch_task
from app.workflow.clocks.stops import start_clocks
from app.workflow.deciding.drafts import DRAFT, drop_draft
from app.workflow.events.waiting_rows import write_waits
from app.workflow.handlers import Decided, FormData, form_handler_of
from app.workflow.models import Vote
from app.workflow.permits.items import Recall, require_recallable
from app.workflow.permits.tasks import is_approval
from app.workflow.returning.points import PointAnswer, as_typed, take_back_points
from app.workflow.states import UNDECIDED, SeatState, TaskState
from app.workflow.voting.own_seats import refuse_stale


def recall_decision(
    session: Session,
    task_id: UUID,
    actor: Actor,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Take the newest decision of a step back, as long as the next one is not decided.

    Raises:
        ConflictError: somebody, or something automatic, has gone on since; the sentence says who.
        NotPermittedError: it was another person's decision, or the step forbids recalls.
    """
    _take_back(session, task_id, actor, "recall", reason, expected_version, now)


def undo_decision(
    session: Session, task_id: UUID, actor: Actor, expected_version: int | None, now: datetime
) -> None:
    """The same within a minute, while nobody has read the next step."""
    _take_back(session, task_id, actor, "undo", "", expected_version, now)


def _take_back(
    session: Session,
    task_id: UUID,
    actor: Actor,
    verb: str,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    loaded = load_task(session, task_id, lock=True)
    recall = require_recallable(loaded, actor, now, undo=verb == "undo")
    refuse_stale(loaded, expected_version)
    action = begin_action(loaded, actor, now)
    _void(session, recall, actor, now)
    columns = _reopen(action, loaded, recall) if recall.step else _sit_again(loaded, recall)
    _forget(action, loaded, recall)
    answers = take_back_points(action, recall.vote.id, recall.decision.answered)
    _keep_words(session, recall, answers, actor, now)
    if recall.decision.advanced:
        _undo_in_the_subject(loaded, recall, actor)
    record_act(
        action,
        loaded,
        verb,
        from_state=recall.vote.outcome,
        to_state=TaskState.OPEN,
        reason=reason.strip(),
    )
    save_instance(action, previous_state=None, **columns)


def _undo_in_the_subject(loaded: LoadedTask, recall: Recall, actor: Actor) -> None:
    """Only a step that was decided has written anything into the subject's tables."""
    vote = recall.vote
    data, outcome = FormData(vote.form_values), loaded.task.outcome or vote.outcome
    decided = Decided(loaded.facts(), actor, data, outcome, vote.target, vote.at)
    form_handler_of(loaded.step.form_key).undo(loaded.session, decided)


def _void(session: Session, recall: Recall, actor: Actor, now: datetime) -> None:
    votes = table_of(Vote)
    session.connection().execute(
        update(votes)
        .where(votes.c.id == recall.vote.id)
        .values(voided_at=now, voided_by_id=actor.id)
    )


def _sit_again(loaded: LoadedTask, recall: Recall) -> dict[str, Any]:
    """The step still waits for others: the own seat opens, and the turns are as before the vote."""
    _restore_seats(loaded, recall.decision, [loaded.task.id])
    touch_task(loaded)
    return {}


def _restore_seats(loaded: LoadedTask, decision: Recallable, tasks: Sequence[UUID]) -> None:
    """Give the seats the states that they had, but not where something else was done since."""
    own = SEAT.c.id == UUID(decision.seat)
    untouched = SEAT.c.state.in_((*UNDECIDED, SeatState.NOT_NEEDED))
    for state in UNDECIDED:
        seats = [UUID(seat) for seat, before in decision.seats.items() if before == state]
        if seats:
            loaded.session.connection().execute(
                update(SEAT)
                .where(SEAT.c.id.in_(seats), SEAT.c.task_id.in_(tasks), or_(own, untouched))
                # what a substitute had decided is the owner's again
                .values(
                    state=state,
                    holder_id=func.coalesce(SEAT.c.on_behalf_of_id, SEAT.c.holder_id),
                    on_behalf_of_id=None,
                )
            )


def _reopen(action: Action, loaded: LoadedTask, recall: Recall) -> dict[str, Any]:
    """Open what the decision closed, close what it opened, and let the timers follow."""
    step, decision = recall.step, recall.decision
    if step is None:
        raise AssertionError("Only a decision that went on is reopened.")
    closed = {each.id for each in step.closed}
    going = [each for each in loaded.open_tasks if each.engine_task_id in closed]
    cancel_tasks(action, going, "recall")
    for each in going:
        action.progress.leave_uncounted(each.definition_key, each.step_id)
    tasks = [loaded.task.id, *(UUID(each) for each in decision.cancelled)]
    connection = action.session.connection()
    connection.execute(
        update(TASK)
        .where(TASK.c.id.in_(tasks))
        .values(
            state=TaskState.OPEN,
            outcome=None,
            closed_at=None,
            closed_by_id=None,
            version=TASK.c.version + 1,
        )
    )
    own = next(
        each
        for each in step.opened
        if (each.definition_key, each.step_id) == (loaded.task.definition_key, loaded.task.step_id)
    )
    connection.execute(
        update(TASK).where(TASK.c.id == loaded.task.id).values(engine_task_id=own.id)
    )
    _restore_seats(loaded, decision, tasks)
    _start_stopped_clocks(action, tasks)
    write_waits(action, step)
    if recall.is_restored:
        del action.progress.passed[decision.passed :]
    return {"engine_state": step.state, "variables": dict(step.variables)}


def _start_stopped_clocks(action: Action, tasks: Sequence[UUID]) -> None:
    """The questions that had stopped them were not needed any more once the step was decided."""
    query = select(TASK).where(TASK.c.id.in_(tasks), TASK.c.clock_stopped_at.is_not(None))
    stopped = action.session.execute(query).all()
    start_clocks(action.session, action.process, stopped, action.now)


def _forget(action: Action, loaded: LoadedTask, recall: Recall) -> None:
    """Who recalled his vote has not acted."""
    progress, task = action.progress, str(loaded.task.id)
    progress.forget_decision(task)
    progress.recalled = list(dict.fromkeys([*progress.recalled, task]))
    if recall.vote.target and not is_approval(recall.vote.outcome):
        progress.reusable.clear()  # the branches that the return opened have closed
    before, voter = recall.decision.approved, str(recall.vote.actor_id)
    since = [each for each in progress.approved if each not in (*before, voter)]
    progress.approved = [*before, *since]
    acted, newcomers = progress.acted[loaded.task.step_id], recall.decision.newcomers
    progress.acted[loaded.task.step_id] = [each for each in acted if each not in newcomers]


def _keep_words(
    session: Session,
    recall: Recall,
    answers: Mapping[UUID, PointAnswer],
    actor: Actor,
    now: datetime,
) -> None:
    """The opinion and what was said to a return come back as a draft; the vote keeps the form."""
    drop_draft(session, recall.vote.task_id, actor)
    session.connection().execute(
        insert(DRAFT).values(
            task_id=recall.vote.task_id,
            user_id=actor.id,
            typed={"opinion": recall.vote.opinion, "fields": as_typed(answers)},
            saved_at=now,
        )
    )
