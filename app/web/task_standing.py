"""Whether an item stands still or has ended, and who may take it back or stop it: for its page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.i18n import Bilingual
from app.web.context import actor, db, now
from app.workflow.applying.loading import LoadedTask
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import Question
from app.workflow.names import person_name
from app.workflow.permits.items import (
    permits,
    require_recallable,
    require_resumable,
    require_suspendable,
    require_terminable,
    require_withdrawable,
)
from app.workflow.permits.tasks import ReturnChoice
from app.workflow.returning.resubmission import straight_choice
from app.workflow.returning.taking_back import questions_to
from app.workflow.states import InstanceState

_STOPPED = {InstanceState.SUSPENDED: "suspend", InstanceState.TERMINATED: "terminate"}


@dataclass(frozen=True, slots=True)
class Stop:
    """Who stopped the item, when and why."""

    state: str
    who: Bilingual
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page says and offers about the item as a whole."""

    stop: Stop | None
    #: Withdrawals that wait for this person's leave, each with the name of who asks.
    leaves: tuple[tuple[Bilingual, Question], ...]
    #: The step that an answer to a return may go straight back to.
    straight: ReturnChoice | None
    may_withdraw: bool
    #: Whether a withdrawal asks its readers first.
    asks_readers: bool
    may_recall: bool
    may_suspend: bool
    may_resume: bool
    may_terminate: bool


def gather_standing(
    loaded: LoadedTask, entries: Sequence[LedgerEntry], people: Mapping[UUID, Bilingual]
) -> Standing:
    """Ask the guards of the verbs for the present person."""
    is_initiator = loaded.instance.started_by_id == actor().id
    withdrawable = is_initiator and permits(require_withdrawable, loaded, actor())
    return Standing(
        stop=_stop(loaded, entries, people),
        leaves=_leaves(loaded),
        straight=straight_choice(loaded) if loaded.is_open else None,
        may_withdraw=withdrawable,
        asks_readers=withdrawable and bool(require_withdrawable(loaded, actor()).readers),
        may_recall=_may_recall(loaded),
        may_suspend=permits(require_suspendable, loaded, actor()),
        may_resume=permits(require_resumable, loaded, actor()),
        may_terminate=permits(require_terminable, loaded, actor()),
    )


def _may_recall(loaded: LoadedTask) -> bool:
    """The guard is asked only where it does not refuse anyway, which spares the page a query."""
    decision = loaded.progress.decision_in(loaded.task.id)
    if decision is None or decision.actor != str(actor().id):
        return False
    return permits(require_recallable, loaded, actor(), now())


def _leaves(loaded: LoadedTask) -> tuple[tuple[Bilingual, Question], ...]:
    if actor().id not in (each.read_by_id for each in loaded.open_tasks):
        return ()
    found = questions_to(db(), loaded.instance.instance_id, actor())
    return tuple((person_name(db(), each.asked_by_id), each) for each in found)


def _stop(
    loaded: LoadedTask, entries: Sequence[LedgerEntry], people: Mapping[UUID, Bilingual]
) -> Stop | None:
    verb = _STOPPED.get(loaded.instance.state)
    found = next((each for each in reversed(entries) if each.verb == verb), None)
    if found is None or found.actor_id is None:
        return None
    return Stop(loaded.instance.state, people[found.actor_id], found.at, found.reason)
