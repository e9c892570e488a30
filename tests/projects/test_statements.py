"""Every verb with the bureau's forms and services behind it takes at most 15 SQL statements."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.ids import new_id
from app.identity import User
from app.projects.launch import start_goal_review, start_monitoring
from app.projects.messages import answer, ask, give_copy, urge
from app.projects.queries import project_by_code
from app.projects.reminders import ring_alarm
from app.projects.sample import goal_values
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import claim_task, transfer_task, unclaim_task
from app.workflow.assignment.handover import hand_over_task
from app.workflow.deciding.attachments import as_form_value, attach_file
from app.workflow.deciding.batches import BatchVerb, Order, do_item
from app.workflow.deciding.decisions import Decision, approve_task, return_task
from app.workflow.deciding.drafts import save_task_draft
from app.workflow.models import Seat
from app.workflow.permits.tasks import return_choices
from app.workflow.questions import questions_of
from app.workflow.returning.points import PointAnswer, PointAsked, points_of
from app.workflow.returning.recalls import recall_decision, undo_decision
from app.workflow.returning.taking_back import withdraw_item
from app.workflow.stopping import resume_item, suspend_item, terminate_item
from app.workflow.voting.signing import add_signer, delegate_task, remove_signer, resolve_delegation
from tests.workflow.conftest import BY_TAG, REASON, REVIEW, Office, clerk_of
from tests.workflow.test_timeouts import READ_ONLY, deploy

MOST = 15
QUALITY = "工程验收合格率"
CHECKED = {"figures": "consistent", "deviations": "none"}
REPLY = {"reply_number": "财预批〔2022〕108号", "reply_date": "2022-09-05"}
EDITED = {
    **REVIEW,
    "grade": "good",
    "line_edits": [{"indicator": QUALITY, "item": "target", "new": "99", "reason": REASON}],
}


class CountingOffice(Office):
    """An office in which every act is counted: `counts` has the verb, its step and its cost."""

    count: Callable[..., Any]
    counts: list[tuple[str, int]]

    def act(self, verb: Callable[..., Any], *arguments: Any) -> Any:
        with self.count(self.database, at_most=MOST) as statements:
            result = super().act(verb, *arguments)
        assert statements.commits == 1
        self.counts.append((verb.__name__, len(statements)))
        return result


@pytest.fixture
def counting(office: Office, count_statements: Callable[..., Any]) -> CountingOffice:
    """The office, with everybody signed in beforehand."""
    counting = CountingOffice(office.database, office.now)
    counting.count, counting.counts = count_statements, []
    for who in ("d05u1.clerk", "d05.fin", "d03u1.clerk", "d03.fin", "sec.eco.rev", "bud.1"):
        counting.actor(who)
    for who in ("ctr.rev1", "ctr.rev2", "perf.ex1", "tpa.a1", "sec.agr.rev"):
        counting.actor(who)
    return counting


@contextmanager
def opening(office: Office, item: UUID, step: str, who: str) -> Iterator[dict[str, object]]:
    """The step with a saved draft and a file, as long as the actor works on it."""
    task_id, actor = office.task(item, step), office.actor(who)
    office.act(save_task_draft, task_id, actor, {"fields": [["note", "未完"]]})
    row = office.act(attach_file, task_id, actor, "说明.pdf", BytesIO(b"%PDF-1.7"))
    yield as_form_value(row)


def start(office: Office, tag: str) -> UUID:
    """`Office.start` without its own looking up of the project."""
    with office.database.unit_of_work(write=False) as session:
        project = project_by_code(session, BY_TAG[tag].code)

    def start_review(session: Session, now: datetime) -> UUID:
        return start_goal_review(session, project, office.actor(clerk_of(tag)), now)

    item: UUID = office.act(start_review)
    return item


def test_the_whole_review_in_two_rounds_with_files_drafts_and_edits(
    counting: CountingOffice,
) -> None:
    office, item = counting, start(counting, "P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    office.send_back(item, "preliminary_review", "ctr.rev1", "compile_goals")
    with opening(office, item, "compile_goals", "d05u1.clerk") as file:
        text = goal_values(BY_TAG["P04"])["annual_goal"] + "按季度公开进度。"
        money = [{"source": "fiscal", "amount": "400"}, {"source": "other", "amount": "50"}]
        office.submit(item, "P04", commitment_file=[file], annual_goal=text, sources=money)
    with opening(office, item, "department_review", "d05.fin"):
        office.agree(item, "department_review", "d05.fin")
    with opening(office, item, "preliminary_review", "ctr.rev1"):
        office.agree(item, "preliminary_review", "ctr.rev1")
    office.send_back(item, "re_examination", "perf.ex1", "preliminary")
    office.agree(item, "preliminary_review", "ctr.rev1")
    with opening(office, item, "re_examination", "perf.ex1"):
        office.agree(item, "re_examination", "perf.ex1")
    for _round in range(2):
        with opening(office, item, "final_review", "sec.eco.rev"):
            office.agree(item, "final_review", "sec.eco.rev", EDITED, "agree_with_edits", REASON)
        with opening(office, item, "accept_edits", "d05u1.clerk"):
            if _round == 0:
                office.send_back(item, "accept_edits", "d05u1.clerk", "final_review")
            else:
                office.agree(item, "accept_edits", "d05u1.clerk", {"note": "同意"})
    with opening(office, item, "approve_with_budget", "bud.1"):
        office.agree(item, "approve_with_budget", "bud.1", REPLY)
    assert office.open_steps(item) == {}


def test_a_refusal_in_the_second_round(counting: CountingOffice) -> None:
    office, item = counting, start(counting, "P04")
    office.submit(item, "P04")
    office.send_back(item, "department_review", "d05.fin", "compile_goals")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    with opening(office, item, "preliminary_review", "ctr.rev1"):
        office.reject(item, "preliminary_review", "ctr.rev1")
    assert office.open_steps(item) == {}


def test_a_key_project_with_returns_out_of_the_parallel_block(counting: CountingOffice) -> None:
    office, item = counting, start(counting, "P03")
    office.submit(item, "P03")
    for _round in range(2):
        office.agree(item, "department_review", "d03.fin")
        with opening(office, item, "center_desk_review", "ctr.rev1"):
            office.send_back(item, "center_desk_review", "ctr.rev1", "compile_goals")
        with opening(office, item, "compile_goals", "d03u1.clerk"):
            office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")
    office.third_party(item)
    with opening(office, item, "center_desk_review", "ctr.rev1"):
        office.desk_review(item)
    with opening(office, item, "preliminary_review", "ctr.rev1"):
        office.agree(item, "preliminary_review", "ctr.rev1")
    with opening(office, item, "re_examination", "perf.ex1"):
        office.send_back(item, "re_examination", "perf.ex1", "preliminary")
    assert office.open_steps(item) == {"center_desk_review": 4, "third_party_review": 4}


def test_monitoring_in_two_rounds_with_files_and_drafts(counting: CountingOffice) -> None:
    office, goal = counting, start(counting, "P04")
    office.submit(goal, "P04")
    for step, who in (
        ("department_review", "d05.fin"),
        ("preliminary_review", "ctr.rev1"),
        ("re_examination", "perf.ex1"),
        ("final_review", "sec.eco.rev"),
    ):
        office.agree(goal, step, who)
    office.agree(goal, "approve_with_budget", "bud.1", REPLY)
    with office.database.unit_of_work(write=False) as session:
        project = project_by_code(session, BY_TAG["P04"].code)

    def start_report(session: Session, now: datetime) -> UUID:
        clerk = office.actor("d05u1.clerk")
        return start_monitoring(session, project, date(2022, 9, 30), clerk, now)

    item = office.act(start_report)
    rows = [
        {"__row": place, "likelihood": "certain"}
        | (
            {"actual_text": "管护制度已印发"}
            if line["operator"] == "qualitative"
            else {"actual_to_date": line["target"], "forecast": line["target"]}
        )
        for place, line in enumerate(goal_values(BY_TAG["P04"])["indicators"])
    ]
    values = {"executed": "333", "forecast_execution": "450", "indicators": rows}
    for _round in range(2):
        with opening(office, item, "fill_monitoring", "d05u1.clerk"):
            office.agree(item, "fill_monitoring", "d05u1.clerk", values)
        with opening(office, item, "department_review", "d05.fin"):
            office.agree(item, "department_review", "d05.fin", CHECKED)
        with opening(office, item, "section_review", "sec.eco.rev"):
            if _round == 0:
                office.send_back(item, "section_review", "sec.eco.rev", "fill_monitoring")
            else:
                office.agree(item, "section_review", "sec.eco.rev", CHECKED)
    assert office.open_steps(item) == {}


def test_what_people_say_and_what_time_does(counting: CountingOffice) -> None:
    office, item = counting, start(counting, "P04")
    office.submit(item, "P04")
    task, reviewer, clerk = (
        office.task(item, "department_review"), office.actor("d05.fin"), office.actor("d05u1.clerk")
    )  # fmt: skip
    office.act(urge, task, clerk, "请尽快办理。")
    office.act(give_copy, task, reviewer, office.actor("ctr.rev1").id, "请关注。")
    office.act(ask, task, reviewer, "d05u1.clerk", "请说明资金来源。")
    with office.database.unit_of_work(write=False) as session:
        [question] = questions_of(session, item)
    office.act(answer, question.id, clerk, "全部为本级财政拨款。")
    office.now += timedelta(days=30)
    office.act(ring_alarm, task)
    assert office.open_steps(item) == {"department_review": 1}


@pytest.fixture
def item(counting: CountingOffice) -> UUID:
    """A goal review that waits for the department; its initiator and its manager are known."""
    for who in ("mgr", "admin", "d05.head"):
        counting.actor(who)
    item = start(counting, "P04")
    counting.submit(item, "P04")
    return item


def test_taking_back(counting: CountingOffice, item: UUID) -> None:
    office, clerk, reviewer = counting, counting.actor("d05u1.clerk"), counting.actor("d05.fin")
    for verb, more in ((undo_decision, (None,)), (recall_decision, (REASON, None))):
        task = office.task(item, "department_review")
        office.agree(item, "department_review", "d05.fin")
        office.now -= timedelta(hours=1) - timedelta(seconds=10)
        office.act(verb, task, reviewer, *more)
    points = (PointAsked("evidence_missing", REASON),)
    decision = replace(sent_back(office, item, "compile_goals"), points=points)
    office.act(return_task, office.task(item, "department_review"), reviewer, decision)
    with office.database.unit_of_work(write=False) as session:
        [point] = points_of(session, item)
    values = goal_values(BY_TAG["P04"])
    del values["year_amount"]
    answer = Decision("agree", values, answers={point.id: PointAnswer(is_mended=True)})
    office.act(approve_task, office.task(item, "compile_goals"), clerk, answer)
    office.act(withdraw_item, office.task(item, "department_review"), clerk, REASON, None)
    assert office.open_steps(item) == {"compile_goals": 3}


def test_stopping(counting: CountingOffice, item: UUID) -> None:
    manager, task = counting.actor("mgr"), counting.task(item, "department_review")
    for verb in (suspend_item, resume_item, suspend_item, terminate_item):
        counting.act(verb, task, manager, REASON, None)
    assert counting.open_steps(item) == {}


def test_bringing_in_others(counting: CountingOffice, item: UUID) -> None:
    office, task = counting, counting.task(item, "department_review")
    reviewer, others = office.actor("d05.fin"), ("ctr.rev1", "ctr.rev2", "perf.ex1")
    office.act(claim_task, task, reviewer, None)
    office.act(unclaim_task, task, reviewer, None)
    for who, how in zip(others, ("after", "with", "before"), strict=True):
        office.act(add_signer, task, reviewer, office.actor(who).id, how, REASON, None)
    with office.database.unit_of_work(write=False) as session:
        seats = {each.holder_id: each.id for each in session.scalars(select(Seat))}
    for who in others:
        office.act(remove_signer, task, reviewer, seats[office.actor(who).id], None)
    office.act(delegate_task, task, reviewer, office.actor("ctr.rev3").id, REASON, None)
    office.act(resolve_delegation, task, office.actor("ctr.rev3"), REASON, None)
    office.act(transfer_task, task, reviewer, office.actor("d05.head").id, REASON, None)
    with office.database.unit_of_work(write=False) as session:
        leaver = session.scalars(select(User).where(User.username == "d05.head")).one()
    office.act(hand_over_task, task, office.actor("admin"), leaver, reviewer.id, REASON)
    assert office.open_steps(item) == {"department_review": 1}


@pytest.mark.parametrize("verb", list(BatchVerb))
def test_batches(counting: CountingOffice, verb: BatchVerb) -> None:
    deploy(counting, **READ_ONLY)
    item = start(counting, "P04")
    counting.submit(item, "P04")
    reviewer, task = counting.actor("d05.fin"), counting.task(item, "department_review")
    counting.act(do_item, task, 1, reviewer, Order(new_id(), verb, REASON))
    assert "department_review" not in counting.open_steps(item)


@pytest.mark.parametrize("rule", ["approve", "escalate"])
def test_what_time_decides(counting: CountingOffice, rule: str) -> None:
    escalate = {"escalate": "department_head"} if rule == "escalate" else {}
    deploy(counting, timeout=rule, **READ_ONLY, **escalate)
    item = start(counting, "P04")
    counting.submit(item, "P04")
    counting.now += timedelta(days=30)
    counting.act(ring_alarm, counting.task(item, "department_review"))
    assert ("department_review" in counting.open_steps(item)) == (rule == "escalate")


def sent_back(office: Office, item: UUID, target: str) -> Decision:
    with office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, office.task(item, "department_review"), lock=False)
        choices = return_choices(loaded)
    return Decision("return", {}, REASON, next(e for e in choices if e.step_id == target))
