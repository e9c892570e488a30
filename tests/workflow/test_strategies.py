"""Who does a step: one test for each strategy, each fallback, and what is refused at deployment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.settings import ROOT
from app.workflow.applying.loading import load_task
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.definitions.inspection import inspect_definition
from app.workflow.failures import InstanceFailureError
from app.workflow.instances import start_instance
from app.workflow.permits.tasks import permitted
from tests.engine.drawing import draw
from tests.workflow.conftest import Office
from tests.workflow.drawn import SUBJECT, agree, begin, change, deploy, one_step, seats


def who(office: Office, item: UUID, step: str = "review") -> list[str]:
    """Holders by name, groups by key."""
    return [each.holder or each.group or "" for each in seats(office, item, step)]


def test_one_named_person_is_given_the_step(office: Office) -> None:
    item = one_step(office, "nobody=1 appr.strategy=user appr.param=perf.ex2")
    (seat,) = seats(office, item)
    assert (seat.holder, seat.group, seat.why) == (
        "perf.ex2", None, "The diagram names the person.",
    )  # fmt: skip


def test_several_named_people_are_its_candidates(office: Office) -> None:
    item = one_step(office, 'nobody=1 appr.strategy=user appr.param="perf.ex1 perf.ex2"')
    assert who(office, item) == ["user@perf.ex1", "user@perf.ex2"]


def test_an_assignee_of_camunda_is_given_the_step(office: Office) -> None:
    assert who(office, one_step(office, "assignee=perf.ex1")) == ["perf.ex1"]


def test_a_role_is_looked_up_for_the_project(office: Office) -> None:
    item = one_step(office, "nobody=1 appr.strategy=role appr.param=section_reviewer")
    assert who(office, item) == ["section_reviewer@AGR"]


def test_a_position_in_the_projects_section(office: Office) -> None:
    item = one_step(office, "nobody=1 appr.strategy=position appr.param=科长@section")
    assert who(office, item) == ["user@sec.agr.head"]
    assert "position 科长@section" in seats(office, item)[0].why


def test_the_head_of_the_projects_department(office: Office) -> None:
    item = one_step(office, "nobody=1 appr.strategy=department_head")
    assert who(office, item) == ["department_head@D03"]


@pytest.mark.parametrize(
    ("initiator", "head"),
    [("d05u1.clerk", "department_head@D05"), ("d03u1.clerk", "department_head@D03")],
)
def test_the_head_of_the_initiators_department(office: Office, initiator: str, head: str) -> None:
    item = one_step(office, "nobody=1 appr.strategy=initiator_head", initiator)
    assert who(office, item) == [head]


def test_the_second_level_above_the_initiator(office: Office) -> None:
    item = one_step(office, "nobody=1 appr.strategy=superior appr.param=2")
    assert who(office, item) == ["bureau_leader"]
    assert "level 2" in seats(office, item)[0].why


def test_all_superiors_up_to_a_level_each_have_a_seat_in_order(office: Office) -> None:
    item = one_step(office, "nobody=1 appr.mode=all appr.strategy=superiors appr.param=3")
    assert who(office, item) == ["department_head@D03", "bureau_leader"]


def test_an_expression_gives_roles_and_people(office: Office) -> None:
    text = "if amount > 50 then [&quot;section_head&quot;, &quot;leader.1&quot;] else []"
    lines = draw("start s\nstep review nobody=1 appr.strategy=expression appr.param=X\nend e\n"
                 "s > review > e", "P_TEST")  # fmt: skip
    with office.database.unit_of_work() as session:
        xml = lines.replace(b'value="X"', f'value="{text.replace(">", "&gt;")}"'.encode())
        deploy_definition(session, None, xml, "", office.now)
    assert who(office, begin(office)) == ["section_head@AGR", "user@leader.1"]


def test_the_least_loaded_has_the_fewest_open_seats(office: Office) -> None:
    deploy(office, "start s\nstep review candidateGroups=performance_examiner "
                   "appr.strategy=least_loaded\nend e\ns > review > e")  # fmt: skip
    found = [who(office, begin(office, number))[0] for number in range(1, 5)]
    assert found == ["perf.ex1", "perf.ex2", "perf.ex3", "perf.ex1"]


def test_turns_go_round_whatever_the_load_and_without_the_leaver(office: Office) -> None:
    deploy(office, "start s\nstep review candidateGroups=performance_examiner "
                   "appr.strategy=round_robin\nend e\ns > review > e")  # fmt: skip
    first = begin(office, 1)
    agree(office, first, "review", "perf.ex1")
    assert who(office, begin(office, 2)) == ["perf.ex2"]
    change(office, "perf.ex3", is_active=False)
    assert who(office, begin(office, 3)) == ["perf.ex1"]


def test_turns_that_are_taken_at_once_go_to_different_people(office: Office) -> None:
    deploy(office, "start s\nstep review candidateGroups=performance_examiner "
                   "appr.strategy=round_robin\nend e\ns > review > e")  # fmt: skip
    office.actor("d03u1.clerk")
    with ThreadPoolExecutor(3) as pool:
        items = list(pool.map(lambda number: begin(office, number), range(3)))
    assert sorted(who(office, item)[0] for item in items) == ["perf.ex1", "perf.ex2", "perf.ex3"]


def test_an_expert_of_the_projects_unit_has_an_interest(office: Office) -> None:
    change(office, "exp.01", organisation_code="D03U1")
    item = one_step(office, "nobody=1 appr.strategy=expert_pool")
    assert who(office, item) == ["exp.02"]


def test_a_seat_for_leavers_only_fails_visibly(office: Office) -> None:
    change(office, "sec.agr.rev", is_active=False)
    with pytest.raises(InstanceFailureError, match="nobody of those named for it is active"):
        one_step(office, "candidateGroups=section_reviewer")


def test_a_seat_whose_candidates_are_all_excluded_counts_as_empty(office: Office) -> None:
    deploy(office, "start s\nstep first candidateGroups=section_reviewer\n"
                   "step review candidateGroups=section_reviewer appr.exclude=first\nend e\n"
                   "s > first > review > e")  # fmt: skip
    item = begin(office)
    with pytest.raises(InstanceFailureError):
        agree(office, item, "first", "sec.agr.rev")
    assert office.open_steps(item) == {"first": 1}


def test_the_named_fallback_does_it_when_nobody_else_can(office: Office) -> None:
    change(office, "sec.agr.rev", is_active=False)
    item = one_step(office, "candidateGroups=section_reviewer appr.empty=fallback "
                            "appr.fallback=section_head")  # fmt: skip
    (seat,) = seats(office, item)
    assert seat.group == "section_head@AGR"
    assert "fallback applies" in seat.why


def test_a_named_person_as_fallback_is_given_the_step(office: Office) -> None:
    item = one_step(office, "assignee=nobody.here appr.empty=fallback appr.fallback=user@perf.head")
    assert who(office, item) == ["perf.head"]


def test_the_process_manager_is_asked_whom_to_give_it_to(office: Office) -> None:
    item = one_step(office, "assignee=nobody.here appr.empty=manager")
    assert who(office, item) == ["manager"]
    with office.database.unit_of_work(write=False) as session:
        loaded = load_task(session, office.task(item, "review"), lock=False)
        allowed = permitted(loaded, office.actor("mgr"))
    assert (allowed.transfer, allowed.decide, allowed.claim) == (True, False, False)


def test_a_fallback_who_has_left_fails_visibly(office: Office) -> None:
    change(office, "perf.head", is_active=False)
    with pytest.raises(InstanceFailureError):
        one_step(office, "assignee=nobody.here appr.empty=fallback appr.fallback=user@perf.head")


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ("appr.strategy=lottery", "strategy.unknown"),
        ("appr.strategy=superior appr.param=zero", "strategy.param"),
        ("appr.strategy=superiors appr.param=9", "strategy.param"),
        ("nobody=1 appr.strategy=round_robin appr.param=1", "strategy.param"),
        ("appr.strategy=role appr.param=king", "strategy.param"),
        ("appr.strategy=position appr.param=@AGR", "strategy.param"),
        ('appr.strategy=form_field appr.param="a b"', "strategy.param"),
        ("appr.strategy=approver_choice appr.param=nowhere", "strategy.param"),
        ('appr.strategy=expression appr.param="if if"', "strategy.param"),
        ("appr.empty=whatever", "policy.unknown"),
        ("appr.self=approve", "policy.unknown"),
        ("appr.duplicate=yes", "policy.unknown"),
        ("appr.empty=fallback", "policy.fallback"),
        ("appr.empty=fallback appr.fallback=king", "policy.fallback"),
    ],
)
def test_the_gate_refuses_unknown_words(office: Office, attributes: str, code: str) -> None:
    extra = attributes if "nobody" in attributes else f"candidateGroups=manager {attributes}"
    xml = draw(f"start s\nstep review {extra}\nend e\ns > review > e", "P_TEST")
    with office.database.unit_of_work(write=False) as session:
        problems = inspect_definition(session, xml).problems
    assert [(each.code, each.where, each.level) for each in problems] == [(code, "review", "block")]


def test_the_gate_warns_of_duties_that_leave_nobody(office: Office) -> None:
    xml = draw("start s\nstep first candidateGroups=section_reviewer\n"
               "step review candidateGroups=section_reviewer appr.exclude=first\n"
               "step own candidateGroups=unit_clerk appr.exclude=declaring_unit\nend e\n"
               "s > first > review > own > e", "P_TEST")  # fmt: skip
    with office.database.unit_of_work(write=False) as session:
        problems = inspect_definition(session, xml).problems
    assert [(each.code, each.where, each.level) for each in problems] == [
        ("duties.nobody", "review", "warn"),
        ("duties.nobody", "own", "warn"),
    ]


def test_the_shipped_diagrams_leave_somebody_for_every_step(office: Office) -> None:
    with office.database.unit_of_work(write=False) as session:
        for key in ("P_GOAL", "P_PRELIM", "P_MONITOR"):
            xml = (ROOT / "bpmn" / f"{key}.bpmn").read_bytes()
            found = inspect_definition(session, xml).problems
            assert [each for each in found if each.code == "duties.nobody"] == []


CHOOSING = (
    "start s\nstep declare assignee=d03u1.clerk\nstep first assignee=perf.ex1\n"
    "step review nobody=1 {} appr.exclude=first\nend e\ns > declare > first > review > e"
)


def test_the_initiator_chooses_who_does_a_later_step(office: Office) -> None:
    deploy(office, CHOOSING.format("appr.strategy=initiator_choice"))
    item = begin(office)
    with pytest.raises(InvalidInputError, match="Choose who does") as refusal:
        agree(office, item, "declare", "d03u1.clerk")
    assert [each.where for each in refusal.value.problems] == ["act:choose.review"]
    agree(office, item, "declare", "d03u1.clerk", choices={"review": ["perf.ex2"]})
    agree(office, item, "first", "perf.ex1")
    (seat,) = seats(office, item)
    assert (seat.holder, "in the step declare" in seat.why) == ("perf.ex2", True)


@pytest.mark.parametrize("wrong", ["perf.ex1", "sup.1", "nobody.here", "bud.2"])
def test_the_approver_before_chooses_an_active_colleague_whom_duties_permit(
    office: Office, wrong: str
) -> None:
    change(office, "bud.2", is_active=False)
    deploy(office, CHOOSING.format("appr.strategy=approver_choice appr.param=first"))
    item = begin(office)
    agree(office, item, "declare", "d03u1.clerk")
    with pytest.raises(InvalidInputError, match="active colleague"):
        agree(office, item, "first", "perf.ex1", choices={"review": [wrong]})
    with pytest.raises(InvalidInputError, match="one person"):
        agree(office, item, "first", "perf.ex1", choices={"review": ["perf.ex2", "perf.ex3"]})
    agree(office, item, "first", "perf.ex1", choices={"review": ["perf.ex3"]})
    assert who(office, item) == ["perf.ex3"]


def test_a_field_of_a_form_names_the_person(office: Office) -> None:
    deploy(office, CHOOSING.format("appr.strategy=form_field appr.param=reviewer"))

    def start(session: Session, now: datetime) -> UUID:
        clerk = office.actor("d03u1.clerk")
        more = {"reviewer": "perf.ex2"}
        return start_instance(session, "P_TEST", "P_TEST/1", SUBJECT, clerk, now, more)

    item = office.act(start)
    agree(office, item, "declare", "d03u1.clerk")
    agree(office, item, "first", "perf.ex1")
    assert who(office, item) == ["perf.ex2"]
