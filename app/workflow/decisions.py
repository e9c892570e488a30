"""The three ways to decide a task: approve, return, reject.

Every verb takes the session of the unit of work first and `now` last, locks the instance, asks
the guards of `permits.py`, casts the vote, and lets the engine go on when the step's rule is met.
It refuses by raising; nothing is left behind then.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import NotOfferedError, Problem, problem
from app.core.i18n import N_
from app.core.ids import new_id
from app.engine import Step, complete, move
from app.forms import Submitted
from app.identity import Actor, Permission
from app.workflow.applying import Action, DecidedTask, apply_step, copy_step, save_instance
from app.workflow.drafts import drop_draft
from app.workflow.failures import failing_as_incident
from app.workflow.handlers import (
    Decided,
    FormData,
    ServiceContext,
    bound_services,
    form_handler_of,
)
from app.workflow.ledger import fingerprint
from app.workflow.loading import LoadedTask, SeatFacts, load_task
from app.workflow.models import SeatKind, SeatState, TaskState, Vote
from app.workflow.permits import (
    SHOWN_LENGTH,
    ReturnChoice,
    refuse_closed,
    refuse_conflicting_duties,
    refuse_stale,
    refuse_unknown_outcome,
    require_seat,
    return_choices,
)
from app.workflow.progress import place
from app.workflow.reasons import SHORTEST_REASON, require_reason
from app.workflow.return_points import (
    PointAnswer,
    PointAsked,
    answer_points,
    answer_problems,
    ask_points,
    in_words,
    require_points,
)
from app.workflow.signatures import require_signed, signed, signed_form
from app.workflow.task_forms import bind_form, checked_form, local_date, unmet_demands
from app.workflow.task_rows import begin_action, record_act, touch_task, write_seat
from app.workflow.voting import decide, rule_of


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided and typed."""

    outcome: str
    #: The form as submitted: nested values or pairs of an HTML form.
    values: Submitted = field(default_factory=dict)
    opinion: str = ""
    #: The choice of a return, otherwise None.
    target: ReturnChoice | None = None
    #: What a return asks to be mended, point by point.
    points: tuple[PointAsked, ...] = ()
    #: What is said to the points of an earlier return, by their id.
    answers: Mapping[UUID, PointAnswer] = field(default_factory=dict)
    #: How it was signed: a name as `text`, a drawing as `strokes` (see `signatures.py`).
    signature: Mapping[str, Any] | None = None
    #: The version of the task that the form was opened with; None trusts the caller.
    expected_version: int | None = None


def approve_task(
    session: Session, task_id: UUID, actor: Actor, decision: Decision, now: datetime
) -> None:
    """Agree (同意), or agree in another of the ways that the diagram draws.

    Raises:
        InvalidInputError: the form, a blocking rule or the opinion; its problems name each field.
        ConflictError: somebody was first. NotPermittedError: no seat, or duties kept apart.
    """
    loaded = load_task(session, task_id, lock=True)
    seat = _seat_to_decide(loaded, actor, decision)
    unanswered = answer_problems(loaded, decision.answers)
    signature, problems = signed(
        loaded.step.properties, actor, decision.signature, local_date(loaded, now)
    )
    unmet = unmet_demands(loaded, decision.outcome, decision.opinion)
    also = [*unanswered, *unmet, *problems]
    data, warnings = checked_form(loaded, decision.outcome, decision.values, now, also)
    decision = replace(decision, signature=signature)
    _vote(loaded, seat, actor, decision, data, warnings, "approve", SeatState.APPROVED, now)


def reject_task(
    session: Session, task_id: UUID, actor: Actor, decision: Decision, now: datetime
) -> None:
    """Say no (不同意), with a reason; the step ends as its reject rule says."""
    loaded = load_task(session, task_id, lock=True)
    seat = _seat_to_decide(loaded, actor, decision)
    require_reason("opinion", decision.opinion)
    signature = require_signed(
        loaded.step.properties, actor, decision.signature, local_date(loaded, now)
    )
    decision = replace(decision, signature=signature)
    data, _ = bind_form(loaded, decision.outcome, decision.values, now)  # need not be complete
    _vote(loaded, seat, actor, decision, data, [], "reject", SeatState.REJECTED, now)


def return_task(
    session: Session, task_id: UUID, actor: Actor, decision: Decision, now: datetime
) -> None:
    """Send the item back (退回) to an earlier step, with a reason or a checklist of points.

    A return that the diagram draws follows its flow; any other legal one jumps. Every open task
    behind the target closes, and the target step is visited once more.
    """
    loaded = load_task(session, task_id, lock=True)
    target = _legal_target(loaded, decision)
    decision = replace(decision, signature=None)  # what is sent back is not signed
    if target.drawn is not None:
        decision = replace(decision, outcome=target.drawn, target=target)
    seat = _seat_to_decide(loaded, actor, decision, drawn=target.drawn is not None)
    require_points(loaded, decision.points)
    require_reason("opinion", decision.opinion, 0 if decision.points else SHORTEST_REASON)
    data, _ = bind_form(loaded, decision.outcome, decision.values, now)  # need not be complete
    _vote(loaded, seat, actor, decision, data, [], "return", SeatState.RETURNED, now)


def _vote(
    loaded: LoadedTask,
    seat: SeatFacts,
    actor: Actor,
    decision: Decision,
    data: FormData,
    warnings: list[Problem],
    verb: str,
    seat_state: SeatState,
    now: datetime,
) -> None:
    """Cast the vote, and complete the step when its rule is met."""
    action = begin_action(loaded, actor, now)
    session = loaded.session
    target = decision.target.step_id if decision.target else None
    vote_id = new_id()
    session.connection().execute(
        insert(table_of(Vote)),
        {
            "id": vote_id,
            "instance_id": action.instance_id,
            "task_id": loaded.task.id,
            "seat_id": seat.id,
            "actor_id": actor.id,
            "on_behalf_of_id": seat.on_behalf_of_id,
            "at": now,
            "outcome": decision.outcome,
            "opinion": decision.opinion.strip(),
            "signature": dict(decision.signature) if decision.signature else None,
            "target": target,
            "form_key": loaded.step.form_key,
            "form_values": dict(data.values),
            "warnings": [each.dump() for each in warnings],
        },
    )
    if target is not None:
        ask_points(action, loaded, decision.points, target, vote_id)
    elif verb == "approve":
        answer_points(action, loaded, decision.answers)
    drop_draft(session, loaded.task.id, actor)
    action.progress.record_actor(loaded.task.step_id, actor.id)
    record_act(
        action,
        loaded,
        verb,
        from_state=TaskState.OPEN,
        to_state=decision.outcome,
        reason=in_words(decision.opinion, decision.points),
        form_hash=fingerprint(signed_form(data.values, decision.signature)),
    )
    decided = Decided(loaded.facts(), actor, data, decision.outcome, target, now)
    form_handler_of(loaded.step.form_key).save(session, decided)
    outcome = decision.outcome if verb == "return" else _tally(loaded, decision.outcome)
    held_since = seat.held_since or now
    if outcome is None:
        write_seat(loaded, seat, state=seat_state, holder_id=actor.id, held_since=held_since)
        touch_task(loaded)
        save_instance(action)
        return
    _copy(action, loaded)
    if verb == "return":
        action.returned_from = place(loaded.task.definition_key, loaded.task.step_id)
    step = _advance(action, loaded, decision, outcome)
    decided_task = DecidedTask(
        loaded.task.id,
        outcome,
        seat.id,
        seat_state,
        actor.id,
        held_since,
        loaded.task.clock_stopped_at is not None,
    )
    apply_step(action, step, _others(loaded), verb, decided_task)


def _advance(action: Action, loaded: LoadedTask, decision: Decision, outcome: str) -> Step:
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
    target = decision.target
    with failing_as_incident(action.instance_id):
        if target is not None and target.drawn is None:
            return move(action.process, state, task_id, target.step_id, action.now, handlers)
        values = {"outcome": outcome}
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


def _tally(loaded: LoadedTask, outcome: str) -> str | None:
    """The step's outcome with this vote, or None while others must still vote."""
    gone = (SeatState.TRANSFERRED, SeatState.REMOVED)
    electorate = [
        each for each in loaded.seats if each.kind is SeatKind.VOTE and each.state not in gone
    ]
    if len(electorate) == 1:
        return outcome
    earlier = loaded.session.scalars(select(Vote.outcome).where(Vote.task_id == loaded.task.id))
    # The vote that was just cast is among them; each visit is a task of its own.
    return decide(rule_of(loaded.step.properties), len(electorate), list(earlier))


def _others(loaded: LoadedTask) -> list[Any]:
    return [each for each in loaded.open_tasks if each.id != loaded.task.id]


def _seat_to_decide(
    loaded: LoadedTask, actor: Actor, decision: Decision, *, drawn: bool = True
) -> SeatFacts:
    actor.require(Permission.TASK_WORK)
    seat = require_seat(loaded, actor)
    refuse_stale(loaded, decision.expected_version)
    refuse_conflicting_duties(loaded, actor)
    if drawn:
        refuse_unknown_outcome(loaded, decision.outcome)
    return seat


def _legal_target(loaded: LoadedTask, decision: Decision) -> ReturnChoice:
    refuse_closed(loaded)
    choices = return_choices(loaded)
    wanted = decision.target
    if wanted is not None:
        for choice in choices:
            if (choice.definition_key, choice.step_id) == (wanted.definition_key, wanted.step_id):
                return choice
    raise NotOfferedError(
        N_("Expected a step that {step} may be returned to ({allowed}), found “{found}”."),
        [problem("return.target", "target", N_("Choose one of the steps of the list."))],
        step=loaded.name,
        allowed=", ".join(each.step_id for each in choices) or "–",
        found=wanted.step_id[:SHOWN_LENGTH] if wanted else "",
    )
