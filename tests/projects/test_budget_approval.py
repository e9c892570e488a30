"""Budget and goal are approved in one act: the version freezes and the letter goes out once."""

from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import InvalidInputError
from app.projects.goal_files import open_goal_file
from app.projects.letters import letters_of
from app.projects.models import Indicator
from app.workflow.applying.loading import load_instance
from app.workflow.instances import InstanceState
from app.workflow.ledger.entries import verify
from tests.workflow.conftest import BY_TAG, Office

CODE = BY_TAG["P04"].code
REPLY = {"reply_number": "财预批〔2022〕108号", "reply_date": "2022-09-05"}
LAYERS = [
    ("department_review", "d05.fin"),
    ("preliminary_review", "ctr.rev1"),
    ("re_examination", "perf.ex1"),
    ("final_review", "sec.eco.rev"),
]


@pytest.fixture
def item(office: Office) -> UUID:
    """The goal of P04, returned once, now with the budget section."""
    item = office.start("P04")
    office.submit(item, "P04")
    office.send_back(item, "department_review", "d05.fin", "compile_goals")
    office.submit(item, "P04")
    for step, who in LAYERS:
        office.agree(item, step, who)
    return item


def test_the_approval_freezes_the_goal_and_issues_its_letter(office: Office, item: UUID) -> None:
    office.agree(item, "approve_with_budget", "bud.1", REPLY)

    with office.database.unit_of_work(write=False) as session:
        file = open_goal_file(session, CODE)
        version = file.latest
        assert version is not None
        assert (version.number, version.status, version.is_frozen) == (2, "approved", True)
        assert (file.project.link, file.project.link_status) == ("goal", "approved")
        rows = select(Indicator).where(Indicator.goal_version_id == version.id)
        lines = session.scalars(rows.order_by(Indicator.position)).all()
        assert [line.l3 for line in lines] == [
            line["l3"] for line in version.form_values["indicators"]
        ]
        [letter] = letters_of(session, file.project)
        assert letter.number == f"绩批-{CODE}-2"
        assert letter.approved_amount == Decimal("450.00")
        assert (letter.goal_version_id, letter.content_hash) == (version.id, version.content_hash)
        assert letter.issued_by_id is None
        instance = load_instance(session, item, lock=False)
        assert (instance.state, instance.end_event) == (InstanceState.COMPLETED, "end_approved")
        assert instance.variables["issue_goal_letter"] == {"letter": letter.number}
        assert verify(session, item).is_sound


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"reply_number": ""}, "reply_number"),
        ({"reply_date": "2099-01-01"}, "reply_date"),
        ({"approved_amount": "9000"}, "approved_amount"),
    ],
)
def test_a_reply_that_does_not_fit_approves_nothing(
    office: Office, item: UUID, changes: dict[str, str], where: str
) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        office.agree(item, "approve_with_budget", "bud.1", {**REPLY, **changes})

    assert [each.where for each in refusal.value.problems] == [where]
    with office.database.unit_of_work(write=False) as session:
        file = open_goal_file(session, CODE)
        assert file.project.link_status == "pending"
        assert letters_of(session, file.project) == []


def test_crafted_sources_do_not_change_the_money(office: Office, item: UUID) -> None:
    crafted = {"sources": [{"source": "fiscal", "amount": "9000"}], "approved_total": "9000"}

    office.agree(item, "approve_with_budget", "bud.1", {**REPLY, **crafted})

    with office.database.unit_of_work(write=False) as session:
        file = open_goal_file(session, CODE)
        assert sum(Decimal(each["amount"]) for each in file.sources) == Decimal("450.00")
        [letter] = letters_of(session, file.project)
        assert letter.approved_amount == Decimal("450.00")
