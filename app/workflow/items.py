"""The items of one subject: every process that was started for a project, in narrow rows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.models import ProcessInstance
from app.workflow.states import InstanceState


@dataclass(frozen=True, slots=True)
class Item:
    """One process instance of a subject."""

    instance_id: UUID
    process_key: str
    #: Name and version of the diagram that it runs on.
    process: Bilingual
    version: int
    definition_ids: tuple[str, ...]
    #: Whether it has not ended; it may be suspended.
    is_active: bool
    state: str
    started_at: datetime
    started_by_id: UUID
    ended_at: datetime | None
    end_event: str | None


def items_of(session: Session, subject_code: str) -> list[Item]:
    """Every item of a subject: those under way first, then the newest first."""
    rows = session.execute(
        select(
            ProcessInstance.id,
            ProcessInstance.process_key,
            ProcessInstance.definition_ids,
            ProcessInstance.state,
            ProcessInstance.started_at,
            ProcessInstance.started_by_id,
            ProcessInstance.ended_at,
            ProcessInstance.end_event,
            ProcessDefinition.name_zh,
            ProcessDefinition.name_en,
            ProcessDefinition.version,
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.subject_code == subject_code)
        .order_by(ProcessInstance.id.desc())
    ).all()
    items = [
        Item(
            instance_id=row.id,
            process_key=row.process_key,
            process=Bilingual(row.name_zh, row.name_en),
            version=row.version,
            definition_ids=tuple(row.definition_ids),
            is_active=row.state in (InstanceState.ACTIVE, InstanceState.SUSPENDED),
            state=row.state,
            started_at=row.started_at,
            started_by_id=row.started_by_id,
            ended_at=row.ended_at,
            end_event=row.end_event,
        )
        for row in rows
    ]
    return sorted(items, key=lambda each: not each.is_active)
