"""The ledger finds what was changed, removed or cut off, and names it."""

from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, update

from app.workflow import ledger
from app.workflow.models import LedgerEntry
from tests.workflow.conftest import Office


@pytest.fixture
def item(office: Office) -> UUID:
    item = office.start("P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    return item


def verdict(office: Office, item: UUID) -> ledger.Verdict:
    with office.database.unit_of_work(write=False) as session:
        return ledger.verify(session, item)


def test_an_untouched_chain_is_sound(office: Office, item: UUID) -> None:
    found = verdict(office, item)
    assert found.is_sound
    assert found.entries >= 6


@pytest.mark.parametrize(
    "change",
    [{"reason": "改过的意见"}, {"verb": "reject"}, {"actor_id": None}, {"form_hash": "0" * 64}],
)
def test_a_changed_entry_is_named(office: Office, item: UUID, change: dict[str, object]) -> None:
    with office.database.unit_of_work() as session:
        session.execute(
            update(LedgerEntry)
            .where(LedgerEntry.instance_id == item, LedgerEntry.sequence == 3)
            .values(**change)
        )
    found = verdict(office, item)
    assert (found.broken_at, found.how) == (3, "changed")


def test_a_removed_entry_is_named(office: Office, item: UUID) -> None:
    with office.database.unit_of_work() as session:
        session.execute(
            delete(LedgerEntry).where(LedgerEntry.instance_id == item, LedgerEntry.sequence == 2)
        )
    found = verdict(office, item)
    assert (found.broken_at, found.how) == (2, "missing")


def test_a_chain_cut_off_at_its_end_is_noticed(office: Office, item: UUID) -> None:
    with office.database.unit_of_work() as session:
        last = verdict(office, item).entries
        session.execute(
            delete(LedgerEntry).where(LedgerEntry.instance_id == item, LedgerEntry.sequence == last)
        )
    found = verdict(office, item)
    assert (found.broken_at, found.how) == (last, "tail")


def test_the_zone_of_the_clock_does_not_matter(office: Office, item: UUID) -> None:
    office.now = office.now.astimezone(ZoneInfo("Asia/Shanghai"))
    office.agree(item, "preliminary_review", "ctr.rev1")
    assert verdict(office, item).is_sound
