"""What nobody may do is refused, written down, and changes nothing; administrators see it."""

from sqlalchemy import func, select

from app.core.database import Database
from app.identity.models import RefusedRequest
from app.identity.refusals import MOST_PER_DAY
from tests.web.desk import GOAL_REVIEW, REASON, Desks, words

PAGE = "/administration/refused"


def count(database: Database) -> int:
    with database.unit_of_work(write=False) as session:
        return session.scalar(select(func.count()).select_from(RefusedRequest)) or 0


def test_deciding_without_a_seat_is_refused_and_written_down(desks: Desks) -> None:
    """Given a step of the section, when the unit's clerk posts its decision, then 403 stays."""
    task = desks.open_task("YS2023-0005")
    version = desks.version_of(task)

    answer = desks.of("d03u1.clerk").post(
        f"/tasks/{task}/approve", data={"outcome": "agree", **GOAL_REVIEW}
    )

    assert answer.status_code == 403
    assert desks.version_of(task) == version
    page = words(desks.of("admin").get(PAGE))
    assert "d03u1.clerk" in page
    assert f"/tasks/{task}/approve" in page


def test_an_outcome_that_no_flow_draws_is_written_down(desks: Desks) -> None:
    task = desks.open_task("YS2023-0005")
    before = count(desks.database)

    answer = desks.of("d11u1.clerk").post(
        f"/tasks/{task}/approve", data={"outcome": "x" * 5000, **GOAL_REVIEW}
    )

    assert answer.status_code == 422
    assert len(words(answer)) < 20_000
    assert count(desks.database) == before + 1


def test_an_incomplete_form_is_no_attempt_and_not_written_down(desks: Desks) -> None:
    task = desks.open_task("YS2023-0005")
    before = count(desks.database)

    answer = desks.of("d11u1.clerk").post(
        f"/tasks/{task}/approve", data={"outcome": "agree", "annual_goal": ""}
    )

    assert answer.status_code == 422
    assert count(desks.database) == before


def test_nobody_fills_the_list(desks: Desks) -> None:
    task = desks.open_task("YS2023-0005")
    clerk = desks.of("d03u1.clerk")

    for _ in range(MOST_PER_DAY + 2):
        clerk.post(f"/tasks/{task}/reject", data={"reject_reason": REASON})

    assert count(desks.database) == MOST_PER_DAY


def test_earlier_ones_are_on_the_next_page(desks: Desks) -> None:
    task = desks.open_task("YS2023-0005")
    for _ in range(51):
        desks.of("d03u1.clerk").post(f"/tasks/{task}/reject", data={"reject_reason": REASON})

    first = desks.of("admin").get(PAGE).text
    address = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    second = desks.of("admin").get(address.replace("&amp;", "&")).text

    assert (first.count("/reject"), second.count("/reject")) == (50, 1)


def test_only_administrators_see_the_list(desks: Desks) -> None:
    assert desks.of("mgr").get(PAGE).status_code == 403
    assert desks.of("admin").get(f"{PAGE}?before=nonsense").status_code == 200
