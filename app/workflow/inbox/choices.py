"""The names behind the codes of inbox rows, and what the filters of the inbox offer."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session, aliased

from app.core.i18n import Bilingual
from app.identity import Organisation, OrganisationKind
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.models import ProcessInstance


@dataclass(frozen=True, slots=True)
class Directory:
    """The names behind the codes of the rows, and what the filters offer."""

    units: Mapping[str, Bilingual]
    departments: Mapping[str, Bilingual]
    #: Organisations of every kind.
    organisations: Mapping[str, Bilingual]
    #: Processes that something was started of, by key.
    processes: Mapping[str, Bilingual]


def directory(session: Session) -> Directory:
    """Organisations and processes by code, in one statement."""
    newer = aliased(ProcessDefinition)
    organisations = select(
        Organisation.kind, Organisation.code, Organisation.name_zh, Organisation.name_en
    )
    processes = select(
        literal("process"),
        ProcessDefinition.key,
        ProcessDefinition.name_zh,
        ProcessDefinition.name_en,
    ).where(
        select(ProcessInstance.id)
        .where(ProcessInstance.process_key == ProcessDefinition.key)
        .exists(),
        ~select(newer.id)
        .where(newer.key == ProcessDefinition.key, newer.version > ProcessDefinition.version)
        .exists(),
    )
    names: dict[str, dict[str, Bilingual]] = {}
    for kind, code, zh, en in session.execute(union_all(organisations, processes)):
        names.setdefault(kind, {})[code] = Bilingual(zh, en)
    started = names.pop("process", {})
    return Directory(
        names.get(OrganisationKind.UNIT, {}),
        names.get(OrganisationKind.DEPARTMENT, {}),
        {code: name for kind in names.values() for code, name in kind.items()},
        started,
    )
