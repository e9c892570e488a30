"""Making a diagram the newest version of its process."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.core.ids import new_id
from app.engine import Definition
from app.identity import Actor, Permission
from app.workflow.assignment.models import Rotation
from app.workflow.assignment.strategies import ROUND_ROBIN
from app.workflow.definitions.decision_files import kept_files
from app.workflow.definitions.inspection import inspect_definition
from app.workflow.definitions.models import DefinitionDraft, ProcessDefinition
from app.workflow.definitions.versions import latest_definition
from app.workflow.events.start_rows import refuse_timeless, replace_events


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
    refuse_timeless(definition, now)
    row = ProcessDefinition(
        id=new_id(),
        key=definition.key,
        version=newest.version + 1 if newest else 1,
        name_zh=definition.name.zh,
        name_en=definition.name.en,
        xml=xml,
        content_hash=definition.content_hash,
        calls=list(definition.calls),
        decisions=kept_files(definition.decisions),
        note=note.strip(),
        deployed_at=now,
        deployed_by_id=actor.id if actor else None,
    )
    session.add(row)
    _make_rotations(session, definition)
    replace_events(session, definition, now)
    draft = session.get(DefinitionDraft, definition.key)
    if draft is not None and draft.xml == xml:
        session.delete(draft)
    session.flush()
    return row


def _make_rotations(session: Session, definition: Definition) -> None:
    """A row for each step that takes turns, so that those who ask at once can wait for it."""
    for step in definition.steps.values():
        if step.properties.get("appr.strategy") == ROUND_ROBIN:
            known = session.get(Rotation, (definition.key, step.id))
            if known is None:
                session.add(Rotation(definition_key=definition.key, step_id=step.id))
