"""How much one expression may cost, so that a hostile or clumsy one ends soon."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one compilation or evaluation; crossing one raises `FeelBudgetError`."""

    #: Characters of source text.
    max_source_length: int = 20_000
    #: Levels of brackets, operators and blocks inside each other.
    max_nesting: int = 100
    #: Parts of the expression evaluated in loops, filters and calls, plus the elements and
    #: (at 16 to the step) characters that they touch or produce: bounds time and memory both.
    max_steps: int = 1_000_000
    #: Function calls inside each other, and levels of lists and contexts in a value.
    max_depth: int = 64
    #: Characters of one produced string.
    max_string_length: int = 100_000
    #: Elements of one produced list.
    max_list_length: int = 100_000
    #: What `now()` and `today()` ask; without a clock they are null, never the machine's time.
    clock: Callable[[], datetime] | None = None


DEFAULT_BUDGET = Budget()
