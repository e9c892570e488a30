"""Approving and returning many tasks with one opinion, on both databases."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.core.ids import new_id
from app.identity.models import RefusedRequest
from app.projects.models import Project
from app.workflow.ledger.entries import verify
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, UserTask, Vote
from app.workflow.states import TaskState
from tests.batches import reviewer_of, undemanding_forms, waiting_reports
from tests.statements import Statements
from tests.web.desk import MONITORING_REVIEW, REASON, Desks, words

RUN = "/inbox/batch/run"
JSON = {"Accept": "application/json"}


@pytest.fixture
def tasks(desks: Desks, tmp_path: Path) -> list[UUID]:
    """Reports of one department whose review asks for nothing but a decision."""
    undemanding_forms(desks.database, tmp_path / "forms")
    return waiting_reports(desks.database, reviewer_of(desks.database))[:3]


def page(desks: Desks, who: str, tasks: list[UUID], verb: str = "approve", **more: Any) -> str:
    answer = desks.of(who).get("/inbox/batch", query_string={"verb": verb, "task": tasks, **more})
    assert answer.status_code == 200, words(answer)
    return answer.text


def items(html: str) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', html)


def send(desks: Desks, who: str, **form: Any) -> TestResponse:
    return desks.of(who).post(RUN, data={"verb": "approve", "batch": new_id(), **form})


def in_words(html: str) -> str:
    html = html[html.index("<main") : html.index("</main")]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def open_ones(desks: Desks, tasks: list[UUID]) -> list[UUID]:
    with desks.database.unit_of_work(write=False) as session:
        query = select(UserTask.id).where(UserTask.id.in_(tasks), UserTask.state == TaskState.OPEN)
        return list(session.scalars(query))


def votes_of(desks: Desks, tasks: list[UUID]) -> list[Vote]:
    with desks.database.unit_of_work(write=False) as session:
        return list(session.scalars(select(Vote).where(Vote.task_id.in_(tasks))))


def test_ticks_of_the_inbox_lead_to_a_page_with_an_address(desks: Desks, tasks: list[UUID]) -> None:
    who = reviewer_of(desks.database)

    answer = desks.of(who).post(
        "/inbox/batch", data={"verb": "approve", "task": tasks, "place": "tab=groups"}
    )

    assert answer.status_code == 302
    said = words(desks.of(who).get(answer.location))
    assert "3 can be done with one opinion" in said
    assert "New to you." in said
    assert "Together" in said
    assert open_ones(desks, tasks) == sorted(tasks)  # nothing has happened yet


def test_the_clean_ones_are_done_with_one_opinion_and_an_entry_each(
    desks: Desks, tasks: list[UUID]
) -> None:
    who = reviewer_of(desks.database)
    ticked = items(page(desks, who, tasks))
    batch = new_id()

    answer = send(desks, who, item=ticked, task=tasks, opinion="Seen.", batch=batch)

    assert "3 are done" in words(answer)
    votes = votes_of(desks, tasks)
    assert [(each.outcome, each.opinion, each.batch_id) for each in votes] == [
        ("agree", "Seen.", batch)
    ] * 3
    with desks.database.unit_of_work(write=False) as session:
        entries = session.scalars(
            select(LedgerEntry).where(LedgerEntry.task_id.in_(tasks), LedgerEntry.verb == "approve")
        ).all()
        assert [each.reason for each in entries] == ["Seen."] * 3
        assert [each.from_state for each in entries] == [f"open, batch {batch}"] * 3
        assert all(verify(session, each.instance_id).is_sound for each in entries)


def test_each_item_has_a_transaction_of_its_own(
    desks: Desks,
    tasks: list[UUID],
    count_statements: Callable[..., AbstractContextManager[Statements]],
) -> None:
    who = reviewer_of(desks.database)
    ticked = items(page(desks, who, tasks))

    client = desks.of(who)
    with count_statements(desks.database) as statements:
        client.post(RUN, data={"verb": "approve", "item": ticked, "task": tasks})

    assert statements.commits == 3


def test_sent_again_it_does_nothing_twice_and_says_the_same(
    desks: Desks, tasks: list[UUID]
) -> None:
    who = reviewer_of(desks.database)
    form = {"item": items(page(desks, who, tasks)), "task": tasks, "batch": new_id()}

    first, again = send(desks, who, **form), send(desks, who, **form)

    assert "3 are done" in words(first)
    assert "3 are done" in words(again)
    assert len(votes_of(desks, tasks)) == 3
    # A reload of the page's address after a lost connection says so, too.
    assert "3 are done" in in_words(page(desks, who, tasks, batch=form["batch"]))


def test_one_that_changed_meanwhile_drops_out_and_nothing_else_is_lost(
    desks: Desks, tasks: list[UUID]
) -> None:
    who = reviewer_of(desks.database)
    ticked = items(page(desks, who, tasks))
    changed = UUID(ticked[1].partition(".")[0])
    desks.of(who).post(f"/tasks/{changed}/claim")

    answer = send(desks, who, item=ticked, task=tasks)

    assert "2 are done" in words(answer)
    assert "somebody changed it after you opened the page" in words(answer)
    assert open_ones(desks, tasks) == [changed]


@pytest.mark.parametrize(("language", "words"), [("en", "somebody changed it"), ("zh", "已被更新")])
def test_a_script_gets_the_outcome_of_each(
    desks: Desks, tasks: list[UUID], language: str, words: str
) -> None:
    who = reviewer_of(desks.database)
    ticked = items(page(desks, who, tasks))
    desks.of(who).post(f"/tasks/{tasks[0]}/claim")

    answer = desks.of(who, language).post(
        RUN, data={"verb": "approve", "item": ticked, "batch": new_id()}, headers=JSON
    )

    refusals = {each["task"]: each["refusal"] for each in answer.json or ()}
    assert words in refusals.pop(str(tasks[0]))
    assert set(refusals.values()) == {""}


def test_a_form_that_wants_answers_keeps_it_out(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")

    said = in_words(page(desks, "sec.soc.rev", [task]))

    assert "Completeness: an answer is needed, but none was given." in said
    assert "None of these can be done unread" in said


# the sample bureau as it is: a section with its reports piled up


SECTION = "sec.agr.rev"


def test_a_section_clears_the_reports_on_plan_with_one_opinion(desks: Desks) -> None:
    tasks = waiting_reports(desks.database, SECTION)
    html = page(desks, SECTION, tasks)
    ticked = items(html)
    clean = [UUID(each.partition(".")[0]) for each in ticked]

    answer = send(desks, SECTION, item=ticked, task=tasks, opinion="同意。")

    assert len(clean) >= 20
    assert len(tasks) - len(clean) >= 3
    assert f"{len(clean)} are done" in words(answer)
    votes = votes_of(desks, clean)
    assert {(each.outcome, each.opinion) for each in votes} == {("agree", "同意。")}
    # What the department answered is not answered once more in the section's name.
    assert {each.form_values.get("figures") for each in votes} == {None}
    assert set(open_ones(desks, tasks)) == set(tasks) - set(clean)
    with desks.database.unit_of_work(write=False) as session:
        verbs = session.scalars(
            select(LedgerEntry.verb).where(
                LedgerEntry.task_id.in_(clean), LedgerEntry.verb == "approve"
            )
        ).all()
    assert len(verbs) == len(clean)


def test_a_report_on_plan_says_why_nothing_is_asked(desks: Desks) -> None:
    tasks = waiting_reports(desks.database, SECTION)
    clean = items(page(desks, SECTION, tasks))[0].partition(".")[0]

    shown = words(desks.of(SECTION).get(f"/tasks/{clean}"))

    assert "The department found the figures consistent with the treasury's" in shown
    assert "* Deviations" not in shown


@pytest.mark.parametrize(
    "answer", [{"figures": "explained"}, {"deviations": "sufficient"}, {"figures": None}]
)
def test_what_the_department_remarked_must_be_judged_by_itself(
    desks: Desks, answer: dict[str, str | None]
) -> None:
    who = reviewer_of(desks.database)
    task = waiting_reports(desks.database, who)[0]
    instance = desks.instance_of(task)
    values = {**MONITORING_REVIEW, **{k: v for k, v in answer.items() if v}}
    desks.of(who).post(
        f"/tasks/{task}/approve",
        data={**values, "outcome": "agree", "expected_version": desks.version_of(task)},
    )
    with desks.database.unit_of_work(write=False) as session:
        item = session.get_one(ProcessInstance, instance)
        section = f"sec.{item.section_code.lower()}.rev"
        query = select(UserTask.id).where(
            UserTask.instance_id == instance, UserTask.state == TaskState.OPEN
        )
        follows = session.scalars(query).one()

    said = in_words(page(desks, section, [follows]))

    is_clean = "1 can be done with one opinion" in said
    assert is_clean is (values == MONITORING_REVIEW)
    if not is_clean:
        assert "an answer is needed, but none was given." in said


def test_a_key_project_is_always_judged_by_itself(desks: Desks) -> None:
    tasks = waiting_reports(desks.database, SECTION)
    clean = UUID(items(page(desks, SECTION, tasks))[0].partition(".")[0])
    with desks.database.unit_of_work() as session:
        code = select(ProcessInstance.subject_code).where(
            ProcessInstance.id == desks.instance_of(clean)
        )
        session.execute(
            update(Project).where(Project.code == code.scalar_subquery()).values(is_key=True)
        )

    assert "an answer is needed, but none was given." in in_words(page(desks, SECTION, [clean]))


def test_an_amount_above_the_limit_keeps_it_out(desks: Desks, tasks: list[UUID]) -> None:
    with desks.database.unit_of_work() as session:
        instance = select(UserTask.instance_id).where(UserTask.id == tasks[0]).scalar_subquery()
        session.execute(
            update(ProcessInstance)
            .where(ProcessInstance.id == instance)
            .values(amount=Decimal(5000))
        )

    said = in_words(page(desks, reviewer_of(desks.database), tasks))

    assert "2 can be done with one opinion" in said
    assert "5,000.00 is more than the 1,000 (10k yuan) that may be decided with others." in said


def test_words_that_were_not_sent_keep_it_out(desks: Desks, tasks: list[UUID]) -> None:
    who = reviewer_of(desks.database)
    desks.of(who).post(f"/tasks/{tasks[0]}/draft", data={"opinion": "Wait a moment."})

    said = in_words(page(desks, who, tasks))

    assert "You typed something here on 2022-10-10" in said
    assert len(items(page(desks, who, tasks))) == 2


def test_what_was_sent_back_is_never_done_unread(desks: Desks) -> None:
    task = desks.open_task("YS2023-0006")  # re-examination sent it back to ctr.rev1

    said = in_words(page(desks, "ctr.rev1", [task]))

    assert "It was sent back to you: read why." in said


def test_many_are_returned_each_to_its_drawn_step_with_one_reason(
    desks: Desks, tasks: list[UUID]
) -> None:
    who = reviewer_of(desks.database)
    html = page(desks, who, tasks, "return")
    assert "Fill in monitoring" in in_words(html)

    short = send(desks, who, verb="return", item=items(html), task=tasks, opinion="No.")
    assert short.status_code == 422
    assert "found 3" in words(short)
    assert open_ones(desks, tasks) == sorted(tasks)

    answer = send(desks, who, verb="return", item=items(html), task=tasks, opinion=REASON)
    assert "3 are done" in words(answer)
    assert [(each.target, each.opinion) for each in votes_of(desks, tasks)] == [
        ("fill_monitoring", REASON)
    ] * 3


def test_an_opinion_has_its_limit(desks: Desks, tasks: list[UUID]) -> None:
    who = reviewer_of(desks.database)
    ticked = items(page(desks, who, tasks))

    answer = send(desks, who, item=ticked, task=tasks, opinion="x" * 4001)

    assert answer.status_code == 422
    assert "nothing was decided" in words(answer)
    assert len(items(answer.text)) == 3
    assert open_ones(desks, tasks) == sorted(tasks)


def test_a_crafted_item_is_refused_and_written_down(desks: Desks, tasks: list[UUID]) -> None:
    stranger, theirs = "d04u1.clerk", tasks[0]

    answer = send(desks, stranger, item=[f"{theirs}.1", f"{uuid4()}.1", "x.y", "."], task=[theirs])

    assert answer.status_code == 200
    assert open_ones(desks, [theirs]) == [theirs]
    with desks.database.unit_of_work(write=False) as session:
        name = session.scalars(
            select(ProcessInstance.subject_en)
            .join(UserTask, UserTask.instance_id == ProcessInstance.id)
            .where(UserTask.id == theirs)
        ).one()
        assert session.scalars(select(RefusedRequest)).first() is not None
    assert name not in answer.text


def test_the_batch_of_another_person_is_not_taken_for_ones_own(
    desks: Desks, tasks: list[UUID]
) -> None:
    who, batch = reviewer_of(desks.database), new_id()
    send(desks, who, item=items(page(desks, who, tasks)), task=tasks, batch=batch)

    assert "3 are done" in in_words(page(desks, who, tasks, batch=batch))
    assert "are done" not in in_words(page(desks, "ctr.rev1", tasks, batch=batch))


def test_more_than_a_page_is_refused(desks: Desks) -> None:
    many = [f"{uuid4()}.1" for _ in range(51)]

    answer = send(desks, "ctr.rev1", item=many)

    assert answer.status_code == 422
    assert "Expected at most 50 tasks at once, found 51." in words(answer)


def test_nothing_ticked_leads_back(desks: Desks) -> None:
    answer = desks.of("ctr.rev1").post("/inbox/batch", data={"place": "tab=groups"})

    assert answer.location == "/inbox?tab=groups"


def test_fifty_cost_a_bounded_number_of_statements_each(
    desks: Desks,
    tmp_path: Path,
    count_statements: Callable[..., AbstractContextManager[Statements]],
) -> None:
    undemanding_forms(desks.database, tmp_path / "forms")
    who = "ctr.rev1"  # who has had no part in any of them
    tasks = waiting_reports(desks.database, who, everywhere=True)[:50]
    assert len(tasks) == 50
    with desks.database.unit_of_work() as session:
        session.execute(update(ProcessInstance).values(amount=Decimal(10)))
    client = desks.of(who)
    with count_statements(desks.database, at_most=50 * 7 + 10):
        html = client.get("/inbox/batch", query_string={"verb": "approve", "task": tasks}).text
    ticked = items(html)
    assert len(ticked) == 50

    with count_statements(desks.database, at_most=50 * 30 + 50) as statements:
        form = {"verb": "approve", "item": ticked, "task": tasks, "batch": new_id()}
        answer = client.post(RUN, data=form)

    assert "50 are done" in words(answer)
    assert statements.commits == 50
