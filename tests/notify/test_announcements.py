"""Who hears of what by itself, once, and only of what was committed."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.i18n import Sentence
from app.notify import Notice, NoticeKind
from app.projects import tell
from app.workflow.assignment.claiming import claim_task, transfer_task, unclaim_task
from app.workflow.assignment.stepping_aside import step_aside
from app.workflow.ledger.telling import untold_instances
from app.workflow.models import ProcessInstance, Seat
from app.workflow.voting.signing import add_signer, delegate_task, remove_signer, resolve_delegation
from tests.notify.conftest import PostOffice
from tests.workflow.conftest import REASON
from tests.workflow.test_conflicts import declare


def notices(office: PostOffice, kind: NoticeKind | None = None) -> list[tuple[str, str, str]]:
    """Address, kind and sentence of every notice, in order."""
    with office.database.unit_of_work(write=False) as session:
        found = session.scalars(select(Notice).order_by(Notice.id)).all()
    return [
        (each.address, each.kind, str(Sentence.load(each.sentence)))
        for each in found
        if kind in (None, each.kind)
    ]


def addresses(office: PostOffice, kind: NoticeKind | None = None) -> list[str]:
    return [address for address, _, _ in notices(office, kind)]


@pytest.fixture
def item(post_office: PostOffice) -> UUID:
    item = post_office.start("P04")
    post_office.submit(item, "P04")
    post_office.work()
    return item


def test_a_group_hears_of_work_once_however_many_members_it_has(
    post_office: PostOffice, item: UUID
) -> None:
    found = notices(post_office, NoticeKind.ASSIGNED)

    assert [address for address, _, _ in found] == ["department_reviewer@D05"]
    assert "waits for you: Department review, due " in found[0][2]
    assert post_office.work() == 0
    assert notices(post_office, NoticeKind.ASSIGNED) == found


def test_who_declared_a_conflict_hears_of_no_work_that_he_may_not_take(
    post_office: PostOffice, item: UUID
) -> None:
    declare(post_office, "ctr.rev1", organisation_code="D05")
    post_office.agree(item, "department_review", "d05.fin")
    post_office.work()

    told = addresses(post_office, NoticeKind.ASSIGNED)[1:]
    assert "user@ctr.rev2" in told
    assert not {"center_reviewer", "user@ctr.rev1"} & set(told)


def test_a_declaration_tells_the_others_of_the_group_nothing_twice(
    post_office: PostOffice, item: UUID
) -> None:
    post_office.agree(item, "department_review", "d05.fin")
    post_office.work()
    told = addresses(post_office, NoticeKind.ASSIGNED)
    task = post_office.task(item, "preliminary_review")

    declare(post_office, "ctr.rev1", organisation_code="D05")
    post_office.act(claim_task, task, post_office.actor("ctr.rev2"), None)
    post_office.act(unclaim_task, task, post_office.actor("ctr.rev2"), None)
    post_office.work()

    assert told[-1] == "center_reviewer"
    assert addresses(post_office, NoticeKind.ASSIGNED) == told


def test_who_claimed_is_not_told_and_who_was_given_a_seat_is(
    post_office: PostOffice, item: UUID
) -> None:
    office = post_office
    office.agree(item, "department_review", "d05.fin")
    task = office.task(item, "preliminary_review")
    office.act(claim_task, task, office.actor("ctr.rev1"), None)
    office.work()
    assert "user@ctr.rev1" not in addresses(office)

    receiver = office.actor("ctr.rev2").id
    office.act(
        transfer_task, task, office.actor("ctr.rev1"), receiver, "请代为审核，本人出差至周五", None
    )
    office.work()
    assert addresses(office, NoticeKind.ASSIGNED)[-1] == "user@ctr.rev2"


def test_a_return_is_told_with_its_reason_and_a_decision_to_the_initiator(
    post_office: PostOffice, item: UUID
) -> None:
    post_office.send_back(item, "department_review", "d05.fin", "compile_goals")
    post_office.work()
    address, kind, said = notices(post_office)[-1]
    assert (address, kind) == ("unit_clerk@D05U1", "returned")
    assert f"to Compile goals: {REASON}" in said

    post_office.submit(item, "P04")
    post_office.agree(item, "department_review", "d05.fin")
    post_office.work()
    decided = notices(post_office, NoticeKind.DECIDED)
    assert [address for address, _, _ in decided] == ["user@d05u1.clerk"]
    assert "decided “Agree” on" in decided[0][2]


def test_the_end_is_told_to_the_initiator(post_office: PostOffice, item: UUID) -> None:
    post_office.agree(item, "department_review", "d05.fin")
    post_office.reject(item, "preliminary_review", "ctr.rev1")
    post_office.work()

    assert " has ended: " in notices(post_office, NoticeKind.DECIDED)[-1][2]


def test_an_act_that_is_rolled_back_tells_nobody(post_office: PostOffice, item: UUID) -> None:
    before, task = notices(post_office), post_office.task(item, "department_review")

    def fail_late(session: Session, now: datetime) -> None:
        claim_task(session, task, post_office.actor("d05.fin"), None, now)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        post_office.act(fail_late)
    assert post_office.work() == 0
    assert notices(post_office) == before


def test_news_are_told_once_also_when_two_workers_take_them(
    post_office: PostOffice, item: UUID
) -> None:
    post_office.agree(item, "department_review", "d05.fin")
    with post_office.database.unit_of_work(write=False) as session:
        assert untold_instances(session) == [item]

    for _ in range(2):
        with post_office.database.unit_of_work() as session:
            tell(session, item, post_office.now)

    told = addresses(post_office, NoticeKind.ASSIGNED)
    assert told == ["department_reviewer@D05", "center_reviewer"]


def test_nobody_hears_that_a_suspended_item_waits(post_office: PostOffice, item: UUID) -> None:
    post_office.agree(item, "department_review", "d05.fin")
    with post_office.database.unit_of_work() as session:
        suspended = update(ProcessInstance).where(ProcessInstance.id == item)
        session.execute(suspended.values(state="suspended", suspended_at=post_office.now))
    post_office.work()

    assert "center_reviewer" not in addresses(post_office)


def test_whose_seat_is_open_again_is_told_who_signed_or_answered(
    post_office: PostOffice, item: UUID
) -> None:
    office = post_office
    office.agree(item, "department_review", "d05.fin")
    task = office.task(item, "preliminary_review")
    owner, other = office.actor("ctr.rev1"), office.actor("ctr.rev2")
    office.act(claim_task, task, owner, None)
    office.act(delegate_task, task, owner, other.id, "请核对工程量清单并提出意见", None)
    office.work()
    assert "user@ctr.rev1" not in addresses(office)

    office.act(resolve_delegation, task, other, "工程量无误,建议同意。", None)
    office.work()

    [(address, _, said)] = [e for e in notices(office) if "gave the opinion" in e[2]]
    assert address == "user@ctr.rev1"
    assert said.endswith(": Preliminary opinion.")

    office.act(add_signer, task, owner, other.id, "before", "请先审核工程量清单再报送", None)
    office.work()
    office.agree(item, "preliminary_review", "ctr.rev2", {})
    office.work()
    assert office.work() == 0

    [(address, _, said)] = [e for e in notices(office) if "it is your turn" in e[2]]
    assert address == "user@ctr.rev1"
    assert "signed" in said


@pytest.mark.parametrize("remover", ["admin", "ctr.rev1"])
def test_whose_signer_an_administrator_took_out_is_told_that_it_is_his_turn(
    post_office: PostOffice, item: UUID, remover: str
) -> None:
    """Who took his own signer out knows of it."""
    office = post_office
    office.agree(item, "department_review", "d05.fin")
    task = office.task(item, "preliminary_review")
    owner, other = office.actor("ctr.rev1"), office.actor("ctr.rev2")
    office.act(add_signer, task, owner, other.id, "before", "请先审核工程量清单再报送", None)
    office.work()
    with office.database.unit_of_work(write=False) as session:
        seat = session.scalars(
            select(Seat.id).where(Seat.task_id == task, Seat.holder_id == other.id)
        ).one()

    office.act(remove_signer, task, office.actor(remover), seat, None)
    office.work()
    assert office.work() == 0

    told = [(address, said) for address, _, said in notices(office) if "out of" in said]
    if remover == "ctr.rev1":
        assert told == []
        return
    [(address, said)] = told
    assert address == "user@ctr.rev1"
    assert str(other.name) in said
    assert said.endswith("it is your turn: Preliminary opinion.")


def test_whose_adviser_stepped_aside_is_told_that_it_is_his_turn(
    post_office: PostOffice, item: UUID
) -> None:
    office = post_office
    office.agree(item, "department_review", "d05.fin")
    task = office.task(item, "preliminary_review")
    owner, other = office.actor("ctr.rev1"), office.actor("ctr.rev2")
    office.act(delegate_task, task, owner, other.id, "请核对工程量清单并提出意见", None)
    office.work()
    declare(office, "ctr.rev2", organisation_code="D05U1")
    office.act(step_aside, task, office.actor("mgr"), other.id, None)
    office.work()

    [(address, said)] = [(a, s) for a, _, s in notices(office) if "stepped aside from" in s]
    assert address == "user@ctr.rev1"
    assert str(other.name) in said
