"""Undo, recall, withdraw, suspend, resume and terminate on the pages: each dialog and refusal."""

import re
from uuid import UUID

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.identity import Actor, User, load_actor
from app.notify.models import Notice
from app.projects.sample.journeys import DEMO_NOW
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.instances import start_instance
from app.workflow.models import ProcessInstance, Question, UserTask
from tests.engine.drawing import draw
from tests.web.desk import GOAL_REVIEW, REASON, Desks, words
from tests.web.papers import text_of
from tests.workflow.small import SUBJECT

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


def deployed(desks: Desks, more: str) -> UUID:
    """An item of a small process, started by a clerk and sent to two reviewers."""
    with desks.database.unit_of_work() as session:
        clerk = person(session, "d05u1.clerk")
        lines = f"""
            start s
            step a assignee=d05u1.clerk {more}
            step b assignee=ctr.rev1
            step c assignee=perf.ex1 appr.returnTo=any appr.resubmit=straight
            end e
            s > a > b > c > e
        """
        deploy_definition(session, None, draw(lines, "P_SMALL"), "", DEMO_NOW)
        start_instance(session, "P_SMALL", "S-1", SUBJECT, clerk, DEMO_NOW)
    desks.of("d05u1.clerk").post(
        f"/tasks/{desks.open_task('S-1')}/approve", data={"outcome": "agree"}
    )
    return desks.open_task("S-1")


def person(session: Session, username: str) -> Actor:
    found = load_actor(session, session.scalars(_named(username)).one())
    assert found is not None
    return found


def _named(username: str) -> Select[UUID]:
    return select(User.id).where(User.username == username)


def test_the_initiator_withdraws_and_is_asked_for_a_reason(desks: Desks) -> None:
    task_id, clerk = deployed(desks, ""), "d05u1.clerk"
    assert "withdraw" in acts(desks, clerk, task_id)
    said = post(desks, clerk, task_id, "withdraw", **{"act:withdraw_reason": "no"})
    assert "Expected 10 to" in said
    said = post(desks, clerk, task_id, "withdraw", **{"act:withdraw_reason": REASON})
    assert "Withdrawn. The first step is open again." in said
    assert desks.open_task("S-1", "a")
    gone = words(desks.of("ctr.rev1").get(f"/tasks/{task_id}"))
    assert "because of: a withdrawal by the initiator" in gone


@pytest.mark.parametrize("consents", [True, False])
def test_who_has_read_it_is_asked_on_the_page_of_the_task(desks: Desks, consents: bool) -> None:
    task_id, clerk = deployed(desks, "appr.withdraw=consent"), "d05u1.clerk"
    desks.of("ctr.rev1").post(f"/tasks/{task_id}/read")
    page = desks.of(clerk).get(f"/tasks/{task_id}")
    assert "Somebody has read it" in words(page)
    said = post(desks, clerk, task_id, "withdraw", **{"act:withdraw_reason": REASON})
    assert "has been asked to let it go back" in said
    page = desks.of("ctr.rev1").get(f"/tasks/{task_id}")
    assert "would like to withdraw this item" in words(page)
    [where] = re.findall(r'action="(/tasks/[^"]*/withdrawals/[^"]*)"', page.text)
    field = f"leave:{where.rpartition('/')[2]}"
    reader = desks.of("ctr.rev1")
    assert reader.post(where, data={"leave": "no", field: "no"}).status_code == 422
    assert desks.of("perf.ex1").post(where, data={"leave": "yes"}).status_code == 403
    sent = {"leave": "yes" if consents else "no", field: REASON}
    said = words(reader.post(where, data=sent, follow_redirects=True))
    assert ("The item has gone back" if consents else "The item stays where it is") in said
    assert desks.open_task("S-1", "a" if consents else "b")
    assert reader.post(where, data=sent).status_code == 409


def test_the_answer_to_a_return_may_be_sent_straight_and_says_what_is_carried_over(
    desks: Desks,
) -> None:
    task_id = deployed(desks, "")
    desks.of("ctr.rev1").post(f"/tasks/{task_id}/approve", data={"outcome": "agree"})
    last = desks.open_task("S-1")
    back = {"target": "P_SMALL/a", "return_reason": REASON}
    desks.of("perf.ex1").post(f"/tasks/{last}/return", data=back)
    first = desks.open_task("S-1", "a")
    page = desks.of("d05u1.clerk").get(f"/tasks/{first}")
    assert "Submit straight to" in words(page)
    assert re.search(r'name="straight" value="agree"', page.text)
    sent = {"straight": "agree", "expected_version": str(desks.version_of(first))}
    desks.of("d05u1.clerk").post(f"/tasks/{first}/approve", data=sent)
    shown = words(desks.of("perf.ex1").get(f"/tasks/{desks.open_task('S-1', 'c')}"))
    assert "carried over" in shown
    assert "straight back to c" in shown
    item = desks.instance_of(last)
    sheet = words(desks.of("perf.ex1").get(f"/instances/{item}/sheet"))
    printed = text_of(desks.of("perf.ex1").get(f"/instances/{item}/sheet.pdf").data)
    for said in (sheet, " ".join(printed.split())):
        assert "straight back to c" in said
        assert "→ a" in said  # the return
        assert "→ c" not in said
    chinese = words(desks.of("perf.ex1", "zh").get(f"/instances/{item}/sheet"))
    assert "直接报送至" in chinese


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
