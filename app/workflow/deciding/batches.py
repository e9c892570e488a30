"""Many tasks with one opinion (批量): each is looked at first, and only the clean ones are done.

Looking changes nothing. Whoever does an item looks again under its lock, so that an item which
changed meanwhile drops out with its reason; every item is decided by the same verb as alone, in a
transaction of its own, and its vote and ledger entry name the batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, CountersignError, Problem
from app.core.i18n import N_, Bilingual, Sentence
from app.engine import Outcome
from app.forms import Change, diff
from app.identity import Actor, Permission
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.deciding.decisions import Decision, approve_loaded, return_loaded
from app.workflow.deciding.drafts import find_draft
from app.workflow.deciding.signatures import kind_of
from app.workflow.deciding.task_forms import form_problems, unmet_demands
from app.workflow.definitions.demands import shortest_opinion
from app.workflow.models import Vote
from app.workflow.permits.duties import refuse_conflicting_duties
from app.workflow.permits.reading import require_reader
from app.workflow.permits.tasks import ReturnChoice, is_approval, return_choices
from app.workflow.resources import resources_of
from app.workflow.returning.points import answer_problems
from app.workflow.states import SeatKind
from app.workflow.voting.own_seats import own_seat, require_seat
from app.workflow.voting.rules import AGREE

#: One page of the inbox.
MOST_ITEMS = 50
#: What a person reads at a glance; the item's page says the rest.
MOST_REASONS = 4


class BatchVerb(StrEnum):
    """What may be done to many tasks with one opinion."""

    APPROVE = "approve"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Look:
    """One task as a batch sees it; clean when nothing speaks against deciding it unread."""

    task_id: UUID
    version: int
    subject_code: str
    subject: Bilingual
    unit_code: str
    #: 10k yuan.
    amount: Decimal
    is_key: bool
    step: Bilingual
    visit: int
    #: What is new about it.
    news: tuple[Sentence, ...]
    #: Why it must be looked at by itself.
    reasons: tuple[Sentence, ...]
    #: How it would be approved.
    outcome: Outcome | None = None
    #: Where it would be returned to.
    target: ReturnChoice | None = None
    #: Characters of opinion that it needs at least.
    least_opinion: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether it may be done with the others."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done with the clean ones; `id` is the same when it is sent again."""

    id: UUID
    verb: BatchVerb
    opinion: str


def look_at(session: Session, task_id: UUID, actor: Actor, verb: BatchVerb, now: datetime) -> Look:
    """Look at one task, in at most ten statements whatever its form.

    Raises:
        NotFoundError: no such task. NotPermittedError: it does not concern the actor.
    """
    actor.require(Permission.TASK_WORK)
    loaded = load_task(session, task_id, lock=False)
    if own_seat(loaded, actor) is None:
        require_reader(session, actor, loaded.instance)
    return _look(loaded, actor, verb, now)


def do_item(
    session: Session, task_id: UUID, version: int, actor: Actor, order: Order, now: datetime
) -> None:
    """Decide one item of a batch, or refuse with the reason why it dropped out.

    An item that this batch has already done is left as it is, so a batch may be sent again.
    """
    actor.require(Permission.TASK_WORK)
    loaded = load_task(session, task_id, lock=True)
    if _is_done(loaded, actor, order):
        return
    require_seat(loaded, actor)
    look = _look(loaded, actor, order.verb, now)
    if look.reasons:
        raise ConflictError(look.reasons[0].template, **look.reasons[0].values)
    decision = Decision(
        outcome=look.outcome.code if look.outcome else "return",
        opinion=order.opinion,
        target=look.target,
        expected_version=version,
        batch_id=order.id,
    )
    decide = approve_loaded if order.verb is BatchVerb.APPROVE else return_loaded
    decide(loaded, actor, decision, now)


def done_in_batch(session: Session, actor: Actor, batch_id: UUID) -> dict[UUID, str]:
    """The tasks that a batch of this person has decided, with the opinion."""
    rows = session.execute(
        select(Vote.task_id, Vote.opinion).where(
            Vote.actor_id == actor.id,
            # Ids follow time, so the index by actor and id skips what was there before the batch.
            Vote.id > batch_id,
            Vote.batch_id == batch_id,
            Vote.voided_at.is_(None),
        )
    )
    return {row.task_id: row.opinion for row in rows}


def _is_done(loaded: LoadedTask, actor: Actor, order: Order) -> bool:
    if all(seat.holder_id != actor.id for seat in loaded.seats):
        return False
    return loaded.task.id in done_in_batch(loaded.session, actor, order.id)


def _look(loaded: LoadedTask, actor: Actor, verb: BatchVerb, now: datetime) -> Look:
    instance, task = loaded.instance, loaded.task
    outcome = target = None
    least = 0
    news: list[Sentence] = []
    reasons = _refusals(loaded, actor)
    if not reasons:
        reasons = _typed(loaded, actor)
        if verb is BatchVerb.RETURN:
            target = next((each for each in return_choices(loaded) if each.drawn), None)
            if target is None:
                reasons.append(_said(N_("The diagram draws no return from this step.")))
        else:
            outcome = _way_to_agree(loaded)
            if outcome is None:
                reasons.append(_said(N_("There are several ways to agree: choose one yourself.")))
            else:
                least = shortest_opinion(loaded.step.properties, outcome.code)
                news, changed = _news(loaded, actor)
                reasons += [*changed, *_too_much(loaded), *_lacks(loaded, outcome, now)]
    return Look(
        task_id=task.id,
        version=task.version,
        subject_code=instance.subject_code,
        subject=Bilingual(instance.subject_zh, instance.subject_en),
        unit_code=instance.unit_code,
        amount=instance.amount,
        is_key=instance.is_key,
        step=loaded.name,
        visit=task.visit,
        news=tuple(news),
        reasons=tuple(reasons[:MOST_REASONS]),
        outcome=outcome,
        target=target,
        least_opinion=least,
    )


def _refusals(loaded: LoadedTask, actor: Actor) -> list[Sentence]:
    """What the guards of the verbs say; without a seat nothing else is worth reading."""
    try:
        seat = require_seat(loaded, actor)
        refuse_conflicting_duties(loaded, actor)
    except CountersignError as refusal:
        return [refusal.sentence]
    if seat.kind is not SeatKind.VOTE:
        return [_said(N_("A colleague asks for your opinion here, by itself."))]
    return []


def _typed(loaded: LoadedTask, actor: Actor) -> list[Sentence]:
    draft = find_draft(loaded.session, loaded.task.id, actor)
    if draft is None:
        return []
    words = N_("You typed something here on {when} that was not sent.")
    return [_said(words, when=draft.saved_at)]


def _way_to_agree(loaded: LoadedTask) -> Outcome | None:
    ways = [each for each in loaded.step.outcomes if is_approval(each.code)]
    plain = [each for each in ways if each.code == AGREE]
    return (plain or ways)[0] if plain or len(ways) == 1 else None


def _lacks(loaded: LoadedTask, outcome: Outcome, now: datetime) -> list[Sentence]:
    """What the step wants that only the item's own page can give."""
    lacking: list[Problem] = list(answer_problems(loaded, {}))
    # The opinion is the batch's: whether that is long enough is said when it is known.
    lacking += [e for e in unmet_demands(loaded, outcome.code, "") if e.where != "opinion"]
    lacking += form_problems(loaded, outcome.code, {}, now)[1]
    found = []
    if loaded.task.returned_from:
        found.append(_said(N_("It was sent back to you: read why.")))
    if kind_of(loaded.step.properties) != "none":
        found.append(_said(N_("This step needs your signature.")))
    return found + [each.sentence for each in lacking]


def _too_much(loaded: LoadedTask) -> list[Sentence]:
    most = resources_of(loaded.session).settings.batch_amount
    if loaded.instance.amount <= most:
        return []
    words = N_("{amount} is more than the {most} (10k yuan) that may be decided with others.")
    return [_said(words, amount=loaded.instance.amount, most=most)]


def _news(loaded: LoadedTask, actor: Actor) -> tuple[list[Sentence], list[Sentence]]:
    """What is new, and what changed in the material since the actor last decided on the item."""
    has_acted = any(str(actor.id) in people for people in loaded.progress.acted.values())
    if loaded.task.visit == 1 and not has_acted:
        return [_said(N_("New to you."))], []
    votes = _votes(loaded)
    own = [place for place, vote in enumerate(votes) if vote.actor_id == actor.id]
    sent = [place for place, vote in enumerate(votes) if vote.form_key == votes[0].form_key]
    if not own or not sent:
        return [_said(N_("Round {number}, new to you."), number=loaded.task.visit)], []
    before = [place for place in sent if place < own[-1]]
    after = [place for place in sent if place > own[-1]]
    seen = votes[own[-1]].at
    if not before or not after:
        return [_said(N_("Unchanged since you decided on it on {when}."), when=seen)], []
    changes = _changes(loaded, votes[before[-1]], votes[after[-1]])
    if not changes:
        return [_said(N_("Sent again without a change since you saw it on {when}."), when=seen)], []
    names = [each.label for each in changes]
    shown = names[:3] if len(names) <= 3 else [*names[:3], Bilingual("等", "…")]
    words = N_("Changed since you decided on it on {when}: {fields} ({count} in all).")
    return [], [_said(words, when=seen, fields=shown, count=len(names))]


def _votes(loaded: LoadedTask) -> Sequence[Any]:
    return loaded.session.execute(
        select(Vote.actor_id, Vote.at, Vote.form_key, Vote.form_values)
        .where(
            Vote.instance_id == loaded.instance.instance_id,
            Vote.voided_at.is_(None),
            Vote.form_key.is_not(None),
        )
        .order_by(Vote.id)
    ).all()


def _changes(loaded: LoadedTask, old: Any, new: Any) -> Sequence[Change]:
    forms = resources_of(loaded.session).forms
    if new.form_key not in forms:
        return ()
    form = forms.get(new.form_key)
    return diff(form, form.load(old.form_values), form.load(new.form_values))


def _said(template: str, **values: object) -> Sentence:
    return Sentence(template, values)
