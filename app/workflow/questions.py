"""Questions about an item: asked of who knows, answered on its page, the clock still meanwhile.

A seat holder asks the initiator or an earlier approver (`CLARIFICATION`). The token and the seats
stay where they are; the step's clock stands still until the last open question is answered, taken
back, or not needed any more because the step was decided without it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session, aliased

from app.core.database import table_of
from app.core.errors import (
    ConflictError,
    NotFoundError,
    NotOfferedError,
    NotPermittedError,
    problem,
)
from app.core.i18n import N_, Bilingual
from app.core.ids import new_id
from app.identity import Actor, User
from app.workflow.applying.actions import save_instance
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.applying.task_rows import begin_action, record_act
from app.workflow.clocks.stops import start_clocks, stop_clocks
from app.workflow.deciding.reasons import require_words
from app.workflow.models import ProcessInstance, Question, UserTask
from app.workflow.names import Told, person_key, person_name
from app.workflow.permits.duties import refuse_conflicting_duties
from app.workflow.states import QuestionKind, TaskState
from app.workflow.voting.own_seats import refuse_closed, require_seat

QUESTION = table_of(Question)
#: Characters of a question, and of its answer.
SHORTEST_QUESTION, SHORTEST_ANSWER, LONGEST = 5, 2, 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as pages show it; `answer` is empty until, or unless, it was answered."""

    id: UUID
    kind: QuestionKind
    task_id: UUID
    step: Bilingual
    subject: Bilingual
    subject_code: str
    asked_by_id: UUID
    asked_by: Bilingual
    asked_to_id: UUID
    asked_to: Bilingual
    asked_at: datetime
    text: str
    answer: str
    closed_at: datetime | None
    #: Whether the decision of the step closed it.
    was_not_needed: bool

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its answer."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Knower:
    """Somebody who may be asked about an item."""

    id: UUID
    username: str
    name: Bilingual


def people_to_ask(loaded: LoadedTask, actor: Actor) -> list[Knower]:
    """Who may be asked: the initiator and everybody who decided earlier, but no leaver."""
    ids = [loaded.instance.started_by_id]
    ids += [UUID(each) for people in loaded.progress.acted.values() for each in people]
    wanted = [each for each in dict.fromkeys(ids) if each != actor.id]
    rows = loaded.session.execute(
        select(User.id, User.username, User.name_zh, User.name_en).where(
            User.id.in_(wanted), User.is_active
        )
    )
    found = {row.id: Knower(row.id, row.username, Bilingual(*row[2:])) for row in rows}
    return [found[each] for each in wanted if each in found]


def ask_question(
    session: Session, task_id: UUID, actor: Actor, username: str, text: str, now: datetime
) -> Told:
    """Ask a person for clarification; the step's clock stops.

    Raises:
        NotPermittedError: no seat in the step, or duties kept apart. ConflictError: the step is
            over, or this person has an open question of it already.
        NotOfferedError: the person is neither the initiator nor an earlier approver.
    """
    loaded = load_task(session, task_id, lock=True)
    require_seat(loaded, actor)
    refuse_conflicting_duties(loaded, actor)
    asked = next((e for e in people_to_ask(loaded, actor) if e.username == username), None)
    if asked is None:
        raise NotOfferedError(
            N_("Expected somebody who started or decided this item earlier, found another person."),
            [problem("question.person", "person", N_("Choose one of the people of the list."))],
        )
    require_words("text", text, least=SHORTEST_QUESTION, most=LONGEST)
    _refuse_second(loaded, asked)
    session.connection().execute(
        insert(QUESTION),
        {
            "id": new_id(),
            "kind": QuestionKind.CLARIFICATION,
            "instance_id": loaded.instance.instance_id,
            "task_id": task_id,
            "asked_by_id": actor.id,
            "asked_to_id": asked.id,
            "asked_at": now,
            "text": text.strip(),
        },
    )
    stop_clocks(session, [task_id], now)
    action = begin_action(loaded, actor, now)
    record_act(action, loaded, "ask", to_state=asked.username, reason=text.strip())
    save_instance(action)
    return Told(frozenset({person_key(asked.username)}), task_id, loaded.subject)


def answer_question(
    session: Session, question_id: UUID, actor: Actor, text: str, now: datetime
) -> Told:
    """Answer a question that was asked of the actor; the clock goes on after the last one.

    Raises:
        NotFoundError: no such question. NotPermittedError: it was asked of somebody else.
        ConflictError: it was answered, taken back or not needed any more.
    """
    question, loaded = _open_question(session, question_id)
    expected = N_("Expected the person who was asked, {who}, found {found}.")
    _refuse_others(session, actor, question.asked_to_id, expected)
    require_words("text", text, least=SHORTEST_ANSWER, most=LONGEST)
    _close(loaded, question, text.strip(), actor, "answer", now)
    return _told(loaded, question.asked_by_id)


def take_back_question(session: Session, question_id: UUID, actor: Actor, now: datetime) -> Told:
    """Withdraw an own question before it is answered.

    Raises: as `answer_question`.
    """
    question, loaded = _open_question(session, question_id)
    expected = N_("Expected the person who asked, {who}, found {found}.")
    _refuse_others(session, actor, question.asked_by_id, expected)
    _close(loaded, question, "", actor, "take_back", now)
    return _told(loaded, question.asked_to_id)


def questions_of(session: Session, instance_id: UUID) -> list[Asked]:
    """Every clarification of an item, oldest first."""
    query = (
        _asked()
        .where(Question.instance_id == instance_id, Question.kind == QuestionKind.CLARIFICATION)
        .order_by(Question.id)
    )
    return [_to_asked(row) for row in session.execute(query)]


def questions_to(session: Session, actor: Actor, limit: int = 50) -> list[Asked]:
    """What waits for the actor's answer or consent, whatever its kind, oldest first."""
    query = (
        _asked()
        .where(Question.asked_to_id == actor.id, Question.answered_at.is_(None))
        .order_by(Question.id)
        .limit(limit)
    )
    return [_to_asked(row) for row in session.execute(query)]


def _refuse_second(loaded: LoadedTask, asked: Knower) -> None:
    asked_at = loaded.session.scalars(
        select(Question.asked_at).where(
            Question.task_id == loaded.task.id,
            Question.asked_to_id == asked.id,
            Question.kind == QuestionKind.CLARIFICATION,
            Question.answered_at.is_(None),
        )
    ).first()
    if asked_at is not None:
        raise ConflictError(
            N_("Expected one open question to {who} at a time; one has waited since {when}."),
            who=asked.name,
            when=asked_at,
        )


def _open_question(session: Session, question_id: UUID) -> tuple[Row[Any], LoadedTask]:
    """The question, read after its instance was locked."""
    query = select(QUESTION).where(
        QUESTION.c.id == question_id, QUESTION.c.kind == QuestionKind.CLARIFICATION
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFoundError(N_("Expected a question about an item, found none with this address."))
    loaded = load_task(session, found.task_id, lock=True)
    refuse_closed(loaded)
    question = session.execute(query).one()
    if question.answered_at is not None:
        raise ConflictError(
            N_("Expected an open question, but it was closed {when}."), when=question.answered_at
        )
    return question, loaded


def _refuse_others(session: Session, actor: Actor, person_id: UUID, expected: str) -> None:
    """Refuse anybody but this person; `expected` says who it is, and who came instead."""
    if actor.id != person_id:
        raise NotPermittedError(expected, who=person_name(session, person_id), found=actor.name)


def _close(
    loaded: LoadedTask, question: Row[Any], answer: str, actor: Actor, verb: str, now: datetime
) -> None:
    session = loaded.session
    session.connection().execute(
        update(QUESTION).where(QUESTION.c.id == question.id).values(answer=answer, answered_at=now)
    )
    still_open = session.scalar(
        select(func.count()).where(
            Question.task_id == loaded.task.id,
            Question.kind == QuestionKind.CLARIFICATION,
            Question.answered_at.is_(None),
        )
    )
    if not still_open:
        start_clocks(session, loaded.process, [loaded.task], now)
    action = begin_action(loaded, actor, now)
    record_act(action, loaded, verb, reason=answer)
    save_instance(action)


def _told(loaded: LoadedTask, user_id: UUID) -> Told:
    username = loaded.session.scalars(select(User.username).where(User.id == user_id)).one()
    return Told(frozenset({person_key(username)}), loaded.task.id, loaded.subject)


def _asked() -> Any:
    asked_by, asked_to = aliased(User), aliased(User)
    return (
        select(
            Question,
            UserTask.name_zh,
            UserTask.name_en,
            UserTask.state,
            UserTask.closed_at,
            ProcessInstance.subject_zh,
            ProcessInstance.subject_en,
            ProcessInstance.subject_code,
            asked_by.name_zh.label("by_zh"),
            asked_by.name_en.label("by_en"),
            asked_to.name_zh.label("to_zh"),
            asked_to.name_en.label("to_en"),
        )
        .join(UserTask, UserTask.id == Question.task_id)
        .join(ProcessInstance, ProcessInstance.id == Question.instance_id)
        .join(asked_by, asked_by.id == Question.asked_by_id)
        .join(asked_to, asked_to.id == Question.asked_to_id)
    )


def _to_asked(row: Row[Any]) -> Asked:
    question: Question = row.Question
    return Asked(
        id=question.id,
        kind=QuestionKind(question.kind),
        task_id=question.task_id,
        step=Bilingual(row.name_zh, row.name_en),
        subject=Bilingual(row.subject_zh, row.subject_en),
        subject_code=row.subject_code,
        asked_by_id=question.asked_by_id,
        asked_by=Bilingual(row.by_zh, row.by_en),
        asked_to_id=question.asked_to_id,
        asked_to=Bilingual(row.to_zh, row.to_en),
        asked_at=question.asked_at,
        text=question.text,
        answer=question.answer,
        closed_at=question.answered_at,
        was_not_needed=row.state != TaskState.OPEN and row.closed_at == question.answered_at,
    )
