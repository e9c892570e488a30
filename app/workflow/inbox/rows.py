"""One line of an inbox: what it shows, and how it is made of a row of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity import Actor, StandIn
from app.workflow.assignment.asking import interests
from app.workflow.assignment.duties import broken_duty
from app.workflow.definitions.versions import process_of
from app.workflow.names import candidate_keys, owner_keys
from app.workflow.states import InstanceState


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One line of an inbox."""

    key: UUID
    #: The task to decide or decided; of an item started by or copied to the actor, the oldest one
    #: that is open, None when nothing is.
    task_id: UUID | None
    instance_id: UUID
    process_key: str
    subject_code: str
    subject: Bilingual
    unit_code: str
    department_code: str
    #: 10k yuan.
    amount: Decimal
    is_key: bool
    step: Bilingual | None
    visit: int
    version: int
    due_at: datetime | None
    #: When it came into this box: opened, started, decided or copied.
    at: datetime
    #: The state of the instance, the outcome of the vote; by tab.
    state: str
    is_read: bool = True
    #: Whether the whole item stands still: nobody may act, no clock runs.
    is_suspended: bool = False
    #: Whether the step's clock stands still, because a question waits for its answer.
    waits_for_answer: bool = False
    #: How often the present step was urged.
    urges: int = 0
    #: Of a copy that a person gave: who, and what the person wrote.
    giver: Bilingual | None = None
    note: str = ""
    #: For whom the actor may do it, when an absent colleague has it.
    owner: StandIn | None = None
    #: Whether duties kept apart forbid the actor this step: shown, and not offered.
    is_kept_out: bool = False
    #: Whether a conflict of interest was declared with it: shown, so that it is handed back.
    has_conflict: bool = False
    #: Why it came here (`whys.read_why`).
    why: Mapping[str, Any] = field(default_factory=dict)


def _subject(row: Row[Any]) -> dict[str, Any]:
    return {
        "key": row.key,
        "instance_id": row.instance_id,
        "process_key": row.process_key,
        "subject_code": row.subject_code,
        "subject": Bilingual(row.subject_zh, row.subject_en),
        "unit_code": row.unit_code,
        "department_code": row.department_code,
        "amount": row.amount,
        "is_key": row.is_key,
        "is_suspended": row.instance_state == InstanceState.SUSPENDED,
    }


def _task(row: Row[Any]) -> dict[str, Any]:
    return {
        "task_id": row.task_id,
        "step": Bilingual(row.name_zh, row.name_en),
        "visit": row.visit,
        "version": row.version,
    }


def _haste(row: Row[Any]) -> dict[str, Any]:
    """Whether the step may take its time, and how often somebody wished it did not."""
    is_active = row.instance_state == InstanceState.ACTIVE
    return {
        "waits_for_answer": is_active and row.clock_stopped_at is not None,
        "urges": row.urges,
    }


_NO_TASK: dict[str, Any] = {"task_id": None, "step": None, "visit": 1, "version": 0}


def _item(row: Row[Any]) -> dict[str, Any]:
    """An item that the actor only follows: its subject, where it is now, and its state."""
    return {
        **_subject(row),
        **(_task(row) if row.task_id else _NO_TASK),
        **_haste(row),
        "due_at": row.due_at,
        "at": row.at,
        "state": row.instance_state,
    }


def work_row(session: Session, actor: Actor, row: Row[Any]) -> InboxRow:
    """Work that asks for the actor, or for whom he stands in."""
    owner = _owner(actor, row)
    people: list[Actor | StandIn] = [actor, owner] if owner else [actor]
    return InboxRow(
        **_subject(row),
        **_task(row),
        **_haste(row),
        due_at=row.due_at,
        at=row.opened_at,
        state="open",
        owner=owner,
        is_kept_out=_is_kept_out(session, people, row),
        has_conflict=any(_has_conflict(each, row) for each in people),
        why=row.why,
    )


def _owner(actor: Actor, row: Row[Any]) -> StandIn | None:
    """The absent colleague through whom the row came here; None when it is the actor's own."""
    if row.holder_id == actor.id or row.group_key in candidate_keys(actor):
        return None
    return next(
        (
            each
            for each in actor.stands_in_for
            if each.covers(row.process_key)
            and (row.holder_id == each.id or row.group_key in owner_keys(each))
        ),
        None,
    )


def _is_kept_out(session: Session, people: Sequence[Actor | StandIn], row: Row[Any]) -> bool:
    step = process_of(session, row.definition_ids).step(row.definition_key, row.step_id)
    acted = row.progress.get("acted", {})
    return any(
        broken_duty(step, acted, row.unit_code, each.id, each.organisation_code) is not None
        for each in people
    )


def _has_conflict(person: Actor | StandIn, row: Row[Any]) -> bool:
    codes = interests(row)
    return any(each.touches(codes, row.subject_code) for each in person.conflicts)


def item_row(row: Row[Any]) -> InboxRow:
    """An item that the actor started."""
    return InboxRow(**_item(row))


def done_row(row: Row[Any]) -> InboxRow:
    """A decision of the actor's."""
    return InboxRow(**_subject(row), **_task(row), due_at=None, at=row.at, state=row.outcome)


def copied_row(row: Row[Any]) -> InboxRow:
    """A copy that the actor, or a group of his, was given."""
    giver = Bilingual(row.giver_zh, row.giver_en) if row.giver_zh else None
    return InboxRow(**_item(row), is_read=row.read_at is not None, giver=giver, note=row.note)
