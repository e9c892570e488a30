"""“Why this person?” stands beside the name wherever a holder's name stands."""

import pytest

from tests.web.desk import Desks, words

ASKED = "Why this person?"
ORCHARD = "YS2023-0003"


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("ctr.rev1", "/inbox?tab=groups"),
        ("mgr", "/board"),
        ("mgr", "/board?column=P_PRELIM/center_desk_review"),
        ("mgr", f"/projects/{ORCHARD}"),
    ],
)
def test_the_answer_stands_on_the_page_without_a_script(
    desks: Desks, who: str, address: str
) -> None:
    page = desks.of(who).get(address)

    said = words(page)
    assert f"{ASKED} The diagram gives this step to: Review center reviewer." in said
    assert page.text.count('<details class="cs-why"') == page.text.count(f'title="{ASKED}"')


def test_what_i_follow_or_have_done_asks_for_no_reason(desks: Desks) -> None:
    for tab in ("started", "done", "copied"):
        assert ASKED not in words(desks.of("ctr.rev1").get(f"/inbox?tab={tab}"))


def test_after_a_transfer_every_page_tells_the_whole_chain(desks: Desks) -> None:
    task_id = desks.open_task(ORCHARD, "center_desk_review")
    reason = "本周在外核查，请代为评审。"
    sent = {"receiver": "ctr.rev3", "transfer_reason": reason}
    assert desks.of("ctr.rev1").post(f"/tasks/{task_id}/transfer", data=sent).status_code == 302

    chain = (
        "The diagram gives this step to: Review center reviewer. "
        f"Shijie Chen transferred it: {reason}"
    )
    assert chain in words(desks.of("ctr.rev3").get("/inbox?tab=mine"))
    assert chain in words(desks.of("mgr").get("/board"))
    assert chain in words(desks.of("mgr").get(f"/projects/{ORCHARD}"))
    other = desks.open_task(ORCHARD, "third_party_review")
    assert chain in words(desks.of("tpa.a1").get(f"/tasks/{other}"))  # where it says “Also at”
