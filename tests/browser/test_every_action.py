"""Every action of an approval in a real browser, once by mouse and once by keyboard alone."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, UserTask
from app.workflow.states import TaskState
from tests.browser.conftest import LiveServer
from tests.queues import department_queue

pytestmark = pytest.mark.browser

REASON = "请补充测算过程和依据后再报送。"
SignIn = Callable[[Page, str], None]
#: Links, fields and buttons of a long form lie before the bar with the actions.
FURTHEST = 400


@dataclass
class Person:
    """Somebody at the desk who uses either the mouse or the keyboard, never both."""

    page: Page
    server: LiveServer
    sign_in_as: SignIn
    by: str

    def sit_down(self, username: str, code: str) -> None:
        """Sign in and open the open task of a project."""
        self.page.context.clear_cookies()
        self.sign_in_as(self.page, username)
        self.page.goto(f"{self.server.url}/tasks/{self._task(code)}")
        self.page.wait_for_selector("html[data-ready]")

    def press(self, control: Locator) -> None:
        """Use a button, a link, a menu or a choice."""
        if self.by == "mouse":
            control.click()
            return
        self._tab_to(control)
        is_choice = control.evaluate("each => ['radio', 'checkbox'].includes(each.type)")
        self.page.keyboard.press("Space" if is_choice else "Enter")

    def write(self, field: Locator, text: str) -> None:
        """Type into a field."""
        if self.by == "mouse":
            field.click()
        else:
            self._tab_to(field)
        self.page.keyboard.insert_text(text)

    def open(self, act: str) -> Locator:
        """Open the dialog of an act, out of the menu where it lies there."""
        opener = self.page.locator(f'[data-open-dialog="{act}-dialog"]')
        if not opener.is_visible():
            self.press(self.page.locator(".cs-actions .cs-more > summary"))
        self.press(opener)
        dialog = self.page.locator(f"#{act}-dialog")
        expect(dialog).to_be_visible()
        return dialog

    def send(self, dialog: Locator) -> None:
        """Confirm a dialog."""
        self.press(dialog.locator(".cs-dialog-foot button:not([data-close-dialog])"))

    def said(self, act: str, code: str) -> None:
        """The page says that it was done, and the ledger says so, too."""
        expect(self.page.locator(".cs-notice.ok").first).to_be_visible()
        with self.server.database.unit_of_work(write=False) as session:
            verbs = session.scalars(
                select(LedgerEntry.verb)
                .join(ProcessInstance, ProcessInstance.id == LedgerEntry.instance_id)
                .where(ProcessInstance.subject_code == code)
            ).all()
        assert act in verbs

    def _tab_to(self, control: Locator) -> None:
        is_there = "each => each === document.activeElement"
        for _ in range(FURTHEST):
            if control.evaluate(is_there):
                return
            self.page.keyboard.press("Tab")
        # Of a group of choices Tab reaches the chosen one only; the arrows go to the others.
        control.focus()

    def _task(self, code: str) -> object:
        with self.server.database.unit_of_work(write=False) as session:
            query = (
                select(UserTask.id)
                .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
                .where(ProcessInstance.subject_code == code, UserTask.state == TaskState.OPEN)
                .order_by(UserTask.id)
                .limit(1)
            )
            return session.scalars(query).one()


@pytest.fixture(params=["mouse", "keyboard"])
def person(
    request: pytest.FixtureRequest, page: Page, live_server: LiveServer, sign_in_as: SignIn
) -> Person:
    return Person(page, live_server, sign_in_as, request.param)


def test_claim_and_release(person: Person) -> None:
    person.sit_down("sec.soc.rev", "YS2023-0007")
    person.press(person.page.locator('button[formaction$="/claim"]'))
    person.said("claim", "YS2023-0007")
    person.press(person.page.locator('button[formaction$="/release"]'))
    person.said("unclaim", "YS2023-0007")


def test_approve(person: Person) -> None:
    person.sit_down("sec.soc.rev", "YS2023-0007")
    checks = ("completeness", "relevance", "appropriateness", "feasibility")
    for name in checks:
        person.press(person.page.locator(f'[name="checks.{name}"][value="good"]'))
    person.press(person.page.locator('[name="grade"][value="excellent"]'))
    person.press(person.page.locator('button[name="outcome"][value="agree"]'))
    person.said("approve", "YS2023-0007")


@pytest.mark.parametrize("act", ["return", "reject"])
def test_send_back_or_refuse(person: Person, act: str) -> None:
    person.sit_down("sec.soc.rev", "YS2023-0007")
    dialog = person.open(act)
    person.write(dialog.locator(f'textarea[name="{act}_reason"]'), REASON)
    person.send(dialog)
    person.said(act, "YS2023-0007")


def test_transfer(person: Person) -> None:
    person.sit_down("ctr.rev2", "YS2023-0004")
    dialog = person.open("transfer")
    person.write(dialog.locator("#receiver"), "ctr.rev3")
    person.write(dialog.locator("#transfer_reason"), REASON)
    person.send(dialog)
    person.said("transfer", "YS2023-0004")


@pytest.mark.parametrize("place", ["before", "with", "after"])
def test_add_a_signer_and_remove_again(person: Person, place: str) -> None:
    page = person.page
    person.sit_down("ctr.rev2", "YS2023-0004")
    dialog = person.open("add_signer")
    person.write(dialog.locator('[name="act:signer_person"]'), "ctr.rev3")
    person.press(dialog.locator(f'[name="act:signer_place"][value="{place}"]'))
    person.write(dialog.locator('[name="act:signer_reason"]'), REASON)
    person.send(dialog)
    person.said("add_signer", "YS2023-0004")

    person.sit_down("ctr.rev2", "YS2023-0004")
    person.press(page.locator(".cs-signers button"))
    person.said("remove_signer", "YS2023-0004")


def test_delegate_and_advise(person: Person) -> None:
    person.sit_down("ctr.rev2", "YS2023-0004")
    dialog = person.open("delegate")
    person.write(dialog.locator('[name="act:delegate_person"]'), "ctr.rev3")
    person.write(dialog.locator('[name="act:delegate_reason"]'), REASON)
    person.send(dialog)
    person.said("delegate", "YS2023-0004")

    person.sit_down("ctr.rev3", "YS2023-0004")
    person.write(person.page.locator("#advice-form #opinion"), "单价偏高,建议压减。")
    person.press(person.page.locator("#advice-form button.btn-primary"))
    person.said("advise", "YS2023-0004")


def test_give_a_copy(person: Person) -> None:
    person.sit_down("ctr.rev2", "YS2023-0004")
    dialog = person.open("copy")
    person.write(dialog.locator('[name="act:copy_to"]'), "perf.ex1")
    person.send(dialog)
    person.said("give_copy", "YS2023-0004")


def test_ask_for_clarification(person: Person) -> None:
    person.sit_down("ctr.rev2", "YS2023-0004")
    dialog = person.open("ask")
    person.write(dialog.locator('[name="act:ask_text"]'), REASON)
    person.send(dialog)
    person.said("ask", "YS2023-0004")


def test_urge(person: Person) -> None:
    person.sit_down("d05u1.clerk", "YS2023-0004")
    person.send(person.open("urge"))
    person.said("urge", "YS2023-0004")


def test_suspend_and_resume(person: Person) -> None:
    person.sit_down("mgr", "YS2023-0004")
    for act in ("suspend", "resume"):
        dialog = person.open(act)
        person.write(dialog.locator("textarea"), REASON)
        person.send(dialog)
        person.said(act, "YS2023-0004")


def test_terminate(person: Person) -> None:
    person.sit_down("mgr", "YS2023-0004")
    dialog = person.open("terminate")
    person.write(dialog.locator("textarea"), REASON)
    person.send(dialog)
    person.said("terminate", "YS2023-0004")


@pytest.mark.parametrize("act", ["undo", "recall"])
def test_take_back_an_own_decision(person: Person, act: str) -> None:
    page, queue = person.page, department_queue(person.server.database)
    code = queue.rows[0].code
    person.sit_down(queue.reviewer, code)
    for name, value in (("figures", "consistent"), ("deviations", "none")):
        person.press(page.locator(f'[name="{name}"][value="{value}"]'))
    person.press(page.locator('button[name="outcome"][value="agree"]'))
    person.said("approve", code)
    if act == "undo":
        person.press(page.locator(".cs-notice.ok button"))
    else:
        submitted = page.locator(".cs-notice.ok a").first.get_attribute("href")
        page.goto(f"{person.server.url}{submitted}")
        page.wait_for_selector("html[data-ready]")
        dialog = person.open(act)
        person.write(dialog.locator("textarea"), REASON)
        person.send(dialog)
    person.said(act, code)


def test_withdraw_an_item(person: Person) -> None:
    waiting = department_queue(person.server.database).rows[0]
    person.sit_down(f"{waiting.unit_code.lower()}.clerk", waiting.code)
    dialog = person.open("withdraw")
    person.write(dialog.locator("textarea"), REASON)
    person.send(dialog)
    person.said("withdraw", waiting.code)
