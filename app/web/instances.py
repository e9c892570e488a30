"""What belongs to an item as a whole: its diagram with the live token, receipts of copies."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Row

from app.core.errors import NotFoundError
from app.core.i18n import N_, Bilingual
from app.engine import Process
from app.identity import organisation_names
from app.web.context import actor, db, now
from app.web.formats import short_moment
from app.web.language import in_language
from app.workflow.applying.loading import load_instance
from app.workflow.applying.progress import Progress
from app.workflow.definitions.versions import process_of
from app.workflow.names import group_name
from app.workflow.permits.reading import require_reader
from app.workflow.states import TaskState
from app.workflow.tracking.history import OpenSeat, mark_copy_read, open_seats, visits

pages = Blueprint("instances", __name__)


@pages.get("/instances/<uuid:instance_id>")
def show(instance_id: UUID) -> ResponseReturnValue:
    """Leads to the step where the item is, or was last."""
    _readable(instance_id)
    steps = visits(db(), instance_id)
    if not steps:
        raise NotFoundError(N_("Expected a step of this item, found none yet."))
    here = next((each for each in steps if each.state == TaskState.OPEN), steps[-1])
    return redirect(url_for("tasks.show", task_id=here.id, place=request.args.get("place") or None))


@pages.get("/instances/<uuid:instance_id>/diagram")
def diagram(instance_id: UUID) -> str:
    """The diagrams of an item on a page of their own, the main one first."""
    instance = _readable(instance_id)
    process = process_of(db(), instance.definition_ids)
    return render_template(
        "task/diagram.html",
        instance=instance,
        subject=Bilingual(instance.subject_zh, instance.subject_en),
        definitions=list(process.definitions.values()),
    )


@pages.get("/instances/<uuid:instance_id>/diagram/<key>.bpmn")
def diagram_file(instance_id: UUID, key: str) -> Response:
    """The diagram as its author wrote it, as it was when the item started."""
    process = process_of(db(), _readable(instance_id).definition_ids)
    response = Response(_definition_xml(process, key), mimetype="application/xml")
    response.headers["Content-Disposition"] = f'attachment; filename="{key}.bpmn"'
    return response


@pages.get("/instances/<uuid:instance_id>/diagram/<key>.json")
def diagram_state(instance_id: UUID, key: str) -> Response:
    """The diagram and what the viewer marks on it: where the item is, with whom, since when."""
    instance = _readable(instance_id)
    process = process_of(db(), instance.definition_ids)
    xml = _definition_xml(process, key).decode()
    return jsonify(xml=xml, tokens=[*_passed(instance, key), *_live(instance_id, key)])


@pages.post("/instances/<uuid:instance_id>/read")
def read(instance_id: UUID) -> ResponseReturnValue:
    """The receipt of a copy: this person has seen it."""
    _readable(instance_id)
    mark_copy_read(db(), instance_id, actor(), now())
    return jsonify(read=True)


def _readable(instance_id: UUID) -> Row[Any]:
    instance = load_instance(db(), instance_id, lock=False)
    require_reader(db(), actor(), instance)
    return instance


def _definition_xml(process: Process, key: str) -> bytes:
    if key not in process.definitions:
        raise NotFoundError(
            N_("Expected a diagram of this item, found none named “{key}”."), key=key
        )
    return process.definitions[key].xml


def _passed(instance: Row[Any], key: str) -> list[dict[str, object]]:
    prefix = f"{key}/"
    return [
        {"element": each.removeprefix(prefix), "state": "passed"}
        for each in Progress.load(instance.progress).passed
        if each.startswith(prefix)
    ]


def _live(instance_id: UUID, key: str) -> list[dict[str, object]]:
    """Open steps of this diagram; those of another one mark the call that leads there."""
    seats = open_seats(db(), instance_id)
    codes = {group.partition("@")[2] for each in seats for group in each.groups} - {""}
    organisations = organisation_names(db(), codes)
    return [
        {
            **({"element": each.step_id} if each.definition_key == key else {}),
            "called": each.definition_key,
            "state": "over" if each.clock_stopped_at is None and each.due_at < now() else "live",
            "words": _words(each, organisations),
        }
        for each in seats
    ]


def _words(seat: OpenSeat, organisations: dict[str, Bilingual]) -> str:
    """`Zhang Min · since 10-10 09:00`, or the groups that may claim it."""
    groups = [in_language(group_name(each, organisations)) for each in seat.groups]
    who = in_language(seat.holder) if seat.holder else (groups[0] if groups else "–")
    return str(gettext("%(who)s · since %(time)s", who=who, time=short_moment(seat.since)))
