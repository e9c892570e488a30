"""Staff at work in a real browser: keys, mouse, two people at once, no script, a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import LiveServer
from tests.browser.faults import Faults
from tests.queues import department_queue

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
REASON = "指标值没有测算依据，请补充测算过程后再报送。"


def open_inbox(page: Page, live_server: LiveServer, tab: str = "mine") -> None:
    """Show one box of the inbox."""
    page.goto(f"{live_server.url}/inbox?tab={tab}")
    page.wait_for_selector("html[data-ready]")


def open_first(page: Page, live_server: LiveServer, tab: str = "mine") -> None:
    """Show the most urgent task of a box."""
    open_inbox(page, live_server, tab)
    page.locator("[data-list] a").first.click()
    page.wait_for_selector("html[data-ready]")


def answer_monitoring_review(page: Page) -> None:
    """Tick what the department finds."""
    page.get_by_label("一致", exact=True).check()
    page.get_by_label("无偏差").check()


def test_tasks_are_claimed_by_keyboard_alone(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    queue = department_queue(live_server.database)
    sign_in_as(page, queue.reviewer)
    open_inbox(page, live_server, "groups")

    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-bulk-count]")).to_have_text("2")
    page.keyboard.press("c")

    expect(page.get_by_text("已领取 2 项任务。")).to_be_visible()
    open_inbox(page, live_server)
    expect(page.locator("[data-list] tr")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(queue.rows[0].name.zh)


def test_search_and_filters_work_from_the_keyboard(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "sec.edu.rev")
    open_inbox(page, live_server, "done")

    page.keyboard.press("/")
    page.keyboard.type("教师培训")
    page.keyboard.press("Enter")
    page.wait_for_url("**text=**")
    expect(page.locator("[data-list] tr").first).to_contain_text("教师培训")
    page.get_by_label("重点项目").check()
    page.wait_for_url("**key=1**")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="键盘操作")).to_be_visible()


def test_agreeing_leads_to_the_next_task(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    queue = department_queue(live_server.database)
    first, following = queue.rows[:2]
    sign_in_as(page, queue.reviewer)
    open_first(page, live_server, "groups")
    answer_monitoring_review(page)

    page.get_by_role("button", name="同意").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(following.name.zh)
    expect(page.locator(".cs-notice.ok")).to_contain_text(f"{first.name.zh} · 部门审核 · 同意")
    page.locator(".cs-notice.ok a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(first.name.zh)
    expect(page.locator(".cs-where")).to_contain_text("支出科室审核")


def test_a_refused_form_leads_to_the_first_trouble(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, department_queue(live_server.database).reviewer)
    open_first(page, live_server, "groups")
    page.get_by_label("核对说明").fill("先写下来")

    page.get_by_role("button", name="同意").click()

    expect(page.get_by_role("alert")).to_contain_text("必填，尚未填写")
    expect(page.locator("[aria-invalid=true]").first).to_be_focused()
    expect(page.get_by_label("核对说明")).to_have_value("先写下来")


def test_a_return_opens_with_the_opinion_and_keeps_a_short_reason(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, department_queue(live_server.database).reviewer)
    open_first(page, live_server, "groups")
    page.get_by_role("textbox", name="意见").fill("太短")
    page.get_by_role("button", name="退回…").click()
    dialog = page.get_by_role("dialog", name="退回至前面的环节")
    expect(dialog.get_by_label("理由")).to_have_value("太短")

    dialog.get_by_role("button", name="退回", exact=True).click()
    expect(dialog).to_contain_text("理由应为 10 至 4000 个字")
    expect(dialog.get_by_label("理由")).to_have_value("太短")
    dialog.get_by_label("理由").fill(REASON)
    dialog.get_by_role("button", name="退回", exact=True).click()

    expect(page.locator(".cs-notice.ok")).to_contain_text("已退回至“监控填报”")


def test_rows_come_and_go_with_the_sums_and_the_draft_is_kept(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "d11u1.clerk")
    open_first(page, live_server)
    total = page.locator("[data-path=weight_total]")
    expect(total).to_have_text("85.00")

    page.get_by_role("button", name="添加一行").nth(1).click()
    row = page.locator("[data-form-rows=indicators] [data-row]").last
    expect(row.locator("select").first).to_be_focused()
    row.get_by_label("一级指标").select_option("benefit")
    expect(row.locator("select").nth(1).locator("option:not([hidden])")).to_have_count(5)
    row.get_by_label("计算符号").select_option(label="定性")
    expect(row.get_by_label("指标值", exact=True)).to_be_hidden()
    row.get_by_label("分值").fill("5")
    expect(total).to_have_text("90.00")
    expect(page.locator("[data-autosave-state]")).to_have_attribute("data-state", "saved")

    page.reload()
    expect(total).to_have_text("90.00")
    page.locator("[data-form-rows=indicators] [data-drop-row]").last.click()
    expect(total).to_have_text("85.00")
    expect(page.locator("[data-form-rows=indicators] [data-row]")).to_have_count(7)


def test_a_file_goes_up_and_can_be_taken_out_again(
    page: Page, live_server: LiveServer, sign_in_as: SignIn, faults: Faults
) -> None:
    sign_in_as(page, "d11u1.clerk")
    open_first(page, live_server)
    chooser = page.locator("[data-files] input[type=file]")

    chooser.set_input_files(
        {"name": "承诺书.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    expect(page.get_by_role("link", name="承诺书.pdf")).to_be_visible()
    chooser.set_input_files(
        {"name": "run.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
    )
    expect(page.locator("[data-file-state]")).to_contain_text("只接受以下类型的文件")
    assert faults.take("422")
    page.get_by_role("button", name="移除 承诺书.pdf").click()
    expect(page.get_by_role("link", name="承诺书.pdf")).to_have_count(0)


def test_a_task_is_transferred_to_a_colleague_found_by_name(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "ctr.rev2")
    open_first(page, live_server)
    page.get_by_role("button", name="转办…").click()
    dialog = page.get_by_role("dialog", name="转办给同事")

    dialog.locator("#receiver").press_sequentially("ctr.rev3")
    expect(page.locator("#receivers option")).to_have_count(1)
    dialog.get_by_label("理由").fill(REASON)
    dialog.get_by_role("button", name="转办", exact=True).click()

    expect(page.get_by_text("都办完了，没有待办事项。")).to_be_visible()
    expect(page.locator(".cs-notice.ok")).to_contain_text("已转办给")


def test_who_comes_second_can_copy_what_was_typed(
    browser: Browser, page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "ctr.rev3")
    open_first(page, live_server, "groups")
    page.get_by_role("textbox", name="意见").fill("我已经写了很长的一段意见。")
    other = browser.new_page(locale="zh-CN")
    sign_in_as(other, "ctr.rev2")
    other.goto(page.url)
    other.get_by_role("button", name="领取", exact=True).click()
    expect(other.get_by_text("您已领取该任务")).to_be_visible()
    other.close()

    page.get_by_role("button", name="同意", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("已由孙美玲于")
    expect(page.locator(".cs-orphaned")).to_contain_text("我已经写了很长的一段意见。")
    expect(page.get_by_role("button", name="同意", exact=True)).to_have_count(0)


def test_the_diagram_shows_the_live_token(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "ctr.rev1")
    open_first(page, live_server)

    page.get_by_role("tab", name="流程图").click()

    expect(page.locator(".cs-diagram[data-shown]")).to_have_count(2)
    expect(page.locator(".cs-badge").first).to_contain_text("陈世杰 · 09-")
    expect(page.locator("g.djs-element.cs-live")).to_have_count(3)
    page.get_by_role("tab", name="流程图").press("ArrowRight")
    expect(page.get_by_role("tab", name="附件")).to_be_focused()


def test_a_copy_is_read_when_its_page_is_seen(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "d06.head")
    open_inbox(page, live_server, "copied")
    expect(page.locator("[data-list] tr")).to_contain_text("新")

    page.locator("[data-list] a").first.click()
    page.wait_for_selector("html[data-ready]")
    page.wait_for_load_state("networkidle")

    open_inbox(page, live_server, "copied")
    expect(page.locator("[data-list] tr")).not_to_contain_text("新")


def test_the_main_path_works_without_a_script(
    browser: Browser, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    sign_in_as(page, department_queue(live_server.database).reviewer)
    page.goto(f"{live_server.url}/inbox?tab=groups")
    page.locator("tbody a").first.click()
    answer_monitoring_review(page)
    page.get_by_role("textbox", name="意见").fill(REASON)

    page.get_by_role("button", name="退回…").click()
    expect(page.locator("#return-dialog")).to_be_visible()
    page.locator("#return-reason").fill(REASON)
    page.locator("#return-dialog").get_by_role("button", name="退回", exact=True).click()
    expect(page.locator(".cs-notice.ok")).to_contain_text("已退回至")
    answer_monitoring_review(page)
    page.get_by_role("button", name="同意").click()
    expect(page.locator(".cs-notice.ok")).to_contain_text("同意")
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_pages_are_accessible_and_fit(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
    theme: str,
    width: int,
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])
    sign_in_as(page, "d11u1.clerk")
    open_first(page, live_server)
    page.get_by_role("button", name="添加一行").first.click()
    require_fit(page, require_accessible)
    for tab in ("流程图", "附件", "台账"):
        page.get_by_role("tab", name=tab).click()
        require_fit(page, require_accessible)
    for name in ("transfer",):
        page.locator(f"[data-open-dialog={name}-dialog]").click()
        require_fit(page, require_accessible)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="提交").click()
    page.wait_for_selector("[role=alert]")
    require_fit(page, require_accessible)
    for path in ("/inbox?tab=mine", "/inbox?tab=started", "/inbox?tab=copied", "/notices"):
        page.goto(live_server.url + path)
        require_fit(page, require_accessible)


def require_fit(page: Page, require_accessible: Callable[[Page], None]) -> None:
    """Nothing for axe to find, and nothing wider than the window."""
    require_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_no_english_is_left_on_a_chinese_page(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "sec.soc.rev")
    open_first(page, live_server, "groups")

    text = page.locator("main").inner_text() + page.locator(".cs-nav").inner_text()

    left = re.sub(
        r"[A-Z]{2}\d{4}-\d{4}|[A-Za-z0-9.]*\d[A-Za-z0-9.]*|/ [A-Z][A-Za-z '&-]+|BPMN\S*", "", text
    )
    assert not re.findall(r"[A-Za-z]{4,}", left)
