"""The page of a task on both databases: what it shows to whom, and what its buttons do."""

import re
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.projects.reminders import ring_alarm
from app.projects.sample.journeys import DEMO_NOW
from app.workflow.deciding.models import TaskDraft
from app.workflow.models import CopyReceipt
from tests.queues import department_queue
from tests.web.desk import GOAL_REVIEW, MONITORING_REVIEW, REASON, Desks, words

SORRY = "这段话有二十个字,足够说明理由,请修改后再报送一次。"


def address(task_id: UUID, act: str = "") -> str:
    """Of a task's page, or of one of its acts."""
    return f"/tasks/{task_id}" + (f"/{act}" if act else "")


def buttons(html: str) -> list[str]:
    """The words on the buttons of the action bar."""
    bar = re.search(
        r'<div class="cs-actions".*?</form>|<form class="cs-actions".*?</form>', html, re.S
    )
    if not bar:
        return []
    # The menu "More" has tests of its own, act by act.
    plain = re.sub(r'<details class="cs-more".*?</details>', "", bar[0], flags=re.S)
    found = re.findall(r"<(?:button|a)\b.*?</(?:button|a)>", plain, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found]


def sent(desks: Desks, task_id: UUID, **answers: Any) -> dict[str, Any]:
    """A form of the page as a browser sends it."""
    return {"expected_version": desks.version_of(task_id), **answers}


def draft_of(desks: Desks, task_id: UUID) -> dict[str, Any]:
    """What is kept of a form that was not sent."""
    with desks.database.unit_of_work(write=False) as session:
        kept = session.scalars(select(TaskDraft.typed).where(TaskDraft.task_id == task_id))
        return dict(kept.one())


# who sees what


def test_a_reviewer_sees_the_declaration_the_form_and_exactly_the_permitted_buttons(
    desks: Desks,
) -> None:
    page = desks.of("sec.soc.rev").get(address(desks.open_task("YS2023-0007")))

    said = words(page)
    assert "Ambulance replacement" in said
    assert "180.00 10k yuan" in said
    assert "Performance goal declaration" in said
    assert "The diagram gives this step to: Expenditure section reviewer" in said
    assert buttons(page.text) == [
        "Agree", "Agree with edits", "Return…", "Reject…", "Save draft", "Transfer…", "Claim",
    ]  # fmt: skip
    assert page.headers["Cache-Control"] == "no-store"


def test_the_reason_of_the_return_stands_above_the_form(desks: Desks) -> None:
    page = desks.of("d11u1.clerk").get(address(desks.open_task("YS2023-0005")))

    above, _, _ = page.text.partition("Performance goal declaration")
    assert "Returned by" in above
    assert "权重与工作量不匹配" in above


def test_the_first_step_is_submitted_and_cannot_be_returned(desks: Desks) -> None:
    page = desks.of("d11u1.clerk").get(address(desks.open_task("YS2023-0005")))

    assert buttons(page.text) == ["Submit", "Save draft", "Transfer…", "Release"]
    assert "产出指标的权重与工作量不匹配" in words(page)  # why it came back


@pytest.mark.parametrize("username", ["d03u1.clerk", "perf.head", "sup.1"])
def test_a_reader_has_no_form_to_fill(desks: Desks, username: str) -> None:
    page = desks.of(username).get(address(desks.open_task("YS2023-0003", "center_desk_review")))

    assert page.status_code == 200
    assert buttons(page.text) == []
    assert 'name="opinion"' not in page.text
    assert "Center desk review" in words(page)


def test_a_manager_may_move_a_seat_and_nothing_else(desks: Desks) -> None:
    task = desks.open_task("YS2023-0004")
    client = desks.of("mgr")

    assert buttons(client.get(address(task)).text) == ["Transfer…"]
    answer = client.post(
        address(task, "reassign"),
        data=sent(desks, task, receiver="ctr.rev3", transfer_reason=REASON),
    )

    assert answer.status_code == 302
    assert "YS2023-0004" in desks.of("ctr.rev3").get("/inbox").text


def test_a_stranger_is_refused_with_a_sentence(desks: Desks) -> None:
    task = desks.open_task("YS2023-0005")

    page = desks.of("d04u1.clerk").get(address(task))

    assert page.status_code == 403
    assert "Expected an item that concerns you or your organisation" in words(page)


def test_an_unknown_task_is_a_sentence(desks: Desks) -> None:
    page = desks.of("ctr.rev1").get(address(uuid4()))

    assert page.status_code == 404
    assert "Expected an approval task, found none with this address." in words(page)


def test_duties_kept_apart_are_said_instead_of_buttons(desks: Desks) -> None:
    task = desks.open_task("YS2023-0006")
    client = desks.of("ctr.rev1")  # decided the round before; the same person may decide again
    assert "Agree" in buttons(client.get(address(task)).text)

    client.post(address(task, "approve"), data=sent(desks, task, outcome="agree", **GOAL_REVIEW))
    later = desks.open_task("YS2023-0006", "re_examination")

    assert desks.of("ctr.rev1").get(address(later)).status_code == 200
    assert buttons(desks.of("ctr.rev1").get(address(later)).text) == []


# deciding


def test_agreeing_says_what_happened_and_opens_the_next_task(desks: Desks) -> None:
    queue = department_queue(desks.database)
    client = desks.of(queue.reviewer)
    first, following = queue.rows[:2]

    answer = client.post(
        address(first.task_id, "approve"),
        data=sent(desks, first.task_id, outcome="agree", place="tab=groups", **MONITORING_REVIEW),
    )

    assert answer.status_code == 302
    assert answer.location == f"/tasks/{following.task_id}?place=tab%3Dgroups"
    page = client.get(answer.location)
    assert f"{first.name.en} · Department review · Agree" in words(page)
    assert f'href="/tasks/{first.task_id}?place=tab%3Dgroups"' in page.text


def test_after_the_last_task_the_inbox_says_so(desks: Desks) -> None:
    client = desks.of("ctr.rev2")
    task = desks.open_task("YS2023-0004")

    answer = client.post(
        address(task, "approve"),
        data=sent(desks, task, outcome="agree", **GOAL_REVIEW),
        follow_redirects=True,
    )

    assert "All done. Nothing waits for you." in words(answer)


def test_a_refused_form_keeps_what_was_typed_and_names_each_place(desks: Desks) -> None:
    client = desks.of("sec.soc.rev")
    task = desks.open_task("YS2023-0007")

    page = client.post(
        address(task, "approve"),
        data=sent(
            desks,
            task,
            outcome="agree",
            opinion="Fine as it is <b>",
            **GOAL_REVIEW | {"grade": "medium", "checks.note": "typed in vain?"},
        ),
    )

    assert page.status_code == 422
    assert "Expected the grade excellent or good to agree" in words(page)
    assert 'href="#grade"' in page.text
    assert "typed in vain?" in page.text
    assert "Fine as it is &lt;b&gt;" in page.text
    assert re.search(r'name="grade" value="medium" checked', page.text)
    assert "typed in vain?" in str(draft_of(desks, task)["fields"])


def test_a_missing_answer_is_named_beside_its_field(desks: Desks) -> None:
    queue = department_queue(desks.database)
    client, task = desks.of(queue.reviewer), queue.rows[0].task_id

    page = client.post(address(task, "approve"), data=sent(desks, task, outcome="agree"))

    assert page.status_code == 422
    fieldset = re.search(r'<fieldset[^>]*id="figures".*?</fieldset>', page.text, re.S)
    assert fieldset
    assert 'aria-invalid="true"' in fieldset[0]
    assert "an answer is needed, but none was given" in fieldset[0]


def test_the_weights_must_add_up_and_the_draft_opens_with_what_was_kept(desks: Desks) -> None:
    client = desks.of("d11u1.clerk")
    task = desks.open_task("YS2023-0005")
    kept = dict(draft_of(desks, task)["fields"])

    page = client.post(address(task, "approve"), data=sent(desks, task, outcome="agree", **kept))
    assert page.status_code == 422
    assert "Expected the weights to add up to 90, found 85" in words(page)

    mended = kept | {"indicators.0.weight": "20"}
    answer = client.post(
        address(task, "approve"), data=sent(desks, task, outcome="agree", **mended)
    )
    assert answer.status_code == 302
    assert "Department review" in words(client.get(address(desks.open_task("YS2023-0005"))))


def test_a_resubmission_shows_the_reviewer_what_changed(desks: Desks) -> None:
    task = desks.open_task("YS2023-0005")
    kept = dict(draft_of(desks, task)["fields"]) | {
        "indicators.0.weight": "15",
        "indicators.1.weight": "15",
    }
    desks.of("d11u1.clerk").post(
        address(task, "approve"), data=sent(desks, task, outcome="agree", **kept)
    )

    said = words(desks.of("d11.fin").get(address(desks.open_task("YS2023-0005"))))

    assert "Since you decided" in said
    assert "before: 20 now: 15" in said


def test_a_return_needs_a_reason_and_keeps_the_dialog_open(desks: Desks) -> None:
    client = desks.of("sec.soc.rev")
    task = desks.open_task("YS2023-0007")

    page = client.post(
        address(task, "return"),
        data=sent(desks, task, target="P_GOAL/compile_goals", return_reason="too short"),
    )

    assert page.status_code == 422
    assert "Expected 10 to 4000 characters of reason, found 9." in words(page)
    assert re.search(r'<dialog[^>]*id="return-dialog"[^>]* open ', page.text)
    assert "too short</textarea>" in page.text
    assert re.search(r'value="P_GOAL/compile_goals" checked', page.text)


def test_a_return_goes_to_the_chosen_step_with_its_reason(desks: Desks) -> None:
    client = desks.of("sec.soc.rev")
    task = desks.open_task("YS2023-0007")

    client.post(
        address(task, "return"),
        data=sent(desks, task, target="P_GOAL/compile_goals", return_reason=REASON, opinion="x"),
    )

    back = desks.open_task("YS2023-0007", "compile_goals")
    said = words(desks.of("d02u1.clerk").get(address(back)))
    assert "Compile goals round 2" in said
    assert REASON in said


def test_a_rejection_ends_the_item(desks: Desks) -> None:
    client = desks.of("sec.soc.rev")
    task = desks.open_task("YS2023-0007")

    client.post(address(task, "reject"), data=sent(desks, task, reject_reason=REASON))

    said = words(client.get(address(task)))
    assert "Ended" in said
    assert REASON in said


def test_an_outcome_that_the_diagram_does_not_draw_is_refused(desks: Desks) -> None:
    queue = department_queue(desks.database)
    task = queue.rows[0].task_id

    page = desks.of(queue.reviewer).post(
        address(task, "approve"), data=sent(desks, task, outcome="wave_through")
    )

    assert page.status_code == 422
    assert "found “wave_through”" in words(page)


# two people at once


def test_who_comes_second_reads_who_was_first_and_keeps_what_was_typed(desks: Desks) -> None:
    task = desks.open_task("YS2023-0006")
    version = desks.version_of(task)
    slow, fast = desks.of("ctr.rev3"), desks.of("ctr.rev2")
    slow.post(address(task, "draft"), data={"checks.note": "half a thought"})

    fast.post(
        address(task, "approve"),
        data={"expected_version": version, "outcome": "agree", **GOAL_REVIEW},
    )
    page = slow.post(
        address(task, "approve"),
        data={
            "expected_version": version,
            "outcome": "agree",
            "opinion": "my whole opinion",
            **GOAL_REVIEW,
            "checks.note": "a whole thought",
        },
    )

    said = words(page)
    assert page.status_code == 409
    assert "Meiling Sun closed it 2022-10-10" in said
    assert "What you had typed" in said
    assert "a whole thought" in said
    assert "my whole opinion" in said
    assert "a whole thought" in str(draft_of(desks, task)["fields"])
    assert 'name="opinion"' not in page.text


def test_a_claimed_task_cannot_be_claimed_again(desks: Desks) -> None:
    task = desks.open_task("YS2023-0006")
    desks.of("ctr.rev2").post(address(task, "claim"), data=sent(desks, task))

    page = desks.of("ctr.rev3").post(address(task, "claim"), data=sent(desks, task))

    assert page.status_code == 409
    assert "Meiling Sun has had it since" in words(page)


def test_a_stale_page_is_refused_and_keeps_what_was_typed(desks: Desks) -> None:
    task = desks.open_task("YS2023-0006")
    client = desks.of("ctr.rev3")
    stale = desks.version_of(task)
    client.post(address(task, "claim"), data=sent(desks, task))
    client.post(address(task, "release"), data=sent(desks, task))

    page = client.post(
        address(task, "approve"),
        data={"expected_version": stale, "outcome": "agree", "checks.note": "kept", **GOAL_REVIEW},
    )

    assert page.status_code == 409
    assert "somebody changed it after you opened the page" in words(page)
    assert ">kept</textarea>" in page.text


def test_a_second_click_is_told_that_it_is_done(desks: Desks) -> None:
    queue = department_queue(desks.database)
    client, task = desks.of(queue.reviewer), queue.rows[0].task_id
    form = sent(desks, task, outcome="agree", **MONITORING_REVIEW)
    client.post(address(task, "approve"), data=form)
    client.get("/inbox")

    answer = client.post(address(task, "approve"), data=form, follow_redirects=True)

    assert answer.status_code == 200
    assert "You had already decided this step at" in words(answer)


# claim, release, transfer


def test_claiming_keeps_what_was_typed_before(desks: Desks) -> None:
    client = desks.of("ctr.rev3")
    task = desks.open_task("YS2023-0006")

    page = client.post(
        address(task, "claim"),
        data=sent(desks, task, opinion="a first thought", **{"checks.note": "typed early"}),
        follow_redirects=True,
    )

    assert "You have claimed this task." in words(page)
    assert "typed early" in page.text
    assert "a first thought" in page.text
    assert "Release" in buttons(page.text)


def test_a_transfer_moves_the_task_with_its_reason(desks: Desks) -> None:
    task = desks.open_task("YS2023-0004")

    answer = desks.of("ctr.rev2").post(
        address(task, "transfer"),
        data=sent(desks, task, receiver="ctr.rev3", transfer_reason=SORRY),
        follow_redirects=True,
    )

    assert "transferred to" in words(answer)
    said = words(desks.of("ctr.rev3").get(address(task)))
    assert f"Meiling Sun transferred it: {SORRY}" in said


@pytest.mark.parametrize(
    ("receiver", "sentence"),
    [
        ("", "Expected the name or user name of one colleague; 0 fit “”."),
        ("nobody at all", "0 fit “nobody at all”"),
        ("ctr.rev", "3 fit “ctr.rev”"),
        ("ctr.rev2", "Choose somebody else than Meiling Sun."),
    ],
)
def test_a_transfer_wants_one_colleague(desks: Desks, receiver: str, sentence: str) -> None:
    task = desks.open_task("YS2023-0004")

    page = desks.of("ctr.rev2").post(
        address(task, "transfer"),
        data=sent(desks, task, receiver=receiver, transfer_reason=REASON),
    )

    assert page.status_code == 422
    assert sentence in words(page)
    assert re.search(r'<dialog[^>]*id="transfer-dialog"[^>]* open ', page.text)
    assert REASON in page.text


def test_a_transfer_to_who_declared_is_a_sentence_beside_the_receiver(desks: Desks) -> None:
    queue = department_queue(desks.database)
    task, declared_by = queue.rows[0].task_id, f"{queue.rows[0].unit_code.lower()}.clerk"

    page = desks.of(queue.reviewer).post(
        address(task, "transfer"),
        data=sent(desks, task, receiver=declared_by, transfer_reason=REASON),
    )

    assert page.status_code == 422
    problem = re.search(r'id="receiver-problems".*?</div>', page.text, re.S)
    assert problem
    assert "Expected another person for the step Department review" in problem[0]
    assert REASON in page.text


def test_colleagues_are_found_by_part_of_a_name(desks: Desks) -> None:
    found = desks.of("d04.fin").get("/people?text=rev2").json

    assert [each["value"] for each in found] == ["ctr.rev2"]
    assert "Meiling Sun" in found[0]["label"]
    assert desks.of("d04.fin").get("/people?text=").json == []


# drafts, files


def test_a_draft_is_kept_by_the_script_and_comes_back(desks: Desks) -> None:
    client = desks.of("ctr.rev3")
    task = desks.open_task("YS2023-0006")

    answer = client.post(
        address(task, "draft"),
        data={"checks.note": "so far", "opinion": "nearly"},
        headers={"Accept": "application/json"},
    )

    assert answer.json == {"saved": True}
    page = client.get(address(task)).text
    assert ">so far</textarea>" in page
    assert ">nearly</textarea>" in page


def test_rows_come_and_go_without_a_script(desks: Desks) -> None:
    client = desks.of("d11u1.clerk")
    task = desks.open_task("YS2023-0005")
    kept = dict(draft_of(desks, task)["fields"])

    more = client.post(
        address(task, "draft"), data=kept | {"add_row": "indicators"}, follow_redirects=True
    )
    assert 'name="indicators.7.l3"' in more.text

    fewer = client.post(
        address(task, "draft"), data=kept | {"indicators.6.__delete": "1"}, follow_redirects=True
    )
    assert 'name="indicators.5.l3"' in fewer.text
    assert 'name="indicators.6.l3"' not in fewer.text


def test_a_dialog_opens_without_a_script_and_nothing_typed_is_lost(desks: Desks) -> None:
    client = desks.of("ctr.rev3")
    task = desks.open_task("YS2023-0006")

    page = client.post(
        address(task, "draft") + "?open=return",
        data={"checks.note": "so far"},
        follow_redirects=True,
    )

    assert re.search(r'<dialog[^>]*id="return-dialog"[^>]* open ', page.text)
    assert ">so far</textarea>" in page.text


def upload(client: FlaskClient, task: UUID, name: str, content: bytes) -> Any:
    """Send one file as the script does."""
    return client.post(
        address(task, "attachments"),
        data={"file": (BytesIO(content), name)},
        headers={"Accept": "application/json"},
    )


def test_a_file_is_attached_and_given_to_those_who_may_read_the_item(desks: Desks) -> None:
    task = desks.open_task("YS2023-0005")
    clerk = desks.of("d11u1.clerk")

    answer = upload(clerk, task, "承诺书 1.pdf", b"%PDF-1.4 letter")

    assert answer.status_code == 201
    assert answer.json["name"] == "承诺书 1.pdf"
    path = f"/attachments/{answer.json['id']}"
    kept = dict(draft_of(desks, task)["fields"]) | {"commitment_file": answer.json["id"]}
    clerk.post(address(task, "draft"), data=kept)
    assert path in clerk.get(address(task)).text
    with desks.of("d11.fin").get(path) as file:
        assert file.data == b"%PDF-1.4 letter"
        assert file.headers["Content-Disposition"].startswith("attachment;")
        assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert desks.of("d04u1.clerk").get(path).status_code == 403


@pytest.mark.parametrize(("name", "content"), [("run.exe", b"MZ"), ("empty.pdf", b"")])
def test_a_file_that_is_not_accepted_is_a_sentence(desks: Desks, name: str, content: bytes) -> None:
    answer = upload(desks.of("d11u1.clerk"), desks.open_task("YS2023-0005"), name, content)

    assert answer.status_code == 422
    assert name in answer.json["detail"]


def test_who_has_no_seat_attaches_nothing(desks: Desks) -> None:
    answer = upload(desks.of("d11.fin"), desks.open_task("YS2023-0005"), "a.pdf", b"x")

    assert answer.status_code == 403


# the item as a whole


def test_a_copy_is_read_by_a_post_and_not_by_looking(desks: Desks) -> None:
    client = desks.of("d06.head")
    listed = client.get("/inbox?tab=copied").text
    item = re.search(r"/instances/([0-9a-f-]{36})\?place", listed)
    assert item

    page = client.get(f"/instances/{item[1]}", follow_redirects=True)
    with desks.database.unit_of_work(write=False) as session:
        assert session.scalars(select(CopyReceipt)).first() is None
    assert "data-send-quietly" in page.text

    client.post(f"/instances/{item[1]}/read")
    assert "Copied to me 1" not in words(client.get("/inbox?tab=copied"))


def test_the_diagram_tells_where_the_item_is_and_since_when(desks: Desks) -> None:
    item = desks.instance_of(desks.open_task("YS2023-0003", "center_desk_review"))
    client = desks.of("ctr.rev1")

    called = client.get(f"/instances/{item}/diagram/P_PRELIM.json").json
    main = client.get(f"/instances/{item}/diagram/P_GOAL.json").json

    live = {each["element"]: each["words"] for each in called["tokens"] if "words" in each}
    assert live["center_desk_review"].startswith("Shijie Chen · since 09-")
    assert " · since 09-" in live["third_party_review"]
    assert "calledElement" in main["xml"]
    assert {each.get("called") for each in main["tokens"] if "words" in each} == {"P_PRELIM"}
    assert {"element": "department_review", "state": "passed"} in main["tokens"]
    assert client.get(f"/instances/{item}/diagram/P_OTHER.json").status_code == 404
    assert client.get(f"/instances/{item}/diagram/P_GOAL.bpmn").data.startswith(b"<?xml")
    assert desks.of("d04u1.clerk").get(f"/instances/{item}/diagram/P_GOAL.json").status_code == 403


def test_the_ledger_is_told_in_words_and_verified_by_its_readers(desks: Desks) -> None:
    task = desks.open_task("YS2023-0006")
    item = desks.instance_of(task)

    said = words(desks.of("ctr.rev1").get(address(task)))
    assert "Shijie Chen decided “Agree” in the step Preliminary opinion." in said
    assert "Verify the chain" in said
    assert "The ledger is sound:" in words(desks.of("mgr").get(f"/instances/{item}/ledger"))


def test_a_form_without_its_token_is_refused(desks: Desks) -> None:
    desks.app.config["WTF_CSRF_ENABLED"] = False
    client = desks.of("ctr.rev2")
    task = desks.open_task("YS2023-0004")
    desks.app.config["WTF_CSRF_ENABLED"] = True

    page = client.post(address(task, "release"), data=sent(desks, task))

    assert page.status_code == 400
    assert desks.holders(task) != [None]


# notices


def test_the_bell_counts_until_the_notices_are_read(desks: Desks) -> None:
    queue = department_queue(desks.database)
    task = queue.rows[0].task_id
    with desks.database.unit_of_work() as session:
        ring_alarm(session, task, DEMO_NOW)
    client = desks.of(queue.reviewer)

    assert client.get("/counts").json["notices"] == "1"
    page = client.get("/notices")
    assert f"The step Department review of {queue.rows[0].name.en} was due" in words(page)
    assert f'href="/tasks/{task}"' in page.text
    client.post("/notices/read")
    assert client.get("/counts").json["notices"] == ""
