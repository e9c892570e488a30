"""The process owner at work in a real browser: draws a step, is told of mistakes, deploys."""

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.core.settings import ROOT
from app.projects.sample.journeys import DEMO_NOW
from app.workflow.applying.loading import load_task
from app.workflow.definitions.policies import POLICIES, RECALL, RESUBMIT, policy
from app.workflow.definitions.versions import get_definition
from app.workflow.models import ProcessInstance
from app.workflow.permits.items import permits, require_terminable, require_withdrawable
from tests.browser.conftest import LiveServer
from tests.browser.faults import Faults
from tests.workflow.conftest import BY_TAG, Office, clerk_of

pytestmark = pytest.mark.browser

SignIn = Callable[[Page, str], None]
Accessible = Callable[[Page], None]
STEP = "公示"


@pytest.fixture
def design(page: Page, live_server: LiveServer, sign_in_as: SignIn) -> Callable[[str], Page]:
    """Open a process in the designer, as the process owner."""

    def design(path: str = "P_GOAL/edit") -> Page:
        if not page.url.startswith(live_server.url):
            sign_in_as(page, "owner")
        page.goto(f"{live_server.url}/definitions/{path}")
        page.wait_for_selector("[data-opened=done]")
        return page

    return design


def choose(page: Page, element: str) -> None:
    """Click on an element of the diagram, after a click beside it: no pad may lie over it."""
    page.locator("[data-canvas]").click(position={"x": 300, "y": 40})
    page.locator(f"[data-element-id={element}] .djs-hit").first.click(force=True)


def press_pad(page: Page, entry: str) -> None:
    """Click on an entry of the pad beside the chosen element."""
    page.click(f".djs-context-pad [data-action='{entry}']")


def check(page: Page) -> None:
    """Validate, and wait for the answer."""
    with page.expect_response("**/validate"):
        page.click("[data-do=check]")
    expect(page.locator("[data-designer-state]")).to_have_attribute("data-state", "checked")


def save(page: Page) -> None:
    """Save the draft, and wait until it is."""
    page.click("[data-do=save]")
    expect(page.locator("[data-designer-state]")).to_have_attribute("data-state", "saved")


def append_step(page: Page) -> str:
    """Append a step to the gateway behind the final review and lead on from it; gives its id."""
    choose(page, "gw_approve")
    press_pad(page, "append.append-task")
    page.keyboard.type(STEP)
    page.keyboard.press("Enter")
    step = page.locator(".djs-shape.selected").get_attribute("data-element-id")
    assert step is not None
    choose(page, "gw_approve_to_approve_with_budget")
    press_pad(page, "delete")
    choose(page, step)
    press_pad(page, "connect")
    page.locator("[data-element-id=approve_with_budget] .djs-hit").first.click(force=True)
    choose(page, step)
    return step


def test_a_step_is_added_by_mouse_and_only_new_projects_take_it(
    design: Callable[..., Page], live_server: LiveServer, require_accessible: Accessible
) -> None:
    office = Office(live_server.database, DEMO_NOW)
    before = item_of(live_server, BY_TAG["P07"].code)
    page = design()

    step = append_step(page)
    page.fill("[name=cs-name-en]", "Public notice")
    page.select_option("[name=cs-form]", "goal_review")
    save(page)
    check(page)
    expect(page.locator(f"[data-problems] [data-where={step}]")).to_contain_text("指定由谁办理")
    expect(page.locator(".djs-overlays .cs-badge.block")).to_be_visible()
    require_accessible(page)

    choose(page, "start")
    page.click(f"[data-problems] [data-where={step}]")
    expect(page.locator(".bio-properties-panel-header-label")).to_have_text(STEP)
    page.select_option("#pick-cs-roles", "section_head")
    check(page)
    expect(page.locator(".djs-overlays .cs-badge.block")).to_have_count(0)

    page.click("[data-do=deploy]")
    expect(page.locator("[data-consequences]")).to_contain_text("第 2 版")
    page.fill("#note", "终审之后增加公示")
    require_accessible(page)
    page.click("#deploy .btn-primary")
    page.wait_for_url("**/definitions/P_GOAL")

    expect(page.get_by_role("row", name="终审之后增加公示")).to_contain_text("第 2 版")
    expect(page.get_by_role("row", name=f"{STEP} 预算科")).to_contain_text("支出科室科长")
    assert page.locator("html").get_attribute("data-untranslated") is None

    office.agree(before, "final_review", "sec.soc.rev")
    assert set(office.open_steps(before)) == {"approve_with_budget"}
    after = review_anew(office)
    assert set(office.open_steps(after)) == {step}


def review_anew(office: Office) -> UUID:
    """A project that begins now, up to the end of its final review."""
    item = office.start("P02")
    office.submit(item, "P02")
    for step, who in (
        ("department_review", "d07.fin"),
        ("preliminary_review", "ctr.rev1"),
        ("re_examination", "perf.ex1"),
        ("final_review", "sec.soc.rev"),
    ):
        office.agree(item, step, who)
    return item


def item_of(live_server: LiveServer, code: str) -> UUID:
    """The running goal review of a project."""
    with live_server.database.unit_of_work(write=False) as session:
        return session.scalars(
            select(ProcessInstance.id).where(
                ProcessInstance.subject_code == code, ProcessInstance.process_key == "P_GOAL"
            )
        ).one()


def test_inserting_a_step_makes_room_and_one_undo_takes_it_back(
    design: Callable[..., Page],
) -> None:
    page = design()
    target = page.locator("[data-element-id=approve_with_budget]")
    before = target.get_attribute("transform")

    choose(page, "gw_approve")
    press_pad(page, "insert-step")
    page.keyboard.press("Escape")
    assert target.get_attribute("transform") != before
    check(page)
    expect(page.locator("[data-problems] .cs-chip.over")).to_have_count(1)
    page.click("[data-do=undo]")

    assert target.get_attribute("transform") == before
    expect(page.locator("[data-do=undo]")).to_be_disabled()


def test_names_are_edited_in_both_languages_and_kept_apart(
    design: Callable[..., Page], page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    sign_in_as(page, "owner")
    page.get_by_role("button", name="English").click()
    design()
    expect(page.locator("[data-element-id=re_examination]").first).to_contain_text("examination")

    choose(page, "re_examination")
    expect(page.locator("[name=cs-name-zh]")).to_have_value("复审")
    page.fill("[name=cs-name-en]", "Second look")
    save(page)

    saved = page.request.get(f"{live_server.url}/definitions/P_GOAL/draft.bpmn").text()
    assert 'id="re_examination" name="复审"' in saved
    assert '<camunda:property name="appr.name.en" value="Second look" />' in saved
    assert 'id="department_review" name="部门审核"' in saved
    assert "appr.name.zh" not in saved


def test_a_diagram_saved_without_a_change_says_the_same(
    design: Callable[..., Page], page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> None:
    from app.engine import parse  # noqa: PLC0415

    sign_in_as(page, "owner")
    page.get_by_role("button", name="English").click()
    design()

    save(page)

    saved = page.request.get(f"{live_server.url}/definitions/P_GOAL/draft.bpmn").body()
    before, after = parse((ROOT / "bpmn" / "P_GOAL.bpmn").read_bytes()), parse(saved)
    assert (after.elements, after.lanes, after.name) == (before.elements, before.lanes, before.name)
    assert {key: step.outcomes for key, step in after.steps.items()} == {
        key: step.outcomes for key, step in before.steps.items()
    }


def test_what_happens_when_time_runs_out_is_chosen(
    design: Callable[..., Page], live_server: LiveServer
) -> None:
    page = design()
    choose(page, "final_review")
    page.click("[data-group-id=group-cs-time] .bio-properties-panel-group-header-title")

    page.fill("[name=cs-remind]", "P2BD P1BD")
    page.select_option("[name=cs-timeout]", "escalate")
    page.select_option("#pick-cs-escalate", "section_head")
    save(page)
    first = page.request.get(f"{live_server.url}/definitions/P_GOAL/draft.bpmn").text()
    page.select_option("[name=cs-timeout]", "reject")
    save(page)
    second = page.request.get(f"{live_server.url}/definitions/P_GOAL/draft.bpmn").text()

    for word in ('"appr.remind" value="P2BD P1BD"', '"appr.escalate" value="section_head"'):
        assert word in first
    assert '"appr.timeout" value="reject"' in second
    assert "appr.escalate" not in second  # superiors belong to an escalation
    check(page)
    expect(page.locator(".djs-overlays .cs-badge.block")).to_have_count(0)


def test_settings_of_a_step_are_chosen_not_typed(
    design: Callable[..., Page], live_server: LiveServer
) -> None:
    page = design()
    choose(page, "final_review")
    for group in ("rule", "duties", "copies", "rights"):
        page.click(f"[data-group-id=group-cs-{group}] .bio-properties-panel-group-header-title")

    page.select_option("#pick-cs-roles", "section_head")
    page.select_option("[name=cs-mode]", "ratio")
    page.fill("[name=cs-pass]", "2/3")
    page.get_by_role("button", name="移除“复审”").click()
    page.get_by_role("button", name="移除“编制目标”").click()
    page.select_option("#pick-cs-exclude", "compile_goals")
    page.select_option("#pick-cs-copy", "bureau_leader")
    page.get_by_label("审核等级", exact=True).select_option("hidden")
    save(page)

    saved = page.request.get(f"{live_server.url}/definitions/P_GOAL/draft.bpmn").text()
    step = saved[saved.index('<bpmn:userTask id="final_review"') :].partition("</bpmn:userTask>")[0]
    assert 'camunda:candidateGroups="section_reviewer,section_head"' in step
    for name, value in (
        ("appr.mode", "ratio"),
        ("appr.pass", "2/3"),
        ("appr.copy", "bureau_leader"),
        ("appr.field.grade", "hidden"),
    ):
        assert f'<camunda:property name="{name}" value="{value}" />' in step
    excluded = step.partition('name="appr.exclude" value="')[2].partition('"')[0].split()
    assert excluded[0] == "declaring_unit"
    assert excluded[-1] == "compile_goals"
    assert "re_examination" not in excluded


@pytest.mark.parametrize("hand", ["mouse", "keyboard"])
def test_taking_back_is_ruled_in_the_panel_and_only_new_projects_obey(
    design: Callable[..., Page], live_server: LiveServer, require_accessible: Accessible, hand: str
) -> None:
    office = Office(live_server.database, DEMO_NOW)
    before = item_of(live_server, BY_TAG["P07"].code)
    page = design()

    open_group(page, "taking-back", hand)  # nothing is chosen: the process is shown
    expect(page.locator("[name=cs-recall]")).to_have_value("until_decided")
    for name, word in (("withdraw", "never"), ("terminate", "initiator")):
        set_last(page, name, word, hand)
    require_accessible(page)
    choose(page, "final_review")
    # The panel keeps open what was open before.
    expect(page.locator("[name=cs-recall]")).to_have_value("")
    expect(page.locator("[name=cs-withdraw]")).to_have_count(0)  # asked of the first step only
    for name, word in (("recall", "never"), ("resubmit", "straight")):
        set_last(page, name, word, hand)
    save(page)
    page.click("[data-do=deploy]")
    expect(page.locator("[data-consequences]")).to_contain_text("第 2 版")
    page.fill("#note", "报送后不得撤回")
    page.click("#deploy .btn-primary")
    page.wait_for_url("**/definitions/P_GOAL")

    after = office.start("P02")
    office.submit(after, "P02")
    assert said(office, before, "final_review") == [
        "until_read",
        "until_decided",
        "drawn",
        "manager",
    ]
    assert said(office, after, "department_review") == [
        "never",
        "until_decided",
        "drawn",
        "initiator",
    ]
    with live_server.database.unit_of_work(write=False) as session:
        task = load_task(session, office.task(after, "department_review"), lock=False)
        clerk = office.actor(clerk_of("P02"))
        assert not permits(require_withdrawable, task, clerk)
        assert permits(require_terminable, task, clerk)
        final = ("P_GOAL", "final_review")
        assert policy(task.process, RECALL, *final) == "never"
        assert policy(task.process, RESUBMIT, *final) == "straight"


def said(office: Office, item: UUID, step: str) -> list[str]:
    """The words that hold for an open step of an item."""
    with office.database.unit_of_work(write=False) as session:
        task = load_task(session, office.task(item, step), lock=False)
        return [policy(task.process, name, "P_GOAL", step) for name in POLICIES]


def open_group(page: Page, group: str, hand: str) -> None:
    """Open a group of the panel."""
    header = page.locator(f"[data-group-id=group-cs-{group}] .bio-properties-panel-group-header")
    arrow = header.locator("button.bio-properties-panel-arrow")
    if hand == "mouse":
        header.click()
    else:
        arrow.focus()
        page.keyboard.press("Enter")


def set_last(page: Page, name: str, word: str, hand: str) -> None:
    """Choose the last of a list in the panel."""
    field = page.locator(f"[name=cs-{name}]")
    if hand == "mouse":
        field.select_option(word)
    else:
        field.focus()
        page.keyboard.press("End")
    expect(field).to_have_value(word)


def test_a_way_behind_a_gateway_is_chosen_by_its_decision(
    design: Callable[..., Page], live_server: LiveServer
) -> None:
    page = design()

    choose(page, "gw_final_to_gw_refuse")
    expect(page.locator("[name=cs-outcome]")).to_have_value("reject")
    page.select_option("[name=cs-outcome]", "return_to_unit")
    check(page)

    expect(page.locator("[data-problems]")).to_contain_text("两条顺序流条件相同")
    page.click("[data-do=undo]")
    check(page)
    expect(page.locator("[data-problems] .cs-chip.over")).to_have_count(0)


def test_two_at_once_lose_nothing(
    design: Callable[..., Page], live_server: LiveServer, faults: Faults
) -> None:
    mine = design()
    theirs = mine.context.new_page()
    theirs.goto(mine.url)
    theirs.wait_for_selector("[data-opened=done]")
    for page, due in ((theirs, "P4BD"), (mine, "P2BD")):
        choose(page, "final_review")
        page.fill("[name=cs-due]", due)
    save(theirs)

    mine.click("[data-do=save]")
    expect(mine.locator("[data-conflict]")).to_contain_text("杨琳琳")
    expect(mine.locator("[data-save-over]")).to_be_disabled()
    with mine.context.expect_page() as opened:
        mine.click("[data-theirs]")
    opened.value.wait_for_selector("[data-shown]")
    mine.click("[data-save-over]")
    expect(mine.locator("[data-designer-state]")).to_have_attribute("data-state", "saved")

    saved = mine.request.get(f"{live_server.url}/definitions/P_GOAL/draft.bpmn").text()
    assert 'camunda:dueDate="P2BD"' in saved
    assert "409" in faults.take("status of 409")


def test_unsaved_work_is_not_left_by_accident(
    design: Callable[..., Page], live_server: LiveServer
) -> None:
    page = design()
    choose(page, "final_review")
    page.fill("[name=cs-due]", "P2BD")
    expect(page.locator("[data-designer-state]")).to_have_attribute("data-state", "dirty")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.goto(f"{live_server.url}/definitions")

    assert asked == ["beforeunload"]


def test_a_new_process_goes_from_nothing_to_its_first_version(
    page: Page, live_server: LiveServer, sign_in_as: SignIn, require_accessible: Accessible
) -> None:
    sign_in_as(page, "owner")
    page.goto(f"{live_server.url}/definitions")
    page.click("[data-open-dialog=begin]")
    page.fill("#name_zh", "采购审批")
    page.fill("#name_en", "Procurement")
    page.fill("#key", "P_BUY")
    page.click("#begin .btn-primary")
    page.wait_for_selector("[data-opened=done]")

    page.click("[data-do=deploy]")
    page.fill("#note", "第一次发布")
    page.click("#deploy .btn-primary")
    page.wait_for_url("**/definitions/P_BUY")

    with live_server.database.unit_of_work(write=False) as session:
        assert get_definition(session, "P_BUY").name_en == "Procurement"
    require_accessible(page)


def test_a_file_is_imported_and_a_bad_one_is_refused_on_the_same_page(
    page: Page, live_server: LiveServer, sign_in_as: SignIn, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.bpmn", tmp_path / "bad.bpmn"
    text = (ROOT / "bpmn" / "P_PRELIM.bpmn").read_text(encoding="utf-8")
    good.write_text(text.replace("P_PRELIM", "P_OTHER"), encoding="utf-8")
    bad.write_text("<not xml", encoding="utf-8")
    sign_in_as(page, "owner")
    page.goto(f"{live_server.url}/definitions")
    page.click("[data-open-dialog=import]")

    page.set_input_files("#file", bad)
    page.click("#import .btn-primary")
    expect(page.locator("#import [role=alert]")).to_contain_text("XML")
    page.set_input_files("#file", good)
    page.click("#import .btn-primary")

    page.wait_for_url("**/P_OTHER/edit")
    page.wait_for_selector("[data-opened=done]")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_mark_stays_visible_with_the_list_of_problems_open_and_in_print(
    design: Callable[..., Page], theme: str
) -> None:
    page = design()
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    choose(page, "gw_approve")
    press_pad(page, "insert-step")
    page.keyboard.press("Escape")
    page.wait_for_selector("[data-problems]:not([hidden])")

    for medium in ("screen", "print"):
        page.emulate_media(media=medium)
        assert page.locator(".bjs-powered-by").evaluate(
            "mark => { const box = mark.getBoundingClientRect();"
            " return [[3, 3], [box.width - 3, 3], [box.width / 2, box.height - 3]].every("
            "([x, y]) => mark.contains(document.elementFromPoint(box.x + x, box.y + y))); }"
        )
    white = page.locator(".cs-designer").evaluate("node => getComputedStyle(node).backgroundColor")
    assert white == "rgb(255, 255, 255)"


def test_a_phone_is_offered_the_viewer(
    browser: Browser,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Accessible,
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    sign_in_as(page, "owner")
    page.goto(f"{live_server.url}/definitions/P_GOAL/edit")

    expect(page.locator("[data-designer]")).to_be_hidden()
    page.get_by_role("link", name="查看流程图").click()
    page.wait_for_selector("[data-shown]")

    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    require_accessible(page)
    context.close()


def test_the_designer_is_ready_within_a_second(design: Callable[..., Page]) -> None:
    page = design()
    began = time.perf_counter()

    page.reload()
    page.wait_for_selector("[data-opened=done]")

    # Three times what it takes alone: tests share two cores with each other.
    assert time.perf_counter() - began < 3


def test_the_menus_offer_in_chinese_what_the_engine_executes(design: Callable[..., Page]) -> None:
    page = design()

    choose(page, "start")
    press_pad(page, "append")
    offered = page.locator(".djs-popup [data-id]").all_text_contents()
    page.keyboard.press("Escape")
    choose(page, "final_review")
    press_pad(page, "replace")
    offered += page.locator(".djs-popup [data-id]").all_text_contents()

    assert {"人工任务", "排他网关", "调用活动"} <= set(offered)
    assert not {"业务规则任务", "数据对象引用", "消息开始事件"} & set(offered)
    assert page.locator("html").get_attribute("data-untranslated") is None
