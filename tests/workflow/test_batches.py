"""What keeps a task out of a batch, on both databases."""

from uuid import UUID

import pytest

from app.core.errors import ConflictError
from app.core.ids import new_id
from app.workflow.deciding.batches import BatchVerb, Look, Order, do_item, look_at
from tests.workflow.conftest import Office
from tests.workflow.test_signatures import REVIEWER, demanding, item_of


def look(office: Office, task: UUID, verb: BatchVerb = BatchVerb.APPROVE) -> Look:
    with office.database.unit_of_work(write=False) as session:
        return look_at(session, task, office.actor(REVIEWER), verb, office.now)


def said(found: Look) -> str:
    return " ".join(str(each) for each in found.reasons)


@pytest.mark.parametrize(
    ("demand", "sentence"),
    [
        (("appr.sign", "typed"), "This step needs your signature."),
        (("appr.sign", "drawn"), "This step needs your signature."),
        (("appr.attachment", "required"), "Expected at least one file"),
    ],
)
def test_what_only_the_own_page_can_give(
    office: Office, demand: tuple[str, str], sentence: str
) -> None:
    task = demanding(office, demand)

    assert sentence in said(look(office, task))
    order = Order(new_id(), BatchVerb.APPROVE, "同意")
    with pytest.raises(ConflictError):
        office.act(do_item, task, 1, office.actor(REVIEWER), order)


def test_fields_that_changed_since_i_returned_it_are_named(office: Office) -> None:
    task = demanding(office)
    item = item_of(office, task)
    office.send_back(item, "department_review", REVIEWER, "compile_goals")
    office.submit(item, "P03", annual_goal="完成管网改造十二公里,较上次申报有所调整。")

    again = look(office, office.task(item, "department_review"))

    assert "Changed since you decided on it on" in said(again)
    assert "(1 in all)" in said(again)


def test_what_was_sent_again_unchanged_is_said_to_be(office: Office) -> None:
    task = demanding(office)
    item = item_of(office, task)
    office.send_back(item, "department_review", REVIEWER, "compile_goals")
    office.submit(item, "P03")

    again = look(office, office.task(item, "department_review"))

    assert "Sent again without a change" in str(again.news[0])


def test_the_drawn_return_is_where_it_goes(office: Office) -> None:
    task = demanding(office)

    found = look(office, task, BatchVerb.RETURN)

    assert found.is_clean
    assert found.target is not None
    assert found.target.step_id == "compile_goals"


def test_a_step_without_a_drawn_return_is_not_returned(office: Office) -> None:
    item = office.start("P03")
    task = office.task(item, "compile_goals")
    with office.database.unit_of_work(write=False) as session:
        clerk = office.actor("d03u1.clerk")
        found = look_at(session, task, clerk, BatchVerb.RETURN, office.now)

    assert said(found) == "The diagram draws no return from this step."


def test_the_opinion_that_a_step_needs_is_known(office: Office) -> None:
    task = demanding(office)

    assert look(office, task).least_opinion == 0  # only needed unless agreed
