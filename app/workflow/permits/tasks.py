"""Who may do what with a task: the verbs refuse by these guards, the pages draw buttons by them."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.core.errors import CountersignError, NotOfferedError
from app.core.i18n import N_, Bilingual
from app.engine import Outcome, return_targets, target_name
from app.identity import Actor, Permission
from app.workflow.applying.loading import LoadedTask
from app.workflow.assignment.asking import InstanceFacts
from app.workflow.permits.duties import conflict_with, refuse_conflicting_duties
from app.workflow.permits.seats import abstains, fills_form, signer_places
from app.workflow.states import InstanceState, SeatKind
from app.workflow.voting.own_seats import own_seat
from app.workflow.voting.rules import REJECT

#: Characters of a code from a request that a refusal repeats.
SHOWN_LENGTH = 40
#: Outcome codes with this beginning go back; their flows are offered as return targets.
RETURN_PREFIX = "return"


@dataclass(frozen=True, slots=True)
class ReturnChoice:
    """A step that the task may be returned to, or a fork whose branches all run again."""

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
    #: Declare a conflict of interest with this item, and hand the seat back.
    declare: bool = False
    #: Hand the seat back, because of a conflict of interest that is declared.
    step_aside: bool = False
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
        facts = InstanceFacts.of(loaded.instance)
        return Permitted(
            unclaim=seat.is_held_by(actor) and seat.group_key is not None,
            step_aside=conflict_with(actor, facts) is not None and seat.on_behalf_of_id is None,
            refusal=refusal,
        )
    if seat.kind is SeatKind.ADVICE:
        return Permitted(advise=True, delegate=True, declare=True)
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
        declare=True,
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
            target_name(loaded.process, each.definition_key, each.target),
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


def refuse_unknown_outcome(loaded: LoadedTask, code: str) -> Outcome:
    """The outcome with this code, if the diagram draws it."""
    outcome = loaded.step.outcome(code)
    if outcome is None:
        raise NotOfferedError(
            N_("Expected a decision among {allowed} for the step {step}, found “{found}”."),
            allowed=_names(loaded.step.outcomes),
            step=loaded.name,
            found=code[:SHOWN_LENGTH],
        )
    return outcome


def _names(outcomes: Iterable[Outcome]) -> Bilingual:
    """What the buttons say, in one line."""
    names = [each.name for each in outcomes]
    return Bilingual(
        "、".join(each.in_language("zh") for each in names),
        ", ".join(each.in_language("en") for each in names),
    )


def refuse_no_approval(loaded: LoadedTask, code: str) -> None:
    """Refuse a code that does not agree where agreement is asked for; a crafted request has it."""
    if not is_approval(code):
        raise NotOfferedError(
            N_("Expected a decision among {allowed} for the step {step}, found “{found}”."),
            allowed=_names(e for e in loaded.step.outcomes if is_approval(e.code)),
            step=loaded.name,
            found=code[:SHOWN_LENGTH],
        )
