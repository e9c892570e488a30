"""A reviewer declares a conflict of interest from the task, and withdraws it on the own page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
WHY = "配偶在该单位任职"


@pytest.mark.parametrize("width", [1440, 390])
def test_declare_from_the_task_and_withdraw_on_the_own_page(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
    width: int,
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_in_as(page, "ctr.rev1")
    page.goto(f"{live_server.url}/inbox?tab=mine")
    page.locator("tbody a").first.click()
    page.wait_for_selector("html[data-ready]")

    page.locator(".cs-actions .cs-more > summary").click()
    page.get_by_role("button", name="申报利益冲突并回避").click()
    dialog = page.get_by_role("dialog", name="申报利益冲突并回避")
    dialog.get_by_text("近亲属在此任职").click()
    dialog.get_by_label("简要说明").fill(WHY)
    require_accessible(page)
    dialog.get_by_role("button", name="申报并回避").click()
    expect(page.locator(".cs-notice.ok")).to_contain_text("同岗位的其他人可以领取")

    page.goto(f"{live_server.url}/staff")
    page.get_by_role("link", name="利益冲突申报").click()
    row = page.locator("tbody tr").filter(has_text=WHY)
    expect(row).to_contain_text("有效")
    require_accessible(page)
    row.get_by_text("撤销…").click()
    row.get_by_label("为何不再存在").fill("配偶已调离该单位")
    row.get_by_role("button", name="撤销申报").click()
    expect(row).to_contain_text("配偶已调离该单位")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
