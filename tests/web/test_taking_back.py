"""Undo, recall, withdraw, suspend, resume and terminate on the pages: each dialog and refusal."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from app.identity import User
from app.notify.models import Notice
from app.workflow.models import ProcessInstance, Question, UserTask
from tests.web.desk import GOAL_REVIEW, REASON, Desks, words

#: At the final review, with the expenditure section for social affairs.
CODE = "YS2023-0007"
HOLDER = "sec.soc.rev"
ACTS = ("recall", "withdraw", "suspend", "resume", "terminate")


def acts(desks: Desks, who: str, task_id: UUID) -> list[str]:
    """The acts of this slice that the menu “More” offers somebody."""
    html = desks.of(who).get(f"/tasks/{task_id}").text
    return [each for each in ACTS if f'data-open-dialog="{each}-dialog"' in html]


def post(desks: Desks, who: str, task_id: UUID, act: str, **sent: str) -> str:
    """Send a dialog as its page would; gives what the person reads next."""
    data = {"expected_version": str(desks.version_of(task_id)), **sent}
    answer = desks.of(who).post(f"/tasks/{task_id}/{act}", data=data, follow_redirects=True)
    return words(answer)


def agree(desks: Desks, who: str, task_id: UUID) -> str:
    data = {
        **GOAL_REVIEW, "outcome": "agree", "opinion": "Sound and complete.",
        "expected_version": str(desks.version_of(task_id)),
    }  # fmt: skip
    client = desks.of(who)
    return client.post(f"/tasks/{task_id}/approve", data=data, follow_redirects=True).text


def state_of(desks: Desks, task_id: UUID) -> str:
    with desks.database.unit_of_work(write=False) as session:
        query = (
            select(ProcessInstance.state)
            .join(UserTask, UserTask.instance_id == ProcessInstance.id)
            .where(UserTask.id == task_id)
        )
        return session.scalars(query).one()


def initiator_of(desks: Desks, task_id: UUID) -> str:
    """User name of who started the item of a task."""
    with desks.database.unit_of_work(write=False) as session:
        query = (
            select(User.username)
            .join(ProcessInstance, ProcessInstance.started_by_id == User.id)
            .join(UserTask, UserTask.instance_id == ProcessInstance.id)
            .where(UserTask.id == task_id)
        )
        return session.scalars(query).one()


# undo and recall


def test_done_offers_an_undo_that_brings_the_page_back_as_it_was_typed(desks: Desks) -> None:
    task_id = desks.open_task(CODE)
    page = agree(desks, HOLDER, task_id)
    assert f'action="/tasks/{task_id}/undo"' in page
    back = desks.of(HOLDER).post(f"/tasks/{task_id}/undo", follow_redirects=True)
    assert "Undone. The step is with you again" in words(back)
    assert "Sound and complete." in back.text
    assert re.search(r'value="excellent"[^>]*checked|value="excellent"[^>]*selected', back.text)
    assert desks.open_task(CODE) == task_id
    assert "recalled" in words(back)


def test_the_menu_offers_a_recall_to_who_decided_last_and_only_there(desks: Desks) -> None:
    task_id = desks.open_task(CODE)
    assert acts(desks, HOLDER, task_id) == []
    agree(desks, HOLDER, task_id)
    assert acts(desks, HOLDER, task_id) == ["recall"]
    assert "recall" not in acts(desks, "mgr", task_id)
    said = post(desks, HOLDER, task_id, "recall", **{"act:recall_reason": "Wrong project."})
    assert "Recalled. The step is with you again" in said
    assert acts(desks, HOLDER, task_id) == []
    assert "Wrong project." in said  # the ledger


def test_the_next_one_reading_ends_the_undo_with_a_sentence(desks: Desks) -> None:
    task_id = desks.open_task(CODE)
    agree(desks, HOLDER, task_id)
    following = desks.open_task(CODE)
    page = desks.of("bud.1").get(f"/tasks/{following}")
    assert f'action="/tasks/{following}/read" data-send-quietly' in page.text
    desks.of("bud.1").post(f"/tasks/{following}/read")
    refused = desks.of(HOLDER).post(f"/tasks/{task_id}/undo")
    assert refused.status_code == 409
    assert "Expected a step that nobody has read yet, but" in words(refused)
    again = desks.of("bud.1").get(f"/tasks/{following}")
    assert "/read" not in again.text


def test_an_undo_is_refused_to_others_and_a_second_time(desks: Desks) -> None:
    task_id = desks.open_task(CODE)
    agree(desks, HOLDER, task_id)
    assert desks.of("bud.1").post(f"/tasks/{task_id}/undo").status_code == 403
    assert desks.of("mgr").post(f"/tasks/{task_id}/undo").status_code == 403
    assert desks.of(HOLDER).post(f"/tasks/{task_id}/undo").status_code == 302
    assert desks.of(HOLDER).post(f"/tasks/{task_id}/undo").status_code == 409


# withdraw


def test_only_the_initiator_finds_withdraw_and_too_late_it_is_not_offered(desks: Desks) -> None:
    task_id = desks.open_task(CODE)
    clerk = initiator_of(desks, task_id)
    assert "withdraw" not in acts(desks, clerk, task_id)  # the department has decided
    said = post(desks, clerk, task_id, "withdraw", **{"act:withdraw_reason": REASON})
    assert "Expected nobody to have decided since, but" in said
    refused = desks.of(HOLDER).post(f"/tasks/{task_id}/withdraw", data={})
    assert refused.status_code == 403


# suspend, resume, terminate


def test_a_manager_suspends_and_resumes_and_the_page_says_since_when_and_why(
    desks: Desks,
) -> None:
    task_id = desks.open_task(CODE)
    assert acts(desks, "mgr", task_id) == ["suspend", "terminate"]
    said = post(desks, "mgr", task_id, "suspend", **{"act:suspend_reason": REASON})
    assert "Suspended since" in said
    assert REASON in said
    assert acts(desks, "mgr", task_id) == ["resume", "terminate"]
    page = desks.of(HOLDER).get(f"/tasks/{task_id}")
    assert "Suspended since" in words(page)
    assert 'name="outcome"' not in page.text
    inbox = words(desks.of(HOLDER).get("/inbox?tab=groups"))
    assert "Suspended" in inbox
    refused = desks.of(HOLDER).post(f"/tasks/{task_id}/claim", data={})
    assert refused.status_code == 409
    assert "it has been suspended since" in words(refused)
    said = post(desks, "mgr", task_id, "resume", **{"act:resume_reason": REASON})
    assert "Resumed." in said
    assert 'name="outcome"' in desks.of(HOLDER).get(f"/tasks/{task_id}").text


@pytest.mark.parametrize("act", ["suspend", "terminate"])
def test_a_stop_without_a_reason_opens_its_dialog_again(desks: Desks, act: str) -> None:
    task_id = desks.open_task(CODE)
    data = {"expected_version": "1", f"act:{act}_reason": "no"}
    refused = desks.of("mgr").post(f"/tasks/{task_id}/{act}", data=data)
    assert refused.status_code == 422
    assert re.search(rf'id="{act}-dialog"[^>]* open', refused.text)
    assert f'id="act:{act}_reason"' in refused.text
    assert "Expected 10 to" in words(refused)
    assert state_of(desks, task_id) == "active"


@pytest.mark.parametrize("act", ["suspend", "resume", "terminate"])
def test_whoever_is_no_manager_is_refused(desks: Desks, act: str) -> None:
    task_id = desks.open_task(CODE)
    for who in (HOLDER, initiator_of(desks, task_id)):
        answer = desks.of(who).post(f"/tasks/{task_id}/{act}", data={f"act:{act}_reason": REASON})
        assert answer.status_code == 403
    assert state_of(desks, task_id) == "active"


def test_a_terminated_item_says_so_everywhere_and_those_concerned_are_told(
    desks: Desks,
) -> None:
    task_id = desks.open_task(CODE)
    clerk = initiator_of(desks, task_id)
    said = post(desks, "mgr", task_id, "terminate", **{"act:terminate_reason": REASON})
    assert "Terminated since" in said
    assert state_of(desks, task_id) == "terminated"
    assert acts(desks, "mgr", task_id) == []
    assert "Terminated" in words(desks.of(clerk).get("/inbox?tab=started"))
    assert "Terminated" in words(desks.of("mgr").get(f"/projects/{CODE}"))
    board = words(desks.of("mgr").get("/board"))
    assert "Terminated" in board
    with desks.database.unit_of_work(write=False) as session:
        query = select(Notice.address).where(Notice.kind == "decided")
        assert f"user@{clerk}" in set(session.scalars(query))
        assert not session.scalars(select(Question)).all()
