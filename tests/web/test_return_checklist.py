"""The checklist of a return on the pages: asked in the dialog, answered above the form, checked."""

import re
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.workflow.deciding.models import TaskDraft
from app.workflow.returning.models import ReturnPoint
from tests.web.desk import Desks, words

#: Ambulances: at final review, under the expenditure section.
CODE = "YS2023-0007"
UNIT = {"target": "P_GOAL/compile_goals"}
TWO = {
    "return:points.0.__row": "0",
    "return:points.0.reason": "target_without_basis",
    "return:points.0.field": "indicators.1.target",
    "return:points.0.text": "Attach the calculation",
    "return:points.3.__row": "1",
    "return:points.3.reason": "amount_not_justified",
    "return:points.3.field": "annual_goal",
    "return:points.3.text": "",
    "return:points.4.__row": "2",
    "return:points.4.reason": "",
}

REVIEW = {
    **{f"checks.{each}": "good" for each in ("completeness", "relevance")},
    **{f"checks.{each}": "good" for each in ("appropriateness", "feasibility")},
    "grade": "excellent",
}


def act(desks: Desks, who: str, task: UUID, verb: str, **answers: Any) -> Any:
    data = {"expected_version": desks.version_of(task), **answers}
    return desks.of(who).post(f"/tasks/{task}/{verb}", data=data)


@pytest.fixture
def returned(desks: Desks) -> UUID:
    """The unit's task after a return with two points."""
    act(desks, "sec.soc.rev", desks.open_task(CODE), "return", **UNIT, **TWO)
    return desks.open_task(CODE)


def point_ids(desks: Desks) -> list[UUID]:
    with desks.database.unit_of_work(write=False) as session:
        return list(session.scalars(select(ReturnPoint.id).order_by(ReturnPoint.id)))


def answers(desks: Desks) -> dict[str, str]:
    first, second = point_ids(desks)
    return {
        f"answer:{first}.mended": "1",
        f"answer:{first}.text": "Attached on page 3",
        f"answer:{second}.text": "The price is that of the tender",
    }


def resubmit(desks: Desks, task: UUID, **more: str) -> Any:
    """Send the goal as it stands, with these answers."""
    return act(desks, "d02u1.clerk", task, "approve", outcome="agree", **more)


def test_the_dialog_offers_the_reasons_and_the_fields_under_review(desks: Desks) -> None:
    page = desks.of("sec.soc.rev").get(f"/tasks/{desks.open_task(CODE)}")

    dialog = page.text[page.text.index('id="return-dialog"') :]
    assert '<option value="target_without_basis">Target without basis</option>' in dialog
    assert re.search(r'<option value="annual_goal">[^<]+</option>', dialog)
    assert re.search(r'<option value="indicators.0.target">Target[^<]*</option>', dialog)
    assert 'data-field="annual_goal"' in page.text
    assert 'data-field="indicators.0"' in page.text


def test_a_row_is_added_without_a_script_and_nothing_typed_is_lost(desks: Desks) -> None:
    task = desks.open_task(CODE)

    page = desks.of("sec.soc.rev").post(
        f"/tasks/{task}/draft?open=return",
        data={"return_reason": "half a", "add_row": "return:points", **TWO},
        follow_redirects=True,
    )

    dialog = page.text[page.text.index('id="return-dialog"') :]
    assert re.search(r'<dialog[^>]*id="return-dialog"[^>]* open ', page.text)
    assert 'value="Attach the calculation"' in dialog
    assert '<option value="target_without_basis" selected>' in dialog
    assert '<option value="indicators.1.target" selected>' in dialog
    assert 'name="return:points.5.text"' in dialog
    assert "half a</textarea>" in dialog


def test_a_row_is_removed_without_a_script(desks: Desks) -> None:
    task = desks.open_task(CODE)

    page = desks.of("sec.soc.rev").post(
        f"/tasks/{task}/draft?open=return",
        data={**TWO, "return:points.0.__delete": "1"},
        follow_redirects=True,
    )

    assert "Attach the calculation" not in page.text
    assert 'name="return:points.3.text"' in page.text


def test_points_need_no_further_reason_and_blank_rows_are_no_points(
    desks: Desks, returned: UUID
) -> None:
    assert len(point_ids(desks)) == 2
    said = words(desks.of("d02u1.clerk").get(f"/tasks/{returned}"))
    assert "To be mended 2" in said
    assert "Target without basis" in said
    assert "Attach the calculation" in said


@pytest.mark.parametrize(
    ("row", "where", "sentence"),
    [
        ({"reason": "", "text": "please"}, "reason", "Choose a reason of the list."),
        ({"reason": "other", "text": ""}, "text", "Expected 2 to 1000 characters"),
        ({"reason": "other", "text": "no", "field": "secret"}, "field", "Choose a field"),
    ],
)
def test_a_point_in_trouble_says_so_beside_its_input(
    desks: Desks, row: dict[str, str], where: str, sentence: str
) -> None:
    task = desks.open_task(CODE)
    sent = {f"return:points.7.{name}": text for name, text in row.items()}

    page = act(desks, "sec.soc.rev", task, "return", **UNIT, **sent)

    assert page.status_code == 422
    assert sentence in words(page)
    assert f'href="#return:points.7.{where}"' in page.text
    assert f'id="return:points.7.{where}-problems"' in page.text
    assert desks.open_task(CODE) == task


def test_each_point_stands_beside_its_field_and_leads_to_its_answer(
    desks: Desks, returned: UUID
) -> None:
    page = desks.of("d02u1.clerk").get(f"/tasks/{returned}")
    first, second = point_ids(desks)

    assert page.text.count(f'href="#answer:{first}"') == 1
    assert page.text.count(f'href="#answer:{second}"') == 1
    beside = page.text[page.text.index('name="annual_goal"') :][:1500]
    assert f'href="#answer:{second}"' in beside
    assert f'name="answer:{first}.mended"' in page.text


def test_resubmission_is_refused_until_every_point_is_answered(
    desks: Desks, returned: UUID
) -> None:
    first, second = point_ids(desks)

    page = resubmit(desks, returned, **{f"answer:{first}.mended": "1"})

    assert page.status_code == 422
    said = words(page)
    assert "Point 2: tick it as mended, or say why it was not changed." in said
    assert f'<a href="#answer:{second}">' in page.text
    assert "Point 1:" not in said
    assert desks.open_task(CODE) == returned
    # The tick is not lost.
    assert re.search(rf'name="answer:{first}.mended" value="1" checked', page.text)


def test_answers_are_kept_in_the_draft(desks: Desks, returned: UUID) -> None:
    first, second = point_ids(desks)

    act(desks, "d02u1.clerk", returned, "draft", **answers(desks))

    page = desks.of("d02u1.clerk").get(f"/tasks/{returned}")
    assert re.search(rf'name="answer:{first}.mended" value="1" checked', page.text)
    assert f'name="answer:{second}.text" value="The price is that of the tender"' in page.text
    with desks.database.unit_of_work(write=False) as session:
        assert session.scalars(select(TaskDraft).where(TaskDraft.task_id == returned)).one()


def test_a_recalled_resubmission_opens_with_the_answers_and_the_form(
    desks: Desks, returned: UUID
) -> None:
    first, second = point_ids(desks)
    kept = desks.of("d02u1.clerk").get(f"/tasks/{returned}").text
    resubmit(desks, returned, **answers(desks))

    back = act(desks, "d02u1.clerk", returned, "undo")

    assert back.status_code == 302
    page = desks.of("d02u1.clerk").get(f"/tasks/{returned}").text
    assert re.search(rf'name="answer:{first}.mended" value="1" checked', page)
    assert f'name="answer:{second}.text" value="The price is that of the tender"' in page
    goal = re.compile(r'<textarea[^>]*name="annual_goal"[^>]*>(.*?)</textarea>', re.S)
    assert goal.findall(page) == goal.findall(kept) != []


def test_the_reviewer_sees_each_point_with_its_answer_beside_what_changed(
    desks: Desks, returned: UUID
) -> None:
    done = resubmit(desks, returned, **answers(desks))
    assert done.status_code == 302, words(done)
    act(desks, "d02.fin", desks.open_task(CODE), "approve", outcome="agree", **REVIEW)
    for who in ("ctr.rev1", "perf.ex1"):
        act(desks, who, desks.open_task(CODE), "approve", outcome="agree", **REVIEW)

    page = desks.of("sec.soc.rev").get(f"/tasks/{desks.open_task(CODE)}")

    said = words(page)
    assert "Since you decided" in said
    assert "Attach the calculation Mended Attached on page 3" in said
    assert "Not changed: The price is that of the tender" in said
    material = page.text[page.text.index("data-material") : page.text.index('id="opinion"')]
    assert "Attached on page 3" in material
    # Old rounds stay readable: in the history of any later reader, too.
    other = words(desks.of("d02.fin").get(f"/tasks/{desks.open_task(CODE)}"))
    assert "Attach the calculation Mended Attached on page 3" in other


# before it is sent


def test_each_choice_of_a_return_says_what_it_would_do(desks: Desks) -> None:
    page = desks.of("sec.soc.rev").get(f"/tasks/{desks.open_task(CODE)}")

    dialog = page.text[page.text.index('id="return-dialog"') :]
    effects = re.findall(r'<dl class="cs-effect".*?</dl>', dialog, re.S)
    said = [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in effects]
    assert re.match(r"Runs again Compile goals \(.+\) → Department review \(.+\) → ", said[0])
    assert said[0].endswith("Stays valid no earlier opinion")
    assert re.match(r"Runs again Re-examination \(.+\) → Final review Stays valid Comp", said[1])
    assert 'data-returns-of="P_GOAL"' in dialog
    assert "P_GOAL/department_review" in dialog


def test_a_return_out_of_a_branch_says_that_the_other_one_closes(desks: Desks) -> None:
    task = desks.open_task("YS2023-0003", "center_desk_review")

    page = desks.of("ctr.rev1").get(f"/tasks/{task}")

    dialog = page.text[page.text.index('id="return-dialog"') :]
    assert re.search(r"<dt>Closes</dt><dd>Third-party review</dd>", dialog)


def test_what_comes_next_stands_on_the_page(desks: Desks, returned: UUID) -> None:
    said = words(desks.of("d02u1.clerk").get(f"/tasks/{returned}"))

    ahead = said[said.index("If everybody agrees") :]
    order = ["Department review", "Preliminary opinion", "Re-examination", "Final review"]
    places = [ahead.index(each) for each in order]
    assert places == sorted(places)
    assert "may return" in ahead


# for the process owner


def test_counts_lead_to_the_returns_behind_them(desks: Desks, returned: UUID) -> None:
    owner = desks.of("owner")

    page = owner.get("/definitions/P_GOAL/returns")
    said = words(page)
    assert "2 points" in said
    assert "Final review Target without basis 1" in said
    link = re.search(r'href="([^"]*reason=target_without_basis[^"]*)"', page.text)
    assert link is not None
    behind = words(owner.get(link[1].replace("&amp;", "&")))
    assert "Ambulance replacement" in behind
    assert "Attach the calculation Not answered yet" in behind


@pytest.mark.parametrize(
    "period", ["since=nonsense", "since=2022-12-01&until=2022-01-01", "until=0001-01-01"]
)
def test_a_period_that_cannot_be_is_no_failure(desks: Desks, period: str) -> None:
    assert desks.of("owner").get(f"/definitions/P_GOAL/returns?{period}").status_code == 200


def test_a_clerk_sees_no_counts(desks: Desks) -> None:
    assert desks.of("d02u1.clerk").get("/definitions/P_GOAL/returns").status_code == 403
