"""The indicator tree and the exact numbers in it."""

from decimal import Decimal

import pytest

from app.projects.indicators import LEVELS, IndicatorLine, Level1, Level2, Operator, level_name
from app.projects.quantities import Quantity, plain_number, read_number


def line(operator: Operator | None, low: str | None, high: str | None = None) -> IndicatorLine:
    return IndicatorLine(
        l1=Level1.OUTPUT,
        l2=Level2.QUANTITY,
        l3="里程",
        operator=operator,
        target_number=Decimal(low) if low else None,
        target_high=Decimal(high) if high else None,
        target_text="" if operator else "制度健全",
        unit="公里",
        weight=Decimal(10),
    )


@pytest.mark.parametrize(
    ("shown", "direction", "indicator"),
    [
        ("≥ 42 公里", "positive", line(Operator.AT_LEAST, "42.0000")),
        ("≤ 0.25 公里", "negative", line(Operator.AT_MOST, "0.25")),
        ("90–110 公里", "fixed", line(Operator.RANGE, "90", "110")),
        ("= 100 公里", "fixed", line(Operator.EQUAL, "100")),
        ("制度健全", None, line(None, None)),
    ],
)
def test_a_line_says_its_target_and_direction(
    shown: str, direction: str | None, indicator: IndicatorLine
):
    assert indicator.target == shown
    assert indicator.direction == direction


def test_every_second_level_has_its_place():
    assert {level2 for below in LEVELS.values() for level2 in below} == set(Level2)
    assert level_name("timeliness").en == "Timeliness"
    assert level_name("gone").zh == "gone"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("90.00", "90"),
        (" 0.5 ", "0.5"),
        (1000, "1000"),
        (Decimal("1E+3"), "1000"),
        ("9999999999999", "9999999999999"),
    ],
)
def test_numbers_are_read_exactly(typed: object, number: str):
    assert str(read_number(typed)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ten",
        "NaN",
        "Infinity",
        "1e20",
        "10000000000000",
        "0.00001",
        0.5,
        True,
        None,
        [],
        "1_0x",
    ],
)
def test_what_is_no_exact_number_is_none(typed: object):
    assert read_number(typed) is None


def test_a_column_refuses_what_it_would_round():
    column = Quantity()

    with pytest.raises(ValueError, match=r"found 0\.00001"):
        column.process_bind_param(Decimal("0.00001"), None)  # type: ignore[arg-type]
    assert plain_number(Decimal("1E+2")) == Decimal(100)
