"""The hash chain of a ledger: how an entry is hashed, and how a tampered one is found and named.

Knows no database: the same check runs over rows and over the lines of an exported file.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.core import documents
from app.core.i18n import N_, Bilingual, Sentence

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

    def facts(self) -> dict[str, Any]:
        """As plain JSON values: times in UTC, ids as text. These are what is hashed."""
        facts = asdict(self)
        facts["at"] = self.at.astimezone(UTC).isoformat()
        for name in ("actor_id", "task_id", "on_behalf_of_id"):
            facts[name] = str(facts[name]) if facts[name] else None
        return facts


@dataclass(frozen=True, slots=True)
class Entry:
    """One act with its place in the chain."""

    sequence: int
    previous_hash: str
    hash: str
    act: Act


class FaultKind(StrEnum):
    """What may be wrong with an entry."""

    #: Its facts do not fit its own hash.
    CHANGED = "changed"
    #: It fits its own hash, but the entry behind it, or the item, knows another one in its place.
    REPLACED = "replaced"
    #: It and the entry before it do not fit together; which of the two is wrong cannot be told.
    UNLINKED = "unlinked"
    REMOVED = "removed"
    ADDED = "added"
    #: It stands in the place of another number.
    MOVED = "moved"
    SWAPPED = "swapped"
    #: The opinion that is kept beside the ledger says something else.
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class Fault:
    """One entry that does not fit, by its number; `other` is the second number of two."""

    kind: FaultKind
    sequence: int
    other: int | None = None
    #: Which facts do not fit, where it can be told.
    fields: tuple[str, ...] = ()

    @property
    def sentence(self) -> Sentence:
        """What a person reads."""
        template = _SAID_WITH_FIELDS.get(self.kind) if self.fields else None
        names = [_FIELD_NAMES[each] for each in self.fields]
        joined = Bilingual("、".join(e.zh for e in names), ", ".join(e.en for e in names))
        return Sentence(
            template or _SAID[self.kind],
            {"number": self.sequence, "other": self.other or 0, "fields": joined},
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of checking a chain: every fault, the lowest number first."""

    entries: int
    faults: tuple[Fault, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether every entry fits."""
        return not self.faults

    def finds_fault_with(self, sequence: int) -> bool:
        """Whether an entry is named by a fault."""
        return any(sequence in (each.sequence, each.other) for each in self.faults)


_SAID = {
    FaultKind.CHANGED: N_("Entry {number} was changed: it does not fit its hash."),
    FaultKind.REPLACED: N_("Entry {number} was replaced: its hash is not the one that follows."),
    FaultKind.UNLINKED: N_("Entries {other} and {number} do not fit together: one was replaced."),
    FaultKind.REMOVED: N_("Entry {number} was removed."),
    FaultKind.ADDED: N_("Entry {number} was added: the item does not know it."),
    FaultKind.MOVED: N_("Entry {other} was moved to the place of entry {number}."),
    FaultKind.SWAPPED: N_("Entries {number} and {other} were swapped."),
    FaultKind.OPINION: N_("The opinion kept beside entry {number} was changed."),
}
_SAID_WITH_FIELDS = {
    FaultKind.CHANGED: N_("Entry {number} was changed: the {fields} does not fit its hash."),
    FaultKind.OPINION: N_("The opinion kept beside entry {number} was changed: the {fields}."),
}
_FIELD_NAMES = {
    "sequence": Bilingual("序号", "number"),
    "verb": Bilingual("动作", "act"),
    "actor_id": Bilingual("办理人", "person"),
    "at": Bilingual("时间", "time"),
    "definition_key": Bilingual("流程标识", "process key"),
    "step_id": Bilingual("环节", "step"),
    "task_id": Bilingual("任务", "task"),
    "visit": Bilingual("轮次", "round"),
    "on_behalf_of_id": Bilingual("被代理人", "person represented"),
    "from_state": Bilingual("原状态", "state before"),
    "to_state": Bilingual("新状态", "state after"),
    "reason": Bilingual("意见", "opinion"),
    "form_hash": Bilingual("表单指纹", "fingerprint of the form"),
    "previous_hash": Bilingual("前一条的哈希值", "hash before"),
    "hash": Bilingual("哈希值", "hash"),
}


def fingerprint(values: object) -> str:
    """SHA-256 of a form snapshot in canonical JSON."""
    return hashlib.sha256(documents.dump(values)).hexdigest()


def chained(instance_id: UUID, sequence: int, previous_hash: str, act: Act) -> str:
    """The hash of one entry: over its own facts, its number and the hash before it."""
    return fingerprint([str(instance_id), sequence, previous_hash, act.facts()])


def check(
    instance_id: UUID,
    entries: Sequence[Entry],
    length: int,
    head: str,
    known: Mapping[str, Collection[Any]] | None = None,
) -> Verdict:
    """Name every entry that does not fit.

    `entries` come in the order in which they lie there; `length` is how many there should be and
    `head` the hash of the last, as the item says. `known` has for some facts the values that they
    may have had; it helps to tell which one was changed.
    """
    # The usual case first: one pass, no guesses.
    last = GENESIS
    for number, entry in enumerate(entries, start=1):
        fits = entry.previous_hash == last and entry.sequence == number
        if not fits or entry.hash != chained(instance_id, number, last, entry.act):
            break
        last = entry.hash
    else:
        if (len(entries), last) == (length, head):
            return Verdict(len(entries))
    found = _Examination(instance_id, entries, length, head, known or {}).faults()
    return Verdict(len(entries), tuple(sorted(found, key=lambda each: (each.sequence, each.kind))))


class _Examination:
    """A chain in which something is wrong."""

    def __init__(
        self,
        instance_id: UUID,
        entries: Sequence[Entry],
        length: int,
        head: str,
        known: Mapping[str, Collection[Any]],
    ) -> None:
        self.instance_id, self.entries = instance_id, entries
        self.length, self.head, self.known = length, head, known
        self.most = max([length, *(min(each.sequence, 10 * length + 100) for each in entries)])
        #: The number under which each entry was hashed; None for a changed one.
        self.genuine = [self._genuine(each) for each in entries]

    def faults(self) -> list[Fault]:
        changed = [
            Fault(FaultKind.CHANGED, entry.sequence, fields=self._changed_fields(entry))
            for entry, number in zip(self.entries, self.genuine, strict=True)
            if number is None
        ]
        added = self._added()
        kept = [
            (entry, number)
            for entry, number in zip(self.entries, self.genuine, strict=True)
            if number is not None and entry not in added
        ]
        found = [
            *changed,
            *(Fault(FaultKind.ADDED, each.sequence) for each in added),
            *self._removed(changed, kept),
            *self._out_of_place(kept),
            *self._unlinked(kept),
        ]
        return found or [
            Fault(FaultKind.CHANGED, number, fields=("sequence",))
            for entry, number in kept
            if entry.sequence != number
        ]

    def _genuine(self, entry: Entry) -> int | None:
        numbers = [entry.sequence, *(n for n in range(1, self.most + 1) if n != entry.sequence)]
        return next((n for n in numbers if self._hash(entry, n) == entry.hash), None)

    def _hash(self, entry: Entry, number: int) -> str:
        return chained(self.instance_id, number, entry.previous_hash, entry.act)

    def _changed_fields(self, entry: Entry) -> tuple[str, ...]:
        """The one fact that, with a value it may have had, fits the hash again."""
        others = [each for each in self.entries if each is not entry]
        if self._hash(entry, entry.sequence) in {self.head, *(e.previous_hash for e in others)}:
            return ("hash",)
        for each in {GENESIS, *(other.hash for other in others)}:
            restored = replace(entry, previous_hash=each)
            if self._hash(restored, entry.sequence) == entry.hash:
                return ("previous_hash",)
        for name in (each.name for each in fields(Act)):
            values = [getattr(each.act, name) for each in others]
            empty: list[Any] = [""] if name == "reason" else [None]
            if name in ("verb", "at", "definition_key"):
                empty = []
            for value in dict.fromkeys([*values, *empty, *self.known.get(name, ())]):
                act = replace(entry.act, **{name: value})
                if self._hash(replace(entry, act=act), entry.sequence) == entry.hash:
                    return (name,)
        return ()

    def _added(self) -> list[Entry]:
        """What the item does not know: behind its end, or beside the entry that leads there."""
        led = self._leading_to_head()
        known: dict[int, Entry] = {}
        added = []
        for entry, number in zip(self.entries, self.genuine, strict=True):
            if number is None:
                continue
            if number > self.length:
                added.append(entry)
            elif number in known:
                is_real = entry.hash in led
                added.append(known[number] if is_real else entry)
                known[number] = entry if is_real else known[number]
            else:
                known[number] = entry
        return added

    def _leading_to_head(self) -> set[str]:
        """Hashes of the entries from which the chain leads to the item's last one unbroken."""
        before = {
            entry.hash: entry.previous_hash
            for entry, number in zip(self.entries, self.genuine, strict=True)
            if number is not None
        }
        led, at = set(), self.head
        while at in before and at not in led:
            led.add(at)
            at = before[at]
        return led

    def _removed(self, changed: list[Fault], kept: list[tuple[Entry, int]]) -> list[Fault]:
        there = {number for _, number in kept} | {each.sequence for each in changed}
        return [
            Fault(FaultKind.REMOVED, number)
            for number in range(1, self.length + 1)
            if number not in there
        ]

    def _out_of_place(self, kept: list[tuple[Entry, int]]) -> list[Fault]:
        """Entries that lie in another order than their own numbers.

        Numbers that close a gap or make room are no fault of these entries: what was removed or
        added is named already.
        """
        order = [number for _, number in kept]
        found = dict(zip(sorted(order), order, strict=True))
        swapped = {place for place, number in found.items() if found[number] == place != number}
        rest = [number for number in order if number not in swapped]
        moved = set(rest) - set(_longest_rising(rest))
        places = {number: place for place, number in found.items()}
        return [
            *(Fault(FaultKind.SWAPPED, n, found[n]) for n in sorted(swapped) if n < found[n]),
            *(Fault(FaultKind.MOVED, places[number], number) for number in sorted(moved)),
        ]

    def _unlinked(self, kept: list[tuple[Entry, int]]) -> list[Fault]:
        led = self._leading_to_head()
        by_number = {number: entry for entry, number in kept}
        found = []
        for number, entry in sorted(by_number.items()):
            before = by_number.get(number - 1)
            expected = GENESIS if number == 1 else before.hash if before else entry.previous_hash
            if entry.previous_hash == expected:
                continue
            if entry.hash in led and before:
                found.append(Fault(FaultKind.REPLACED, number - 1))
            else:
                found.append(Fault(FaultKind.UNLINKED, number, number - 1))
        last = by_number.get(self.length)
        if last is not None and last.hash != self.head:
            found.append(Fault(FaultKind.REPLACED, self.length))
        return found


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """The most numbers that already stand in order; the others are those that were moved."""
    best: list[list[int]] = []
    for number in numbers:
        before = max((each for each in best if each[-1] < number), key=len, default=[])
        best.append([*before, number])
    return max(best, key=len, default=[])
