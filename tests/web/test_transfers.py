"""The dialog of a transfer where several people sign: a manager chooses whose place moves."""

import re
from typing import Any
from uuid import UUID

import pytest

from app.projects.sample.journeys import DEMO_NOW
from tests.web.desk import REASON, Desks, words
from tests.web.test_tasks import address, sent
from tests.workflow.conftest import Office
from tests.workflow.rounds import Round, begin_round

ONE, TWO, OTHER, MANAGER = "ctr.rev1", "ctr.rev2", "perf.ex1", "mgr"


@pytest.fixture
def office(desks: Desks) -> Office:
    """The verbs on the database of the pages."""
    return Office(desks.database, DEMO_NOW)


def post(desks: Desks, review: Round, who: str, place: object, act: str = "reassign") -> Any:
    form = sent(desks, review.task, receiver=OTHER, transfer_reason=REASON)
    form["act:transfer_place"] = str(place)
    return desks.of(who).post(address(review.task, act), data=form, follow_redirects=True)


def offered(page: Any) -> list[str]:
    """The places of the list, by the ids of their seats."""
    found = re.search(r'<select[^>]*name="act:transfer_place".*?</select>', page.text, re.S)
    return re.findall(r'<option value="([^"]+)"', found[0]) if found else []


def test_a_manager_chooses_and_a_signer_has_no_choice(desks: Desks, office: Office) -> None:
    review = begin_round(office, mode="all")
    page = desks.of(MANAGER).get(address(review.task))
    assert offered(page) == [str(seat.id) for _, seat in review.all_seats()]
    assert "Whose place?" in words(page)
    assert offered(desks.of(ONE).get(address(review.task))) == []

    answer = post(desks, review, MANAGER, review.seat(TWO).id)

    assert f"transferred to {office.actor(OTHER).name}" in words(answer)
    # A manager has no list of tasks to go on with: he stays with the item.
    assert answer.request.path == address(review.task)
    assert "My tasks" not in words(answer)
    assert review.seats()[TWO] == "transferred"
    assert review.seats()[OTHER] == "open"
    assert "转办谁的任务？" in words(desks.of(MANAGER, "zh").get(address(review.task)))


@pytest.mark.parametrize("place", ["", "nonsense", str(UUID(int=1))])
def test_a_choice_that_is_none_comes_back_with_what_was_typed(
    desks: Desks, office: Office, place: str
) -> None:
    review = begin_round(office, mode="all")
    answer = post(desks, review, MANAGER, place)
    assert answer.status_code == 422
    assert re.search(r'<dialog[^>]*id="transfer-dialog"[^>]* open ', answer.text)
    problem = re.search(r'id="act:transfer_place-problems".*?</div>', answer.text, re.S)
    assert problem
    assert "Choose" in problem[0]
    assert REASON in answer.text
    assert set(review.seats().values()) == {"open"}


def test_a_place_that_was_decided_meanwhile_is_a_sentence(desks: Desks, office: Office) -> None:
    review = begin_round(office, mode="all")
    review.agree(ONE)
    answer = post(desks, review, MANAGER, review.seat(ONE).id)
    assert answer.status_code == 409
    assert f"that of {office.actor(ONE).name} is not open any more" in words(answer)


def test_a_crafted_choice_of_a_colleagues_place_is_refused(desks: Desks, office: Office) -> None:
    review = begin_round(office, mode="all")
    answer = post(desks, review, ONE, review.seat(TWO).id, "transfer")
    assert answer.status_code == 422
    assert post(desks, review, ONE, review.seat(TWO).id).status_code == 403
    assert set(review.seats().values()) == {"open"}
