"""What a step says about time: reminders ahead of its due date, and what happens behind it."""

from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum

from app.core.errors import Problem, problem
from app.core.i18n import N_
from app.engine import StepDefinition
from app.forms import Form, may_write, rights_for
from app.workflow.clocks.calendar import WORKING_DURATION
from app.workflow.clocks.stops import REMIND
from app.workflow.voting.rules import AGREE, REJECT

TIMEOUT, ESCALATE = "appr.timeout", "appr.escalate"
#: Modes in which a superior's seat helps: one more voice can be the one that decides. In the
#: others it would only be one more signature to wait for.
JOINED_MODES = ("single", "any", "count")


class TimeOut(StrEnum):
    """What happens when a step is not decided in time; always done by the system actor."""

    REMIND = "remind"
    ESCALATE = "escalate"
    APPROVE = "approve"
    REJECT = "reject"


#: The outcome that a time-out gives a step.
OUTCOMES: Mapping[TimeOut, str] = {TimeOut.APPROVE: AGREE, TimeOut.REJECT: REJECT}


def timeout_of(properties: Mapping[str, str]) -> TimeOut:
    """The rule of a step; `timeout_problems` must have found nothing."""
    return TimeOut(properties.get(TIMEOUT, TimeOut.REMIND))


def escalation_roles(properties: Mapping[str, str]) -> list[str]:
    """The roles to which a late step is given."""
    return properties.get(ESCALATE, "").split()


def superior_joins(properties: Mapping[str, str]) -> bool:
    """Whether an escalation adds a seat; otherwise the superior gets a copy and a notice."""
    return properties.get("appr.mode", "single") in JOINED_MODES


def timeout_problems(
    step: StepDefinition, roles: Collection[str], form: Form | None
) -> Iterator[Problem]:
    """What a deployment refuses in `appr.timeout`, `appr.escalate` and `appr.remind`."""
    word = step.properties.get(TIMEOUT, TimeOut.REMIND)
    if word not in set(TimeOut):
        yield problem(
            "timeout.word",
            step.id,
            N_("Expected the time-out appr.timeout to be one of {allowed}, found “{found}”."),
            allowed=", ".join(TimeOut),
            found=word,
        )
        return
    yield from _reminder_problems(step)
    yield from _escalation_problems(step, TimeOut(word), roles)
    yield from _outcome_problems(step, TimeOut(word), form)


def _reminder_problems(step: StepDefinition) -> Iterator[Problem]:
    for text in step.properties.get(REMIND, "").split():
        found = WORKING_DURATION.match(text)
        if not found or int(found.group(1)) == 0:
            yield problem(
                "timeout.remind",
                step.id,
                N_("Expected appr.remind to say working days such as P1BD, found “{found}”."),
                found=text,
            )


def _escalation_problems(
    step: StepDefinition, rule: TimeOut, roles: Collection[str]
) -> Iterator[Problem]:
    named = escalation_roles(step.properties)
    for each in named:
        if each.partition("@")[0] not in roles:
            yield problem(
                "role.unknown",
                step.id,
                N_("Expected a role of the bureau for the step {step}, found “{found}”."),
                step=step.name,
                found=each,
            )
    if rule is TimeOut.ESCALATE and not named:
        yield problem(
            "timeout.escalate",
            step.id,
            N_("Expected appr.escalate to name who gets the step {step} when it is late, "
               "found nobody."),
            step=step.name,
        )  # fmt: skip
    elif rule is not TimeOut.ESCALATE and named:
        yield problem(
            "timeout.escalate",
            step.id,
            N_("Expected the time-out “escalate” beside appr.escalate, found “{found}”."),
            found=rule,
        )


def _outcome_problems(step: StepDefinition, rule: TimeOut, form: Form | None) -> Iterator[Problem]:
    outcome = OUTCOMES.get(rule)
    if outcome is None:
        return
    if step.outcome(outcome) is None:
        yield problem(
            "timeout.outcome",
            step.id,
            N_("Expected the step {step} to draw the outcome “{outcome}” for its time-out, "
               "found none."),
            step=step.name,
            outcome=outcome,
        )  # fmt: skip
    if rule is TimeOut.APPROVE and form is not None:
        rights = rights_for(step.properties, form).rights
        for field in form.by_path.values():
            if field.required and may_write(field, rights):
                yield problem(
                    "timeout.form",
                    step.id,
                    N_("Expected a step without required answers for the time-out “approve”, "
                       "because nobody fills its form; found “{field}”."),
                    field=field.label,
                )  # fmt: skip
                return
