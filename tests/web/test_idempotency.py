"""A form that is sent again, on both databases: the same page, and nothing done twice."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from werkzeug.test import TestResponse

from app.core.database import Base
from app.projects.sample.journeys import DEMO_NOW
from app.web import once
from app.worker import run_due
from app.workflow.deciding.models import RequestKey
from app.workflow.deciding.request_keys import KEPT
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import Seat, Vote
from tests.statements import Statements
from tests.web.desk import GOAL_REVIEW, REASON, Desks, words

KEY = re.compile(r'name="request_key" value="([^"]+)"')


def key_on(page: TestResponse) -> str:
    found = KEY.search(page.text)
    assert found
    return found[1]


def count(desks: Desks, table: type[Base], *conditions: ColumnElement[bool]) -> int:
    with desks.database.unit_of_work(write=False) as session:
        query = select(func.count()).select_from(table).where(*conditions)
        return session.scalars(query).one()


def agree(desks: Desks, task: UUID, key: str) -> dict[str, object]:
    version = desks.version_of(task)
    return {"expected_version": version, "outcome": "agree", "request_key": key, **GOAL_REVIEW}


def test_every_form_of_a_page_has_a_key_of_its_own(desks: Desks) -> None:
    client, task = desks.of("sec.soc.rev"), desks.open_task("YS2023-0007")

    pages = [client.get(f"/tasks/{task}"), client.get(f"/tasks/{task}"), client.get("/inbox")]
    pages += [desks.of("mgr").get(f"/tasks/{task}"), client.get("/inbox?tab=groups")]

    keys = [key_on(page) for page in (*pages[:2], *pages[3:])]
    assert len(set(keys)) == 4


def test_a_second_click_leads_to_the_same_page_and_decides_once(desks: Desks) -> None:
    client, task = desks.of("sec.soc.rev"), desks.open_task("YS2023-0007")
    form = agree(desks, task, key_on(client.get(f"/tasks/{task}")))

    first = client.post(f"/tasks/{task}/approve", data=form)
    again = client.post(f"/tasks/{task}/approve", data=form)

    assert (first.status_code, again.status_code) == (302, 302)
    assert first.location == again.location
    assert "It was done once and not again." in words(client.get(again.location))
    assert count(desks, Vote, Vote.task_id == task) == 1


def test_fifty_clicks_at_the_same_moment_act_once(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")
    desks.of("sec.soc.rev")
    form = {
        "receiver": "sec.soc.head",
        "transfer_reason": REASON,
        "request_key": "one-and-the-same",
        "expected_version": desks.version_of(task),
    }
    cookie = desks.of("sec.soc.rev").get_cookie("countersign")
    assert cookie is not None

    def click(_number: int) -> str | None:
        browser = desks.app.test_client()
        browser.set_cookie("countersign", cookie.value)
        return browser.post(f"/tasks/{task}/transfer", data=form).location

    with ThreadPoolExecutor(50) as people:
        led_to = set(people.map(click, range(50)))

    assert len(led_to) == 1
    assert None not in led_to
    assert count(desks, Seat, Seat.task_id == task, Seat.state == "transferred") == 1
    assert (
        count(desks, LedgerEntry, LedgerEntry.task_id == task, LedgerEntry.verb == "transfer") == 1
    )
    assert count(desks, RequestKey) == 1


def test_a_refused_form_may_be_mended_and_sent_again(desks: Desks) -> None:
    client, task = desks.of("sec.soc.rev"), desks.open_task("YS2023-0007")
    form = agree(desks, task, key_on(client.get(f"/tasks/{task}")))

    refused = client.post(f"/tasks/{task}/approve", data={**form, "grade": ""})

    assert refused.status_code == 422
    assert count(desks, RequestKey) == 0
    assert key_on(refused) != form["request_key"]
    assert client.post(f"/tasks/{task}/approve", data=form).status_code == 302
    assert count(desks, Vote, Vote.task_id == task) == 1


def test_the_key_of_another_person_is_not_taken_for_ones_own(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")
    form = agree(desks, task, "a-key-that-somebody-saw")

    stranger = desks.of("ctr.rev1").post(f"/tasks/{task}/approve", data=form)
    holder = desks.of("sec.soc.rev").post(f"/tasks/{task}/approve", data=form)
    stranger_again = desks.of("ctr.rev1").post(f"/tasks/{task}/approve", data=form)

    assert (stranger.status_code, holder.status_code, stranger_again.status_code) == (403, 302, 409)
    assert count(desks, Vote, Vote.task_id == task) == 1


def test_the_page_of_a_claim_may_still_decide_after_going_back(desks: Desks) -> None:
    client, task = desks.of("sec.soc.rev"), desks.open_task("YS2023-0007")
    key = key_on(client.get(f"/tasks/{task}"))
    old = agree(desks, task, key)
    client.post(f"/tasks/{task}/claim", data={"request_key": key, "expected_version": 1})

    answer = client.post(f"/tasks/{task}/approve", data=old)

    assert answer.status_code == 409  # by its version, with everything typed kept
    assert "somebody changed it after you opened the page" in words(answer)


def test_drafts_are_saved_as_often_as_they_come(desks: Desks) -> None:
    client, task = desks.of("sec.soc.rev"), desks.open_task("YS2023-0007")
    key = key_on(client.get(f"/tasks/{task}"))

    for text in ("First thought.", "Second thought."):
        client.post(f"/tasks/{task}/draft", data={"opinion": text, "request_key": key})

    assert "Second thought." in client.get(f"/tasks/{task}").text


def test_ticked_tasks_are_claimed_once(desks: Desks) -> None:
    client = desks.of("sec.soc.rev")
    task = desks.open_task("YS2023-0007")
    form = {"task": str(task), "request_key": "k", "place": "tab=groups"}

    first = client.post("/inbox/claim", data=form)
    again = client.post("/inbox/claim", data=form)

    assert first.location == again.location == "/inbox?tab=groups"
    assert count(desks, LedgerEntry, LedgerEntry.task_id == task, LedgerEntry.verb == "claim") == 1


def test_a_key_costs_two_statements(
    desks: Desks, count_statements: Callable[..., AbstractContextManager[Statements]]
) -> None:
    client, task = desks.of("sec.soc.rev"), desks.open_task("YS2023-0007")
    counted = []
    for form in ({}, {}, {"request_key": "first"}):  # the first request reads the clock, too
        with count_statements(desks.database, at_most=40) as statements:
            client.post(f"/tasks/{task}/claim", data=form)
        client.post(f"/tasks/{task}/release")
        counted.append(len(statements))

    assert counted[2] - counted[1] == 2


def test_old_keys_are_dropped_by_the_worker(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")
    desks.of("sec.soc.rev").post(f"/tasks/{task}/claim", data={"request_key": "old"})

    run_due(desks.database, DEMO_NOW + KEPT - timedelta(minutes=5))
    assert count(desks, RequestKey) == 1
    run_due(desks.database, DEMO_NOW + KEPT + timedelta(minutes=5))
    assert count(desks, RequestKey) == 0


def test_a_long_way_back_is_shortened(desks: Desks) -> None:
    client, task = desks.of("sec.soc.rev"), desks.open_task("YS2023-0007")
    form = {once.INPUT: "k" * 3000, "place": "tab=groups&text=" + "x" * 900}

    first = client.post(f"/tasks/{task}/claim", data=form)
    again = client.post(f"/tasks/{task}/claim", data=form)

    assert len(first.location) > 500
    assert again.location == f"/tasks/{task}"
