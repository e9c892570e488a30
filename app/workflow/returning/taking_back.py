"""The initiator takes an item back (撤回): at once, or by leave of whoever has read it.

A withdrawal is a return to the first step: every open task behind it closes as withdrawn, and the
form opens again in a new round.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from app.core.database import table_of
from app.core.errors import ConflictError, NotFoundError, NotPermittedError
from app.core.i18n import N_
from app.core.ids import new_id
from app.engine import move
from app.identity import Actor, load_actor
from app.workflow.applying.actions import Action, save_instance
from app.workflow.applying.closing import settle_withdrawal
from app.workflow.applying.loading import LoadedTask, load_task
from app.workflow.applying.steps import apply_step
from app.workflow.applying.task_rows import begin_action, record_act
from app.workflow.deciding.reasons import require_reason
from app.workflow.handlers import ServiceContext, TaskFacts, bound_services, form_handler_of
from app.workflow.models import Question
from app.workflow.permits.items import Withdrawal, refuse_idle, require_withdrawable
from app.workflow.states import QuestionKind
from app.workflow.voting.own_seats import refuse_closed, refuse_stale

QUESTION = table_of(Question)


def withdraw_item(
    session: Session,
    task_id: UUID,
    actor: Actor,
    reason: str,
    expected_version: int | None,
    now: datetime,
) -> tuple[UUID, ...]:
    """Take an own item back to its first step, or ask its readers to let it go.

    `task_id` is any task of the item. Gives the people who are asked; nobody when it is done.

    Raises:
        ConflictError: somebody has decided, or read, what the policy of the process protects.
        NotPermittedError: not the actor's item, or its process may not be withdrawn.
    """
    loaded = load_task(session, task_id, lock=True)
    withdrawal = require_withdrawable(loaded, actor)
    refuse_stale(loaded, expected_version)
    require_reason("reason", reason)
    action = begin_action(loaded, actor, now)
    if not withdrawal.readers:
        _withdraw(action, loaded, withdrawal, reason.strip())
        return ()
    _refuse_asked(loaded)
    _ask(action, loaded, withdrawal, reason.strip())
    save_instance(action)
    return withdrawal.readers


def answer_withdrawal(
    session: Session,
    question_id: UUID,
    actor: Actor,
    consents: bool,
    text: str,
    now: datetime,
) -> bool:
    """A reader lets the item go, or keeps it; gives whether it has gone back.

    It goes back once everybody who was asked has agreed; a single refusal keeps it.

    Raises:
        ConflictError: answered already, or the item has gone on since.
        NotPermittedError: somebody else was asked.
    """
    question = session.get(Question, question_id)
    if question is None or question.kind != QuestionKind.WITHDRAWAL:
        raise NotFoundError(N_("Expected a question about a withdrawal, found none."))
    if question.asked_to_id != actor.id:
        raise NotPermittedError(N_("Expected a question to you, found one to somebody else."))
    loaded = load_task(session, question.task_id, lock=True)
    session.refresh(question)  # another answer may have come before the lock
    refuse_idle(loaded)
    refuse_closed(loaded)
    if question.answered_at is not None:
        raise ConflictError(
            N_("Expected an open question, but it was settled {when}."), when=question.answered_at
        )
    if not consents:
        require_reason("answer", text)
    question.consented, question.answer = consents, text.strip()
    question.answered_at = now
    session.flush()
    action = begin_action(loaded, actor, now)
    verb = "consent" if consents else "refuse_withdrawal"
    record_act(action, loaded, verb, reason=text.strip())
    if not consents:
        settle_withdrawal(action)
    elif not _still_asked(session, question.instance_id):
        initiator = load_actor(session, question.asked_by_id)
        if initiator is None:
            raise ConflictError(N_("Expected an initiator who still works here, found none."))
        withdrawal = require_withdrawable(loaded, initiator)
        action.actor_id = initiator.id
        _withdraw(action, loaded, withdrawal, question.text)
        return True
    save_instance(action)
    return False


def questions_to(session: Session, instance_id: UUID, actor: Actor) -> list[Question]:
    """Withdrawals of this item that wait for the actor's leave."""
    return list(session.scalars(_asked(instance_id).where(Question.asked_to_id == actor.id)))


def _withdraw(action: Action, loaded: LoadedTask, withdrawal: Withdrawal, reason: str) -> None:
    instance, target = loaded.instance, withdrawal.target
    context = ServiceContext(
        loaded.session, instance.instance_id, instance.business_key, instance.subject_code
    )
    step = move(
        loaded.process,
        instance.engine_state,
        withdrawal.task.engine_task_id,
        target.step_id,
        action.now,
        bound_services(context),
    )
    action.record(
        "withdraw",
        definition_key=target.definition_key,
        step_id=target.step_id,
        reason=reason,
    )
    facts = TaskFacts(
        task_id=withdrawal.task.id,
        instance_id=instance.instance_id,
        process_key=instance.process_key,
        business_key=instance.business_key,
        subject_code=instance.subject_code,
        definition_key=target.definition_key,
        step_id=target.step_id,
        visit=1,
        variables=instance.variables,
    )
    form_key = loaded.process.step(target.definition_key, target.step_id).form_key
    form_handler_of(form_key).taken_back(loaded.session, facts, action.now)
    settle_withdrawal(action)
    action.is_new_round = True
    apply_step(action, step, loaded.open_tasks, "withdraw")


def _ask(action: Action, loaded: LoadedTask, withdrawal: Withdrawal, reason: str) -> None:
    read = {each.read_by_id: each.id for each in loaded.open_tasks if each.read_by_id}
    action.session.connection().execute(
        insert(QUESTION),
        [
            {
                "id": new_id(),
                "kind": QuestionKind.WITHDRAWAL,
                "instance_id": action.instance_id,
                "task_id": read[reader],
                "asked_by_id": action.actor_id,
                "asked_to_id": reader,
                "asked_at": action.now,
                "text": reason,
                "answer": "",
            }
            for reader in withdrawal.readers
        ],
    )
    action.progress.is_leave_asked = True
    record_act(action, loaded, "ask_withdrawal", reason=reason)


def _refuse_asked(loaded: LoadedTask) -> None:
    waiting = _still_asked(loaded.session, loaded.instance.instance_id)
    if waiting is not None:
        raise ConflictError(
            N_("Expected no question about a withdrawal yet, but you have asked {when}."),
            when=waiting.asked_at,
        )


def _still_asked(session: Session, instance_id: UUID) -> Question | None:
    return session.scalars(_asked(instance_id)).first()


def _asked(instance_id: UUID) -> Select[Question]:
    return (
        select(Question)
        .where(
            Question.instance_id == instance_id,
            Question.kind == QuestionKind.WITHDRAWAL,
            Question.answered_at.is_(None),
        )
        .order_by(Question.id)
    )
