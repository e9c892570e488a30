"""Who may take an item back or stop it: the verbs refuse by these guards, the menu asks them."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select

from app.core.database import table_of
from app.core.errors import ConflictError, CountersignError, NotPermittedError
from app.core.i18n import N_, Bilingual
from app.engine import MoveError, ReturnTarget, Step, move, restore, return_targets
from app.identity import Actor, Permission, User
from app.workflow.applying.loading import LoadedTask
from app.workflow.applying.progress import Recallable
from app.workflow.definitions.policies import RECALL, TERMINATE, WITHDRAW, policy
from app.workflow.handlers import form_handler_of
from app.workflow.models import UserTask, Vote
from app.workflow.names import person_name
from app.workflow.permits.reading import require_reader
from app.workflow.permits.tasks import is_approval
from app.workflow.states import InstanceState

#: How long the button “Undo” works.
UNDO_WITHIN = timedelta(seconds=60)


def permits(guard: Callable[..., object], *arguments: object) -> bool:
    """Whether a guard would let this pass."""
    try:
        guard(*arguments)
    except CountersignError:
        return False
    return True


def refuse_over(loaded: LoadedTask) -> None:
    """Refuse when the whole item has ended, and say when."""
    if loaded.instance.state in (InstanceState.COMPLETED, InstanceState.TERMINATED):
        raise ConflictError(
            N_("Expected an item under way, but it ended {when}."), when=loaded.instance.ended_at
        )


def refuse_idle(loaded: LoadedTask) -> None:
    """Refuse when the item has ended or stands still."""
    refuse_over(loaded)
    if loaded.instance.state == InstanceState.SUSPENDED:
        raise ConflictError(
            N_("Expected an item under way, but it has been suspended since {when}."),
            when=loaded.instance.suspended_at,
        )


def require_suspendable(loaded: LoadedTask, actor: Actor) -> None:
    """A manager who may see the item, which is under way."""
    actor.require(Permission.ITEM_MANAGE)
    require_reader(loaded.session, actor, loaded.instance)
    refuse_idle(loaded)


def require_resumable(loaded: LoadedTask, actor: Actor) -> None:
    """A manager who may see the item, which is suspended."""
    actor.require(Permission.ITEM_MANAGE)
    require_reader(loaded.session, actor, loaded.instance)
    if loaded.instance.state != InstanceState.SUSPENDED:
        raise ConflictError(
            N_("Expected a suspended item, found it “{state}”."),
            state=loaded.instance.state,
        )


def require_terminable(loaded: LoadedTask, actor: Actor) -> None:
    """A manager who may see the item, or its initiator where the process says so."""
    is_initiator = loaded.instance.started_by_id == actor.id
    if not (is_initiator and _policy(loaded, TERMINATE) == "initiator"):
        actor.require(Permission.ITEM_MANAGE)
        require_reader(loaded.session, actor, loaded.instance)
    refuse_over(loaded)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal that is legal now: from which open task to which step, by whose leave."""

    task: Row[Any]
    target: ReturnTarget
    #: People who have read the item; empty when nobody has to be asked.
    readers: tuple[UUID, ...] = ()


def require_withdrawable(loaded: LoadedTask, actor: Actor) -> Withdrawal:
    """The initiator, as long as the policy of the process lets him take the item back."""
    if loaded.instance.started_by_id != actor.id:
        raise NotPermittedError(
            N_("Expected the initiator of the item to withdraw it, who is {who}."),
            who=person_name(loaded.session, loaded.instance.started_by_id),
        )
    refuse_idle(loaded)
    found = _way_to_the_start(loaded)
    if found is None:
        raise ConflictError(
            N_("Expected an item that has left its first step, found it there, or on a branch "
               "that no return leads back from.")
        )  # fmt: skip
    task, target = found
    word = policy(loaded.process, WITHDRAW, target.definition_key, target.step_id)
    if word == "never":
        raise NotPermittedError(N_("Expected a process that may be withdrawn; this one may not."))
    _refuse_acted(loaded, target)
    read = [each for each in loaded.open_tasks if each.read_at]
    if word == "until_read" and read:
        raise ConflictError(
            N_("Expected a step that nobody has read yet, but {who} read “{step}” {when}."),
            who=person_name(loaded.session, read[0].read_by_id),
            step=Bilingual(read[0].name_zh, read[0].name_en),
            when=read[0].read_at,
        )
    readers = {each.read_by_id for each in read} - {actor.id} if word == "consent" else set()
    return Withdrawal(task, target, _who_can_answer(loaded, readers))


def _who_can_answer(loaded: LoadedTask, readers: Collection[UUID]) -> tuple[UUID, ...]:
    """The readers who still work here: nobody waits for the leave of somebody who has left."""
    if not readers:
        return ()
    query = select(User.id).where(User.id.in_(readers), User.is_active).order_by(User.id)
    return tuple(loaded.session.scalars(query))


def _way_to_the_start(loaded: LoadedTask) -> tuple[Row[Any], ReturnTarget] | None:
    """An open task from which a jump leads to the very first step."""
    for task in loaded.open_tasks:
        state, engine_id = loaded.instance.engine_state, task.engine_task_id
        for target in return_targets(loaded.process, state, engine_id, "initiator"):
            return task, target
    return None


def _refuse_acted(loaded: LoadedTask, start: ReturnTarget) -> None:
    """Refuse when somebody has decided behind the first step in this round."""
    newest = _newest_vote(loaded)
    if newest is None or (newest.definition_key, newest.step_id) == (
        start.definition_key, start.step_id,
    ):  # fmt: skip
        return
    raise _decided(loaded, newest)


def _newest_vote(loaded: LoadedTask) -> Row[Any] | None:
    query: Any = (
        select(
            Vote.id, Vote.actor_id, Vote.at, UserTask.definition_key, UserTask.step_id,
            UserTask.name_zh, UserTask.name_en,
        )
        .join(UserTask, UserTask.id == Vote.task_id)
        .where(Vote.instance_id == loaded.instance.instance_id, Vote.voided_at.is_(None))
        .order_by(Vote.id.desc())
        .limit(1)
    )  # fmt: skip
    return loaded.session.execute(query).first()


def _decided(loaded: LoadedTask, vote: Row[Any]) -> ConflictError:
    return ConflictError(
        N_("Expected nobody to have decided since, but {who} decided “{step}” {when}."),
        who=person_name(loaded.session, vote.actor_id),
        step=Bilingual(vote.name_zh, vote.name_en),
        when=vote.at,
    )


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall that is legal now: the vote, and what the engine makes of it."""

    decision: Recallable
    vote: Row[Any]
    #: None when only the vote is taken back, because the step waits for others.
    step: Step | None
    #: Whether the state before the decision comes back exactly.
    is_restored: bool = False


def require_recallable(
    loaded: LoadedTask, actor: Actor, now: datetime, *, undo: bool = False
) -> Recall:
    """Whoever decided this step last, while nothing that matters has happened since."""
    actor.require(Permission.TASK_WORK)
    refuse_idle(loaded)
    decision = loaded.progress.decision_in(loaded.task.id)
    if decision is None:
        raise _gone_on(loaded, actor)
    votes = table_of(Vote)
    query = select(votes).where(votes.c.id == UUID(decision.vote))
    vote = loaded.session.execute(query).one()
    if vote.actor_id != actor.id:
        raise NotPermittedError(
            N_("Expected a decision of yours in the step {step}; {who} decided it last."),
            step=loaded.name,
            who=person_name(loaded.session, vote.actor_id),
        )
    if undo and now - vote.at > UNDO_WITHIN:
        raise ConflictError(
            N_("Expected an undo within {seconds} seconds of the decision, which was {when}."),
            seconds=int(UNDO_WITHIN.total_seconds()),
            when=vote.at,
        )
    _refuse_by_policy(loaded, decision, undo=undo)
    handler = form_handler_of(loaded.step.form_key)
    if decision.advanced and handler.irrevocable and is_approval(loaded.task.outcome or ""):
        raise ConflictError(handler.irrevocable, step=loaded.name)
    step, is_restored = _engine_step(loaded, decision, now)
    return Recall(decision, vote, step, is_restored)


def _gone_on(loaded: LoadedTask, actor: Actor) -> ConflictError:
    newest, closed_at = _newest_vote(loaded), loaded.task.closed_at
    if newest and closed_at and newest.at > closed_at and newest.actor_id != actor.id:
        return _decided(loaded, newest)
    return ConflictError(
        N_("Expected a decision in the step {step} that may still be recalled, found none: "
           "the item has gone on since."),
        step=loaded.name,
    )  # fmt: skip


def _refuse_by_policy(loaded: LoadedTask, decision: Recallable, *, undo: bool) -> None:
    word = policy(loaded.process, RECALL, loaded.task.definition_key, loaded.task.step_id)
    if word == "never":
        raise NotPermittedError(
            N_("Expected a step whose decisions may be recalled; those of {step} may not."),
            step=loaded.name,
        )
    if decision.automatic:
        key, _, element_id = decision.automatic.partition("/")
        raise ConflictError(
            N_("Expected nothing automatic behind the decision, but “{element}” has run."),
            element=loaded.process.element(key, element_id).name,
        )
    for task in loaded.open_tasks:
        if str(task.id) in decision.opened and task.read_at and (undo or word == "until_read"):
            raise ConflictError(
                N_("Expected a step that nobody has read yet, but {who} read “{step}” {when}."),
                who=person_name(loaded.session, task.read_by_id),
                step=Bilingual(task.name_zh, task.name_en),
                when=task.read_at,
            )


def _engine_step(
    loaded: LoadedTask, decision: Recallable, now: datetime
) -> tuple[Step | None, bool]:
    """What was before, exactly; where another branch has gone on since, a jump inside this one."""
    if not decision.advanced:
        return None, False
    process, state = loaded.process, loaded.instance.engine_state
    previous = loaded.instance.previous_state
    if loaded.progress.kept == decision.task and previous:
        return restore(process, state, previous, now, {}), True
    step = _moved_back(loaded, decision, now)
    if step is None:
        raise ConflictError(
            N_("Expected a decision in {step} that can be taken back alone, but another branch "
               "has gone on since."),
            step=loaded.name,
        )  # fmt: skip
    return step, False


def _moved_back(loaded: LoadedTask, decision: Recallable, now: datetime) -> Step | None:
    """A jump from what the decision opened back to its step, if that touches nobody else's."""
    opened = {e.engine_task_id for e in loaded.open_tasks if str(e.id) in decision.opened}
    if not opened or decision.cancelled:
        return None
    state, target = loaded.instance.engine_state, loaded.task.step_id
    with suppress(MoveError):
        step = move(loaded.process, state, min(opened), target, now, {})
        if {each.id for each in step.closed} == opened:
            return step
    return None


def _policy(loaded: LoadedTask, name: str) -> str:
    return policy(loaded.process, name, loaded.task.definition_key, loaded.task.step_id)
