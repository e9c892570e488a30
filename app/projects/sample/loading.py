"""Writing the sample bureau in bulk; what people do with it goes through the verbs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import documents
from app.core.database import Base
from app.core.ids import new_id
from app.identity import Membership, Organisation, User, hash_password
from app.identity.groups import make_group_key
from app.identity.passwords import HASHER
from app.projects.bulk import insert_rows
from app.projects.goal_forms import draft_from_form
from app.projects.goals import content_hash, fingerprint_rows, indicator_rows
from app.projects.kinds import GoalStatus, ObjectType
from app.projects.letters import letter_number
from app.projects.models import (
    GoalFingerprint,
    GoalLetter,
    GoalVersion,
    Indicator,
    Project,
    source_columns,
)
from app.projects.sample.goals import goal_values
from app.projects.sample.organisations import organisations
from app.projects.sample.people import SAMPLE_PASSWORD, people
from app.projects.sample.projects import SampleProject, projects

#: The years that the sample bureau knows.
YEARS = (2021, 2022, 2023)
#: Their goals were approved with the budgets, before this system ran.
APPROVED_YEARS = (2021, 2022)

Rows = list[dict[str, Any]]


def load_people(session: Session, hasher: PasswordHasher = HASHER) -> dict[str, UUID]:
    """Organisations, accounts and memberships; user name → id.

    The password is hashed once for all: it is the same and printed on the sign-in page.
    """
    password_hash = hash_password(SAMPLE_PASSWORD, hasher)
    ids = {person.username: new_id() for person in people()}
    insert_rows(
        session,
        Organisation,
        [
            {
                "code": each.code,
                "kind": each.kind.value,
                "name_zh": each.name.zh,
                "name_en": each.name.en,
                "parent_code": each.parent_code,
                "section_code": each.section_code,
            }
            for each in organisations()
        ],
    )
    insert_rows(
        session,
        User,
        [
            {
                "id": ids[each.username],
                "username": each.username,
                "name_zh": each.name.zh,
                "name_en": each.name.en,
                "organisation_code": each.organisation_code,
                "position_zh": each.position.zh,
                "position_en": each.position.en,
                "password_hash": password_hash,
                "is_sample": True,
            }
            for each in people()
        ],
    )
    insert_rows(
        session,
        Membership,
        [
            {
                "group_key": make_group_key(each.role, each.role_organisation),
                "user_id": ids[each.username],
                "role": each.role.value,
                "organisation_code": each.role_organisation,
            }
            for each in people()
        ],
    )
    return ids


def load_projects(session: Session) -> dict[str, UUID]:
    """The projects of all sample years with their money; project code → id."""
    found = [each for year in YEARS for each in projects(year)]
    ids = {each.code: new_id() for each in found}
    insert_rows(session, Project, [_project_row(each, ids[each.code]) for each in found])
    return ids


def load_approved_goals(session: Session) -> int:
    """The approved goals and letters of 2021 and 2022, as the archive holds them; how many.

    Needs `load_people` and `load_projects` before it.
    """
    approved = select(Project.code, Project.id).where(Project.fiscal_year.in_(APPROVED_YEARS))
    ids = {row.code: row.id for row in session.execute(approved)}
    accounts = select(User.username, User.id).where(User.is_sample)
    clerks = {row.username: row.id for row in session.execute(accounts)}
    rows: dict[type[Base], Rows] = {
        GoalVersion: [],
        Indicator: [],
        GoalFingerprint: [],
        GoalLetter: [],
    }
    for year in APPROVED_YEARS:
        for each in projects(year):
            clerk = clerks[f"{each.unit_code.lower()}.clerk"]
            for table, row in _goal_rows(each, ids[each.code], clerk):
                rows[table].append(row)
    for table, found in rows.items():
        insert_rows(session, table, found)
    return len(rows[GoalVersion])


def _project_row(each: SampleProject, project_id: UUID) -> dict[str, Any]:
    return {
        "id": project_id,
        "code": each.code,
        "name_zh": each.name.zh,
        "name_en": each.name.en,
        "fiscal_year": each.fiscal_year,
        "unit_code": each.unit_code,
        "department_code": each.department_code,
        "section_code": each.section_code,
        "object_type": ObjectType.PROJECT.value,
        "nature": each.nature.value,
        "novelty": each.novelty.value,
        "is_key": each.is_key,
        "start_date": each.start_date,
        "end_date": each.end_date,
        "leader_zh": each.leader.zh,
        "leader_en": each.leader.en,
        "phone": each.phone,
        "year_amount": each.year_amount,
        "total_amount": each.total_amount,
        **source_columns(each.sources),
        "agency_code": each.agency_code,
        "ex_ante_conclusion": each.ex_ante_conclusion and each.ex_ante_conclusion.value,
        "link": each.link.value,
        "link_status": each.status.value,
    }


def _goal_rows(
    each: SampleProject, project_id: UUID, clerk: UUID
) -> Iterator[tuple[type[Base], dict[str, Any]]]:
    draft = draft_from_form(goal_values(each))
    values = documents.load(documents.dump(draft.values()))
    version_id, goal_hash = new_id(), content_hash(values)
    # Goals came with the draft budget in November and were approved with it in January.
    submitted = datetime(each.fiscal_year - 1, 11, 15, 2, tzinfo=UTC)
    approved = datetime(each.fiscal_year, 1, 25, 2, tzinfo=UTC)
    yield (
        GoalVersion,
        {
            "id": version_id,
            "project_id": project_id,
            "number": 1,
            "status": GoalStatus.APPROVED.value,
            "medium_goal": draft.medium_goal,
            "annual_goal": draft.annual_goal,
            "form_values": values,
            "content_hash": goal_hash,
            "submitted_at": submitted,
            "submitted_by_id": clerk,
            "approved_at": approved,
        },
    )
    for row in indicator_rows(version_id, draft):
        yield Indicator, row
    for row in fingerprint_rows(version_id, each.fiscal_year, each.unit_code, draft.annual_goal):
        yield GoalFingerprint, row
    yield (
        GoalLetter,
        {
            "number": letter_number(each.code, 1),
            "project_id": project_id,
            "goal_version_id": version_id,
            "issued_at": approved,
            "issued_by_id": None,
            "approved_amount": each.year_amount,
            "content_hash": goal_hash,
        },
    )
