"""Copies (抄送) of an item: the right to read it, given by a person or a step, and the receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, aliased

from app.core.database import table_of
from app.core.errors import InvalidInputError, NotFoundError, problem
from app.core.i18n import N_, Bilingual
from app.core.ids import new_id
from app.identity import Actor, User, group_key, load_actor
from app.workflow.applying.actions import Action, save_instance
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.applying.task_rows import begin_action, record_act
from app.workflow.deciding.reasons import require_words
from app.workflow.models import CopyReceipt, TaskCopy
from app.workflow.names import PERSON, Told, candidate_keys, person_key
from app.workflow.permits.duties import refuse_conflicting_duties
from app.workflow.voting.own_seats import require_seat

COPY = table_of(TaskCopy)
#: Characters of the note that goes with a copy.
LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of an item as pages show it."""

    #: Who got it: a candidate key, and for a person the name.
    group_key: str
    receiver: Bilingual | None
    #: Who gave it; None for the step's rule.
    giver: Bilingual | None
    note: str
    at: datetime
    #: Who has read it, and when, the first reader first.
    readers: tuple[tuple[Bilingual, datetime], ...]


def copy_task(
    session: Session, task_id: UUID, actor: Actor, receiver_id: UUID, note: str, now: datetime
) -> Told:
    """Give a colleague the right to read this item, with a note.

    Raises:
        NotPermittedError: no seat in the step. ConflictError: the step is over.
        NotFoundError: a leaver. InvalidInputError: the actor, or who has a copy already.
    """
    loaded = load_task(session, task_id, lock=True)
    require_seat(loaded, actor)
    refuse_conflicting_duties(loaded, actor)
    receiver = load_actor(session, receiver_id)
    if receiver is None:
        raise NotFoundError(N_("Expected an active colleague to copy to, found none."))
    require_words("note", note, most=LONGEST_NOTE)
    _refuse_needless(loaded, actor, receiver)
    key = person_key(receiver.username)
    session.connection().execute(
        insert(COPY),
        {
            "id": new_id(),
            "instance_id": loaded.instance.instance_id,
            "definition_key": loaded.task.definition_key,
            "step_id": loaded.task.step_id,
            "group_key": key,
            "copied_at": now,
            "copied_by_id": actor.id,
            "note": note.strip(),
        },
    )
    action = begin_action(loaded, actor, now)
    action.progress.copied.append(key)
    record_act(action, loaded, "give_copy", to_state=key, reason=note.strip())
    save_instance(action)
    return Told(frozenset({key}), task_id, loaded.subject)


def copy_step(
    action: Action,
    definition_key: str,
    step_id: str,
    roles: Sequence[str],
    variables: Mapping[str, object],
) -> None:
    """Give the groups of `appr.copy` the right to read this item (抄送)."""
    wanted = [group_key(role, variables) for role in roles]
    groups = [group for group in wanted if group not in action.progress.copied]
    rows = [
        {
            "id": new_id(),
            "instance_id": action.instance_id,
            "definition_key": definition_key,
            "step_id": step_id,
            "group_key": group,
            "copied_at": action.now,
        }
        for group in groups
    ]
    if rows:
        action.progress.copied += groups
        action.session.connection().execute(insert(COPY), rows)
        for row in rows:
            action.record(
                "copy",
                actor_id=None,
                definition_key=definition_key,
                step_id=step_id,
                to_state=str(row["group_key"]),
            )


def copies_of(session: Session, instance_id: UUID) -> list[Copy]:
    """Every copy of an item with its receipts, oldest first, in one statement."""
    giver, receiver, reader = aliased(User), aliased(User), aliased(User)
    rows = session.execute(
        select(TaskCopy, giver, receiver, reader, CopyReceipt.read_at)
        .outerjoin(giver, giver.id == TaskCopy.copied_by_id)
        .outerjoin(receiver, TaskCopy.group_key == f"{PERSON}@" + receiver.username)
        .outerjoin(CopyReceipt, CopyReceipt.copy_id == TaskCopy.id)
        .outerjoin(reader, reader.id == CopyReceipt.user_id)
        .where(TaskCopy.instance_id == instance_id)
        .order_by(TaskCopy.id, CopyReceipt.read_at)
    )
    found: dict[UUID, Copy] = {}
    for copy, given_by, given_to, read_by, read_at in rows:
        receipt = ((read_by.name, read_at),) if read_by else ()
        known = found.get(copy.id)
        found[copy.id] = Copy(
            group_key=copy.group_key,
            receiver=given_to.name if given_to else None,
            giver=given_by.name if given_by else None,
            note=copy.note,
            at=copy.copied_at,
            readers=(*known.readers, *receipt) if known else receipt,
        )
    return list(found.values())


def _refuse_needless(loaded: LoadedTask, actor: Actor, receiver: Actor) -> None:
    if receiver.id == actor.id:
        said = N_("Choose somebody else than {who}.")
    elif not candidate_keys(receiver).isdisjoint(loaded.progress.copied):
        said = N_("{who} has a copy of this item already.")
    else:
        return
    raise InvalidInputError(
        N_("Expected a colleague who has no copy of this item yet; what you typed is kept."),
        [problem("copy.receiver", "receiver", said, who=receiver.name)],
    )
