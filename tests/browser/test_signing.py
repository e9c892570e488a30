"""One step signed by several, in a browser: by keyboard, by mouse, and without a script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.projects.sample.journeys import DEMO_NOW
from tests.browser.conftest import LiveServer
from tests.workflow.conftest import Office
from tests.workflow.rounds import Round, begin_round

SignIn = Callable[..., None]
REASON = "请先核对差旅费的测算依据。"


@pytest.fixture
def review(live_server: LiveServer) -> Round:
    """A countersign of three, in which one may abstain."""
    office = Office(live_server.database, DEMO_NOW)
    return begin_round(office, mode="all", abstain="yes")


def open_step(page: Page, live_server: LiveServer, review: Round) -> None:
    page.goto(f"{live_server.url}/tasks/{review.task}")


def test_a_signer_is_added_and_removed_by_mouse(
    page: Page, live_server: LiveServer, sign_in_as: SignIn, review: Round
) -> None:
    sign_in_as(page, "ctr.rev1")
    open_step(page, live_server, review)
    page.get_by_text("更多").click()
    page.get_by_role("button", name="加签…").click()
    dialog = page.get_by_role("dialog", name="加签")
    dialog.get_by_label("由谁签署？").fill("perf.ex1")
    dialog.get_by_text("会加签").click()
    dialog.get_by_label("理由").fill("急")
    dialog.get_by_role("button", name="加签").click()

    expect(page.get_by_role("dialog", name="加签").locator(".cs-problem")).to_be_visible()
    page.get_by_role("dialog", name="加签").get_by_label("理由").fill(REASON)
    page.get_by_role("dialog", name="加签").get_by_role("button", name="加签").click()

    panel = page.get_by_role("region", name="签署情况")
    expect(panel).to_contain_text("需 4，共 4")
    panel.get_by_role("button", name="移除").click()
    expect(page.get_by_role("region", name="签署情况")).to_contain_text("需 3，共 3")
    assert review.seats()["perf.ex1"] == "removed"


def test_an_opinion_is_asked_for_and_given_by_keyboard_alone(
    page: Page, live_server: LiveServer, sign_in_as: SignIn, review: Round
) -> None:
    sign_in_as(page, "ctr.rev1")
    open_step(page, live_server, review)
    page.locator("summary", has_text="更多").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="委派…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="委派提意见")).to_be_visible()
    page.locator("[name='act:delegate_person']").focus()
    page.keyboard.type("perf.ex1")
    page.keyboard.press("Tab")
    page.keyboard.type(REASON)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".cs-notice.ok")).to_contain_text("已委派")

    page.context.clear_cookies()
    sign_in_as(page, "perf.ex1")
    open_step(page, live_server, review)
    expect(page.get_by_role("button", name="同意")).to_have_count(0)
    page.get_by_role("textbox", name="您的意见").focus()
    page.keyboard.type("差旅费偏高,建议压减。")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".cs-notice.ok")).to_contain_text("已提交意见")

    page.context.clear_cookies()
    sign_in_as(page, "ctr.rev1")
    open_step(page, live_server, review)
    expect(page.get_by_role("region", name="签署情况")).to_contain_text("已提意见")
    page.get_by_role("button", name="弃权").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".cs-notice.ok")).to_contain_text("已弃权")
    assert review.seats()["ctr.rev1"] == "abstained"
