"""A return as a checklist in a real browser: three points, three answers, and a look at them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveServer

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
NAME = "急救车辆更新"


def open_task(page: Page, live_server: LiveServer, name: str = NAME) -> None:
    """The task of a project, from whichever box it lies in."""
    for tab in ("mine", "groups"):
        page.goto(f"{live_server.url}/inbox?tab={tab}")
        page.wait_for_selector("html[data-ready]")
        link = page.locator("[data-list] a", has_text=name)
        if link.count():
            link.first.click()
            page.wait_for_selector("html[data-ready]")
            return
    raise AssertionError(f"Expected a task of {name}, found none.")


def test_three_points_are_asked_answered_and_checked(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
) -> None:
    sign_in_as(page, "sec.soc.rev")
    open_task(page, live_server)
    field = page.locator("[data-material] [data-field=annual_goal]")
    field.hover()
    field.get_by_role("button", name="就此提出退回要点").click()
    dialog = page.get_by_role("dialog", name="退回至前面的环节")
    rows = dialog.locator("[data-points] [data-row]")
    expect(rows.nth(0).get_by_label("字段")).to_have_value("annual_goal")
    rows.nth(0).get_by_label("理由").select_option("goal_unclear")
    rows.nth(0).get_by_label("需要修改什么").fill("请写明响应时间")
    for place, (reason, path) in enumerate(
        (("target_without_basis", "indicators.3.target"), ("evidence_missing", "")), start=1
    ):
        dialog.get_by_role("button", name="添加一条").click()
        rows.nth(place).get_by_label("理由").select_option(reason)
        rows.nth(place).get_by_label("字段").select_option(path)
    # The map: the chosen step is marked, and a click on another one chooses that.
    drawn = dialog.locator("[data-returns-of=P_GOAL][data-shown]")
    expect(drawn.locator("[data-element-id=compile_goals].cs-chosen")).to_have_count(1)
    expect(drawn.locator("[data-element-id=department_review].cs-again")).to_have_count(1)
    drawn.locator("[data-element-id=re_examination] .djs-hit-all").click()
    expect(dialog.get_by_role("radio", name="复审")).to_be_checked()
    expect(drawn.locator("[data-element-id=compile_goals].cs-kept")).to_have_count(1)
    dialog.get_by_role("radio", name="编制目标").check()
    require_accessible(page)
    dialog.get_by_role("button", name="退回", exact=True).click()

    page.context.clear_cookies()
    sign_in_as(page, "d02u1.clerk")
    open_task(page, live_server)
    checklist = page.locator("#checklist")
    expect(checklist.locator("li")).to_have_count(3)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert")).to_contain_text("第 3 条：请勾选")
    require_accessible(page)
    checklist.get_by_role("checkbox").nth(0).check()
    checklist.get_by_role("textbox").nth(0).fill("已补充")
    checklist.get_by_role("checkbox").nth(1).check()
    checklist.get_by_role("textbox").nth(2).fill("该项无需佐证，见说明")
    goal = page.locator("[name=annual_goal]")
    goal.fill(goal.input_value() + "响应时间不超过15分钟。")
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".cs-notice.ok")).to_contain_text(NAME)

    page.context.clear_cookies()
    sign_in_as(page, "sec.soc.rev")
    page.goto(f"{live_server.url}/inbox?tab=done")
    page.locator("[data-list] a", has_text=NAME).first.click()
    page.locator("#tab-changes").click()
    panel = page.locator("#panel-changes")
    expect(panel).to_contain_text("自您")
    expect(panel).to_contain_text("已补充")
    expect(panel).to_contain_text("该项无需佐证，见说明")
    expect(panel).to_contain_text("响应时间不超过15分钟")
