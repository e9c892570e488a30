"""What a rule of performance goals is: it is given one goal and yields what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.core.errors import Level, Problem
from app.projects.goal_forms import GoalDraft
from app.projects.indicators import IndicatorLine, Level1
from app.projects.kinds import Source
from app.projects.models import Project
from app.projects.rules import Rules


@dataclass(frozen=True, slots=True)
class PeerText:
    """The annual goal of a project of another unit."""

    project_code: str
    text: str


@dataclass(frozen=True, slots=True)
class Peers:
    """What a goal is compared with; see `queries.load_peers`."""

    texts: tuple[PeerText, ...] = ()
    #: The same project's amount last year, 10k yuan; None when it is new or unknown.
    last_year_amount: Decimal | None = None
    #: Third-level name → last year's actual value.
    last_year_actuals: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GoalCheck:
    """One goal before the rules."""

    project: Project
    draft: GoalDraft
    rules: Rules
    peers: Peers

    @property
    def year_amount(self) -> Decimal:
        """Asked for, in 10k yuan: as typed, or as the project has it."""
        typed = self.draft.year_amount
        return self.project.year_amount if typed is None else typed

    @property
    def sources(self) -> tuple[tuple[Source, Decimal], ...]:
        """The money by source: as typed, or as the project has it."""
        if self.draft.sources is not None:
            return self.draft.sources
        return self.project.sources

    def lines(self, *levels: Level1) -> Iterator[tuple[str, IndicatorLine]]:
        """Path and line of every indicator, or of those on some first levels."""
        for index, line in enumerate(self.draft.indicators):
            if not levels or line.l1 in levels:
                yield f"indicators.{index}", line


Rule = Callable[[GoalCheck], Iterator[Problem]]

#: Code → rule, default level, whether it reads the indicators.
RuleBook = dict[str, tuple[Rule, Level, bool]]


def register(
    book: RuleBook, level: Level, code: str, *, indicators: bool = False
) -> Callable[[Rule], Rule]:
    """Put a rule into a book; one about `indicators` waits while a line cannot be read."""

    def put(rule: Rule) -> Rule:
        book[code] = (rule, level, indicators)
        return rule

    return put
