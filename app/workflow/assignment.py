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
    """One seat to be opened: the groups that may claim it, and the reason in a sentence."""

    groups: tuple[str, ...]
    why: Mapping[str, object]


def plan_seats(step: StepDefinition, variables: Mapping[str, object]) -> list[SeatPlan]:
    """The seats of one visit of a step.

    A person is the group `user@name`, so that one rule finds every inbox. Under the modes
    `single` and `any` one vote decides: all groups share one seat under `single`, and have one
    each under every other mode.

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
    if step.properties.get("appr.mode", "single") == "single":
        return [SeatPlan(tuple(groups), _why(groups))]
    return [SeatPlan((group,), _why([group])) for group in groups]


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


def _why(groups: list[str]) -> dict[str, object]:
    """Stored beside the seat, so that the answer stays what it was when the seat opened."""
    return {"groups": groups}
