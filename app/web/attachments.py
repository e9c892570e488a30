"""Files that people attach to an item: sent from its page, taken back, given as downloads."""

from typing import BinaryIO, cast
from uuid import UUID

from flask import Blueprint, Response, flash, g, jsonify, redirect, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.identity import Permission
from app.web.context import actor, db, now
from app.web.errors import wants_json
from app.web.refill import refilled
from app.web.security import needs
from app.web.task_requests import task_address, uuid_of
from app.web.tasks import keep_typed, show
from app.workflow.applying.loading import load_instance
from app.workflow.deciding.attachments import (
    as_form_value,
    attach_file,
    get_attachment,
    remove_attachment,
)
from app.workflow.permits.reading import require_reader
from app.workflow.resources import resources_of

pages = Blueprint("attachments", __name__)

#: Whatever a file holds, a browser that shows it all the same may do nothing with it.
FILE_POLICY = {"default-src": "'none'", "sandbox": ""}


@pages.post("/tasks/<uuid:task_id>/attachments")
@needs(Permission.TASK_WORK)
@refilled(show)
def attach(task_id: UUID) -> ResponseReturnValue:
    """Keep one file; a script gets what the form's field holds of it, a person the page again."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInputError(N_("Expected a file, found none."))
    row = attach_file(db(), task_id, actor(), file.filename, cast(BinaryIO, file.stream), now())
    if wants_json():
        return jsonify(as_form_value(row)), 201
    keep_typed(task_id)
    flash(gettext("The file %(name)s is attached.", name=row.name))
    return redirect(task_address(task_id, _anchor="attachments"))


@pages.post("/tasks/<uuid:task_id>/attachments/remove")
@needs(Permission.TASK_WORK)
@refilled(show)
def remove(task_id: UUID) -> ResponseReturnValue:
    """Take back an own file of this step."""
    keep_typed(task_id)
    wanted = uuid_of(request.form.get("attachment", ""))
    row = remove_attachment(db(), task_id, wanted, actor(), now())
    flash(gettext("The file %(name)s is removed.", name=row.name))
    return redirect(task_address(task_id, _anchor="attachments"))


@pages.get("/attachments/<uuid:attachment_id>")
def download(attachment_id: UUID) -> Response:
    """A file, never shown inside the browser's page; for those who may read its item."""
    row = get_attachment(db(), attachment_id)
    require_reader(db(), actor(), load_instance(db(), row.instance_id, lock=False))
    g.policy = FILE_POLICY
    answer = send_file(
        resources_of(db()).storage.open(row.content_hash),
        mimetype=row.content_type,
        as_attachment=True,
        download_name=row.name,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
