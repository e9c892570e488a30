"""A transfer in a step that several sign: whose place moves, and who may choose."""

from functools import partial
from uuid import UUID

import pytest

from app.core.errors import (
    ConflictError,
    CountersignError,
    InvalidInputError,
    NotOfferedError,
    NotPermittedError,
)
from app.core.ids import new_id
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import claim_task, transfer_task
from app.workflow.assignment.moving import movable_places
from app.workflow.tracking.history import ledger_entries
from tests.workflow.conftest import REASON, Office
from tests.workflow.rounds import Round, begin_round

ONE, TWO, THREE, OTHER, MANAGER = "ctr.rev1", "ctr.rev2", "ctr.rev3", "perf.ex1", "mgr"


def transfer(
    review: Round, who: str, seat_id: UUID | None, to: str = OTHER, version: int | None = None
) -> None:
    actor, receiver = review.office.actor(who), review.office.actor(to).id
    verb = partial(transfer_task, seat_id=seat_id)
    review.office.act(verb, review.task, actor, receiver, REASON, version)


def refused(
    kind: type[CountersignError], review: Round, who: str, seat_id: UUID | None, **more: int
) -> str:
    before = review.seats()
    with pytest.raises(kind) as refusal:
        transfer(review, who, seat_id, **more)  # type: ignore[arg-type]
    assert review.seats() == before
    return str(refusal.value)


def choices(review: Round, who: str) -> int:
    with review.office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, review.task, lock=False)
        return len(movable_places(loaded, review.office.actor(who)))


def test_a_manager_chooses_whose_place_moves(office: Office) -> None:
    review = begin_round(office, mode="all")
    office.act(claim_task, review.task, office.actor(TWO), None)

    transfer(review, MANAGER, review.seat(TWO).id)

    assert review.seats() == {ONE: "open", TWO: "transferred", THREE: "open", OTHER: "open"}
    with office.database.unit_of_work(write=False) as session:
        entry = ledger_entries(session, review.item)[-1]
    assert (entry.verb, entry.from_state, entry.to_state) == ("transfer", TWO, OTHER)
    assert entry.actor_id == office.actor(MANAGER).id
    review.agree(ONE, OTHER, THREE)
    assert review.where == "next"


def test_a_manager_must_choose_among_several_and_need_not_for_one(office: Office) -> None:
    review = begin_round(office, mode="all")
    assert choices(review, MANAGER) == 3
    said = refused(InvalidInputError, review, MANAGER, None)
    assert "Expected one of the 3 people" in said
    assert "seat: Choose whose place is to move." in said

    review.agree(ONE, TWO)
    assert choices(review, MANAGER) == 1
    transfer(review, MANAGER, None)
    assert review.seats()[OTHER] == "open"


def test_the_groups_of_a_single_step_are_one_place(office: Office) -> None:
    review = begin_round(office, users=(), groups=("center_reviewer", "performance_examiner"))
    assert choices(review, MANAGER) == 1
    second = review.all_seats()[1][1]
    transfer(review, MANAGER, second.id, to="bud.1")
    states = sorted(seat.state for _, seat in review.all_seats())
    assert states == ["not_needed", "open", "transferred"]
    assert review.seats()["bud.1"] == "open"


def test_a_place_meant_for_one_person_moves_from_that_person(office: Office) -> None:
    review = begin_round(office, mode="all")
    transfer(review, MANAGER, review.seat(THREE).id)
    with office.database.unit_of_work(write=False) as session:
        entry = ledger_entries(session, review.item)[-1]
    assert (entry.from_state, entry.to_state) == (THREE, OTHER)
    assert review.seats()[THREE] == "transferred"


def test_whoever_was_brought_in_may_be_chosen_too(office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    review.add(ONE, TWO, "with")
    transfer(review, MANAGER, review.seat(TWO).id)
    assert review.seats() == {ONE: "open", TWO: "transferred", OTHER: "open"}


def test_a_manager_who_signs_moves_his_own_place_unless_he_says_otherwise(office: Office) -> None:
    review = begin_round(office, users=(MANAGER, ONE), mode="all")
    transfer(review, MANAGER, review.seat(ONE).id)
    assert review.seats() == {MANAGER: "open", ONE: "transferred", OTHER: "open"}
    transfer(review, MANAGER, None, to=THREE)
    assert review.seats() == {
        MANAGER: "transferred", ONE: "transferred", OTHER: "open", THREE: "open",
    }  # fmt: skip


def test_anybody_else_moves_only_the_own_place(office: Office) -> None:
    review = begin_round(office, mode="all")
    assert choices(review, ONE) == 1
    assert choices(review, OTHER) == 0
    said = refused(NotOfferedError, review, ONE, review.seat(TWO).id)
    assert "Expected an open place of the step" in said
    refused(NotPermittedError, review, OTHER, review.seat(TWO).id)
    transfer(review, ONE, review.seat(ONE).id)
    assert review.seats()[ONE] == "transferred"


def test_a_place_that_is_none_or_is_not_open_any_more_is_refused(office: Office) -> None:
    review = begin_round(office, mode="all")
    refused(NotOfferedError, review, MANAGER, new_id())

    elsewhere = review.seat(ONE).id
    review.send_back(ONE)
    office.agree(review.item, "draft", "d05u1.clerk", {})
    refused(NotOfferedError, review, MANAGER, elsewhere)

    review.agree(ONE)
    said = refused(ConflictError, review, MANAGER, review.seat(ONE).id)
    assert f"that of {office.actor(ONE).name} is not open any more" in said


def test_a_page_from_before_a_change_and_a_step_that_is_over_are_refused(office: Office) -> None:
    review = begin_round(office, mode="any")
    two = review.seat(TWO).id
    office.act(claim_task, review.task, office.actor(ONE), None)
    assert "version" in refused(ConflictError, review, MANAGER, two, version=1)
    review.agree(ONE)
    assert "closed it" in refused(ConflictError, review, MANAGER, two)
