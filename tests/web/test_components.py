"""The shared parts in a real browser: keyboard, bulk, drafts, dialogs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Blueprint, redirect, render_template, request
from playwright.sync_api import Page, expect
from werkzeug.wrappers import Response

from app.core.database import Database
from app.identity import User, hash_password
from app.projects.sample import SAMPLE_PASSWORD
from app.web import CountersignApp
from app.web.context import now

pytestmark = pytest.mark.browser
PASSWORD = "correct horse"
ROWS = [
    ("中小学食堂改造项目", "教育局", "初审", -5),
    ("基层卫生院设备更新项目", "卫健局", "终审", 0),
    ("小型水库除险加固项目", "水利局", "复审", 2),
    ("农村公路养护项目", "交通运输局", "复审", 20),
]


@dataclass
class Received:
    """What the trial server was sent."""

    drafts: list[dict[str, str]] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def received(app: CountersignApp) -> Received:
    """A page of every part, made for this test only."""
    received = Received()
    pages = Blueprint("trial", __name__, template_folder="templates")

    @pages.get("/trial")
    def show() -> str:
        rows = [
            {
                "name": name,
                "unit": unit,
                "step": step,
                "code": f"YS2022-{number:04}",
                "amount": 374 * number,
                "due": now() + timedelta(days=days, hours=1),
            }
            for number, (name, unit, step, days) in enumerate(ROWS, start=1)
        ]
        return render_template("trial_components.html", rows=rows, now=now())

    @pages.post("/trial")
    def take() -> Response:
        received.forms.append(request.form.to_dict())
        return redirect("/trial?taken")

    @pages.post("/trial-draft")
    def draft() -> dict[str, int]:
        received.drafts.append(request.form.to_dict())
        return {"version": len(received.drafts)}

    @pages.get("/trial-diagram")
    def diagram() -> dict[str, object]:
        tokens = [
            {"element": "compile_goals", "state": "passed", "words": ""},
            {"element": "department_review", "state": "live", "words": "张敏 · 10-10 09:00"},
        ]
        return {"xml": Path("bpmn/P_GOAL.bpmn").read_text(encoding="utf-8"), "tokens": tokens}

    app.register_blueprint(pages)
    return received


@pytest.fixture
def open_page(watched: Page, address: str, received: Received) -> Callable[..., Page]:
    def open_page(path: str = "/trial", language: str = "zh", theme: str = "light") -> Page:
        watched.goto(f"{address}/sign-in?next=/trial")
        watched.fill("#username", "owner")
        watched.fill("#password", PASSWORD)
        watched.press("#password", "Enter")
        watched.wait_for_url("**/trial")
        token = watched.locator("[name=csrf_token]").first.input_value()
        for name, value in (("language", language), ("theme", theme)):
            watched.request.post(
                f"{address}/{name}",
                form={name: value, "csrf_token": token},
                max_redirects=0,
            )
        watched.goto(f"{address}{path}")
        watched.wait_for_selector("html[data-ready]")
        return watched

    return open_page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_part_is_accessible_and_fits(
    open_page: Callable[..., Page],
    accessibility_violations: Callable[[Page], list[str]],
    theme: str,
    width: int,
) -> None:
    page = open_page(theme=theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_selector("[data-shown]")

    assert accessibility_violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_the_list_is_walked_and_ticked_by_keyboard(open_page: Callable[..., Page]) -> None:
    page = open_page()

    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")

    expect(page.locator("tr.cs-here")).to_contain_text(ROWS[1][0])
    expect(page.locator("[data-bulk-bar]")).to_contain_text("已选 1 项")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trial?row=2")
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()


def test_a_second_click_sends_nothing(open_page: Callable[..., Page], received: Received) -> None:
    page = open_page()

    page.dblclick("[data-key=a]")
    page.wait_for_url("**/trial?taken")

    assert len(received.forms) == 1


def test_a_draft_is_saved_while_typing(open_page: Callable[..., Page], received: Received) -> None:
    page = open_page()

    page.fill("#goal", "改造老果园")
    expect(page.locator("[data-autosave-state]")).to_contain_text("草稿已于")

    assert [draft["goal"] for draft in received.drafts] == ["改造老果园"]


def test_the_mark_of_bpmn_io_is_visible_and_uncovered(open_page: Callable[..., Page]) -> None:
    page = open_page(theme="dark")
    page.wait_for_selector("[data-shown]")

    for medium in ("screen", "print"):
        page.emulate_media(media=medium)
        mark = page.locator(".bjs-powered-by")
        mark.scroll_into_view_if_needed()
        assert mark.evaluate(
            "mark => { const box = mark.getBoundingClientRect();"
            " return mark.contains(document.elementFromPoint(box.x + 9, box.y + 9)); }"
        )


def test_the_diagram_shows_who_holds_it_in_the_language_of_the_page(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(language="en")

    expect(page.locator(".cs-badge.live")).to_have_text("张敏 · 10-10 09:00")
    expect(page.locator("[data-element-id=department_review]")).to_contain_text("Department")


def test_a_sample_person_is_one_click_away(
    page: Page, address: str, database: Database, app: CountersignApp
) -> None:
    with database.unit_of_work() as session:
        person = session.query(User).filter_by(username="owner").one()
        person.is_sample, person.password_hash = True, hash_password(SAMPLE_PASSWORD)
    page.goto(f"{address}/sign-in")

    page.click("[data-fill-username=owner]")
    page.keyboard.press("Enter")

    page.wait_for_url(lambda url: "sign-in" not in url)
