"""The verbs of a task, on the bureau's own goal review."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import (
    ConflictError,
    CountersignError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from app.core.i18n import Bilingual
from app.core.ids import new_id
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import claim_task, transfer_task, unclaim_task
from app.workflow.deciding.decisions import Decision, approve_task, return_task
from app.workflow.deciding.drafts import find_draft, save_task_draft
from app.workflow.ledger import entries as ledger
from app.workflow.models import ProcessInstance, Seat, UserTask, Vote
from app.workflow.permits.tasks import ReturnChoice, permitted
from app.workflow.states import SeatState
from app.workflow.tracking.history import ledger_entries, open_seats, opinions
from tests.workflow.conftest import REASON, REVIEW, Office

Count = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def item(office: Office) -> UUID:
    """P04 (not a key project), submitted: it waits for the department."""
    item = office.start("P04")
    office.submit(item, "P04")
    return item


def test_a_project_goes_through_every_layer_to_its_letter(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    office.agree(item, "re_examination", "perf.ex1")
    office.agree(item, "final_review", "sec.eco.rev")
    reply = {"reply_number": "财预批〔2022〕1号", "reply_date": "2022-09-05"}
    office.agree(item, "approve_with_budget", "bud.1", reply)

    with office.database.unit_of_work(write=False) as session:
        instance = session.get_one(ProcessInstance, item)
        assert (instance.state, instance.end_event) == ("completed", "end_approved")
        assert ledger.verify(session, item).is_sound
    assert office.open_steps(item) == {}


def test_a_key_project_waits_for_desk_review_and_third_party(office: Office) -> None:
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")

    assert office.open_steps(item) == {"center_desk_review": 1, "third_party_review": 1}
    office.desk_review(item)
    assert office.open_steps(item) == {"third_party_review": 1}
    office.third_party(item)
    assert office.open_steps(item) == {"preliminary_review": 1}


def test_four_rounds_with_returns_from_each_layer(office: Office) -> None:
    item = office.start("P03")
    for round_number, returns in enumerate(
        [
            ("department_review", "d03.fin"),
            ("preliminary_review", "ctr.rev2"),
            ("re_examination", "perf.ex1"),
            ("final_review", "sec.agr.rev"),
            None,
        ],
        start=1,
    ):
        assert office.open_steps(item) == {"compile_goals": round_number}
        office.submit(item, "P03")
        for step, who in [
            ("department_review", "d03.fin"),
            ("preliminary", ""),
            ("preliminary_review", "ctr.rev2"),
            ("re_examination", "perf.ex1"),
            ("final_review", "sec.agr.rev"),
        ]:
            if returns == (step, who):
                office.send_back(item, step, who, "compile_goals")
                break
            if step == "preliminary":
                office.desk_review(item)
                office.third_party(item)
            else:
                office.agree(item, step, who)
    assert office.open_steps(item) == {"approve_with_budget": 1}
    with office.database.unit_of_work(write=False) as session:
        assert ledger.verify(session, item).is_sound


def test_a_return_out_of_the_parallel_block_takes_the_colleague_along(office: Office) -> None:
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")
    third_party = office.task(item, "third_party_review")

    office.send_back(item, "center_desk_review", "ctr.rev1", "compile_goals")

    assert office.open_steps(item) == {"compile_goals": 2}
    with office.database.unit_of_work(write=False) as session:
        cancelled = session.get_one(UserTask, third_party)
        seat = session.scalars(select(Seat).where(Seat.task_id == third_party)).one()
        assert (cancelled.state, seat.state) == ("cancelled", "not_needed")
        assert seat.holder_id is None  # never closed in another person's name
    with pytest.raises(ConflictError, match="closed it"):
        office.act(approve_task, third_party, office.actor("tpa.a1"), Decision("agree"))


def test_a_return_to_the_previous_layer_runs_that_layer_again(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    office.send_back(item, "re_examination", "perf.ex1", "preliminary")
    assert office.open_steps(item) == {"preliminary_review": 2}
    office.agree(item, "preliminary_review", "ctr.rev2")
    office.agree(item, "re_examination", "perf.ex1")
    office.send_back(item, "final_review", "sec.eco.rev", "re_examination")
    assert office.open_steps(item) == {"re_examination": 3}


def test_a_rejection_ends_without_money(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    office.reject(item, "preliminary_review", "ctr.rev1")
    with office.database.unit_of_work(write=False) as session:
        assert session.get_one(ProcessInstance, item).end_event == "end_not_budgeted"


@pytest.mark.parametrize("reason", ["", "   ", "不行", "x" * 4001])
def test_a_return_needs_a_reason_of_some_length(office: Office, item: UUID, reason: str) -> None:
    task_id = office.task(item, "department_review")
    with office.database.unit_of_work(write=False) as session:
        choices = permitted(load_task(session, task_id, lock=False), office.actor("d05.fin"))
    decision = Decision("return", {}, reason, choices.return_to[0])
    with pytest.raises(InvalidInputError) as refusal:
        office.act(return_task, task_id, office.actor("d05.fin"), decision)
    assert [each.where for each in refusal.value.problems] == ["opinion"]
    assert office.open_steps(item) == {"department_review": 1}


def test_a_crafted_return_target_is_refused(office: Office, item: UUID) -> None:
    crafted = ReturnChoice("P_GOAL", "approve_with_budget", Bilingual("", ""), None)
    task_id = office.task(item, "department_review")
    decision = Decision("return", {}, REASON, crafted)
    with pytest.raises(InvalidInputError, match="approve_with_budget"):
        office.act(return_task, task_id, office.actor("d05.fin"), decision)


def test_nobody_decides_without_a_seat(office: Office, item: UUID) -> None:
    task_id = office.task(item, "department_review")
    for stranger in ("d04.fin", "ctr.rev1", "mgr", "admin", "d05u0.clerk"):
        with pytest.raises(NotPermittedError):
            office.act(approve_task, task_id, office.actor(stranger), Decision("agree", REVIEW))
    assert office.open_steps(item) == {"department_review": 1}


def test_an_outcome_that_the_diagram_does_not_draw_is_refused(office: Office, item: UUID) -> None:
    task_id = office.task(item, "department_review")
    decision = Decision("skip_everything", REVIEW)
    with pytest.raises(InvalidInputError, match="skip_everything"):
        office.act(approve_task, task_id, office.actor("d05.fin"), decision)


def test_a_claim_shows_who_has_it_and_the_second_one_is_refused(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    task_id = office.task(item, "preliminary_review")
    office.act(claim_task, task_id, office.actor("ctr.rev1"), None)

    with pytest.raises(ConflictError) as refusal:
        office.act(claim_task, task_id, office.actor("ctr.rev2"), None)
    assert refusal.value.sentence.values["who"] == office.actor("ctr.rev1").name

    office.act(unclaim_task, task_id, office.actor("ctr.rev1"), None)
    office.act(claim_task, task_id, office.actor("ctr.rev2"), None)


def test_a_second_click_on_claim_is_no_error(office: Office, item: UUID) -> None:
    task_id = office.task(item, "department_review")
    office.act(claim_task, task_id, office.actor("d05.fin"), 1)
    office.act(claim_task, task_id, office.actor("d05.fin"), 1)
    with office.database.unit_of_work(write=False) as session:
        claims = [each for each in ledger_entries(session, item) if each.verb == "claim"]
    assert len(claims) == 1


def test_a_form_opened_before_the_last_change_is_refused(office: Office, item: UUID) -> None:
    task_id = office.task(item, "department_review")
    office.act(claim_task, task_id, office.actor("d05.fin"), 1)
    stale = Decision("agree", REVIEW, expected_version=1)
    with pytest.raises(ConflictError, match="version"):
        office.act(approve_task, task_id, office.actor("d05.fin"), stale)


def test_deciding_twice_tells_who_did_it_and_when(office: Office, item: UUID) -> None:
    task_id = office.task(item, "department_review")
    office.agree(item, "department_review", "d05.fin")
    with pytest.raises(ConflictError) as refusal:
        office.act(approve_task, task_id, office.actor("d05.fin"), Decision("agree", REVIEW))
    assert refusal.value.sentence.values["who"] == office.actor("d05.fin").name
    assert refusal.value.sentence.values["when"] is not None


def test_the_same_person_does_not_sit_in_two_layers(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    task_id = office.task(item, "re_examination")
    both = office.actor("ctr.rev1")
    crafted = type(both)(
        **{name: getattr(both, name) for name in both.__slots__}
        | {"groups": both.groups | {"performance_examiner"}}
    )
    for verb, extra in ((claim_task, None), (approve_task, Decision("agree", REVIEW))):
        with pytest.raises(NotPermittedError, match="has already acted"):
            office.act(verb, task_id, crafted, extra)
    examiner = office.actor("perf.ex1")
    with pytest.raises(NotPermittedError, match="has already acted"):
        office.act(transfer_task, task_id, examiner, both.id, REASON, None)


def test_a_transfer_moves_the_seat_and_says_why(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    task_id = office.task(item, "preliminary_review")
    first, second = office.actor("ctr.rev1"), office.actor("ctr.rev3")
    office.act(claim_task, task_id, first, None)
    office.act(transfer_task, task_id, first, second.id, REASON, None)

    with pytest.raises(ConflictError) as refusal:
        office.act(approve_task, task_id, first, Decision("agree", REVIEW))
    assert refusal.value.sentence.values["who"] == second.name
    office.agree(item, "preliminary_review", "ctr.rev3")
    with office.database.unit_of_work(write=False) as session:
        states = session.scalars(
            select(Seat.state).where(Seat.task_id == task_id).order_by(Seat.id)
        ).all()
        assert states == [SeatState.TRANSFERRED, SeatState.APPROVED]
        entry = next(each for each in ledger_entries(session, item) if each.verb == "transfer")
        assert (entry.to_state, entry.reason) == ("ctr.rev3", REASON)


def test_a_transfer_to_nobody_is_refused(office: Office, item: UUID) -> None:
    task_id = office.task(item, "department_review")
    with pytest.raises(NotFoundError):
        office.act(transfer_task, task_id, office.actor("d05.fin"), new_id(), REASON, None)


def test_a_draft_survives_the_colleague_who_was_faster(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    task_id = office.task(item, "preliminary_review")
    slow = office.actor("ctr.rev2")
    office.act(save_task_draft, task_id, slow, {"fields": [["grade", "good"]]})
    office.agree(item, "preliminary_review", "ctr.rev1")
    with office.database.unit_of_work(write=False) as session:
        draft = find_draft(session, task_id, slow)
        assert draft is not None
        assert draft.typed == {"fields": [["grade", "good"]]}


def test_a_step_may_not_write_what_it_has_no_right_to(office: Office, item: UUID) -> None:
    crafted = {**REVIEW, "line_edits": [{"indicator": "x", "item": "target", "new": "1"}]}
    office.agree(item, "department_review", "d05.fin", crafted)
    with office.database.unit_of_work(write=False) as session:
        assert not opinions(session, item)[-1].values.get("line_edits")


def test_what_was_refused_left_nothing_behind(office: Office, item: UUID) -> None:
    with office.database.unit_of_work(write=False) as session:
        before = [entry.hash for entry in ledger_entries(session, item)]
    with pytest.raises(InvalidInputError):
        office.agree(item, "department_review", "d05.fin", {"grade": "excellent"})
    with office.database.unit_of_work(write=False) as session:
        assert [entry.hash for entry in ledger_entries(session, item)] == before
        assert len(session.scalars(select(Vote).where(Vote.instance_id == item)).all()) == 1


def test_every_verb_stays_within_fifteen_statements(
    office: Office, item: UUID, count_statements: Count
) -> None:
    def counted(act: Callable[..., None], *arguments: Any) -> None:
        with count_statements(office.database, at_most=15) as statements:
            act(*arguments)
        assert statements.commits == 1

    task_id = office.task(item, "department_review")
    department = office.actor("d05.fin")
    counted(office.act, claim_task, task_id, department, None)
    counted(office.act, unclaim_task, task_id, department, None)
    decision = Decision("agree", REVIEW)
    counted(office.act, approve_task, task_id, department, decision)
    task_id = office.task(item, "preliminary_review")
    first, second = office.actor("ctr.rev1"), office.actor("ctr.rev2")
    counted(office.act, claim_task, task_id, first, None)
    counted(office.act, transfer_task, task_id, first, second.id, REASON, None)
    counted(office.act, approve_task, task_id, second, decision)


def test_two_sessions_on_one_task_at_the_same_moment(office: Office, item: UUID) -> None:
    """One wins; the other is told by whom and when (409 on the page)."""
    office.agree(item, "department_review", "d05.fin")
    task_id = office.task(item, "preliminary_review")
    actors = [office.actor("ctr.rev1"), office.actor("ctr.rev2")]
    barrier, refusals = threading.Barrier(2), []

    def approve(number: int) -> None:
        barrier.wait()
        try:
            with office.database.unit_of_work() as session:
                approve_task(
                    session, task_id, actors[number], Decision("agree", REVIEW), office.now
                )
        except CountersignError as refusal:
            refusals.append((number, refusal))

    threads = [threading.Thread(target=approve, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    [(loser, refusal)] = refusals
    assert isinstance(refusal, ConflictError)
    assert refusal.sentence.values["who"] == actors[1 - loser].name
    assert refusal.sentence.values["when"] == office.now
    assert office.open_steps(item) == {"re_examination": 1}
    with office.database.unit_of_work(write=False) as session:
        assert ledger.verify(session, item).is_sound
        assert len(session.scalars(select(Vote).where(Vote.task_id == task_id)).all()) == 1


def test_nobody_of_the_declaring_unit_reviews(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    task_id = office.task(item, "preliminary_review")
    reviewer = office.actor("ctr.rev1")
    facts = {name: getattr(reviewer, name) for name in reviewer.__slots__}
    insider = type(reviewer)(**facts | {"organisation_code": "D05U1"})
    with pytest.raises(NotPermittedError, match="declaring unit"):
        office.act(claim_task, task_id, insider, None)


def test_a_verified_amount_never_exceeds_the_declared_one(office: Office) -> None:
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")
    values = {"checks": REVIEW["checks"], "verified_amount": "1200.01"}
    with pytest.raises(InvalidInputError) as refusal:
        office.agree(item, "center_desk_review", "ctr.rev1", values)
    assert [each.where for each in refusal.value.problems] == ["verified_amount"]


def test_edits_are_not_lost_by_agreeing_without_them(office: Office, item: UUID) -> None:
    office.agree(item, "department_review", "d05.fin")
    office.agree(item, "preliminary_review", "ctr.rev1")
    office.agree(item, "re_examination", "perf.ex1")
    edit = {"indicator": "工程验收合格率", "item": "target", "new": "99", "reason": "规范要求"}
    with pytest.raises(InvalidInputError) as refusal:
        office.agree(item, "final_review", "sec.eco.rev", {**REVIEW, "line_edits": [edit]})
    assert [each.code for each in refusal.value.problems] == ["review.edits"]

    same = {**edit, "new": "98"}
    values = {**REVIEW, "line_edits": [same]}
    with pytest.raises(InvalidInputError) as refusal:
        office.agree(item, "final_review", "sec.eco.rev", values, "agree_with_edits")
    assert [each.where for each in refusal.value.problems] == ["line_edits.0.new"]


def test_since_when_somebody_has_a_step_follows_claims_and_transfers(office: Office) -> None:
    item = office.start("P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    task_id, holder = office.task(item, "preliminary_review"), office.actor("ctr.rev1")
    receiver = office.actor("ctr.rev2").id

    def since() -> datetime:
        with office.database.unit_of_work(write=False) as session:
            return open_seats(session, item)[0].since

    assert since() == office.now - timedelta(hours=1)  # the step opened
    claimed_at = office.now
    office.act(claim_task, task_id, holder, None)
    assert since() == claimed_at
    moved_at = office.now
    office.act(transfer_task, task_id, holder, receiver, "请代为审核,本人出差至周五。", None)
    assert since() == moved_at
