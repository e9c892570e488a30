"""Duties kept apart that would leave nobody: told when a diagram is checked."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_
from app.engine import Definition, StepDefinition
from app.identity import Organisation, OrganisationKind, Staff, group_key, read_staff
from app.workflow.assignment.duties import DECLARING_UNIT, kept_apart
from app.workflow.names import person_key, username_of


def duty_warnings(session: Session, definition: Definition) -> list[Problem]:
    """A warning for each step that nobody could do in some unit's item.

    For every budget unit: who may do the step now, without the declaring unit's people and without
    those who alone may do one of the steps that it is kept apart from. A step for which nobody is
    appointed at all is no matter of duties.
    """
    apart = [step for step in definition.steps.values() if kept_apart(step)]
    if not apart:
        return []
    places = _places(session)
    keys = {
        key for step in definition.steps.values() for place in places for key in _keys(step, place)
    }
    names = {name for key in keys if (name := username_of(key)) is not None}
    staff = read_staff(session, [key for key in keys if username_of(key) is None], names)
    found = []
    for step in apart:
        stuck = next(_stuck(definition, step, places, staff), None)
        if stuck is not None:
            found.append(
                problem(
                    "duties.nobody", step.id,
                    N_("Expected somebody left for the step {step} once its duties are kept "
                       "apart; for items of the unit {unit}, everybody named for it is excluded."),
                    level="warn", step=step.name, unit=stuck,
                )
            )  # fmt: skip
    return found


def _stuck(
    definition: Definition, step: StepDefinition, places: list[Mapping[str, str]], staff: Staff
) -> Iterator[str]:
    """Codes of the units for whose items nobody is left."""
    for place in places:
        people = _people(step, place, staff)
        left = dict(people)
        for word in kept_apart(step):
            if word == DECLARING_UNIT:
                left = {key: code for key, code in left.items() if code != place["unit"]}
            elif word in definition.steps:
                others = _people(definition.steps[word], place, staff)
                if len(others) == 1:
                    left.pop(next(iter(others)), None)
        if people and not left:
            yield place["unit"]


def _people(step: StepDefinition, place: Mapping[str, str], staff: Staff) -> dict[str, str]:
    """User name → organisation of everybody named for a step."""
    found: dict[str, str] = {}
    for key in _keys(step, place):
        name = username_of(key)
        people = staff.groups.get(key, ()) if name is None else (staff.people.get(name),)
        found |= {each.username: each.organisation_code for each in people if each}
    return found


def _keys(step: StepDefinition, place: Mapping[str, str]) -> list[str]:
    """Candidate keys that stand in the diagram itself; expressions and strategies wait for data."""
    if step.properties.get("appr.strategy"):
        return []
    drawn = [each for each in step.candidate_groups if each.expression is None]
    people = [each for each in step.candidate_users if each.expression is None]
    if step.assignee and step.assignee.expression is None:
        people.append(step.assignee)
    found = [person_key(each.text) for each in people]
    for each in drawn:
        try:
            found.append(group_key(each.text, place))
        except InvalidInputError:
            continue  # an agency is appointed for each project
    return found


def _places(session: Session) -> list[Mapping[str, str]]:
    """The codes of each budget unit, its department and its expenditure section."""
    department = aliased(Organisation)
    rows = session.execute(
        select(Organisation.code, department.code, department.section_code)
        .join(department, department.code == Organisation.parent_code)
        .where(Organisation.kind == OrganisationKind.UNIT)
        .order_by(Organisation.code)
    )
    return [
        {"unit": unit, "department": code, "section": section or ""} for unit, code, section in rows
    ]
