"""Starting: once per project, with somebody for every step, or visibly not at all."""

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError, NotPermittedError
from app.projects.launch import appoint_agency
from app.projects.queries import project_by_code
from app.workflow.failures import InstanceFailureError
from app.workflow.incidents import open_incident
from app.workflow.models import Incident, ProcessInstance
from tests.workflow.conftest import BY_TAG, Office, clerk_of


def test_a_second_start_says_who_started_it_and_when(office: Office) -> None:
    first = office.now
    office.start("P04")
    with pytest.raises(ConflictError) as refusal:
        office.start("P04")
    values = refusal.value.sentence.values
    assert (values["who"], values["when"]) == (office.actor(clerk_of("P04")).name, first)


def test_only_the_own_unit_starts(office: Office) -> None:
    office.actors[clerk_of("P04")] = office.actor(clerk_of("P03"))
    with pytest.raises(NotPermittedError, match="own unit"):
        office.start("P04")


def test_a_key_project_needs_its_agency_first(office: Office) -> None:
    code = BY_TAG["P03"].code
    with office.database.unit_of_work() as session:
        project_by_code(session, code).agency_code = None
    with pytest.raises(ConflictError, match="third-party agency"):
        office.start("P03")

    def appoint(session: Session, now: datetime) -> None:
        head = office.actor("ctr.head")
        appoint_agency(session, project_by_code(session, code), "TPB", head)

    office.act(appoint)
    office.start("P03")
    with pytest.raises(ConflictError):
        office.act(appoint)


def test_nobody_to_sit_in_a_step_is_an_incident_and_nothing_moves(office: Office) -> None:
    item = office.start("P03")
    office.submit(item, "P03")
    with office.database.unit_of_work() as session:
        # As if the organisation had been lost meanwhile: the third party cannot be resolved.
        instance = session.get_one(ProcessInstance, item)
        assert b"TPA" in instance.engine_state
        instance.engine_state = instance.engine_state.replace(b'"TPA"', b"null")

    with pytest.raises(InstanceFailureError) as failure:
        office.agree(item, "department_review", "d03.fin")
    with office.database.unit_of_work() as session:
        open_incident(session, failure.value, office.now)

    assert office.open_steps(item) == {"department_review": 1}
    with office.database.unit_of_work(write=False) as session:
        [incident] = session.scalars(select(Incident).where(Incident.instance_id == item)).all()
        assert incident.kind in {"assignment", "state"}


def test_a_start_that_fails_leaves_no_instance(office: Office) -> None:
    failure = InstanceFailureError(
        UUID(int=7), "assignment", "compile_goals", InvalidInputError("No unit.").sentence
    )
    with office.database.unit_of_work() as session:
        assert open_incident(session, failure, office.now) is None
