"""A form-js document is taken, or refused with a sentence for each component."""

import json
from typing import Any

import pytest

from app.core.errors import InvalidInputError
from app.forms import limits, load_form
from tests.forms.conftest import field


def refusal(*components: Any) -> str:
    with pytest.raises(InvalidInputError) as refused:
        load_form({"components": list(components)}, "small")
    return str(refused.value)


@pytest.mark.parametrize(
    "kind", ["html", "iframe", "documentPreview", "table", "button", "image", "spacer", "", "magic"]
)
def test_forbidden_component_is_named(kind: str) -> None:
    # given a component that could carry a page's own code, or that nobody here can draw
    text = refusal({"type": kind, "id": "Field_1", "key": "a"})
    # then the sentence names it and what is allowed
    assert f"Component Field_1: type “{kind}” is not allowed" in text
    assert "textfield" in text


@pytest.mark.parametrize(
    ("component", "said"),
    [
        (field("textfield", "a b"), "expected a key of letters"),
        (field("textfield", "项目"), "expected a key of letters"),
        (field("textfield", ""), "expected a key of letters"),
        (field("textfield", "today"), "reserved"),
        (field("select", "a"), "expected options, found none"),
        (field("select", "a", values=[{"value": 1, "label": "x"}]), "value and label"),
        (field("select", "a", values=[{"value": "x", "label": "x"}] * 2), "listed twice"),
        (field("select", "a", valuesKey="nothing"), "names nothing known"),
        (field("textfield", "a", label="<b>x</b>"), "found HTML"),
        (field("textfield", "a", label="{{x}}"), "found a template"),
        (field("textfield", "a", label=5), "expected label to be text"),
        (field("textfield", "a", properties={"label.en": "<img src=x>"}), "found HTML"),
        (field("textfield", "a", readonly="=true"), "cannot depend on an expression"),
        (field("textfield", "a", validate={"required": "=x"}), "cannot depend on an expression"),
        (field("textfield", "a", validate=[]), "expected validate to be an object"),
        (field("textfield", "a", validate={"pattern": "("}), "pattern cannot be used"),
        (field("textfield", "a", validate={"pattern": r"(a)\1"}), "pattern cannot be used"),
        (field("textfield", "a", validate={"maxLength": 10**9}), "of at most"),
        (field("textfield", "a", validate={"minLength": -1}), "whole number"),
        (field("number", "a", validate={"min": 5, "max": 1}), "lower limit below"),
        (field("number", "a", validate={"min": "NaN"}), "to be a number"),
        (field("number", "a", decimalDigits=50), "of at most 10"),
        (field("datetime", "a", subtype="time"), "expected subtype “date”"),
        (field("datetime", "a", properties={"date.max": "soon"}), "a day or “today”"),
        (field("expression", "a", expression="=1 +"), "is no FEEL expression"),
        (field("expression", "a", expression="1 + 1"), "begin with “=”"),
        (field("expression", "a"), "expected an expression"),
        (field("expression", "a", expression="=nobody + 1"), "names nothing known: nobody"),
        (field("textfield", "a", conditional={"hide": "=)"}), "is no FEEL expression"),
        (field("dynamiclist", "a", components=[field("group", "b")]), "a list holds only fields"),
        (field("dynamiclist", "a", properties={"row.key": "x"}), "row.key names no column"),
        (field("dynamiclist", "a", properties={"rows.max": "9999"}), "of at most 500"),
        ("textfield", "expected an object"),
    ],
)
def test_unusable_component_gets_a_sentence(component: Any, said: str) -> None:
    assert said in refusal(component)


def test_same_key_twice_is_refused() -> None:
    assert "used twice" in refusal(field("textfield", "a"), field("number", "a"))


def test_every_problem_is_reported_at_once() -> None:
    text = refusal(field("html", "one"), field("expression", "two", expression="=)"))
    assert "one" in text
    assert "two" in text


@pytest.mark.parametrize(
    "document",
    [b"{", b"[]", b"null", b'"x"', b"{}", b'{"components": 5}', b"\xff", "[" * 9_000, "\ud800"],
    ids=range(9),
)
def test_what_is_no_form_is_refused(document: bytes | str) -> None:
    with pytest.raises(InvalidInputError, match="cannot be used"):
        load_form(document, "small")


def test_sizes_are_limited() -> None:
    deep: dict[str, Any] = field("textfield", "a")
    for level in range(900):
        deep = {"type": "group", "id": f"g{level}", "components": [deep]}
    assert "levels of groups" in refusal(deep)
    many = [field("textfield", f"a{number}") for number in range(limits.MAX_COMPONENTS + 5)]
    assert refusal(*many).count("components, found more") == 1
    huge = json.dumps({"components": [field("text", "a", text="x" * limits.MAX_DOCUMENT_BYTES)]})
    with pytest.raises(InvalidInputError, match="cannot be used"):
        load_form(huge, "small")


def test_texts_are_bilingual() -> None:
    # given a select with both languages
    form = load_form(
        {
            "label": "表",
            "properties": {"label.en": "Form"},
            "components": [
                field(
                    "select",
                    "a",
                    label="等级",
                    values=[{"value": "good", "label": "良"}],
                    properties={"label.en": "Grade", "option.good.en": "Good"},
                )
            ],
        },
        "small",
    )
    # then the view carries them
    view = form.view({"a": "good"}, {}, {})[0]
    assert (view.label.zh, view.label.en) == ("等级", "Grade")
    assert (view.shown.zh, view.shown.en) == ("良", "Good")
    assert form.title.en == "Form"
