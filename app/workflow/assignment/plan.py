"""Who may sit where in a step, why, and until when (approvals.md §1 to §3)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_, Sentence
from app.engine import StepDefinition
from app.identity import Colleague, Role, group_key, load_actor, superiors
from app.workflow.assignment.asking import Asking
from app.workflow.assignment.strategies import ROUND_ROBIN, Pick, picks_of, superior_why
from app.workflow.assignment.whys import why_of
from app.workflow.clocks.calendar import WorkingCalendar
from app.workflow.definitions.words import word_problems
from app.workflow.names import PERSON, username_of

#: Where a diagram says nothing, a step is due after five working days (domain.md §6, default).
DEFAULT_DUE = "P5BD"
#: The words of `appr.empty`, `appr.self` and `appr.duplicate`, the default first.
EMPTY = ("fail", "skip", "fallback", "manager")
SELF = ("keep", "skip", "superior")
DUPLICATE = ("keep", "skip")


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """One seat to be opened: who may claim it or was given it, and why these."""

    #: The candidate key that was picked, also of a seat that is given to one person.
    key: str
    #: Who may claim it; None for a seat that is given to one person.
    group_key: str | None
    holder_id: UUID | None
    why: Mapping[str, Any]
    #: Who could act there now: leavers and those whom duties keep out are left out.
    people: tuple[Colleague, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to “who does this step?”; a step with a `skip` is passed without asking them."""

    seats: tuple[SeatPlan, ...]
    #: `initiator`, `duplicate` or `empty`: the rule by which the system passes the step.
    skip: str | None = None
    #: For `round_robin`: the user name whose turn this is.
    turn: str | None = None


def plan_seats(step: StepDefinition, asking: Asking) -> Plan:
    """The seats of one visit of a step, each with who could act there and why.

    It only reads (`asking.is_preview` locks nothing either), so it also tells who would be asked
    for a step that is not open yet. How many of the seats must agree is the step's rule.

    Raises:
        InvalidInputError: nobody could sit there and `appr.empty` says to fail; the instance must
            not move on into nobody's inbox.
    """
    picks, failure = _picked(step, asking)
    people = asking.allowed(step, [each.key for each in picks])
    left = [each for each in picks if people[each.key]]
    if picks and not left:
        failure = _excluded(step)
    if not asking.is_returned and left:
        skip, left, people = _for_initiator(step, asking, left, people)
        skip = skip or _for_duplicate(step, asking, left, people)
        if skip:
            return Plan(_seats(step, left, people), skip)
    if not left:
        return _for_nobody(step, asking, failure)
    turn = username_of(left[-1].key) if _strategy(step) == ROUND_ROBIN else None
    return Plan(_seats(step, left, people), None, turn)


def people_problems(step: StepDefinition) -> list[Problem]:
    """What a deployment must refuse in `appr.empty`, `appr.self`, `appr.duplicate`."""
    known = {"appr.empty": EMPTY, "appr.self": SELF, "appr.duplicate": DUPLICATE}
    found = word_problems("policy.unknown", step.id, step.properties, known)
    fallback = step.properties.get("appr.fallback", "").strip()
    head = fallback.partition("@")[0]
    if step.properties.get("appr.empty") == "fallback" and head not in {*Role, PERSON}:
        found.append(
            problem(
                "policy.fallback", step.id,
                N_("Expected a role or a person (user@name) in appr.fallback, found “{found}”."),
                found=fallback,
            )
        )  # fmt: skip
    return found


_People = dict[str, tuple[Colleague, ...]]


def _picked(step: StepDefinition, asking: Asking) -> tuple[list[Pick], InvalidInputError]:
    """The picks, and what to raise should nobody be left."""
    nobody = InvalidInputError(
        N_("Expected somebody who may do the step {step}, found nobody."), step=step.name
    )
    try:
        return picks_of(asking, step), nobody
    except InvalidInputError as failure:
        return [], failure


def _excluded(step: StepDefinition) -> InvalidInputError:
    return InvalidInputError(
        N_("Expected somebody who may do the step {step}, but nobody of those named for it is "
           "active and free of conflicting duties."),
        step=step.name,
    )  # fmt: skip


def _for_initiator(
    step: StepDefinition, asking: Asking, picks: list[Pick], people: _People
) -> tuple[str | None, list[Pick], _People]:
    """Initiator = approver (`appr.self`): leave it, pass the step, or ask the superior instead."""
    policy = step.properties.get("appr.self", SELF[0])
    initiator = asking.facts.started_by_id
    own = [each for each in picks if _only(people[each.key]) == initiator]
    if policy == SELF[0] or not own:
        return None, picks, people
    if policy == "skip":
        return ("initiator" if own == picks else None), picks, people
    person = load_actor(asking.session, initiator)
    above = superiors(asking.session, person) if person else []
    found = asking.allowed(step, above)
    level, key = next(
        ((place, each) for place, each in enumerate(above, start=1) if found[each]), (0, "")
    )
    if not key or person is None:
        return None, [each for each in picks if each not in own], people
    left = [
        replace(each, key=key, why=(*each.why, superior_why(level, person.name)), is_named=False)
        if each in own
        else each
        for each in picks
    ]
    return None, left, people | found


def _for_duplicate(
    step: StepDefinition, asking: Asking, picks: list[Pick], people: _People
) -> str | None:
    """The same approver again (`appr.duplicate`): everybody asked has agreed in this round."""
    if step.properties.get("appr.duplicate", DUPLICATE[0]) != "skip" or not picks:
        return None
    asked = {str(_only(people[each.key])) for each in picks}
    return "duplicate" if asked <= set(asking.progress.approved) else None


def _for_nobody(step: StepDefinition, asking: Asking, failure: InvalidInputError) -> Plan:
    policy = step.properties.get("appr.empty", EMPTY[0])
    if policy == "skip" and not asking.is_returned:
        return Plan((), "empty")
    if policy in ("fallback", "manager"):
        name = step.properties.get("appr.fallback", "") if policy == "fallback" else Role.MANAGER
        is_person = username_of(name) is not None
        key = name if is_person else group_key(name, asking.variables)
        why = Sentence(N_("Nobody else could do it, so the diagram's fallback applies."), {})
        people = asking.allowed(step, [key])
        if people[key]:
            return Plan(_seats(step, [Pick(key, (why,), is_person)], people))
    raise failure


def _seats(step: StepDefinition, picks: list[Pick], people: _People) -> tuple[SeatPlan, ...]:
    """Stored beside each seat is why: the answer stays what it was when it opened."""
    found = []
    for each in picks:
        holder = people[each.key][0] if each.is_named else None
        group = None if holder else each.key
        is_group = username_of(each.key) is None
        found.append(
            SeatPlan(
                key=each.key,
                group_key=group,
                holder_id=holder.id if holder else None,
                why=why_of(each.why, each.key if is_group else None),
                people=people[each.key],
            )
        )
    return tuple(found)


def _only(people: tuple[Colleague, ...]) -> UUID | None:
    return people[0].id if len(people) == 1 else None


def _strategy(step: StepDefinition) -> str:
    return step.properties.get("appr.strategy", "")


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
