"""Everything that a deployment would refuse or warn of in a diagram, each with its element."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, Problem, problem
from app.core.i18n import N_
from app.engine import Definition, Process, StepDefinition, link, names_read, names_written, parse
from app.forms import rights_for
from app.identity import Role
from app.workflow.assignment.plan import people_problems
from app.workflow.assignment.strategies import APPROVER_CHOICE
from app.workflow.definitions.decision_files import kept_models
from app.workflow.definitions.demands import demand_problems
from app.workflow.definitions.duty_warnings import duty_warnings
from app.workflow.definitions.event_checks import event_problems
from app.workflow.definitions.policies import policy_problems
from app.workflow.definitions.strategy_checks import strategy_problems
from app.workflow.definitions.timeout_rules import timeout_problems
from app.workflow.definitions.versions import latest_definition, newest_definitions
from app.workflow.definitions.voting_checks import rule_problems
from app.workflow.handlers import known_topics
from app.workflow.resources import resources_of

#: What every process knows of its subject (`Subject.routing`).
ROUTING = frozenset({"unit", "department", "section", "agency", "fiscal_year", "amount", "is_key"})


#: Characters that the columns of `process_definition` hold.
MAX_KEY, MAX_NAME = 100, 200


@dataclass(frozen=True, slots=True)
class Inspection:
    """What validating a diagram found: problems that block, and warnings."""

    definition: Definition | None
    problems: tuple[Problem, ...]

    @property
    def is_deployable(self) -> bool:
        """Whether nothing blocks."""
        return not any(each.level == "block" for each in self.problems)


def inspect_definition(session: Session, xml: bytes, key: str | None = None) -> Inspection:
    """Everything that a deployment would refuse or warn of, each with its element's id.

    `key` is that of the process which the diagram is meant to become a version of, if any.
    """
    try:
        definition = parse(xml)
        if definition.asks:
            asked = resources_of(session).decisions.known(definition.asks)
            definition = parse(xml, decisions=asked)
    except InvalidInputError as refusal:
        whole = Problem("diagram", "", refusal.sentence)
        return Inspection(None, refusal.problems or (whole,))
    found = [*definition.warnings]
    found += _heading_problems(definition, key)
    found += policy_problems(definition.key, definition.properties)
    for step in definition.steps.values():
        found += _step_problems(session, definition, step)
    found += event_problems(session, definition)
    found += _strategy_problems(session, definition)
    found += duty_warnings(session, definition)
    found += [
        problem(
            "topic.unknown",
            "",
            N_("Expected a service task topic among {known}, found “{topic}”."),
            known=", ".join(sorted(known_topics())),
            topic=topic,
        )
        for topic in definition.topics
        if topic not in known_topics()
    ]
    try:
        process = _link_with_latest(session, definition)
    except InvalidInputError as refusal:
        found += refusal.problems or (Problem("call.unknown", "", refusal.sentence),)
    else:
        found += process.uncaught
        found += _name_problems(session, definition, process)
    return Inspection(definition, tuple(found))


def _link_with_latest(session: Session, definition: Definition) -> Process:
    parts = {definition.key: definition}
    open_calls = list(definition.calls)
    while open_calls:
        called = open_calls.pop(0)
        row = None if called in parts else latest_definition(session, called)
        if row is not None:
            parts[called] = parse(row.xml, decisions=kept_models(row.decisions))
            open_calls += parts[called].calls
    return link(list(parts.values()))


def _name_problems(session: Session, definition: Definition, process: Process) -> list[Problem]:
    """Variables that conditions read and nobody writes: each would be an incident at run time.

    Known are the subject's routing facts, what the process, those that it calls and those that
    call it may write, and what it says to be given at its start (`appr.variables`).
    """
    read = list(names_read(definition))
    known = ROUTING | frozenset(definition.properties.get("appr.variables", "").split())
    for each in process.definitions.values():
        known |= names_written(each)
    if any(each.name not in known for each in read):
        for row in newest_definitions(session):
            if definition.key in row.calls:
                known |= names_written(parse(row.xml))
    return [
        problem(
            "condition.name",
            each.element_id,
            N_(
                "Expected a variable that the process knows (such as {known}), found “{found}”. "
                "What its starter gives is named in appr.variables."
            ),
            known=", ".join(sorted(ROUTING)),
            found=each.name,
        )
        for each in read
        if each.name not in known
    ]


def _strategy_problems(session: Session, definition: Definition) -> list[Problem]:
    """What is wrong in `appr.strategy`; who chooses may do so in another diagram of the chain."""
    known = list(definition.steps)
    if any(each.properties.get("appr.strategy") == APPROVER_CHOICE for each in
           definition.steps.values()):  # fmt: skip
        for row in newest_definitions(session):
            if row.key in definition.calls or definition.key in row.calls:
                known += parse(row.xml).steps
    return [found for step in definition.steps.values() for found in strategy_problems(step, known)]


def _heading_problems(definition: Definition, key: str | None) -> list[Problem]:
    found = []
    if key is not None and definition.key != key:
        found.append(
            problem(
                "definition.key",
                definition.key,
                N_("Expected the process to keep its key “{wanted}”, found “{found}”."),
                wanted=key,
                found=definition.key,
            )
        )
    longest = max(len(definition.name.zh), len(definition.name.en))
    if len(definition.key) > MAX_KEY or longest > MAX_NAME:
        found.append(
            problem(
                "definition.name",
                definition.key,
                N_(
                    "Expected a key of at most {key} characters and names of at most {name}, "
                    "found longer ones."
                ),
                key=MAX_KEY,
                name=MAX_NAME,
            )
        )
    return found


def _step_problems(session: Session, definition: Definition, step: StepDefinition) -> list[Problem]:
    found = rule_problems(step.id, step.properties, _known_candidates(step))
    found += demand_problems(step.id, step.properties)
    found += policy_problems(step.id, step.properties)
    found += people_problems(step)
    found += _form_problems(session, step)
    roles = {str(role) for role in Role}
    forms = resources_of(session).forms
    form = forms.get(step.form_key) if step.form_key and step.form_key in forms else None
    found += timeout_problems(step, roles, form)
    groups = [group.text for group in step.candidate_groups if group.expression is None]
    groups += step.properties.get("appr.copy", "").split()
    found += [
        problem(
            "role.unknown",
            step.id,
            N_("Expected a role of the bureau for the step {step}, found “{found}”."),
            step=step.name,
            found=group,
        )
        for group in groups
        if group.split("@")[0] not in roles
    ]
    return found


def _known_candidates(step: StepDefinition) -> list[str] | None:
    """Who has a seat for certain, one each; None where only the running instance knows."""
    named = [step.assignee] if step.assignee else [*step.candidate_users, *step.candidate_groups]
    if step.properties.get("appr.strategy") or any(each.expression for each in named):
        return None
    return list(dict.fromkeys(each.text for each in named))


def _form_problems(session: Session, step: StepDefinition) -> list[Problem]:
    forms = resources_of(session).forms
    if step.form_key is None:
        return []
    if step.form_key not in forms:
        return [
            problem(
                "form.unknown",
                step.id,
                N_("Expected the form of the step {step} among {known}, found “{found}”."),
                step=step.name,
                known=", ".join(forms.keys()),
                found=step.form_key,
            )
        ]
    problems = rights_for(step.properties, forms.get(step.form_key)).problems
    return [Problem(each.code, step.id, each.sentence, each.level) for each in problems]
