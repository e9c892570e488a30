"""The inbox on both databases: what waits, in which order, and what many ticks at once do."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import ConflictError
from app.identity import Conflict, ConflictKind, User
from app.workflow.assignment.claiming import claim_task
from tests.queues import department_queue
from tests.statements import Statements
from tests.web.desk import Desks, words

CODE = re.compile(r"YS\d{4}-\d{4}")


def codes(html: str) -> list[str]:
    """The projects of a page in their order, each once."""
    return list(dict.fromkeys(CODE.findall(html)))


def test_what_waits_for_my_groups_comes_late_ones_first(desks: Desks) -> None:
    queue = department_queue(desks.database)

    page = desks.of(queue.reviewer).get("/inbox?tab=groups")

    said = words(page)
    assert codes(page.text) == [row.code for row in queue.rows]
    assert queue.rows[0].name.en in said
    assert said.index("Overdue") < said.rindex("working day")
    assert "Department review" in said


def test_the_page_speaks_chinese_to_those_who_read_it(desks: Desks) -> None:
    queue = department_queue(desks.database)

    said = words(desks.of(queue.reviewer, "zh").get("/inbox?tab=groups"))

    assert f"待领取 {len(queue.rows)}" in said
    assert "部门审核" in said
    assert re.search(r"逾期 \d+ 个工作日", said)
    assert queue.rows[0].name.zh in said
    assert "Overdue" not in said


@pytest.mark.parametrize("tab", ["mine", "groups", "started", "done", "copied"])
def test_a_page_costs_four_statements(
    desks: Desks, count_statements: Callable[..., AbstractContextManager[Statements]], tab: str
) -> None:
    client = desks.of("ctr.rev1")
    client.get("/inbox")  # the first request also reads the clock and the language's catalogue

    with count_statements(desks.database, at_most=4):
        assert client.get(f"/inbox?tab={tab}&overdue=1&text=a&key=1").status_code == 200


def test_a_declared_conflict_costs_a_page_nothing_more(
    desks: Desks, count_statements: Callable[..., AbstractContextManager[Statements]]
) -> None:
    with desks.database.unit_of_work() as session:
        owner, author = (
            session.scalars(select(User.id).where(User.username == name)).one()
            for name in ("ctr.rev1", "mgr")
        )
        declaration = Conflict(
            user_id=owner,
            organisation_code="D05",
            kind=ConflictKind.RELATIVE.value,
            reason="配偶在该单位任职",
            first_day=date(2022, 1, 1),
            declared_at=datetime(2022, 1, 1, tzinfo=UTC),
            declared_by_id=author,
        )
        session.add(declaration)
    client = desks.of("ctr.rev1")
    client.get("/inbox")

    with count_statements(desks.database, at_most=4):
        assert client.get("/inbox?tab=groups").status_code == 200


def test_a_second_round_is_marked(desks: Desks) -> None:
    said = words(desks.of("d11u1.clerk").get("/inbox"))

    assert "Compile goals round 2" in said


def test_filters_are_in_the_address(desks: Desks) -> None:
    queue = department_queue(desks.database)
    client = desks.of(queue.reviewer)
    first = queue.rows[0]

    def found(query: str) -> list[str]:
        return codes(client.get(f"/inbox?tab=groups&{query}").text)

    assert found(f"text={first.code[-4:]}") == [first.code]
    assert found(f"text={first.name.zh}") == [first.code]
    assert found("overdue=1") == [row.code for row in queue.rows if row.is_late]
    assert len(found("key=1")) < len(queue.rows)
    assert found("year=2022&process=P_MONITOR") == [row.code for row in queue.rows]
    assert found("year=2023") == []
    assert found("process=P_GOAL") == []
    assert found("department=D99") == []
    assert "Nothing here fits these filters." in words(client.get("/inbox?tab=groups&year=2023"))


def test_what_i_started_shows_where_it_is_now(desks: Desks) -> None:
    page = desks.of("d03u1.clerk").get("/inbox?tab=started&year=2023")

    said = words(page)
    assert codes(page.text) == ["YS2023-0003"]
    assert "Center desk review" in said


def test_overdue_narrows_what_i_started_by_the_step_where_it_is(desks: Desks) -> None:
    client = desks.of("d05u1.clerk")

    late = codes(client.get("/inbox?tab=started&overdue=1").text)

    assert "YS2023-0004" in late  # the guardrails, four days late at the preliminary review
    assert len(late) < len(codes(client.get("/inbox?tab=started").text))


def test_pages_go_forward_and_back_by_cursor(desks: Desks) -> None:
    client = desks.of("sec.edu.rev")
    first = client.get("/inbox?tab=done")

    second = client.get(link(first.text, "next"))
    third = client.get(link(second.text, "next"))
    again = client.get(link(third.text, "prev"))

    assert len(codes(first.text)) == 50
    assert not set(codes(first.text)) & set(codes(second.text))
    assert codes(again.text) == codes(second.text)
    assert codes(client.get(link(again.text, "prev")).text) == codes(first.text)
    assert 'rel="next"' not in third.text


def link(html: str, rel: str) -> str:
    """The address of the next or previous page."""
    found = re.search(rf'href="([^"]+)" rel="{rel}"', html)
    assert found, f"no link {rel}"
    return found[1].replace("&amp;", "&")


@pytest.mark.parametrize(
    # the last one names a moment of no time zone
    "cursor",
    ["nonsense", "_", "2022-10-10T01:00:00_" + "0" * 32],
)
def test_a_damaged_cursor_is_refused_with_a_sentence(desks: Desks, cursor: str) -> None:
    page = desks.of("d04.fin").get(f"/inbox?after={cursor}")

    assert page.status_code == 422
    assert f"found “{cursor}”" in words(page)


def test_what_the_address_does_not_know_is_left_out(desks: Desks) -> None:
    queue = department_queue(desks.database)

    page = desks.of(queue.reviewer).get("/inbox?tab=nonsense&year=soon&place=")

    assert page.status_code == 200
    assert "All done. Nothing waits for you." in words(page)
    assert f"{len(queue.rows)} tasks of your groups are still to be claimed." in words(page)


def test_ticked_tasks_are_claimed_at_once(desks: Desks) -> None:
    queue = department_queue(desks.database)
    client = desks.of(queue.reviewer)
    ticked = queue.rows[:2]

    answer = client.post(
        "/inbox/claim",
        data={"task": [row.task_id for row in ticked], "place": "tab=groups"},
        follow_redirects=True,
    )

    assert "Claimed 2 tasks." in words(answer)
    assert codes(client.get("/inbox").text) == [row.code for row in ticked]
    left = codes(client.get("/inbox?tab=groups").text)
    assert left == [row.code for row in queue.rows[2:]]


def test_the_one_that_a_colleague_has_says_why_not_and_the_others_are_done(desks: Desks) -> None:
    free, taken = desks.open_task("YS2023-0006"), desks.open_task("YS2023-0004")
    client = desks.of("ctr.rev3")

    answer = client.post("/inbox/claim", data={"task": [taken, free], "place": "tab=groups"})

    said = words(answer)
    assert answer.status_code == 200
    assert "1 of 2 done." in said
    assert "Rural road guardrails" in said
    assert "Expected the step Preliminary opinion to be free, but Meiling Sun has had it" in said
    assert codes(client.get("/inbox").text) == ["YS2023-0006"]


def test_a_refusal_takes_back_what_its_task_had_written_and_nothing_else(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (row.task_id for row in department_queue(desks.database).rows[:2])

    def claim_and_refuse(*arguments: Any) -> None:
        claim_task(*arguments)
        if arguments[1] == second:
            raise ConflictError("Too late.")

    monkeypatch.setattr("app.web.inbox.claim_task", claim_and_refuse)
    reviewer = department_queue(desks.database).reviewer
    desks.of(reviewer).post("/inbox/claim", data={"task": [first, second]})

    assert desks.holders(first) != [None]
    assert desks.holders(second) == [None]


def test_ticked_tasks_are_given_back_at_once(desks: Desks) -> None:
    client = desks.of("ctr.rev2")
    task = desks.open_task("YS2023-0004")

    answer = client.post("/inbox/release", data={"task": task}, follow_redirects=True)

    assert "Released 1 task." in words(answer)
    assert desks.holders(task) == [None]


def test_nothing_ticked_and_nonsense_ticked_change_nothing(desks: Desks) -> None:
    answer = desks.of("ctr.rev2").post(
        "/inbox/claim", data={"task": ["nonsense"]}, follow_redirects=True
    )

    assert "Nothing was ticked." in words(answer)


def test_who_does_no_tasks_may_not_claim(desks: Desks) -> None:
    answer = desks.of("sup.1").post("/inbox/claim", data={"task": desks.open_task("YS2023-0006")})

    assert answer.status_code == 403
    assert desks.holders(desks.open_task("YS2023-0006")) == [None]


def test_the_counts_for_the_navigation(desks: Desks) -> None:
    assert desks.of("ctr.rev1").get("/counts").json == {"tasks": "2", "notices": ""}


def test_a_copy_is_new_until_it_was_read(desks: Desks) -> None:
    client = desks.of("d06.head")
    before = words(client.get("/inbox?tab=copied"))
    assert "Copied to me 1" in before

    client.get("/inbox?tab=copied")  # looking at the list is not reading the item
    assert "Copied to me 1" in words(client.get("/inbox?tab=copied"))
