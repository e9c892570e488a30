"""The library of processes over HTTP: who sees what, drafts and conflicts, import, deployment."""

from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.core.settings import ROOT
from tests.web.desk import Desks, words

GOAL = (ROOT / "bpmn" / "P_GOAL.bpmn").read_text(encoding="utf-8")
SLOWER = GOAL.replace('dueDate="P10BD"', 'dueDate="P12BD"')
NOBODY = GOAL.replace('camunda:candidateGroups="section_reviewer"', "")
JSON = {"Accept": "application/json"}


def send(desks: Desks, act: str, who: str = "owner", key: str = "P_GOAL", **body: Any) -> Any:
    """What the designer asks for."""
    return desks.of(who).post(f"/definitions/{key}/{act}", json=body, headers=JSON)


def bring_in(desks: Desks, content: bytes, name: str = "x.bpmn") -> TestResponse:
    """Import a file."""
    return desks.of("owner").post(
        "/definitions/import", data={"file": (BytesIO(content), name)}, follow_redirects=True
    )


def test_the_list_names_versions_and_what_runs(desks: Desks) -> None:
    page = words(desks.of("owner").get("/definitions"))

    assert "Performance goal review P_GOAL Version 1" in page
    assert "New diagram…" in page
    assert "绩效目标审核 P_GOAL 第 1 版" in words(desks.of("mgr", "zh").get("/definitions"))


def test_a_manager_looks_and_does_not_edit(desks: Desks) -> None:
    page = desks.of("mgr").get("/definitions/P_GOAL")

    assert page.status_code == 200
    assert "/edit" not in page.text
    for path in ("edit", "draft", "draft/view", "draft.bpmn", "draft/diagram"):
        assert desks.of("mgr").get(f"/definitions/P_GOAL/{path}").status_code == 403
    for act in ("draft", "validate", "deploy", "draft/discard"):
        assert send(desks, act, who="mgr", xml=GOAL, revision=0, note="x").status_code == 403
    assert desks.of("mgr").post("/definitions/new", data={"key": "X"}).status_code == 403


def test_staff_do_not_see_the_library(desks: Desks) -> None:
    for path in ("", "/P_GOAL", "/P_GOAL/versions/1.bpmn", "/P_GOAL/versions/1/diagram"):
        assert desks.of("ctr.rev1").get(f"/definitions{path}").status_code == 403


def test_a_version_is_told_in_the_words_of_the_bureau(desks: Desks) -> None:
    page = words(desks.of("owner").get("/definitions/P_GOAL/versions/1"))

    assert "Final review Expenditure section Expenditure section reviewer" in page
    assert "3 working days Agree, Return to unit, Return one step, Reject, Agree with edits" in page
    assert "copied to Department head" in page
    assert "withdrawal by the initiator: until somebody has" in page
    assert "termination: managers" in page


def test_what_is_exported_is_what_was_deployed(desks: Desks) -> None:
    answer = desks.of("owner").get("/definitions/P_GOAL/versions/1.bpmn")

    assert answer.data == GOAL.encode()
    assert "P_GOAL-1.bpmn" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "path",
    [
        "NONE",
        "NONE/edit",
        "P_GOAL/versions/9",
        "P_GOAL/versions/0",
        f"P_GOAL/versions/{10**30}",
        f"P_GOAL/versions/{10**30}.bpmn",
        "P_GOAL/edit?from=0",
        f"P_GOAL/edit?from={10**30}",
        "P_GOAL/draft",
    ],
)
def test_what_is_not_there_is_said(desks: Desks, path: str) -> None:
    assert desks.of("owner").get(f"/definitions/{path}").status_code == 404


def test_only_the_designer_may_set_style_attributes(desks: Desks) -> None:
    policies = {
        path: desks.of("owner").get(f"/definitions/{path}").headers["Content-Security-Policy"]
        for path in ("P_GOAL", "P_GOAL/edit")
    }

    assert "style-src-attr" not in policies["P_GOAL"]
    assert "style-src-attr 'unsafe-inline'" in policies["P_GOAL/edit"]


def test_a_stale_draft_is_refused_with_who_and_when_and_can_be_looked_at(desks: Desks) -> None:
    assert send(desks, "draft", xml=NOBODY, revision=0).json["revision"] == 1

    refusal = send(desks, "draft", xml=SLOWER, revision=0)

    assert refusal.status_code == 409
    assert refusal.mimetype == "application/problem+json"
    assert "Linlin Yang saved revision 1 2022-10-10 09:0" in refusal.json["detail"]
    facts = desks.of("owner").get("/definitions/P_GOAL/draft", headers=JSON).json
    assert facts["revision"] == 1
    assert desks.of("owner").get(facts["url"]).status_code == 200
    assert send(desks, "draft", xml=SLOWER, revision=1).json["revision"] == 2


def test_validation_names_the_element_in_the_language_of_the_page(desks: Desks) -> None:
    english = send(desks, "validate", xml=NOBODY).json["problems"]
    desks.of("owner", "zh")
    chinese = desks.clients["owner"].post(
        "/definitions/P_GOAL/validate", json={"xml": NOBODY}, headers=JSON
    )

    assert [(each["where"], each["level"]) for each in english] == [("final_review", "block")]
    assert english[0]["detail"].startswith("Expected somebody who does this step")
    assert "办理" in chinese.json["problems"][0]["detail"]


def test_before_a_deployment_its_consequences_are_said(desks: Desks) -> None:
    told = send(desks, "validate", xml=SLOWER).json["consequences"]

    assert told[0] == "This becomes version 2. New instances take it."
    assert told[1].endswith("stay on version 1.")


def test_a_deployment_needs_a_note_and_no_problems(desks: Desks) -> None:
    without_note = send(desks, "deploy", xml=SLOWER, newest=1, note=" ")
    with_problem = send(desks, "deploy", xml=NOBODY, newest=1, note="x")
    other_process = send(desks, "deploy", key="P_MONITOR", xml=SLOWER, newest=1, note="x")

    assert without_note.status_code == 422
    assert [each["where"] for each in with_problem.json["problems"]] == ["final_review"]
    assert [each["code"] for each in other_process.json["problems"]] == ["definition.key"]


def test_a_deployed_draft_is_the_newest_version_and_gone_as_a_draft(desks: Desks) -> None:
    send(desks, "draft", xml=SLOWER, revision=0)

    answer = send(desks, "deploy", xml=SLOWER, newest=1, note="期限延长")
    again = send(desks, "deploy", xml=GOAL, newest=1, note="x")

    page = words(desks.of("owner").get(answer.json["url"]))
    assert "Version 2 is deployed." in page
    assert "Linlin Yang 期限延长" in page
    assert "There is a draft" not in page
    assert again.status_code == 409


@pytest.mark.parametrize("body", [None, [], {}, {"xml": 7}, {"xml": "  "}, {"xml": "<x/>"}])
def test_a_request_that_makes_no_sense_gets_a_sentence(desks: Desks, body: object) -> None:
    answer = desks.of("owner").post("/definitions/P_GOAL/draft", json=body, headers=JSON)

    assert answer.status_code == 422
    assert answer.json["detail"].startswith("Expected")


def test_a_request_nested_beyond_reading_gets_the_same_sentence(desks: Desks) -> None:
    owner = desks.of("owner")

    answer = owner.post(
        "/definitions/P_GOAL/draft", data="[" * 100_000, content_type="application/json",
        headers=JSON,
    )  # fmt: skip

    assert answer.status_code == 422


def test_a_note_keeps_what_a_database_can_store(desks: Desks) -> None:
    longer = GOAL.replace("<bpmn:process", "<!-- longer --><bpmn:process", 1)

    answer = send(desks, "deploy", xml=longer, note="\ud800期限\0延长 " + "x" * 9000, newest=1)

    assert answer.status_code == 200
    page = desks.of("owner").get("/definitions/P_GOAL").text
    assert "期限延长 x" in page
    assert "x" * 2000 not in page


def test_a_damaged_draft_never_breaks_its_page(desks: Desks) -> None:
    send(desks, "draft", xml="<broken", revision=0)

    page = desks.of("owner").get("/definitions/P_GOAL/edit")

    assert page.status_code == 200
    assert "damaged or has no layout" in page.text
    assert "data-designer" not in page.text
    assert desks.of("owner").get("/definitions/P_GOAL/edit?from=1").status_code == 200
    send(desks, "draft/discard")
    assert "data-designer" in desks.of("owner").get("/definitions/P_GOAL/edit").text


def test_a_file_is_imported_as_a_draft_or_refused_in_words(desks: Desks) -> None:
    broken = bring_in(desks, b"<not xml")
    nothing = bring_in(desks, b"", name="")
    taken = bring_in(desks, GOAL.replace("P_GOAL", "P_GOAL_2").encode())

    assert (broken.status_code, nothing.status_code) == (422, 422)
    assert "Expected well-formed XML" in words(broken)
    assert taken.request.path == "/definitions/P_GOAL_2/edit"
    assert bring_in(desks, GOAL.replace("P_GOAL", "P_GOAL_2").encode()).status_code == 409


def test_a_new_process_begins_with_its_names_escaped(desks: Desks) -> None:
    named = {"key": "P_X", "name_zh": "采购<审批>", "name_en": 'Buying & "paying"'}

    desks.of("owner").post("/definitions/new", data=named)
    found = send(desks, "validate", key="P_X", xml=_draft(desks, "P_X")).json

    assert found["problems"] == []
    assert found["consequences"] == [
        "This becomes version 1; instances can be started from then on."
    ]
    assert "采购<审批>" in words(desks.of("mgr", "zh").get("/definitions")).replace(
        "&lt;", "<"
    ).replace("&gt;", ">")


def test_a_refused_new_process_brings_back_what_was_typed(desks: Desks) -> None:
    named = {"key": "9 x", "name_zh": "采购", "name_en": ""}

    page = desks.of("owner").post("/definitions/new", data=named)

    assert page.status_code == 422
    assert 'value="9 x"' in page.text
    assert "Expected a name in this language" in page.text


def _draft(desks: Desks, key: str) -> str:
    return desks.of("owner").get(f"/definitions/{key}/draft.bpmn").text
