"""The dialogs that bring others into a step, and the panel that shows who signs it."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from app.projects.sample.journeys import DEMO_NOW
from app.workflow.deciding.drafts import find_draft
from tests.web.desk import REASON, Desks, words
from tests.web.test_tasks import address, buttons, sent
from tests.workflow.conftest import Office
from tests.workflow.rounds import Round, begin_round

ONE, TWO, THREE, OTHER = "ctr.rev1", "ctr.rev2", "ctr.rev3", "perf.ex1"


@pytest.fixture
def office(desks: Desks) -> Office:
    """The verbs on the database of the pages."""
    return Office(desks.database, DEMO_NOW)


def page(desks: Desks, review: Round, who: str, language: str = "en") -> str:
    """What a person reads on the page of the step."""
    return words(desks.of(who, language).get(address(review.task)))


def post(desks: Desks, review: Round, who: str, act: str, **answers: Any) -> Any:
    """Send one form of the page and follow where it leads."""
    named = {name.replace("__", ":"): value for name, value in answers.items()}
    form = sent(desks, review.task, **named)
    return desks.of(who).post(address(review.task, act), data=form, follow_redirects=True)


def signer(person: str, place: str = "with", reason: str = REASON) -> Mapping[str, str]:
    return {
        "act__signer_person": person,
        "act__signer_place": place,
        "act__signer_reason": reason,
    }


def remove_address(desks: Desks, review: Round, who: str) -> str:
    """Where the button beside an added seat leads."""
    html = desks.of(who).get(address(review.task)).text
    [found] = re.findall(r'"(/tasks/[^"]+/signers/[^"]+/remove)"', html)
    return str(found)


def test_the_panel_says_the_rule_how_the_votes_stand_and_every_seat(
    desks: Desks, office: Office
) -> None:
    review = begin_round(office, mode="ratio", **{"pass": "2/3"})
    review.agree(ONE)
    said = page(desks, review, TWO)
    assert "2/3 must agree · needed 2 of 3" in said
    assert "1 for, 0 against, 0 abstained, 2 not yet" in said

    review.add(TWO, OTHER, "before")
    review.add(THREE, "perf.ex2", "with")
    said = page(desks, review, THREE)
    assert "needed 3 of 4" in said
    for name in (TWO, THREE):
        assert str(office.actor(name).name) in said
    assert f"signs before {office.actor(TWO).name}" in said
    assert f"brought in by {office.actor(THREE).name}" in said
    assert "waits for its turn" in said
    assert "需 3，共 4" in page(desks, review, THREE, "zh")


def test_the_panel_says_who_decided_what_others_did_not_need_to(
    desks: Desks, office: Office
) -> None:
    review = begin_round(office, mode="any")
    review.agree(ONE)
    assert f"not needed decided by {office.actor(ONE).name}" in page(desks, review, ONE)


def test_a_step_of_one_person_has_no_panel(desks: Desks, office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    assert "Who signs" not in page(desks, review, ONE).replace("Who signs?", "")


def test_a_signer_is_added_and_removed(desks: Desks, office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    said = words(post(desks, review, ONE, "add-signer", **signer(OTHER)))
    assert f"{office.actor(OTHER).name} signs this step, too." in said
    assert review.seats() == {ONE: "open", OTHER: "open"}

    url = remove_address(desks, review, ONE)
    said = words(desks.of(ONE).post(url, data=sent(desks, review.task), follow_redirects=True))
    assert "Removed. The votes were counted again." in said
    assert review.seats() == {ONE: "open", OTHER: "removed"}


def test_only_who_added_a_signer_sees_the_button_and_a_crafted_request_is_refused(
    desks: Desks, office: Office
) -> None:
    review = begin_round(office, mode="all")
    review.add(ONE, OTHER, "with")
    url = remove_address(desks, review, ONE)
    assert url not in desks.of(TWO).get(address(review.task)).text
    answer = desks.of(TWO).post(url, data=sent(desks, review.task))
    assert answer.status_code == 403
    assert review.seats()[OTHER] == "open"


def test_a_signer_before_me_sends_me_on_and_my_page_says_why(desks: Desks, office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    said = words(post(desks, review, ONE, "add-signer", **signer(OTHER, "before")))
    assert f"waits until {office.actor(OTHER).name} has signed" in said
    mine = desks.of(ONE).get(address(review.task))
    assert buttons(mine.text) == []
    assert "Remove" in words(mine)


@pytest.mark.parametrize(
    ("answers", "where"),
    [
        (signer("nobody.here"), "act:signer_person"),
        (signer(TWO), "act:signer_person"),
        (signer("d05u1.clerk"), "act:signer_person"),
        (signer(OTHER, reason="kurz"), "act:signer_reason"),
        (signer(OTHER, place="beside"), "act:signer_place"),
    ],
)
def test_a_refused_signer_opens_the_dialog_again_with_what_was_typed(
    desks: Desks, office: Office, answers: Mapping[str, str], where: str
) -> None:
    review = begin_round(office, mode="all", exclude="draft")
    review.agree(TWO)
    answer = post(desks, review, ONE, "add-signer", **answers)
    assert answer.status_code == 422
    assert 'id="add_signer-dialog" aria-labelledby="add_signer-dialog-title" open' in answer.text
    assert f'id="{where}"' in answer.text
    assert answers["act__signer_reason"] in answer.text
    assert "cs-problem" in answer.text
    assert len(review.seats()) == 3


def test_a_delegate_sends_an_opinion_and_has_no_button_to_decide(
    desks: Desks, office: Office
) -> None:
    review = begin_round(office, users=(ONE,))
    asked = {"act__delegate_person": OTHER, "act__delegate_reason": REASON}
    said = words(post(desks, review, ONE, "delegate", **asked))
    assert f"delegated to {office.actor(OTHER).name} for an opinion" in said

    html = desks.of(OTHER).get(address(review.task)).text
    assert "Send opinion" in html
    assert "agree" not in " ".join(buttons(html)).lower()
    refused = post(desks, review, OTHER, "advise", opinion="")
    assert refused.status_code == 422
    said = words(post(desks, review, OTHER, "advise", opinion="The travel costs are too high."))
    assert "opinion sent" in said
    mine = page(desks, review, ONE)
    assert "The travel costs are too high." in mine
    assert "Opinion asked for" in mine
    assert "gave an opinion" in mine
    review.agree(ONE)
    assert review.where == "next"


@pytest.mark.parametrize("act", ["delegate", "add-signer"])
def test_what_was_typed_is_kept_while_the_own_seat_waits(
    desks: Desks, office: Office, act: str
) -> None:
    """A browser sends the whole form along, and the words must not stop the act."""
    review = begin_round(office, users=(ONE,))
    name = act.partition("-")[0] if act == "delegate" else "signer"
    asked = {f"act__{name}_person": OTHER, f"act__{name}_reason": REASON, "opinion": "待核"}

    answer = post(desks, review, ONE, act, act__signer_place="before", **asked)

    assert answer.status_code == 200
    with office.database.unit_of_work(write=False) as session:
        draft = find_draft(session, review.task, office.actor(ONE))
        assert draft is not None
        assert draft.typed["opinion"] == "待核"


def test_a_refused_delegation_opens_its_dialog(desks: Desks, office: Office) -> None:
    review = begin_round(office, users=(ONE,))
    asked = {"act__delegate_person": ONE, "act__delegate_reason": REASON}
    answer = post(desks, review, ONE, "delegate", **asked)
    assert answer.status_code == 422
    assert 'id="delegate-dialog" aria-labelledby="delegate-dialog-title" open' in answer.text


def test_abstaining_is_a_button_where_the_step_allows_it(desks: Desks, office: Office) -> None:
    review = begin_round(office, mode="all", abstain="yes")
    assert "Abstain" in buttons(desks.of(ONE).get(address(review.task)).text)
    said = words(post(desks, review, ONE, "abstain"))
    assert "abstained" in said
    assert review.seats()[ONE] == "abstained"


@pytest.mark.parametrize("act", ["abstain", "add-signer", "delegate", "advise"])
def test_who_has_no_seat_brings_nobody_in(desks: Desks, office: Office, act: str) -> None:
    review = begin_round(office, mode="all", abstain="yes")
    answers = {**signer("perf.ex2"), "act__delegate_person": "perf.ex2"}
    answers |= {"act__delegate_reason": REASON, "opinion": "An opinion."}
    assert post(desks, review, OTHER, act, **answers).status_code == 403
    assert list(review.seats().values()) == ["open"] * 3


def test_the_ledger_tells_it_in_words(desks: Desks, office: Office) -> None:
    review = begin_round(office, mode="all", abstain="yes")
    review.add(ONE, OTHER, "before")
    review.delegate(TWO, "perf.ex2")
    review.advise("perf.ex2")
    review.remove(ONE, OTHER)
    review.abstain(ONE)
    said = page(desks, review, ONE)
    assert "as a signer before the one who adds." in said
    assert "for an opinion on the step" in said
    assert "gave the opinion that was asked for" in said
    assert f"removed {office.actor(OTHER).name.en} from the step" in said
    assert "abstained in the step" in said
    assert "前加签" in page(desks, review, ONE, "zh")
