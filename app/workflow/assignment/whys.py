"""The answer to “why this person?”: a chain of sentences that the seat keeps as it was."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.i18n import N_, Bilingual, Sentence
from app.identity import StandIn
from app.workflow.names import group_name

BY_DIAGRAM = N_("The diagram gives this step to: {group}.")
BY_TRANSFER = N_("{who} transferred it: {reason}")
BY_SIGNER = N_("{who} added this person as a signer: {reason}")
BY_DELEGATION = N_("{who} asks this person for an opinion: {reason}")
BY_TIME_OUT = N_("The time of the step ran out, so it was also given to: {group}.")

#: What seats from before chains were kept say by one key.
_FORMERLY = {
    "transferred_by": BY_TRANSFER,
    "added_by": BY_SIGNER,
    "delegated_by": BY_DELEGATION,
}

STANDS_IN = N_("{who} stands in for {owner} until {day}.")


def stands_in(who: Bilingual, owner: StandIn) -> Sentence:
    """The last link of a chain: on leave → substitute."""
    day = owner.last_day.isoformat()
    return Sentence(STANDS_IN, {"who": who, "owner": owner.name, "day": day})


def why_of(chain: Sequence[Sentence], group: str | None = None) -> dict[str, Any]:
    """What a seat keeps: the sentences in order, and the group that its name is looked up for."""
    stored: dict[str, Any] = {"chain": [each.dump() for each in chain]}
    return stored | ({"group": group} if group else {})


def with_why(stored: Mapping[str, Any], more: Sentence) -> dict[str, Any]:
    """The same answer with one more sentence behind it."""
    return {**stored, "chain": [*stored.get("chain", ()), more.dump()]}


def read_why(
    stored: Mapping[str, Any], organisations: Mapping[str, Bilingual]
) -> tuple[Sentence, ...]:
    """The chain in order; seats from before chains were kept are understood, too."""
    found = []
    if stored.get("group"):
        group = group_name(str(stored["group"]), organisations)
        template = BY_TIME_OUT if stored.get("escalated") else BY_DIAGRAM
        found.append(Sentence(template, {"group": group}))
    for name, template in _FORMERLY.items():
        if name in stored:
            said = {"who": stored[name], "reason": stored.get("reason", "")}
            found.append(Sentence(template, said))
    return (*found, *(Sentence.load(each) for each in stored.get("chain", ())))
