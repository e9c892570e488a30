"""Acts by which people speak to each other about an item, each with the notice that tells of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.i18n import N_
from app.identity import Actor
from app.notify import NoticeKind
from app.projects.personal import say
from app.workflow.copies import copy_task
from app.workflow.names import Told
from app.workflow.questions import answer_question, ask_question, take_back_question
from app.workflow.urging import urge_task


def urge(session: Session, task_id: UUID, actor: Actor, text: str, now: datetime) -> None:
    """Ask for speed (催办), and tell everybody for whom the item waits."""
    told = urge_task(session, task_id, actor, text, now)
    said = N_("{who} asks you to be quick with {subject}: {text}")
    if not text.strip():
        said = N_("{who} asks you to be quick with {subject}.")
    _tell(session, NoticeKind.URGED, told, said, actor, text, now)


def give_copy(
    session: Session, task_id: UUID, actor: Actor, receiver_id: UUID, note: str, now: datetime
) -> None:
    """Give a colleague a copy (抄送), and tell the colleague."""
    told = copy_task(session, task_id, actor, receiver_id, note, now)
    said = N_("{who} gave you a copy of {subject}: {text}")
    if not note.strip():
        said = N_("{who} gave you a copy of {subject}.")
    _tell(session, NoticeKind.COPIED, told, said, actor, note, now)


def ask(
    session: Session, task_id: UUID, actor: Actor, username: str, text: str, now: datetime
) -> None:
    """Ask for clarification, and tell the person who is asked."""
    told = ask_question(session, task_id, actor, username, text, now)
    said = N_("{who} asks you about {subject}: {text}")
    _tell(session, NoticeKind.ASKED, told, said, actor, text, now)


def answer(session: Session, question_id: UUID, actor: Actor, text: str, now: datetime) -> UUID:
    """Answer a question, and tell the person who asked; gives the task that it is about."""
    told = answer_question(session, question_id, actor, text, now)
    said = N_("{who} answered your question about {subject}: {text}")
    _tell(session, NoticeKind.ASKED, told, said, actor, text, now)
    return told.task_id


def take_back(session: Session, question_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Take a question back, and tell the person who was asked; gives the task."""
    told = take_back_question(session, question_id, actor, now)
    said = N_("{who} took back the question about {subject}; no answer is needed any more.")
    _tell(session, NoticeKind.ASKED, told, said, actor, "", now)
    return told.task_id


def _tell(
    session: Session,
    kind: NoticeKind,
    told: Told,
    template: str,
    actor: Actor,
    text: str,
    now: datetime,
) -> None:
    page = f"/tasks/{told.task_id}"
    say(session, kind, told.addresses, template, actor, told.subject, text, page, now)
