"""The four ways to decide a task: approve, reject, abstain, return.

Every verb takes the session of the unit of work first and `now` last, locks the instance, asks
the guards (`…_permits.py`), casts the vote, and lets the engine go on when the step's rule is met.
It refuses by raising; nothing is left behind then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import NotOfferedError, Problem, problem
from app.core.i18n import N_
from app.core.ids import new_id
from app.forms import Submitted
from app.identity import Actor, Permission
from app.workflow.applying.loading import LoadedTask, SeatFacts, load_task
from app.workflow.applying.progress import Recallable, place
from app.workflow.applying.task_rows import begin_action, record_act
from app.workflow.assignment.choices import record_choices
from app.workflow.assignment.whys import stands_in, with_why
from app.workflow.deciding.reasons import SHORTEST_REASON, require_reason
from app.workflow.deciding.signatures import require_signed, signed, signed_form
from app.workflow.deciding.task_forms import (
    bind_form,
    checked_form,
    load_form_data,
    local_date,
    refuse_blocking,
    unmet_demands,
)
from app.workflow.handlers import FormData
from app.workflow.ledger.entries import fingerprint
from app.workflow.models import Vote
from app.workflow.permits.duties import refuse_conflicting_duties
from app.workflow.permits.seats import fills_form, refuse_abstaining, refuse_advisers
from app.workflow.permits.tasks import (
    SHOWN_LENGTH,
    ReturnChoice,
    refuse_no_approval,
    refuse_unknown_outcome,
    return_choices,
)
from app.workflow.returning.points import (
    PointAnswer,
    PointAsked,
    answer_points,
    answer_problems,
    ask_points,
    require_points,
)
from app.workflow.returning.resubmission import require_straight
from app.workflow.states import SeatState, TaskState
from app.workflow.voting.own_seats import owner_of, refuse_closed, refuse_stale, require_seat
from app.workflow.voting.rules import ABSTAIN
from app.workflow.voting.settling import Answer, finish, settle, votes_of


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided and typed."""

    outcome: str
    #: The form as submitted: nested values or pairs of an HTML form.
    values: Submitted = field(default_factory=dict)
    opinion: str = ""
    #: The choice of a return, otherwise None.
    target: ReturnChoice | None = None
    #: Go straight back to the step that returned the item, past those between.
    straight: bool = False
    #: What a return asks to be mended, point by point.
    points: tuple[PointAsked, ...] = ()
    #: What is said to the points of an earlier return, by their id.
    answers: Mapping[UUID, PointAnswer] = field(default_factory=dict)
    #: Step id → user names of those who are to do it (`choices.py`).
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: How it was signed: a name as `text`, a drawing as `strokes` (see `signatures.py`).
    signature: Mapping[str, Any] | None = None
    #: The batch that it belongs to, decided with one opinion for many items.
    batch_id: UUID | None = None
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
    approve_loaded(load_task(session, task_id, lock=True), actor, decision, now)


def approve_loaded(loaded: LoadedTask, actor: Actor, decision: Decision, now: datetime) -> None:
    """The same for a task that was read under its lock already."""
    seat = _seat_to_decide(loaded, actor, decision)
    refuse_no_approval(loaded, decision.outcome)
    signature, problems = signed(
        loaded.step.properties, actor, decision.signature, local_date(loaded, now)
    )
    unmet = unmet_demands(loaded, decision.outcome, decision.opinion)
    data, warnings = None, list[Problem]()
    if fills_form(seat):
        also = [*answer_problems(loaded, decision.answers), *unmet, *problems]
        data, warnings = checked_form(loaded, decision.outcome, decision.values, now, also)
    else:
        refuse_blocking([*unmet, *problems])
    decision = replace(decision, signature=signature)
    straight = require_straight(loaded, decision.outcome, data) if decision.straight else None
    _vote(
        loaded, seat, actor, decision, data, warnings, "approve", SeatState.APPROVED, now, straight
    )


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
    data = _incomplete_form(loaded, seat, decision, now)
    _vote(loaded, seat, actor, decision, data, [], "reject", SeatState.REJECTED, now)


def return_task(
    session: Session, task_id: UUID, actor: Actor, decision: Decision, now: datetime
) -> None:
    """Send the item back (退回) to an earlier step, with a reason or a checklist of points.

    A return that the diagram draws follows its flow; any other legal one jumps. Every open task
    behind the target closes, and the target step is visited once more.
    """
    return_loaded(load_task(session, task_id, lock=True), actor, decision, now)


def return_loaded(loaded: LoadedTask, actor: Actor, decision: Decision, now: datetime) -> None:
    """The same for a task that was read under its lock already."""
    require_seat(loaded, actor)  # who has none is told that before anything else
    target = _legal_target(loaded, decision)
    decision = replace(decision, signature=None)  # what is sent back is not signed
    if target.drawn is not None:
        decision = replace(decision, outcome=target.drawn, target=target)
    seat = _seat_to_decide(loaded, actor, decision, drawn=target.drawn is not None)
    require_points(loaded, decision.points)
    require_reason("opinion", decision.opinion, 0 if decision.points else SHORTEST_REASON)
    data = _incomplete_form(loaded, seat, decision, now)
    _vote(loaded, seat, actor, decision, data, [], "return", SeatState.RETURNED, now)


def abstain_task(
    session: Session, task_id: UUID, actor: Actor, decision: Decision, now: datetime
) -> None:
    """Be neither for nor against (弃权), where several decide and the step allows it."""
    loaded = load_task(session, task_id, lock=True)
    seat = _seat_to_decide(loaded, actor, replace(decision, outcome=ABSTAIN), drawn=False)
    refuse_abstaining(loaded, seat)
    signature = require_signed(
        loaded.step.properties, actor, decision.signature, local_date(loaded, now)
    )
    decision = replace(decision, outcome=ABSTAIN, target=None, signature=signature)
    _vote(loaded, seat, actor, decision, None, [], "abstain", SeatState.ABSTAINED, now)


def _vote(
    loaded: LoadedTask,
    seat: SeatFacts,
    actor: Actor,
    decision: Decision,
    data: FormData | None,
    warnings: list[Problem],
    verb: str,
    seat_state: SeatState,
    now: datetime,
    straight_to: tuple[str, str] | None = None,
) -> None:
    """Cast the vote, and complete the step when its rule is met. `data` is None without a form."""
    action = begin_action(loaded, actor, now)
    session = loaded.session
    values = dict(data.values) if data else {}
    votes = votes_of(loaded) | {seat.id: decision.outcome}
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
            "batch_id": decision.batch_id,
            "signature": dict(decision.signature) if decision.signature else None,
            "target": straight_to[1] if straight_to else target,
            "form_key": loaded.step.form_key if data else None,
            "form_values": values,
            "warnings": [each.dump() for each in warnings],
        },
    )
    if target is not None:
        ask_points(action, loaded, decision.points, target, vote_id)
    elif verb == "approve" and data is not None:
        answer_points(action, loaded, decision.answers)
    people = [each for each in (actor.id, seat.on_behalf_of_id) if each is not None]
    step_id, approved = loaded.task.step_id, list(action.progress.approved)
    newcomers = [str(e) for e in people if action.progress.record_actor(step_id, e)]
    if verb == "approve":
        action.progress.record_approval(actor.id)
    if straight_to is not None:
        action.straight_to, action.is_new_round = straight_to, True
    action.recallable = Recallable(
        task=str(loaded.task.id),
        vote=str(vote_id),
        seat=str(seat.id),
        actor=str(actor.id),
        seats=loaded.standing,
        approved=approved,
        answered=[e for e in loaded.progress.owed if e not in action.progress.owed],
        newcomers=newcomers,
    )
    if verb == "approve" and data is not None:
        record_choices(action, loaded, actor, decision.choices)
    record_act(
        action,
        loaded,
        verb,
        from_state=_from_state(decision),
        to_state=decision.outcome,
        reason=decision.opinion.strip(),
        form_hash=fingerprint(signed_form(values, decision.signature)),
    )
    if straight_to is not None:
        record_act(action, loaded, "resubmit", to_state=place(*straight_to))
    own = replace(
        seat,
        state=seat_state,
        holder_id=actor.id,
        held_since=seat.held_since or now,
        why=_why_decided(seat, actor),
    )
    seats = [own if each.id == seat.id else each for each in loaded.seats]
    answer = Answer(actor, decision.outcome, data) if data else None
    if verb == "return":
        answer = answer or Answer(actor, decision.outcome, load_form_data(loaded, now))
        finish(action, loaded, verb, answer, own, decision.target)
    else:
        settle(action, loaded, seats, votes, verb, actor, own, answer)


def _from_state(decision: Decision) -> str:
    """The task was open; the ledger names the batch that it was decided with."""
    batch = decision.batch_id
    return f"{TaskState.OPEN.value}, batch {batch}" if batch else TaskState.OPEN.value


def _incomplete_form(
    loaded: LoadedTask, seat: SeatFacts, decision: Decision, now: datetime
) -> FormData | None:
    """The form beside a "no" or a return: kept as it is, without being complete."""
    if not fills_form(seat):
        return None
    data, _ = bind_form(loaded, decision.outcome, decision.values, now)
    return data


def _why_decided(seat: SeatFacts, actor: Actor) -> Mapping[str, Any]:
    """Why it was the actor's to decide: what the seat said, and whom he stood in for."""
    owner = owner_of(seat, actor)
    return with_why(seat.why, stands_in(actor.name, owner)) if owner else seat.why


def _seat_to_decide(
    loaded: LoadedTask, actor: Actor, decision: Decision, *, drawn: bool = True
) -> SeatFacts:
    actor.require(Permission.TASK_WORK)
    seat = require_seat(loaded, actor)
    refuse_stale(loaded, decision.expected_version)
    refuse_advisers(loaded, seat)
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
