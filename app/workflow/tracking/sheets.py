"""What an approval sheet (审批单) says beyond the opinions, and the code that is printed on it.

The code names the ledger entry that the sheet ends with: item, number, the first bytes of its hash,
and a keyed hash over them. Nobody can make one up, and nothing has to be stored for it.
"""

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from app.core.errors import NotFoundError
from app.core.i18n import N_, Bilingual
from app.identity import User
from app.workflow.applying.loading import load_instance
from app.workflow.ledger.chain import Entry, Verdict
from app.workflow.ledger.entries import chain_of, verify
from app.workflow.models import Vote
from app.workflow.returning.models import ReturnPoint

#: Item, number of the entry, the first half of its hash.
_FACTS = struct.Struct(">16sI16s")
#: Bytes of the keyed hash: 2^96 tries to find one.
_SEAL = 12
_PURPOSE = b"approval sheet\0"
#: Verbs by which a person decided.
DECISIONS = frozenset({"approve", "reject", "return", "abstain"})


@dataclass(frozen=True, slots=True)
class VoteMark:
    """What is said beside one vote."""

    on_behalf_of: Bilingual | None
    #: When and by whom it was declared void.
    voided_at: datetime | None
    voided_by: Bilingual | None
    #: What a return asked to be mended: code of the reason, words.
    points: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What the holder of a sheet learns without signing in."""

    #: The item, a row of `load_instance`.
    instance: Row[Any]
    #: The entry that the sheet ends with; None when the ledger no longer holds it.
    entry: Entry | None
    #: The last decision of a person up to there.
    decision: Entry | None
    #: Entries that came after the sheet.
    later: int
    verdict: Verdict

    @property
    def is_sound(self) -> bool:
        """Whether the sheet's entry is there, and the whole ledger fits."""
        return self.entry is not None and self.verdict.is_sound


def vote_marks(session: Session, instance_id: UUID) -> dict[UUID, VoteMark]:
    """The marks of every vote of an instance, by vote."""
    owner, voider = aliased(User), aliased(User)
    votes = session.execute(
        select(
            Vote.id, Vote.voided_at, owner.name_zh, owner.name_en, voider.name_zh, voider.name_en
        )
        .outerjoin(owner, owner.id == Vote.on_behalf_of_id)
        .outerjoin(voider, voider.id == Vote.voided_by_id)
        .where(Vote.instance_id == instance_id)
    ).all()
    asked = session.execute(
        select(ReturnPoint.vote_id, ReturnPoint.reason, ReturnPoint.text)
        .where(ReturnPoint.instance_id == instance_id)
        .order_by(ReturnPoint.id)
    ).all()
    return {
        vote_id: VoteMark(
            on_behalf_of=Bilingual(owner_zh, owner_en) if owner_zh is not None else None,
            voided_at=voided_at,
            voided_by=Bilingual(voider_zh, voider_en) if voider_zh is not None else None,
            points=tuple((row.reason, row.text) for row in asked if row.vote_id == vote_id),
        )
        for vote_id, voided_at, owner_zh, owner_en, voider_zh, voider_en in votes
    }


def sheet_code(secret: str, instance_id: UUID, length: int, head: str) -> str:
    """The code for the sheet of an item whose ledger has `length` entries and ends with `head`."""
    facts = _FACTS.pack(instance_id.bytes, length, bytes.fromhex(head)[:16])
    return base64.urlsafe_b64encode(facts + _seal(secret, facts)).decode()


def check_sheet(session: Session, secret: str, code: str) -> Checked:
    """Whether the ledger still holds what a sheet with this code was printed from.

    Raises:
        NotFoundError: this product has printed no sheet with such a code.
    """
    instance_id, length, head = _read(secret, code)
    entries = chain_of(session, instance_id)
    until = [each for each in entries if each.sequence <= length]
    entry = until[-1] if until else None
    if entry is not None and (entry.sequence, entry.hash[: len(head)]) != (length, head):
        entry = None
    decisions = [each for each in until if each.act.verb in DECISIONS]
    return Checked(
        instance=load_instance(session, instance_id, lock=False),
        entry=entry,
        decision=decisions[-1] if decisions else None,
        later=len(entries) - len(until),
        verdict=verify(session, instance_id),
    )


def _read(secret: str, code: str) -> tuple[UUID, int, str]:
    try:
        data = base64.b64decode(code.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        data = b""
    facts, seal = data[: _FACTS.size], data[_FACTS.size :]
    if len(data) != _FACTS.size + _SEAL or not hmac.compare_digest(seal, _seal(secret, facts)):
        raise NotFoundError(
            N_("Expected the code of an approval sheet of ours, found another one. Compare it "
               "with the printed one, or scan the picture again.")
        )  # fmt: skip
    instance, length, head = _FACTS.unpack(facts)
    return UUID(bytes=instance), length, head.hex()


def _seal(secret: str, facts: bytes) -> bytes:
    return hmac.digest(secret.encode(), _PURPOSE + facts, "sha256")[:_SEAL]
