"""Refusals as sentences: what was wanted, what was found, where.

Rooms raise these; one file of `app.web` maps each class to a status code and a page.
Raising is also what rolls the unit of work back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.core.i18n import Sentence

Level = Literal["block", "warn"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with the place where a person can mend it.

    `where` is a field path (`indicators.3.weight`) or the id of a diagram element; "" is the whole.
    `code` names the rule (`goal.weights`), so that it can be looked up and switched.
    """

    code: str
    where: str
    sentence: Sentence
    level: Level = "block"

    def __str__(self) -> str:
        return f"{self.where}: {self.sentence}" if self.where else str(self.sentence)

    def dump(self) -> dict[str, object]:
        """As JSON, for rows that keep a warning."""
        return {
            "code": self.code,
            "where": self.where,
            "level": self.level,
            "sentence": self.sentence.dump(),
        }

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> "Problem":
        """Back from JSON."""
        sentence = Sentence.load(stored["sentence"])
        return cls(stored["code"], stored["where"], sentence, stored["level"])


def problem(
    code: str, where: str, template: str, level: Level = "block", **values: object
) -> Problem:
    """Build a `Problem`; pass the template through `N_` so that it is translated."""
    return Problem(code, where, Sentence(template, values), level)


class CountersignError(Exception):
    """Anything that ends as a sentence on a page."""

    def __init__(self, template: str, **values: object) -> None:
        self.sentence = Sentence(template, values)
        super().__init__(template)

    def __str__(self) -> str:
        return str(self.sentence)


class InvalidInputError(CountersignError):
    """What was given breaks a rule; `problems` name each place (HTTP 422)."""

    def __init__(self, template: str, problems: Sequence[Problem] = (), **values: object) -> None:
        super().__init__(template, **values)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return " ".join([super().__str__(), *(str(each) for each in self.problems)])


class NotOfferedError(InvalidInputError):
    """What none of our pages offers was asked for, such as an outcome that no flow draws."""


class NotPermittedError(CountersignError):
    """The actor has no right to do or see this (HTTP 403)."""


class NotFoundError(CountersignError):
    """Nothing with that identity exists, or the actor may not know of it (HTTP 404)."""


class ConflictError(CountersignError):
    """Someone or something was there first: a stale version, a second claim (HTTP 409)."""
