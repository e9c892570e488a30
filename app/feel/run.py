"""The state of one evaluation: what it has spent, how strict it is, and its scopes of names."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.feel.budget import Budget
from app.feel.errors import FeelBudgetError, FeelEvaluationError, line_and_column
from app.feel.values import NotAValue, Value, from_python


class Site:
    """A part of the source, to name it in an error."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: str, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end


class Run:
    """One evaluation."""

    __slots__ = ("_read", "budget", "depth", "steps_left", "strict")

    def __init__(self, budget: Budget, strict: bool) -> None:
        self.budget = budget
        self.strict = strict
        self.steps_left = budget.max_steps
        self.depth = 0
        self._read: dict[object, Value] | None = None

    def charge(self, steps: int) -> None:
        """Pay for work about to be done."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise FeelBudgetError(
                f"Expected an expression of at most {self.budget.max_steps} steps, "
                "but it wants more."
            )

    def charge_list(self, length: int) -> None:
        """Pay for a list about to be produced."""
        if length > self.budget.max_list_length:
            raise FeelBudgetError(
                f"Expected lists of at most {self.budget.max_list_length} elements, "
                "but a longer one would be produced."
            )
        self.charge(length)

    def charge_text(self, length: int) -> None:
        """Pay for a string about to be produced."""
        if length > self.budget.max_string_length:
            raise FeelBudgetError(
                f"Expected strings of at most {self.budget.max_string_length} characters, "
                "but a longer one would be produced."
            )
        self.charge(length >> 4)

    def enter(self) -> None:
        """Go one call deeper; the caller takes `depth` back."""
        if self.depth >= self.budget.max_depth:
            raise FeelBudgetError(
                f"Expected calls and values of at most {self.budget.max_depth} levels, "
                "but found more."
            )
        self.depth += 1

    def fail(self, site: Site, problem: str) -> None:
        """FEEL's answer to an error: null, or an exception in a strict evaluation."""
        if self.strict:
            line, column = line_and_column(site.source, site.start)
            text = " ".join(site.source[site.start : site.end].split())
            at = text if len(text) <= 60 else text[:57] + "..."
            raise FeelEvaluationError(problem, at=at, line=line, column=column)

    def take(self, key: object, value: object, site: Site) -> Value:
        """A host value as FEEL value; collections are converted once per evaluation."""
        if type(value) is int:
            return Decimal(value)
        if isinstance(value, (list, dict, tuple, Mapping)):
            if self._read is None:
                self._read = {}
            if key not in self._read:
                self._read[key] = self._convert(value, site)
            return self._read[key]
        return self._convert(value, site)

    def _convert(self, value: object, site: Site) -> Value:
        try:
            return from_python(value, self.budget.max_depth)
        except NotAValue as error:
            self.fail(site, f"Expected a value that FEEL knows, but found {error}")
            return None

    def check_result(self, value: Value) -> Value:
        """Refuse a result that is deeper or, shared parts counted, larger than allowed.

        A list may hold one list many times; whoever writes the result out would
        otherwise unfold it without limit.
        """
        if isinstance(value, (list, dict)):
            self.enter()
            self.charge(len(value))
            for item in value.values() if isinstance(value, dict) else value:
                self.check_result(item)
            self.depth -= 1
        return value


class Scope:
    """Names and their values, inside an outer scope; in a filter also the current `item`."""

    __slots__ = ("item", "outer", "run", "values")

    def __init__(
        self, values: Mapping[str, Any], outer: "Scope | None", run: Run, item: Value = None
    ) -> None:
        self.values = values
        self.outer = outer
        self.run = run
        self.item = item
