"""The small facts of an instance that verbs need without a query, kept as one JSON column."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.engine import Passed


def place(definition_key: str, element_id: str) -> str:
    """One name for an element across the main and the called diagrams: `P_PRELIM/desk_review`."""
    return f"{definition_key}/{element_id}"


@dataclass(slots=True)
class Progress:
    """Visits per step, who acted in which step, waiting timers and elements passed."""

    #: place → how often the token entered it.
    visits: dict[str, int] = field(default_factory=dict)
    #: step id → ids of the people who decided there, in any round.
    acted: dict[str, list[str]] = field(default_factory=dict)
    #: timer id → due time (ISO), as last written to the timer rows.
    timers: dict[str, str] = field(default_factory=dict)
    #: places that a token has left, in order of the first time.
    passed: list[str] = field(default_factory=list)
    #: files that were attached, as forms name them (`attachments.as_form_value`).
    attached: list[dict[str, Any]] = field(default_factory=list)
    #: groups that have a copy of the item.
    copied: list[str] = field(default_factory=list)
    #: points of returns that nobody has answered: id, the step that owes it, and since when (ISO).
    owed: list[dict[str, str]] = field(default_factory=list)

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Progress":
        """From the column."""
        return cls(**{name: stored[name] for name in cls.__slots__ if name in stored})

    def dump(self) -> dict[str, Any]:
        """For the column."""
        return {name: getattr(self, name) for name in self.__slots__}

    def enter(self, definition_key: str, step_id: str) -> int:
        """Count one more visit and give its number."""
        where = place(definition_key, step_id)
        self.visits[where] = self.visits.get(where, 0) + 1
        return self.visits[where]

    def record_actor(self, step_id: str, user_id: UUID) -> None:
        """Remember who decided, for duties that must be kept apart."""
        people = self.acted.setdefault(step_id, [])
        if str(user_id) not in people:
            people.append(str(user_id))

    def record_passed(self, elements: Iterable[Passed]) -> None:
        """Remember what the diagram shows as done."""
        known = set(self.passed)
        for element in elements:
            where = place(element.definition_key, element.element_id)
            if where not in known:
                known.add(where)
                self.passed.append(where)
