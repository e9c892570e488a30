"""The page of the working calendar, and what a diagram's table of steps says about time."""

import pytest

from app.projects.sample.journeys import DEMO_NOW
from app.workflow.definitions.deploying import deploy_definition
from tests.web.desk import Desks, words
from tests.workflow.test_timeouts import diagram


def test_a_year_shows_its_holidays_and_its_made_up_days(desks: Desks) -> None:
    page = desks.of("owner").get("/calendar?year=2022")

    said = words(page)
    assert "Working calendar 2022" in said
    assert "09:00 to 18:00 on working days" in said
    assert page.text.count('<td class="cs-day-holiday">') == 32
    assert page.text.count('<td class="cs-day-make_up">') == 7
    assert "8 Make-up working day 9 Make-up working day" in said  # October
    assert "249 working days in this year" in said
    assert "Nothing is announced" not in said


def test_it_speaks_chinese_and_is_found_beside_the_processes(desks: Desks) -> None:
    client = desks.of("owner", "zh")

    assert "工作日历" in words(client.get("/definitions"))
    said = words(client.get("/calendar"))
    assert "2022年工作日历" in said
    assert "十月" in said or "10月" in said
    assert "调休工作日" in said


def test_a_year_without_a_file_says_so(desks: Desks) -> None:
    said = words(desks.of("admin").get("/calendar?year=2031"))

    assert "Nothing is announced for this year yet" in said
    assert "config/calendar/2031.toml" in said


@pytest.mark.parametrize("year", ["", "0000", "9999", "20x2", "-1", "١٩٩٩", "20222"])
def test_an_address_without_a_year_shows_the_present_one(desks: Desks, year: str) -> None:
    page = desks.of("owner").get(f"/calendar?year={year}")

    assert page.status_code == 200
    assert "Working calendar 2022" in words(page)


def test_who_draws_nothing_does_not_see_it(desks: Desks) -> None:
    assert desks.of("d03u1.clerk").get("/calendar").status_code == 403


def test_the_table_of_steps_says_what_happens_when_time_runs_out(desks: Desks) -> None:
    client = desks.of("owner")
    xml = diagram(
        "department_review", remind="P2BD P1BD", timeout="escalate", escalate="department_head"
    )
    with desks.database.unit_of_work() as session:
        deploy_definition(session, None, xml, "", DEMO_NOW)

    said = words(client.get("/definitions/P_GOAL"))

    assert "reminder 2 working days before" in said
    assert "reminder 1 working day before" in said
    assert "late: also given to Department head" in said
