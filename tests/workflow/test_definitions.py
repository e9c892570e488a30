"""Versions, drafts, the library: what is deployed stays, and who edits is told of others."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from app.core.settings import ROOT
from app.engine import parse, read_heading
from app.projects.launch import subject_of
from app.projects.queries import project_by_code
from app.workflow.definitions.deploying import deploy_definition
from app.workflow.definitions.drafts import discard_definition_draft, save_definition_draft
from app.workflow.definitions.inspection import ROUTING, inspect_definition
from app.workflow.definitions.library import (
    begin_definition,
    get_draft,
    get_shelf,
    has_layout,
    import_definition,
    list_shelves,
    require_newest,
    version_xml,
)
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.definitions.versions import get_definition
from app.workflow.models import ProcessInstance
from tests.workflow.conftest import BY_TAG, Office

GOAL = (ROOT / "bpmn" / "P_GOAL.bpmn").read_bytes()
PRELIM = (ROOT / "bpmn" / "P_PRELIM.bpmn").read_bytes()
TEMPLATE = (ROOT / "bpmn" / "templates" / "new-process.bpmn").read_bytes()
SLOWER = GOAL.replace(b'dueDate="P10BD"', b'dueDate="P12BD"')
WITHOUT_LAYOUT = GOAL[: GOAL.index(b"<bpmndi:BPMNDiagram")] + b"</bpmn:definitions>"


def deploy(office: Office, xml: bytes, note: str = "期限延长", who: str = "owner") -> int:
    """Deploy as a person does; gives the number of the version."""
    with office.database.unit_of_work() as session:
        return deploy_definition(session, office.actor(who), xml, note, office.now).version


def definition_ids(office: Office, item: UUID) -> list[str]:
    with office.database.unit_of_work(write=False) as session:
        return session.scalars(
            select(ProcessInstance.definition_ids).where(ProcessInstance.id == item)
        ).one()


def version_id(office: Office, key: str, version: int) -> str:
    with office.database.unit_of_work(write=False) as session:
        return str(get_definition(session, key, version).id)


def test_a_changed_diagram_becomes_the_next_version_and_running_items_stay(office: Office) -> None:
    before = office.start("P03")

    number = deploy(office, SLOWER)
    after = office.start("P01")

    assert number == 2
    assert definition_ids(office, before)[0] == version_id(office, "P_GOAL", 1)
    assert definition_ids(office, after)[0] == version_id(office, "P_GOAL", 2)


def test_the_unchanged_diagram_is_not_deployed_again(office: Office) -> None:
    assert deploy(office, GOAL) == 1

    with office.database.unit_of_work(write=False) as session:
        found = session.scalars(
            select(ProcessDefinition.version).where(ProcessDefinition.key == "P_GOAL")
        ).all()
    assert found == [1]


def test_a_called_process_deployed_again_is_taken_by_new_items_only(office: Office) -> None:
    before = office.start("P03")

    deploy(office, PRELIM.replace(b'dueDate="P5BD"', b'dueDate="P4BD"'))
    after = office.start("P01")

    assert version_id(office, "P_PRELIM", 1) in definition_ids(office, before)
    assert version_id(office, "P_PRELIM", 2) in definition_ids(office, after)
    assert definition_ids(office, after)[0] == definition_ids(office, before)[0]


@pytest.mark.parametrize("who", ["ctr.rev1", "mgr", "admin"])
def test_only_the_process_owner_edits_and_deploys(office: Office, who: str) -> None:
    with pytest.raises(NotPermittedError), office.database.unit_of_work() as session:
        deploy_definition(session, office.actor(who), SLOWER, "", office.now)
    with pytest.raises(NotPermittedError), office.database.unit_of_work() as session:
        save_definition_draft(session, office.actor(who), "P_GOAL", SLOWER, 0, office.now)
    with pytest.raises(NotPermittedError), office.database.unit_of_work() as session:
        discard_definition_draft(session, office.actor(who), "P_GOAL")
    with pytest.raises(NotPermittedError), office.database.unit_of_work() as session:
        import_definition(session, office.actor(who), SLOWER, office.now)


def test_a_reviewer_does_not_see_the_library(office: Office) -> None:
    with office.database.unit_of_work(write=False) as session:
        for query in (list_shelves, lambda *args: get_shelf(*args, "P_GOAL")):
            with pytest.raises(NotPermittedError):
                query(session, office.actor("ctr.rev1"))
        with pytest.raises(NotPermittedError):
            version_xml(session, office.actor("ctr.rev1"), "P_GOAL", 1)


def test_a_draft_may_be_wrong_and_a_deployment_may_not(office: Office) -> None:
    nobody = GOAL.replace(b'camunda:candidateGroups="section_reviewer"', b"")
    office.act(save_definition_draft, office.actor("owner"), "P_GOAL", nobody, 0)

    with pytest.raises(InvalidInputError) as refused:
        deploy(office, nobody)

    assert [each.where for each in refused.value.problems] == ["final_review"]


def test_saving_over_somebody_is_refused_with_who_and_when(office: Office) -> None:
    office.act(save_definition_draft, office.actor("owner"), "P_GOAL", GOAL, 0)
    saved_at = office.now
    office.act(save_definition_draft, office.actor("owner"), "P_GOAL", SLOWER, 1)

    with pytest.raises(ConflictError) as refused:
        office.act(save_definition_draft, office.actor("owner"), "P_GOAL", GOAL, 1)

    values = refused.value.sentence.values
    assert (values["who"], values["when"]) == (office.actor("owner").name, saved_at)
    assert values["found"] == 2
    with office.database.unit_of_work(write=False) as session:
        assert get_draft(session, office.actor("owner"), "P_GOAL").xml == SLOWER


def test_the_draft_goes_when_exactly_it_is_deployed(office: Office) -> None:
    office.act(save_definition_draft, office.actor("owner"), "P_GOAL", SLOWER, 0)

    deploy(office, SLOWER)

    with (
        pytest.raises(NotFoundError),
        office.database.unit_of_work(write=False) as session,
    ):
        get_draft(session, office.actor("owner"), "P_GOAL")


def test_the_shelf_counts_what_runs_on_each_version_and_what_calls_it(office: Office) -> None:
    office.start("P03")
    deploy(office, SLOWER, note="时限改为十二个工作日")
    office.start("P01")
    office.act(save_definition_draft, office.actor("owner"), "P_GOAL", GOAL, 0)

    with office.database.unit_of_work(write=False) as session:
        shelves = {each.key: each for each in list_shelves(session, office.actor("mgr"))}

    goal = shelves["P_GOAL"]
    assert [(each.number, each.running) for each in goal.versions] == [(2, 1), (1, 1)]
    assert shelves["P_PRELIM"].running == 2
    assert goal.versions[0].note == "时限改为十二个工作日"
    assert goal.versions[0].deployed_by == office.actor("owner").name
    assert goal.draft is not None
    assert not goal.draft_is_older


def test_the_list_takes_four_statements_however_many_versions(office: Office) -> None:
    from tests.statements import count_statements  # noqa: PLC0415

    deploy(office, SLOWER)
    owner = office.actor("owner")

    with (
        office.database.unit_of_work(write=False) as session,
        count_statements(office.database, at_most=4),
    ):
        list_shelves(session, owner)


def test_a_version_deployed_meanwhile_is_not_overwritten_unseen(office: Office) -> None:
    deploy(office, SLOWER)

    with (
        pytest.raises(ConflictError) as refused,
        office.database.unit_of_work(write=False) as session,
    ):
        require_newest(session, "P_GOAL", 1)

    assert refused.value.sentence.values["who"] == office.actor("owner").name


def test_a_diagram_keeps_the_key_of_its_process(office: Office) -> None:
    with office.database.unit_of_work(write=False) as session:
        found = inspect_definition(session, GOAL, "P_MONITOR").problems

    assert [each.code for each in found] == ["definition.key"]


def test_the_template_of_a_new_process_can_be_deployed_as_it_is(office: Office) -> None:
    with office.database.unit_of_work(write=False) as session:
        inspection = inspect_definition(session, TEMPLATE)

    assert inspection.problems == ()
    assert parse(TEMPLATE).has_layout


def test_a_new_process_needs_a_key_that_is_free_and_fit(office: Office) -> None:
    for key, error in (("P_GOAL", ConflictError), ("9 x", InvalidInputError)):
        with pytest.raises(error):
            office.act(begin_definition, office.actor("owner"), key, TEMPLATE)


def test_an_imported_file_becomes_the_draft_of_its_process(office: Office) -> None:
    broken = SLOWER.replace(b'camunda:candidateGroups="unit_clerk"', b"")

    draft = office.act(import_definition, office.actor("owner"), broken)

    assert (draft.key, draft.revision, draft.xml) == ("P_GOAL", 1, broken)
    with pytest.raises(ConflictError):
        office.act(import_definition, office.actor("owner"), GOAL)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<not xml",
        b"<html/>",
        b'<!DOCTYPE x [<!ENTITY e "boom">]><x>&e;</x>',
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
        WITHOUT_LAYOUT,
        GOAL.replace(b"P_GOAL", b"P GOAL"),
    ],
)
def test_a_file_that_cannot_be_edited_is_refused_with_a_sentence(
    office: Office, xml: bytes
) -> None:
    with pytest.raises(InvalidInputError):
        office.act(import_definition, office.actor("owner"), xml)


def test_a_file_without_a_layout_still_runs(office: Office) -> None:
    assert not has_layout(WITHOUT_LAYOUT)
    assert read_heading(WITHOUT_LAYOUT).key == "P_GOAL"

    assert deploy(office, WITHOUT_LAYOUT) == 2


# conditions read what the process knows


def name_problems(office: Office, xml: bytes) -> list[tuple[str, str]]:
    with office.database.unit_of_work(write=False) as session:
        found = inspect_definition(session, xml).problems
    return [(each.where, str(each)) for each in found if each.code == "condition.name"]


def test_a_misspelt_variable_is_named_before_it_stops_an_item(office: Office) -> None:
    """Given a condition on an unknown step, when it is inspected, then its flow says so."""
    misspelt = GOAL.replace(
        b'>department_review.outcome = "ret', b'>departmnt_review.outcome = "ret'
    )

    ((where, sentence),) = name_problems(office, misspelt)

    assert where == "gw_department_to_gw_compile"
    assert "departmnt_review" in sentence


def test_a_function_that_does_not_exist_is_named(office: Office) -> None:
    unknown = GOAL.replace(
        b'>department_review.outcome = "return_to_unit"<', b">is_returned(department_review)<"
    )

    assert ["is_returned" in sentence for _, sentence in name_problems(office, unknown)] == [True]


def test_routing_facts_and_what_callers_write_are_known(office: Office) -> None:
    """Given the called review, when its condition reads a step of its caller, then it deploys."""
    reading = PRELIM.replace(b">is_key", b">compile_goals != null and is_key", 1)
    assert reading != PRELIM

    assert name_problems(office, reading) == []


def test_what_a_starter_gives_is_declared(office: Office) -> None:
    reading = PRELIM.replace(b">is_key", b">period_end != null and is_key", 1)
    declared = reading.replace(
        b'<camunda:property name="appr.name.en"',
        b'<camunda:property name="appr.variables" value="period_end"/>'
        b'<camunda:property name="appr.name.en"',
    )

    assert len(name_problems(office, reading)) == 1
    assert name_problems(office, declared) == []


def test_the_gate_knows_the_routing_facts_that_items_start_with(office: Office) -> None:
    project = BY_TAG["P03"]
    with office.database.unit_of_work(write=False) as session:
        subject = subject_of(project_by_code(session, project.code))

    assert set(subject.routing()) == ROUTING
