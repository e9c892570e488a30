"""Asking, answering and deciding in a real browser, by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
QUESTION = "请说明救护车购置单价的测算依据。"
ANSWER = "按三家供应商询价的平均价测算。"


def press_until(page: Page, words: str) -> None:
    """Tab to the control whose text begins so."""
    for _ in range(120):
        page.keyboard.press("Tab")
        said = page.evaluate("document.activeElement.innerText || ''")
        if str(said).strip().startswith(words):
            return
    pytest.fail(f"No control “{words}” within reach of the Tab key.")


def open_item(page: Page, live_server: LiveServer) -> None:
    """Show the ambulances' final review."""
    page.goto(f"{live_server.url}/inbox?tab=groups&text=YS2023-0007")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/**")
    page.wait_for_selector("html[data-ready]")


def test_ask_answer_and_decide_by_keyboard(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "sec.soc.rev")
    open_item(page, live_server)
    task = page.url.partition("?")[0]
    press_until(page, "更多")
    page.keyboard.press("Enter")
    press_until(page, "询问")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="询问")
    expect(dialog).to_be_visible()
    dialog.get_by_label("问题").focus()
    page.keyboard.type(QUESTION)
    press_until(page, "提问")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已提问。")).to_be_visible()
    expect(page.locator(".cs-where")).to_contain_text("等待答复")

    page.context.clear_cookies()
    sign_in_as(page, "d02u1.clerk")
    page.goto(f"{live_server.url}/inbox")
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_role("heading", name="向我提出的问题")).to_be_visible()
    press_until(page, "急救车辆更新")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/**")
    expect(page.locator(".cs-question")).to_contain_text(QUESTION)
    page.get_by_label("答复").focus()
    page.keyboard.type(ANSWER)
    press_until(page, "答复")
    page.keyboard.press("Enter")
    expect(page.get_by_text("已答复，")).to_be_visible()

    page.context.clear_cookies()
    sign_in_as(page, "sec.soc.rev")
    page.goto(task)
    page.wait_for_selector("html[data-ready]")
    expect(page.locator(".cs-where")).not_to_contain_text("等待答复")
    expect(page.locator("#panel-history")).to_contain_text(ANSWER)
    for name in ("checks.completeness", "checks.relevance", "checks.appropriateness"):
        page.locator(f'[name="{name}"][value="good"]').focus()
        page.keyboard.press("Space")
    page.locator('[name="checks.feasibility"][value="good"]').focus()
    page.keyboard.press("Space")
    page.locator('[name="grade"][value="excellent"]').focus()
    page.keyboard.press("Space")
    press_until(page, "同意")
    page.keyboard.press("Enter")
    expect(page.locator(".cs-notice.ok")).to_contain_text("终审 · 同意")
