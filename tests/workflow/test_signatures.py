"""What a step demands beside its form: opinion, signature, file, on both databases."""

from datetime import date
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.errors import InvalidInputError
from app.core.settings import ROOT
from app.identity import SYSTEM
from app.workflow.deciding.attachments import attach_file
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.deciding.signatures import (
    HEIGHT,
    MOST_POINTS,
    MOST_STROKES,
    WIDTH,
    polylines,
    require_signed,
    signed,
    signed_form,
    strokes_of,
)
from app.workflow.definitions.demands import demand_problems
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.definitions.inspection import inspect_definition
from app.workflow.ledger.entries import fingerprint
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import UserTask, Vote
from app.workflow.tracking.history import opinions
from tests.workflow.conftest import REVIEW, Office

GOAL = (ROOT / "bpmn" / "P_GOAL.bpmn").read_bytes()
#: A stroke across the sheet.
DRAWN = "20,100 60,90 120,80 180,95 240,110 300,90 360,80 420,100;440,60 450,70"
TODAY = date(2022, 9, 5)
REVIEWER = "d03.fin"


def with_demands(*demands: tuple[str, str], step: bytes = b"department_review") -> bytes:
    """The goal review with these demands on one step, the department's by default."""
    place = b'<bpmn:userTask id="%s"' % step
    at = GOAL.index(b"<camunda:properties>", GOAL.index(place)) + len(b"<camunda:properties>")
    said = "".join(f'<camunda:property name="{name}" value="{word}" />' for name, word in demands)
    return GOAL[:at] + said.encode() + GOAL[at:]


def demanding(office: Office, *demands: tuple[str, str]) -> UUID:
    """The open department review of an item whose diagram makes these demands."""
    office.act(
        lambda session, now: deploy_definition(session, None, with_demands(*demands), "", now)
    )
    item = office.start("P03")
    office.submit(item, "P03")
    return office.task(item, "department_review")


def agree(office: Office, task: UUID, who: str = REVIEWER, **facts: Any) -> None:
    office.act(approve_task, task, office.actor(who), Decision("agree", REVIEW, **facts))


def vote_of(office: Office, task: UUID) -> Vote:
    with office.database.unit_of_work(write=False) as session:
        return session.scalars(select(Vote).where(Vote.task_id == task)).one()


def item_of(office: Office, task: UUID) -> UUID:
    with office.database.unit_of_work(write=False) as session:
        return session.scalars(select(UserTask.instance_id).where(UserTask.id == task)).one()


def refused(office: Office, task: UUID, **facts: Any) -> list[str]:
    """The codes that an approval is refused with; nothing has changed then."""
    with pytest.raises(InvalidInputError) as refusal:
        agree(office, task, **facts)
    with office.database.unit_of_work(write=False) as session:
        assert session.scalars(select(Vote).where(Vote.task_id == task)).first() is None
    return [each.code for each in refusal.value.problems]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_typed_signature_is_the_name_of_the_account_in_either_language(
    office: Office, language: str
) -> None:
    task = demanding(office, ("appr.sign", "typed"))
    name = office.actor(REVIEWER).name.in_language(language)
    day = office.now

    agree(office, task, signature={"text": f" {name}  "})

    assert vote_of(office, task).signature == {
        "kind": "typed",
        "text": name,
        "date": day.date().isoformat(),
    }


@pytest.mark.parametrize("name", ["", " ", "某某某", "d03.fin", "x" * 5000])
def test_another_name_is_no_signature(office: Office, name: str) -> None:
    task = demanding(office, ("appr.sign", "typed"))

    assert refused(office, task, signature={"text": name}) == ["signature.name"]
    assert refused(office, task, signature=None) == ["signature.name"]
    assert refused(office, task, signature={"strokes": DRAWN}) == ["signature.name"]


def test_a_drawn_signature_is_kept_as_numbers_and_shown_beside_the_opinion(office: Office) -> None:
    task = demanding(office, ("appr.sign", "drawn"))

    agree(office, task, signature={"strokes": DRAWN})

    vote = vote_of(office, task)
    assert vote.signature is not None
    assert vote.signature["strokes"] == DRAWN
    with office.database.unit_of_work(write=False) as session:
        shown = opinions(session, vote.instance_id)[-1].signature
        entry = session.scalars(
            select(LedgerEntry).where(LedgerEntry.task_id == task, LedgerEntry.verb == "approve")
        ).one()
    assert shown == vote.signature
    assert len(strokes_of(vote.signature)) == 2
    # The ledger covers the signature, too.
    assert entry.form_hash == fingerprint(signed_form(vote.form_values, vote.signature))
    assert entry.form_hash != fingerprint(vote.form_values)


def test_who_cannot_draw_types_the_name_and_the_record_says_so(office: Office) -> None:
    task = demanding(office, ("appr.sign", "drawn"))

    agree(office, task, signature={"text": office.actor(REVIEWER).name.zh, "strokes": ""})

    signature = vote_of(office, task).signature
    assert signature is not None
    assert signature["kind"] == "typed"


@pytest.mark.parametrize(
    ("strokes", "code"),
    [
        ("", "signature.missing"),
        ("300,100", "signature.missing"),
        ("1,1 2,2 3,3 4,4 5,5 6,6 7,7 8,8", "signature.missing"),
        ("<svg onload=alert(1)>", "signature.drawing"),
        ("M 1 1 L 2 2", "signature.drawing"),
        (f"{WIDTH + 1},5 " + DRAWN, "signature.drawing"),
        (f"5,{HEIGHT + 1} " + DRAWN, "signature.drawing"),
        ("-1,5 " + DRAWN, "signature.drawing"),
        ("1.5,5 " + DRAWN, "signature.drawing"),
        ("١,٢ " + DRAWN, "signature.drawing"),
        (DRAWN + ";", "signature.drawing"),
        (DRAWN + "\n", "signature.drawing"),
        (" ".join(["5,5"] * (MOST_POINTS + 1)), "signature.drawing"),
        (";".join(["5,5"] * (MOST_STROKES + 1)), "signature.drawing"),
        ("9" * 1_000_000, "signature.drawing"),
    ],
)
def test_anything_but_a_drawing_is_refused(strokes: str, code: str) -> None:
    _, problems = signed({"appr.sign": "drawn"}, SYSTEM, {"strokes": strokes}, TODAY)

    assert [each.code for each in problems] == [code]


@given(st.text())
def test_whatever_is_sent_as_a_drawing_is_numbers_or_refused(text: str) -> None:
    signature, problems = signed({"appr.sign": "drawn"}, SYSTEM, {"strokes": text}, TODAY)
    if not problems:
        assert signature
        assert set(signature["strokes"]) <= set("0123456789,; ")


def test_a_dot_is_drawn_as_a_line_to_itself() -> None:
    assert polylines([((1, 2),), ((3, 4), (5, 6))]) == ["1,2 1,2", "3,4 5,6"]


def test_a_return_is_not_signed(office: Office) -> None:
    task = demanding(office, ("appr.sign", "typed"))

    office.send_back(item_of(office, task), "department_review", REVIEWER, "compile_goals")

    assert vote_of(office, task).signature is None


def test_a_rejection_is_signed() -> None:
    with pytest.raises(InvalidInputError):
        require_signed({"appr.sign": "typed"}, SYSTEM, {"text": "somebody"}, TODAY)
    signature = require_signed({"appr.sign": "typed"}, SYSTEM, {"text": "系统"}, TODAY)
    assert signature == {"kind": "typed", "text": "系统", "date": "2022-09-05"}


def test_a_step_that_asks_for_no_signature_keeps_none(office: Office) -> None:
    task = demanding(office)

    agree(office, task, signature={"text": "anything", "strokes": DRAWN})

    assert vote_of(office, task).signature is None


def test_a_file_must_be_attached_in_this_visit(office: Office) -> None:
    task = demanding(office, ("appr.attachment", "required"))
    assert refused(office, task) == ["attachment.missing"]

    office.act(attach_file, task, office.actor(REVIEWER), "a.pdf", BytesIO(b"%PDF-1.7 page"))
    agree(office, task)


def test_a_file_of_the_round_before_does_not_count(office: Office) -> None:
    task = demanding(office, ("appr.attachment", "required"))
    instance = item_of(office, task)
    office.act(attach_file, task, office.actor(REVIEWER), "a.pdf", BytesIO(b"%PDF-1.7 page"))
    office.send_back(instance, "department_review", REVIEWER, "compile_goals")
    office.submit(instance, "P03")

    again = office.task(instance, "department_review")

    assert refused(office, again) == ["attachment.missing"]


def test_everything_that_is_missing_is_named_at_once(office: Office) -> None:
    task = demanding(
        office,
        ("appr.sign", "typed"),
        ("appr.attachment", "required"),
    )

    with pytest.raises(InvalidInputError) as refusal:
        office.act(approve_task, task, office.actor(REVIEWER), Decision("agree", {}))

    codes = {each.code for each in refusal.value.problems}
    assert {"signature.name", "attachment.missing"} < codes


@pytest.mark.parametrize("name", ["appr.sign", "appr.opinion", "appr.attachment"])
def test_the_deploy_gate_knows_the_words(office: Office, name: str) -> None:
    with office.database.unit_of_work(write=False) as session:
        if name != "appr.opinion":
            found = inspect_definition(session, with_demands((name, "perhaps"))).problems
            assert "demand.word" in {each.code for each in found}
        good = inspect_definition(session, with_demands(("appr.sign", "drawn"))).problems

    assert "demand.word" not in {each.code for each in good}
    assert [each.where for each in demand_problems("review", {name: "perhaps"})] == ["review"]
