"""Copies that a person gives: the right to read one item, receipts, and what is refused."""

from uuid import UUID

import pytest
from sqlalchemy import update

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from app.identity import User
from app.notify.models import Notice
from app.projects.messages import give_copy
from app.workflow.copies import copies_of
from app.workflow.inbox.pages import Filters, inbox_page
from app.workflow.inbox.tabs import Tab
from app.workflow.models import ProcessInstance
from app.workflow.permits.reading import may_read_instance
from app.workflow.states import InstanceState
from app.workflow.tracking.history import ledger_entries, mark_copy_read
from tests.workflow.conftest import Office

REPLY = {"reply_number": "财预批〔2022〕108号", "reply_date": "2022-09-05"}
NOTE = "请关注资金测算部分。"
#: A clerk of another unit, who has nothing to do with the item.
STRANGER = "d04u1.clerk"


@pytest.fixture
def item(office: Office) -> UUID:
    """P04, waiting for the department review."""
    item = office.start("P04")
    office.submit(item, "P04")
    return item


def give(office: Office, item: UUID, to: str, giver: str = "d05.fin", note: str = NOTE) -> None:
    task = office.task(item, "department_review")
    office.act(give_copy, task, office.actor(giver), office.actor(to).id, note)


def may_read(office: Office, item: UUID, who: str) -> bool:
    with office.database.unit_of_work(write=False) as session:
        return may_read_instance(session, office.actor(who), item)


def test_a_copy_is_the_right_to_read_this_item_and_no_other(office: Office, item: UUID) -> None:
    other = office.start("P03")
    assert not may_read(office, item, STRANGER)

    give(office, item, STRANGER)

    assert may_read(office, item, STRANGER)
    assert not may_read(office, other, STRANGER)
    with office.database.unit_of_work(write=False) as session:
        notice = session.query(Notice).filter_by(kind="copied").one()
        assert notice.address == f"user@{STRANGER}"
        assert NOTE in str(notice.sentence)
        entry = ledger_entries(session, item)[-1]
        assert (entry.verb, entry.to_state, entry.reason) == ("give_copy", f"user@{STRANGER}", NOTE)
        assert entry.actor_id == office.actor("d05.fin").id


def test_the_giver_sees_who_has_read_it_and_when(office: Office, item: UUID) -> None:
    give(office, item, STRANGER)
    with office.database.unit_of_work(write=False) as session:
        [unread] = copies_of(session, item)
    assert unread.readers == ()

    read_at = office.now
    office.act(mark_copy_read, item, office.actor(STRANGER))
    office.act(mark_copy_read, item, office.actor(STRANGER))  # looking twice is one receipt

    with office.database.unit_of_work(write=False) as session:
        [copy] = copies_of(session, item)
    assert copy.readers == ((office.actor(STRANGER).name, read_at),)
    assert (copy.giver, copy.note) == (office.actor("d05.fin").name, NOTE)
    assert copy.receiver == office.actor(STRANGER).name


def test_the_inbox_says_who_gave_it_and_why(office: Office, item: UUID) -> None:
    give(office, item, STRANGER)

    with office.database.unit_of_work(write=False) as session:
        page = inbox_page(session, office.actor(STRANGER), Tab.COPIED, Filters(), office.now)

    [row] = page.rows
    assert (row.instance_id, row.is_read) == (item, False)
    assert (row.giver, row.note) == (office.actor("d05.fin").name, NOTE)


def test_the_copies_of_the_steps_rule_go_on_and_name_no_giver(office: Office, item: UUID) -> None:
    for step, who in (
        ("department_review", "d05.fin"),
        ("preliminary_review", "ctr.rev1"),
        ("re_examination", "perf.ex1"),
        ("final_review", "sec.eco.rev"),
    ):
        office.agree(item, step, who)
    office.agree(item, "approve_with_budget", "bud.1", REPLY)

    with office.database.unit_of_work(write=False) as session:
        by_rule = copies_of(session, item)
    assert by_rule
    assert all(each.giver is None and each.receiver is None for each in by_rule)


def test_nobody_gets_two_copies(office: Office, item: UUID) -> None:
    give(office, item, STRANGER)

    with pytest.raises(InvalidInputError, match="has a copy of this item already"):
        give(office, item, STRANGER)

    with office.database.unit_of_work(write=False) as session:
        assert len(copies_of(session, item)) == 1


def test_a_copy_to_oneself_is_refused(office: Office, item: UUID) -> None:
    with pytest.raises(InvalidInputError, match="Choose somebody else"):
        give(office, item, "d05.fin")


def test_a_leaver_gets_no_copy(office: Office, item: UUID) -> None:
    office.actor(STRANGER)
    with office.database.unit_of_work() as session:
        session.execute(update(User).where(User.username == STRANGER).values(is_active=False))

    with pytest.raises(NotFoundError, match="Expected an active colleague"):
        give(office, item, STRANGER)


@pytest.mark.parametrize("giver", ["d05u1.clerk", "ctr.rev1", "mgr", STRANGER])
def test_only_a_seat_holder_gives_copies(office: Office, item: UUID, giver: str) -> None:
    with pytest.raises(NotPermittedError, match="Expected a seat of yours"):
        give(office, item, "ctr.rev2", giver=giver)


def test_a_long_note_is_refused(office: Office, item: UUID) -> None:
    with pytest.raises(InvalidInputError, match="0 to 1000 characters, found 1001"):
        give(office, item, STRANGER, note="x" * 1001)


def test_a_closed_or_suspended_item_is_not_copied(office: Office, item: UUID) -> None:
    with office.database.unit_of_work() as session:
        session.execute(
            update(ProcessInstance)
            .where(ProcessInstance.id == item)
            .values(state=InstanceState.SUSPENDED, suspended_at=office.now)
        )
    with pytest.raises(ConflictError, match="suspended"):
        give(office, item, STRANGER)

    with office.database.unit_of_work() as session:
        session.execute(
            update(ProcessInstance)
            .where(ProcessInstance.id == item)
            .values(state=InstanceState.ACTIVE, suspended_at=None)
        )
    task = office.task(item, "department_review")
    office.agree(item, "department_review", "d05.fin")
    with pytest.raises(ConflictError, match="to be open"):
        office.act(give_copy, task, office.actor("d05.fin"), office.actor(STRANGER).id, NOTE)
