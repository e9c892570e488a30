"""The ledger: every act of an instance, append-only, each entry chained to the one before."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core import documents
from app.core.database import table_of
from app.workflow.models import LedgerEntry, ProcessInstance

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is to be written: who did what, where, from which state to which, and why."""

    verb: str
    actor_id: UUID | None
    at: datetime
    definition_key: str
    step_id: str | None = None
    task_id: UUID | None = None
    visit: int | None = None
    on_behalf_of_id: UUID | None = None
    from_state: str | None = None
    to_state: str | None = None
    reason: str = ""
    form_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of checking a chain: the first entry that does not fit, if any."""

    entries: int
    broken_at: int | None
    #: `changed`, `missing` or `tail` (the chain is shorter than the instance says).
    how: str | None = None

    @property
    def is_sound(self) -> bool:
        """Whether every entry fits."""
        return self.broken_at is None


def fingerprint(values: object) -> str:
    """SHA-256 of a form snapshot in canonical JSON."""
    return hashlib.sha256(documents.dump(values)).hexdigest()


def chained(instance_id: UUID, sequence: int, previous_hash: str, act: Act) -> str:
    """The hash of one entry: over its own facts, its number and the hash before it."""
    facts = asdict(act)
    facts["at"] = act.at.astimezone(UTC).isoformat()
    for name in ("actor_id", "task_id", "on_behalf_of_id"):
        facts[name] = str(facts[name]) if facts[name] else None
    body = [str(instance_id), sequence, previous_hash, facts]
    return hashlib.sha256(documents.dump(body)).hexdigest()


def append(
    session: Session, instance_id: UUID, length: int, head: str, acts: Sequence[Act]
) -> tuple[int, str]:
    """Write the acts behind entry number `length` whose hash is `head`; give the new pair.

    The caller holds the instance's lock and stores the pair in the instance's row.
    """
    rows = []
    for act in acts:
        length += 1
        entry_hash = chained(instance_id, length, head, act)
        rows.append(
            asdict(act)
            | {
                "instance_id": instance_id,
                "sequence": length,
                "previous_hash": head,
                "hash": entry_hash,
            }
        )
        head = entry_hash
    if rows:
        session.connection().execute(insert(table_of(LedgerEntry)), rows)
    return length, head


def verify(session: Session, instance_id: UUID) -> Verdict:
    """Recompute the chain of one instance and name the first entry that was tampered with."""
    entries = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.instance_id == instance_id)
        .order_by(LedgerEntry.sequence)
        .execution_options(populate_existing=True)
    ).all()
    head = GENESIS
    for number, entry in enumerate(entries, start=1):
        if entry.sequence != number:
            return Verdict(len(entries), number, "missing")
        act = Act(**{name: getattr(entry, name) for name in Act.__slots__})
        expected = chained(instance_id, number, head, act)
        if entry.previous_hash != head or entry.hash != expected:
            return Verdict(len(entries), number, "changed")
        head = entry.hash
    said = session.execute(
        select(ProcessInstance.ledger_length, ProcessInstance.ledger_head).where(
            ProcessInstance.id == instance_id
        )
    ).one()
    if (len(entries), head) != (said.ledger_length, said.ledger_head):
        return Verdict(len(entries), len(entries) + 1, "tail")
    return Verdict(len(entries), None)
