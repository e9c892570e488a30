"""What a return leaves of earlier opinions: those carried over, and those to be confirmed.

Straight back: the receiver of a return sends the item past the steps between. Nothing that decides
its way may have changed; what was said between stands, as carried over. Behind a fork that opened
its branches again each reviewer may confirm what he said before.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.errors import ConflictError
from app.core.i18n import N_
from app.engine import Process, may_resume
from app.workflow.applying.loading import LoadedTask
from app.workflow.applying.progress import place
from app.workflow.definitions.policies import RESUBMIT, policy
from app.workflow.handlers import FormData, form_handler_of
from app.workflow.models import UserTask, Vote
from app.workflow.permits.tasks import ReturnChoice, is_approval
from app.workflow.tracking.history import Opinion
from app.workflow.voting.rules import rule_of


def routing_of(process: Process, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables that gateways may read, but for what the steps themselves decide."""
    steps = {step_id for _, step_id in process.steps}
    return {name: value for name, value in variables.items() if name not in steps}


def straight_choice(loaded: LoadedTask) -> ReturnChoice | None:
    """The step that returned the item, if it may go straight back there; None otherwise.

    The returning step must say so (`appr.resubmit=straight`) and lie ahead in the same branch of
    the same level; one person decides here; no routing variable has changed since the return.
    """
    sender = loaded.task.returned_from
    if not sender or rule_of(loaded.step.properties).mode != "single":
        return None
    key, _, step_id = sender.partition("/")
    if policy(loaded.process, RESUBMIT, key, step_id) != "straight":
        return None
    state, task_id = loaded.instance.engine_state, loaded.task.engine_task_id
    now = routing_of(loaded.process, loaded.instance.variables)
    if loaded.progress.returned.get(sender) != now:
        return None
    if not may_resume(loaded.process, state, task_id, (key, step_id)):
        return None
    return ReturnChoice(key, step_id, loaded.process.step(key, step_id).name, None)


def require_straight(loaded: LoadedTask, outcome: str, data: FormData | None) -> tuple[str, str]:
    """The place that the item goes straight back to.

    Raises:
        ConflictError: it may not, or what decides the way of the item has changed.
    """
    choice = straight_choice(loaded)
    if choice is None:
        raise ConflictError(
            N_("Expected a step that lets {step} answer straight back to it, found none; "
               "please send the item through the steps between."),
            step=loaded.name,
        )  # fmt: skip
    former = loaded.session.execute(_former(loaded)).first()
    routing = form_handler_of(loaded.step.form_key).routing
    if (
        former is None
        or former.outcome != outcome
        or (data and routing(former.form_values) != routing(data.values))
    ):
        raise ConflictError(
            N_("Expected an answer that leaves the way of the item as it was, found another "
               "decision or amount; please send it through the steps between."),
        )  # fmt: skip
    return choice.definition_key, choice.step_id


def carried_over(opinions: Sequence[Opinion]) -> frozenset[UUID]:
    """The approvals between a step and the one that it answered straight, by vote; oldest first."""
    found: set[UUID] = set()
    valid = [each for each in opinions if each.voided_at is None]
    for number, straight in enumerate(valid):
        if straight.target and is_approval(straight.outcome):
            found |= _skipped(valid[:number], straight)
    return frozenset(found)


def reusable(opinions: Sequence[Opinion], again: Mapping[str, int]) -> frozenset[UUID]:
    """The approvals that their authors may confirm, by vote; the opinions are the oldest first.

    `again` are the places that run again, with their last round before (`Progress.reusable`).
    """
    newest = {
        (where, each.who_id): each
        for each in opinions
        if each.voided_at is None and (where := place(each.definition_key, each.step_id)) in again
    }
    return frozenset(
        each.vote_id
        for (where, _), each in newest.items()
        if is_approval(each.outcome) and each.visit <= again[where]
    )


def _skipped(before: Sequence[Opinion], straight: Opinion) -> set[UUID]:
    found: set[UUID] = set()
    is_behind_return = False
    for each in reversed(before):
        if not is_behind_return:
            is_behind_return = each.step_id == straight.target and not is_approval(each.outcome)
        elif each.step_id == straight.step_id:
            break
        elif is_approval(each.outcome):
            found.add(each.vote_id)
    return found


def _former(loaded: LoadedTask) -> Any:
    """What this step had said when it sent the item on before."""
    return (
        select(Vote.outcome, Vote.form_values)
        .join(UserTask, UserTask.id == Vote.task_id)
        .where(
            Vote.instance_id == loaded.instance.instance_id,
            UserTask.definition_key == loaded.task.definition_key,
            UserTask.step_id == loaded.task.step_id,
            Vote.voided_at.is_(None),
        )
        .order_by(Vote.id.desc())
        .limit(1)
    )
