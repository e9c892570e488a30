"""A ledger and a person's choices of notices in a real browser, by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
STREET_LIGHTS = "YS2023-0008"


def test_the_ledger_and_the_choices_are_usable_by_keyboard(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
) -> None:
    sign_in_as(page, "mgr")
    page.goto(f"{live_server.url}/projects/{STREET_LIGHTS}")
    page.get_by_role("link", name="核验台账").first.press("Enter")
    expect(page.get_by_text("台账完好")).to_be_visible()
    require_accessible(page)

    page.goto(f"{live_server.url}/notices")
    require_accessible(page)
    page.get_by_role("link", name="通知设置").press("Enter")
    require_accessible(page)
    page.get_by_label("邮箱地址").fill("nobody")
    page.keyboard.press("Enter")
    expect(page.get_by_label("邮箱地址")).to_have_value("nobody")
    page.get_by_label("邮箱地址").fill("mgr@bureau.example")
    page.get_by_label("催我办理: 邮件").select_option("never")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("已保存您的设置。")).to_be_visible()
    expect(page.get_by_label("催我办理: 邮件")).to_have_value("never")
