"""Guards by which duties are kept apart: who acted elsewhere may not act here."""

from app.core.errors import NotPermittedError
from app.core.i18n import N_, Bilingual, Sentence
from app.identity import Actor, Declared, StandIn, belonging
from app.workflow.applying.loading import LoadedTask
from app.workflow.assignment.asking import EXPERT_POOL, InstanceFacts, interests
from app.workflow.assignment.duties import DECLARING_UNIT, broken_duty
from app.workflow.voting.own_seats import own_seat, owner_of


def refuse_conflicting_duties(loaded: LoadedTask, actor: Actor) -> None:
    """Duties kept apart (`appr.exclude`): who acted in a named step may not act here.

    The word `declaring_unit` excludes everybody of the unit that declared the project; an expert
    pool, everybody with an interest in the project's organisations. A declared conflict of interest
    keeps out of every step. A substitute's own duties and those of the absent colleague both hold.
    """
    owner = owner_of(own_seat(loaded, actor), actor)
    refusal = duty_refusal(loaded, actor) or (duty_refusal(loaded, owner) if owner else None)
    if refusal is not None:
        raise NotPermittedError(refusal.template, **refusal.values)


def duty_refusal(loaded: LoadedTask, person: Actor | StandIn) -> Sentence | None:
    """Why duties kept apart forbid this person the step; None when nothing does."""
    word = broken_duty(
        loaded.step,
        loaded.progress.acted,
        loaded.instance.unit_code,
        person.id,
        person.organisation_code,
    )
    if word == DECLARING_UNIT:
        return Sentence(
            N_("Expected somebody outside the declaring unit for the step {step}; "
               "{who} belongs to it."),
            {"step": loaded.name, "who": person.name},
        )  # fmt: skip
    if word is not None:
        return Sentence(
            N_("Expected another person for the step {step} than for “{other}”; "
               "{who} has already acted there."),
            {"step": loaded.name, "other": step_name(loaded, word), "who": person.name},
        )  # fmt: skip
    facts = InstanceFacts.of(loaded.instance)
    declared = conflict_with(person, facts)
    if declared is not None:
        return _conflict_refusal(loaded, person, declared)
    if loaded.step.properties.get("appr.strategy") == EXPERT_POOL and belonging(
        loaded.session, [person.id], interests(facts)
    ):
        return Sentence(
            N_("Expected somebody without an interest in the project for the step {step}; "
               "{who} has one."),
            {"step": loaded.name, "who": person.name},
        )  # fmt: skip
    return None


def conflict_with(person: Actor | StandIn, facts: InstanceFacts) -> Declared | None:
    """The person's declared conflict of interest with an item; None when there is none."""
    codes, subject = interests(facts), facts.subject_code
    return next((each for each in person.conflicts if each.touches(codes, subject)), None)


def _conflict_refusal(loaded: LoadedTask, person: Actor | StandIn, declared: Declared) -> Sentence:
    said = {
        "step": loaded.name,
        "who": person.name,
        "what": declared.name or loaded.subject,
        "when": declared.declared_at,
    }
    if declared.entered_by is None:
        return Sentence(
            N_("Expected somebody without a conflict of interest for the step {step}; {who} "
               "declared one with {what} {when}."),
            said,
        )  # fmt: skip
    return Sentence(
        N_("Expected somebody without a conflict of interest for the step {step}; {by} entered "
           "one of {who} with {what} {when}."),
        {**said, "by": declared.entered_by},
    )  # fmt: skip


def step_name(loaded: LoadedTask, step_id: str) -> Bilingual:
    """Name of a step anywhere in the process; its id when no diagram has it."""
    for (_, each), step in loaded.process.steps.items():
        if each == step_id:
            return step.name
    return Bilingual(step_id, step_id)
