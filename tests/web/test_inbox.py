"""The inbox on both databases: what waits, in which order, and what many ticks at once do."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.statements import Statements
from tests.web.desk import Desks, words

CODE = re.compile(r"YS\d{4}-\d{4}")


def codes(html: str) -> list[str]:
    """The projects of a page in their order, each once."""
    return list(dict.fromkeys(CODE.findall(html)))


def test_what_waits_for_my_groups_comes_late_ones_first(desks: Desks) -> None:
    page = desks.of("d04.fin").get("/inbox?tab=groups")

    said = words(page)
    assert codes(page.text) == ["YS2022-0158", "YS2022-0494"]
    assert said.index("Overdue 7 working days") < said.index("Overdue 6 working days")
    assert "Water supply project 158" in said
    assert "905.39" in said


def test_the_page_speaks_chinese_to_those_who_read_it(desks: Desks) -> None:
    page = desks.of("d04.fin", "zh").get("/inbox?tab=groups")

    said = words(page)
    assert "待领取 2" in said
    assert "部门审核" in said
    assert "逾期 7 个工作日" in said
    assert "Overdue" not in said


@pytest.mark.parametrize("tab", ["mine", "groups", "started", "done", "copied"])
def test_a_page_costs_four_statements(
    desks: Desks, count_statements: Callable[..., AbstractContextManager[Statements]], tab: str
) -> None:
    client = desks.of("ctr.rev1")
    client.get("/inbox")  # the first request also reads the clock and the language's catalogue

    with count_statements(desks.database, at_most=4):
        assert client.get(f"/inbox?tab={tab}&overdue=1&text=a&key=1").status_code == 200


def test_a_second_round_is_marked(desks: Desks) -> None:
    said = words(desks.of("d11u1.clerk").get("/inbox"))

    assert "Compile goals round 2" in said


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("text=494", ["YS2022-0494"]),
        ("text=供水项目158", ["YS2022-0158"]),
        ("key=1", ["YS2022-0158"]),
        ("overdue=1", ["YS2022-0158", "YS2022-0494"]),
        ("year=2023", []),
        ("process=P_GOAL", []),
        ("department=D05", []),
    ],
)
def test_filters_are_in_the_address(desks: Desks, query: str, wanted: list[str]) -> None:
    page = desks.of("d04.fin").get(f"/inbox?tab=groups&{query}")

    assert codes(page.text) == wanted
    assert wanted or "Nothing here fits these filters." in words(page)


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


def test_a_damaged_cursor_is_refused_with_a_sentence(desks: Desks) -> None:
    page = desks.of("d04.fin").get("/inbox?after=nonsense")

    assert page.status_code == 422
    assert "found “nonsense”" in words(page)


def test_what_the_address_does_not_know_is_left_out(desks: Desks) -> None:
    page = desks.of("d04.fin").get("/inbox?tab=nonsense&year=soon&place=")

    assert page.status_code == 200
    assert "All done. Nothing waits for you." in words(page)
    assert "2 tasks of your groups are still to be claimed." in words(page)


def test_ticked_tasks_are_claimed_at_once(desks: Desks) -> None:
    client = desks.of("d04.fin")
    tasks = [desks.open_task("YS2022-0158"), desks.open_task("YS2022-0494")]

    answer = client.post(
        "/inbox/claim", data={"task": tasks, "place": "tab=groups"}, follow_redirects=True
    )

    assert "Claimed 2 tasks." in words(answer)
    assert codes(client.get("/inbox").text) == ["YS2022-0158", "YS2022-0494"]
    assert codes(client.get("/inbox?tab=groups").text) == []


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
