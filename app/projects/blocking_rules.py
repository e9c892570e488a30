"""The rules that a goal must keep before it is submitted (domain dossier, section 3.6)."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.projects.goal_rules import GoalCheck, RuleBook, register
from app.projects.indicators import Level1
from app.projects.kinds import ExAnteConclusion, Novelty

#: The second one is the full-width sign of Chinese keyboards.
_PERCENT_SIGNS = frozenset({"%", "\uff05", "percent"})

BLOCKING: RuleBook = {}
_rule = partial(register, BLOCKING, "block")


@_rule("goal.text_blank")
def _text_blank(goal: GoalCheck) -> Iterator[Problem]:
    if not _has_words(goal.draft.annual_goal):
        yield problem(
            "goal.text_blank", "annual_goal", N_("Expected the annual goal in words, found none.")
        )


@_rule("goal.text_length")
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


@_rule("goal.medium_missing")
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


@_rule("goal.output_missing", indicators=True)
def _output_missing(goal: GoalCheck) -> Iterator[Problem]:
    if not any(goal.lines(Level1.OUTPUT)):
        yield problem(
            "goal.output_missing",
            "indicators",
            N_("Expected at least one output indicator, found none."),
        )


@_rule("goal.benefit_missing", indicators=True)
def _benefit_missing(goal: GoalCheck) -> Iterator[Problem]:
    if not any(goal.lines(Level1.BENEFIT)):
        yield problem(
            "goal.benefit_missing",
            "indicators",
            N_("Expected at least one benefit indicator, found none."),
        )


@_rule("goal.weight_total", indicators=True)
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


@_rule("goal.weight_level", indicators=True)
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


@_rule("goal.sources_total")
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


@_rule("goal.amount_negative")
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


@_rule("goal.dates")
def _dates(goal: GoalCheck) -> Iterator[Problem]:
    if goal.project.end_date < goal.project.start_date:
        yield problem(
            "goal.dates",
            "end_date",
            N_("Expected the project to end after its start on {start}, found {end}."),
            start=goal.project.start_date.isoformat(),
            end=goal.project.end_date.isoformat(),
        )


@_rule("goal.name_twice", indicators=True)
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


@_rule("goal.percent", indicators=True)
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


@_rule("goal.too_many", indicators=True)
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


@_rule("goal.ex_ante")
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


def _has_words(text: str) -> bool:
    return any(character.isalnum() for character in text)
