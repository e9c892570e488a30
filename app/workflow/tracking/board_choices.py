"""What a board can be narrowed to, as far as the actor may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, cast, func, literal, null, or_, select, true, union_all
from sqlalchemy.orm import Session, aliased

from app.core.i18n import Bilingual
from app.identity import Organisation, OrganisationKind, OrganisationScope
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.models import ProcessInstance


@dataclass(frozen=True, slots=True)
class BoardChoices:
    """What a board can be narrowed to, and the names behind its codes."""

    #: Newest version's id and name, by key.
    processes: Mapping[str, tuple[UUID, Bilingual]]
    #: Process key → fiscal years in which the actor may see something of it, newest first.
    years: Mapping[str, tuple[int, ...]]
    #: Every organisation by code.
    names: Mapping[str, Bilingual]
    #: Those whose projects the actor may see.
    departments: tuple[str, ...]
    #: The expenditure sections of these departments.
    sections: tuple[str, ...]


def board_choices(session: Session, scope: OrganisationScope) -> BoardChoices:
    """What the filters of a board offer, in one statement."""
    rows = session.execute(
        union_all(
            select(
                literal("process").label("kind"),
                ProcessDefinition.key.label("code"),
                ProcessDefinition.name_zh,
                ProcessDefinition.name_en,
                literal("").label("section"),
                literal(0).label("year"),
                ProcessDefinition.id,
            ).where(_is_newest()),
            select(
                Organisation.kind,
                Organisation.code,
                Organisation.name_zh,
                Organisation.name_en,
                func.coalesce(Organisation.section_code, ""),
                literal(0),
                cast(null(), Uuid()),
            ),
            select(
                literal("year"),
                ProcessInstance.process_key,
                literal(""),
                literal(""),
                literal(""),
                ProcessInstance.fiscal_year,
                cast(null(), Uuid()),
            )
            .where(scope_condition(scope))
            .distinct(),
        )
    ).all()
    years: dict[str, list[int]] = {}
    for row in rows:
        if row.kind == "year":
            years.setdefault(row.code, []).append(row.year)
    organisations = [row for row in rows if row.kind not in ("year", "process")]
    departments = [
        row
        for row in organisations
        if row.kind == OrganisationKind.DEPARTMENT and _may_choose(scope, row.code, row.section)
    ]
    return BoardChoices(
        processes={
            row.code: (row.id, Bilingual(row.name_zh, row.name_en))
            for row in rows
            if row.kind == "process"
        },
        years={key: tuple(sorted(found, reverse=True)) for key, found in years.items()},
        names={row.code: Bilingual(row.name_zh, row.name_en) for row in organisations},
        departments=tuple(sorted(row.code for row in departments)),
        sections=tuple(sorted({row.section for row in departments if row.section})),
    )


def _may_choose(scope: OrganisationScope, department: str, section: str) -> bool:
    """Whether a department's projects belong to the actor's part; agencies choose among all."""
    return (
        scope.everything
        or bool(scope.agencies)
        or department in scope.departments
        or section in scope.sections
    )


def scope_condition(scope: OrganisationScope) -> ColumnElement[bool]:
    """SQL of the scope rule: which instances an actor may see at all."""
    if scope.everything:
        return true()
    return or_(
        ProcessInstance.unit_code.in_(scope.units),
        ProcessInstance.department_code.in_(scope.departments),
        ProcessInstance.section_code.in_(scope.sections),
        ProcessInstance.agency_code.in_(scope.agencies),
    )


def _is_newest() -> ColumnElement[bool]:
    newer = aliased(ProcessDefinition)
    return ~(
        select(newer.id)
        .where(newer.key == ProcessDefinition.key, newer.version > ProcessDefinition.version)
        .exists()
    )
