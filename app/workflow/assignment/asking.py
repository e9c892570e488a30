"""What the choice of people may know: the instance, what happened in it, who works here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.engine import StepDefinition
from app.identity import Colleague, Matter, belonging, read_staff
from app.workflow.applying.progress import Progress
from app.workflow.assignment.duties import broken_duty
from app.workflow.names import username_of

#: The strategy whose people must have no interest in the project's organisations.
EXPERT_POOL = "expert_pool"


class Concerned(Protocol):
    """An item, as a row or otherwise, with those whom it is about."""

    @property
    def subject_code(self) -> str:
        """Code of the project."""

    @property
    def unit_code(self) -> str:
        """The declaring unit."""

    @property
    def department_code(self) -> str:
        """The unit's department."""

    @property
    def agency_code(self) -> str | None:
        """The third party that was appointed, if one was."""


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """Whose item it is; the same from its start to its end."""

    instance_id: UUID
    process_key: str
    business_key: str
    subject_code: str
    unit_code: str
    department_code: str
    agency_code: str | None
    #: The initiator.
    started_by_id: UUID

    @classmethod
    def of(cls, instance: Row[Any]) -> "InstanceFacts":
        """From a row of `load_instance`."""
        return cls(**{name: getattr(instance, name) for name in cls.__slots__})


@dataclass(slots=True)
class Asking:
    """One question “who does this step?”, asked by an action or, without one, by a preview."""

    session: Session
    facts: InstanceFacts
    progress: Progress
    #: Key of the definition that draws the step.
    definition_key: str
    #: What expressions of the step may read.
    variables: Mapping[str, object]
    #: On which conflicts of interest must be in force to keep somebody out.
    day: date
    #: The visit is opened by a return: nothing is skipped then.
    is_returned: bool = False
    #: A preview takes no turn and locks nothing.
    is_preview: bool = False
    _known: dict[str, tuple[Colleague, ...]] = field(default_factory=dict)

    def people(self, keys: Iterable[str]) -> dict[str, tuple[Colleague, ...]]:
        """The active people behind candidate keys; what was read is not read again."""
        wanted = list(dict.fromkeys(keys))
        new = [key for key in wanted if key not in self._known]
        if new:
            names = {key: name for key in new if (name := username_of(key)) is not None}
            staff = read_staff(
                self.session,
                [key for key in new if key not in names],
                set(names.values()),
                matter_of(self.facts, self.day),
            )
            self._known |= staff.groups
            for key, name in names.items():
                found = staff.people.get(name)
                self._known[key] = (found,) if found else ()
        return {key: self._known[key] for key in wanted}

    def allowed(
        self, step: StepDefinition, keys: Iterable[str]
    ) -> dict[str, tuple[Colleague, ...]]:
        """The same without those whom duties kept apart, or an interest of theirs, keep out.

        A declared conflict of interest does so in every step; an expert must not even belong to
        one of the project's organisations.
        """
        found = self.people(keys)
        biased = self._biased(step, found.values())
        return {
            key: tuple(
                each
                for each in people
                if not each.has_conflict and each.id not in biased and not self._broken(step, each)
            )
            for key, people in found.items()
        }

    def _broken(self, step: StepDefinition, person: Colleague) -> bool:
        word = broken_duty(
            step,
            self.progress.acted,
            self.facts.unit_code,
            person.id,
            person.organisation_code,
        )
        return word is not None

    def _biased(
        self, step: StepDefinition, found: Iterable[tuple[Colleague, ...]]
    ) -> frozenset[UUID]:
        if step.properties.get("appr.strategy") != EXPERT_POOL:
            return frozenset()
        everybody = {each.id for people in found for each in people}
        return belonging(self.session, everybody, interests(self.facts))


def interests(item: Concerned) -> frozenset[str]:
    """The organisations of an item that somebody may have an interest in."""
    codes = (item.unit_code, item.department_code, item.agency_code)
    return frozenset(each for each in codes if each)


def matter_of(item: Concerned, day: date) -> Matter:
    """What a conflict of interest with an item must touch."""
    return Matter(interests(item), item.subject_code, day)
