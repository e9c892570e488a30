"""Answers become JSON and come back the same."""

from datetime import date
from decimal import Decimal

import pytest

from app.core import documents
from app.core.errors import InvalidInputError
from app.forms import Form
from tests.forms.conftest import CreateForm, field


def test_round_trip_is_exact(road: Form) -> None:
    values = road.compute(
        {
            "name": "路",
            "amount": Decimal("1200.50"),
            "start": date(2022, 10, 10),
            "marks": ["a"],
            "key_project": True,
            "checks": {"note": "n"},
            "rows": [{"item": "x", "weight": Decimal("0.10")}],
        },
        {},
    )
    stored = road.dump(values)
    assert (stored["amount"], stored["start"]) == ("1200.50", "2022-10-10")
    assert stored["rows"][0]["weight"] == "0.10"
    assert road.load(documents.load(documents.dump(stored))) == values


def test_what_this_form_never_held_is_refused(road: Form) -> None:
    with pytest.raises(InvalidInputError) as refused:
        road.load({"amount": "12a", "start": "soon", "name": 5, "rows": [{"weight": []}]})
    assert [each.where for each in refused.value.problems] == [
        "name",
        "amount",
        "start",
        "rows.0.weight",
    ]


def test_unknown_and_missing_keys_are_no_matter(road: Form) -> None:
    values = road.load({"gone": 1, "name": "x"})
    assert "gone" not in values
    assert (values["name"], values["rows"], values["files"]) == ("x", [], [])


def test_default_values_are_the_first_answers(create_form: CreateForm) -> None:
    form = create_form(
        field("number", "a", defaultValue=5),
        field("datetime", "b", defaultValue="2022-10-10"),
        field("textfield", "c"),
    )
    assert form.initial() == {"a": Decimal(5), "b": date(2022, 10, 10), "c": None}
