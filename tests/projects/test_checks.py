"""Every rule of the rule book: when it speaks, where it points, and that it can be switched."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.projects.checks import RULES, check_goal
from app.projects.goal_rules import Peers, PeerText
from app.projects.rules import Rules
from tests.projects.conftest import a_project, f04

Change = Callable[[dict[str, Any]], None]


def found(
    values: dict[str, Any], rules: Rules, peers: Peers | None = None, **project: Any
) -> dict[str, str]:
    """Code → path."""
    problems = check_goal(a_project(**project), values, rules, peers)
    return {problem.code: problem.where for problem in problems}


def line(index: int, **changes: Any) -> Change:
    return lambda values: values["indicators"][index].update(changes)


def text(annual_goal: str) -> Change:
    return lambda values: values.update(annual_goal=annual_goal)


def only(*indexes: int) -> Change:
    return lambda values: values.update(indicators=[values["indicators"][i] for i in indexes])


def test_a_valid_goal_has_no_problem(rules: Rules):
    assert found(f04(), rules) == {}


@pytest.mark.parametrize(
    ("code", "where", "change"),
    [
        ("goal.text_blank", "annual_goal", text("")),
        ("goal.text_blank", "annual_goal", text(" \n\t ")),
        ("goal.text_blank", "annual_goal", text("* _ - *** ——")),
        ("goal.text_length", "annual_goal", text("更新果园")),
        ("goal.text_length", "annual_goal", text("更" * 501)),
        ("goal.output_missing", "indicators", only(4, 5, 6)),
        ("goal.benefit_missing", "indicators", only(0, 1, 2, 3, 6)),
        ("goal.weight_total", "indicators", line(0, weight="15")),
        ("goal.weight_level", "indicators.0.weight", line(0, weight="15")),
        ("goal.name_twice", "indicators.4.l3", line(4, l3=" 工程验收 合格率")),
        ("goal.percent", "indicators.1.target", line(1, target="120")),
        ("goal.percent", "indicators.1.target", line(1, target="120", unit="\uff05")),
        ("goal.cost_operator", "indicators.3.operator", line(3, operator=">=")),
        ("goal.unit_of_money", "indicators.3.target", line(3, unit="万元", target="4500000")),
        ("goal.value", "indicators.2.weight", line(2, weight="many")),
        ("goal.value", "indicators.2.weight", line(2, weight="NaN")),
        ("goal.value", "indicators.2.weight", line(2, weight="-1")),
        ("goal.value", "indicators.2.target", line(2, target="1E400")),
        ("goal.value", "indicators.2.target", line(2, target=0.1)),
        ("goal.value", "indicators.2.target", line(2, target="1.23456")),
        ("goal.value", "indicators.2.l2", line(2, l2="social")),
        ("goal.value", "indicators.2.l1", line(2, l1="magic")),
        ("goal.value", "indicators.2.operator", line(2, operator="~")),
        ("goal.value", "indicators.2.l3", line(2, l3="长" * 61)),
        ("goal.value", "indicators.5.target_text", line(5, target_text=" ")),
        (
            "goal.value",
            "indicators.2.target_hi",
            line(2, operator="range", target="90", target_hi="80"),
        ),
    ],
)
def test_a_rule_points_at_the_field(rules: Rules, code: str, where: str, change: Change):
    values = deepcopy(f04())
    change(values)

    assert found(values, rules).get(code) == where


def test_an_unreadable_line_silences_the_rules_that_would_follow_from_it(rules: Rules):
    values = f04()
    values["indicators"][0]["weight"] = "twenty"

    assert set(found(values, rules)) == {"goal.value"}


def test_a_goal_without_anything_is_answered_line_by_line(rules: Rules):
    assert set(found({}, rules)) == {
        "goal.text_blank",
        "goal.output_missing",
        "goal.benefit_missing",
        "goal.weight_total",
        "goal.weight_level",
    }


def test_satisfaction_goes_to_benefit_where_nobody_can_be_asked(rules: Rules):
    values = f04(no_service_object=True)
    values["indicators"].pop()
    values["indicators"][4]["weight"] = "25"

    assert found(values, rules) == {}


def test_another_scheme_wants_cost_on_the_first_level(rules: Rules):
    scheme = replace(rules.scheme, points={level: Decimal(0) for level in rules.scheme.points})

    assert "goal.weight_level" in found(f04(), replace(rules, scheme=scheme))


def test_too_many_indicators_are_counted(rules: Rules):
    values = f04()
    values["indicators"] = [
        values["indicators"][0] | {"l3": f"面积{number}"} for number in range(16)
    ]

    assert found(values, rules)["goal.too_many"] == "indicators.15"


def test_indicators_that_cannot_be_measured_are_remarked(rules: Rules):
    values = f04()
    for indicator in values["indicators"]:
        indicator.update(operator="qualitative", target=None, target_text="完成")

    assert found(values, rules) == {"goal.qualitative_only": "indicators"}


def test_money_must_add_up_and_not_be_negative(rules: Rules):
    amounts = {"fiscal_amount": Decimal("460.00"), "other_amount": Decimal("-20.00")}

    assert found(f04(), rules, **amounts) == {
        "goal.sources_total": "sources",
        "goal.amount_negative": "sources.1.amount",
    }


def test_typed_money_is_checked_instead_of_the_stored(rules: Rules):
    values = f04(sources=[{"source": "fiscal", "amount": "450.005"}])

    assert found(values, rules)["goal.value"] == "sources.0.amount"
    values["sources"] = [{"source": "fiscal", "amount": "440"}]
    assert found(values, rules) == {"goal.sources_total": "sources"}
    values["sources"] = [{"source": "fiscal", "amount": 225}, {"source": "fiscal", "amount": 225}]
    assert found(values, rules)["goal.value"] == "sources.1.source"


def test_dates_must_follow_each_other(rules: Rules):
    assert found(f04(), rules, end_date=date(2022, 12, 31)) == {"goal.dates": "end_date"}


def test_a_project_of_several_years_needs_a_medium_goal(rules: Rules):
    values = f04(medium_goal="--")

    assert found(values, rules, end_date=date(2024, 6, 30)) == {
        "goal.medium_missing": "medium_goal"
    }


@pytest.mark.parametrize(
    ("conclusion", "amount", "novelty", "blocked"),
    [
        (None, "99.99", "continuing", False),
        (None, "100.00", "continuing", True),
        (None, "20.00", "new", True),
        ("not_support", "450.00", "continuing", True),
        ("support", "450.00", "new", False),
        ("support_adjusted", "450.00", "new", False),
    ],
)
def test_money_is_asked_for_after_the_ex_ante_evaluation(
    rules: Rules, conclusion: str | None, amount: str, novelty: str, blocked: bool
):
    problems = found(
        f04(), rules, ex_ante_conclusion=conclusion, amount=Decimal(amount), novelty=novelty
    )

    assert ("goal.ex_ante" in problems) is blocked


def test_a_copied_text_is_remarked_with_its_origin(rules: Rules):
    values = f04()
    copied = PeerText("YS2023-0815", values["annual_goal"].replace("果园", "梨园"))
    other = PeerText("YS2023-0816", "为全市小学更换课桌椅，改善学习条件，由各校自行组织实施。")

    problems = check_goal(a_project(), values, rules, Peers(texts=(other, copied)))

    assert [(problem.code, problem.level) for problem in problems] == [("goal.similar", "warn")]
    assert "YS2023-0815" in str(problems[0])


@pytest.mark.parametrize(
    ("last_year", "codes"),
    [
        ("225.00", set()),
        ("224.99", {"goal.amount_grown"}),
        ("0.05", {"goal.amount_grown", "goal.unit_of_money"}),
        ("0.00", set()),
    ],
)
def test_the_amount_is_compared_with_last_year(rules: Rules, last_year: str, codes: set[str]):
    peers = Peers(last_year_amount=Decimal(last_year))

    assert set(found(f04(), rules, peers)) == codes


@pytest.mark.parametrize(
    ("name", "actual", "lowered"),
    [
        ("工程验收合格率", "99", True),
        ("工程验收合格率", "98", False),
        ("单位工程造价", "0.1", True),
        ("单位工程造价", "0.3", False),
    ],
)
def test_a_target_below_last_years_result_is_remarked(
    rules: Rules, name: str, actual: str, lowered: bool
):
    peers = Peers(last_year_actuals={name: Decimal(actual)})

    assert ("goal.target_lowered" in found(f04(), rules, peers)) is lowered


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_named_in_the_rule_book_and_can_be_switched_off(rules: Rules, code: str):
    assert code in rules.levels
    broken = f04(annual_goal="*", indicators=[])

    off = replace(rules, levels=dict(rules.levels) | {code: "off"})

    assert code not in found(broken, off)


def test_the_rule_book_decides_whether_a_rule_blocks(rules: Rules):
    softened = replace(rules, levels=dict(rules.levels) | {"goal.text_length": "warn"})

    problems = check_goal(a_project(), f04(annual_goal="更新果园"), softened)

    assert [problem.level for problem in problems] == ["warn"]


def test_blocking_problems_come_first(rules: Rules):
    values = f04(annual_goal="*")
    values["indicators"][3]["operator"] = ">="

    levels = [problem.level for problem in check_goal(a_project(), values, rules)]

    assert levels == sorted(levels) == ["block", "warn"]


def test_a_problem_is_a_sentence_with_what_was_wanted_and_found(rules: Rules):
    values = f04()
    values["indicators"][0]["weight"] = "15"

    sentences = [str(problem.sentence) for problem in check_goal(a_project(), values, rules)]

    assert sentences == [
        "Expected the weights to add up to 90, found 85.",
        "Expected the weights of “Output” to add up to 50, found 45.",
    ]
