"""Files attached to an instance by the people who work on it."""

from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError
from app.core.i18n import N_
from app.core.ids import new_id
from app.identity import Actor
from app.workflow.applying import action_on, save_instance
from app.workflow.loading import load_task
from app.workflow.models import Attachment
from app.workflow.permits import require_seat
from app.workflow.resources import resources_of

#: 20 MB: a scanned report of some hundred pages.
MOST_BYTES = 20 * 1024 * 1024
#: What the bureau exchanges; nothing that a browser or an office program would execute.
TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".txt": "text/plain",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ofd": "application/ofd",
    ".zip": "application/zip",
}


def attach_file(
    session: Session, task_id: UUID, actor: Actor, name: str, stream: BinaryIO, now: datetime
) -> Attachment:
    """Keep a file for the form of a task that the actor works on.

    Raises:
        InvalidInputError: the type is not accepted, or the file is empty or too large.
        NotPermittedError: the actor has no seat in the task.
    """
    loaded = load_task(session, task_id, lock=True)
    require_seat(loaded, actor)
    plain_name = PurePath(name.replace("\\", "/")).name.strip()[-200:]
    content_type = TYPES.get(PurePath(plain_name).suffix.lower())
    if content_type is None:
        raise InvalidInputError(
            N_("Expected a file of one of the types {allowed}, found “{name}”."),
            allowed=", ".join(sorted(TYPES)),
            name=plain_name,
        )
    address, size = resources_of(session).storage.keep(stream, MOST_BYTES)
    if size == 0:
        raise InvalidInputError(
            N_("Expected a file with content, found “{name}” empty."), name=plain_name
        )
    row = Attachment(
        id=new_id(),
        instance_id=loaded.instance.instance_id,
        task_id=task_id,
        name=plain_name,
        content_type=content_type,
        size=size,
        content_hash=address,
        uploaded_by_id=actor.id,
        uploaded_at=now,
    )
    session.add(row)
    session.flush()
    action = action_on(session, loaded.instance, loaded.process, actor.id, now)
    action.progress.attached.append(as_form_value(row))
    action.record(
        "attach",
        definition_key=loaded.task.definition_key,
        step_id=loaded.task.step_id,
        task_id=task_id,
        visit=loaded.task.visit,
        reason=plain_name,
        form_hash=address,
    )
    save_instance(action)
    return row


def get_attachment(session: Session, attachment_id: UUID) -> Attachment:
    """One attachment; the caller checks who may read its instance.

    Raises:
        NotFoundError: none with this id.
    """
    row = session.get(Attachment, attachment_id)
    if row is None:
        raise NotFoundError(N_("Expected an attached file, found none with this address."))
    return row


def attachments_of(session: Session, instance_id: UUID) -> list[Attachment]:
    """Every file of an instance, oldest first."""
    return list(
        session.scalars(
            select(Attachment).where(Attachment.instance_id == instance_id).order_by(Attachment.id)
        )
    )


def as_form_value(row: Attachment) -> dict[str, object]:
    """The file as a form keeps it in a file field."""
    return {"id": str(row.id), "name": row.name, "size": row.size, "hash": row.content_hash}
