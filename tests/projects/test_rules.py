"""The rule book: defaults, changes by year, and a clear word about what is wrong in it."""

from decimal import Decimal
from pathlib import Path

import pytest

from app.core.errors import InvalidInputError
from app.core.settings import ROOT
from app.projects.indicators import Level1
from app.projects.rules import Scheme, load_rules

SHIPPED = (ROOT / "config" / "rules.toml").read_text(encoding="utf-8")


def book(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in SHIPPED
    (folder / "rules.toml").write_text(SHIPPED.replace(old, new), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("year", "level"), [(2021, "off"), (2022, "off"), (2023, "block"), (2030, "block")]
)
def test_a_year_changes_the_years_after_it(year: int, level: str):
    assert load_rules(ROOT / "config", year).levels["goal.ex_ante"] == level


def test_a_changed_book_is_read_again(tmp_path: Path):
    assert load_rules(book(tmp_path), 2023).maximum_indicators == 15

    book(tmp_path, "maximum_indicators = 15", "maximum_indicators = 9")

    assert load_rules(tmp_path, 2023).maximum_indicators == 9


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"goal.dates" = "block"', '"goal.dates" = "refuse"', "rules.goal.dates"),
        ("text_minimum = 20\n", "", "text_minimum"),
        ('scheme = "S90"', 'scheme = "S91"', "S91"),
        ("satisfaction = 10\n\n[schemes", "happiness = 10\n\n[schemes", "schemes.S90"),
    ],
)
def test_a_mistake_in_the_book_is_named(tmp_path: Path, old: str, new: str, where: str):
    with pytest.raises(InvalidInputError) as refused:
        load_rules(book(tmp_path, old, new), 2023)

    assert [problem.where for problem in refused.value.problems] == [where]


def test_a_scheme_moves_the_points_of_satisfaction():
    scheme = Scheme("S", {Level1.BENEFIT: Decimal(30), Level1.SATISFACTION: Decimal(10)})

    assert scheme.expected(no_service_object=True) == {Level1.BENEFIT: Decimal(40)}
    assert scheme.expected(no_service_object=False) == scheme.points


@pytest.mark.parametrize(
    ("month", "floor"), [(4, 25), (6, 40), (8, 60), (9, 70), (10, 80), (2, "12.5"), (12, 100)]
)
def test_the_money_that_should_be_spent_lies_in_line_between_two_months(
    month: int, floor: int | str
) -> None:
    rules = load_rules(ROOT / "config", 2022)

    assert rules.execution_floor(month) == Decimal(floor)
