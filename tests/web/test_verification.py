"""Anyone with the code of a sheet learns whether it is genuine, and nothing more."""

import base64
from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from app.core.ids import new_id
from app.web.verification import MOST_ADDRESSES, MOST_PER_MINUTE, Doorkeeper
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance
from app.workflow.tracking.sheets import sheet_code
from tests.web.desk import GOAL_REVIEW, Desks, words
from tests.workflow.test_ledger import drop_triggers

CODE = "YS2023-0006"
SECRET = "for tests only"


def instance(desks: Desks) -> tuple[UUID, int, str]:
    with desks.database.unit_of_work(write=False) as session:
        row = session.execute(
            select(ProcessInstance).where(ProcessInstance.subject_code == CODE)
        ).scalar_one()
        return row.id, row.ledger_length, row.ledger_head


def code_of(desks: Desks) -> str:
    return sheet_code(SECRET, *instance(desks))


def look(desks: Desks, code: str, language: str = "en") -> str:
    client = desks.app.test_client()
    client.set_cookie("language", language)
    answer = client.get(f"/verify/{code}")
    assert answer.status_code == 200
    return words(answer)


def test_a_stranger_sees_that_the_sheet_is_genuine(desks: Desks) -> None:
    said = look(desks, code_of(desks))

    assert "Genuine." in said
    assert CODE in said
    assert "Performance goal review" in said
    assert instance(desks)[2] in said
    assert "Re-examination: Return" in said
    assert "Nothing has happened since." in said
    assert "属实。" in look(desks, code_of(desks), "zh")


def test_names_opinions_amounts_and_the_project_are_not_shown(desks: Desks) -> None:
    said = look(desks, code_of(desks)) + look(desks, code_of(desks), "zh")
    with desks.database.unit_of_work(write=False) as session:
        row = session.scalars(
            select(ProcessInstance).where(ProcessInstance.subject_code == CODE)
        ).one()
        reasons = session.scalars(
            select(LedgerEntry.reason).where(
                LedgerEntry.instance_id == row.id, LedgerEntry.verb == "approve"
            )
        ).all()
    hidden = ["Chen", "陈世杰", row.subject_zh, row.subject_en, *filter(None, reasons)]
    assert not [each for each in hidden if each in said]


def test_an_older_sheet_says_that_the_item_has_gone_on(desks: Desks) -> None:
    code = code_of(desks)
    task = desks.open_task(CODE)
    form = {"expected_version": str(desks.version_of(task)), "outcome": "agree", "opinion": "同意"}
    answer = desks.of("ctr.rev2").post(f"/tasks/{task}/approve", data=form | GOAL_REVIEW)
    assert answer.status_code == 302

    said = look(desks, code)

    assert "Genuine." in said
    assert "later entries: the item has gone on." in said
    assert "Re-examination: Return" in said


def test_a_changed_ledger_is_not_vouched_for(desks: Desks) -> None:
    code, (item, length, _) = code_of(desks), instance(desks)
    drop_triggers(desks.database)
    with desks.database.unit_of_work() as session:
        place = (LedgerEntry.instance_id == item) & (LedgerEntry.sequence == 2)
        session.execute(update(LedgerEntry).where(place).values(reason="改过"))
    assert "Its entry is there, but the ledger does not fit" in look(desks, code)

    with desks.database.unit_of_work() as session:
        place = (LedgerEntry.instance_id == item) & (LedgerEntry.sequence == length)
        session.execute(delete(LedgerEntry).where(place))
    said = look(desks, code)
    assert "no longer holds the entry" in said
    assert "Genuine" not in said


def test_a_ledger_made_new_with_its_head_does_not_fit_the_sheet(desks: Desks) -> None:
    """Even who computes the whole chain anew cannot change what was printed."""
    item, length, _ = instance(desks)
    printed = sheet_code(SECRET, item, length, "ab" * 32)

    assert "no longer holds the entry" in look(desks, printed)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda code: "",
        lambda code: code[:-1],
        lambda code: code + "AAAA",
        lambda code: ("B" if code[0] == "A" else "A") + code[1:],
        lambda code: code[:-1] + ("B" if code[-1] == "A" else "A"),
        lambda code: code[:30] + ("b" if code[30] == "a" else "a") + code[31:],
        lambda code: "签" * 64,
        lambda code: "%00" * 10,
        lambda code: base64.urlsafe_b64encode(b"\0" * 48).decode(),
        lambda code: "A" * 10_000,
    ],
)
def test_a_made_up_code_finds_nothing(desks: Desks, spoil: object) -> None:
    wrong = spoil(code_of(desks))  # type: ignore[operator]
    assert desks.app.test_client().get(f"/verify/{wrong}").status_code in (400, 404)


def test_another_secret_and_an_item_that_is_not_there_find_nothing(desks: Desks) -> None:
    strange = sheet_code("another secret", *instance(desks))
    gone = sheet_code(SECRET, new_id(), 5, "ab" * 32)
    for code in (strange, gone):
        assert desks.app.test_client().get(f"/verify/{code}").status_code == 404


def test_too_many_requests_are_refused_by_address(desks: Desks) -> None:
    client = desks.app.test_client()
    answers = [client.get("/verify/x").status_code for _ in range(2 * MOST_PER_MINUTE + 1)]
    other = client.get("/verify/x", environ_base={"REMOTE_ADDR": "127.0.0.9"})

    assert answers[0] == 404
    assert answers[-1] == 429
    assert other.status_code == 404


def test_the_doorkeeper_forgets_what_is_old() -> None:
    doorkeeper = Doorkeeper()
    assert all(doorkeeper.admit("a", 1) for _ in range(MOST_PER_MINUTE))
    assert not doorkeeper.admit("a", 1)
    assert doorkeeper.admit("a", 2)
    for number in range(MOST_ADDRESSES + 5):
        doorkeeper.admit(str(number), 2)
    assert len(doorkeeper._seen) <= MOST_ADDRESSES
