"""The ledger: every act of an instance, append-only, each entry chained to the one before."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.workflow.deciding.signatures import signed_form
from app.workflow.ledger.chain import (
    GENESIS,
    Act,
    Entry,
    Fault,
    FaultKind,
    Verdict,
    chained,
    check,
    fingerprint,
)
from app.workflow.ledger.models import LedgerEntry
from app.workflow.models import ProcessInstance, Vote

__all__ = ["GENESIS", "Act", "Verdict", "append", "chain_of", "fingerprint", "verify"]

#: Verbs whose entry has a vote beside it, and the vote's columns that the entry repeats.
_VOTES = frozenset({"approve", "reject", "return", "abstain", "advise"})


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


def chain_of(session: Session, instance_id: UUID) -> list[Entry]:
    """The ledger of an instance as the database holds it now, by number."""
    table = table_of(LedgerEntry)
    query = select(table).where(table.c.instance_id == instance_id).order_by(table.c.sequence)
    names = [each.name for each in fields(Act)]
    return [
        Entry(
            row.sequence,
            row.previous_hash,
            row.hash,
            Act(**{name: getattr(row, name) for name in names}),
        )
        for row in session.execute(query)
    ]


def verify(session: Session, instance_id: UUID) -> Verdict:
    """Recompute the chain of one instance, compare it with the opinions, name what does not fit."""
    said = session.execute(
        select(ProcessInstance.ledger_length, ProcessInstance.ledger_head).where(
            ProcessInstance.id == instance_id
        )
    ).one()
    entries = chain_of(session, instance_id)
    votes = session.execute(
        select(
            Vote.task_id,
            Vote.actor_id,
            Vote.at,
            Vote.outcome,
            Vote.opinion,
            Vote.form_values,
            Vote.signature,
        ).where(Vote.instance_id == instance_id)
    ).all()
    repeated = {(row.task_id, row.actor_id, row.at): _repeated(row) for row in votes}
    known = {
        name: [each[name] for each in repeated.values()]
        for name in ("to_state", "reason", "form_hash")
    }
    verdict = check(instance_id, entries, said.ledger_length, said.ledger_head, known)
    opinions = tuple(
        fault for each in entries if (fault := _changed_opinion(each, repeated)) is not None
    )
    if not verdict.is_sound:
        return verdict
    return Verdict(verdict.entries, opinions)


def _repeated(vote: Row[Any]) -> dict[str, str]:
    """What the ledger entry of a vote must say, too."""
    return {
        "to_state": vote.outcome,
        "reason": vote.opinion,
        "form_hash": fingerprint(signed_form(vote.form_values, vote.signature)),
    }


def _changed_opinion(
    entry: Entry, repeated: dict[tuple[UUID | None, UUID | None, Any], dict[str, str]]
) -> Fault | None:
    act = entry.act
    vote = repeated.get((act.task_id, act.actor_id, act.at))
    if vote is None or act.verb not in _VOTES:
        return None
    differing = tuple(name for name, value in vote.items() if getattr(act, name) != value)
    return Fault(FaultKind.OPINION, entry.sequence, fields=differing) if differing else None
