"""A key project (P03): desk review beside the third party's report, then one opinion."""

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.errors import InvalidInputError
from app.workflow.deciding.attachments import as_form_value, attach_file
from app.workflow.tracking.history import opinions
from tests.workflow.conftest import REVIEW, Office, clerk_of


@pytest.fixture
def item(office: Office) -> UUID:
    """The goal review of P03, passed on by its department."""
    item = office.start("P03")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")
    return item


def attached(office: Office, item: UUID, step: str, who: str) -> dict[str, object]:
    task_id = office.task(item, step)
    content = BytesIO(b"%PDF-1.7 report")
    row = office.act(attach_file, task_id, office.actor(who), "评审报告.pdf", content)
    return as_form_value(row)


def opinion(*reports: object, **changes: Any) -> dict[str, Any]:
    values = {"no_conflict": True, "verified_amount": "1100", "conclusion": "support"}
    return {**values, "report": list(reports)} | changes


def refused(office: Office, item: UUID, values: dict[str, Any]) -> set[str]:
    with pytest.raises(InvalidInputError) as refusal:
        office.agree(item, "third_party_review", "tpa.a1", values)
    assert "third_party_review" in office.open_steps(item)
    return {each.where for each in refusal.value.problems}


def test_no_opinion_without_a_report(office: Office, item: UUID) -> None:
    assert refused(office, item, opinion()) == {"report"}


def test_a_report_that_was_never_attached_is_refused(office: Office, item: UUID) -> None:
    invented = {"id": str(uuid4()), "name": "评审报告.pdf", "size": 9, "hash": "0" * 64}

    assert refused(office, item, opinion(invented)) == {"report"}


@pytest.mark.parametrize("declared", [False, None, "off"])
def test_no_opinion_without_the_declaration_of_independence(
    office: Office, item: UUID, declared: object
) -> None:
    report = attached(office, item, "third_party_review", "tpa.a1")

    assert refused(office, item, opinion(report, no_conflict=declared)) == {"no_conflict"}


def test_the_opinion_with_its_report_is_kept(office: Office, item: UUID) -> None:
    report = attached(office, item, "third_party_review", "tpa.a1")
    crafted = {"agency": "别的机构", "declared_amount": "1"}

    office.agree(item, "third_party_review", "tpa.a1", opinion(report, **crafted))

    with office.database.unit_of_work(write=False) as session:
        values = opinions(session, item)[-1].values
    assert values["report"] == [report]
    assert values["agency"] != "别的机构"
    assert values["declared_amount"] == "1200.00"


def test_the_opinion_of_the_center_waits_for_both(office: Office, item: UUID) -> None:
    office.desk_review(item)
    assert office.open_steps(item) == {"third_party_review": 1}

    office.third_party(item)

    assert office.open_steps(item) == {"preliminary_review": 1}


def test_a_cut_needs_its_reason(office: Office, item: UUID) -> None:
    values = {"checks": REVIEW["checks"], "verified_amount": "1150"}

    with pytest.raises(InvalidInputError) as refusal:
        office.agree(item, "center_desk_review", "ctr.rev1", values)
    assert [each.where for each in refusal.value.problems] == ["cut_reason"]

    reasoned = {**values, "cut_reason": "苗木单价高于同期中标价"}
    office.agree(item, "center_desk_review", "ctr.rev1", reasoned)
    assert office.open_steps(item) == {"third_party_review": 1}


def test_a_second_round_needs_a_report_of_its_own_again(office: Office, item: UUID) -> None:
    office.third_party(item)
    office.desk_review(item)
    office.send_back(item, "preliminary_review", "ctr.rev1", "compile_goals")
    office.submit(item, "P03")
    office.agree(item, "department_review", "d03.fin")

    assert office.open_steps(item) == {"center_desk_review": 2, "third_party_review": 2}
    assert refused(office, item, opinion(report=[])) == {"report"}
    office.third_party(item)
    office.desk_review(item)
    assert office.open_steps(item) == {"preliminary_review": 2}


def test_the_center_can_return_before_the_third_party_has_answered(
    office: Office, item: UUID
) -> None:
    office.send_back(item, "center_desk_review", "ctr.rev1", "compile_goals")

    assert office.open_steps(item) == {"compile_goals": 2}
    assert office.actor(clerk_of("P03")).organisation_code == "D03U1"
