"""The approval sheet in a real browser: opened, printed, verified."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer
from tests.web.papers import codes_in, text_of

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
STREET_LIGHTS = "YS2023-0008"


def test_a_manager_opens_prints_and_verifies_a_sheet(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    sign_in_as(page, "mgr")
    page.goto(f"{live_server.url}/projects/{STREET_LIGHTS}")
    page.get_by_role("link", name="审批单").click()
    expect(page.get_by_role("heading", name="绩效目标审核审批单")).to_be_visible()
    expect(page.locator(".cs-sheet")).to_contain_text("节能效益缺少测算依据")
    require_accessible(page)

    printed = page.pdf(format="A4")
    assert "节能效益缺少测算依据" in text_of(printed)
    assert "通知" not in text_of(printed)  # the paper has no navigation

    picture = tmp_path / "sheet.png"
    page.screenshot(path=picture, full_page=True)
    (address,) = codes_in(picture)
    page.context.clear_cookies()
    page.goto(address)
    expect(page.get_by_text("属实。")).to_be_visible()
    expect(page.locator("main")).to_contain_text(STREET_LIGHTS)
    require_accessible(page)


def test_the_pdf_is_downloaded_from_the_page(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "mgr")
    page.goto(f"{live_server.url}/projects/{STREET_LIGHTS}")
    page.get_by_role("link", name="审批单").press("Enter")
    href = page.get_by_role("link", name="PDF").get_attribute("href")

    answer = page.request.get(f"{live_server.url}{href}")

    assert answer.headers["content-type"] == "application/pdf"
    assert "绩效目标审核审批单" in text_of(answer.body())
