"""Answers that few give: an abstention, an answer straight back to who asked, and their counts."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from app.projects.sample.journeys import DEMO_NOW
from app.workflow.returning.points import PointAnswer, PointAsked
from tests.browser.conftest import LiveServer
from tests.browser.test_every_action import Person, SignIn
from tests.workflow.conftest import Office
from tests.workflow.rounds import begin_round
from tests.workflow.small import CLERK, Small, small
from tests.workflow.test_collisions import FORKED, owed, send_back

pytestmark = pytest.mark.browser

CHAIN = """
    start s
    step a name="Compile" assignee=d05u1.clerk
    step b name="Check" assignee=ctr.rev1
    step c name="Examine" assignee=perf.ex1 appr.returnTo=any appr.resubmit=straight
    end e
    s > a > b > c > e
"""


@pytest.fixture(params=["mouse", "keyboard"])
def person(
    request: pytest.FixtureRequest, page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> Person:
    return Person(page, live_server, sign_in_as, request.param)


def office_of(server: LiveServer) -> Office:
    """The verbs of the served bureau, whose clock goes on from its sample day."""
    return Office(server.database, DEMO_NOW - timedelta(hours=20))


def use(person: Person, control: Locator) -> None:
    """Press a control where it is: by a click, or by its key once it has the focus."""
    if person.by == "mouse":
        control.click()
    else:
        control.focus()
        control.press("Enter")


def test_abstain(person: Person) -> None:
    rule = {"mode": "ratio", "pass": "1/2", "abstain": "yes"}
    play = begin_round(office_of(person.server), more=rule)
    person.sit_down("ctr.rev1", "T-1")
    use(person, person.page.get_by_role("button", name="弃权"))
    person.said("abstain", "T-1")
    assert play.seats()["ctr.rev1"] == "abstained"

    person.sit_down("ctr.rev2", "T-1")
    expect(person.page.locator(".cs-signers")).to_contain_text("已弃权")
    expect(person.page.locator(".cs-signers")).not_to_contain_text("ctr.rev")


def test_resubmit_straight_back(person: Person, require_accessible: Callable[[Page], None]) -> None:
    page, play = person.page, small(office_of(person.server), CHAIN)
    play.do("a", CLERK)
    play.do("b", "ctr.rev1")
    send_back(play, "c", "perf.ex1", "a")

    person.sit_down(CLERK, "S-1")
    require_accessible(page)
    use(person, page.locator('button[name="straight"]'))
    person.said("resubmit", "S-1")

    assert play.open == ["c"]
    person.sit_down("perf.ex1", "S-1")
    expect(page.locator("main")).to_contain_text("沿用")


def test_one_branch_leaves_a_point_to_the_other(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
) -> None:
    """On a phone; what the colleague is asked, too, may be left to him, and he has to answer."""
    page.set_viewport_size({"width": 390, "height": 844})
    play = forked(live_server)
    sign_in_as(page, "ctr.rev1")
    checklist = page.locator("#checklist")
    open_step(page, live_server, play, "b1")
    expect(checklist.locator("li")).to_have_count(2)
    expect(checklist).to_contain_text("Third party")
    require_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    checklist.get_by_role("checkbox").nth(0).check()
    page.locator('button[name="outcome"]').click()
    expect(page.locator(".cs-notice.ok").first).to_be_visible()

    page.context.clear_cookies()
    sign_in_as(page, "perf.ex1")
    open_step(page, live_server, play, "c")
    expect(checklist.locator("li")).to_have_count(1)
    page.locator('button[name="outcome"]').click()
    expect(page.get_by_role("alert")).to_contain_text("第 1 条")
    checklist.get_by_role("textbox").fill("合同已在附件三。")
    page.locator('button[name="outcome"]').click()
    expect(page.locator(".cs-notice.ok").first).to_be_visible()
    assert play.open == ["b2"]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_process_owner_sees_why_items_come_back(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
    width: int,
) -> None:
    play = forked(live_server)
    first, second = owed(play, "c")
    argued = PointAnswer(is_mended=False, text="单价按招标结果")
    play.do("b1", "ctr.rev1", answers={first: PointAnswer(is_mended=True), second: argued})

    page.set_viewport_size({"width": width, "height": 844})
    sign_in_as(page, "owner")
    page.goto(f"{live_server.url}/definitions/P_SMALL/returns")
    page.wait_for_selector("html[data-ready]")
    require_accessible(page)
    count = page.locator("tbody a", has_text="2")
    count.focus()
    count.press("Enter")
    page.wait_for_url(lambda address: "reason=other" in address)
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#points tbody tr")).to_have_count(2)
    expect(page.locator("#points")).to_contain_text("单价按招标结果")
    require_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#points tbody a").first.click()
    page.wait_for_url(lambda address: "/definitions/" not in address)


def forked(server: LiveServer) -> Small:
    """An item that was sent back to its fork with two points."""
    play = small(office_of(server), FORKED)
    for step, who in (("a", CLERK), ("b1", "ctr.rev1"), ("c", "perf.ex1"), ("b2", "ctr.rev2")):
        play.do(step, who)
    points = PointAsked("other", "请核对单价"), PointAsked("other", "请补充合同")
    send_back(play, "d", "bud.1", "f", *points)
    return play


def open_step(page: Page, server: LiveServer, play: Small, step: str) -> None:
    page.goto(f"{server.url}/tasks/{play.task(step)}")
    page.wait_for_selector("html[data-ready]")
