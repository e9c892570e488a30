"""Conflicts of interest: declaring them, what they keep a person out of, and stepping aside."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from app.identity import (
    Actor,
    Conflict,
    Declaration,
    all_conflicts,
    conflicts_of,
    declare_conflict,
    load_actor,
    withdraw_conflict,
)
from app.workflow.assignment.claiming import claim_task, transfer_task
from app.workflow.assignment.handover import hand_over_task
from app.workflow.assignment.stepping_aside import Aside, seats_in_conflict, step_aside
from app.workflow.deciding.decisions import Decision, approve_task, reject_task
from app.workflow.failures import InstanceFailureError
from app.workflow.inbox.pages import Filters, inbox_counters, inbox_page
from app.workflow.inbox.tabs import Tab
from app.workflow.ledger.entries import verify
from app.workflow.tracking.history import open_incidents
from app.workflow.voting.signing import add_signer, delegate_task
from tests.workflow.conftest import Office
from tests.workflow.drawn import acts, agree, begin, change, deploy, one_step, seats
from tests.workflow.test_handover import account
from tests.workflow.test_substitution import away, today, user_id

REASON = "请您代为办理并核对测算依据。"
WHY = "配偶在该单位任职"
#: The unit, the department, the agency and the project of `drawn.SUBJECT`.
TOUCHING = [
    {"organisation_code": "D03U1"},
    {"organisation_code": "D03"},
    {"organisation_code": "TPA"},
    {"subject_code": "YS-TEST"},
]
UNIT = TOUCHING[0]


def declare(office: Office, who: str, by: str | None = None, **changes: Any) -> UUID:
    """Declare a conflict with the unit of the trial project, or what the changes say."""
    wanted = {
        "user_id": user_id(office, who),
        "kind": "relative",
        "reason": WHY,
        "first_day": today(office),
        **(UNIT if "subject_code" not in changes else {}),
        **changes,
    }
    with office.database.unit_of_work() as session:
        declaration = Declaration(**wanted)
        author = office.actor(by or who)
        return declare_conflict(session, author, declaration, today(office), office.now).id


def withdraw(office: Office, conflict: UUID, by: str, reason: str = "配偶已调离该单位") -> None:
    with office.database.unit_of_work() as session:
        withdraw_conflict(session, office.actor(by), conflict, reason, office.now)


def present(office: Office, who: str, later: int = 0) -> Actor:
    """The person as the web signs him in on a day."""
    day = today(office) + timedelta(days=later)
    with office.database.unit_of_work(write=False) as session:
        found = load_actor(session, user_id(office, who), day)
    assert found is not None
    return found


def aside(
    office: Office, item: UUID, who: str, by: str | None = None, step: str = "review"
) -> Aside:
    task_id = office.task(item, step)
    author = present(office, by or who)
    found: Aside = office.act(step_aside, task_id, author, user_id(office, who), None)
    return found


def at_table(office: Office, item: UUID) -> dict[str | None, str]:
    return {each.holder or each.group: each.state for each in seats(office, item)}


# declaring and withdrawing


def test_a_declaration_says_who_with_whom_why_and_for_which_days(office: Office) -> None:
    last = today(office) + timedelta(days=30)
    declare(office, "exp.01", last_day=last)
    with office.database.unit_of_work(write=False) as session:
        (row,) = conflicts_of(session, user_id(office, "exp.01"))
    assert (row.organisation_code, row.subject_code, row.kind) == ("D03U1", None, "relative")
    assert (row.reason, row.first_day, row.last_day) == (WHY, today(office), last)
    assert (row.declared_by_id, row.withdrawn_at) == (user_id(office, "exp.01"), None)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"organisation_code": "", "subject_code": ""}, "organisation"),
        ({"organisation_code": "D03", "subject_code": "YS-TEST"}, "organisation"),
        ({"organisation_code": "NOWHERE"}, "organisation"),
        ({"organisation_code": "AGR"}, "organisation"),
        ({"organisation_code": "FB"}, "organisation"),
        ({"kind": "envy"}, "kind"),
        ({"reason": "  "}, "reason"),
        ({"reason": "长" * 201}, "reason"),
        ({"last_day": date(2022, 9, 1)}, "last_day"),
        ({"first_day": date(2022, 10, 2), "last_day": date(2022, 10, 1)}, "last_day"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    office: Office, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        declare(office, "exp.01", **changes)
    assert [each.where for each in refusal.value.problems] == [where]


def test_the_own_organisation_is_known_already(office: Office) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        declare(office, "d03.fin", organisation_code="D03U0")
    assert "belongs to" in str(refusal.value.problems[0].sentence)
    declare(office, "d03.fin", subject_code="YS-TEST")


def test_the_same_twice_is_refused_and_other_days_are_not(office: Office) -> None:
    first = declare(office, "exp.01", last_day=today(office) + timedelta(days=9))
    with pytest.raises(InvalidInputError) as refusal:
        declare(office, "exp.01", first_day=today(office) + timedelta(days=9))
    assert [each.code for each in refusal.value.problems] == ["conflict.twice"]
    declare(office, "exp.01", first_day=today(office) + timedelta(days=10))
    declare(office, "exp.01", subject_code="YS-TEST")
    withdraw(office, first, "exp.01")
    declare(office, "exp.01", last_day=today(office) + timedelta(days=9))


def test_only_who_manages_items_declares_for_somebody_else(office: Office) -> None:
    for stranger in ("exp.02", "owner", "sup.1"):
        with pytest.raises(NotPermittedError):
            declare(office, "exp.01", by=stranger)
    declare(office, "exp.01", by="mgr")
    with pytest.raises(InvalidInputError, match="Nothing is declared"):
        declare(office, "sup.1", by="mgr")  # who does no step is never asked
    change(office, "exp.02", is_active=False)
    with pytest.raises(InvalidInputError):
        declare(office, "exp.02", by="admin")


def test_a_withdrawn_declaration_stays_with_its_reason_and_counts_no_more(office: Office) -> None:
    found = declare(office, "exp.01")
    for author in ("exp.02", "owner"):
        with pytest.raises(NotPermittedError):
            withdraw(office, found, author)
    with pytest.raises(InvalidInputError):
        withdraw(office, found, "exp.01", " ")
    withdraw(office, found, "exp.01")
    with pytest.raises(NotFoundError):
        withdraw(office, found, "exp.01")
    with pytest.raises(NotFoundError):
        withdraw(office, uuid4(), "mgr")
    with office.database.unit_of_work(write=False) as session:
        row = session.get_one(Conflict, found)
    assert (row.withdrawal, row.withdrawn_by_id) == ("配偶已调离该单位", user_id(office, "exp.01"))
    assert present(office, "exp.01").conflicts == ()


def test_nobody_clears_himself_of_what_a_manager_has_entered(office: Office) -> None:
    found = declare(office, "exp.01", by="mgr")
    with pytest.raises(NotPermittedError, match="manages items entered"):
        withdraw(office, found, "exp.01")
    withdraw(office, found, "admin")


def test_managers_see_all_and_narrow_them(office: Office) -> None:
    declare(office, "exp.01")
    gone = declare(office, "exp.02", organisation_code="D05")
    declare(office, "ctr.rev1", subject_code="YS-TEST")
    withdraw(office, gone, "exp.02")

    def found(**narrowed: Any) -> list[UUID]:
        with office.database.unit_of_work(write=False) as session:
            rows = all_conflicts(session, office.actor("mgr"), today(office), **narrowed)
            return [each.user_id for each in rows]

    ids = {name: user_id(office, name) for name in ("exp.01", "exp.02", "ctr.rev1")}
    assert found() == [ids["ctr.rev1"], ids["exp.02"], ids["exp.01"]]
    assert found(only_in_force=True) == [ids["ctr.rev1"], ids["exp.01"]]
    assert found(organisation_code="D05") == [ids["exp.02"]]
    assert found(text="ys-test") == [ids["ctr.rev1"]]
    assert found(text="EXP.0") == [ids["exp.02"], ids["exp.01"]]
    with pytest.raises(NotPermittedError), office.database.unit_of_work() as session:
        all_conflicts(session, office.actor("exp.01"), today(office))


# what a declaration keeps a person out of


@pytest.mark.parametrize("touching", TOUCHING)
def test_an_expert_with_a_declared_conflict_is_not_picked(
    office: Office, touching: dict[str, str]
) -> None:
    declare(office, "exp.01", **touching)
    item = one_step(office, "nobody=1 appr.strategy=expert_pool appr.mode=all appr.param=2")
    assert list(at_table(office, item)) == ["exp.02", "exp.03"]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"organisation_code": "D05"},
        {"subject_code": "YS-OTHER"},
        {"first_day": date(2022, 10, 1)},
        {"first_day": date(2022, 8, 1), "last_day": date(2022, 9, 6)},
    ],
)
def test_what_touches_another_matter_or_other_days_keeps_nobody_out(
    office: Office, elsewhere: dict[str, Any]
) -> None:
    declare(office, "perf.ex1", **elsewhere)
    office.now += timedelta(days=3)
    item = one_step(office, "assignee=perf.ex1")
    office.act(approve_task, office.task(item, "review"), present(office, "perf.ex1"), AGREE)
    assert at_table(office, item) == {"perf.ex1": "approved"}


AGREE = Decision("agree")
OPEN = "candidateGroups=performance_examiner"
GIVEN = 'candidateUsers="perf.ex2,ctr.rev1" appr.mode=all'


def claim(office: Office, item: UUID) -> None:
    office.act(claim_task, office.task(item, "review"), present(office, "perf.ex1"), None)


def vote(office: Office, item: UUID) -> None:
    office.act(approve_task, office.task(item, "review"), present(office, "perf.ex1"), AGREE)


def refuse(office: Office, item: UUID) -> None:
    decision = Decision("reject", opinion=REASON)
    office.act(reject_task, office.task(item, "review"), present(office, "perf.ex1"), decision)


def delegate(office: Office, item: UUID) -> None:
    arguments = (present(office, "perf.ex2"), user_id(office, "perf.ex1"), REASON, None)
    office.act(delegate_task, office.task(item, "review"), *arguments)


def add(office: Office, item: UUID) -> None:
    arguments = (present(office, "perf.ex2"), user_id(office, "perf.ex1"), "with", REASON, None)
    office.act(add_signer, office.task(item, "review"), *arguments)


def transfer(office: Office, item: UUID) -> None:
    arguments = (present(office, "perf.ex2"), user_id(office, "perf.ex1"), REASON, None)
    office.act(transfer_task, office.task(item, "review"), *arguments)


def stand_in(office: Office, item: UUID) -> None:
    away(office, "perf.ex2", "perf.ex1")
    office.act(approve_task, office.task(item, "review"), present(office, "perf.ex1"), AGREE)


def take_over(office: Office, item: UUID) -> None:
    arguments = (office.actor("admin"), account(office, "perf.ex2"), user_id(office, "perf.ex1"))
    office.act(hand_over_task, office.task(item, "review"), *arguments, REASON)


def bring_in(office: Office, item: UUID) -> None:
    arguments = (present(office, "perf.ex1"), user_id(office, "ctr.rev2"), REASON, None)
    office.act(add_signer, office.task(item, "review"), *arguments[:2], "with", *arguments[2:])


#: Each way to a seat or a vote, and the step on which perf.ex1 tries it.
WAYS: list[tuple[Callable[[Office, UUID], None], str]] = [
    (claim, OPEN),
    (vote, OPEN),
    (refuse, OPEN),
    (bring_in, OPEN),
    (delegate, GIVEN),
    (add, GIVEN),
    (transfer, GIVEN),
    (stand_in, GIVEN),
    (take_over, GIVEN),
]


@pytest.mark.parametrize(("way", "attributes"), WAYS)
def test_no_way_leads_round_a_declaration(
    office: Office, way: Callable[[Office, UUID], None], attributes: str
) -> None:
    item = one_step(office, attributes)
    declare(office, "perf.ex1")
    before = at_table(office, item)
    with pytest.raises(NotPermittedError) as refusal:
        way(office, item)
    said = str(refusal.value)
    assert "without a conflict of interest for the step" in said
    assert office.actor("perf.ex1").name.en in said
    assert "declared one with" in said
    assert "2022-09-05" in said
    assert at_table(office, item) == before


@pytest.mark.parametrize(("way", "attributes"), WAYS)
def test_no_way_leads_round_the_declaring_unit(
    office: Office, way: Callable[[Office, UUID], None], attributes: str
) -> None:
    change(office, "perf.ex1", organisation_code="D03U1")
    office.actors.clear()
    item = one_step(office, f"{attributes} appr.exclude=declaring_unit")
    with pytest.raises(NotPermittedError, match="outside the declaring unit"):
        way(office, item)


def test_what_a_manager_has_entered_is_said_with_his_name(office: Office) -> None:
    item = one_step(office, OPEN)
    declare(office, "perf.ex1", by="mgr")
    manager, examiner = (office.actor(each).name.en for each in ("mgr", "perf.ex1"))
    with pytest.raises(NotPermittedError, match=f"{manager} entered one of {examiner}"):
        claim(office, item)


def test_the_conflict_of_the_absent_colleague_holds_for_who_stands_in(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    away(office, "perf.ex1", "perf.ex2")
    declare(office, "perf.ex1")
    substitute = present(office, "perf.ex2")
    with pytest.raises(NotPermittedError, match="conflict of interest"):
        office.act(approve_task, office.task(item, "review"), substitute, AGREE)


def test_nobody_is_chosen_for_a_later_step_in_spite_of_it(office: Office) -> None:
    deploy(office, "start s\nstep declare assignee=d03u1.clerk\n"
                   "step review nobody=1 appr.strategy=initiator_choice\nend e\n"
                   "s > declare > review > e")  # fmt: skip
    item = begin(office)
    declare(office, "perf.ex1")
    with pytest.raises(InvalidInputError, match="choose people for"):
        agree(office, item, "declare", "d03u1.clerk", choices={"review": ["perf.ex1"]})


def test_what_a_group_is_offered_the_person_sees_no_more_and_the_others_do(office: Office) -> None:
    one_step(office, OPEN)

    def rows(who: str) -> tuple[int, int]:
        with office.database.unit_of_work(write=False) as session:
            actor = present(office, who)
            page = inbox_page(session, actor, Tab.GROUPS, Filters(), office.now)
            return len(page.rows), inbox_counters(session, actor, office.now)["groups"]

    assert rows("perf.ex1") == (1, 1)
    declare(office, "perf.ex1")
    assert rows("perf.ex1") == (0, 0)
    assert rows("perf.ex2") == (1, 1)


def test_what_the_person_holds_stays_in_sight_and_says_why_it_waits(office: Office) -> None:
    one_step(office, "assignee=perf.ex1")
    declare(office, "perf.ex1", organisation_code="TPA")
    with office.database.unit_of_work(write=False) as session:
        page = inbox_page(session, present(office, "perf.ex1"), Tab.MINE, Filters(), office.now)
    assert [each.has_conflict for each in page.rows] == [True]


# stepping aside


def test_a_claimed_seat_is_offered_to_the_group_again(office: Office) -> None:
    item = one_step(office, OPEN)
    claim(office, item)
    declare(office, "perf.ex1")

    assert aside(office, item, "perf.ex1") is Aside.OFFERED

    assert at_table(office, item) == {"performance_examiner": "open"}
    said = [each for each in acts(office, item) if each[0] == "step_aside"]
    assert said == [("step_aside", "review", "perf.ex1", WHY)]
    office.act(claim_task, office.task(item, "review"), present(office, "perf.ex2"), None)
    with office.database.unit_of_work(write=False) as session:
        assert verify(session, item).is_sound


@pytest.mark.parametrize("strategy", ["expert_pool", "least_loaded", "round_robin"])
def test_the_strategy_finds_somebody_else(office: Office, strategy: str) -> None:
    item = one_step(
        office, f"candidateGroups=expert appr.strategy={strategy} appr.mode=all appr.param=2"
    )
    assert list(at_table(office, item)) == ["exp.01", "exp.02"]
    declare(office, "exp.01")

    assert aside(office, item, "exp.01") is Aside.REPLACED

    found = at_table(office, item)
    assert found.pop("exp.01") == "transferred"
    assert found == {"exp.02": "open", "exp.03": "open"}
    why = next(each.why for each in seats(office, item) if each.holder == "exp.03")
    assert "stepped aside because of a conflict of interest" in why


def test_the_others_of_a_step_decide_without_whom_nobody_replaces(office: Office) -> None:
    item = one_step(office, 'candidateUsers="perf.ex1,perf.ex2" appr.mode=all')
    agree(office, item, "review", "perf.ex2")
    declare(office, "perf.ex1")

    assert aside(office, item, "perf.ex1") is Aside.LEFT

    assert at_table(office, item) == {"perf.ex2": "approved", "perf.ex1": "removed"}
    assert office.open_steps(item) == {}


def test_whom_he_had_brought_in_goes_with_him_and_a_delegate_gives_his_opinion_no_more(
    office: Office,
) -> None:
    item = one_step(office, OPEN)
    arguments = (present(office, "perf.ex1"), user_id(office, "ctr.rev1"), REASON, None)
    office.act(delegate_task, office.task(item, "review"), *arguments)
    declare(office, "ctr.rev1")
    assert aside(office, item, "ctr.rev1") is Aside.LEFT
    assert at_table(office, item) == {"perf.ex1": "open", "ctr.rev1": "removed"}

    arguments = (present(office, "perf.ex1"), user_id(office, "ctr.rev2"), REASON, None)
    office.act(delegate_task, office.task(item, "review"), *arguments)
    declare(office, "perf.ex1")
    aside(office, item, "perf.ex1")
    assert at_table(office, item) == {
        "performance_examiner": "open", "ctr.rev1": "removed", "ctr.rev2": "removed",
    }  # fmt: skip


def test_nobody_left_keeps_the_seat_still_and_opens_an_incident(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1")
    declare(office, "perf.ex1")

    assert aside(office, item, "perf.ex1") is Aside.STUCK

    assert at_table(office, item) == {"perf.ex1": "open"}
    with office.database.unit_of_work(write=False) as session:
        (incident,) = open_incidents(session, item)
        assert (incident.kind, incident.element_id) == ("assignment", "review")
        assert verify(session, item).is_sound
    assert present(office, "perf.ex1").conflicts  # the declaration stands
    office.act(
        transfer_task, office.task(item, "review"), office.actor("mgr"),
        user_id(office, "perf.ex2"), REASON, None,
    )  # fmt: skip
    assert at_table(office, item) == {"perf.ex1": "transferred", "perf.ex2": "open"}


def test_the_last_candidate_of_a_group_leaves_nobody(office: Office) -> None:
    item = one_step(office, "candidateGroups=section_reviewer")
    declare(office, "sec.agr.rev")
    with office.database.unit_of_work(write=False) as session:
        person = account(office, "sec.agr.rev")
        assert [each.subject_code for each in seats_in_conflict(session, person, office.now)] == [
            "YS-TEST"
        ]
    assert aside(office, item, "sec.agr.rev") is Aside.STUCK


def test_nobody_left_passes_the_step_where_its_rule_says_so(office: Office) -> None:
    item = one_step(office, "assignee=perf.ex1 appr.empty=skip")
    declare(office, "perf.ex1")

    assert aside(office, item, "perf.ex1") is Aside.PASSED

    assert office.open_steps(item) == {}
    assert at_table(office, item) == {"perf.ex1": "removed"}
    said = [each[:3] for each in acts(office, item)]
    assert ("skip", "review", None) in said
    with office.database.unit_of_work(write=False) as session:
        assert verify(session, item).is_sound


@pytest.mark.parametrize(
    ("policy", "heir"),
    [("fallback appr.fallback=section_head", "section_head@AGR"), ("manager", "manager")],
)
def test_nobody_left_gives_it_to_whom_the_rule_names(
    office: Office, policy: str, heir: str
) -> None:
    item = one_step(office, f"assignee=perf.ex1 appr.empty={policy}")
    declare(office, "perf.ex1")
    assert aside(office, item, "perf.ex1") is Aside.REPLACED
    assert at_table(office, item) == {"perf.ex1": "transferred", heir: "open"}


def test_a_step_opens_with_the_same_rules_for_nobody(office: Office) -> None:
    declare(office, "perf.ex1")
    with pytest.raises(InstanceFailureError):
        one_step(office, "assignee=perf.ex1")


def test_a_manager_hands_back_for_a_person_and_nobody_else_does(office: Office) -> None:
    item = one_step(office, OPEN)
    claim(office, item)
    declare(office, "perf.ex1", by="mgr")
    for stranger in ("perf.ex2", "owner"):
        with pytest.raises(NotPermittedError):
            aside(office, item, "perf.ex1", by=stranger)
    assert aside(office, item, "perf.ex1", by="mgr") is Aside.OFFERED
    assert ("step_aside", "review", "mgr", WHY) in acts(office, item)


def test_without_a_declaration_or_a_seat_there_is_nothing_to_hand_back(office: Office) -> None:
    item = one_step(office, OPEN)
    claim(office, item)
    with pytest.raises(ConflictError, match="found none"):
        aside(office, item, "perf.ex1")
    declare(office, "bud.1")
    with pytest.raises(NotFoundError, match="open seat"):
        aside(office, item, "bud.1")
    found = declare(office, "perf.ex1")
    withdraw(office, found, "perf.ex1")
    with pytest.raises(ConflictError):
        aside(office, item, "perf.ex1")


def test_a_stale_page_and_a_closed_step_hand_nothing_back(office: Office) -> None:
    item = one_step(office, OPEN)
    task_id = office.task(item, "review")
    claim(office, item)
    declare(office, "perf.ex1")
    person = user_id(office, "perf.ex1")
    with pytest.raises(ConflictError, match="Expected version 1"):
        office.act(step_aside, task_id, present(office, "perf.ex1"), person, 1)
    aside(office, item, "perf.ex1")
    agree(office, item, "review", "perf.ex2")
    with pytest.raises(ConflictError, match="to be open"):
        office.act(step_aside, task_id, present(office, "perf.ex1"), person, None)


def test_it_is_told_where_a_person_still_sits(office: Office) -> None:
    deploy(office, "start s\nstep review assignee=perf.ex1\nend e\ns > review > e")
    first, second = begin(office, 1), begin(office, 2)

    def told() -> list[UUID]:
        with office.database.unit_of_work(write=False) as session:
            found = seats_in_conflict(session, account(office, "perf.ex1"), office.now)
            return [each.task_id for each in found]

    assert told() == []
    declare(office, "perf.ex1")
    assert told() == [office.task(first, "review"), office.task(second, "review")]


def test_handing_back_costs_few_statements(
    office: Office, count_statements: Callable[..., Any]
) -> None:
    item = one_step(office, "candidateGroups=expert appr.strategy=expert_pool")
    declare(office, "exp.01")
    task_id, person = office.task(item, "review"), user_id(office, "exp.01")
    actor = present(office, "exp.01")
    with count_statements(office.database, at_most=15):
        office.act(step_aside, task_id, actor, person, None)
    assert at_table(office, item) == {"exp.01": "transferred", "exp.02": "open"}
