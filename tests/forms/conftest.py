"""Small forms for the tests of the forms room, and the bureau's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.forms import Form, load_form

FORMS = Path(__file__).resolve().parents[2] / "forms"

CreateForm = Callable[..., Form]


def field(kind: str, key: str, **attributes: Any) -> dict[str, Any]:
    name = "path" if kind in ("dynamiclist", "group") else "key"
    return {"type": kind, "id": key, name: key, "label": key, **attributes}


@pytest.fixture(scope="session")
def create_form() -> CreateForm:
    """A form from its components."""

    def create(*components: dict[str, Any]) -> Form:
        return load_form({"type": "default", "components": list(components)}, "small")

    return create


@pytest.fixture(scope="session")
def road(create_form: CreateForm) -> Form:
    """A form with one field of each kind and a list."""
    options = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]
    return create_form(
        field("textfield", "name", validate={"required": True, "maxLength": 20}),
        field("textarea", "basis"),
        field("number", "amount", decimalDigits=2, validate={"min": 0, "max": 1000000}),
        field("number", "count", decimalDigits=0),
        field("datetime", "start", subtype="date"),
        field("select", "kind", values=options),
        field("radio", "grade", values=options),
        field("checkbox", "key_project"),
        field("checklist", "marks", values=options),
        field("filepicker", "files", multiple=True),
        field("group", "checks", components=[field("textfield", "note")]),
        field("textfield", "secret"),
        field(
            "dynamiclist",
            "rows",
            properties={"row.key": "item", "rows.max": "20"},
            components=[
                field("textfield", "item"),
                field("number", "weight", decimalDigits=2, validate={"min": "0.01"}),
                field("textfield", "remark", conditional={"hide": "=this.weight = null"}),
                field("textfield", "internal"),
                field("expression", "double", expression="=this.weight * 2"),
            ],
        ),
        field("expression", "total", expression="=sum(rows.weight)", properties={"digits": "2"}),
        field("textfield", "late_reason", conditional={"hide": "=amount = null or amount < 100"}),
    )


@pytest.fixture(scope="session")
def all_write(road: Form) -> dict[str, str]:
    """Every field of `road` may be written, save what is hidden or read-only by design."""
    tops = {path.split(".")[0] for path in road.by_path}
    return {
        **dict.fromkeys(tops, "write"),
        "secret": "hidden",
        "basis": "read",
        "rows.internal": "hidden",
    }


@pytest.fixture(scope="session")
def bureau_form() -> Callable[[str], Form]:
    """One of the bureau's forms by its key."""

    def load(key: str) -> Form:
        return load_form((FORMS / f"{key}.form.json").read_bytes(), key)

    return load
