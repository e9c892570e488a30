"""Moving what waits for somebody to somebody else: a leaver's work, and one place among several."""

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.identity import User
from app.projects.sample.journeys import DEMO_NOW
from tests.browser.conftest import LiveServer
from tests.workflow.conftest import Office
from tests.workflow.drawn import agree, begin, deploy, seats
from tests.workflow.rounds import begin_round

SignIn = Callable[..., None]
REASON = "调离本科室，工作全部移交给同事。"
LEAVER, DECIDED, FREE = "perf.ex1", "perf.ex2", "perf.ex3"


@pytest.fixture
def office(live_server: LiveServer) -> Office:
    """The verbs on the database of the pages."""
    return Office(live_server.database, DEMO_NOW)


@pytest.fixture
def items(office: Office) -> list[UUID]:
    """Two that duties keep `DECIDED` out of, then more than are sent at once."""
    deploy(office, f"start s\nstep first assignee={DECIDED}\n"
                   f"step review assignee={LEAVER} appr.exclude=first\nend e\n"
                   "s > first > review > e")  # fmt: skip
    refusing = [begin(office, number) for number in range(2)]
    for item in refusing:
        agree(office, item, "first", DECIDED)
    deploy(office, f"start s\nstep review assignee={LEAVER}\nend e\ns > review > e", "P_CLEAN")
    return [*refusing, *(begin(office, number, key="P_CLEAN") for number in range(6))]


def holders(office: Office, items: list[UUID]) -> list[str | None]:
    return [next(e.holder for e in seats(office, i) if e.state == "open") for i in items]


def test_a_leavers_work_moves_a_few_at_a_time_and_the_refused_goes_to_another(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    office: Office,
    items: list[UUID],
    require_accessible: Callable[[Page], None],
) -> None:
    sign_in_as(page, "admin")
    with live_server.database.unit_of_work(write=False) as session:
        leaver = session.scalars(select(User.id).where(User.username == LEAVER)).one()
    page.goto(f"{live_server.url}/staff/{leaver}")
    page.get_by_role("link", name="移交待办…").click()
    page.wait_for_selector("html[data-ready]")
    require_accessible(page)
    total = page.locator("[name=item]:checked").count()

    page.locator("#receiver").press_sequentially(DECIDED)
    expect(page.locator("#receivers option")).to_have_count(1)
    page.get_by_label("理由").fill(REASON)
    page.get_by_role("button", name=f"移交 {total} 项任务").click()

    state = page.locator("[data-batch-state]")
    expect(state).to_contain_text("完成：已办理")
    dropped = page.locator("tr.cs-dropped")
    expect(dropped.first).to_contain_text("须由不同人员办理")
    assert holders(office, items) == [LEAVER] * 2 + [DECIDED] * 6

    left = dropped.count()
    for each in dropped.all():
        each.locator("[name=item]").check()
    page.locator("#receiver").fill(FREE)
    page.get_by_role("button", name=f"移交 {left} 项任务").click()
    expect(state).to_contain_text(f"已办理 {total} 项，未办理 0 项")
    assert holders(office, items) == [FREE] * 2 + [DECIDED] * 6


def test_a_manager_chooses_whose_place_moves(
    page: Page, live_server: LiveServer, sign_in_as: SignIn, office: Office
) -> None:
    review = begin_round(office, mode="all")
    sign_in_as(page, "mgr")
    page.goto(f"{live_server.url}/tasks/{review.task}")
    page.locator('[data-open-dialog="transfer-dialog"]').click()
    dialog = page.get_by_role("dialog", name="转办给同事")
    dialog.locator("#receiver").fill(FREE)
    dialog.get_by_label("理由").fill(REASON)
    dialog.get_by_role("button", name="转办", exact=True).click()
    expect(dialog.get_by_text("请选择要转办谁的任务。")).to_be_visible()

    dialog.get_by_label("转办谁的任务？").select_option(str(review.seat("ctr.rev2").id))
    dialog.get_by_role("button", name="转办", exact=True).click()

    expect(page.locator(".cs-notice.ok")).to_contain_text("已转办给")
    assert review.seats()["ctr.rev2"] == "transferred"
    assert review.seats()[FREE] == "open"
