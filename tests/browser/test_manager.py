"""The manager in a real browser: a project moves, the figures follow and open their lists."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.core.installation import read_clock
from app.identity import User, load_actor
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.models import ProcessInstance, UserTask
from app.workflow.states import TaskState
from tests.browser.conftest import LiveServer

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
BOARD = "/board?process=P_GOAL&year=2023"
AMBULANCES = "YS2023-0007"
OPINION = "目标明确，指标可考核，同意安排预算。"


def agree(live_server: LiveServer, code: str, username: str) -> None:
    """Let somebody agree to the one open step of a project, an hour later."""
    checks = dict.fromkeys(("completeness", "relevance", "appropriateness", "feasibility"), "good")
    with live_server.database.unit_of_work() as session:
        task_id = session.scalars(
            select(UserTask.id)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .where(ProcessInstance.subject_code == code, UserTask.state == TaskState.OPEN)
        ).one()
        user_id = session.scalars(select(User.id).where(User.username == username)).one()
        actor = load_actor(session, user_id)
        assert actor is not None
        decision = Decision("agree", {"checks": checks, "grade": "excellent"}, OPINION)
        now = read_clock(session).now() + timedelta(hours=1)
        approve_task(session, task_id, actor, decision, now)


def show(page: Page, live_server: LiveServer, address: str) -> None:
    """Open a page and wait until its script has run."""
    page.goto(f"{live_server.url}{address}")
    page.wait_for_selector("html[data-ready]")


def figure(page: Page, name: str) -> str:
    """The number in the head of a column."""
    head = page.locator(".cs-board thead a").filter(has_text=re.compile(f"^\\s*{name}"))
    return head.locator(".cs-board-count").inner_text()


def test_a_project_moves_and_the_board_follows(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "mgr")
    show(page, live_server, BOARD)
    assert (figure(page, "在办"), figure(page, "终审"), figure(page, "随预算批复")) == (
        "5",
        "1",
        "0",
    )

    page.locator(".cs-board thead a", has_text="终审").click()
    page.wait_for_url("**column=P_GOAL**")
    expect(page.locator("[data-list] tr")).to_have_count(1)
    page.get_by_role("link", name="急救车辆更新").click()
    expect(page.locator(".cs-now-step")).to_have_text("终审")
    expect(page.locator(".djs-element.cs-live[data-element-id=final_review]")).to_be_visible()

    agree(live_server, AMBULANCES, "sec.soc.rev")
    page.reload()

    expect(page.locator(".cs-now-step")).to_have_text("随预算批复")
    expect(page.locator(".djs-element.cs-passed[data-element-id=final_review]")).to_be_visible()
    expect(
        page.locator(".djs-element.cs-live[data-element-id=approve_with_budget]")
    ).to_be_visible()
    expect(page.locator(".cs-timeline > li").nth(1)).to_contain_text(OPINION)
    show(page, live_server, BOARD)
    assert (figure(page, "在办"), figure(page, "终审"), figure(page, "随预算批复")) == (
        "5",
        "0",
        "1",
    )


def test_the_diagram_of_the_called_review_shows_both_branches(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "mgr")
    show(page, live_server, "/projects/YS2023-0003")
    expect(page.locator(".djs-element.cs-live[data-element-id=preliminary]")).to_be_visible()

    page.get_by_role("navigation", name="流程图").get_by_role("link", name="初审").click()

    for step in ("center_desk_review", "third_party_review"):
        expect(page.locator(f".djs-element.cs-live[data-element-id={step}]")).to_be_visible()


def test_figures_and_projects_open_from_the_keyboard(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "mgr")
    show(page, live_server, BOARD)

    page.locator(".cs-board thead a", has_text="初审意见").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**preliminary_review**")
    expect(page.locator("[data-list] tr")).to_have_count(2)
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("j")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("农村公路安防")


def test_a_filter_works_when_it_is_chosen_and_keeps_the_others(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "mgr")
    show(page, live_server, "/board?process=P_MONITOR&year=2022&overdue=1")

    page.get_by_label("支出科室").select_option("AGR")
    page.wait_for_url("**section=AGR**")

    expect(page.get_by_label("逾期")).to_be_checked()
    assert "text=" not in page.url
    assert int(figure(page, "在办")) < 93


def test_the_manager_verifies_the_ledger_from_the_page(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "mgr")
    show(page, live_server, "/projects/YS2023-0008")

    page.get_by_role("link", name="核验").click()

    expect(page.locator(".cs-notice.ok")).to_be_visible()
    assert page.url.endswith("/ledger")


def test_the_center_appoints_an_agency_in_a_dialog(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "ctr.head")
    show(page, live_server, "/projects/YS2023-0001")

    page.locator("[data-open-dialog=appoint]").click()
    page.get_by_role("dialog").get_by_role("combobox").select_option("TPB")
    page.get_by_role("dialog").locator("button.btn-primary").click()

    expect(page.locator(".cs-notice.ok")).to_be_visible()


@pytest.mark.parametrize(
    "address",
    [
        BOARD,
        "/board?process=P_MONITOR&year=2022&column=end/end_accepted",
        "/board?year=abc",
        "/projects?year=2022",
        "/projects/YS2023-0003",
        "/projects/YS2023-0008",
        "/projects/YS2023-0008/letters/绩批-YS2023-0008-3",
    ],
)
@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_every_page_is_accessible_and_fits(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
    address: str,
    width: int,
    theme: str,
) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    sign_in_as(page, "mgr")
    page.context.add_cookies([{"name": "theme", "value": theme, "url": live_server.url}])

    show(page, live_server, address)

    require_accessible(page)
    fits = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(f"() => {fits}")
