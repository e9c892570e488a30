"""The decision models that come with the product: valid, and right by the bureau's golden cases."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.core.settings import ROOT
from app.dmn import DecisionError, evaluate_strict, parse_decisions

FILES = sorted((ROOT / "bpmn").glob("*.dmn"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_shipped_model_is_valid(file: Path) -> None:
    assert parse_decisions(file.read_bytes()).decisions


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("97.25", "excellent"),
        ("90", "excellent"),
        ("89.995", "excellent"),
        ("89.994", "good"),
        ("84.12", "good"),
        ("80", "good"),
        ("79.994", "medium"),
        ("60", "medium"),
        ("59.99", "poor"),
        ("39.36", "poor"),
        ("0", "poor"),
        ("100", "excellent"),
    ],
)
def test_grades_of_scores(score: str, grade: str) -> None:
    model = parse_decisions((ROOT / "bpmn" / "grade.dmn").read_bytes())
    assert evaluate_strict(model, "grade", {"score": Decimal(score)}) == grade


@pytest.mark.parametrize("score", [101, -1, "90"])
def test_what_is_no_score_has_no_grade(score: object) -> None:
    model = parse_decisions((ROOT / "bpmn" / "grade.dmn").read_bytes())
    with pytest.raises(DecisionError):
        evaluate_strict(model, "grade", {"score": score})
