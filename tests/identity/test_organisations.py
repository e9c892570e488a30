"""The tree of organisations, and whose projects a person sees in it."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.i18n import Bilingual
from app.identity import (
    SYSTEM,
    Organisation,
    OrganisationScope,
    Role,
    User,
    departments,
    find_organisation,
    load_actor,
    organisation_names,
    organisation_scope,
    organisation_variables,
    sections,
    units_of,
)

pytestmark = pytest.mark.usefixtures("bureau")


def test_a_unit_knows_its_department_and_section(session: Session):
    assert organisation_variables(session, "D03U1") == {
        "unit": "D03U1",
        "department": "D03",
        "section": "AGR",
    }


@pytest.mark.parametrize("code", ["D03", "FB", "D99U9"])
def test_only_a_unit_declares(session: Session, code: str):
    with pytest.raises(NotFoundError, match=f"“{code}”"):
        organisation_variables(session, code)


def test_the_tree_is_listed_level_by_level(session: Session):
    assert [each.code for each in sections(session)] == ["AGR"]
    assert [each.code for each in departments(session)] == ["D03"]
    assert departments(session, "EDU") == []
    assert [each.code for each in units_of(session, "D03")] == ["D03U0", "D03U1"]


def test_names_are_looked_up_in_one_go(session: Session):
    assert organisation_names(session, ["TPA"]) == {"TPA": Bilingual("TPA名称", "TPA name")}
    assert organisation_names(session, []) == {}
    assert find_organisation(session, "TPA").name.en == "TPA name"
    with pytest.raises(NotFoundError):
        find_organisation(session, "NONE")


@pytest.mark.parametrize(
    ("kind", "parent", "section"),
    [
        ("planet", None, None),
        ("department", None, None),
        ("section", None, "AGR"),
        ("unit", None, None),
        ("unit", "X", None),
        ("unit", "NONE", None),
    ],
)
def test_the_database_refuses_a_tree_that_does_not_fit(
    session: Session, kind: str, parent: str | None, section: str | None
):
    session.add(
        Organisation(
            code="X", kind=kind, name_zh="", name_en="", parent_code=parent, section_code=section
        )
    )

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


@pytest.mark.parametrize(
    ("role", "code", "scope"),
    [
        (Role.UNIT_CLERK, "D03U1", OrganisationScope(units=frozenset({"D03U1"}))),
        (Role.DEPARTMENT_HEAD, "D03", OrganisationScope(departments=frozenset({"D03"}))),
        (Role.SECTION_REVIEWER, "AGR", OrganisationScope(sections=frozenset({"AGR"}))),
        (Role.THIRD_PARTY, "TPA", OrganisationScope(agencies=frozenset({"TPA"}))),
        (Role.EXPERT, None, OrganisationScope()),
        (Role.CENTER_REVIEWER, None, OrganisationScope(everything=True)),
        (Role.ADMIN, None, OrganisationScope(everything=True)),
    ],
)
def test_each_role_sees_its_own_part(
    session: Session,
    create_user: Callable[..., User],
    role: Role,
    code: str | None,
    scope: OrganisationScope,
):
    actor = load_actor(session, create_user("someone", (role, code)).id)
    assert actor is not None

    assert organisation_scope(actor) == scope


def test_one_match_is_enough_and_none_hides():
    project = {"unit": "D03U1", "department": "D03", "section": "AGR"}

    assert OrganisationScope(sections=frozenset({"AGR"})).includes(**project)
    assert OrganisationScope(agencies=frozenset({"TPA"})).includes(**project, agency="TPA")
    assert not OrganisationScope(agencies=frozenset({"TPA"})).includes(**project)
    assert organisation_scope(SYSTEM).includes(**project)
