"""Questions about the tree of organisations."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.core.errors import NotFoundError
from app.core.i18n import N_, Bilingual
from app.identity.models import Organisation, OrganisationKind


def find_organisation(session: Session, code: str) -> Organisation:
    """The organisation with this code.

    Raises:
        NotFoundError: there is none.
    """
    found = session.get(Organisation, code)
    if found is None:
        raise NotFoundError(N_("Expected an organisation with the code “{code}”."), code=code)
    return found


def organisation_variables(session: Session, unit_code: str) -> dict[str, str]:
    """What a process about this unit carries for `group_key`: unit, department and section codes.

    Raises:
        NotFoundError: no unit has this code.
    """
    department = aliased(Organisation)
    row = session.execute(
        select(department.code, department.section_code)
        .join(Organisation, Organisation.parent_code == department.code)
        .where(Organisation.code == unit_code, Organisation.kind == OrganisationKind.UNIT)
    ).one_or_none()
    if row is None:
        raise NotFoundError(N_("Expected a budget unit with the code “{code}”."), code=unit_code)
    department_code, section_code = row
    if section_code is None:
        raise NotFoundError(
            N_("Expected the unit “{code}” to lie under a department with an expenditure section."),
            code=unit_code,
        )
    return {"unit": unit_code, "department": department_code, "section": section_code}


def organisation_names(session: Session, codes: Collection[str]) -> dict[str, Bilingual]:
    """The names behind codes, in one statement and none for no codes."""
    if not codes:
        return {}
    rows = session.execute(
        select(Organisation.code, Organisation.name_zh, Organisation.name_en).where(
            Organisation.code.in_(codes)
        )
    ).all()
    return {code: Bilingual(zh, en) for code, zh, en in rows}


def sections(session: Session) -> list[Organisation]:
    """The expenditure sections: those that some department belongs to, by code."""
    responsible = select(Organisation.section_code).where(Organisation.section_code.is_not(None))
    query = select(Organisation).where(Organisation.code.in_(responsible))
    return list(session.scalars(query.order_by(Organisation.code)))


def departments(session: Session, section_code: str | None = None) -> list[Organisation]:
    """The budget departments, of one expenditure section or all, by code."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.DEPARTMENT)
    if section_code is not None:
        query = query.where(Organisation.section_code == section_code)
    return list(session.scalars(query.order_by(Organisation.code)))


def units_of(session: Session, department_code: str) -> list[Organisation]:
    """The units of a department, its headquarters first."""
    query = select(Organisation).where(
        Organisation.parent_code == department_code, Organisation.kind == OrganisationKind.UNIT
    )
    return list(session.scalars(query.order_by(Organisation.code)))


def agencies(session: Session) -> list[Organisation]:
    """The third-party agencies, by code."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.AGENCY)
    return list(session.scalars(query.order_by(Organisation.code)))
