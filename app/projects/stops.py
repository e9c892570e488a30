"""Taking an item back and stopping it, each with the notices that tell those whom it concerns."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.i18n import N_
from app.identity import Actor, load_actor
from app.notify import NoticeKind
from app.projects.personal import say
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.models import Question
from app.workflow.names import person_key
from app.workflow.returning.taking_back import answer_withdrawal, withdraw_item
from app.workflow.stopping import resume_item, suspend_item, terminate_item
from app.workflow.tracking.history import open_seats

Stop = Callable[[Session, UUID, Actor, str, int | None, datetime], None]


def withdraw(
    session: Session, task_id: UUID, actor: Actor, reason: str, version: int | None, now: datetime
) -> bool:
    """Withdraw an item, and tell who had it; or ask its readers. Gives whether it is back.

    Raises: as `withdraw_item`.
    """
    loaded, holders = _before(session, task_id)
    asked = withdraw_item(session, task_id, actor, reason, version, now)
    if asked:
        said = N_("{who} would like to withdraw {subject}: {text}")
        _tell(loaded, NoticeKind.ASKED, _keys(session, asked), said, actor, reason, now)
        return False
    said = N_("{who} withdrew {subject}: {text}")
    _tell(loaded, NoticeKind.DECIDED, holders, said, actor, reason, now)
    return True


def settle_withdrawal(
    session: Session, question_id: UUID, actor: Actor, consents: bool, text: str, now: datetime
) -> bool:
    """Let an item go back, or keep it, and tell its initiator. Gives whether it is back.

    Raises: as `answer_withdrawal`.
    """
    gone = answer_withdrawal(session, question_id, actor, consents, text, now)
    question = session.get_one(Question, question_id)
    loaded, _ = _before(session, question.task_id)
    said = N_("{who} does not let {subject} go back: {text}")
    if consents:
        said = N_("{who} agrees that you withdraw {subject}.")
    initiator = _keys(session, [question.asked_by_id])
    _tell(loaded, NoticeKind.DECIDED, initiator, said, actor, text, now)
    return gone


def suspend(
    session: Session, task_id: UUID, actor: Actor, reason: str, version: int | None, now: datetime
) -> None:
    """Suspend an item, and tell its initiator and its holders."""
    said = N_("{who} suspended {subject}: {text}")
    _stop(suspend_item, said, session, task_id, actor, reason, version, now)


def resume(
    session: Session, task_id: UUID, actor: Actor, reason: str, version: int | None, now: datetime
) -> None:
    """Let it go on, and tell them."""
    said = N_("{who} resumed {subject}: {text}")
    _stop(resume_item, said, session, task_id, actor, reason, version, now)


def terminate(
    session: Session, task_id: UUID, actor: Actor, reason: str, version: int | None, now: datetime
) -> None:
    """Terminate it, and tell them and everybody who has a copy."""
    said = N_("{who} terminated {subject}: {text}")
    _stop(terminate_item, said, session, task_id, actor, reason, version, now)


def _stop(
    verb: Stop,
    said: str,
    session: Session,
    task_id: UUID,
    actor: Actor,
    reason: str,
    version: int | None,
    now: datetime,
) -> None:
    loaded, holders = _before(session, task_id)
    verb(session, task_id, actor, reason, version, now)
    addresses = holders | _keys(session, [loaded.instance.started_by_id])
    if verb is terminate_item:
        addresses |= set(loaded.progress.copied)
    _tell(loaded, NoticeKind.DECIDED, addresses, said, actor, reason, now)


def _before(session: Session, task_id: UUID) -> tuple[LoadedTask, set[str]]:
    """The item as it was, and who holds its open steps or may claim them."""
    loaded = load_task(session, task_id, lock=False)
    seats = open_seats(session, loaded.instance.instance_id)
    return loaded, {address for seat in seats for address in seat.addresses}


def _keys(session: Session, ids: "tuple[UUID, ...] | list[UUID]") -> set[str]:
    people = (load_actor(session, each) for each in ids)
    return {person_key(each.username) for each in people if each}


def _tell(
    loaded: LoadedTask,
    kind: NoticeKind,
    addresses: set[str],
    template: str,
    actor: Actor,
    text: str,
    now: datetime,
) -> None:
    others = addresses - {person_key(actor.username)}
    page = f"/instances/{loaded.instance.instance_id}"
    say(loaded.session, kind, others, template, actor, loaded.subject, text, page, now)
