"""Who may sit where in a step, why, and until when (approvals.md §1 and §2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.engine import StepDefinition
from app.identity import group_key
from app.workflow.calendar import WorkingCalendar
from app.workflow.names import person_key

#: Where a diagram says nothing, a step is due after five working days (domain.md §6, default).
DEFAULT_DUE = "P5BD"


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """One seat to be opened: who may claim it, and why these."""

    group_key: str
    why: Mapping[str, object]


def plan_seats(step: StepDefinition, variables: Mapping[str, object]) -> list[SeatPlan]:
    """The seats of one visit of a step, one for each group or person that the diagram names.

    A person is the group `user@name`, so that one rule finds every inbox. How many of the seats
    must agree is the step's rule (`voting.py`); under `single` and `any` the first vote decides.

    Raises:
        InvalidInputError: nobody could sit there, or the organisation that a role needs is
            unknown; the instance must not move on into nobody's inbox.
    """
    people = step.candidates(variables)
    named = [people.assignee] if people.assignee else list(people.users)
    groups = [person_key(name) for name in named]
    groups += [group_key(role, variables) for role in people.groups]
    if not groups:
        raise InvalidInputError(
            N_("Expected somebody who may do the step {step}, found nobody."), step=step.name
        )
    # Stored beside the seat, so that the answer to "why me?" stays what it was when it opened.
    return [SeatPlan(group, {"group": group}) for group in dict.fromkeys(groups)]


def due_at(
    step: StepDefinition,
    variables: Mapping[str, object],
    now: datetime,
    calendar: WorkingCalendar,
) -> datetime:
    """When the step is due: `P3BD` in working days, or what the engine reads from `dueDate`."""
    text = step.due_date.text if step.due_date else DEFAULT_DUE
    working = calendar.due(text, now)
    if working is not None:
        return working
    return step.resolve(variables, now).due_at or calendar.after(now, 5)
