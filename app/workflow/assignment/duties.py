"""Duties kept apart (职责分离): the one rule that assignment, guards and pages all ask."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.engine import StepDefinition

#: The word of `appr.exclude` that means everybody of the unit that declared the project.
DECLARING_UNIT = "declaring_unit"


def kept_apart(step: StepDefinition) -> list[str]:
    """The words of `appr.exclude`: ids of steps, and `declaring_unit`."""
    return step.properties.get("appr.exclude", "").replace(",", " ").split()


def broken_duty(
    step: StepDefinition,
    acted: Mapping[str, Sequence[str]],
    unit_code: str,
    person_id: UUID,
    organisation_code: str,
) -> str | None:
    """The word of `appr.exclude` that keeps a person out of a step, if any.

    `acted` says who has decided in which step, `unit_code` which unit declared.
    """
    for word in kept_apart(step):
        if word == DECLARING_UNIT:
            if organisation_code == unit_code:
                return word
        elif str(person_id) in acted.get(word, ()):
            return word
    return None
