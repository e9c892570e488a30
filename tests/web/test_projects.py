"""The list of projects, the page of one, its goal letter, and the acts that begin there."""

import re
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.projects.models import GoalVersion, Project
from app.workflow.models import ProcessInstance
from tests.statements import count_statements
from tests.web.desk import Desks, words

WATER, ORCHARD, STREET_LIGHTS = "YS2023-0001", "YS2023-0003", "YS2023-0008"
LETTER = f"/projects/{STREET_LIGHTS}/letters/绩批-{STREET_LIGHTS}-3"


def codes(html: str) -> list[str]:
    return re.findall(r'href="/projects/(YS[\d-]+)"', html)


# the list


def test_the_list_pages_through_the_projects_of_a_year(desks: Desks) -> None:
    first = desks.of("mgr").get("/projects?year=2022")
    second = desks.of("mgr").get("/projects?year=2022&after=YS2022-0050")

    with desks.database.unit_of_work(write=False) as session:
        amounts = session.scalars(select(Project.year_amount).where(Project.fiscal_year == 2022))
        total = sum(amounts, Decimal(0))
    assert codes(first.text) == [f"YS2022-{number:04d}" for number in range(1, 51)]
    assert codes(second.text)[0] == "YS2022-0051"
    assert f"694 projects · {total:,.2f} 10k yuan" in words(first)


def test_the_figures_of_a_link_lead_to_its_projects(desks: Desks) -> None:
    page = desks.of("mgr").get("/projects?year=2022")
    assert "Monitoring 694 To submit 28 In review 54 Returned 11 Accepted 601" in words(page)

    returned = desks.of("mgr").get("/projects?year=2022&link=monitoring&status=returned")

    assert len(codes(returned.text)) == 11


@pytest.mark.parametrize(
    ("who", "year", "count"),
    [("d12u1.clerk", 2023, 1), ("d03.fin", 2023, 1), ("sec.agr.rev", 2023, 2), ("tpa.a1", 2023, 2),
     ("exp.01", 2023, 0), ("sup.1", 2023, 10)],
)  # fmt: skip
def test_everybody_sees_his_part(desks: Desks, who: str, year: int, count: int) -> None:
    page = desks.of(who).get(f"/projects?year={year}")

    assert page.status_code == 200
    assert len(codes(page.text)) == count


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("year=MMXXII", "Expected a year such as 2022, found “MMXXII”; showing 2022."),
        ("link=none", "Expected one of the five links, found “none”"),
        ("status=overdue", "Expected a status of a project, found “overdue”"),
        ("department=Z", "Expected the code of a department, found “Z”"),
    ],
)
def test_a_filter_that_cannot_be_is_named_and_left_out(
    desks: Desks, said: str, sentence: str
) -> None:
    page = desks.of("mgr").get(f"/projects?{said}")

    assert page.status_code == 422
    assert sentence in words(page)
    assert codes(page.text)


def test_a_year_without_projects_says_which_years_have_some(desks: Desks) -> None:
    page = desks.of("mgr").get("/projects?year=2030")

    assert "There are projects of: 2023, 2022, 2021." in words(page)


@pytest.mark.parametrize("said", ["text=%01", "after=%7F", "after=zzz", "text=%25"])
def test_odd_addresses_break_nothing(desks: Desks, said: str) -> None:
    assert desks.of("mgr").get(f"/projects?year=2022&{said}").status_code == 200


@pytest.mark.parametrize("address", ["/projects?text=%00", "/board?after=%00", "/projects/%00"])
def test_a_character_that_nobody_can_type_is_refused(desks: Desks, address: str) -> None:
    page = desks.of("mgr").get(address)

    assert page.status_code == 400
    assert "The request was incomplete or damaged." in words(page)


# the page of a project


def test_the_page_says_where_the_project_is_with_whom_and_since_when(desks: Desks) -> None:
    said = words(desks.of("mgr").get(f"/projects/{ORCHARD}"))

    assert "Center desk review Shijie Chen" in said
    assert re.search(r"Third-party review \S+", said)
    assert "since 09-26 10:00" not in said  # that is when the step opened, before he claimed it
    assert re.search(r"Shijie Chen .{0,300}? since 09-\d\d \d\d:\d\d 3 working days left", said)
    assert "Fiscal appropriation 700.00 Superior transfer 500.00 In 2023 1,200.00" in said


def test_the_timeline_shows_every_visit_in_its_round(desks: Desks) -> None:
    said = words(desks.of("mgr").get(f"/projects/{STREET_LIGHTS}"))

    assert said.index("Round 2") < said.index("Approve with budget") < said.index("Round 1")
    assert "Return to unit → Compile goals" in said
    assert "节能效益缺少测算依据" in said


def test_the_goal_is_frozen_when_it_is_approved(desks: Desks) -> None:
    said = words(desks.of("mgr").get(f"/projects/{STREET_LIGHTS}"))

    assert "Approved 2022-10-09, frozen" in said
    assert "Sum of weights; budget execution adds the rest of 100 90" in said


def test_neighbouring_versions_are_compared_in_words(desks: Desks) -> None:
    said = words(desks.of("mgr").get(f"/projects/{STREET_LIGHTS}"))

    assert "1 change since version 2 Target · 工程验收合格率 before: 98 now: 100" in said
    assert "1 change since version 1 Annual goal before: " in said


def test_the_diagram_of_the_called_process_can_be_chosen(desks: Desks) -> None:
    main = desks.of("mgr").get(f"/projects/{ORCHARD}")
    called = desks.of("mgr").get(f"/projects/{ORCHARD}?diagram=P_PRELIM")
    unknown = desks.of("mgr").get(f"/projects/{ORCHARD}?diagram=P_NONE&item=x")

    assert "/diagram/P_GOAL.json" in main.text
    assert "/diagram/P_PRELIM.json" in called.text
    assert "/diagram/P_GOAL.json" in unknown.text


@pytest.mark.parametrize("who", ["d04u0.clerk", "d01.fin", "sec.edu.rev", "tpa.b1", "exp.01"])
def test_who_may_not_see_a_project_does_not_learn_of_it(desks: Desks, who: str) -> None:
    for address in (f"/projects/{STREET_LIGHTS}", LETTER, "/projects/YS2099-0001"):
        page = desks.of(who).get(address)
        assert page.status_code == 404
        assert "Street-light" not in page.text


def test_a_project_of_the_archive_shows_its_goal_and_letter(desks: Desks) -> None:
    said = words(desks.of("mgr").get("/projects/YS2021-0001"))

    assert "No process has started yet" in said
    assert "Its goal was approved on 2021-01-25, before this system ran." in said
    assert "Goal letter" in said


def test_the_page_costs_a_bounded_number_of_statements(desks: Desks) -> None:
    manager = desks.of("mgr")

    with count_statements(desks.database, at_most=16):
        manager.get(f"/projects/{STREET_LIGHTS}")


# the goal letter


def test_the_letter_fixes_money_and_goal_in_one_act(desks: Desks) -> None:
    english = words(desks.of("mgr").get(LETTER))
    chinese = words(desks.of("mgr", "zh").get(LETTER))

    assert "Reply on the performance goal of “Street-light energy saving” for 2023" in english
    assert "Approved for 2023: 700.00 (10k yuan), of which" in english
    assert "the goal is the one that was approved" in english
    assert "关于“路灯节能改造”项目" in chinese
    assert "2022年10月9日" in chinese
    assert chinese.count("≥ 2000 盏") == 1


def test_a_letter_whose_goal_was_changed_says_so(desks: Desks) -> None:
    with desks.database.unit_of_work() as session:
        version = session.scalars(
            select(GoalVersion).join(Project, Project.id == GoalVersion.project_id)
            .where(Project.code == STREET_LIGHTS, GoalVersion.status == "approved")
        ).one()  # fmt: skip
        version.form_values = {**version.form_values, "annual_goal": "改过的目标"}

    assert "it was changed after the approval" in words(desks.of("mgr").get(LETTER))


def test_a_letter_belongs_to_its_project(desks: Desks) -> None:
    page = desks.of("mgr").get(f"/projects/{ORCHARD}/letters/绩批-{STREET_LIGHTS}-3")

    assert page.status_code == 404
    assert "Expected a goal letter of YS2023-0003" in words(page)


# the ledger


def _item(desks: Desks, code: str) -> UUID:
    with desks.database.unit_of_work(write=False) as session:
        query = select(ProcessInstance.id).where(ProcessInstance.subject_code == code)
        return session.scalars(query).one()


def test_the_page_of_a_project_leads_to_the_verdict_and_the_export(desks: Desks) -> None:
    item = _item(desks, ORCHARD)

    checked = desks.of("sup.1").get(f"/projects/{ORCHARD}").text
    read = desks.of("d03.fin").get(f"/projects/{ORCHARD}").text

    assert f"/instances/{item}/ledger" in checked
    assert f"/instances/{item}/ledger" in read
    assert f"/projects/{ORCHARD}/ledger.jsonl" in checked
    assert f"/projects/{ORCHARD}/ledger.jsonl" not in read


# the acts


def test_the_clerk_of_the_unit_starts_the_goal_review(desks: Desks) -> None:
    page = desks.of("d04u0.clerk").get(f"/projects/{WATER}")
    assert "Start goal review" in words(page)

    started = desks.of("d04u0.clerk").post(f"/projects/{WATER}/goal-review", follow_redirects=True)

    assert started.request.path.startswith("/tasks/")
    assert "The goal review has started." in words(started)
    assert desks.open_task(WATER, "compile_goals")


def test_before_the_start_the_page_says_who_would_be_asked_why_and_until_when(
    desks: Desks,
) -> None:
    html = desks.of("d04u0.clerk").get(f"/projects/{WATER}").text

    path = html[html.index('id="ahead"') : html.index("No goal has been submitted")]
    steps = re.findall(r"<b>([^<]+)</b>", path)
    assert steps[:2] == ["Compile goals", "Department review"]
    assert {"Center desk review", "Third-party review", "Approve with budget"} <= set(steps)
    assert "Department reviewer, Water Bureau" in path
    assert "The diagram gives this step to:" in path
    assert len(re.findall(r"<time [^>]*>by 2022-1\d-\d\d</time>", path)) == len(steps)
    assert f'action="/projects/{WATER}/goal-review"' in path


def test_looking_at_the_path_starts_nothing(desks: Desks) -> None:
    desks.of("d04u0.clerk").get(f"/projects/{WATER}")

    with desks.database.unit_of_work(write=False) as session:
        known = session.scalars(
            select(ProcessInstance.id).where(ProcessInstance.subject_code == WATER)
        )
        assert list(known) == []


@pytest.mark.parametrize("who", ["mgr", "d04.fin", "ctr.head"])
def test_only_who_can_start_is_shown_the_path(desks: Desks, who: str) -> None:
    page = desks.of(who).get(f"/projects/{WATER}")

    assert page.status_code == 200
    assert 'id="ahead"' not in page.text


def test_a_second_start_says_who_started_it_and_when(desks: Desks) -> None:
    clerk = desks.of("d03u1.clerk")
    assert "Start goal review" not in words(clerk.get(f"/projects/{ORCHARD}"))

    again = clerk.post(f"/projects/{ORCHARD}/goal-review")

    assert again.status_code == 409
    assert re.search(
        r"Expected Performance goal review to start once for YS2023-0003, "
        r"but .+ started it 2022-09-14 \d\d:\d\d\.",
        words(again),
    )


def test_what_the_ex_ante_evaluation_rejects_has_one_word_everywhere(desks: Desks) -> None:
    clerk = desks.of("d06u0.clerk", "zh")
    refused = clerk.post("/projects/YS2023-0009/goal-review")
    for page in (clerk.get("/projects/YS2023-0009"), clerk.get("/projects?year=2023"), refused):
        assert "不予支持" in words(page)
        assert "不予通过" not in words(page)


@pytest.mark.parametrize(
    ("who", "code", "status", "sentence"),
    [
        ("d06u0.clerk", "YS2023-0009", 409, "it did not support YS2023-0009"),
        ("d01u1.clerk", "YS2021-0001", 409, "version 1 was approved 2021-01-25"),
        ("mgr", WATER, 403, "Not permitted"),
        ("d01u0.clerk", WATER, 404, "YS2023-0001"),
    ],
)
def test_a_start_that_cannot_be_is_refused_in_a_sentence(
    desks: Desks, who: str, code: str, status: int, sentence: str
) -> None:
    refused = desks.of(who).post(f"/projects/{code}/goal-review")

    assert refused.status_code == status
    assert sentence in words(refused)


def test_the_center_appoints_the_agency_of_a_key_project(desks: Desks) -> None:
    head = desks.of("ctr.head")
    assert "Appoint agency…" in words(head.get(f"/projects/{WATER}"))

    page = head.post(f"/projects/{WATER}/agency", data={"agency": "TPB"}, follow_redirects=True)

    assert "will review this project." in words(page)
    assert desks.of("tpa.b1").get(f"/projects/{WATER}").status_code == 200
    assert desks.of("tpa.a1").get(f"/projects/{WATER}").status_code == 404


def test_a_key_project_waits_for_its_agency(desks: Desks) -> None:
    with desks.database.unit_of_work() as session:
        session.execute(update(Project).where(Project.code == WATER).values(agency_code=None))

    page = desks.of("d04u0.clerk").get(f"/projects/{WATER}")
    refused = desks.of("d04u0.clerk").post(f"/projects/{WATER}/goal-review")

    assert "Start goal review" not in words(page)
    assert "Expected a third-party agency for the key project YS2023-0001" in words(page)
    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("who", "code", "agency", "status", "sentence"),
    [
        ("ctr.head", WATER, "D01", 422, "Choose one of the agencies; found “D01”."),
        ("ctr.head", WATER, "", 422, "Choose one of the agencies; found “”."),
        ("ctr.head", ORCHARD, "TPB", 409, "to start once for YS2023-0003"),
        ("perf.head", STREET_LIGHTS, "TPB", 409, "YS2023-0008 is none"),
        ("mgr", WATER, "TPB", 403, "Not permitted"),
    ],
)
def test_an_appointment_that_cannot_be_is_refused_in_a_sentence(
    desks: Desks, who: str, code: str, agency: str, status: int, sentence: str
) -> None:
    refused = desks.of(who).post(f"/projects/{code}/agency", data={"agency": agency})

    assert refused.status_code == status
    assert sentence in words(refused)
