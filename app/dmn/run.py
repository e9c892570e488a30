"""One evaluation of a model: FEEL's run, which also collects what went wrong."""

from typing import cast

from app.core.errors import Problem
from app.core.i18n import Sentence
from app.dmn.errors import DecisionError
from app.feel import Budget
from app.feel.embedding import Run, Scope

#: Problems that are kept of one evaluation; a table in a loop could give millions.
_KEPT = 100


class DecisionRun(Run):
    """Shared by all decisions that one evaluation needs."""

    __slots__ = ("problems",)

    def __init__(self, budget: Budget, strict: bool) -> None:
        super().__init__(budget, strict)
        self.problems: list[Problem] = []

    def report(self, where: str, template: str, **values: object) -> None:
        """Something has no result; its value is null, or in a strict run this raises."""
        if self.strict:
            raise DecisionError(where, template, **values)
        if len(self.problems) < _KEPT:
            self.problems.append(Problem("decision.value", where, Sentence(template, values)))


def run_of(scope: Scope) -> DecisionRun:
    """The run that a scope of this room belongs to."""
    return cast(DecisionRun, scope.run)
