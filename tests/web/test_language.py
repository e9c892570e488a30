"""Every text has its Chinese; names, times and amounts are written in the reader's language."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import g
from flask.testing import FlaskClient

from app.core.i18n import Bilingual, Sentence
from app.web import CountersignApp, formats
from app.web.sentences import translate_sentence

CATALOG = Path("app/web/translations/zh/LC_MESSAGES/messages.po")
PLACES = re.compile(r"\{(\w*)[^}]*\}|%\((\w+)\)")
HAN = re.compile(r"[\u3400-\u9fff]")
#: A comma, colon, semicolon, question or exclamation mark of English beside a Chinese character.
HALF_WIDTH = re.compile(r"[\u3400-\u9fff”）][,:;?!]|[,;][\u3400-\u9fff]")
NOW = datetime(2022, 10, 10, 1, 0, tzinfo=UTC)  # Monday, 09:00 in the bureau


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with CATALOG.open("rb") as file:
        return read_po(file, locale="zh")


def joined(text: object) -> str:
    """A text with its plural forms, as the catalogue holds them."""
    return text if isinstance(text, str) else " ".join(cast(Iterable[str], text))


def texts() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Every text of the product, with the file that uses it."""
    with open("config/babel.cfg", encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    for name, _line, text, _comments, _context in extract_from_dir("app", methods, options):
        yield name, text


def test_every_text_has_its_chinese(catalog: Catalog) -> None:
    missing = [
        f"{name}: {text}"
        for name, text in texts()
        if text not in catalog or not catalog[text].string or catalog[text].fuzzy
    ]

    assert not missing, "No Chinese in messages.po for:\n" + "\n".join(missing)


def test_the_chinese_has_the_places_of_the_english(catalog: Catalog) -> None:
    def places(text: object) -> set[str]:
        return {name or percent for name, percent in PLACES.findall(joined(text))}

    wrong = [
        str(message.id)
        for message in catalog
        if message.id and places(message.id) != places(message.string)
    ]

    assert not wrong


def test_no_text_outlives_its_page(catalog: Catalog) -> None:
    used = {text for _name, text in texts()}

    assert not [each.id for each in catalog if each.id and each.id not in used]
    assert not catalog.obsolete


def test_english_and_chinese_are_each_written_their_own_way(catalog: Catalog) -> None:
    wrong = [
        each.id
        for each in catalog
        if HAN.search(joined(each.id)) or HALF_WIDTH.search(joined(each.string))
    ]

    assert not wrong


def test_refusals_are_marked_for_the_translators() -> None:
    refusals = {"InvalidInputError", "NotPermittedError", "NotFoundError", "ConflictError"}
    unmarked = [
        f"{path}:{node.lineno}"
        for path in Path("app").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in refusals
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]

    assert not unmarked, "Put the sentence into N_(…) at:\n" + "\n".join(unmarked)


@contextmanager
def reading(app: CountersignApp, language: str) -> Iterator[None]:
    """A request of a reader of the language, at NOW."""
    with app.test_request_context(headers={"Accept-Language": language}):
        g.now = NOW
        yield


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Zhang Min at 2022-10-10 09:00: 1,234.50, Review, 2022-10-10"),
        ("zh-CN", "张敏 at 2022-10-10 09:00: 1,234.50, 初审、2022-10-10"),
    ],
)
def test_a_sentence_is_written_as_its_reader_writes(
    app: CountersignApp, language: str, text: str
) -> None:
    sentence = Sentence(
        "{who} at {when}: {amount}, {all}",
        {
            "who": Bilingual("张敏", "Zhang Min"),
            "when": NOW,
            "amount": Decimal("1234.50"),
            "all": [Bilingual("初审", "Review"), NOW.date()],
        },
    )

    with reading(app, language):
        assert translate_sentence(sentence) == text


@pytest.mark.parametrize(
    ("after", "text", "kind"),
    [
        (timedelta(hours=-1), "Overdue since 10-10 08:00", "over"),
        (timedelta(days=-1), "Overdue 1 working day", "over"),
        # From Friday, the last of the holidays, over a weekend that was worked to make up.
        (timedelta(days=-3), "Overdue 3 working days", "over"),
        (timedelta(hours=9), "Due today, 18:00", "soon"),
        (timedelta(days=1), "1 working day left", "soon"),
        (timedelta(days=7), "5 working days left", "plain"),
    ],
)
def test_a_deadline_is_counted_in_working_days(
    app: CountersignApp, after: timedelta, text: str, kind: str
) -> None:
    with reading(app, "en"):
        assert formats.due(NOW + after) == formats.Due(text, kind)


def test_amounts_and_missing_values(app: CountersignApp) -> None:
    with reading(app, "zh"):
        assert formats.money(Decimal("1234567.5")) == "1,234,567.50"
        assert formats.money(None) == formats.moment(None) == formats.day(None) == ""
        assert formats.ago(NOW - timedelta(days=3)) == "3天前"


@pytest.mark.parametrize(
    ("cookie", "asked", "lang"),
    [
        (None, "en-GB,en;q=0.9", "en"),
        (None, "zh-TW", "zh-CN"),
        (None, "fr", "zh-CN"),
        ("en", "zh-CN", "en"),
        ("klingon", "en", "en"),
    ],
)
def test_a_stranger_gets_the_language_of_cookie_or_browser(
    app: CountersignApp, cookie: str | None, asked: str, lang: str
) -> None:
    client = app.test_client()
    if cookie:
        client.set_cookie("language", cookie)

    page = client.get("/sign-in", headers={"Accept-Language": asked}).text

    assert f'<html lang="{lang}"' in page


def test_a_person_keeps_the_chosen_language(sign_in: Callable[[str], FlaskClient]) -> None:
    client = sign_in("owner")
    assert 'lang="en"' in client.get("/nowhere").text

    answer = client.post("/language", data={"language": "zh", "back": "/nowhere"})

    assert answer.location == "/nowhere"
    client.delete_cookie("language")
    assert 'lang="zh-CN"' in client.get("/nowhere").text


def test_an_unknown_language_is_refused(client: FlaskClient) -> None:
    assert client.post("/language", data={"language": "tlh"}).status_code == 422


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "开始事件的事件类型应为无、定时之一，现为信号。"),
        ("en", "Expected start event with one of: none, timer; found signal."),
    ],
)
def test_elements_are_called_by_their_names_not_by_their_tags(
    app: CountersignApp, language: str, said: str
) -> None:
    sentence = Sentence(
        "Expected {type} with one of: {wanted}; found {found}.",
        {"type": "startEvent", "wanted": "none, timer", "found": "signal"},
    )
    with app.test_request_context(headers={"Accept-Language": language}):
        g.actor = None
        assert translate_sentence(sentence) == said


def test_what_was_typed_is_no_name_of_an_element(app: CountersignApp) -> None:
    with app.test_request_context(headers={"Accept-Language": "zh"}):
        g.actor = None
        said = translate_sentence(Sentence("{found}", {"found": "message"}))
    assert said == "message"
