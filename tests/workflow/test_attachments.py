"""Attaching and taking back, on both databases."""

from io import BytesIO
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.core.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
)
from app.workflow.deciding.attachments import attach_file, attachments_of, remove_attachment
from app.workflow.deciding.drafts import find_draft, save_task_draft
from app.workflow.deciding.models import Attachment
from app.workflow.ledger.entries import verify
from app.workflow.ledger.models import LedgerEntry
from app.workflow.resources import resources_of
from tests.workflow.conftest import REVIEW, Office
from tests.workflow.test_signatures import REVIEWER, demanding, item_of

PDF = b"%PDF-1.7 a page"


@pytest.fixture
def task(office: Office) -> UUID:
    return demanding(office, ("appr.attachment", "optional"))


def attach(
    office: Office, task: UUID, name: str = "评审 报告.pdf", content: bytes = PDF
) -> Attachment:
    row: Attachment = office.act(attach_file, task, office.actor(REVIEWER), name, BytesIO(content))
    return row


def remove(office: Office, task: UUID, row: Attachment, who: str = REVIEWER) -> None:
    office.act(remove_attachment, task, row.id, office.actor(who))


def is_kept(office: Office, address: str) -> bool:
    with office.database.unit_of_work(write=False) as session:
        try:
            resources_of(session).storage.open(address).close()
        except NotFoundError:
            return False
    return True


def names(office: Office, task: UUID) -> list[str]:
    with office.database.unit_of_work(write=False) as session:
        return [each.name for each in attachments_of(session, item_of(office, task))]


def test_a_file_is_taken_back_with_its_bytes_and_the_ledger_keeps_its_name(
    office: Office, task: UUID
) -> None:
    row = attach(office, task)

    remove(office, task, row)

    assert names(office, task) == []
    assert not is_kept(office, row.content_hash)
    with office.database.unit_of_work(write=False) as session:
        entry = session.scalars(select(LedgerEntry).where(LedgerEntry.verb == "detach")).one()
        assert (entry.reason, entry.form_hash) == ("评审 报告.pdf", row.content_hash)
        assert verify(session, item_of(office, task)).is_sound


def test_bytes_that_another_row_names_stay(office: Office, task: UUID) -> None:
    row, copy = attach(office, task), attach(office, task, "同一份.pdf")

    remove(office, task, row)

    assert names(office, task) == ["同一份.pdf"]
    assert is_kept(office, copy.content_hash)


def test_a_removal_that_fails_keeps_the_bytes(office: Office, task: UUID) -> None:
    row = attach(office, task)

    def fail(session: object, now: object) -> None:
        remove_attachment(session, task, row.id, office.actor(REVIEWER), now)  # type: ignore[arg-type]
        raise ConflictError("Something came between.")

    with pytest.raises(ConflictError):
        office.act(fail)

    assert names(office, task) == ["评审 报告.pdf"]
    assert is_kept(office, row.content_hash)


def test_only_who_attached_it_may_take_it_back(office: Office, task: UUID) -> None:
    row = attach(office, task)

    with pytest.raises(NotPermittedError):
        remove(office, task, row, "ctr.rev1")

    assert names(office, task) == ["评审 报告.pdf"]


def test_after_the_decision_it_stays(office: Office, task: UUID) -> None:
    row = attach(office, task)
    office.agree(item_of(office, task), "department_review", REVIEWER, REVIEW)

    with pytest.raises(ConflictError):
        remove(office, task, row)
    assert names(office, task) == ["评审 报告.pdf"]


def test_a_file_of_another_step_is_not_taken_back_here(office: Office, task: UUID) -> None:
    row = attach(office, task)
    item = item_of(office, task)
    office.send_back(item, "department_review", REVIEWER, "compile_goals")
    office.submit(item, "P03")

    again = office.task(item, "department_review")

    with pytest.raises(NotFoundError):
        remove(office, again, row)
    with pytest.raises(NotFoundError):
        office.act(remove_attachment, again, uuid4(), office.actor(REVIEWER))


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.exe", b"MZ"), ("a.pdf", b"MZ"), ("a.pdf", b""), ("a.pdf", PDF * 2_000_000)],
    ids=["program", "not what it is called", "empty", "too large"],
)
def test_what_may_not_be_attached_leaves_nothing(
    office: Office, task: UUID, name: str, content: bytes
) -> None:
    with pytest.raises(InvalidInputError):
        attach(office, task, name, content)

    assert names(office, task) == []


def test_a_draft_has_its_limit(office: Office, task: UUID) -> None:
    actor = office.actor(REVIEWER)
    office.act(save_task_draft, task, actor, {"opinion": "short"})

    with pytest.raises(InvalidInputError) as refusal:
        office.act(save_task_draft, task, actor, {"opinion": "长" * 400_000})

    assert "Expected a draft of at most 1024 kB, found 1171 kB" in str(refusal.value)
    with office.database.unit_of_work(write=False) as session:
        draft = find_draft(session, task, actor)
        assert draft is not None
        assert draft.typed == {"opinion": "short"}
