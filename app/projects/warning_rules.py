"""The rules that only tell reviewers what is remarkable about a goal (dossier, section 3.6)."""

from collections.abc import Iterator
from functools import partial

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.projects.goal_rules import GoalCheck, RuleBook, register
from app.projects.indicators import Direction, Operator
from app.projects.similarity import similarity

#: A typed yuan amount is ten thousand times too large; half-way on the logarithmic scale.
_YUAN_SUSPECTED = 100

WARNING: RuleBook = {}
_rule = partial(register, WARNING, "warn")


@_rule("goal.cost_operator", indicators=True)
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


@_rule("goal.qualitative_only", indicators=True)
def _qualitative_only(goal: GoalCheck) -> Iterator[Problem]:
    lines = goal.draft.indicators
    if lines and all(line.operator is None for line in lines):
        yield problem(
            "goal.qualitative_only",
            "indicators",
            N_("None of the {count} indicators can be measured: all are qualitative."),
            count=len(lines),
        )


@_rule("goal.similar")
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


@_rule("goal.unit_of_money", indicators=True)
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


@_rule("goal.target_lowered", indicators=True)
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


@_rule("goal.amount_grown")
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
