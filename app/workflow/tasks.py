"""The verbs of a user task: claim, unclaim, approve, return, reject, transfer, keep a draft.

Every verb takes the session of the unit of work first and `now` last, locks the instance, asks
the guards of `permits.py`, changes rows, and writes the ledger. It refuses by raising; nothing is
left behind then. `expected_version` is the version of the task that the form was opened with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import (
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    Problem,
    problem,
)
from app.core.i18n import N_
from app.core.ids import new_id
from app.engine import Step, complete, move
from app.forms import Submitted, rights_for
from app.identity import Actor, Permission, load_actor
from app.workflow.applying import (
    SEAT,
    TASK,
    Action,
    action_on,
    apply_step,
    close_seats,
    copy_step,
    save_instance,
)
from app.workflow.attachments import as_form_value, attachments_of
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
from app.workflow.models import SeatState, TaskDraft, TaskState, Vote
from app.workflow.permits import (
    ReturnChoice,
    own_seat,
    refuse_closed,
    refuse_conflicting_duties,
    refuse_stale,
    refuse_unknown_outcome,
    require_seat,
    return_choices,
)
from app.workflow.resources import resources_of
from app.workflow.voting import AGREE, REJECT, decide, rule_of

DRAFT = table_of(TaskDraft)

#: A "no" or a return without a reason helps nobody; the dossier asks for ten signs (F05).
SHORTEST_REASON = 10
#: “同意” says enough when the step only wants some opinion.
SHORTEST_OPINION = 2
LONGEST_REASON = 4000


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided and typed."""

    outcome: str
    #: The form as submitted: nested values or pairs of an HTML form.
    values: Submitted = field(default_factory=dict)
    opinion: str = ""
    #: The choice of a return, otherwise None.
    target: ReturnChoice | None = None
    expected_version: int | None = None


def claim_task(
    session: Session, task_id: UUID, actor: Actor, expected_version: int | None, now: datetime
) -> None:
    """Take an unclaimed seat (领取), so that the other candidates see who works on it."""
    loaded = load_task(session, task_id, lock=True)
    seat = require_seat(loaded, actor)
    if seat.holder_id == actor.id:
        return  # a second click is no error
    refuse_stale(loaded, expected_version)
    refuse_conflicting_duties(loaded, actor)
    action = _begin(loaded, actor, now)
    _hold(loaded, seat, actor.id, now)
    _touch(loaded)
    _record(action, loaded, "claim", from_state="unclaimed", to_state="claimed")
    save_instance(action)


def unclaim_task(
    session: Session, task_id: UUID, actor: Actor, expected_version: int | None, now: datetime
) -> None:
    """Give an own claim back to the candidates; the draft stays."""
    loaded = load_task(session, task_id, lock=True)
    seat = require_seat(loaded, actor)
    if not seat.is_held_by(actor):
        raise NotPermittedError(
            N_("Expected a claim of yours on the step {step}, found none."), step=loaded.name
        )
    if seat.group_key is None:
        raise NotPermittedError(
            N_("Expected other candidates for the step {step}; it was given to you alone. "
               "You can transfer it."),
            step=loaded.name,
        )  # fmt: skip
    refuse_stale(loaded, expected_version)
    action = _begin(loaded, actor, now)
    _hold(loaded, seat, None, None)
    _touch(loaded)
    _record(action, loaded, "unclaim", from_state="claimed", to_state="unclaimed")
    save_instance(action)


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
    data, warnings = _checked_form(loaded, decision, now)
    _vote(loaded, seat, actor, decision, data, warnings, "approve", SeatState.APPROVED, now)


def reject_task(
    session: Session, task_id: UUID, actor: Actor, decision: Decision, now: datetime
) -> None:
    """Say no (不同意), with a reason; the step ends as its reject rule says."""
    loaded = load_task(session, task_id, lock=True)
    seat = _seat_to_decide(loaded, actor, decision)
    _require_reason(decision)
    data = _unchecked_form(loaded, decision, now)
    _vote(loaded, seat, actor, decision, data, [], "reject", SeatState.REJECTED, now)


def return_task(
    session: Session, task_id: UUID, actor: Actor, decision: Decision, now: datetime
) -> None:
    """Send the item back (退回) to an earlier step, with a reason.

    A return that the diagram draws follows its flow; any other legal one jumps. Every open task
    behind the target closes, and the target step is visited once more.
    """
    loaded = load_task(session, task_id, lock=True)
    target = _legal_target(loaded, decision)
    if target.drawn is not None:
        decision = Decision(
            target.drawn, decision.values, decision.opinion, target, decision.expected_version
        )
    seat = _seat_to_decide(loaded, actor, decision, drawn=target.drawn is not None)
    _require_reason(decision)
    data = _unchecked_form(loaded, decision, now)
    _vote(loaded, seat, actor, decision, data, [], "return", SeatState.RETURNED, now)


def transfer_task(
    session: Session,
    task_id: UUID,
    actor: Actor,
    receiver_id: UUID,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> None:
    """Hand an own seat to another person (转办), who must pass the same duty rules."""
    loaded = load_task(session, task_id, lock=True)
    refuse_closed(loaded)
    seat = own_seat(loaded, actor) or _any_seat(loaded, actor)
    refuse_stale(loaded, expected_version)
    _require_text("reason", reason)
    receiver = load_actor(session, receiver_id)
    if receiver is None or not receiver.can(Permission.TASK_WORK):
        raise NotFoundError(N_("Expected an active colleague to transfer to, found none."))
    if receiver.id == seat.holder_id:
        raise InvalidInputError(
            N_("Expected another person to transfer to, but {who} already has this seat."),
            [
                problem(
                    "transfer.same", "receiver", N_("Choose somebody else than {who}."),
                    who=receiver.name,
                )
            ],
            who=receiver.name,
        )  # fmt: skip
    refuse_conflicting_duties(loaded, receiver)
    action = _begin(loaded, actor, now)
    _seat(session, seat, state=SeatState.TRANSFERRED, holder_id=seat.holder_id or actor.id)
    if rule_of(loaded.step.properties).mode == "single":
        close_seats(action, [task_id], SeatState.NOT_NEEDED)  # the other groups' shares of it
    session.connection().execute(
        insert(SEAT),
        {
            "id": new_id(),
            "task_id": task_id,
            "position": seat.position,
            "state": SeatState.OPEN,
            "holder_id": receiver.id,
            "held_since": now,
            "due_at": loaded.task.due_at,
            "why": {"transferred_by": actor.username, "reason": reason.strip()},
        },
    )
    _touch(loaded)
    _record(
        action,
        loaded,
        "transfer",
        from_state=actor.username,
        to_state=receiver.username,
        reason=reason.strip(),
    )
    save_instance(action)


def save_task_draft(
    session: Session, task_id: UUID, actor: Actor, typed: Mapping[str, Any], now: datetime
) -> None:
    """Keep what the actor has typed, even if a colleague has closed the task meanwhile."""
    loaded = load_task(session, task_id, lock=False)
    if own_seat(loaded, actor) is None and find_draft(session, task_id, actor) is None:
        require_seat(loaded, actor)
    connection = session.connection()
    connection.execute(_draft_of(task_id, actor))
    connection.execute(
        insert(DRAFT).values(task_id=task_id, user_id=actor.id, typed=dict(typed), saved_at=now)
    )


def find_draft(session: Session, task_id: UUID, actor: Actor) -> TaskDraft | None:
    """What the actor had typed, if anything."""
    return session.get(TaskDraft, (task_id, actor.id))


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
    action = _begin(loaded, actor, now)
    session = loaded.session
    session.connection().execute(
        insert(table_of(Vote)),
        {
            "id": new_id(),
            "instance_id": action.instance_id,
            "task_id": loaded.task.id,
            "seat_id": seat.id,
            "actor_id": actor.id,
            "at": now,
            "outcome": decision.outcome,
            "opinion": decision.opinion.strip(),
            "target": decision.target.step_id if decision.target else None,
            "form_key": loaded.step.form_key,
            "form_values": dict(data.values),
            "warnings": [each.dump() for each in warnings],
        },
    )
    _seat(session, seat, state=seat_state, holder_id=actor.id, held_since=seat.held_since or now)
    session.connection().execute(_draft_of(loaded.task.id, actor))
    action.progress.record_actor(loaded.task.step_id, actor.id)
    _record(
        action,
        loaded,
        verb,
        from_state=TaskState.OPEN,
        to_state=decision.outcome,
        reason=decision.opinion.strip(),
        form_hash=fingerprint(data.values),
    )
    decided = Decided(decision.outcome, decision.target.step_id if decision.target else None)
    form_handler_of(loaded.step.form_key).save(session, loaded.facts(), actor, decided, data, now)
    outcome = decision.outcome if verb == "return" else _tally(loaded, decision.outcome)
    if outcome is None:
        _touch(loaded)
        save_instance(action)
        return
    _close(action, loaded, seat, outcome)
    apply_step(action, _advance(action, loaded, decision, outcome), _others(loaded), verb)


def _advance(action: Action, loaded: LoadedTask, decision: Decision, outcome: str) -> Step:
    """Let the engine go on: along a drawn flow, or by a jump for any other return."""
    handlers = bound_services(
        ServiceContext(
            loaded.session,
            action.instance_id,
            loaded.instance.business_key,
            loaded.instance.subject_code,
        )
    )
    state, task_id = loaded.instance.engine_state, loaded.task.engine_task_id
    target = decision.target
    with failing_as_incident(action.instance_id):
        if target is not None and target.drawn is None:
            return move(action.process, state, task_id, target.step_id, action.now, handlers)
        values = {"outcome": outcome}
        return complete(action.process, state, task_id, values, action.now, handlers)


def _close(action: Action, loaded: LoadedTask, seat: SeatFacts, outcome: str) -> None:
    """The step is decided: colleagues' open seats are not needed any more."""
    loaded.session.connection().execute(
        update(TASK)
        .where(TASK.c.id == loaded.task.id)
        .values(
            state=TaskState.COMPLETED,
            outcome=outcome,
            closed_at=action.now,
            closed_by_id=action.actor_id,
            version=loaded.task.version + 1,
        )
    )
    if any(each.state is SeatState.OPEN and each.id != seat.id for each in loaded.seats):
        close_seats(action, [loaded.task.id], SeatState.NOT_NEEDED)
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
    electorate = [each for each in loaded.seats if each.state is not SeatState.TRANSFERRED]
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


def _any_seat(loaded: LoadedTask, actor: Actor) -> SeatFacts:
    """An administrator may move a seat that he does not hold; anybody else needs his own."""
    open_seat = next((each for each in loaded.seats if each.state is SeatState.OPEN), None)
    if open_seat is None or not actor.can(Permission.TASK_TRANSFER_ANY):
        return require_seat(loaded, actor)
    return open_seat


def _legal_target(loaded: LoadedTask, decision: Decision) -> ReturnChoice:
    refuse_closed(loaded)
    choices = return_choices(loaded)
    wanted = decision.target
    if wanted is not None:
        for choice in choices:
            if (choice.definition_key, choice.step_id) == (wanted.definition_key, wanted.step_id):
                return choice
    raise InvalidInputError(
        N_("Expected a step that {step} may be returned to ({allowed}), found “{found}”."),
        [problem("return.target", "target", N_("Choose one of the steps of the list."))],
        step=loaded.name,
        allowed=", ".join(each.step_id for each in choices) or "–",
        found=wanted.step_id if wanted else "",
    )


def _checked_form(
    loaded: LoadedTask, decision: Decision, now: datetime
) -> tuple[FormData, list[Problem]]:
    """The values of an approval: valid, within the step's rights, and past every blocking rule."""
    data, problems = _bind(loaded, decision, now)
    handler = form_handler_of(loaded.step.form_key)
    if not problems:
        problems += handler.check(loaded.session, loaded.facts(), decision.outcome, data)
    policy = loaded.step.properties.get("appr.opinion", "optional")
    if policy == "required_unless_agree" and decision.outcome != AGREE:
        problems += _reason_problems("opinion", decision.opinion)
    elif policy == "required":
        problems += _reason_problems("opinion", decision.opinion, SHORTEST_OPINION)
    blocking = [each for each in problems if each.level == "block"]
    if blocking:
        raise InvalidInputError(
            N_("Expected a form without problems, found {count}; what you typed is kept."),
            blocking,
            count=len(blocking),
        )
    return data, [each for each in problems if each.level == "warn"]


def _unchecked_form(loaded: LoadedTask, decision: Decision, now: datetime) -> FormData:
    """The values of a "no" or a return: what is valid is kept, the rest need not be complete."""
    data, _ = _bind(loaded, decision, now)
    return data


def _bind(loaded: LoadedTask, decision: Decision, now: datetime) -> tuple[FormData, list[Problem]]:
    if loaded.step.form_key is None:
        return FormData({}), []
    form = resources_of(loaded.session).forms.get(loaded.step.form_key)
    opened = load_form_data(loaded, now)
    rights = rights_for(loaded.step.properties, form).rights
    context = {**opened.context, "outcome": decision.outcome}
    bound = form.bind(decision.values, form.load(opened.values), rights, context)
    return FormData(form.dump(bound.values), context, opened.subject), list(bound.problems)


def load_form_data(loaded: LoadedTask, now: datetime) -> FormData:
    """What the form of a task opens with: the subject's rows, or the step's former vote.

    The context adds what every form may name: the local date, the step, the files at hand.
    """
    data = form_handler_of(loaded.step.form_key).load(
        loaded.session, loaded.facts(), lambda: _former_values(loaded)
    )
    today = now.astimezone(resources_of(loaded.session).calendar.zone).date()
    context = {
        **data.context,
        "today": today,
        "step": loaded.task.step_id,
        "attachments": _files(loaded),
    }
    return FormData(data.values, context, data.subject)


def _former_values(loaded: LoadedTask) -> Mapping[str, Any]:
    """The values of the step's last vote in an earlier visit; empty in the first one."""
    if loaded.task.visit == 1:
        return {}
    newest = (
        select(Vote.form_values)
        .where(
            Vote.instance_id == loaded.instance.instance_id,
            Vote.form_key == loaded.step.form_key,
            Vote.task_id.in_(_earlier_visits(loaded)),
        )
        .order_by(Vote.id.desc())
        .limit(1)
    )
    return loaded.session.scalars(newest).first() or {}


def _files(loaded: LoadedTask) -> list[dict[str, object]]:
    """Files that the form may name; asked only where somebody has attached one."""
    if not loaded.progress.files:
        return []
    rows = attachments_of(loaded.session, loaded.instance.instance_id)
    return [as_form_value(row) for row in rows]


def _earlier_visits(loaded: LoadedTask) -> Any:
    return select(TASK.c.id).where(
        TASK.c.instance_id == loaded.instance.instance_id,
        TASK.c.definition_key == loaded.task.definition_key,
        TASK.c.step_id == loaded.task.step_id,
        TASK.c.visit < loaded.task.visit,
    )


def _require_reason(decision: Decision) -> None:
    _require_text("opinion", decision.opinion)


def _require_text(where: str, text: str) -> None:
    problems = _reason_problems(where, text)
    if problems:
        raise InvalidInputError(
            N_("Expected a reason that the receiver can act on; what you typed is kept."), problems
        )


def _reason_problems(where: str, text: str, least: int = SHORTEST_REASON) -> list[Problem]:
    length = len(text.strip())
    if least <= length <= LONGEST_REASON:
        return []
    return [
        problem(
            "opinion.length",
            where,
            N_("Expected {least} to {most} characters of reason, found {found}."),
            least=least,
            most=LONGEST_REASON,
            found=length,
        )
    ]


def _begin(loaded: LoadedTask, actor: Actor, now: datetime) -> Action:
    return action_on(loaded.session, loaded.instance, loaded.process, actor.id, now)


def _seat(session: Session, seat: SeatFacts, **columns: Any) -> None:
    session.connection().execute(update(SEAT).where(SEAT.c.id == seat.id).values(**columns))


def _hold(
    loaded: LoadedTask, seat: SeatFacts, holder_id: UUID | None, since: datetime | None
) -> None:
    """Claim or release a seat; a single step has one holder, whichever group he comes from."""
    seats = [seat.id]
    if rule_of(loaded.step.properties).mode == "single":
        seats = [each.id for each in loaded.seats if each.state is SeatState.OPEN]
    loaded.session.connection().execute(
        update(SEAT).where(SEAT.c.id.in_(seats)).values(holder_id=holder_id, held_since=since)
    )


def _touch(loaded: LoadedTask) -> None:
    """Let forms that were opened before this change be refused."""
    loaded.session.connection().execute(
        update(TASK).where(TASK.c.id == loaded.task.id).values(version=loaded.task.version + 1)
    )


def _record(action: Action, loaded: LoadedTask, verb: str, **facts: Any) -> None:
    action.record(
        verb,
        definition_key=loaded.task.definition_key,
        step_id=loaded.task.step_id,
        task_id=loaded.task.id,
        visit=loaded.task.visit,
        **facts,
    )


def _draft_of(task_id: UUID, actor: Actor) -> Any:
    return delete(DRAFT).where(DRAFT.c.task_id == task_id, DRAFT.c.user_id == actor.id)


__all__ = [
    "REJECT",
    "Decision",
    "approve_task",
    "claim_task",
    "find_draft",
    "load_form_data",
    "reject_task",
    "return_task",
    "save_task_draft",
    "transfer_task",
    "unclaim_task",
]
