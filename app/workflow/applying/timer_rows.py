"""Writing the rows of timers: they follow the engine's list."""

from sqlalchemy import delete, insert

from app.core.database import table_of
from app.engine import Step
from app.workflow.applying.actions import Action
from app.workflow.clocks.models import Timer

TIMER = table_of(Timer)


def write_timers(action: Action, step: Step) -> None:
    """Timer rows follow the engine's list; nothing is written while the list stays the same."""
    waiting = {each.id: each for each in step.timers}
    wanted = {timer_id: each.due_at.isoformat() for timer_id, each in waiting.items()}
    known = action.progress.timers
    if wanted == known:
        return
    connection = action.session.connection()
    gone = [timer_id for timer_id in known if wanted.get(timer_id) != known[timer_id]]
    if gone:
        connection.execute(
            delete(TIMER).where(
                TIMER.c.instance_id == action.instance_id, TIMER.c.timer_id.in_(gone)
            )
        )
    new = [each for each in step.timers if known.get(each.id) != wanted[each.id]]
    if new:
        connection.execute(
            insert(TIMER),
            [
                {
                    "instance_id": action.instance_id,
                    "timer_id": each.id,
                    "definition_key": each.definition_key,
                    "element_id": each.element_id,
                    "due_at": each.due_at,
                }
                for each in new
            ],
        )
    action.progress.timers = wanted


def drop_timers(action: Action) -> None:
    """No timer of the item may fire any more; `write_timers` brings back those that still wait."""
    if action.progress.timers:
        action.session.connection().execute(
            delete(TIMER).where(TIMER.c.instance_id == action.instance_id)
        )
        action.progress.timers = {}
