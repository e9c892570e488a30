"""The ledger cannot be changed by a mistake; what was changed on purpose is found and named."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core.database import Database, table_of
from app.workflow.ledger import entries as ledger
from app.workflow.ledger.chain import Act, Entry, Fault, FaultKind, chained, check
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, Vote
from tests.workflow.conftest import Office

ENTRY, VOTE = table_of(LedgerEntry), table_of(Vote)


@pytest.fixture
def item(office: Office) -> UUID:
    item = office.start("P04")
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    return item


def verdict(office: Office, item: UUID) -> ledger.Verdict:
    with office.database.unit_of_work(write=False) as session:
        return ledger.verify(session, item)


def chain(office: Office, item: UUID) -> list[Entry]:
    with office.database.unit_of_work(write=False) as session:
        return ledger.chain_of(session, item)


def drop_triggers(database: Database) -> None:
    """What only the owner of the database can do."""
    with database.unit_of_work() as session:
        if database.is_sqlite:
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for name in names.all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in ("ledger_entry", "vote"):
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


Tamper = Callable[[Any], None]


@pytest.fixture
def tamper(office: Office) -> Tamper:
    """Run a statement as somebody who has taken the triggers away first."""
    drop_triggers(office.database)

    def run(statement: Any) -> None:
        with office.database.unit_of_work() as session:
            session.execute(statement)

    return run


def rewrite(tamper: Tamper, item: UUID, entries: list[Entry]) -> None:
    """Put other entries in the place of an item's own."""
    tamper(delete(ENTRY).where(ENTRY.c.instance_id == item))
    for each in entries:
        tamper(insert(ENTRY).values(**row(item, each)))


def row(item: UUID, entry: Entry) -> dict[str, Any]:
    facts = {name: getattr(entry.act, name) for name in Act.__slots__}
    chain = {name: getattr(entry, name) for name in ("sequence", "previous_hash", "hash")}
    return {"instance_id": item, **chain, **facts}


def rehashed(item: UUID, entry: Entry) -> Entry:
    """As somebody who knows the formula writes it."""
    return replace(entry, hash=chained(item, entry.sequence, entry.previous_hash, entry.act))


def test_an_untouched_chain_is_sound(office: Office, item: UUID) -> None:
    found = verdict(office, item)
    assert found.is_sound
    assert found.entries >= 6


# What the database refuses.


@pytest.mark.parametrize(
    "statement",
    [
        update(ENTRY).values(reason="改过的意见"),
        update(ENTRY).where(ENTRY.c.sequence == 2).values(sequence=99),
        delete(ENTRY).where(ENTRY.c.sequence == 2),
        update(VOTE).values(opinion="改过的意见"),
        update(VOTE).values(form_values={}),
        delete(VOTE),
    ],
)
def test_the_database_refuses_to_change_what_was_written(
    office: Office, item: UUID, statement: Any
) -> None:
    before = chain(office, item)
    with (
        pytest.raises(DBAPIError, match=r"append-only|never changed"),
        office.database.unit_of_work() as session,
    ):
        session.execute(statement)
    assert chain(office, item) == before


def test_replacing_and_emptying_are_refused_too(office: Office, item: UUID) -> None:
    statements = {
        True: [
            "REPLACE INTO ledger_entry SELECT * FROM ledger_entry LIMIT 1",
            "REPLACE INTO vote SELECT * FROM vote LIMIT 1",
        ],
        False: ["TRUNCATE ledger_entry", "TRUNCATE vote CASCADE"],
    }
    for statement in statements[office.database.is_sqlite]:
        with (
            pytest.raises(DBAPIError, match=r"append-only|never changed"),
            office.database.unit_of_work() as session,
        ):
            session.execute(text(statement))


def test_a_vote_may_be_declared_void_once(office: Office, item: UUID) -> None:
    def void(session: Session) -> None:
        who = session.scalars(select(Vote.actor_id)).first()
        session.execute(update(VOTE).values(voided_at=office.now, voided_by_id=who))

    with office.database.unit_of_work() as session:
        void(session)
    with (
        pytest.raises(DBAPIError, match="void once"),
        office.database.unit_of_work() as session,
    ):
        session.execute(update(VOTE).values(voided_at=None, voided_by_id=None))
    assert verdict(office, item).is_sound


# What the chain finds when somebody has taken the triggers away.


@pytest.mark.parametrize(
    ("number", "change", "field"),
    [
        (3, {"reason": "改过的意见"}, "reason"),
        (3, {"verb": "reject"}, "verb"),
        (3, {"actor_id": None}, "actor_id"),
        (3, {"form_hash": "0" * 64}, "form_hash"),
        (3, {"to_state": "reject"}, "to_state"),
        (3, {"hash": "0" * 64}, "hash"),
        (3, {"previous_hash": "0" * 64}, "previous_hash"),
        (1, {"from_state": "draft"}, "from_state"),
    ],
)
def test_a_changed_entry_is_named_with_its_field(
    office: Office, item: UUID, tamper: Tamper, number: int, change: dict[str, Any], field: str
) -> None:
    place = (ENTRY.c.instance_id == item) & (ENTRY.c.sequence == number)
    tamper(update(ENTRY).where(place).values(**change))

    assert verdict(office, item).faults == (Fault(FaultKind.CHANGED, number, None, (field,)),)


def test_an_entry_changed_in_two_fields_is_named_without_a_guess(
    office: Office, item: UUID, tamper: Tamper
) -> None:
    place = (ENTRY.c.instance_id == item) & (ENTRY.c.sequence == 3)
    tamper(update(ENTRY).where(place).values(reason="改", verb="reject"))

    assert verdict(office, item).faults == (Fault(FaultKind.CHANGED, 3),)


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_removed_entry_is_named(office: Office, item: UUID, tamper: Tamper, number: int) -> None:
    tamper(delete(ENTRY).where(ENTRY.c.instance_id == item, ENTRY.c.sequence == number))

    assert verdict(office, item).faults == (Fault(FaultKind.REMOVED, number),)


def test_closing_the_gap_does_not_hide_it(office: Office, item: UUID, tamper: Tamper) -> None:
    entries = chain(office, item)
    closed_up = [replace(e, sequence=e.sequence - (e.sequence > 2)) for e in entries]
    rewrite(tamper, item, [e for e in closed_up if e.hash != entries[1].hash])

    assert verdict(office, item).faults == (Fault(FaultKind.REMOVED, 2),)


def test_a_chain_cut_off_at_its_end_is_noticed(office: Office, item: UUID, tamper: Tamper) -> None:
    last = len(chain(office, item))
    tamper(delete(ENTRY).where(ENTRY.c.instance_id == item, ENTRY.c.sequence >= last - 1))

    assert verdict(office, item).faults == (
        Fault(FaultKind.REMOVED, last - 1),
        Fault(FaultKind.REMOVED, last),
    )


def test_an_emptied_ledger_is_noticed(office: Office, item: UUID, tamper: Tamper) -> None:
    length = len(chain(office, item))
    tamper(delete(ENTRY).where(ENTRY.c.instance_id == item))

    assert [each.sequence for each in verdict(office, item).faults] == [*range(1, length + 1)]


def test_swapped_entries_are_named_both(office: Office, item: UUID, tamper: Tamper) -> None:
    entries = chain(office, item)
    entries[1] = replace(entries[1], sequence=5)
    entries[4] = replace(entries[4], sequence=2)
    rewrite(tamper, item, entries)

    assert verdict(office, item).faults == (Fault(FaultKind.SWAPPED, 2, 5),)


def test_an_entry_hung_on_with_a_right_hash_is_named(
    office: Office, item: UUID, tamper: Tamper
) -> None:
    last = chain(office, item)[-1]
    more = Entry(last.sequence + 1, last.hash, "", last.act)
    tamper(insert(ENTRY).values(**row(item, rehashed(item, more))))

    assert verdict(office, item).faults == (Fault(FaultKind.ADDED, more.sequence),)


def test_an_entry_pushed_in_between_is_named(office: Office, item: UUID, tamper: Tamper) -> None:
    entries = chain(office, item)
    forged = replace(entries[2], act=replace(entries[2].act, reason="从未说过的意见"))
    behind = [replace(each, sequence=each.sequence + 1) for each in entries[2:]]
    rewrite(tamper, item, [*entries[:2], rehashed(item, forged), *behind])

    assert verdict(office, item).faults == (Fault(FaultKind.ADDED, 3),)


def test_an_entry_with_its_hash_made_new_is_named(
    office: Office, item: UUID, tamper: Tamper
) -> None:
    entries = chain(office, item)
    forged = replace(entries[2], act=replace(entries[2].act, reason="从未说过的意见"))
    rewrite(tamper, item, [*entries[:2], rehashed(item, forged), *entries[3:]])

    assert verdict(office, item).faults == (Fault(FaultKind.REPLACED, 3),)


def test_a_chain_made_new_to_its_end_does_not_fit_its_item(
    office: Office, item: UUID, tamper: Tamper
) -> None:
    entries = chain(office, item)
    forged = [*entries[:2], replace(entries[2], act=replace(entries[2].act, reason="改"))]
    forged += entries[3:]
    for place in range(2, len(forged)):
        linked = replace(forged[place], previous_hash=forged[place - 1].hash)
        forged[place] = rehashed(item, linked)
    rewrite(tamper, item, forged)

    found = verdict(office, item)
    assert found.faults == (Fault(FaultKind.REPLACED, len(forged)),)
    assert found.finds_fault_with(len(forged))


def test_a_changed_opinion_beside_the_ledger_is_named(
    office: Office, item: UUID, tamper: Tamper
) -> None:
    decided = next(e for e in chain(office, item) if e.act.step_id == "department_review" and
                   e.act.verb == "approve")  # fmt: skip
    tamper(update(VOTE).where(VOTE.c.task_id == decided.act.task_id).values(opinion="不同意"))

    found = verdict(office, item).faults
    assert found == (Fault(FaultKind.OPINION, decided.sequence, None, ("reason",)),)
    assert str(found[0].sentence.template).startswith("The opinion kept beside entry")


def test_a_changed_length_is_noticed(office: Office, item: UUID) -> None:
    with office.database.unit_of_work() as session:
        length = len(ledger.chain_of(session, item))
        changed = update(ProcessInstance).where(ProcessInstance.id == item)
        session.execute(changed.values(ledger_length=length - 1))

    assert not verdict(office, item).is_sound


def test_entries_in_another_order_are_named(item: UUID, office: Office) -> None:
    entries = chain(office, item)
    head, length = entries[-1].hash, len(entries)
    entries[1], entries[3] = entries[3], entries[1]

    found = check(item, entries, length, head)

    assert found.faults == (Fault(FaultKind.SWAPPED, 2, 4),)


def test_an_entry_at_another_place_is_named_and_not_those_between(
    item: UUID, office: Office
) -> None:
    entries = chain(office, item)
    head, length = entries[-1].hash, len(entries)
    entries.insert(5, entries.pop(1))

    found = check(item, entries, length, head)

    assert found.faults == (Fault(FaultKind.MOVED, 6, 2),)


def test_the_zone_of_the_clock_does_not_matter(office: Office, item: UUID) -> None:
    office.now = office.now.astimezone(ZoneInfo("Asia/Shanghai"))
    office.agree(item, "preliminary_review", "ctr.rev1")
    assert verdict(office, item).is_sound


def test_every_fault_has_a_sentence() -> None:
    for kind in FaultKind:
        sentence = Fault(kind, 3, 5, ("reason",)).sentence
        assert "3" in sentence.template.format(**sentence.values)
        assert "{" not in Fault(kind, 3, 5).sentence.template.format(**sentence.values)
