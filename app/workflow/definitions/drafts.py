"""Drafts of diagrams: what a process owner has drawn and not deployed, valid or not."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.core.errors import ConflictError, InvalidInputError
from app.core.i18n import N_
from app.identity import Actor, Permission
from app.workflow.definitions.models import DefinitionDraft
from app.workflow.names import person_name

#: Largest diagram that a draft may hold, in bytes.
MAX_DRAFT_BYTES = 5 * 1024 * 1024


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
