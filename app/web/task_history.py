"""What happened to an item, in words: opinions with their forms, and the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from uuid import UUID

from app.core.i18n import N_, Bilingual, Sentence
from app.engine import Process, target_name
from app.web.fields import FormPage, form_to_read
from app.workflow.ledger.models import LedgerEntry
from app.workflow.names import group_name, person_key, username_of
from app.workflow.permits.tasks import is_approval
from app.workflow.resources import FormLibrary
from app.workflow.returning.resubmission import carried_over, reusable
from app.workflow.tracking.history import Opinion

#: Templates of the ledger by verb.
_SAID = {
    "start": N_("{who} started this item."),
    "open": N_("The step {step} opened, round {visit}."),
    "skip": N_("The step {step} was passed automatically: {reason}."),
    "claim": N_("{who} claimed the step {step}."),
    "unclaim": N_("{who} released the step {step}."),
    "approve": N_("{who} decided “{to}” in the step {step}."),
    "reject": N_("{who} decided “{to}” in the step {step}."),
    "return": N_("{who} returned the item from the step {step} ({to})."),
    "fork_again": N_("All branches run again: {to}. What was said there may be confirmed."),
    "ask_points": N_("{who} asked in the step {step} for these points to be mended."),
    "answer_points": N_("{who} answered the points of the return in the step {step}."),
    "abstain": N_("{who} abstained in the step {step}."),
    "advise": N_("{who} gave the opinion that was asked for in the step {step}."),
    "add_signer": N_("{who} added {to} to the step {step} as a signer {from}."),
    "remove_signer": N_("{who} removed {to} from the step {step}."),
    "delegate": N_("{who} asked {to} for an opinion on the step {step}."),
    "undelegate": N_("{who} no longer asks {to} for an opinion on the step {step}."),
    "hand_over": N_("{who} handed the step {step} over from {from} to {to}."),
    "step_aside": N_(
        "{who} handed the step {step} back: {from} has a conflict of interest. It is now for: {to}."
    ),
    "transfer": N_("{who} transferred the step {step} from {from} to {to}."),
    "attach": N_("{who} attached the file {reason}."),
    "detach": N_("{who} took back the file {reason}."),
    "cancel": N_("The step {step} was closed undecided, because of: {reason}."),
    "copy": N_("The item was copied to: {to}."),
    "urge": N_("{who} urged the step {step}."),
    "ask": N_("{who} asked {to} a question in the step {step}."),
    "answer": N_("{who} answered a question of the step {step}."),
    "take_back": N_("{who} took a question of the step {step} back."),
    "give_copy": N_("{who} gave a copy to: {to}."),
    "fire": N_("The timer {step} fired."),
    "throw": N_("{step} sent “{reason}”."),
    "receive": N_("{step} received “{reason}”."),
    "remind": N_("The time of the step {step} is running out; its holders were reminded."),
    "overdue": N_("The step {step} became overdue."),
    "escalate": N_("By its time-out rule, the step {step} was also given to: {to}."),
    "time_out": N_("The time-out rule of the step {step} decided “{to}”; nobody voted."),
    "incident": N_("The item stopped at {step}: {reason}"),
    "resolve": N_("{who} resolved the incident at {step}."),
    "end": N_("The item ended: {to}."),
    "resubmit": N_("{who} sent the item straight back to {to}; the opinions between stand."),
    "undo": N_("{who} undid the decision in the step {step}."),
    "recall": N_("{who} recalled the decision in the step {step}."),
    "withdraw": N_("{who} withdrew the item."),
    "ask_withdrawal": N_("{who} asked to withdraw the item."),
    "consent": N_("{who} agreed to the withdrawal."),
    "refuse_withdrawal": N_("{who} did not agree to the withdrawal."),
    "suspend": N_("{who} suspended the item."),
    "resume": N_("{who} resumed the item."),
    "terminate": N_("{who} terminated the item."),
}
_OTHER = N_("{who}: {verb} {step}")
_JUMPED = N_("{who} returned the item from the step {step}.")
#: What closed a step that nobody had decided.
_REASONS = {
    "initiator": N_("the initiator would have approved his own item"),
    "duplicate": N_("everybody asked has agreed in this round already"),
    "empty": N_("there is nobody to ask"),
    "return": N_("a return to an earlier step"),
    "reject": N_("a rejection"),
    "approve": N_("a decision elsewhere"),
    "abstain": N_("a decision elsewhere"),
    "remove_signer": N_("a decision elsewhere"),
    "fire": N_("a timer"),
    "receive": N_("an event"),
    "time_out": N_("the time-out of another step"),
    "withdraw": N_("a withdrawal by the initiator"),
    "recall": N_("a recall of the decision before it"),
    "terminate": N_("the termination of the item"),
}
#: Acts that name people by user name, or groups by key.
_NAMING = frozenset(
    {
        *("add_signer", "remove_signer", "delegate", "undelegate"),
        *("transfer", "hand_over", "ask", "copy", "give_copy", "escalate"),
    }
)
#: Where a signer was added, seen from who added him.
_PLACES = {
    "before": N_("before the one who adds"),
    "with": N_("beside the one who adds"),
    "after": N_("behind the others"),
}
_REASONED = frozenset(
    {
        *("recall", "withdraw", "ask_withdrawal", "refuse_withdrawal"),
        *("suspend", "resume", "terminate"),
        "abstain",
        "add_signer",
        "advise",
        "answer_points",
        "hand_over",
        "step_aside",
        "ask_points",
        "delegate",
        "approve",
        "reject",
        "return",
        "transfer",
        "urge",
        "ask",
        "answer",
        "give_copy",
    }
)


@dataclass(frozen=True, slots=True)
class PastOpinion:
    """One opinion as the history shows it."""

    opinion: Opinion
    #: The outcome in the words of the diagram.
    outcome: Bilingual
    #: Where a return went.
    target: Bilingual | None
    form: FormPage | None

    #: Whether a straight answer to a return let it stand for another round.
    is_carried_over: bool = False
    #: Whether its branch runs again, and its author may confirm it.
    is_reusable: bool = False

    @property
    def is_return(self) -> bool:
        """Whether it sent the item back to its target; any other target was answered straight."""
        return bool(self.opinion.target) and not is_approval(self.opinion.outcome)

    @property
    def way(self) -> Sentence | None:
        """Where it sent the item, if not along the diagram."""
        if self.target is None:
            return None
        template = N_("→ {step}") if self.is_return else N_("straight back to {step}")
        return Sentence(template, {"step": self.target})

    @property
    def counts(self) -> bool:
        """Whether it was not recalled."""
        return self.opinion.voided_at is None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One entry of the ledger as a sentence."""

    entry: LedgerEntry
    sentence: Sentence
    #: What the person wrote.
    words: str


def past_opinions(
    opinions: Sequence[Opinion],
    process: Process,
    forms: FormLibrary,
    again: Mapping[str, int] = MappingProxyType({}),
) -> list[PastOpinion]:
    """The opinions with their words and forms, the newest first.

    `again` are the places that run again, with their last round before (`Progress.reusable`).
    """
    carried, confirmable = carried_over(opinions), reusable(opinions, again)
    return [
        replace(
            _past(each, process, forms),
            is_carried_over=each.vote_id in carried,
            is_reusable=each.vote_id in confirmable,
        )
        for each in reversed(opinions)
    ]


def _past(opinion: Opinion, process: Process, forms: FormLibrary) -> PastOpinion:
    step = process.step(opinion.definition_key, opinion.step_id)
    form = None
    if opinion.form_key and opinion.form_key in forms and opinion.values:
        form = form_to_read(forms.get(opinion.form_key), step.properties, opinion.values)
    target = None
    if opinion.target:
        target = _step(process, None, opinion.target)
    return PastOpinion(
        opinion,
        outcome_name(process, opinion.definition_key, opinion.step_id, opinion.outcome),
        target,
        form,
    )


def outcome_name(process: Process, definition_key: str, step_id: str, code: str) -> Bilingual:
    """An outcome in the words of the diagram; an empty name for a code that it does not draw."""
    outcome = process.step(definition_key, step_id).outcome(code)
    if outcome is None or str(outcome.name) == code:
        return Bilingual("", "")
    return outcome.name


def ledger_lines(
    entries: Sequence[LedgerEntry],
    process: Process,
    people: Mapping[UUID, Bilingual],
    organisations: Mapping[str, Bilingual],
    system: Bilingual,
    named: Mapping[str, Bilingual],
) -> list[LedgerLine]:
    """The ledger as sentences, in order; `named` are the people whom it knows by user name."""
    lines = []
    keys = {person_key(username): name for username, name in named.items()}
    known = _Known(process, organisations, {**named, **keys})
    for each in entries:
        who = people.get(each.actor_id, system) if each.actor_id else system
        if each.on_behalf_of_id:
            who = for_another(who, people.get(each.on_behalf_of_id, system))
        words = each.reason if each.verb in _REASONED else ""
        lines.append(LedgerLine(each, _sentence(each, who, known), words))
    return lines


def acting(entries: Sequence[LedgerEntry]) -> set[UUID]:
    """Everybody whose name the ledger says: who acted, and for whom."""
    ids = (person for each in entries for person in (each.actor_id, each.on_behalf_of_id))
    return {each for each in ids if each}


def mentioned(entries: Sequence[LedgerEntry]) -> set[str]:
    """Everybody whom the ledger mentions by user name: signers, receivers, who was asked."""
    said = {
        text
        for each in entries
        if each.verb in _NAMING
        for text in (each.from_state, each.to_state)
        if text
    }
    return {username_of(text) or text for text in said if username_of(text) or "@" not in text}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger writes as ids and codes, and the words for it."""

    process: Process
    organisations: Mapping[str, Bilingual]
    #: People by user name, and by candidate key.
    people: Mapping[str, Bilingual]

    def person(self, said: str) -> Bilingual | str:
        """A person or a group."""
        if said in self.people:
            return self.people[said]
        return group_name(said, self.organisations) if "@" in said else said


def for_another(who: Bilingual, owner: Bilingual) -> Bilingual:
    """A substitute with the name of the absent colleague: `Li Na (for Wang Wei)`."""
    return Bilingual(f"{who.zh}（代{owner.zh}）", f"{who.en} (for {owner.en})")


def _sentence(entry: LedgerEntry, who: Bilingual, known: _Known) -> Sentence:
    reason: object = entry.reason
    if entry.verb in ("cancel", "skip"):
        reason = Sentence(_REASONS.get(entry.reason, "{reason}"), {"reason": entry.reason})
    jumped = entry.verb == "return" and entry.to_state == "return"
    return Sentence(
        _JUMPED if jumped else _SAID.get(entry.verb, _OTHER),
        {
            "who": who,
            "verb": entry.verb,
            "step": _step(known.process, entry.definition_key, entry.step_id or ""),
            "visit": entry.visit or 1,
            "from": _from(entry, known),
            "to": _to(entry, known),
            "reason": reason,
        },
    )


def _from(entry: LedgerEntry, known: _Known) -> Sentence | Bilingual | str:
    said = entry.from_state or "–"
    if entry.verb == "add_signer" and said in _PLACES:
        return Sentence(_PLACES[said], {})
    return known.person(said) if entry.verb in _NAMING else said


def _to(entry: LedgerEntry, known: _Known) -> Bilingual | str:
    said, process = entry.to_state or "–", known.process
    if entry.verb in ("approve", "reject", "return", "time_out") and entry.step_id:
        name = outcome_name(process, entry.definition_key, entry.step_id, said)
        return name if str(name) else said
    if entry.verb in _NAMING:
        return known.person(said)
    if entry.verb in ("resubmit", "fork_again"):
        key, _, element_id = said.partition("/")
        return _step(process, key, element_id)
    if entry.verb == "end":
        return _step(process, entry.definition_key, said)
    return said


def _step(process: Process, definition_key: str | None, element_id: str) -> Bilingual:
    """Name of an element; without a definition, of the first with this id, such as a call."""
    for key, definition in process.definitions.items():
        is_meant = key == definition_key or definition_key not in process.definitions
        if is_meant and element_id in definition.elements:
            name = target_name(process, key, element_id)
            if str(name):
                return name
    return Bilingual(element_id, element_id)
