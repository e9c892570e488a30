"""The rules of performance goals (domain dossier, section 3.6), each one a small function.

A rule yields problems with the path of the field that a person can mend; whether it blocks the
submission, only warns the reviewers or is off is the rule book's decision, year by year.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from app.core.errors import Level, Problem, problem
from app.core.i18n import N_
from app.projects.goal_forms import GoalDraft, read_goal
from app.projects.indicators import Direction, IndicatorLine, Level1, Operator
from app.projects.kinds import ExAnteConclusion, Novelty, Source
from app.projects.models import Project
from app.projects.rules import Rules
from app.projects.similarity import similarity

#: A typed yuan amount is ten thousand times too large; half-way on the logarithmic scale.
_YUAN_SUSPECTED = 100
#: The second one is the full-width sign of Chinese keyboards.
_PERCENT_SIGNS = frozenset({"%", "\uff05", "percent"})


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


def check_goal(
    project: Project, values: Mapping[str, Any], rules: Rules, peers: Peers | None = None
) -> tuple[Problem, ...]:
    """Everything that is wrong or remarkable about a goal, the blocking problems first.

    While a line of the indicators cannot be read, the rules about the indicators wait: what they
    found would follow from the missing line.
    """
    draft, unreadable = read_goal(values)
    goal = GoalCheck(project, draft, rules, peers or Peers())
    waiting = any(each.where.startswith("indicators") for each in unreadable)
    found = list(unreadable)
    for code, (rule, default, about_indicators) in RULES.items():
        level = rules.levels.get(code, default)
        if level == "off" or (waiting and about_indicators):
            continue
        found.extend(replace(each, level=level) for each in rule(goal))
    return tuple(sorted(found, key=lambda each: each.level))


#: Code → rule, default level, whether it reads the indicators.
RULES: dict[str, tuple[Rule, Level, bool]] = {}


def _rule(code: str, default: Level, *, indicators: bool = False) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        RULES[code] = (rule, default, indicators)
        return rule

    return register


@_rule("goal.text_blank", "block")
def _text_blank(goal: GoalCheck) -> Iterator[Problem]:
    if not _has_words(goal.draft.annual_goal):
        yield problem(
            "goal.text_blank", "annual_goal", N_("Expected the annual goal in words, found none.")
        )


@_rule("goal.text_length", "block")
def _text_length(goal: GoalCheck) -> Iterator[Problem]:
    length = len(goal.draft.annual_goal)
    if _has_words(goal.draft.annual_goal) and not (
        goal.rules.text_minimum <= length <= goal.rules.text_maximum
    ):
        yield problem(
            "goal.text_length",
            "annual_goal",
            N_("Expected an annual goal of {least} to {most} characters, found {found}."),
            least=goal.rules.text_minimum,
            most=goal.rules.text_maximum,
            found=length,
        )


@_rule("goal.medium_missing", "block")
def _medium_missing(goal: GoalCheck) -> Iterator[Problem]:
    start, end = goal.project.start_date, goal.project.end_date
    if end.year > start.year and not _has_words(goal.draft.medium_goal):
        yield problem(
            "goal.medium_missing",
            "medium_goal",
            N_("Expected a medium-term goal for a project from {start} to {end}, found none."),
            start=start.year,
            end=end.year,
        )


@_rule("goal.output_missing", "block", indicators=True)
def _output_missing(goal: GoalCheck) -> Iterator[Problem]:
    if not any(goal.lines(Level1.OUTPUT)):
        yield problem(
            "goal.output_missing",
            "indicators",
            N_("Expected at least one output indicator, found none."),
        )


@_rule("goal.benefit_missing", "block", indicators=True)
def _benefit_missing(goal: GoalCheck) -> Iterator[Problem]:
    if not any(goal.lines(Level1.BENEFIT)):
        yield problem(
            "goal.benefit_missing",
            "indicators",
            N_("Expected at least one benefit indicator, found none."),
        )


@_rule("goal.weight_total", "block", indicators=True)
def _weight_total(goal: GoalCheck) -> Iterator[Problem]:
    due = goal.rules.scheme.expected(no_service_object=goal.draft.no_service_object)
    expected = sum(due.values())
    found = sum(line.weight for line in goal.draft.indicators)
    if found != expected:
        yield problem(
            "goal.weight_total",
            "indicators",
            N_("Expected the weights to add up to {expected}, found {found}."),
            expected=expected,
            found=found,
        )


@_rule("goal.weight_level", "block", indicators=True)
def _weight_level(goal: GoalCheck) -> Iterator[Problem]:
    due = goal.rules.scheme.expected(no_service_object=goal.draft.no_service_object)
    for level in Level1:
        found = sum((line.weight for _, line in goal.lines(level)), Decimal(0))
        expected = due.get(level, Decimal(0))
        if found != expected:
            yield problem(
                "goal.weight_level",
                next((f"{where}.weight" for where, _ in goal.lines(level)), "indicators"),
                N_("Expected the weights of “{part}” to add up to {expected}, found {found}."),
                part=level.display_name,
                expected=expected,
                found=found,
            )


@_rule("goal.sources_total", "block")
def _sources_total(goal: GoalCheck) -> Iterator[Problem]:
    found = sum((amount for _, amount in goal.sources), Decimal("0.00"))
    if found != goal.year_amount:
        yield problem(
            "goal.sources_total",
            "sources",
            N_(
                "Expected the sources to add up to the year's {expected} (10k yuan), found {found}."
            ),
            expected=goal.year_amount,
            found=found,
        )


@_rule("goal.amount_negative", "block")
def _amount_negative(goal: GoalCheck) -> Iterator[Problem]:
    amounts = [("year_amount", goal.year_amount)]
    amounts += [
        (f"sources.{index}.amount", amount) for index, (_, amount) in enumerate(goal.sources)
    ]
    for where, amount in amounts:
        if amount < 0:
            yield problem(
                "goal.amount_negative",
                where,
                N_("Expected an amount of 0 or more, found {found}."),
                found=amount,
            )


@_rule("goal.dates", "block")
def _dates(goal: GoalCheck) -> Iterator[Problem]:
    if goal.project.end_date < goal.project.start_date:
        yield problem(
            "goal.dates",
            "end_date",
            N_("Expected the project to end after its start on {start}, found {end}."),
            start=goal.project.start_date.isoformat(),
            end=goal.project.end_date.isoformat(),
        )


@_rule("goal.name_twice", "block", indicators=True)
def _name_twice(goal: GoalCheck) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for where, line in goal.lines():
        name = "".join(line.l3.split()).casefold()
        if seen[name]:
            yield problem(
                "goal.name_twice",
                f"{where}.l3",
                N_("Expected each indicator once, found “{name}” again."),
                name=line.l3,
            )
        seen[name] += 1


@_rule("goal.percent", "block", indicators=True)
def _percent(goal: GoalCheck) -> Iterator[Problem]:
    for where, line in goal.lines():
        target = line.target_high or line.target_number
        if line.unit in _PERCENT_SIGNS and target is not None and target > 100:
            yield problem(
                "goal.percent",
                f"{where}.target",
                N_("Expected a percentage of at most 100 for “{name}”, found {found}."),
                name=line.l3,
                found=target,
            )


@_rule("goal.too_many", "block", indicators=True)
def _too_many(goal: GoalCheck) -> Iterator[Problem]:
    found, most = len(goal.draft.indicators), goal.rules.maximum_indicators
    if found > most:
        yield problem(
            "goal.too_many",
            f"indicators.{most}",
            N_("Expected at most {most} indicators, found {found}."),
            most=most,
            found=found,
        )


@_rule("goal.ex_ante", "block")
def _ex_ante(goal: GoalCheck) -> Iterator[Problem]:
    is_new = goal.project.novelty == Novelty.NEW and goal.rules.ex_ante_for_new
    if not is_new and goal.year_amount < goal.rules.ex_ante_amount:
        return
    conclusion = goal.project.ex_ante_conclusion
    if conclusion is None:
        yield problem(
            "goal.ex_ante",
            "",
            N_("Expected an ex-ante evaluation before a goal is declared, found none."),
        )
    elif conclusion == ExAnteConclusion.NOT_SUPPORT:
        yield problem(
            "goal.ex_ante",
            "",
            N_("Expected an ex-ante evaluation that supports the project, found “{conclusion}”."),
            conclusion=ExAnteConclusion.NOT_SUPPORT.display_name,
        )


@_rule("goal.cost_operator", "warn", indicators=True)
def _cost_operator(goal: GoalCheck) -> Iterator[Problem]:
    for where, line in goal.lines():
        if line.is_cost and line.operator in (Operator.AT_LEAST, Operator.MORE_THAN):
            yield problem(
                "goal.cost_operator",
                f"{where}.operator",
                N_("The cost indicator “{name}” sets a lower limit ({operator}); costs want ≤."),
                name=line.l3,
                operator=line.operator.display_name,
            )


@_rule("goal.qualitative_only", "warn", indicators=True)
def _qualitative_only(goal: GoalCheck) -> Iterator[Problem]:
    lines = goal.draft.indicators
    if lines and all(line.operator is None for line in lines):
        yield problem(
            "goal.qualitative_only",
            "indicators",
            N_("None of the {count} indicators can be measured: all are qualitative."),
            count=len(lines),
        )


@_rule("goal.similar", "warn")
def _similar(goal: GoalCheck) -> Iterator[Problem]:
    degrees = ((similarity(goal.draft.annual_goal, each.text), each) for each in goal.peers.texts)
    degree, peer = max(degrees, key=lambda each: each[0], default=(0.0, None))
    if peer is not None and degree >= goal.rules.similar_from:
        yield problem(
            "goal.similar",
            "annual_goal",
            N_("{percent} percent of the annual goal stand also in {project} of another unit."),
            percent=int(degree * 100),
            project=peer.project_code,
        )


@_rule("goal.unit_of_money", "warn", indicators=True)
def _unit_of_money(goal: GoalCheck) -> Iterator[Problem]:
    last = goal.peers.last_year_amount
    if last and goal.year_amount >= last * _YUAN_SUSPECTED:
        yield problem(
            "goal.unit_of_money",
            "year_amount",
            N_("{found} (10k yuan) looks like yuan: last year it was {last}."),
            found=goal.year_amount,
            last=last,
        )
    for where, line in goal.lines():
        if line.unit != "万元" or line.target_number is None or not line.is_cost:
            continue
        if goal.year_amount > 0 and line.target_number >= goal.year_amount * _YUAN_SUSPECTED:
            yield problem(
                "goal.unit_of_money",
                f"{where}.target",
                N_("The cost target {found} (10k yuan) looks like yuan: the year has {amount}."),
                found=line.target_number,
                amount=goal.year_amount,
            )


@_rule("goal.target_lowered", "warn", indicators=True)
def _target_lowered(goal: GoalCheck) -> Iterator[Problem]:
    for where, line in goal.lines():
        actual = goal.peers.last_year_actuals.get(line.l3)
        if actual is None or line.target_number is None:
            continue
        gain = line.target_number - actual
        if (gain < 0 and line.direction is Direction.POSITIVE) or (
            gain > 0 and line.direction is Direction.NEGATIVE
        ):
            yield problem(
                "goal.target_lowered",
                f"{where}.target",
                N_(
                    "The target {found} of “{name}” asks for less than last year's actual {actual}."
                ),
                found=line.target_number,
                name=line.l3,
                actual=actual,
            )


@_rule("goal.amount_grown", "warn")
def _amount_grown(goal: GoalCheck) -> Iterator[Problem]:
    last = goal.peers.last_year_amount
    if last and goal.year_amount > last * goal.rules.amount_growth:
        yield problem(
            "goal.amount_grown",
            "year_amount",
            N_("{found} (10k yuan) is more than {times} times last year's {last}."),
            found=goal.year_amount,
            times=goal.rules.amount_growth,
            last=last,
        )


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)
