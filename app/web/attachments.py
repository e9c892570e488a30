"""Files that people attach to an item: sent from the form's file fields, given as downloads."""

from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, Response, jsonify, request, send_file
from flask.typing import ResponseReturnValue

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.identity import Permission
from app.web.context import actor, db, now
from app.web.security import needs
from app.workflow.attachments import as_form_value, attach_file, get_attachment
from app.workflow.loading import load_instance
from app.workflow.permits import require_reader
from app.workflow.resources import resources_of

pages = Blueprint("attachments", __name__)


@pages.post("/tasks/<uuid:task_id>/attachments")
@needs(Permission.TASK_WORK)
def attach(task_id: UUID) -> ResponseReturnValue:
    """Keep one file; answers with what the form's field holds of it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInputError(N_("Expected a file, found none."))
    stream = cast(BinaryIO, file.stream)
    row = attach_file(db(), task_id, actor(), file.filename, stream, now())
    return jsonify(as_form_value(row)), 201


@pages.get("/attachments/<uuid:attachment_id>")
def download(attachment_id: UUID) -> Response:
    """A file, never shown inside the browser's page; for those who may read its item."""
    row = get_attachment(db(), attachment_id)
    require_reader(db(), actor(), load_instance(db(), row.instance_id, lock=False))
    return send_file(
        resources_of(db()).storage.open(row.content_hash),
        mimetype=row.content_type,
        as_attachment=True,
        download_name=row.name,
    )
