"""Rows of what an instance waits for: timers, messages and signals follow the engine's lists."""

from sqlalchemy import delete, insert

from app.core.database import table_of, wake_worker
from app.core.i18n import N_, Sentence
from app.engine import Step, Waiting
from app.workflow.applying.actions import Action
from app.workflow.applying.timer_rows import drop_timers, write_timers
from app.workflow.events.models import LONGEST_NAME, EventSubscription
from app.workflow.failures import InstanceFailureError

SUBSCRIPTION = table_of(EventSubscription)


def write_waits(action: Action, step: Step) -> None:
    """The rows are as after this step; nothing is written while what is waited for stays."""
    write_timers(action, step)
    _write_subscriptions(action, step)


def drop_waits(action: Action) -> None:
    """Nothing may happen to the item any more; `write_waits` brings back what still waits."""
    drop_timers(action)
    if action.progress.waiting:
        _unsubscribe(action, action.progress.waiting)
        action.progress.waiting = []


def _write_subscriptions(action: Action, step: Step) -> None:
    known = action.progress.waiting
    waiting = [each.id for each in step.waiting]
    if waiting == known:
        return
    gone = [each for each in known if each not in waiting]
    new = [each for each in step.waiting if each.id not in known]
    if gone:
        _unsubscribe(action, gone)
    if new:
        rows = [_row(action, each) for each in new]
        action.session.connection().execute(insert(SUBSCRIPTION), rows)
        wake_worker(action.session)  # something may have been kept for it
    action.progress.waiting = waiting


def _unsubscribe(action: Action, waiting_ids: list[str]) -> None:
    action.session.connection().execute(
        delete(SUBSCRIPTION).where(
            SUBSCRIPTION.c.instance_id == action.instance_id,
            SUBSCRIPTION.c.waiting_id.in_(waiting_ids),
        )
    )


def _row(action: Action, waiting: Waiting) -> dict[str, object]:
    refuse_long(action, waiting.element_id, waiting.correlation)
    return {
        "instance_id": action.instance_id,
        "waiting_id": waiting.id,
        "kind": waiting.kind,
        "name": waiting.name,
        "correlation": waiting.correlation or "",
        "definition_key": waiting.definition_key,
        "element_id": waiting.element_id,
        "since": action.now,
    }


def refuse_long(action: Action, element_id: str, correlation: str | None) -> None:
    """Refuse what no column holds.

    Raises:
        InstanceFailureError: what a message must agree in is too long.
    """
    if correlation is not None and (len(correlation) > LONGEST_NAME or "\0" in correlation):
        cause = Sentence(
            N_("Expected at most {most} characters for a message to agree in, found {found}."),
            {"most": LONGEST_NAME, "found": len(correlation)},
        )
        raise InstanceFailureError(action.instance_id, "correlation", element_id, cause)
