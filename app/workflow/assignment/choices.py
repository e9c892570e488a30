"""Choosing who does a later step: by the initiator, or by the approver of a step before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_, Bilingual, Sentence
from app.engine import StepDefinition
from app.identity import Actor, User, group_key
from app.workflow.applying.actions import Action
from app.workflow.applying.loading import LoadedTask
from app.workflow.assignment.duties import broken_duty
from app.workflow.assignment.moving import find_colleague
from app.workflow.assignment.strategies import APPROVER_CHOICE, INITIATOR_CHOICE
from app.workflow.permits.duties import conflict_with
from app.workflow.voting.rules import SINGLE, rule_of

#: How the input of a choice begins; the id of the step follows.
CHOOSE = "act:choose."


@dataclass(frozen=True, slots=True)
class Choice:
    """A later step whose people this decision chooses."""

    step_id: str
    name: Bilingual
    #: Whether more than one may be chosen.
    several: bool
    #: User names that were chosen before.
    people: tuple[str, ...]


def choices_asked(loaded: LoadedTask, actor: Actor) -> list[Choice]:
    """The later steps that the actor's agreement here must choose people for."""
    return [
        Choice(
            step.id,
            step.name,
            rule_of(step.properties).mode != SINGLE,
            tuple(loaded.progress.chosen.get(step.id, {}).get("people", ())),
        )
        for step in loaded.process.steps.values()
        if step.id != loaded.task.step_id and _is_chosen_by(step, loaded, actor)
    ]


def record_choices(
    action: Action, loaded: LoadedTask, actor: Actor, chosen: Mapping[str, Sequence[str]]
) -> None:
    """Keep who was chosen for later steps; a choice made before stays unless another is made.

    Raises:
        InvalidInputError: nobody chosen, or somebody who is no active colleague, does not belong
            to the step's groups, or is kept out by a duty; problems lie at `act:choose.<step>`.
    """
    problems: list[Problem] = []
    for choice in choices_asked(loaded, actor):
        people = list(dict.fromkeys(chosen.get(choice.step_id, ()))) or list(choice.people)
        found = _problems(action, loaded, choice, people)
        problems += found
        if not found:
            why = Sentence(
                N_("{who} chose the person in the step {step}."),
                {"who": actor.name, "step": loaded.name},
            )
            action.progress.chosen[choice.step_id] = {"people": people, "why": why.dump()}
    if problems:
        raise InvalidInputError(
            N_("Expected somebody for each step that you choose people for; what you typed is "
               "kept."),
            problems,
        )  # fmt: skip


def _is_chosen_by(step: StepDefinition, loaded: LoadedTask, actor: Actor) -> bool:
    strategy = step.properties.get("appr.strategy")
    if strategy == APPROVER_CHOICE:
        return step.properties.get("appr.param", "").strip() == str(loaded.task.step_id)
    return strategy == INITIATOR_CHOICE and actor.id == loaded.instance.started_by_id


def _problems(
    action: Action, loaded: LoadedTask, choice: Choice, people: Sequence[str]
) -> list[Problem]:
    where = CHOOSE + choice.step_id
    if not people or (len(people) > 1 and not choice.several):
        return [
            problem(
                "choice.count", where,
                N_("Choose who does the step {step}: one person, or several where several sign."),
                step=choice.name,
            )
        ]  # fmt: skip
    return [
        problem(
            "choice.person", where,
            N_("Expected an active colleague who may do the step {step}, found “{found}”."),
            step=choice.name, found=name,
        )
        for name in people
        if not _may_do(action, loaded, choice.step_id, name)
    ]  # fmt: skip


def _may_do(action: Action, loaded: LoadedTask, step_id: str, username: str) -> bool:
    query = select(User.id).where(User.username == username, User.is_active)
    user_id = loaded.session.scalar(query)
    person = find_colleague(loaded.session, user_id, action.now) if user_id else None
    if person is None or conflict_with(person, action.facts):
        return False
    step = next(each for each in loaded.process.steps.values() if each.id == step_id)
    variables = loaded.instance.variables
    groups = {group_key(each, variables) for each in step.candidates(variables).groups}
    if groups and groups.isdisjoint(person.groups):
        return False
    unit = loaded.instance.unit_code
    acted = action.progress.acted
    return broken_duty(step, acted, unit, person.id, person.organisation_code) is None
