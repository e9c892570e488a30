"""Urging, copies and questions on the pages: each dialog, each refusal, what others see then."""

import re
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from app.workflow.deciding.models import TaskDraft
from app.workflow.models import Question
from tests.web.desk import Desks, words

TEXT = "预算会议周五召开,请尽快办理。"
QUESTION = "How was the price of an ambulance found?"
ANSWER = "By three quotations; they are attached to the declaration."
#: Final review, with the section's reviewer; started by the unit's clerk.
CODE = "YS2023-0007"
REVIEWER, CLERK = "sec.soc.rev", "d11u1.clerk"


@pytest.fixture
def task(desks: Desks) -> UUID:
    return desks.open_task(CODE)


@pytest.fixture
def clerk(desks: Desks, task: UUID) -> str:
    """Who started the item."""
    with desks.database.unit_of_work(write=False) as session:
        from app.identity import User  # noqa: PLC0415
        from app.workflow.models import ProcessInstance, UserTask  # noqa: PLC0415

        item = session.get_one(ProcessInstance, session.get_one(UserTask, task).instance_id)
        return session.get_one(User, item.started_by_id).username


def send(desks: Desks, who: str, task: UUID, act: str, **fields: Any) -> TestResponse:
    data = {"expected_version": desks.version_of(task)}
    data |= {f"act:{name}": value for name, value in fields.items()}
    return desks.of(who).post(f"/tasks/{task}/{act}", data=data)


def page(desks: Desks, who: str, task: UUID, language: str = "en", query: str = "") -> TestResponse:
    return desks.of(who, language).get(f"/tasks/{task}{query}")


def question_of(desks: Desks) -> UUID:
    with desks.database.unit_of_work(write=False) as session:
        return session.query(Question).one().id


# urging


def test_the_initiator_urges_and_everybody_sees_how_often(
    desks: Desks, task: UUID, clerk: str
) -> None:
    assert "Urge" in words(page(desks, clerk, task))
    assert 'id="urge-dialog"' in page(desks, clerk, task).text

    answer = send(desks, clerk, task, "urge", urge_text=TEXT)

    assert answer.status_code == 302
    said = words(page(desks, REVIEWER, task))
    assert "Urged 1 time" in said
    assert TEXT in said
    assert "urged the step" in said  # the ledger
    assert "urged 1 time" in words(desks.of(REVIEWER).get("/inbox?tab=groups"))
    assert TEXT in words(desks.of(REVIEWER).get("/notices"))


def test_a_second_urge_says_when_it_is_possible_again(desks: Desks, task: UUID, clerk: str) -> None:
    send(desks, clerk, task, "urge", urge_text=TEXT)

    answer = send(desks, clerk, task, "urge", urge_text="again")

    assert answer.status_code == 409
    assert "Expected 4 working hours between two urges; you urged at 2022-10-10 09:00" in words(
        answer
    )
    assert 'id="urge-dialog" aria-labelledby="urge-dialog-title" open' in answer.text
    assert ">again</textarea>" in answer.text


def test_a_manager_urges_and_a_stranger_may_not(desks: Desks, task: UUID) -> None:
    assert send(desks, "mgr", task, "urge").status_code == 302
    refused = send(desks, "ctr.rev1", task, "urge")

    assert refused.status_code == 403
    assert "Expected whoever started this item or manages items" in words(refused)


# copies


def test_a_copy_is_given_read_and_receipted(desks: Desks, task: UUID) -> None:
    stranger = "d04u1.clerk"
    assert page(desks, stranger, task).status_code == 403

    answer = send(desks, REVIEWER, task, "copy", copy_to=stranger, copy_note="请关注。")

    assert answer.status_code == 302
    assert "not read yet" in words(page(desks, REVIEWER, task))
    copied = words(desks.of(stranger).get("/inbox?tab=copied"))
    assert "请关注。" in copied
    assert "from " in copied
    shown = page(desks, stranger, task)
    assert shown.status_code == 200
    assert "data-send-quietly" in shown.text
    desks.of(stranger).post(f"/instances/{desks.instance_of(task)}/read")
    assert "read by " in words(page(desks, REVIEWER, task))


@pytest.mark.parametrize(
    ("receiver", "said"),
    [
        ("", "Expected the name or user name of one colleague"),
        ("nobody.here", "Expected the name or user name of one colleague"),
        (REVIEWER, "Choose somebody else than"),
    ],
)
def test_a_copy_to_nobody_keeps_what_was_typed(
    desks: Desks, task: UUID, receiver: str, said: str
) -> None:
    answer = send(desks, REVIEWER, task, "copy", copy_to=receiver, copy_note="请关注。")

    assert answer.status_code == 422
    assert said in words(answer)
    assert "请关注。</textarea>" in answer.text
    assert 'id="copy-dialog" aria-labelledby="copy-dialog-title" open' in answer.text


def test_a_reader_is_offered_no_copy_and_may_give_none(desks: Desks, task: UUID) -> None:
    assert 'id="copy-dialog"' not in page(desks, "perf.head", task).text
    assert send(desks, "perf.head", task, "copy", copy_to="ctr.rev1").status_code == 403


# questions


def ask(desks: Desks, task: UUID, clerk: str, **more: Any) -> TestResponse:
    fields = {"ask_person": clerk, "ask_text": QUESTION, **more}
    return send(desks, REVIEWER, task, "ask", **fields)


def test_a_question_is_asked_and_answered_on_the_page(desks: Desks, task: UUID, clerk: str) -> None:
    answer = ask(desks, task, clerk)

    assert answer.status_code == 302
    mine = words(page(desks, REVIEWER, task))
    assert "Waiting for an answer" in mine
    assert "Take the question back" in mine
    assert "Waiting for an answer" in words(desks.of(REVIEWER).get("/inbox?tab=groups"))
    inbox = words(desks.of(clerk).get("/inbox"))
    assert "Questions to me 1" in inbox
    assert QUESTION in inbox
    asked = page(desks, clerk, task)
    assert "asks you" in words(asked)

    field = f"answer:{question_of(desks)}"
    done = desks.of(clerk).post(
        f"/tasks/{task}/questions/{question_of(desks)}/answer", data={field: ANSWER}
    )

    assert done.status_code == 302
    told = words(page(desks, REVIEWER, task))
    assert ANSWER in told
    assert "Waiting for an answer" not in told
    assert "working day" in told
    assert "Questions to me" not in words(desks.of(clerk).get("/inbox"))
    assert ANSWER in words(desks.of(REVIEWER).get("/notices"))


def test_the_choice_has_exactly_the_people_who_may_be_asked(
    desks: Desks, task: UUID, clerk: str
) -> None:
    html = page(desks, REVIEWER, task).text

    offered = re.findall(r'name="act:ask_person" form="task-form" value="([^"]+)"', html)

    assert offered[0] == clerk
    assert REVIEWER not in offered
    assert offered == [clerk, "d02.fin", "ctr.rev3", "perf.ex2"]


def test_what_was_typed_into_the_form_outlives_a_question(
    desks: Desks, task: UUID, clerk: str
) -> None:
    data = {"expected_version": desks.version_of(task), "opinion": "草稿意见"}
    data |= {"act:ask_person": clerk, "act:ask_text": QUESTION}

    desks.of(REVIEWER).post(f"/tasks/{task}/ask", data=data)

    assert "草稿意见" in page(desks, REVIEWER, task).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"ask_text": "?"}, "Expected 5 to 2000 characters, found 1."),
        ({"ask_person": "d04u1.clerk"}, "Choose one of the people of the list."),
    ],
)
def test_a_refused_question_keeps_what_was_typed(
    desks: Desks, task: UUID, clerk: str, fields: dict[str, str], said: str
) -> None:
    answer = ask(desks, task, clerk, **fields)

    assert answer.status_code == 422
    assert said in words(answer)
    assert 'id="ask-dialog" aria-labelledby="ask-dialog-title" open' in answer.text
    assert fields.get("ask_text", QUESTION) in answer.text


def test_an_empty_answer_comes_back_and_touches_no_draft(
    desks: Desks, task: UUID, clerk: str
) -> None:
    ask(desks, task, clerk)
    question = question_of(desks)

    answer = desks.of(clerk).post(
        f"/tasks/{task}/questions/{question}/answer", data={f"answer:{question}": " "}
    )

    assert answer.status_code == 422
    assert "Expected 2 to 2000 characters" in words(answer)
    with desks.database.unit_of_work(write=False) as session:
        assert session.query(TaskDraft).filter_by(task_id=task).count() == 0


def test_nobody_else_answers_or_takes_back(desks: Desks, task: UUID, clerk: str) -> None:
    ask(desks, task, clerk)
    question = question_of(desks)

    answered = desks.of("perf.ex1").post(
        f"/tasks/{task}/questions/{question}/answer", data={f"answer:{question}": ANSWER}
    )
    taken = desks.of(clerk).post(f"/tasks/{task}/questions/{question}/take-back")

    assert (answered.status_code, taken.status_code) == (403, 403)
    assert "Expected the person who was asked" in words(answered)


def test_the_asker_takes_it_back(desks: Desks, task: UUID, clerk: str) -> None:
    ask(desks, task, clerk)

    done = desks.of(REVIEWER).post(f"/tasks/{task}/questions/{question_of(desks)}/take-back")

    assert done.status_code == 302
    said = words(page(desks, REVIEWER, task))
    assert "Taken back." in said
    assert "Waiting for an answer" not in said


def test_the_dialogs_speak_chinese(desks: Desks, task: UUID, clerk: str) -> None:
    ask(desks, task, clerk)

    said = words(page(desks, REVIEWER, task, "zh"))

    assert "等待答复" in said
    assert "撤回提问" in said
    assert "询问" in said
