"""The pages on which conflicts of interest are declared, withdrawn and seen."""

import re

import pytest
from sqlalchemy import select

from app.identity import Conflict, User
from tests.web.desk import Desks, words

WHY = "配偶在该单位任职"
ORCHARD = "YS2023-0003"
FORM = {"organisation": "D03", "kind": "relative", "reason": WHY, "first_day": "2022-10-01"}


def page_of(desks: Desks, username: str) -> str:
    with desks.database.unit_of_work(write=False) as session:
        found = session.scalars(select(User.id).where(User.username == username)).one()
    return f"/staff/{found}/conflicts"


def conflicts(desks: Desks) -> list[Conflict]:
    with desks.database.unit_of_work(write=False) as session:
        found = list(session.scalars(select(Conflict).order_by(Conflict.id)))
        session.expunge_all()
    return found


def test_an_expert_declares_and_withdraws_and_it_stays_on_the_list(desks: Desks) -> None:
    browser, page = desks.of("exp.01"), page_of(desks, "exp.01")
    assert "Nothing is declared." in words(browser.get(page))

    said = words(browser.post(page, data=FORM, follow_redirects=True))
    assert "Declared. Nobody asks for such items any more" in said
    assert WHY in said
    assert "in force" in said
    [row] = conflicts(desks)

    sent = {"conflict": str(row.id), "withdrawal": "配偶已调离该单位"}
    said = words(browser.post(f"{page}/withdraw", data=sent, follow_redirects=True))
    assert "It stays on the list" in said
    assert "配偶已调离该单位" in said


def test_one_project_is_declared_by_its_code_its_name_or_a_part_that_one_may_see(
    desks: Desks,
) -> None:
    browser, page = desks.of("exp.01"), page_of(desks, "exp.01")
    for text in (ORCHARD, ORCHARD.lower(), "老龄苹果园更新", "old apple orchard renewal"):
        sent = {**FORM, "organisation": "", "subject": text}
        answer = browser.post(page, data=sent)
        assert answer.status_code == (302 if text == ORCHARD else 422)
    assert "this was declared" in words(answer)
    assert [each.subject_code for each in conflicts(desks)] == [ORCHARD]
    # an expert sees no projects: a part of a name would tell which there are
    sent = {**FORM, "organisation": "", "subject": "老龄"}
    assert "0 fit" in words(browser.post(page, data=sent))
    reviewer = page_of(desks, "ctr.rev1")
    assert desks.of("ctr.rev1").post(reviewer, data=sent).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"organisation": ""}, "either an organisation or one project"),
        ({"subject": ORCHARD}, "either an organisation or one project"),
        ({"organisation": "XYZ"}, "Expected a department, a unit or a third-party agency"),
        ({"subject": "no such thing", "organisation": ""}, "0 fit"),
        ({"kind": "envy"}, "Choose one of the kinds"),
        ({"reason": ""}, "Expected 2 to 200 characters"),
        ({"last_day": "2022-10-02"}, "Expected a last day that is neither over"),
        ({"first_day": "soon"}, "Expected a day such as"),
        ({"last_day": "2022-13-45"}, "Expected a day such as"),
    ],
)
def test_a_refused_declaration_keeps_what_was_typed(
    desks: Desks, changes: dict[str, str], sentence: str
) -> None:
    sent = {**FORM, "reason": WHY, **changes}
    refused = desks.of("exp.01").post(page_of(desks, "exp.01"), data=sent)
    assert refused.status_code == 422
    assert sentence in words(refused)
    assert sent["reason"] in refused.text
    assert conflicts(desks) == []


def test_anothers_declarations_are_a_managers_business_only(desks: Desks) -> None:
    page = page_of(desks, "exp.01")
    for stranger in ("exp.02", "owner", "sup.1"):
        browser = desks.of(stranger)
        assert browser.get(page).status_code == 403
        assert browser.post(page, data=FORM).status_code == 403
        assert browser.post(f"{page}/hand-back", data={"task": "x"}).status_code == 403
        assert browser.post(f"{page}/withdraw", data={"conflict": "x"}).status_code == 404
        assert browser.get("/conflicts").status_code == 403
    assert conflicts(desks) == []


def test_a_manager_finds_the_person_enters_one_and_sees_the_list(desks: Desks) -> None:
    manager, page = desks.of("mgr"), page_of(desks, "exp.01")
    assert manager.get("/conflicts?person=exp.01").headers["Location"] == page
    assert manager.get("/conflicts?person=nobody.here").headers["Location"] == "/conflicts"
    assert manager.post(page, data=FORM).status_code == 302

    assert WHY in words(manager.get("/conflicts"))
    assert WHY in words(manager.get("/conflicts?organisation=D03&text=exp"))
    assert "No declaration fits." in words(manager.get("/conflicts?organisation=D05"))
    assert manager.get("/conflicts?organisation=%27&after=zz&all=1").status_code == 200
    # who is declared of cannot clear himself
    [row] = conflicts(desks)
    own = desks.of("exp.01")
    assert "Withdraw…" not in words(own.get(page))
    sent = {"conflict": str(row.id), "withdrawal": "没有这回事"}
    assert own.post(f"{page}/withdraw", data=sent).status_code == 403


def test_a_declaration_says_where_one_sits_and_offers_to_hand_it_back(desks: Desks) -> None:
    browser, page = desks.of("ctr.rev1"), page_of(desks, "ctr.rev1")
    task_id = desks.open_task(ORCHARD, "center_desk_review")
    said = words(browser.post(page, data=FORM, follow_redirects=True))
    assert "Open steps that are concerned" in said
    assert "Old apple orchard renewal" in said
    assert "Conflict of interest" in words(browser.get("/inbox?tab=mine"))
    assert "declared one with" in words(browser.get(f"/tasks/{task_id}"))

    sent = {"task": str(task_id)}
    said = words(browser.post(f"{page}/hand-back", data=sent, follow_redirects=True))
    assert "The others of the group may claim it." in said
    assert "Open steps that are concerned" not in said
    assert desks.holders(task_id) == [None]
    assert ORCHARD not in browser.get("/inbox?tab=groups").text
    assert ORCHARD in desks.of("ctr.rev2").get("/inbox?tab=groups").text
    # a second click, and what is none of his
    assert browser.post(f"{page}/hand-back", data=sent).status_code in (302, 404)
    assert browser.post(f"{page}/hand-back", data={"task": "x"}).status_code == 404


def test_from_the_task_page_it_is_declared_and_handed_back_at_once(desks: Desks) -> None:
    browser = desks.of("ctr.rev1")
    task_id = desks.open_task(ORCHARD, "center_desk_review")
    page = browser.get(f"/tasks/{task_id}")
    assert "I have a conflict of interest" in words(page)
    sent = {
        "expected_version": str(desks.version_of(task_id)),
        "act:conflict_with": "unit",
        "act:conflict_kind": "contract",
        "act:conflict_reason": "去年为该单位提供过咨询",
    }
    for changes, sentence in (
        ({"act:conflict_with": "D05"}, "either an organisation or one project"),
        ({"act:conflict_kind": ""}, "Choose one of the kinds"),
        ({"act:conflict_reason": " "}, "Expected 2 to 200 characters"),
        ({"act:conflict_last_day": "2020-01-01"}, "neither over"),
    ):
        refused = browser.post(f"/tasks/{task_id}/conflict", data=sent | changes)
        assert refused.status_code == 422
        assert sentence in words(refused)
        assert re.search(r'id="conflict-dialog"[^>]* open', refused.text)
    assert conflicts(desks) == []
    stale = browser.post(f"/tasks/{task_id}/conflict", data=sent | {"expected_version": "99"})
    assert stale.status_code == 409

    said = words(browser.post(f"/tasks/{task_id}/conflict", data=sent, follow_redirects=True))
    assert "Handed back" in said
    [row] = conflicts(desks)
    assert (row.organisation_code, row.kind) == ("D03U1", "contract")
    assert desks.holders(task_id) == [None]
    after = words(browser.get(f"/tasks/{task_id}"))
    assert "declared one with Fruit Industry" in after
    assert "去年为该单位提供过咨询" in after  # in the ledger
    assert browser.post(f"/tasks/{task_id}/approve", data={"outcome": "agree"}).status_code == 403


def test_who_has_no_seat_declares_nothing_on_a_task_page(desks: Desks) -> None:
    task_id = desks.open_task(ORCHARD, "center_desk_review")
    for stranger in ("mgr", "bud.1"):
        browser = desks.of(stranger)
        assert "I have a conflict" not in words(browser.get(f"/tasks/{task_id}"))
        sent = {"act:conflict_with": "unit", "act:conflict_kind": "other"}
        assert browser.post(f"/tasks/{task_id}/conflict", data=sent).status_code == 403
        assert browser.post(f"/tasks/{task_id}/step-aside").status_code in (403, 409)
    assert conflicts(desks) == []
