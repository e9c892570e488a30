"""Files attached to an instance by the people who work on it."""

from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.core.errors import NotFoundError, NotPermittedError
from app.core.file_types import media_type, plain_name
from app.core.i18n import N_
from app.core.ids import new_id
from app.identity import Actor
from app.workflow.applying.actions import action_on, save_instance
from app.workflow.applying.loading import load_task
from app.workflow.deciding.models import Attachment
from app.workflow.names import person_name
from app.workflow.resources import resources_of
from app.workflow.voting.own_seats import require_seat


def attach_file(
    session: Session, task_id: UUID, actor: Actor, name: str, stream: BinaryIO, now: datetime
) -> Attachment:
    """Keep a file for the form of a task that the actor works on.

    Raises:
        InvalidInputError: the type is not accepted or not what the bytes are, or the file is empty
            or too large.
        NotPermittedError: the actor has no seat in the task.
    """
    loaded = load_task(session, task_id, lock=True)
    require_seat(loaded, actor)
    resources = resources_of(session)
    plain = plain_name(name)
    content_type = media_type(plain, stream, resources.settings.attachment_types)
    address, size = resources.storage.keep(stream, resources.settings.max_attachment_bytes)
    row = Attachment(
        id=new_id(),
        instance_id=loaded.instance.instance_id,
        task_id=task_id,
        name=plain,
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
        reason=plain,
        form_hash=address,
    )
    save_instance(action)
    return row


def remove_attachment(
    session: Session, task_id: UUID, attachment_id: UUID, actor: Actor, now: datetime
) -> Attachment:
    """Take back an own file before the step is decided; the ledger keeps its name and hash.

    Its bytes go, too, unless another row names the same ones.

    Raises:
        NotPermittedError: somebody else attached it. ConflictError: the step is decided.
    """
    loaded = load_task(session, task_id, lock=True)
    require_seat(loaded, actor)
    row = get_attachment(session, attachment_id)
    if row.task_id != task_id:
        raise NotFoundError(N_("Expected a file that was attached in this step, found none."))
    if row.uploaded_by_id != actor.id:
        raise NotPermittedError(
            N_("Expected a file that you attached yourself, found “{name}” of {who}."),
            name=row.name,
            who=person_name(session, row.uploaded_by_id),
        )
    session.delete(row)
    session.flush()
    action = action_on(session, loaded.instance, loaded.process, actor.id, now)
    attached = action.progress.attached
    action.progress.attached = [each for each in attached if each["id"] != str(attachment_id)]
    action.record(
        "detach",
        definition_key=loaded.task.definition_key,
        step_id=loaded.task.step_id,
        task_id=loaded.task.id,
        visit=loaded.task.visit,
        reason=row.name,
        form_hash=row.content_hash,
    )
    save_instance(action)
    same = select(Attachment.id).where(Attachment.content_hash == row.content_hash).limit(1)
    if session.execute(same).first() is None:
        storage, address = resources_of(session).storage, row.content_hash
        # A transaction that is rolled back still needs its bytes.
        event.listen(session, "after_commit", lambda _session: storage.drop(address), once=True)
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
