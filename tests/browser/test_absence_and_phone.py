"""Who stands in for whom, and the whole of a review on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.identity import User
from app.workflow.models import Vote
from tests.browser.conftest import LiveServer
from tests.browser.test_every_action import Person, SignIn
from tests.queues import department_queue

pytestmark = pytest.mark.browser

OWNER, SUBSTITUTE, CODE = "sec.soc.rev", "sec.soc.head", "YS2023-0007"


@pytest.fixture(params=["mouse", "keyboard"])
def person(
    request: pytest.FixtureRequest, page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> Person:
    return Person(page, live_server, sign_in_as, request.param)


def test_a_substitute_decides_and_both_are_named(
    person: Person, require_accessible: Callable[[Page], None]
) -> None:
    page, server = person.page, person.server
    person.sign_in_as(page, OWNER)
    page.goto(f"{server.url}/staff")
    page.wait_for_selector("html[data-ready]")
    require_accessible(page)
    person.write(page.locator("#substitute"), SUBSTITUTE)
    page.locator("#last_day").fill(page.locator("#first_day").input_value())
    person.press(page.locator('form[action$="/absence"] .btn-primary'))
    expect(page.locator(".cs-notice.ok").first).to_be_visible()

    person.sit_down(SUBSTITUTE, CODE)
    address = page.url
    for name in ("completeness", "relevance", "appropriateness", "feasibility"):
        person.press(page.locator(f'[name="checks.{name}"][value="good"]'))
    person.press(page.locator('[name="grade"][value="excellent"]'))
    person.press(page.locator('button[name="outcome"][value="agree"]'))
    person.said("approve", CODE)

    with server.database.unit_of_work(write=False) as session:
        people = {each.id: each for each in session.scalars(select(User))}
        vote = session.scalars(
            select(Vote).where(Vote.on_behalf_of_id.is_not(None)).order_by(Vote.id.desc())
        ).first()
    assert vote is not None
    assert vote.on_behalf_of_id is not None
    both = people[vote.actor_id], people[vote.on_behalf_of_id]
    assert [each.username for each in both] == [SUBSTITUTE, OWNER]
    page.goto(address)
    for each in both:
        expect(page.locator("main")).to_contain_text(each.name_zh)


def test_a_review_on_a_phone_is_opened_read_agreed_to_and_undone(
    page: Page,
    live_server: LiveServer,
    sign_in_as: SignIn,
    require_accessible: Callable[[Page], None],
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    queue = department_queue(live_server.database)
    sign_in_as(page, queue.reviewer)
    page.goto(f"{live_server.url}/inbox?tab=groups")
    page.wait_for_selector("html[data-ready]")
    require_fitting(page)
    page.locator(f'a[href*="/tasks/{queue.rows[0].task_id}"]').first.click()
    page.wait_for_selector("html[data-ready]")
    require_fitting(page)
    require_accessible(page)

    for name, value in (("figures", "consistent"), ("deviations", "none")):
        page.locator(f'[name="{name}"][value="{value}"]').click()
    page.locator('button[name="outcome"][value="agree"]').click()
    expect(page.locator(".cs-notice.ok").first).to_be_visible()
    require_fitting(page)
    page.locator(".cs-notice.ok button").click()

    expect(page.locator('[name="figures"][value="consistent"]')).to_be_checked()
    assert str(queue.rows[0].task_id) in page.url


def require_fitting(page: Page) -> None:
    """Nothing is wider than the phone."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
