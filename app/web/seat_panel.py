"""Who signs a step, by which rule, and how each seat stands: the panel of the task page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext

from app.core.i18n import N_, Bilingual, Sentence
from app.identity import Actor, names_of_users, people_names
from app.web.definition_steps import rule_in_words
from app.web.language import in_language
from app.workflow.applying.loading import LoadedTask, SeatFacts
from app.workflow.assignment.moving import movable_places
from app.workflow.assignment.whys import read_why
from app.workflow.names import group_name, username_of
from app.workflow.permits.seats import may_remove
from app.workflow.states import SeatKind, SeatState
from app.workflow.voting.electorate import shares, signers_before, standing
from app.workflow.voting.rules import SINGLE, Tally, rule_of
from app.workflow.voting.settling import votes_of

_STATES = {
    SeatState.OPEN: N_("to sign"),
    SeatState.WAITING: N_("waits for its turn"),
    SeatState.APPROVED: N_("agreed"),
    SeatState.REJECTED: N_("rejected"),
    SeatState.ABSTAINED: N_("abstained"),
    SeatState.RETURNED: N_("returned"),
    SeatState.ADVISED: N_("gave an opinion"),
    SeatState.TRANSFERRED: N_("transferred"),
    SeatState.NOT_NEEDED: N_("not needed"),
    SeatState.REMOVED: N_("removed"),
    SeatState.WITHDRAWN: N_("withdrawn"),
    SeatState.EXPIRED: N_("time ran out"),
}
#: Colours of the chips.
_CHIPS = {
    SeatState.OPEN: "info",
    SeatState.APPROVED: "ok",
    SeatState.REJECTED: "over",
    SeatState.RETURNED: "soon",
}
_KINDS = {
    SeatKind.BEFORE: N_("signs before {who}"),
    SeatKind.AFTER: N_("signs behind the others"),
    SeatKind.ADVICE: N_("gives {who} an opinion"),
}


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat in words; every text but the names is in the reader's language."""

    seat: SeatFacts
    name: Bilingual
    #: Why this person or group, in order.
    why: tuple[Sentence, ...]
    kind: str
    state: str
    chip: str
    added_by: Bilingual | None
    #: Who was put before somebody is shown below him.
    is_below: bool
    removable: bool


@dataclass(frozen=True, slots=True)
class SeatPanel:
    """The rule, how the votes stand, and every seat."""

    rule: str
    tally: Tally
    lines: tuple[SeatLine, ...]
    #: For seats that were not needed: who decided the step without them, and when.
    decided_by: Bilingual | None
    decided_at: datetime | None


def seat_panel(
    loaded: LoadedTask, actor: Actor, organisations: Mapping[str, Bilingual]
) -> SeatPanel | None:
    """The panel of a step that more than one person signs; None for any other."""
    rule = rule_of(loaded.step.properties)
    is_shared = len(shares(rule, loaded.seats)) > 1 or rule.mode != SINGLE
    if not is_shared and not any(each.added_by_id for each in loaded.seats):
        return None
    votes = votes_of(loaded)
    closer = loaded.task.closed_by_id
    people = people_names(
        loaded.session,
        {each.holder_id for each in loaded.seats if each.holder_id}
        | {each.added_by_id for each in loaded.seats if each.added_by_id}
        | ({closer} if closer else set()),
    )
    organisations = _with_named(loaded, organisations)
    names = {each.id: _name(each, people, organisations) for each in loaded.seats}
    lines = (
        _line(loaded, each, actor, names, people, read_why(each.why, organisations))
        for each in _in_order(loaded)
    )
    return SeatPanel(
        rule=rule_in_words(loaded.step.properties) or gettext("everybody named here signs"),
        tally=standing(rule, loaded.seats, votes).tally,
        lines=tuple(lines),
        decided_by=people.get(closer) if closer else None,
        decided_at=loaded.task.closed_at,
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the step that the reader may move to another person, by the id of its seat."""

    seat_id: UUID
    #: Its holder, or the groups that may claim it.
    names: tuple[Bilingual, ...]
    is_held: bool


def places_to_move(
    loaded: LoadedTask, actor: Actor, organisations: Mapping[str, Bilingual]
) -> tuple[Place, ...]:
    """What a transfer may choose from; nothing where there is no choice."""
    places = movable_places(loaded, actor)
    if len(places) < 2:
        return ()
    holders = {each.holder_id for place in places for each in place if each.holder_id}
    people = people_names(loaded.session, holders)
    organisations = _with_named(loaded, organisations)
    return tuple(
        Place(
            place[0].id,
            tuple(dict.fromkeys(_name(each, people, organisations) for each in place)),
            place[0].is_held,
        )
        for place in places
    )


def _in_order(loaded: LoadedTask) -> Iterator[SeatFacts]:
    """By position; who was put before somebody follows him."""
    for seat in loaded.seats:
        if seat.parent_id is None:
            yield seat
            yield from signers_before(loaded.seats, [seat])


def _line(
    loaded: LoadedTask,
    seat: SeatFacts,
    actor: Actor,
    names: Mapping[UUID, Bilingual],
    people: Mapping[UUID, Bilingual],
    why: tuple[Sentence, ...],
) -> SeatLine:
    parent = names.get(seat.parent_id) if seat.parent_id else None
    return SeatLine(
        seat=seat,
        name=names[seat.id],
        why=why,
        kind=_kind(seat, parent),
        state=gettext(_STATES[seat.state]),
        chip=_CHIPS.get(seat.state, ""),
        added_by=people.get(seat.added_by_id) if seat.added_by_id else None,
        is_below=seat.parent_id is not None,
        removable=seat.added_by_id is not None and may_remove(loaded, seat, actor),
    )


def _kind(seat: SeatFacts, parent: Bilingual | None) -> str:
    template = _KINDS.get(seat.kind)
    if template is None:
        return ""
    return str(gettext(template)).format(who=in_language(parent) if parent else "")


def _with_named(
    loaded: LoadedTask, organisations: Mapping[str, Bilingual]
) -> Mapping[str, Bilingual]:
    """The same, with the names of the people whom the diagram names."""
    keys = {each.group_key for each in loaded.seats if each.group_key}
    wanted = {name: key for key in keys if (name := username_of(key)) is not None}
    found = names_of_users(loaded.session, wanted.keys())
    return {**organisations, **{wanted[each]: name for each, name in found.items()}}


def _name(
    seat: SeatFacts, people: Mapping[UUID, Bilingual], organisations: Mapping[str, Bilingual]
) -> Bilingual:
    if seat.holder_id is not None:
        return people.get(seat.holder_id, Bilingual("未知人员", "unknown person"))
    return group_name(seat.group_key or "", organisations)
