"""A return to a fork on the pages: the dialog, the ledger, and one click to confirm."""

import re
from html import unescape

import pytest

from app.projects.sample.journeys import DEMO_NOW
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.instances import start_instance
from tests.engine.drawing import draw
from tests.web.desk import REASON, Desks, words
from tests.web.test_taking_back import person
from tests.workflow.small import SUBJECT
from tests.workflow.test_forks import FORKED


@pytest.fixture
def joined(desks: Desks) -> Desks:
    """Both branches have met; d is with the budget section."""
    with desks.database.unit_of_work() as session:
        deploy_definition(session, None, draw(FORKED, "P_SMALL"), "", DEMO_NOW)
        start_instance(session, "P_SMALL", "S-1", SUBJECT, person(session, "d05u1.clerk"), DEMO_NOW)
    agree(desks, "a", "d05u1.clerk")
    agree(desks, "b1", "ctr.rev1", "The amounts are sound.")
    agree(desks, "c", "perf.ex1", "No objection.")
    agree(desks, "b2", "ctr.rev2")
    return desks


def agree(desks: Desks, step: str, who: str, opinion: str = "") -> None:
    sent = {"outcome": "agree", "opinion": opinion}
    desks.of(who).post(f"/tasks/{desks.open_task('S-1', step)}/approve", data=sent)


def send_back(desks: Desks) -> str:
    sent = {"target": "P_SMALL/f", "return_reason": REASON}
    task_id = desks.open_task("S-1", "d")
    said = desks.of("bud.1").post(f"/tasks/{task_id}/return", data=sent, follow_redirects=True)
    return words(said)


def test_the_dialog_offers_the_fork_and_says_what_it_would_do(joined: Desks) -> None:
    task_id = joined.open_task("S-1", "d")
    page = joined.of("bud.1").get(f"/tasks/{task_id}")
    assert 'value="P_SMALL/f"' in page.text
    assert "Desk review and Third party (all branches)" in words(page)
    assert re.search(r"May be confirmed Desk review \([^)]+\)", words(page))
    chinese = words(joined.of("bud.1", "zh").get(f"/tasks/{task_id}"))
    assert "Desk review、Third party（全部分支）" in chinese
    assert "可予确认" in chinese


def test_each_reviewer_confirms_what_he_said_by_one_click(joined: Desks) -> None:
    assert "returned to Desk review and Third party (all branches)" in send_back(joined)
    task_id = joined.open_task("S-1", "b1")
    page = joined.of("ctr.rev1").get(f"/tasks/{task_id}")
    assert "Your opinion of round 1 may be reused: please confirm it" in words(page)
    assert re.search(
        r'<textarea[^>]*id="opinion"[^>]*>The amounts are sound\.</textarea>', page.text
    )
    assert re.search(r"btn-primary[^>]*>.{0,200}Confirm: ", page.text, re.S)
    assert words(page).count("reusable, please confirm") == 3
    [opinion] = re.findall(r'<textarea[^>]*id="opinion"[^>]*>(.*?)</textarea>', page.text)
    agree(joined, "b1", "ctr.rev1", unescape(opinion))
    again = words(joined.of("ctr.rev1").get(f"/tasks/{task_id}"))
    assert again.count("The amounts are sound.") >= 2
    assert again.count("reusable, please confirm") == 2


def test_others_are_not_asked_to_confirm_what_he_said(joined: Desks) -> None:
    send_back(joined)
    task_id = joined.open_task("S-1", "b1")
    seen = words(joined.of("bud.1").get(f"/tasks/{task_id}"))
    assert "may be reused" not in seen


def test_the_ledger_says_where_it_went_in_both_languages(joined: Desks) -> None:
    send_back(joined)
    item = joined.instance_of(joined.open_task("S-1", "b1"))
    said = words(joined.of("bud.1").get(f"/instances/{item}/ledger"))
    assert "All branches run again: Desk review and Third party (all branches)." in said
    assert "(return)" not in said
    chinese = words(joined.of("bud.1", "zh").get(f"/instances/{item}/ledger"))
    assert "全部分支重新办理" in chinese
    assert "（return）" not in chinese
