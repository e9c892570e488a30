"""The page of people and absence: everybody's own, an administrator's for all."""

import re

from sqlalchemy import select

from app.identity import User
from tests.web.desk import Desks, words

HANDOVER = "调离本科室,工作全部移交给同事。"


def page_of(desks: Desks, username: str) -> str:
    with desks.database.unit_of_work(write=False) as session:
        found = session.scalars(select(User.id).where(User.username == username)).one()
    return f"/staff/{found}"


def absence(**changes: str) -> dict[str, str]:
    return {
        "substitute": "perf.ex2",
        "first_day": "2022-10-01",
        "last_day": "2099-12-31",
        **changes,
    }


def test_a_person_enters_and_ends_an_own_absence(desks: Desks) -> None:
    browser, page = desks.of("perf.ex1"), page_of(desks, "perf.ex1")
    assert browser.get("/staff").headers["Location"] == page

    said = words(browser.post(f"{page}/absence", data=absence(), follow_redirects=True))
    assert "The absence is entered" in said

    html = browser.get(page).text
    number = html.split('name="absence" value="')[1].split('"')[0]
    said = words(
        browser.post(f"{page}/absence/end", data={"absence": number}, follow_redirects=True)
    )
    assert "The absence has ended" in said


def test_a_refused_absence_keeps_what_was_typed(desks: Desks) -> None:
    browser, page = desks.of("perf.ex1"), page_of(desks, "perf.ex1")
    for changes, words_said in (
        ({"last_day": "soon"}, "Expected a day such as"),
        ({"substitute": "perf.ex1"}, "Expected another person to stand in"),
        ({"substitute": "nobody at all"}, "Expected the name or user name"),
    ):
        refused = browser.post(f"{page}/absence", data=absence(reason="休假", **changes))
        assert refused.status_code == 422
        assert words_said in words(refused)
        assert "休假" in refused.text


def test_anothers_page_is_nobodys_business(desks: Desks) -> None:
    browser, page = desks.of("perf.ex1"), page_of(desks, "perf.ex2")
    assert browser.get(page).status_code == 403
    assert browser.post(f"{page}/absence", data=absence(substitute="perf.ex3")).status_code == 403
    assert browser.post(f"{page}/hand-over", data={"receiver": "perf.ex3"}).status_code == 403
    assert browser.post(f"{page}/close").status_code == 403
    assert browser.post(f"{page}/absence/end", data={"absence": "x"}).status_code == 404


def test_an_administrator_hands_over_and_closes_the_account(desks: Desks) -> None:
    admin, page = desks.of("admin"), page_of(desks, "sec.agr.rev")
    assert "sec.agr.rev" in words(admin.get("/staff?text=agr"))
    work = re.findall(r'name="item" value="([^"]+)"', admin.get(f"{page}/hand-over").text)
    if work:
        assert admin.post(f"{page}/close").status_code == 409
        sent = {"receiver": "sec.agr.head", "reason": HANDOVER, "item": work}
        said = words(admin.post(f"{page}/hand-over", data=sent))
        assert "Handed over" in said or "stays; the reason" in said
    page = page_of(desks, "tre.1")
    assert "The account is closed" in words(admin.post(f"{page}/close", follow_redirects=True))
    assert "open again" in words(admin.post(f"{page}/reopen", follow_redirects=True))


def test_the_substitute_sees_whose_work_it_is(desks: Desks) -> None:
    owner = page_of(desks, "sec.agr.rev")
    sent = absence(substitute="sec.agr.head")
    assert desks.of("sec.agr.rev").post(f"{owner}/absence", data=sent).status_code == 302

    substitute = desks.of("sec.agr.head")
    lists = [substitute.get(f"/inbox?tab={tab}") for tab in ("mine", "groups")]

    assert any("until 2099-12-31" in words(each) for each in lists)
