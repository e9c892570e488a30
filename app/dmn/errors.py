"""What a decision model is refused for, and what a decision may fail with."""

from collections.abc import Sequence

from app.core.errors import CountersignError, InvalidInputError, NotFoundError, Problem
from app.core.i18n import N_


class DecisionModelError(InvalidInputError):
    """The model is refused; `problems` name each element and what to change."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(N_("The decision model cannot be used yet."), problems)


class DecisionNotFoundError(NotFoundError):
    """The model has no decision or decision service of that id or name."""


class DecisionError(CountersignError):
    """A strict evaluation met a problem; `element_id` is the element that it lies at."""

    def __init__(self, element_id: str, template: str, **values: object) -> None:
        super().__init__(template, **values)
        self.element_id = element_id
