"""Closing tasks: the one that was decided, those that it takes away, and their seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, literal, update

from app.workflow.applying.actions import SEAT, TASK, Action
from app.workflow.applying.loading import SeatFacts
from app.workflow.clocks.stops import QUESTION, end_questions
from app.workflow.states import UNDECIDED, QuestionKind, SeatState, TaskState

#: Verbs that take a step away from those who sat there; any other decides it without them.
TAKING = frozenset({"withdraw", "recall", "terminate"})


@dataclass(frozen=True, slots=True)
class DecidedTask:
    """A task whose rule is met: its row closes, its undecided seats are no longer needed."""

    task_id: UUID
    outcome: str
    #: The seat whose act decided it, as it is to be; None when its row is written already.
    seat: SeatFacts | None = None
    #: Whether a question may still be open.
    clock_is_stopped: bool = False
    #: For a substitute's vote, whose seat it was.
    on_behalf_of_id: UUID | None = None


def close_tasks(
    action: Action, decided: DecidedTask | None, cancelled: Sequence[Row[Any]], reason: str
) -> None:
    """Close what an engine step closed: the decided task, and open ones that `reason` took away."""
    _close_rows(action, decided, cancelled, reason)
    _end_questions(action, decided, cancelled)
    _record_cancelled(action, cancelled, reason)


def cancel_tasks(action: Action, tasks: Sequence[Row[Any]], verb: str) -> None:
    """Close open tasks undecided; `verb` took them away, and their seats with them."""
    _close_rows(action, None, tasks, verb)
    _end_questions(action, None, tasks)
    _record_cancelled(action, tasks, verb)


def close_seats(action: Action, task_ids: Sequence[UUID], state: SeatState) -> None:
    """Give every seat of these tasks that is undecided its honest end state."""
    action.session.connection().execute(
        update(SEAT)
        .where(SEAT.c.task_id.in_(task_ids), SEAT.c.state.in_(UNDECIDED))
        .values(state=state)
    )


def settle_withdrawal(action: Action) -> None:
    """Nobody is asked any more to let the item go back to its initiator."""
    action.progress.is_leave_asked = False
    action.session.connection().execute(
        update(QUESTION)
        .where(
            QUESTION.c.instance_id == action.instance_id,
            QUESTION.c.kind == QuestionKind.WITHDRAWAL,
            QUESTION.c.answered_at.is_(None),
        )
        .values(answered_at=action.now)
    )


def _close_rows(
    action: Action, decided: DecidedTask | None, cancelled: Sequence[Row[Any]], reason: str
) -> None:
    """One statement for the tasks and one for their seats, whatever made them close."""
    ids = [task.id for task in cancelled]
    task_columns: dict[str, Any] = {"state": TaskState.CANCELLED, "outcome": reason}
    taken = SeatState.WITHDRAWN if reason in TAKING else SeatState.NOT_NEEDED
    seat_columns: dict[str, Any] = {"state": taken}
    if decided is not None:
        ids.append(decided.task_id)
        own_task = TASK.c.id == decided.task_id
        task_columns = {
            "state": case((own_task, TaskState.COMPLETED), else_=TaskState.CANCELLED),
            "outcome": case((own_task, decided.outcome), else_=reason),
        }
        if decided.seat is not None:
            own_seat = SEAT.c.id == decided.seat.id
            seat_columns = {
                "state": case((own_seat, decided.seat.state), else_=SeatState.NOT_NEEDED),
                "holder_id": case((own_seat, decided.seat.holder_id), else_=SEAT.c.holder_id),
                "held_since": case((own_seat, decided.seat.held_since), else_=SEAT.c.held_since),
            }
            if decided.seat.on_behalf_of_id is not None:
                seat_columns |= {
                    "on_behalf_of_id": case(
                        (own_seat, decided.seat.on_behalf_of_id), else_=SEAT.c.on_behalf_of_id
                    ),
                    "why": case(
                        (own_seat, literal(decided.seat.why, SEAT.c.why.type)), else_=SEAT.c.why
                    ),
                }
    if not ids:
        return
    undecided = SEAT.c.task_id.in_(ids) & SEAT.c.state.in_(UNDECIDED)
    connection = action.session.connection()
    connection.execute(
        update(TASK)
        .where(TASK.c.id.in_(ids))
        .values(
            closed_at=action.now,
            closed_by_id=action.actor_id,
            version=TASK.c.version + 1,
            **task_columns,
        )
    )
    connection.execute(update(SEAT).where(undecided).values(**seat_columns))


def _end_questions(
    action: Action, decided: DecidedTask | None, cancelled: Sequence[Row[Any]]
) -> None:
    """Only a step whose clock stands still can have an open question.

    Leave to withdraw is asked of the readers of all open steps, and of no use once one has closed.
    """
    if action.progress.is_leave_asked:
        settle_withdrawal(action)
    ids = [task.id for task in cancelled if task.clock_stopped_at is not None]
    if decided is not None and decided.clock_is_stopped:
        ids.append(decided.task_id)
    if ids:
        end_questions(action.session, ids, action.now)


def _record_cancelled(action: Action, tasks: Sequence[Row[Any]], reason: str) -> None:
    for task in tasks:
        action.record(
            "cancel",
            definition_key=task.definition_key,
            step_id=task.step_id,
            task_id=task.id,
            from_state=TaskState.OPEN,
            to_state=TaskState.CANCELLED,
            reason=reason,
        )
