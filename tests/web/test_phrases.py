"""Common phrases on both databases: the bureau's, and those that a person keeps."""

import re
from uuid import UUID

from sqlalchemy import select
from werkzeug.test import TestResponse

from app.workflow.deciding.models import Phrase
from app.workflow.deciding.phrases import MOST_PHRASES
from tests.web.desk import Desks, words

WHO = "sec.soc.rev"
MINE = "Agreed, within the ceiling of the section."


def offered(page: TestResponse) -> list[str]:
    return re.findall(r'data-phrase="([^"]*)"', page.text)


def keep(desks: Desks, task: UUID, text: str) -> TestResponse:
    form = {"opinion": text, "grade": "good", "request_key": text[:40]}
    return desks.of(WHO).post(f"/tasks/{task}/phrases", data=form)


def own(desks: Desks) -> list[Phrase]:
    with desks.database.unit_of_work(write=False) as session:
        return list(session.scalars(select(Phrase).order_by(Phrase.id)))


def test_the_bureaus_phrases_are_offered_in_the_readers_language(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")

    english = offered(desks.of(WHO).get(f"/tasks/{task}"))
    chinese = offered(desks.of(WHO, "zh").get(f"/tasks/{task}"))

    assert "Complete, clear and in line with the money. Agreed." in english
    assert "指标有依据、可核查，同意。" in chinese
    assert "指标值缺少测算依据，请补充测算过程后再报送。" in chinese  # in the dialog of the return


def test_what_i_typed_is_kept_as_a_phrase_and_nothing_typed_is_lost(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")

    answer = keep(desks, task, f"  {MINE}\n")

    page = desks.of(WHO).get(answer.location)
    assert "The phrase is kept" in words(page)
    assert MINE in offered(page)
    assert re.search(r'name="grade"[^>]*value="good" checked', page.text)
    assert MINE not in offered(desks.of("ctr.rev1").get(f"/tasks/{desks.open_task('YS2023-0006')}"))


def test_the_same_phrase_is_kept_once(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")
    keep(desks, task, MINE)
    desks.of(WHO).post(f"/tasks/{task}/phrases", data={"opinion": MINE})

    assert [each.text for each in own(desks)] == [MINE]


def test_a_phrase_has_its_length_and_a_person_a_number_of_them(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")

    short, long = keep(desks, task, "y"), keep(desks, task, "x" * 201)
    for number in range(MOST_PHRASES):
        assert keep(desks, task, f"Phrase number {number}.").status_code == 302
    more = keep(desks, task, "One too many.")

    assert (short.status_code, long.status_code, more.status_code) == (422, 422, 422)
    assert "Expected a phrase of 2 to 200 characters, found 201." in words(long)
    assert "One too many." in more.text
    assert len(own(desks)) == MOST_PHRASES


def test_only_an_own_phrase_can_be_removed(desks: Desks) -> None:
    task = desks.open_task("YS2023-0007")
    keep(desks, task, MINE)
    phrase = own(desks)[0].id
    other = desks.open_task("YS2023-0006")

    for form in ({"phrase": phrase}, {"phrase": "nonsense"}, {}):
        stranger = desks.of("ctr.rev1").post(f"/tasks/{other}/phrases/remove", data=form)
        assert stranger.status_code == 404
    assert len(own(desks)) == 1

    answer = desks.of(WHO).post(f"/tasks/{task}/phrases/remove", data={"phrase": phrase})
    assert answer.status_code == 302
    assert own(desks) == []
