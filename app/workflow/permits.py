"""Who may do what with a task: the verbs refuse by these guards, the pages draw buttons by them."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, CountersignError, NotOfferedError, NotPermittedError
from app.core.i18n import N_, Bilingual, Sentence
from app.engine import Outcome, return_targets
from app.identity import Actor, Permission, StandIn, conflicted, organisation_scope
from app.workflow.asking import EXPERT_POOL, InstanceFacts, interests
from app.workflow.duties import DECLARING_UNIT, broken_duty
from app.workflow.loading import LoadedTask, SeatFacts
from app.workflow.models import (
    UNDECIDED,
    InstanceState,
    ProcessInstance,
    Question,
    SeatKind,
    SeatState,
    TaskCopy,
    UserTask,
    Vote,
)
from app.workflow.models import Seat as SeatModel
from app.workflow.names import candidate_keys, owner_keys, person_name
from app.workflow.seat_permits import abstains, fills_form, signer_places
from app.workflow.voting import REJECT

#: Characters of a code from a request that a refusal repeats.
SHOWN_LENGTH = 40
#: Outcome codes with this beginning go back; their flows are offered as return targets.
RETURN_PREFIX = "return"
#: States of a seat whose holder may take no second one in the same visit.
_TAKING_PART = (
    SeatState.WAITING,
    SeatState.APPROVED,
    SeatState.REJECTED,
    SeatState.ABSTAINED,
    SeatState.RETURNED,
)
#: What took a step away that nobody had decided, in words.
TAKEN_AWAY = {
    "withdraw": N_("withdrawn by the initiator"),
    "recall": N_("the decision before it was recalled"),
    "terminate": N_("the item was terminated"),
    "return": N_("returned to an earlier step"),
    "fire": N_("a timer"),
}


@dataclass(frozen=True, slots=True)
class ReturnChoice:
    """A step that the task may be returned to."""

    definition_key: str
    step_id: str
    name: Bilingual
    #: The outcome that the diagram draws to it, or None for a jump.
    drawn: str | None


@dataclass(frozen=True, slots=True)
class Permitted:
    """Exactly the actions that the actor has now; an empty one for a reader."""

    claim: bool = False
    unclaim: bool = False
    #: Ways to agree, in the diagram's order.
    approve: tuple[Outcome, ...] = ()
    reject: Outcome | None = None
    return_to: tuple[ReturnChoice, ...] = ()
    transfer: bool = False
    #: Neither for nor against.
    abstain: bool = False
    #: Give the opinion that somebody delegated.
    advise: bool = False
    #: Ask a colleague for an opinion.
    delegate: bool = False
    #: Where one more signer may be added: `before`, `with`, `after`.
    add_signer: tuple[str, ...] = ()
    #: The form of the step is to be filled in, not only read.
    fill: bool = False
    #: Why the actor, who would have a seat, may not act: a duty that must be kept apart.
    refusal: CountersignError | None = None

    @property
    def decide(self) -> bool:
        """Whether the actor may cast a vote now."""
        return bool(self.approve)


def permitted(loaded: LoadedTask, actor: Actor) -> Permitted:
    """What the page offers: the same guards as the verbs, asked without raising."""
    seat = own_seat(loaded, actor)
    is_active = loaded.is_open and loaded.instance.state == InstanceState.ACTIVE
    if not is_active or (seat is None and not actor.can(Permission.TASK_TRANSFER_ANY)):
        return Permitted()
    if seat is None or not actor.can(Permission.TASK_WORK):
        # Managers and administrators may move a seat, even their own, and decide nothing.
        return Permitted(transfer=actor.can(Permission.TASK_TRANSFER_ANY))
    try:
        refuse_conflicting_duties(loaded, actor)
    except CountersignError as refusal:
        return Permitted(
            unclaim=seat.is_held_by(actor) and seat.group_key is not None, refusal=refusal
        )
    if seat.kind is SeatKind.ADVICE:
        return Permitted(advise=True, delegate=True)
    approvals = tuple(each for each in loaded.step.outcomes if is_approval(each.code))
    return Permitted(
        claim=seat.holder_id is None,
        unclaim=seat.is_held_by(actor) and seat.group_key is not None,
        approve=approvals if fills_form(seat) else approvals[:1],
        reject=loaded.step.outcome(REJECT),
        return_to=return_choices(loaded),
        transfer=True,
        abstain=abstains(loaded, seat),
        add_signer=signer_places(seat),
        delegate=True,
        fill=fills_form(seat),
    )


def is_approval(code: str) -> bool:
    """Whether an outcome code agrees: neither a rejection nor a return."""
    return code != REJECT and not code.startswith(RETURN_PREFIX)


def return_choices(loaded: LoadedTask) -> tuple[ReturnChoice, ...]:
    """The legal targets of a return: those that the diagram draws, then those of a jump.

    A drawn return may lead to a call: re-examination returns to the whole preliminary review.
    """
    drawn = [
        ReturnChoice(
            each.definition_key,
            each.target,
            loaded.process.element(each.definition_key, each.target).name,
            each.code,
        )
        for each in loaded.step.outcomes
        if each.code.startswith(RETURN_PREFIX)
    ]
    known = {(each.definition_key, each.step_id) for each in drawn}
    jumps = [
        ReturnChoice(each.definition_key, each.step_id, each.name, each.drawn)
        for each in return_targets(
            loaded.process, loaded.instance.engine_state, loaded.task.engine_task_id
        )
        if (each.definition_key, each.step_id) not in known
    ]
    return (*drawn, *jumps)


def own_seat(loaded: LoadedTask, actor: Actor) -> SeatFacts | None:
    """The seat that the actor holds, or else the first one that he may claim.

    Nobody votes twice in one visit, whatever groups he belongs to.
    """
    held = next((seat for seat in loaded.seats if seat.is_held_by(actor)), None)
    if held is not None or any(_has_voted(seat, actor) for seat in loaded.seats):
        return held
    own = next((seat for seat in loaded.seats if seat.is_open_to(actor)), None)
    return own or _seat_of_absent(loaded, actor)


def _seat_of_absent(loaded: LoadedTask, actor: Actor) -> SeatFacts | None:
    """The seat of an absent colleague for whom the actor stands in today (代理).

    It stays the owner's: `on_behalf_of_id` says for whom the actor decides by it.
    """
    for owner in actor.stands_in_for:
        if not owner.covers(loaded.instance.process_key):
            continue
        if any(_has_voted(seat, owner) for seat in loaded.seats):
            continue
        keys = owner_keys(owner)
        for seat in loaded.seats:
            is_his = seat.holder_id == owner.id or (
                seat.holder_id is None and seat.group_key in keys
            )
            if is_his and seat.state is SeatState.OPEN:
                return replace(seat, on_behalf_of_id=owner.id)
    return None


def owner_of(seat: SeatFacts | None, actor: Actor) -> StandIn | None:
    """For whom the actor would decide by this seat; None for his own."""
    wanted = seat.on_behalf_of_id if seat else None
    return next((each for each in actor.stands_in_for if each.id == wanted), None)


def _has_voted(seat: SeatFacts, person: Actor | StandIn) -> bool:
    """Whether the person has acted here, or waits to: neither lets him sit down once more."""
    is_his = person.id in (seat.holder_id, seat.on_behalf_of_id)
    return is_his and seat.state in _TAKING_PART


def require_seat(loaded: LoadedTask, actor: Actor) -> SeatFacts:
    """The actor's seat in an open task.

    Raises:
        ConflictError: somebody decided or claimed first (who, what, when).
        NotPermittedError: the actor has no seat here.
    """
    refuse_closed(loaded)
    seat = own_seat(loaded, actor)
    if seat is not None:
        return seat
    keys = candidate_keys(actor)
    if any(each.waits_for(actor) for each in loaded.seats):
        raise NotPermittedError(
            N_("Expected your turn in the step {step}; others sign before you."), step=loaded.name
        )
    held = next((each for each in loaded.seats if each.is_held), None)
    if held is not None and any(each.group_key in keys for each in loaded.seats):
        raise ConflictError(
            N_("Expected the step {step} to be free, but {who} has had it since {when}."),
            step=loaded.name,
            who=person_name(loaded.session, held.holder_id),
            when=held.held_since,
        )
    raise NotPermittedError(
        N_("Expected a seat of yours in the step {step}, found none."), step=loaded.name
    )


def refuse_closed(loaded: LoadedTask) -> None:
    """Refuse when the step is over, and say who ended it, how and when."""
    if loaded.instance.state == InstanceState.SUSPENDED:
        raise ConflictError(
            N_("Expected an item under way, but it has been suspended since {when}."),
            when=loaded.instance.suspended_at,
        )
    if loaded.is_open:
        return
    outcome = loaded.step.outcome(loaded.task.outcome or "")
    raise ConflictError(
        N_("Expected the step {step} to be open, but {who} closed it {when} ({outcome})."),
        step=loaded.name,
        who=person_name(loaded.session, loaded.task.closed_by_id),
        when=loaded.task.closed_at,
        outcome=outcome.name if outcome else _taken_away(loaded.task.outcome or ""),
    )


def _taken_away(verb: str) -> Sentence | str:
    """How a step ended that nobody decided."""
    return Sentence(TAKEN_AWAY[verb], {}) if verb in TAKEN_AWAY else verb


def refuse_stale(loaded: LoadedTask, expected_version: int | None) -> None:
    """Refuse a form opened before the latest change of the task; None trusts the caller."""
    if expected_version is not None and expected_version != loaded.task.version:
        raise ConflictError(
            N_("Expected version {wanted} of the step {step}, found version {found}: somebody "
               "changed it after you opened the page. Please look at it again."),
            step=loaded.name,
            wanted=expected_version,
            found=loaded.task.version,
        )  # fmt: skip


def refuse_conflicting_duties(loaded: LoadedTask, actor: Actor) -> None:
    """Duties kept apart (`appr.exclude`): who acted in a named step may not act here.

    The word `declaring_unit` excludes everybody of the unit that declared the project; an expert
    pool, everybody with an interest in the project's organisations. A substitute's own duties and
    those of the absent colleague both hold.
    """
    owner = owner_of(own_seat(loaded, actor), actor)
    refusal = duty_refusal(loaded, actor) or (duty_refusal(loaded, owner) if owner else None)
    if refusal is not None:
        raise NotPermittedError(refusal.template, **refusal.values)


def duty_refusal(loaded: LoadedTask, person: Actor | StandIn) -> Sentence | None:
    """Why duties kept apart forbid this person the step; None when nothing does."""
    word = broken_duty(
        loaded.step,
        loaded.progress.acted,
        loaded.instance.unit_code,
        person.id,
        person.organisation_code,
    )
    if word == DECLARING_UNIT:
        return Sentence(
            N_("Expected somebody outside the declaring unit for the step {step}; "
               "{who} belongs to it."),
            {"step": loaded.name, "who": person.name},
        )  # fmt: skip
    if word is not None:
        return Sentence(
            N_("Expected another person for the step {step} than for “{other}”; "
               "{who} has already acted there."),
            {"step": loaded.name, "other": step_name(loaded, word), "who": person.name},
        )  # fmt: skip
    if loaded.step.properties.get("appr.strategy") == EXPERT_POOL and conflicted(
        loaded.session, [person.id], interests(InstanceFacts.of(loaded.instance))
    ):
        return Sentence(
            N_("Expected somebody without an interest in the project for the step {step}; "
               "{who} has one."),
            {"step": loaded.name, "who": person.name},
        )  # fmt: skip
    return None


def refuse_unknown_outcome(loaded: LoadedTask, code: str) -> Outcome:
    """The outcome with this code, if the diagram draws it."""
    outcome = loaded.step.outcome(code)
    if outcome is None:
        raise NotOfferedError(
            N_("Expected a decision among {allowed} for the step {step}, found “{found}”."),
            allowed=", ".join(each.code for each in loaded.step.outcomes),
            step=loaded.name,
            found=code[:SHOWN_LENGTH],
        )
    return outcome


def refuse_no_approval(loaded: LoadedTask, code: str) -> None:
    """Refuse a code that does not agree where agreement is asked for; a crafted request has it."""
    if not is_approval(code):
        raise NotOfferedError(
            N_("Expected a decision among {allowed} for the step {step}, found “{found}”."),
            allowed=", ".join(e.code for e in loaded.step.outcomes if is_approval(e.code)),
            step=loaded.name,
            found=code[:SHOWN_LENGTH],
        )


def step_name(loaded: LoadedTask, step_id: str) -> Bilingual:
    """Name of a step anywhere in the process; its id when no diagram has it."""
    for (_, each), step in loaded.process.steps.items():
        if each == step_id:
            return step.name
    return Bilingual(step_id, step_id)


def require_reader(session: Session, actor: Actor, instance: Row[Any]) -> None:
    """Refuse to show an item (a row of `load_instance`) to somebody whom it does not concern.

    Raises:
        NotPermittedError: the actor takes no part in it, nor sees its organisation's projects.
    """
    sees = actor.can(Permission.PROJECT_VIEW) and organisation_scope(actor).includes(
        unit=instance.unit_code,
        department=instance.department_code,
        section=instance.section_code,
        agency=instance.agency_code,
    )
    if not sees and not may_read_instance(session, actor, instance.instance_id):
        raise NotPermittedError(
            N_("Expected an item that concerns you or your organisation, found {subject} of "
               "another one."),
            subject=instance.subject_code,
        )  # fmt: skip


def may_read_instance(session: Session, actor: Actor, instance_id: UUID) -> bool:
    """Whether the actor takes part: started it, has or had a seat, has a copy, or was asked."""
    groups = list(candidate_keys(actor))
    takes_part = select(ProcessInstance.id).where(
        ProcessInstance.id == instance_id,
        (ProcessInstance.started_by_id == actor.id)
        | select(Vote.id).where(Vote.instance_id == instance_id, Vote.actor_id == actor.id).exists()
        | select(TaskCopy.id)
        .where(TaskCopy.instance_id == instance_id, TaskCopy.group_key.in_(groups))
        .exists()
        | select(Question.id)
        .where(Question.instance_id == instance_id, Question.asked_to_id == actor.id)
        .exists()
        | select(SeatModel.id)
        .join(UserTask, UserTask.id == SeatModel.task_id)
        .where(
            UserTask.instance_id == instance_id,
            SeatModel.state.in_(UNDECIDED),
            (SeatModel.holder_id == actor.id) | SeatModel.group_key.in_(groups),
        )
        .exists(),
    )
    return session.execute(takes_part).first() is not None
