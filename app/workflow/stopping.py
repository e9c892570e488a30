"""Stopping an item as a whole: suspend and resume it, or terminate it before its end."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.engine import postpone
from app.identity import Actor
from app.workflow.applying.actions import Action, save_instance
from app.workflow.applying.closing import cancel_tasks
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.applying.task_rows import begin_action
from app.workflow.clocks.stops import start_clocks, stop_clocks
from app.workflow.deciding.reasons import require_reason
from app.workflow.events.operations import MESSAGE, release_messages
from app.workflow.events.waiting_rows import drop_waits, write_waits
from app.workflow.handlers import ServiceContext, tell_termination
from app.workflow.models import Question
from app.workflow.permits.items import require_resumable, require_suspendable, require_terminable
from app.workflow.states import InstanceState
from app.workflow.voting.own_seats import refuse_stale


def suspend_item(
    session: Session,
    task_id: UUID,
    actor: Actor,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Let an item stand still (挂起): nobody may act, no clock runs, no event happens to it.

    `task_id` is any task of it. What was decided before can no longer be recalled.

    Raises:
        NotPermittedError: the actor does not manage items, or may not see this one.
        ConflictError: it stands still already, or has ended.
    """
    guard = require_suspendable
    loaded, action = _begin(session, task_id, actor, guard, reason, expected_version, now)
    stop_clocks(session, [each.id for each in loaded.open_tasks], now)
    drop_waits(action)
    action.progress.forget_decisions()
    action.record(
        "suspend",
        from_state=InstanceState.ACTIVE,
        to_state=InstanceState.SUSPENDED,
        reason=reason.strip(),
    )
    save_instance(action, state=InstanceState.SUSPENDED, suspended_at=now, previous_state=None)


def resume_item(
    session: Session,
    task_id: UUID,
    actor: Actor,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Let a suspended item go on (恢复): due dates are later by the working time it stood still.

    Timers of the diagram run in plain time and are later by all of it. A step whose clock a
    question had stopped before stands still until that is answered.
    """
    guard = require_resumable
    loaded, action = _begin(session, task_id, actor, guard, reason, expected_version, now)
    since = loaded.instance.suspended_at
    stopped = [each for each in loaded.open_tasks if each.clock_stopped_at == since]
    start_clocks(session, loaded.process, stopped, now)
    step = postpone(loaded.process, loaded.instance.engine_state, now - since, now, {})
    write_waits(action, step)
    release_messages(session, MESSAGE.c.receiver_id == action.instance_id)
    action.record(
        "resume",
        from_state=InstanceState.SUSPENDED,
        to_state=InstanceState.ACTIVE,
        reason=reason.strip(),
    )
    save_instance(action, state=InstanceState.ACTIVE, suspended_at=None, engine_state=step.state)


def terminate_item(
    session: Session,
    task_id: UUID,
    actor: Actor,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    """End an item before its end event (终止): all that is open closes, and the subject follows.

    The same thing may be started afresh afterwards.

    Raises:
        NotPermittedError: neither a manager, nor the initiator where the process lets him.
        ConflictError: it has ended already.
    """
    guard = require_terminable
    loaded, action = _begin(session, task_id, actor, guard, reason, expected_version, now)
    instance = loaded.instance
    action.record(
        "terminate",
        from_state=instance.state,
        to_state=InstanceState.TERMINATED,
        reason=reason.strip(),
    )
    cancel_tasks(action, loaded.open_tasks, "terminate")
    drop_waits(action)
    action.progress.forget_decisions()
    _close_questions(session, action.instance_id, now)
    context = ServiceContext(
        session, action.instance_id, instance.business_key, instance.subject_code
    )
    tell_termination(instance.process_key, context, now)
    save_instance(
        action,
        state=InstanceState.TERMINATED,
        ended_at=now,
        suspended_at=None,
        previous_state=None,
    )


def _begin(
    session: Session,
    task_id: UUID,
    actor: Actor,
    guard: Callable[[LoadedTask, Actor], None],
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> tuple[LoadedTask, Action]:
    """The locked item, once the guard has let the actor pass, and the action on it."""
    loaded = load_task(session, task_id, lock=True)
    guard(loaded, actor)
    refuse_stale(loaded, expected_version)
    require_reason("reason", reason)
    return loaded, begin_action(loaded, actor, now)


def _close_questions(session: Session, instance_id: UUID, now: datetime) -> None:
    questions = table_of(Question)
    session.connection().execute(
        update(questions)
        .where(questions.c.instance_id == instance_id, questions.c.answered_at.is_(None))
        .values(answered_at=now)
    )
