"""Asking for speed (催办): who may, how often, and how often it was done."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import ConflictError, NotPermittedError
from app.core.i18n import N_, Bilingual
from app.core.ids import new_id
from app.identity import Actor, Permission, User
from app.workflow.applying.actions import save_instance
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.applying.task_rows import begin_action, record_act
from app.workflow.deciding.reasons import require_words
from app.workflow.models import Question, Urge
from app.workflow.names import Told, candidate_keys, person_key
from app.workflow.resources import resources_of
from app.workflow.states import InstanceState, QuestionKind
from app.workflow.tracking.history import open_seats
from app.workflow.voting.own_seats import refuse_closed

#: Characters of the words that may go with an urge.
LONGEST_NOTE = 500


@dataclass(frozen=True, slots=True)
class Urged:
    """One urge of an item, as pages show it."""

    who: Bilingual
    at: datetime
    text: str


def may_urge(loaded: LoadedTask, actor: Actor) -> bool:
    """Whether the actor may ask the holders of this open step for speed."""
    is_open = loaded.is_open and loaded.instance.state == InstanceState.ACTIVE
    return is_open and _has_a_say(loaded, actor)


def urge_task(session: Session, task_id: UUID, actor: Actor, text: str, now: datetime) -> Told:
    """Ask everybody for whom the item waits to be quick.

    That is who holds an open step of the item or may claim it; while a step waits for an answer,
    who was asked. The initiator may do it, and who manages items; each of them once per
    `Settings.urge_every` of working time and item.

    Raises:
        NotPermittedError: neither initiator nor manager. ConflictError: the item is over or
            suspended, waits for the actor alone, or was urged by the actor a short time ago.
    """
    loaded = load_task(session, task_id, lock=True)
    if not _has_a_say(loaded, actor):
        raise NotPermittedError(
            N_("Expected whoever started this item or manages items; {who} does neither."),
            who=actor.name,
        )
    refuse_closed(loaded)
    require_words("text", text, most=LONGEST_NOTE)
    _refuse_soon(session, loaded.instance.instance_id, actor, now)
    waited_for = _waited_for(session, loaded) - candidate_keys(actor)
    if not waited_for:
        raise ConflictError(N_("Expected an item that waits for somebody else; it waits for you."))
    session.connection().execute(
        insert(table_of(Urge)),
        {
            "id": new_id(),
            "instance_id": loaded.instance.instance_id,
            "urged_by_id": actor.id,
            "urged_at": now,
            "text": text.strip(),
        },
    )
    action = begin_action(loaded, actor, now)
    record_act(action, loaded, "urge", reason=text.strip())
    save_instance(action)
    return Told(waited_for, task_id, loaded.subject)


def urges_of(session: Session, instance_id: UUID) -> list[Urged]:
    """How often and by whom an item was urged, oldest first."""
    rows = session.execute(
        select(Urge.urged_at, Urge.text, User.name_zh, User.name_en)
        .join(User, User.id == Urge.urged_by_id)
        .where(Urge.instance_id == instance_id)
        .order_by(Urge.id)
    )
    return [Urged(Bilingual(zh, en), at, text) for at, text, zh, en in rows]


def _has_a_say(loaded: LoadedTask, actor: Actor) -> bool:
    return loaded.instance.started_by_id == actor.id or actor.can(Permission.ITEM_MANAGE)


def _refuse_soon(session: Session, instance_id: UUID, actor: Actor, now: datetime) -> None:
    resources = resources_of(session)
    last = session.scalars(
        select(Urge.urged_at)
        .where(Urge.instance_id == instance_id, Urge.urged_by_id == actor.id)
        .order_by(Urge.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return
    again_at = resources.calendar.add_working_time(last, resources.settings.urge_every)
    if now < again_at:
        raise ConflictError(
            N_("Expected {hours} working hours between two urges; you urged at {last}, and may "
               "do so again from {again}."),
            hours=_hours(resources.settings.urge_every),
            last=last,
            again=again_at,
        )  # fmt: skip


def _hours(span: timedelta) -> str:
    return f"{span / timedelta(hours=1):g}"


def _waited_for(session: Session, loaded: LoadedTask) -> frozenset[str]:
    seats = open_seats(session, loaded.instance.instance_id)
    running = [each for each in seats if each.clock_stopped_at is None]
    found = frozenset(address for each in running for address in each.addresses)
    if len(running) == len(seats):
        return found
    asked = session.scalars(
        select(User.username)
        .join(Question, Question.asked_to_id == User.id)
        .where(
            Question.instance_id == loaded.instance.instance_id,
            Question.kind == QuestionKind.CLARIFICATION,
            Question.answered_at.is_(None),
        )
    )
    return found | {person_key(username) for username in asked}
