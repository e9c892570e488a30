"""Standing in for an absent colleague: who may, who may not, and what the ledger says of it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError, NotPermittedError
from app.identity import Absence, Actor, Substitution, User, end_absence, enter_absence, load_actor
from app.workflow.assignment.claiming import claim_task, unclaim_task
from app.workflow.deciding.decisions import Decision, approve_task
from app.workflow.inbox.pages import Filters, inbox_page
from app.workflow.inbox.tabs import Tab
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import Vote
from app.workflow.returning.recalls import recall_decision
from tests.workflow.conftest import Office
from tests.workflow.drawn import agree, begin, change, deploy, one_step, seats

ONE = "start s\nstep review {}\nend e\ns > review > e"


def today(office: Office) -> date:
    return office.now.date()


def user_id(office: Office, username: str) -> UUID:
    with office.database.unit_of_work(write=False) as session:
        return session.scalars(select(User.id).where(User.username == username)).one()


def away(
    office: Office,
    owner: str,
    substitute: str,
    days: tuple[int, int] = (0, 9),
    by: str | None = None,
    process_key: str | None = None,
) -> UUID:
    """Enter an absence, counted in days from today."""
    absence = Absence(
        owner_id=user_id(office, owner),
        substitute_id=user_id(office, substitute),
        first_day=today(office) + timedelta(days=days[0]),
        last_day=today(office) + timedelta(days=days[1]),
        process_key=process_key,
        reason="年休假",
    )
    with office.database.unit_of_work() as session:
        return enter_absence(
            session, office.actor(by or owner), absence, today(office), office.now
        ).id


def signed_in(office: Office, username: str, later: int = 0) -> Actor:
    """The person as the web signs him in, some days later."""
    day = today(office) + timedelta(days=later)
    with office.database.unit_of_work(write=False) as session:
        found = load_actor(session, user_id(office, username), day)
    assert found is not None
    return found


def inbox(office: Office, actor: Actor, tab: Tab) -> list[Any]:
    with office.database.unit_of_work(write=False) as session:
        return list(inbox_page(session, actor, tab, Filters(), office.now).rows)


def decide(office: Office, item: UUID, actor: Actor, step: str = "review") -> None:
    office.act(approve_task, office.task(item, step), actor, Decision("agree"))


def test_a_substitute_decides_and_everything_says_for_whom(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    away(office, "perf.ex1", "perf.ex2")
    substitute = signed_in(office, "perf.ex2")

    (row,) = inbox(office, substitute, Tab.MINE)
    decide(office, item, substitute)

    assert row.owner.username == "perf.ex1"
    (seat,) = seats(office, item)
    assert (seat.holder, seat.on_behalf_of, seat.state) == ("perf.ex2", "perf.ex1", "approved")
    assert "stands in for" in seat.why
    with office.database.unit_of_work(write=False) as session:
        vote = session.scalars(select(Vote).where(Vote.instance_id == item)).one()
        entry = session.scalars(
            select(LedgerEntry).where(
                LedgerEntry.instance_id == item, LedgerEntry.verb == "approve"
            )
        ).one()
    both = (user_id(office, "perf.ex2"), user_id(office, "perf.ex1"))
    assert (vote.actor_id, vote.on_behalf_of_id) == both
    assert (entry.actor_id, entry.on_behalf_of_id) == both


def test_a_claim_by_the_substitute_is_the_owners(office: Office) -> None:
    item = one_step(office, "candidateGroups=section_reviewer")
    away(office, "sec.agr.rev", "sec.agr.head")
    substitute = signed_in(office, "sec.agr.head")
    assert [row.owner.username for row in inbox(office, substitute, Tab.GROUPS)] == ["sec.agr.rev"]

    office.act(claim_task, office.task(item, "review"), substitute, None)

    assert [each.holder for each in seats(office, item)] == ["sec.agr.rev"]
    with pytest.raises(NotPermittedError, match="claim of yours"):
        office.act(unclaim_task, office.task(item, "review"), substitute, None)
    decide(office, item, office.actor("sec.agr.rev"))  # the owner may still act
    assert seats(office, item)[0].on_behalf_of is None


def test_when_the_days_are_over_the_work_is_the_owners_again(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    away(office, "perf.ex1", "perf.ex2", (0, 2))
    late = signed_in(office, "perf.ex2", later=3)
    assert inbox(office, late, Tab.MINE) == []
    with pytest.raises(NotPermittedError):
        decide(office, item, late)
    early = signed_in(office, "perf.ex2", later=-1)
    with pytest.raises(NotPermittedError):
        decide(office, item, early)


def test_an_absence_that_was_ended_early_gives_nothing(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    absence = away(office, "perf.ex1", "perf.ex2")
    with office.database.unit_of_work() as session:
        end_absence(session, office.actor("perf.ex1"), absence, office.now)
    with pytest.raises(NotPermittedError):
        decide(office, item, signed_in(office, "perf.ex2"))
    with pytest.raises(NotFoundError), office.database.unit_of_work() as session:
        end_absence(session, office.actor("perf.ex1"), absence, office.now)


def test_one_process_only(office: Office) -> None:
    here = one_step(office, "assignee=perf.ex1")
    deploy(office, ONE.format("assignee=perf.ex1"), "P_OTHER")
    there = begin(office, key="P_OTHER")
    away(office, "perf.ex1", "perf.ex2", process_key="P_OTHER")
    substitute = signed_in(office, "perf.ex2")
    assert [row.process_key for row in inbox(office, substitute, Tab.MINE)] == ["P_OTHER"]
    decide(office, there, substitute)
    with pytest.raises(NotPermittedError):
        decide(office, here, substitute)


DUTIES = (
    "start s\nstep first candidateGroups=performance_examiner\n"
    "step review assignee=perf.ex1 appr.exclude=first\nend e\ns > first > review > e"
)


def test_the_substitutes_own_earlier_act_keeps_him_out(office: Office) -> None:
    deploy(office, DUTIES)
    item = begin(office)
    agree(office, item, "first", "perf.ex2")
    away(office, "perf.ex1", "perf.ex2")
    substitute = signed_in(office, "perf.ex2")
    assert [row.is_kept_out for row in inbox(office, substitute, Tab.MINE)] == [True]
    with pytest.raises(NotPermittedError, match="already acted"):
        decide(office, item, substitute)


def test_the_owner_has_acted_too_by_what_the_substitute_decided(office: Office) -> None:
    deploy(office, DUTIES.replace("assignee=perf.ex1", "assignee=perf.ex3"))
    item = begin(office)
    away(office, "perf.ex1", "ctr.rev1")
    decide(office, item, signed_in(office, "ctr.rev1"), "first")
    away(office, "perf.ex3", "perf.ex1")
    with pytest.raises(NotPermittedError, match="already acted"):
        decide(office, item, signed_in(office, "perf.ex1"))


def test_nobody_signs_twice_for_two_people(office: Office) -> None:
    item = one_step(office, 'candidateUsers="perf.ex1,perf.ex2" appr.mode=all')
    away(office, "perf.ex1", "perf.ex2")
    substitute = signed_in(office, "perf.ex2")
    decide(office, item, substitute)
    with pytest.raises(NotPermittedError):
        decide(office, item, substitute)


def test_a_recalled_decision_of_a_substitute_is_the_owners_to_decide_again(office: Office) -> None:
    deploy(office, "start s\nstep review assignee=perf.ex1\nstep after assignee=bud.1\nend e\n"
                   "s > review > after > e")  # fmt: skip
    item = begin(office)
    away(office, "perf.ex1", "perf.ex2")
    substitute = signed_in(office, "perf.ex2")
    first = office.task(item, "review")
    decide(office, item, substitute)
    office.act(recall_decision, first, substitute, "再核对一次测算依据的来源。", None)
    assert [(each.holder, each.on_behalf_of) for each in seats(office, item)] == [
        ("perf.ex1", None)
    ]


def test_a_chain_leads_on_while_the_substitute_is_away_too(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    away(office, "perf.ex1", "perf.ex2", (0, 9))
    away(office, "perf.ex2", "perf.ex3", (0, 4))
    substitute = signed_in(office, "perf.ex3")
    owners = {each.username: each.last_day for each in substitute.stands_in_for}
    assert owners == dict.fromkeys(("perf.ex1", "perf.ex2"), today(office) + timedelta(days=4))
    decide(office, item, substitute)
    assert seats(office, item)[0].on_behalf_of == "perf.ex1"


Enter = Callable[[Office], object]


@pytest.mark.parametrize(
    ("enter", "field", "words"),
    [
        (lambda o: away(o, "perf.ex2", "perf.ex1"), "substitute", "circle"),
        (lambda o: away(o, "perf.ex1", "perf.ex3", (5, 12)), "first_day", "overlap"),
        (lambda o: away(o, "perf.ex3", "perf.ex3"), "substitute", "another person"),
        (lambda o: away(o, "perf.ex3", "bud.2"), "substitute", "active colleague"),
        (lambda o: away(o, "perf.ex3", "sup.1"), "substitute", "active colleague"),
        (lambda o: away(o, "perf.ex3", "perf.head", (3, 1)), "last_day", "last day"),
        (lambda o: away(o, "perf.ex3", "perf.head", (-9, -1)), "last_day", "last day"),
    ],
)
def test_what_nobody_may_enter(office: Office, enter: Enter, field: str, words: str) -> None:
    away(office, "perf.ex1", "perf.ex2")
    change(office, "bud.2", is_active=False)
    with pytest.raises(InvalidInputError, match=words) as refusal:
        enter(office)
    assert [each.where for each in refusal.value.problems] == [field]


def test_four_in_a_row_are_too_many(office: Office) -> None:
    away(office, "perf.ex2", "perf.ex3")
    away(office, "perf.ex3", "perf.head")
    away(office, "perf.ex1", "perf.ex2")
    with pytest.raises(InvalidInputError, match="at most 3"):
        away(office, "ctr.rev1", "perf.ex1")
    with pytest.raises(InvalidInputError, match="at most 3"):
        away(office, "perf.head", "ctr.rev1")


def test_only_an_administrator_enters_it_for_others(office: Office) -> None:
    with pytest.raises(NotPermittedError):
        away(office, "perf.ex1", "perf.ex2", by="perf.ex2")
    absence = away(office, "perf.ex1", "perf.ex2", by="admin")
    with pytest.raises(NotPermittedError), office.database.unit_of_work() as session:
        end_absence(session, office.actor("bud.1"), absence, office.now)


NAMES = ("perf.ex1", "perf.ex2", "perf.ex3", "perf.head", "ctr.rev1")
TRIES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 3), st.integers(0, 3)),
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tries=TRIES, leaver=st.sampled_from(NAMES))
def test_chains_never_go_round_nor_reach_a_leaver_or_oneself(
    office: Office, tries: list[tuple[str, str, int, int]], leaver: str
) -> None:
    def clear(session: Session) -> None:
        for row in session.scalars(select(Substitution)):
            session.delete(row)

    with office.database.unit_of_work() as session:
        clear(session)
    for owner, substitute, first, length in tries:
        try:
            away(office, owner, substitute, (first, first + length))
        except InvalidInputError:
            continue
    change(office, leaver, is_active=False)
    for name in set(NAMES) - {leaver}:
        for later in range(7):
            owners = [each.username for each in signed_in(office, name, later).stands_in_for]
            assert name not in owners
            assert leaver not in owners
            assert len(owners) <= len(NAMES) - 1
    change(office, leaver, is_active=True)
