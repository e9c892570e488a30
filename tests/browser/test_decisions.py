"""Deciding in a real browser: ten tasks at once by keyboard, a drawn signature, phrases."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.identity import User, load_actor
from app.projects.launch import start_goal_review
from app.projects.models import Project
from app.projects.sample.journeys import DEMO_NOW
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, UserTask, Vote
from tests.batches import undemanding_forms, waiting_reports
from tests.browser.conftest import LiveServer
from tests.browser.faults import Faults
from tests.workflow.test_signatures import with_demands

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
WHO = "ctr.rev1"


@pytest.fixture
def signing_task(live_server: LiveServer) -> tuple[str, str]:
    """Who declares a goal, and the address of the task; sending it is signed by hand."""
    diagram = with_demands(("appr.sign", "drawn"), step=b"compile_goals")
    with live_server.database.unit_of_work() as session:
        deploy_definition(session, None, diagram, "", DEMO_NOW)
    with live_server.database.unit_of_work() as session:
        started = select(ProcessInstance.subject_code)
        project = session.scalars(
            select(Project).where(Project.fiscal_year == 2023, Project.code.not_in(started))
        ).first()
        assert project is not None
        who = f"{project.unit_code.lower()}.clerk"
        clerk = load_actor(session, session.scalars(select(User.id).filter_by(username=who)).one())
        assert clerk is not None
        item = start_goal_review(session, project, clerk, DEMO_NOW)
        task = session.scalars(select(UserTask.id).where(UserTask.instance_id == item)).one()
    return who, f"/tasks/{task}"


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-ready]")


def test_ten_tasks_are_approved_at_once_by_keyboard(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    undemanding_forms(live_server.database, tmp_path / "forms")
    waiting_reports(live_server.database, WHO, everywhere=True)
    sign_in_as(page, WHO)
    open_page(page, f"{live_server.url}/inbox?tab=groups&process=P_MONITOR")
    for _ in range(10):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("[data-bulk-count]")).to_have_text("10")
    page.keyboard.press("a")

    page.wait_for_url("**/inbox/batch?**")
    page.wait_for_selector("html[data-ready]")
    clean = page.locator("input[name=item]").count()
    assert clean >= 6
    require_accessible(page)
    page.locator("#opinion").focus()
    page.keyboard.type("材料一致，")
    page.locator("[data-phrases] summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("2")
    expect(page.locator("#opinion")).to_have_value("材料一致，指标有依据、可核查，同意。")
    page.keyboard.press("Tab")  # to the picker, then to the button
    page.get_by_role("button", name=f"通过 {clean} 项").focus()
    page.keyboard.press("Enter")

    expect(page.locator("[data-batch-state]")).to_have_text(
        f"完成：已办理 {clean} 项，未办理 0 项。"
    )
    expect(page.get_by_role("link", name="返回待办")).to_be_focused()
    expect(page.locator("progress")).to_have_js_property("value", clean)
    with live_server.database.unit_of_work(write=False) as session:
        query = select(Vote).where(Vote.batch_id.is_not(None))
        votes = session.scalars(query).all()
    assert {each.opinion for each in votes} == {"材料一致，指标有依据、可核查，同意。"}
    assert len(votes) == clean
    page.reload()
    expect(page.get_by_role("heading", name=f"已办理 {clean} 项")).to_be_visible()


def test_a_section_clears_its_pile_by_mouse(
    page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "sec.agr.rev")
    open_page(page, f"{live_server.url}/inbox?tab=groups&process=P_MONITOR")
    page.locator("[data-bulk-all]").check()
    page.locator('[data-bulk-bar] button[value="approve"]').click()
    page.wait_for_url("**/inbox/batch?**")
    page.wait_for_selector("html[data-ready]")
    clean = page.locator("input[name=item]").count()
    assert clean >= 20
    apart = page.locator(".cs-batch-why")
    expect(apart.first).to_contain_text("必填，尚未填写")
    left = apart.count()
    page.locator("#opinion").fill("监控数据可信，同意通过。")
    page.get_by_role("button", name=f"通过 {clean} 项").click()

    expect(page.locator("[data-batch-state]")).to_have_text(
        f"完成：已办理 {clean} 项，未办理 0 项。"
    )
    expect(page.locator("progress")).to_have_js_property("value", clean)
    with live_server.database.unit_of_work(write=False) as session:
        query = select(LedgerEntry).where(LedgerEntry.from_state.like("open, batch %"))
        assert len(session.scalars(query).all()) == clean
    page.get_by_role("link", name="返回待办").click()
    expect(page.locator("input[name=task]")).to_have_count(left)


def test_a_lost_connection_loses_nothing(
    page: Page, live_server: LiveServer, sign_in_as: SignIn, tmp_path: Path, faults: Faults
) -> None:
    undemanding_forms(live_server.database, tmp_path / "forms")
    tasks = waiting_reports(live_server.database, WHO, everywhere=True)[:12]
    sign_in_as(page, WHO)
    asked = "&".join(f"task={task}" for task in tasks)
    open_page(page, f"{live_server.url}/inbox/batch?verb=approve&{asked}")
    clean = page.locator("input[name=item]").count()
    assert clean > 5
    answered = []

    def second_is_lost(route, request) -> None:  # type: ignore[no-untyped-def]
        answered.append(request)
        if len(answered) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/inbox/batch/run", second_is_lost)
    page.locator("#opinion").fill("同意")
    page.get_by_role("button", name=f"通过 {clean} 项").click()
    expect(page.locator("[data-batch-state]")).to_contain_text(f"尚余 {clean - 5} 项")
    assert faults.take("ERR_FAILED")
    page.get_by_role("button", name="继续").click()

    expect(page.locator("[data-batch-state]")).to_have_text(
        f"完成：已办理 {clean} 项，未办理 0 项。"
    )


def test_a_signature_is_drawn_with_the_mouse(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
    signing_task: tuple[str, str],
) -> None:
    who, address = signing_task
    sign_in_as(page, who)
    open_page(page, live_server.url + address)
    sheet = page.locator("[data-signature] > svg")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 20 + 15 * step, box["y"] + 40 + 20 * (step % 2))
    page.mouse.up()
    expect(sheet.locator("polyline")).to_have_count(1)
    drawn = page.locator("input[name=signature_drawn]").input_value()
    assert len(drawn.split(" ")) >= 8
    require_accessible(page)
    page.get_by_role("button", name="重新签名").click()
    expect(sheet.locator("polyline")).to_have_count(0)
    expect(page.locator("input[name=signature_drawn]")).to_have_value("")
