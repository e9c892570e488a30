"""Ledgers as a file that a stranger can check without the product's database (JSON Lines).

The first line says what was exported. For each item one line of kind `item` follows (process,
number of entries, hash of the last one, names of the people) and one line of kind `entry` per act,
in order. Every line is canonical JSON: sorted keys, UTF-8, no spaces. The hash of an entry is the
SHA-256 of the canonical JSON of

    [instance, sequence, previous_hash, {the facts: every other key but kind and hash}]

and `previous_hash` is the hash of the entry before, sixty-four zeros for the first.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import documents
from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.identity import people_names
from app.workflow.definitions.models import ProcessDefinition
from app.workflow.ledger.chain import Act, Entry, Verdict, check
from app.workflow.ledger.entries import chain_of
from app.workflow.models import ProcessInstance

FORMAT = "countersign-ledger-1"
_IDS = ("actor_id", "task_id", "on_behalf_of_id")


def export_lines(session: Session, subject_code: str, now: datetime) -> Iterator[bytes]:
    """The ledgers of every item of a subject, oldest first; each line ends with a line feed."""
    items = session.execute(
        select(
            ProcessInstance.id,
            ProcessInstance.process_key,
            ProcessInstance.business_key,
            ProcessInstance.ledger_length,
            ProcessInstance.ledger_head,
            ProcessDefinition.version,
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.subject_code == subject_code)
        .order_by(ProcessInstance.id)
    ).all()
    yield _line(
        kind="export", format=FORMAT, subject=subject_code, items=len(items), at=now.isoformat()
    )
    for item in items:
        entries = chain_of(session, item.id)
        ids = {each.act.actor_id for each in entries} | {e.act.on_behalf_of_id for e in entries}
        people = people_names(session, {each for each in ids if each})
        yield _line(
            kind="item",
            instance=str(item.id),
            subject=subject_code,
            process=item.process_key,
            process_version=item.version,
            business_key=item.business_key,
            length=item.ledger_length,
            head=item.ledger_head,
            people={str(each): {"zh": n.zh, "en": n.en} for each, n in people.items()},
        )
        for each in entries:
            yield _line(
                kind="entry",
                instance=str(item.id),
                sequence=each.sequence,
                previous_hash=each.previous_hash,
                hash=each.hash,
                **each.act.facts(),
            )


def _line(**values: Any) -> bytes:
    return documents.dump(values) + b"\n"


@dataclass(slots=True)
class ExportedItem:
    """One item of a file, as read."""

    instance_id: UUID
    subject: str
    process: str
    length: int
    head: str
    entries: list[Entry] = field(default_factory=list)

    def verdict(self) -> Verdict:
        """What its chain says."""
        return check(self.instance_id, self.entries, self.length, self.head)


def read_export(lines: Iterable[bytes]) -> list[ExportedItem]:
    """The items of an exported file, to be checked; needs no database.

    Raises:
        InvalidInputError: a line is no line of an export, or items are missing; names the line.
    """
    items: dict[str, ExportedItem] = {}
    promised: int | None = None
    for number, line in enumerate(lines, start=1):
        try:
            values = orjson.loads(line)
            kind = values["kind"]
            if kind == "export" and number == 1 and values["format"] == FORMAT:
                promised = int(values["items"])
            elif kind == "item" and promised is not None and values["instance"] not in items:
                items[values["instance"]] = _item(values)
            elif kind == "entry":
                items[values["instance"]].entries.append(_entry(values))
            else:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidInputError(
                N_("Expected the line of a ledger export, found another one in line {number}."),
                number=number,
            ) from None
    if promised != len(items):
        raise InvalidInputError(
            N_("Expected {promised} items in the export, found {found}."),
            promised=promised or 0,
            found=len(items),
        )
    return list(items.values())


def _item(values: Mapping[str, Any]) -> ExportedItem:
    return ExportedItem(
        UUID(values["instance"]),
        str(values["subject"]),
        str(values["process"]),
        int(values["length"]),
        str(values["head"]),
    )


def _entry(values: Mapping[str, Any]) -> Entry:
    facts = {each.name: values[each.name] for each in fields(Act)}
    facts["at"] = datetime.fromisoformat(facts["at"])
    for name in _IDS:
        facts[name] = UUID(facts[name]) if facts[name] else None
    sequence = values["sequence"]
    if type(sequence) is not int or sequence < 1:
        raise ValueError
    return Entry(sequence, str(values["previous_hash"]), str(values["hash"]), Act(**facts))
