"""The manager's board over the sample bureau: figures, lists, filters by hand, who sees what."""

import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.workflow.models import ProcessInstance, UserTask
from app.workflow.states import TaskState
from tests.statements import count_statements
from tests.web.desk import Desks, words

MONITORING = "/board?process=P_MONITOR&year=2022"


def heads(response: TestResponse) -> dict[str, str]:
    """Of each column: its name and its number, as the head of the table says them."""
    found = re.findall(
        r'<span class="cs-board-name">(.*?)</span>\s*<b class="cs-board-count">(.*?)</b>',
        response.text,
    )
    return {unescape(name): count for name, count in found}


def codes(response: TestResponse) -> list[str]:
    return re.findall(r'href="/projects/(YS[\d-]+)"', response.text)


def open_steps(desks: Desks, process_key: str) -> dict[str, int]:
    """How many open tasks each step has, counted row by row."""
    with desks.database.unit_of_work(write=False) as session:
        names = session.scalars(
            select(UserTask.name_en)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .where(ProcessInstance.process_key == process_key, UserTask.state == TaskState.OPEN)
        )
        return dict(Counter(names))


def every_page(desks: Desks, address: str, who: str = "mgr") -> list[str]:
    """The codes of all pages, followed by the link that a person would follow."""
    found: list[str] = []
    following: str | None = address
    while following:
        page = desks.of(who).get(following)
        found += codes(page)
        link = re.search(r'href="([^"]+)" rel="next"', page.text)
        following = unescape(link[1]) if link else None
    return found


def test_the_board_says_how_many_projects_stand_in_each_step(desks: Desks) -> None:
    page = desks.of("mgr").get(MONITORING)

    assert page.status_code == 200
    assert heads(page) == {
        "Under way": "93",
        **{step: str(count) for step, count in open_steps(desks, "P_MONITOR").items()},
        "Monitoring accepted": "601",
    }
    assert "93 projects under way · 601 ended" in words(page)


def test_the_total_is_the_sum_of_the_list_behind_it(desks: Desks) -> None:
    listed = every_page(desks, MONITORING)

    with desks.database.unit_of_work(write=False) as session:
        rows = session.execute(
            select(ProcessInstance.subject_code, ProcessInstance.amount)
            .join(UserTask, UserTask.instance_id == ProcessInstance.id)
            .where(ProcessInstance.process_key == "P_MONITOR", UserTask.state == TaskState.OPEN)
            .distinct()
        ).all()
    assert sorted(listed) == sorted(row.subject_code for row in rows)
    total = sum((row.amount for row in rows), Decimal(0))
    assert f"{total:,.2f} 10k yuan" in words(desks.of("mgr").get(MONITORING))


def test_each_figure_leads_to_the_list_that_it_counts(desks: Desks) -> None:
    steps = open_steps(desks, "P_MONITOR")

    assert (
        len(every_page(desks, f"{MONITORING}&column=P_MONITOR/section_review"))
        == (steps["Section review"])
    )
    assert len(every_page(desks, MONITORING)) == sum(steps.values())


def test_a_project_in_two_steps_is_said_to_be(desks: Desks) -> None:
    page = desks.of("mgr").get("/board?process=P_GOAL&year=2023")

    assert "5 projects under way in 6 steps, because some are in two at once" in words(page)
    assert re.search(r"Center desk review: .+ Third-party review: .+ since", words(page))
    assert codes(page)[0] == "YS2023-0004"  # late, hence first
    assert "4 d late" in words(page)


def test_a_head_of_section_sees_the_part_of_the_section(desks: Desks) -> None:
    page = desks.of("sec.agr.head").get(MONITORING)

    assert heads(page)["Under way"] == "39"
    assert heads(page)["Monitoring accepted"] == "103"
    assert 'name="section"' not in page.text
    assert '<option value="D03"' in page.text
    assert '<option value="D01"' not in page.text


def test_who_may_not_see_boards_gets_none(desks: Desks) -> None:
    assert desks.of("d04u0.clerk").get("/board").status_code == 403


def test_filters_stay_in_the_address_of_every_figure(desks: Desks) -> None:
    page = desks.of("mgr").get(f"{MONITORING}&department=D04&key=1&overdue=1&text=水")

    for link in re.findall(r'href="(/board\?[^"]*column=[^"]*)"', page.text):
        for said in ("department=D04", "key=1", "overdue=1", "text=%E6%B0%B4", "year=2022"):
            assert said in link


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("year=abc", "Expected a year such as 2023, found “abc”; showing 2023."),
        ("year=99999", "Expected a year such as 2023, found “99999”"),
        ("year=²⁰²³", "Expected a year such as 2023"),
        ("process=P_NONE", "Expected a process that projects have started, found “P_NONE”"),
        ("process=P_PRELIM", "found “P_PRELIM”"),
        ("department=D99", "Expected the code of a department, found “D99”"),
        ("section=%01", "Expected the code of an expenditure section"),
        ("column=P_GOAL/none", "Expected a column of this board, found “P_GOAL/none”"),
        ("column=<script>", "found “&lt;script&gt;”"),
    ],
)
def test_a_filter_that_cannot_be_is_named_and_left_out(
    desks: Desks, said: str, sentence: str
) -> None:
    page = desks.of("mgr").get(f"/board?{said}")

    assert page.status_code == 422
    assert sentence in words(page)
    assert heads(page)["Under way"] == "5"


@pytest.mark.parametrize(
    "said", ["text=%01", "text=%25_", "key=%F0%9F%98%80", "unknown=1", "text=" + "x" * 5000]
)
def test_odd_searches_find_nothing_and_break_nothing(desks: Desks, said: str) -> None:
    assert desks.of("mgr").get(f"/board?process=P_GOAL&{said}").status_code == 200


def test_a_cursor_by_hand_is_refused_in_a_sentence(desks: Desks) -> None:
    page = desks.of("mgr").get("/board?after=nonsense")

    assert page.status_code == 422
    assert "Expected the cursor of a page of the board, found “nonsense”." in words(page)


def test_a_year_without_projects_says_which_years_have_some(desks: Desks) -> None:
    page = desks.of("mgr").get("/board?process=P_MONITOR&year=2019")

    assert page.status_code == 200
    assert "No project of 2019 has started this process. There are projects of: 2022." in words(
        page
    )


def test_filters_without_a_project_say_so(desks: Desks) -> None:
    page = desks.of("mgr").get(f"{MONITORING}&text=nowhere")

    assert "No project of 2022 fits these filters." in words(page)


def test_before_anything_has_started_the_board_says_so(
    sign_in: Callable[[str], FlaskClient],
) -> None:
    page = sign_in("manager").get("/board")

    assert page.status_code == 200
    assert "No project that you may see has started a process yet." in words(page)


def test_the_board_costs_at_most_six_statements(desks: Desks) -> None:
    manager = desks.of("mgr")

    with count_statements(desks.database, at_most=6):
        manager.get(MONITORING)


def test_the_board_speaks_chinese(desks: Desks) -> None:
    page = desks.of("mgr", "zh").get("/board?process=P_GOAL&year=2023")

    said = words(page)
    assert "绩效目标审核" in said
    assert "老龄苹果园更新" in said
    assert "逾期 4 天" in said
