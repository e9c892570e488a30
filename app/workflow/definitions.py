"""Process definitions: drafts that may be wrong, versions that may not, and what is running."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError, NotFoundError, Problem, problem
from app.core.i18n import N_, Bilingual
from app.core.ids import new_id
from app.engine import (
    Definition,
    Process,
    StepDefinition,
    link,
    names_read,
    names_written,
    parse,
)
from app.forms import rights_for
from app.identity import Actor, Permission, Role
from app.workflow.assignment import people_problems
from app.workflow.demands import demand_problems
from app.workflow.duty_warnings import duty_warnings
from app.workflow.handlers import known_topics
from app.workflow.models import DefinitionDraft, ProcessDefinition, Rotation
from app.workflow.names import person_name
from app.workflow.policies import policy_problems
from app.workflow.resources import resources_of
from app.workflow.rule_checks import rule_problems
from app.workflow.strategies import APPROVER_CHOICE, ROUND_ROBIN, strategy_problems
from app.workflow.timeout_rules import timeout_problems

#: What every process knows of its subject (`Subject.routing`).
ROUTING = frozenset({"unit", "department", "section", "agency", "fiscal_year", "amount", "is_key"})
#: Largest diagram that a draft may hold, in bytes.
MAX_DRAFT_BYTES = 5 * 1024 * 1024
#: The largest number that the column of the version holds on every database.
MAX_VERSION = 2**31 - 1
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
    except InvalidInputError as refusal:
        whole = Problem("diagram", "", refusal.sentence)
        return Inspection(None, refusal.problems or (whole,))
    found = [*definition.warnings]
    found += _heading_problems(definition, key)
    found += policy_problems(definition.key, definition.properties)
    for step in definition.steps.values():
        found += _step_problems(session, definition, step)
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
        found += _name_problems(session, definition, process)
    return Inspection(definition, tuple(found))


def deploy_definition(
    session: Session,
    actor: Actor | None,
    xml: bytes,
    note: str,
    now: datetime,
    key: str | None = None,
) -> ProcessDefinition:
    """Make a diagram the newest version of its process; running instances stay on theirs.

    `actor` is None for the product's own installation. A diagram equal to the newest version is
    not deployed again: that version is returned. `key` refuses a diagram of another process.

    Raises:
        NotPermittedError: the actor may not deploy. InvalidInputError: the gate found problems.
    """
    if actor is not None:
        actor.require(Permission.DEFINITION_DEPLOY)
    inspection = inspect_definition(session, xml, key)
    if inspection.definition is None or not inspection.is_deployable:
        raise InvalidInputError(
            N_("Expected a diagram without problems, found {count}."),
            [each for each in inspection.problems if each.level == "block"],
            count=sum(each.level == "block" for each in inspection.problems),
        )
    definition = inspection.definition
    newest = latest_definition(session, definition.key)
    if newest is not None and newest.content_hash == definition.content_hash:
        return newest
    row = ProcessDefinition(
        id=new_id(),
        key=definition.key,
        version=newest.version + 1 if newest else 1,
        name_zh=definition.name.zh,
        name_en=definition.name.en,
        xml=xml,
        content_hash=definition.content_hash,
        calls=list(definition.calls),
        note=note.strip(),
        deployed_at=now,
        deployed_by_id=actor.id if actor else None,
    )
    session.add(row)
    _make_rotations(session, definition)
    draft = session.get(DefinitionDraft, definition.key)
    if draft is not None and draft.xml == xml:
        session.delete(draft)
    session.flush()
    return row


def save_definition_draft(
    session: Session, actor: Actor, key: str, xml: bytes, revision: int, now: datetime
) -> DefinitionDraft:
    """Keep what the process owner drew, valid or not; `revision` is the one that he started from.

    Raises:
        ConflictError: somebody saved in between; the sentence says who and when.
    """
    actor.require(Permission.DEFINITION_EDIT)
    if len(xml) > MAX_DRAFT_BYTES:
        raise InvalidInputError(
            N_("Expected a diagram of at most {most} bytes, found {found}."),
            most=MAX_DRAFT_BYTES,
            found=len(xml),
        )
    draft = session.get(DefinitionDraft, key, with_for_update=True)
    if draft is None:
        draft = DefinitionDraft(key=key, revision=0)
        session.add(draft)
    elif draft.revision != revision:
        raise ConflictError(
            N_("Expected to save over revision {wanted}, but {who} saved revision {found} {when}."),
            wanted=revision,
            found=draft.revision,
            who=person_name(session, draft.saved_by_id),
            when=draft.saved_at,
        )
    draft.xml, draft.revision = xml, draft.revision + 1
    draft.saved_at, draft.saved_by_id = now, actor.id
    session.flush()
    return draft


def discard_definition_draft(session: Session, actor: Actor, key: str) -> None:
    """Throw the draft away; the deployed version stays."""
    actor.require(Permission.DEFINITION_EDIT)
    draft = session.get(DefinitionDraft, key)
    if draft is not None:
        session.delete(draft)


def latest_definition(session: Session, key: str) -> ProcessDefinition | None:
    """The newest version of a process, if any."""
    return session.scalars(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    ).first()


def get_definition(session: Session, key: str, version: int | None = None) -> ProcessDefinition:
    """A version of a process, the newest one by default.

    Raises:
        NotFoundError: there is none.
    """
    row = None
    if version is None:
        row = latest_definition(session, key)
    elif 1 <= version <= MAX_VERSION:  # a longer number fits no column
        row = session.scalars(
            select(ProcessDefinition).where(
                ProcessDefinition.key == key, ProcessDefinition.version == version
            )
        ).first()
    if row is None:
        raise NotFoundError(N_("Expected the process “{key}”, found none."), key=key)
    return row


def latest_definition_ids(session: Session, key: str) -> list[str]:
    """Ids of the newest version of a process and of everything that it calls, main one first.

    An instance keeps this list for its whole life, so a later deployment does not touch it.
    """
    found: dict[str, str] = {}
    waiting = [key]
    while waiting:
        called = waiting.pop(0)
        if called in found:
            continue
        newest = session.execute(
            select(ProcessDefinition.id, ProcessDefinition.calls)
            .where(ProcessDefinition.key == called)
            .order_by(ProcessDefinition.version.desc())
            .limit(1)
        ).first()
        if newest is None:
            raise NotFoundError(N_("Expected the process “{key}”, found none."), key=called)
        found[called] = str(newest.id)
        waiting += newest.calls
    return list(found.values())


def newest_definitions(session: Session) -> Sequence[ProcessDefinition]:
    """The newest version of every process, by key."""
    newest = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
        .group_by(ProcessDefinition.key)
        .subquery()
    )
    return session.scalars(
        select(ProcessDefinition)
        .join(
            newest,
            (ProcessDefinition.key == newest.c.key)
            & (ProcessDefinition.version == newest.c.version),
        )
        .order_by(ProcessDefinition.key)
    ).all()


def process_of(session: Session, definition_ids: Sequence[str]) -> Process:
    """The executable process of an instance."""
    return resources_of(session).processes.get(session, definition_ids)


def definition_xml(session: Session, definition_id: UUID) -> bytes:
    """The file of a version as its author wrote it."""
    found = session.get(ProcessDefinition, definition_id)
    if found is None:
        raise NotFoundError(N_("Expected a version of a process, found none."))
    return found.xml


def _link_with_latest(session: Session, definition: Definition) -> Process:
    parts = {definition.key: definition}
    open_calls = list(definition.calls)
    while open_calls:
        called = open_calls.pop(0)
        row = None if called in parts else latest_definition(session, called)
        if row is not None:
            parts[called] = parse(row.xml)
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


def _make_rotations(session: Session, definition: Definition) -> None:
    """A row for each step that takes turns, so that those who ask at once can wait for it."""
    for step in definition.steps.values():
        if step.properties.get("appr.strategy") == ROUND_ROBIN:
            known = session.get(Rotation, (definition.key, step.id))
            if known is None:
                session.add(Rotation(definition_key=definition.key, step_id=step.id))


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
    if "appr.strategy" in step.properties or any(each.expression for each in named):
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


def bilingual_name(row: ProcessDefinition) -> Bilingual:
    """The name of a version."""
    return Bilingual(row.name_zh, row.name_en)
