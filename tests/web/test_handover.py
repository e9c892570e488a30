"""The page of a hand-over: all of a leaver's work in one action; what is refused says why.

The acts themselves are in `tests/workflow/test_handover.py`.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.identity import User
from app.identity.models import RefusedRequest
from app.projects.sample.journeys import DEMO_NOW
from app.web import handover
from app.workflow.assignment.handover import hand_over_task
from app.workflow.ledger.entries import verify
from app.workflow.stopping import suspend_item
from tests.statements import Statements
from tests.web.desk import Desks, words
from tests.workflow.conftest import Office
from tests.workflow.drawn import acts, agree, begin, change, deploy, seats

REASON = "调离本科室,工作全部移交给同事。"
LEAVER, DECIDED, FREE = "perf.ex1", "perf.ex2", "perf.ex3"
JSON = {"Accept": "application/json"}


@pytest.fixture
def office(desks: Desks) -> Office:
    """The verbs on the database of the pages."""
    return Office(desks.database, DEMO_NOW)


@pytest.fixture
def refusing(office: Office) -> list[UUID]:
    """Items of the leaver that duties keep `DECIDED` out of: he has acted in the step before."""
    deploy(office, f"start s\nstep first assignee={DECIDED}\n"
                   f"step review assignee={LEAVER} appr.exclude=first\nend e\n"
                   "s > first > review > e")  # fmt: skip
    items = [begin(office, number) for number in range(3)]
    for item in items:
        agree(office, item, "first", DECIDED)
    return items


@pytest.fixture
def clean(office: Office, refusing: list[UUID]) -> list[UUID]:
    """Later items of the leaver that anybody may have."""
    deploy(office, f"start s\nstep review assignee={LEAVER}\nend e\ns > review > e", "P_CLEAN")
    return [begin(office, number, key="P_CLEAN") for number in range(3)]


def address(desks: Desks, username: str = LEAVER) -> str:
    with desks.database.unit_of_work(write=False) as session:
        found = session.scalars(select(User.id).where(User.username == username)).one()
    return f"/staff/{found}/hand-over"


def tasks(office: Office, items: Sequence[UUID]) -> list[str]:
    return [str(office.task(item, "review")) for item in items]


def ticked(page: TestResponse) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)" checked', page.text)


def send(desks: Desks, items: Sequence[str], to: str = DECIDED, **more: Any) -> TestResponse:
    headers = more.pop("headers", None)
    form = {"item": items, "receiver": to, "reason": REASON, **more}
    return desks.of("admin").post(address(desks), data=form, headers=headers)


def holders(office: Office, items: Sequence[UUID]) -> list[str | None]:
    """Who has the open seat of each item."""
    return [next(e.holder for e in seats(office, i) if e.state == "open") for i in items]


def entries(office: Office, item: UUID) -> int:
    return [each[0] for each in acts(office, item)].count("hand_over")


def test_one_action_goes_through_all_and_what_is_refused_stays(
    desks: Desks, office: Office, refusing: list[UUID], clean: list[UUID]
) -> None:
    person = desks.of("admin").get(address(desks).removesuffix("/hand-over"))
    assert "Hand over open work…" in words(person)
    page = desks.of("admin").get(address(desks))
    everything = ticked(page)
    assert set(tasks(office, [*refusing, *clean])) <= set(everything)

    answer = send(desks, everything)

    assert answer.status_code == 200
    said = words(answer)
    assert "Handed over" in said
    assert "tasks stay; the reasons stand beside them." in said
    assert said.count("has already acted there.") >= len(refusing)
    assert ticked(answer) == []
    assert holders(office, clean) == [DECIDED] * 3
    assert holders(office, refusing) == [LEAVER] * 3
    assert [entries(office, item) for item in [*refusing, *clean]] == [0, 0, 0, 1, 1, 1]
    with desks.database.unit_of_work(write=False) as session:
        assert all(verify(session, item).is_sound for item in clean)
        # Each of them is written down, as in every batch.
        assert len(session.scalars(select(RefusedRequest)).all()) == len(refusing)


def test_what_stayed_goes_to_somebody_else_each_by_itself(
    desks: Desks, office: Office, refusing: list[UUID]
) -> None:
    stays, goes, also = tasks(office, refusing)
    send(desks, [stays, goes, also])

    send(desks, [goes], to=FREE)
    assert holders(office, refusing) == [LEAVER, FREE, LEAVER]
    send(desks, [stays, also], to=FREE)
    assert holders(office, refusing) == [FREE] * 3


def test_each_task_has_a_transaction_of_its_own(
    desks: Desks,
    office: Office,
    clean: list[UUID],
    count_statements: Callable[..., AbstractContextManager[Statements]],
) -> None:
    form = {"item": tasks(office, clean), "receiver": DECIDED, "reason": REASON}
    browser, url = desks.of("admin"), address(desks)
    with count_statements(desks.database) as statements:
        browser.post(url, data=form, headers=JSON)
    assert statements.commits == 3


def test_after_a_crash_it_goes_on_with_the_rest(
    desks: Desks, office: Office, clean: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    items, done = tasks(office, clean), []

    def crashing(session: Session, **order: Any) -> None:
        if len(done) == 2:
            raise RuntimeError("The machine went down.")
        hand_over_task(session, **order)
        done.append(order["task_id"])

    monkeypatch.setattr(handover, "hand_over_task", crashing)
    desks.app.config["PROPAGATE_EXCEPTIONS"] = False
    assert send(desks, items).status_code == 500
    assert holders(office, clean) == [DECIDED, DECIDED, LEAVER]
    monkeypatch.undo()

    rest = [each for each in ticked(desks.of("admin").get(address(desks))) if each in items]
    assert rest == items[2:]
    # The same form once more, by the button “back”, does nothing twice either.
    said = words(send(desks, items))
    assert "Handed over 1 task." in said
    assert "2 tasks were not moved" in said
    assert holders(office, clean) == [DECIDED] * 3
    assert [entries(office, item) for item in clean] == [1, 1, 1]


def test_a_script_hears_what_became_of_each(
    desks: Desks, office: Office, refusing: list[UUID], clean: list[UUID]
) -> None:
    kept, moved = tasks(office, [refusing[0], clean[0]])
    answer = send(desks, [kept, moved], headers=JSON)
    assert answer.json is not None
    first, second = answer.json
    assert (first["task"], second) == (kept, {"task": moved, "refusal": ""})
    assert "has already acted there" in first["refusal"]


def test_what_stands_still_or_is_nobody_elses_to_move_says_so(
    desks: Desks, office: Office, clean: list[UUID]
) -> None:
    first, second, third = tasks(office, clean)
    office.act(suspend_item, UUID(first), office.actor("mgr"), REASON, None)
    agree(office, clean[1], "review", LEAVER)
    deploy(office, f"start s\nstep review assignee={FREE}\nend e\ns > review > e", "P_OTHERS")
    foreign = begin(office, key="P_OTHERS")

    sent = [first, second, str(office.task(foreign, "review")), str(uuid4()), "nonsense"]
    said = words(send(desks, sent))

    assert "it has been suspended since" in said
    assert "1 task stays" in said
    assert "4 tasks were not moved" in said
    assert holders(office, [clean[0], foreign]) == [LEAVER, FREE]
    assert third in ticked(desks.of("admin").get(address(desks)))


@pytest.mark.parametrize(
    ("changes", "where", "sentence"),
    [
        ({"reason": "走"}, "reason", "Expected 10 to 4000 characters of reason"),
        ({"to": "nobody at all"}, "receiver", "0 fit “nobody at all”"),
        ({"to": LEAVER}, "receiver", "Expected an active colleague to hand over to"),
        ({"to": "sup.1"}, "receiver", "Expected an active colleague to hand over to"),
    ],
)
def test_a_wrong_order_moves_nothing_and_keeps_what_was_typed(
    desks: Desks,
    office: Office,
    clean: list[UUID],
    changes: dict[str, str],
    where: str,
    sentence: str,
) -> None:
    items = tasks(office, clean)
    answer = send(desks, items[:2], **changes)
    assert answer.status_code == 422
    problem = re.search(rf'id="{where}-problems".*?</div>', answer.text, re.S)
    assert problem
    assert sentence in problem[0]
    assert sorted(ticked(answer)) == sorted(items[:2])
    assert holders(office, clean) == [LEAVER] * 3


def test_an_administrator_who_works_on_no_task_finds_colleagues(desks: Desks) -> None:
    found = desks.of("admin").get("/people?text=perf.ex", headers=JSON)
    assert found.status_code == 200
    assert {"perf.ex1", "perf.ex2"} <= {each["value"] for each in found.json or ()}


def test_nothing_ticked_is_refused(desks: Desks, clean: list[UUID]) -> None:
    answer = send(desks, [])
    assert answer.status_code == 422
    assert "Expected at least one ticked task, found none." in words(answer)


def test_only_an_administrator_sees_or_does_it(
    desks: Desks, office: Office, clean: list[UUID]
) -> None:
    url, form = address(desks), {"item": tasks(office, clean), "receiver": FREE, "reason": REASON}
    for who in (LEAVER, "mgr"):
        assert desks.of(who).get(url).status_code == 403
        assert desks.of(who).post(url, data=form).status_code == 403
    assert desks.of("admin").get(f"/staff/{uuid4()}/hand-over").status_code == 404
    assert desks.of("admin").post(f"/staff/{uuid4()}/hand-over", data=form).status_code == 404
    assert holders(office, clean) == [LEAVER] * 3


def test_a_receiver_who_has_left_is_not_found(
    desks: Desks, office: Office, clean: list[UUID]
) -> None:
    change(office, FREE, is_active=False)
    assert send(desks, tasks(office, clean), to=FREE).status_code == 422
    assert holders(office, clean) == [LEAVER] * 3


def test_the_page_speaks_chinese_and_says_when_nothing_is_left(
    desks: Desks, office: Office, clean: list[UUID]
) -> None:
    said = words(desks.of("admin", "zh").get(address(desks)))
    assert "移交待办" in said
    assert "不移交或移交给其他人的，请取消勾选。" in said
    desks.of("admin", "en")
    assert "No open work is left." in words(desks.of("admin").get(address(desks, "tre.1")))
