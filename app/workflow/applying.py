"""The one function that writes what the engine decided: tasks, seats, timers, instance, ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, delete, insert, literal, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import ConflictError
from app.core.i18n import N_
from app.core.ids import new_id
from app.engine import Process, Step
from app.identity import group_key
from app.workflow import ledger
from app.workflow.asking import InstanceFacts
from app.workflow.assignment import due_at
from app.workflow.clocks import end_questions, next_alarm
from app.workflow.loading import SeatFacts
from app.workflow.models import (
    UNDECIDED,
    InstanceState,
    ProcessInstance,
    Rotation,
    Seat,
    SeatState,
    TaskCopy,
    TaskState,
    Timer,
    UserTask,
)
from app.workflow.progress import Progress, Recallable, place
from app.workflow.resources import resources_of
from app.workflow.skipping import SKIP, Chosen, Opening, choose_people
from app.workflow.voting import SEQUENTIAL, rule_of, weight_of

INSTANCE = table_of(ProcessInstance)
TASK = table_of(UserTask)
SEAT = table_of(Seat)
TIMER = table_of(Timer)
COPY = table_of(TaskCopy)
#: What happens by itself; behind it no decision can be recalled.
AUTOMATIC = frozenset(
    {"serviceTask", "sendTask", "scriptTask", "intermediateCatchEvent", "boundaryEvent"}
)
#: Verbs that take a step away from those who sat there; any other decides it without them.
TAKING = frozenset({"withdraw", "recall", "terminate"})
ROTATION = table_of(Rotation)


@dataclass(slots=True)
class Action:
    """One action under way on one locked instance: what it read, and the ledger acts it adds."""

    session: Session
    facts: InstanceFacts
    process: Process
    version: int
    ledger_length: int
    ledger_head: str
    progress: Progress
    now: datetime
    #: Whose action it is; None for the system actor.
    actor_id: UUID | None
    #: For whom that person acts as a substitute.
    on_behalf_of_id: UUID | None = None
    acts: list[ledger.Act] = field(default_factory=list)
    #: For a return: the place that sends the item back, kept by the visit that it opens.
    returned_from: str | None = None
    #: A round begins here: nobody is passed over because of what was approved before.
    is_new_round: bool = False
    #: For a return's answer: the place that it goes straight back to, past what lies between.
    straight_to: tuple[str, str] | None = None
    #: For a decision: the token tree before it, and what a recall will ask about it.
    previous_state: bytes | None = None
    recallable: Recallable | None = None

    @property
    def instance_id(self) -> UUID:
        """The item that is acted on."""
        return self.facts.instance_id

    def record(self, verb: str, **facts: Any) -> None:
        """Add one ledger entry to this action."""
        facts.setdefault("definition_key", self.process.key)
        facts.setdefault("actor_id", self.actor_id)
        if facts["actor_id"] is not None:
            facts.setdefault("on_behalf_of_id", self.on_behalf_of_id)
        self.acts.append(ledger.Act(verb=verb, at=self.now, **facts))


def action_on(
    session: Session, instance: Row[Any], process: Process, actor_id: UUID | None, now: datetime
) -> Action:
    """Begin an action on an instance row that is locked."""
    return Action(
        session=session,
        facts=InstanceFacts.of(instance),
        process=process,
        version=instance.instance_version,
        ledger_length=instance.ledger_length,
        ledger_head=instance.ledger_head,
        progress=Progress.load(instance.progress),
        now=now,
        actor_id=actor_id,
    )


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
    closed = {each.id: each.how for each in step.closed}
    going = [task for task in open_tasks if task.engine_task_id in closed]
    cancelled = [task for task in going if closed[task.engine_task_id] == "cancelled"]
    _close(action, decided, cancelled, reason)
    _end_questions(action, decided, cancelled)
    _record_cancelled(action, cancelled, reason)
    opened = _open(action, chosen.openings)
    write_timers(action, step)
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


def cancel_tasks(action: Action, tasks: Sequence[Row[Any]], verb: str) -> None:
    """Close open tasks undecided; `verb` took them away, and their seats with them."""
    _close(action, None, tasks, verb)
    _record_cancelled(action, tasks, verb)


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


def save_instance(action: Action, **columns: Any) -> None:
    """Write the ledger and the instance row; refuse when somebody else wrote it meanwhile."""
    length, head = ledger.append(
        action.session,
        action.instance_id,
        action.ledger_length,
        action.ledger_head,
        action.acts,
    )
    written = action.session.connection().execute(
        update(INSTANCE)
        .where(INSTANCE.c.id == action.instance_id, INSTANCE.c.version == action.version)
        .values(
            version=action.version + 1,
            progress=action.progress.dump(),
            ledger_length=length,
            ledger_head=head,
            **columns,
        )
    )
    if written.rowcount != 1:
        raise ConflictError(
            N_("Expected version {version} of this item, but somebody changed it meanwhile."),
            version=action.version,
        )
    action.version += 1
    action.ledger_length, action.ledger_head = length, head
    action.acts.clear()


def close_seats(action: Action, task_ids: Sequence[UUID], state: SeatState) -> None:
    """Give every seat of these tasks that is undecided its honest end state."""
    action.session.connection().execute(
        update(SEAT)
        .where(SEAT.c.task_id.in_(task_ids), SEAT.c.state.in_(UNDECIDED))
        .values(state=state)
    )


def _close(
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
    """Only a step whose clock stands still can have an open question."""
    ids = [task.id for task in cancelled if task.clock_stopped_at is not None]
    if decided is not None and decided.clock_is_stopped:
        ids.append(decided.task_id)
    if ids:
        end_questions(action.session, ids, action.now)


def _open(action: Action, openings: Sequence[Opening]) -> list[UUID]:
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
            _take_turn(action, each.definition_key, each.step_id, plan.turn)
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


def _take_turn(action: Action, definition_key: str, step_id: str, username: str) -> None:
    action.session.connection().execute(
        update(ROTATION)
        .where(ROTATION.c.definition_key == definition_key, ROTATION.c.step_id == step_id)
        .values(last=username)
    )


def write_timers(action: Action, step: Step) -> None:
    """Timer rows follow the engine's list; nothing is written while the list stays the same."""
    waiting = {each.id: each for each in step.timers}
    wanted = {timer_id: each.due_at.isoformat() for timer_id, each in waiting.items()}
    known = action.progress.timers
    if wanted == known:
        return
    connection = action.session.connection()
    gone = [timer_id for timer_id in known if wanted.get(timer_id) != known[timer_id]]
    if gone:
        connection.execute(
            delete(TIMER).where(
                TIMER.c.instance_id == action.instance_id, TIMER.c.timer_id.in_(gone)
            )
        )
    new = [each for each in step.timers if known.get(each.id) != wanted[each.id]]
    if new:
        connection.execute(
            insert(TIMER),
            [
                {
                    "instance_id": action.instance_id,
                    "timer_id": each.id,
                    "definition_key": each.definition_key,
                    "element_id": each.element_id,
                    "due_at": each.due_at,
                }
                for each in new
            ],
        )
    action.progress.timers = wanted


def drop_timers(action: Action) -> None:
    """No timer of the item may fire any more; `write_timers` brings back those that still wait."""
    if action.progress.timers:
        action.session.connection().execute(
            delete(TIMER).where(TIMER.c.instance_id == action.instance_id)
        )
        action.progress.timers = {}


def copy_step(
    action: Action,
    definition_key: str,
    step_id: str,
    roles: Sequence[str],
    variables: Mapping[str, object],
) -> None:
    """Give the groups of `appr.copy` the right to read this item (抄送)."""
    wanted = [group_key(role, variables) for role in roles]
    groups = [group for group in wanted if group not in action.progress.copied]
    rows = [
        {
            "id": new_id(),
            "instance_id": action.instance_id,
            "definition_key": definition_key,
            "step_id": step_id,
            "group_key": group,
            "copied_at": action.now,
        }
        for group in groups
    ]
    if rows:
        action.progress.copied += groups
        action.session.connection().execute(insert(COPY), rows)
        for row in rows:
            action.record(
                "copy",
                actor_id=None,
                definition_key=definition_key,
                step_id=step_id,
                to_state=str(row["group_key"]),
            )
