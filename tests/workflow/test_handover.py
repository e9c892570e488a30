"""A leaver's work goes to a colleague, item by item; nobody leaves with open work."""

from uuid import UUID

import pytest

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from app.identity import User
from app.workflow.assignment.claiming import claim_task, transfer_task
from app.workflow.assignment.handover import (
    close_account,
    find_account,
    hand_over_task,
    open_work_of,
)
from app.workflow.ledger.entries import verify
from tests.workflow.conftest import Office
from tests.workflow.drawn import acts, agree, begin, change, deploy, one_step, seats
from tests.workflow.test_substitution import away, signed_in, user_id

REASON = "调离本科室,工作移交。"


def account(office: Office, username: str) -> User:
    with office.database.unit_of_work(write=False) as session:
        return find_account(session, user_id(office, username))


def hand_over(office: Office, item: UUID, to: str, by: str = "admin", step: str = "review") -> None:
    office.act(
        hand_over_task,
        office.task(item, step),
        office.actor(by),
        account(office, "perf.ex1"),
        user_id(office, to),
        REASON,
    )


def open_work(office: Office, username: str) -> int:
    with office.database.unit_of_work(write=False) as session:
        return len(open_work_of(session, account(office, username)))


def test_each_seat_moves_with_one_entry(office: Office) -> None:
    deploy(office, "start s\nstep review assignee=perf.ex1\nend e\ns > review > e")
    items = [begin(office, number) for number in (1, 2)]
    assert open_work(office, "perf.ex1") == 2

    for item in items:
        hand_over(office, item, "perf.ex2")

    assert open_work(office, "perf.ex1") == 0
    for item in items:
        assert [(each.holder, each.state) for each in seats(office, item)] == [
            ("perf.ex1", "transferred"), ("perf.ex2", "open"),
        ]  # fmt: skip
        assert "handed over the open work" in seats(office, item)[1].why
        said = [each for each in acts(office, item) if each[0] == "hand_over"]
        assert said == [("hand_over", "review", "admin", REASON)]
        with office.database.unit_of_work(write=False) as session:
            assert verify(session, item).is_sound


def test_a_candidates_seat_moves_and_a_groups_seat_stays(office: Office) -> None:
    own = one_step(office, 'candidateUsers="perf.ex1,perf.ex3" appr.mode=all')
    deploy(office, "start s\nstep review candidateGroups=performance_examiner\nend e\n"
                   "s > review > e", "P_OTHER")  # fmt: skip
    group = begin(office, key="P_OTHER")
    assert open_work(office, "perf.ex1") == 1
    hand_over(office, own, "perf.ex2")
    assert {each.holder or each.group for each in seats(office, own) if each.state == "open"} == {
        "perf.ex2", "user@perf.ex3",
    }  # fmt: skip
    office.act(claim_task, office.task(group, "review"), office.actor("perf.ex1"), None)
    assert open_work(office, "perf.ex1") == 1


def test_whom_duties_keep_out_gets_nothing(office: Office) -> None:
    deploy(office, "start s\nstep first assignee=perf.ex2\n"
                   "step review assignee=perf.ex1 appr.exclude=first\nend e\n"
                   "s > first > review > e")  # fmt: skip
    item = begin(office)
    agree(office, item, "first", "perf.ex2")
    with pytest.raises(NotPermittedError, match="already acted"):
        hand_over(office, item, "perf.ex2")
    assert [each.holder for each in seats(office, item)] == ["perf.ex1"]


def test_a_leaver_receives_nothing(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    change(office, "perf.ex2", is_active=False)
    with pytest.raises(NotFoundError):
        hand_over(office, item, "perf.ex2")
    with pytest.raises(NotFoundError):
        office.act(
            transfer_task, office.task(item, "review"), office.actor("perf.ex1"),
            user_id(office, "perf.ex2"), REASON, None,
        )  # fmt: skip
    with pytest.raises(NotFoundError):
        hand_over(office, item, "perf.ex1")
    with pytest.raises(NotFoundError):
        hand_over(office, item, "sup.1")


def test_only_an_administrator_and_only_with_a_reason(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    with pytest.raises(NotPermittedError):
        hand_over(office, item, "perf.ex2", by="mgr")
    with pytest.raises(InvalidInputError):
        office.act(
            hand_over_task, office.task(item, "review"), office.actor("admin"),
            account(office, "perf.ex1"), user_id(office, "perf.ex2"), "走",
        )  # fmt: skip
    hand_over(office, item, "perf.ex2")
    with pytest.raises(NotFoundError, match="open seat"):
        hand_over(office, item, "perf.ex3")


def close(office: Office, username: str, by: str = "admin") -> None:
    office.act(close_account, office.actor(by), user_id(office, username))


def test_an_account_closes_only_without_open_work(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    away(office, "perf.ex3", "perf.ex1")
    with pytest.raises(ConflictError, match="found 1"):
        close(office, "perf.ex1")
    hand_over(office, item, "perf.ex2")
    close(office, "perf.ex1")
    assert not account(office, "perf.ex1").is_active
    away(office, "perf.ex3", "perf.ex2")  # the leaver stands in for nobody any more
    assert [each.username for each in signed_in(office, "perf.ex2").stands_in_for] == ["perf.ex3"]


def test_nobody_closes_the_own_account_nor_without_the_right(office: Office) -> None:
    with pytest.raises(InvalidInputError):
        close(office, "admin")
    with pytest.raises(NotPermittedError):
        close(office, "perf.ex1", by="mgr")
