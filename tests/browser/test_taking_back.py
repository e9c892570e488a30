"""Taking back in a real browser: undo by keyboard, withdraw by mouse, suspend and resume."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.identity import User
from app.workflow.models import ProcessInstance, UserTask
from tests.browser.conftest import LiveServer
from tests.queues import department_queue

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
REASON = "填报口径有误,需要重新核对后再报送。"


def ready(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_selector("html[data-ready]")


def test_an_agreement_is_undone_by_keyboard_alone(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    queue = department_queue(live_server.database)
    sign_in_as(page, queue.reviewer)
    ready(page, f"{live_server.url}/inbox?tab=groups")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-ready]")
    task = page.url
    page.get_by_label("一致", exact=True).check()
    page.get_by_label("无偏差").check()
    page.get_by_role("button", name="同意").press("Enter")
    expect(page.get_by_role("button", name="撤销")).to_be_visible()

    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "撤销":
            break
    page.keyboard.press("Enter")

    expect(page.get_by_text("已撤销。本环节已回到您手中")).to_be_visible()
    assert page.url.partition("?")[0] == task.partition("?")[0]
    expect(page.get_by_label("一致", exact=True)).to_be_checked()
    expect(page.get_by_role("button", name="同意")).to_be_visible()


def test_an_item_is_withdrawn_by_mouse_and_opens_again(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    row = department_queue(live_server.database).rows[0]
    with live_server.database.unit_of_work(write=False) as session:
        query = (
            select(User.username, UserTask.id)
            .join(ProcessInstance, ProcessInstance.started_by_id == User.id)
            .join(UserTask, UserTask.instance_id == ProcessInstance.id)
            .where(ProcessInstance.subject_zh == row.name.zh, UserTask.state == "open")
        )
        clerk, task_id = session.execute(query).one()
    sign_in_as(page, clerk)
    ready(page, f"{live_server.url}/tasks/{task_id}")

    page.get_by_text("更多").click()
    page.get_by_role("link", name="撤回事项").click()
    dialog = page.get_by_role("dialog", name="撤回事项")
    dialog.get_by_label("理由").fill("短")
    dialog.get_by_role("button", name="撤回").click()
    expect(dialog.get_by_label("理由")).to_have_value("短")  # refused, and kept
    dialog.get_by_label("理由").fill(REASON)
    dialog.get_by_role("button", name="撤回").click()

    expect(page.get_by_text("已撤回。首个环节已重新打开。")).to_be_visible()
    page.locator(".cs-where").get_by_role("link").first.click()
    page.wait_for_selector("html[data-ready]")
    expect(page.get_by_text("第 2 轮").first).to_be_visible()
    expect(page.locator("#task-form")).to_be_visible()
