"""The words of a diagram (`appr.…`) that Python reads, the panel and the templates offer."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from app.core.settings import ROOT
from app.engine.structure import RETURN_WORDS
from app.web.definition_steps import (
    duplicate_words,
    empty_words,
    policy_words,
    self_words,
    strategy_words,
)
from app.workflow.assignment.plan import DUPLICATE, EMPTY, SELF
from app.workflow.assignment.strategies import STRATEGIES
from app.workflow.definitions.demands import WORDS
from app.workflow.definitions.policies import POLICIES
from app.workflow.definitions.timeout_rules import TIMEOUT, TimeOut
from app.workflow.voting.rules import MODES, REJECTS, TIES

WORD = re.compile(r"appr\.[A-Za-z]+(\.en|\.)?")
#: What each word may say, where that is a closed list.
ALLOWED: Mapping[str, Sequence[str]] = {
    **POLICIES,
    **WORDS,
    "appr.mode": MODES,
    "appr.reject": REJECTS,
    "appr.tie": TIES,
    "appr.abstain": ("yes", "no"),
    "appr.empty": EMPTY,
    "appr.self": SELF,
    "appr.duplicate": DUPLICATE,
    "appr.strategy": tuple(STRATEGIES),
    "appr.returnTo": tuple(RETURN_WORDS),
    TIMEOUT: tuple(TimeOut),
    "appr.field.": ("write", "read", "hidden"),
}
#: What the page gives the panel to choose from.
GIVEN: Mapping[str, Mapping[str, str]] = {
    **policy_words(),
    "appr.empty": empty_words(),
    "appr.self": self_words(),
    "appr.duplicate": duplicate_words(),
    "appr.strategy": strategy_words(),
}


def test_the_panel_has_a_field_for_every_word_that_is_read() -> None:
    assert words_read() - panel_words() == set()


def test_the_templates_have_a_field_for_every_word_that_is_read() -> None:
    assert words_read() - template_words() == set()


def test_nobody_offers_a_word_that_is_not_read() -> None:
    # The second language of the modeler's canvas never reaches a file.
    assert panel_words() - {"appr.name.zh"} - words_read() == set()
    assert template_words() - words_read() == set()


def test_the_list_of_words_is_the_whole_one() -> None:
    """So that the regular expression above cannot come to find nothing."""
    assert {"appr.withdraw", "appr.weight.", "appr.field.", "appr.variables"} <= words_read()
    assert set(ALLOWED) <= words_read()


@pytest.mark.parametrize("name", sorted(ALLOWED))
def test_the_templates_offer_exactly_what_may_be_said(name: str) -> None:
    offers = [
        {choice["value"] for choice in each["choices"]} - {""}
        for each in template_fields()
        if as_word(each["binding"]["name"]) == name
    ]

    assert offers
    assert all(each == set(ALLOWED[name]) for each in offers)


@pytest.mark.parametrize("name", sorted(set(ALLOWED) - set(GIVEN) - {"appr.field."}))
def test_the_panel_offers_what_may_be_said(name: str) -> None:
    source = (ROOT / "frontend/src/modeler/panel/step.js").read_text()
    offered = set(re.findall(r"\[\s*'(\w*)',\s*translate\(", source))

    assert set(ALLOWED[name]) <= offered


@pytest.mark.parametrize("name", sorted(GIVEN))
def test_the_page_gives_the_panel_exactly_what_may_be_said(name: str) -> None:
    assert set(GIVEN[name]) == set(ALLOWED[name])
    if name in POLICIES:
        assert next(iter(GIVEN[name])) == ALLOWED[name][0]  # shown where nothing is said


def words_read() -> set[str]:
    """Every word that stands as a text in the Python code; families such as `appr.field.` once."""
    return {
        as_word(node.value)
        for path in sorted((ROOT / "app").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if WORD.match(node.value) and " " not in node.value
    }


def panel_words() -> set[str]:
    folder = ROOT / "frontend/src/modeler"
    sources = [path.read_text() for path in sorted(folder.rglob("*.js"))]
    return {as_word(found) for text in sources for found in re.findall(r"['`](appr\.[\w.]+)", text)}


def template_words() -> set[str]:
    names = {
        as_word(each["binding"]["name"])
        for each in template_fields()
        if each["binding"]["name"].startswith("appr.")
    }
    # What has a name per role or per field is told in the description of its neighbour.
    told = " ".join(each.get("description", "") for each in template_fields())
    return names | {as_word(found) for found in re.findall(r"appr\.(?:weight|field)\.", told)}


def template_fields() -> Iterator[dict[str, Any]]:
    for path in sorted((ROOT / "bpmn/templates").glob("*.json")):
        yield from json.loads(path.read_bytes())["properties"]


def as_word(text: str) -> str:
    """`appr.field.amount` and `appr.field.*` are of the family `appr.field.`."""
    return re.sub(r"^(appr\.(?:field|weight)\.).*", r"\1", text)
