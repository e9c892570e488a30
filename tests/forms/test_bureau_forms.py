"""The bureau's own forms: complete in both languages, and they hold what the rules ask for."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.core.i18n import Bilingual
from app.forms import FieldType, FieldView, Form, rights_for
from tests.forms.conftest import FORMS

KEYS = sorted(path.name.removesuffix(".form.json") for path in FORMS.glob("*.form.json"))
BureauForm = Callable[[str], Form]

INDICATOR = {
    "l1": "output",
    "l2": "quantity",
    "l3": "安装护栏长度",
    "operator": ">=",
    "target": "42",
    "unit": "公里",
    "weight": "50",
    "basis": "实施方案",
    "evidence_source": "验收报告",
}
GOAL = {
    "annual_goal": "完成农村公路安防工程四十二公里,事故率下降,群众出行安全得到保障。",
    "sources": [
        {"source": "fiscal", "amount": "300"},
        {"source": "superior", "amount": "150.00"},
    ],
    "indicators": [INDICATOR],
}


CHECKS = dict.fromkeys(("completeness", "relevance", "appropriateness", "feasibility"), "good")


def write_all(form: Form) -> Any:
    return rights_for({"appr.field.*": "write"}, form).rights


def every(views: list[FieldView]) -> Iterator[FieldView]:
    for each in views:
        yield each
        yield from every([*each.children, *each.columns])


def test_forms_of_the_goal_review_are_there() -> None:
    assert {
        "accept_edits",
        "approve_with_budget",
        "desk_review",
        "goal_declaration",
        "goal_review",
        "monitoring",
        "third_party_opinion",
    } <= set(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_every_text_is_there_in_both_languages(bureau_form: BureauForm, key: str) -> None:
    form = bureau_form(key)
    assert form.title.zh
    assert form.title.en
    for each in every(form.view({}, write_all(form), {})):
        texts = [each.label, each.description, each.prefix, each.suffix]
        texts += [option.label for option in each.options]
        for text in texts:
            assert bool(text.zh) == bool(text.en), (key, each.path, text)
        assert each.type is FieldType.SEPARATOR or each.label.zh or each.text.zh, each
        assert not re.search("[\u4e00-\u9fff]", each.label.en)


@pytest.mark.parametrize("key", KEYS)
def test_component_ids_are_unique(key: str) -> None:
    ids = re.findall(r'"id": "([^"]+)"', (FORMS / f"{key}.form.json").read_text())
    assert len(ids) == len(set(ids))


class TestGoalDeclaration:
    def test_complete_goal_is_taken(self, bureau_form: BureauForm) -> None:
        form = bureau_form("goal_declaration")
        bound = form.bind(GOAL, {}, write_all(form), {})
        assert bound.problems == ()
        assert bound.values["sources_total"] == Decimal("450.00")
        assert bound.values["weight_total"] == Decimal("50.00")
        assert bound.values["output_total"] == Decimal("50.00")
        assert bound.values["benefit_total"] == Decimal("0.00")
        assert bound.values["indicators"][0]["direction"] == "positive"

    @pytest.mark.parametrize(
        ("change", "where"),
        [
            ({"annual_goal": "太短"}, "annual_goal"),
            ({"annual_goal": "*_-" * 10}, "annual_goal"),
            ({"annual_goal": " \u3000 "}, "annual_goal"),
            ({"annual_goal": "长" * 501}, "annual_goal"),
            ({"sources": []}, "sources"),
            ({"sources": [{"source": "fiscal", "amount": "-1"}]}, "sources.0.amount"),
            ({"sources": [{"source": "loan", "amount": "1"}]}, "sources.0.source"),
            ({"indicators": []}, "indicators"),
        ],
    )
    def test_wrong_goal_is_refused(
        self, bureau_form: BureauForm, change: dict[str, Any], where: str
    ) -> None:
        form = bureau_form("goal_declaration")
        bound = form.bind({**GOAL, **change}, {}, write_all(form), {})
        assert [each.where for each in bound.problems] == [where]

    @pytest.mark.parametrize(
        ("change", "wrong"),
        [
            ({"l2": "social"}, "l2"),
            ({"weight": "0"}, "weight"),
            ({"unit": ""}, "unit"),
            ({"operator": "range"}, "target_hi"),
            ({"operator": "qualitative"}, "target_text"),
            ({"l3": "长" * 61}, "l3"),
            ({"operator": "range", "target_hi": "50"}, None),
            ({"operator": "qualitative", "target_text": "明显改善"}, None),
        ],
    )
    def test_indicator_asks_for_what_its_operator_needs(
        self, bureau_form: BureauForm, change: dict[str, Any], wrong: str | None
    ) -> None:
        form = bureau_form("goal_declaration")
        sent = {**GOAL, "indicators": [{**INDICATOR, **change}]}
        bound = form.bind(sent, {}, write_all(form), {})
        assert [each.where for each in bound.problems] == (
            [f"indicators.0.{wrong}"] if wrong else []
        )

    def test_qualitative_indicator_keeps_no_number(self, bureau_form: BureauForm) -> None:
        form = bureau_form("goal_declaration")
        words = {**INDICATOR, "operator": "qualitative", "target_text": "明显改善"}
        row = form.bind({**GOAL, "indicators": [words]}, {}, write_all(form), {}).values[
            "indicators"
        ][0]
        assert (row["target"], row["unit"], row["direction"]) == (None, None, None)

    def test_medium_goal_is_asked_for_over_several_years(self, bureau_form: BureauForm) -> None:
        form = bureau_form("goal_declaration")
        bound = form.bind(GOAL, {"is_multi_year": True}, write_all(form), {})
        assert [each.where for each in bound.problems] == ["medium_goal"]

    def test_project_facts_are_not_for_the_unit_to_change(self, bureau_form: BureauForm) -> None:
        form = bureau_form("goal_declaration")
        sent = {**GOAL, "project_name": "other", "fiscal_year": 2030}
        bound = form.bind(sent, {"project_name": "路"}, write_all(form), {})
        assert (bound.values["project_name"], bound.values["fiscal_year"]) == ("路", None)

    def test_facts_are_read_in_one_language_and_years_without_a_comma(
        self, bureau_form: BureauForm
    ) -> None:
        form = bureau_form("goal_declaration")
        facts = {"unit_name": "果业中心 / Fruit Industry Center", "fiscal_year": 2023}
        views = {each.key: each.shown for each in every(form.view(form.load(facts), {}, {}))}
        assert views["unit_name"] == Bilingual("果业中心", "Fruit Industry Center")
        assert views["fiscal_year"].zh == "2023"


class TestGoalReview:
    def test_line_edits_show_the_old_value(self, bureau_form: BureauForm) -> None:
        declaration, review = bureau_form("goal_declaration"), bureau_form("goal_review")
        goal = declaration.bind(GOAL, {}, write_all(declaration), {}).values
        edit = {"indicator": "安装护栏长度", "item": "target", "new": "45", "reason": "里程已核实"}
        sent = {
            "checks": CHECKS,
            "grade": "good",
            "line_edits": [edit],
        }
        context = {"goal": goal, "outcome": "agree_with_edits"}
        bound = review.bind(sent, {}, write_all(review), context)
        assert bound.problems == ()
        assert bound.values["line_edits"][0]["old"] == "42"
        unknown = {**sent, "line_edits": [{**edit, "indicator": "无"}]}
        assert review.bind(unknown, {}, write_all(review), context).problems
        # Agreeing as it is does not lose what was typed: the rule about it asks which was meant.
        agreed = review.bind(sent, {}, write_all(review), {**context, "outcome": "agree"})
        assert agreed.values["line_edits"][0]["new"] == "45"

    def test_grade_and_checks_are_asked_for(self, bureau_form: BureauForm) -> None:
        review = bureau_form("goal_review")
        wrong = [each.where for each in review.bind({}, {}, write_all(review), {}).problems]
        assert wrong == [
            "checks.completeness",
            "checks.relevance",
            "checks.appropriateness",
            "checks.feasibility",
            "grade",
        ]


def test_third_party_must_declare_no_conflict_and_attach_its_report(
    bureau_form: BureauForm,
) -> None:
    form = bureau_form("third_party_opinion")
    cut = {"item": "勘察费", "declared": "30", "verified": "18.5", "reason": "超标准"}
    sent = {"verified_amount": "438.5", "conclusion": "support_adjusted"}
    bound = form.bind({**sent, "cut_items": [cut]}, {}, write_all(form), {})
    assert [each.where for each in bound.problems] == ["no_conflict", "report"]
    assert bound.values["cut_total"] == Decimal("11.50")


def test_reduction_needs_its_reason(bureau_form: BureauForm) -> None:
    form = bureau_form("desk_review")
    sent = {"checks": CHECKS, "verified_amount": "400"}
    declared = {"declared_amount": Decimal(450)}
    bound = form.bind(sent, declared, write_all(form), {})
    assert [each.where for each in bound.problems] == ["cut_reason"]
    assert bound.values["cut_amount"] == Decimal("50.00")
    same = form.bind({**sent, "verified_amount": "450"}, declared, write_all(form), {})
    assert same.problems == ()


def test_reply_is_not_dated_in_the_future(bureau_form: BureauForm) -> None:
    form = bureau_form("approve_with_budget")
    sent = {"reply_number": "财预〔2022〕15号", "reply_date": "2022-10-11"}
    current = {"sources": [{"source": "fiscal", "amount": Decimal("700.00")}]}
    context = {"today": date(2022, 10, 10)}
    bound = form.bind({**sent, "sources": []}, current, write_all(form), context)
    assert [each.where for each in bound.problems] == ["reply_date"]
    assert bound.values["approved_total"] == Decimal("700.00")


def test_unit_reads_the_edits_and_cannot_change_them(bureau_form: BureauForm) -> None:
    form = bureau_form("accept_edits")
    edit = {"indicator": "长度", "item": "target", "old": "42", "new": "45", "reason": "已核实"}
    forged = {"line_edits": [{**edit, "new": "99"}], "note": "无异议"}
    bound = form.bind(forged, {"line_edits": [edit]}, write_all(form), {})
    assert bound.values == {"line_edits": [edit], "note": "无异议"}


def test_monitoring_fills_in_given_indicators(bureau_form: BureauForm) -> None:
    form = bureau_form("monitoring")
    current = {
        "budget_adjusted": Decimal(480),
        "indicators": [{"l3": "长度", "operator": ">=", "target": Decimal(42), "unit": "km"}],
    }
    cells = {"actual_to_date": "21", "forecast": "42", "likelihood": "possible"}
    sent = {"executed": "278.4", "forecast_execution": "480", "indicators": [cells]}
    bound = form.bind(sent, current, write_all(form), {})
    assert [each.where for each in bound.problems] == [
        "indicators.0.cause",
        "indicators.0.explanation",
    ]
    assert bound.values["rate"] == Decimal("58.00")
    assert bound.values["indicators"][0]["progress"] == Decimal("50.00")
    assert bound.values["indicators"][0]["target"] == 42
