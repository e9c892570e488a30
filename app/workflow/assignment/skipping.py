"""Passing steps that need nobody (自动跳过): by the system actor, in one transaction.

Which steps those are is decided where their people are chosen (`assignment.py`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.engine import OpenTask, Process, Step, StepDefinition, complete
from app.workflow.applying.progress import Progress, place
from app.workflow.assignment.asking import Asking, InstanceFacts
from app.workflow.assignment.plan import Plan, plan_seats
from app.workflow.failures import failing_as_incident
from app.workflow.handlers import ServiceContext, bound_services
from app.workflow.resources import day_of
from app.workflow.voting.rules import AGREE, REJECT

#: What closed a task that was passed without asking anybody; also the verb of the ledger.
SKIP = "skip"
#: A step, and which of its instances where it is done several times.
Where = tuple[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Opening:
    """A task that the engine opened, and who does it."""

    task: OpenTask
    plan: Plan


@dataclass(frozen=True, slots=True)
class Chosen:
    """An engine step after every skip; `openings` have the skipped tasks, too, in order."""

    step: Step
    openings: tuple[Opening, ...]


def choose_people(
    session: Session,
    process: Process,
    facts: InstanceFacts,
    progress: Progress,
    step: Step,
    now: datetime,
    *,
    is_returned: bool,
    decided_task_id: UUID | None,
) -> Chosen:
    """Choose the people of what was opened, and let the engine pass what nobody needs to do.

    Raises:
        InstanceFailureError: nobody may do an opened step, or skipping would go round in a circle.
    """
    openings: list[Opening] = []
    skipped: set[Where] = set()
    waiting = list(step.opened)
    while waiting:
        task = waiting.pop(0)
        definition = process.step(task.definition_key, task.step_id)
        asking = Asking(
            session,
            facts,
            progress,
            task.definition_key,
            task.variables,
            day_of(session, now),
            is_returned=is_returned,
        )
        with failing_as_incident(facts.instance_id, task.step_id):
            opening = Opening(task, plan_seats(definition, asking))
        openings.append(opening)
        if opening.plan.skip is None:
            continue
        where = (place(task.definition_key, task.step_id), task.numbers)
        context = ServiceContext(
            session, facts.instance_id, facts.business_key, facts.subject_code, decided_task_id
        )
        with failing_as_incident(facts.instance_id, task.step_id):
            _refuse_circle(where, skipped, definition)
            values = {"outcome": agreeing(definition)}
            handlers = bound_services(context)
            following = complete(process, step.state, task.id, values, now, handlers)
        skipped.add(where)
        gone = {each.id for each in following.closed} - {task.id}
        openings = [each for each in openings if each.task.id not in gone]
        waiting = [each for each in waiting if each.id not in gone] + list(following.opened)
        step = _joined(step, following)
    return Chosen(step, tuple(openings))


def agreeing(step: StepDefinition) -> str:
    """The outcome by which a step is passed that nobody decides: it agrees."""
    codes = [each.code for each in step.outcomes]
    agrees = [each for each in codes if each != REJECT and not each.startswith("return")]
    return AGREE if AGREE in codes or not agrees else agrees[0]


def _joined(first: Step, second: Step) -> Step:
    """Two engine calls as one; what opened and closed between them never was."""
    opened = {each.id for each in first.opened}
    closed = {each.id for each in second.closed}
    return Step(
        state=second.state,
        opened=(*(each for each in first.opened if each.id not in closed), *second.opened),
        closed=(*first.closed, *(each for each in second.closed if each.id not in opened)),
        timers=second.timers,
        waiting=second.waiting,
        thrown=(*first.thrown, *second.thrown),
        ended=second.ended or first.ended,
        failed=second.failed or first.failed,
        passed=(*first.passed, *second.passed),
        variables=second.variables,
    )


def _refuse_circle(where: Where, skipped: set[Where], step: StepDefinition) -> None:
    if where in skipped:
        raise InvalidInputError(
            N_("Expected somebody to decide on the way round, but the step {step} would be passed "
               "automatically for ever."),
            step=step.name,
        )  # fmt: skip
