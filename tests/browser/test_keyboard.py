"""A queue cleared by the keyboard alone: a few keys for each item, and the next comes by itself."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer
from tests.queues import department_queue

pytestmark = pytest.mark.browser


def test_a_queue_is_cleared_by_a_few_keys_each(
    page: Page, live_server: LiveServer, sign_in_as: Callable[[Page, str], None]
) -> None:
    # given the list of a department, opened at its first line
    queue = department_queue(live_server.database)
    first, second = queue.rows[:2]
    sign_in_as(page, queue.reviewer)
    page.goto(f"{live_server.url}/inbox?tab=groups")
    page.wait_for_selector("html[data-ready]")
    keys = page.keyboard
    keys.press("j")
    keys.press("Enter")
    expect(page.locator("h1")).to_have_text(first.name.zh)

    # when two questions are answered and it is agreed to, without the mouse and without claiming
    page.wait_for_selector("html[data-ready]")
    keys.press("f")
    keys.press("Space")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Control+Enter")

    # then the next one is there
    expect(page.locator(".cs-notice.ok")).to_be_visible()
    expect(page.locator("h1")).to_have_text(second.name.zh)
    # and the key for a return opens its dialog, where Ctrl+Enter asks for what is missing
    page.wait_for_selector("html[data-ready]")
    keys.press("b")
    expect(page.locator("#return-dialog")).to_be_visible()
    keys.press("Control+Enter")
    expect(page.locator("#return-dialog [aria-invalid=true]").first).to_be_visible()
