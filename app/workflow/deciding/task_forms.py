"""The form of a task: what it opens with, and what a decision makes of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_
from app.forms import Submitted, rights_for
from app.workflow.applying.actions import TASK
from app.workflow.applying.loading import LoadedTask
from app.workflow.deciding.models import Attachment
from app.workflow.deciding.reasons import reason_problems
from app.workflow.definitions.demands import ATTACHMENT, demand_of, shortest_opinion
from app.workflow.handlers import FormData, form_handler_of
from app.workflow.models import Vote
from app.workflow.resources import day_of, resources_of


def load_form_data(loaded: LoadedTask, now: datetime) -> FormData:
    """What the form of a task opens with: the subject's rows, or the step's former vote.

    The context adds what every form may name: the local date, the step, the files at hand.
    """
    data = form_handler_of(loaded.step.form_key).load(
        loaded.session, loaded.facts(), lambda: _former_values(loaded)
    )
    context = {
        **data.context,
        "today": local_date(loaded, now),
        "step": loaded.task.step_id,
        "attachments": loaded.progress.attached,
    }
    return FormData(data.values, context, data.subject)


def bind_form(
    loaded: LoadedTask, outcome: str, values: Submitted, now: datetime
) -> tuple[FormData, list[Problem]]:
    """The values as bound within the step's rights, and what is wrong in them."""
    if loaded.step.form_key is None:
        return FormData({}), []
    form = resources_of(loaded.session).forms.get(loaded.step.form_key)
    opened = load_form_data(loaded, now)
    rights = rights_for(loaded.step.properties, form).rights
    context = {**opened.context, "outcome": outcome}
    bound = form.bind(values, form.load(opened.values), rights, context)
    return FormData(form.dump(bound.values), context, opened.subject), list(bound.problems)


def form_problems(
    loaded: LoadedTask, outcome: str, values: Submitted, now: datetime
) -> tuple[FormData, list[Problem]]:
    """The values of an approval within the step's rights, and what its rules say of them."""
    data, problems = bind_form(loaded, outcome, values, now)
    handler = form_handler_of(loaded.step.form_key)
    if not problems:
        problems += handler.check(loaded.session, loaded.facts(), outcome, data)
    return data, problems


def checked_form(
    loaded: LoadedTask,
    outcome: str,
    values: Submitted,
    now: datetime,
    also: Sequence[Problem] = (),
) -> tuple[FormData, list[Problem]]:
    """The values of an approval: valid, within the step's rights, and past every blocking rule.

    `also` are problems found elsewhere, so that a person sees all of them at once.

    Raises:
        InvalidInputError: what a person can mend; its problems name each field.
    """
    data, problems = form_problems(loaded, outcome, values, now)
    problems = [*also, *problems]
    refuse_blocking(problems)
    return data, [each for each in problems if each.level == "warn"]


def refuse_blocking(problems: Sequence[Problem]) -> None:
    """Refuse by all the problems that stand in the way of a decision; warnings do not."""
    blocking = [each for each in problems if each.level == "block"]
    if blocking:
        raise InvalidInputError(
            N_("Expected a form without problems, found {count}; what you typed is kept."),
            blocking,
            count=len(blocking),
        )


def unmet_demands(loaded: LoadedTask, outcome: str, opinion: str) -> list[Problem]:
    """What an approval lacks beside its form and its signature."""
    least = shortest_opinion(loaded.step.properties, outcome)
    problems = reason_problems("opinion", opinion, least) if least else []
    if demand_of(loaded.step.properties, ATTACHMENT) == "required" and not _has_file(loaded):
        problems.append(
            problem(
                "attachment.missing",
                "attachments",
                N_("Expected at least one file that was attached in this step, found none."),
            )
        )
    return problems


def _has_file(loaded: LoadedTask) -> bool:
    query = select(Attachment.id).where(
        Attachment.instance_id == loaded.instance.instance_id,
        Attachment.task_id == loaded.task.id,
    )
    return loaded.session.execute(query.limit(1)).first() is not None


def local_date(loaded: LoadedTask, now: datetime) -> date:
    """The day of the bureau's calendar."""
    return day_of(loaded.session, now)


def _former_values(loaded: LoadedTask) -> Mapping[str, Any]:
    """The values of the step's last vote in an earlier visit, or of a recalled one in this."""
    recalled = str(loaded.task.id) in loaded.progress.recalled
    if loaded.task.visit == 1 and not recalled:
        return {}
    newest = (
        select(Vote.form_values)
        .where(
            Vote.instance_id == loaded.instance.instance_id,
            Vote.form_key == loaded.step.form_key,
            Vote.task_id.in_(_earlier_visits(loaded))
            | ((Vote.task_id == loaded.task.id) & Vote.voided_at.is_not(None)),
        )
        .order_by(Vote.id.desc())
        .limit(1)
    )
    return loaded.session.scalars(newest).first() or {}


def _earlier_visits(loaded: LoadedTask) -> Any:
    return select(TASK.c.id).where(
        TASK.c.instance_id == loaded.instance.instance_id,
        TASK.c.definition_key == loaded.task.definition_key,
        TASK.c.step_id == loaded.task.step_id,
        TASK.c.visit < loaded.task.visit,
    )
