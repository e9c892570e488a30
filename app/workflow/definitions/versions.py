"""Versions of process definitions: finding them, and the executable process of an instance."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.i18n import N_, Bilingual
from app.engine import Process
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.resources import resources_of

#: The largest number that the column of the version holds on every database.
MAX_VERSION = 2**31 - 1


def latest_definition(session: Session, key: str) -> ProcessDefinition | None:
    """The newest version of a process, if any."""
    return session.scalars(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    ).first()


def get_definition(session: Session, key: str, version: int | None = None) -> ProcessDefinition:
    """A version of a process, the newest one by default.

    Raises:
        NotFoundError: there is none.
    """
    row = None
    if version is None:
        row = latest_definition(session, key)
    elif 1 <= version <= MAX_VERSION:  # a longer number fits no column
        row = session.scalars(
            select(ProcessDefinition).where(
                ProcessDefinition.key == key, ProcessDefinition.version == version
            )
        ).first()
    if row is None:
        raise NotFoundError(N_("Expected the process “{key}”, found none."), key=key)
    return row


def latest_definition_ids(session: Session, key: str) -> list[str]:
    """Ids of the newest version of a process and of everything that it calls, main one first.

    An instance keeps this list for its whole life, so a later deployment does not touch it.
    """
    found: dict[str, str] = {}
    waiting = [key]
    while waiting:
        called = waiting.pop(0)
        if called in found:
            continue
        newest = session.execute(
            select(ProcessDefinition.id, ProcessDefinition.calls)
            .where(ProcessDefinition.key == called)
            .order_by(ProcessDefinition.version.desc())
            .limit(1)
        ).first()
        if newest is None:
            raise NotFoundError(N_("Expected the process “{key}”, found none."), key=called)
        found[called] = str(newest.id)
        waiting += newest.calls
    return list(found.values())


def newest_definitions(session: Session) -> Sequence[ProcessDefinition]:
    """The newest version of every process, by key."""
    newest = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
        .group_by(ProcessDefinition.key)
        .subquery()
    )
    return session.scalars(
        select(ProcessDefinition)
        .join(
            newest,
            (ProcessDefinition.key == newest.c.key)
            & (ProcessDefinition.version == newest.c.version),
        )
        .order_by(ProcessDefinition.key)
    ).all()


def process_of(session: Session, definition_ids: Sequence[str]) -> Process:
    """The executable process of an instance."""
    return resources_of(session).processes.get(session, definition_ids)


def definition_xml(session: Session, definition_id: UUID) -> bytes:
    """The file of a version as its author wrote it."""
    found = session.get(ProcessDefinition, definition_id)
    if found is None:
        raise NotFoundError(N_("Expected a version of a process, found none."))
    return found.xml


def bilingual_name(row: ProcessDefinition) -> Bilingual:
    """The name of a version."""
    return Bilingual(row.name_zh, row.name_en)
