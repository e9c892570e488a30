"""What has stopped and what is on its way between items, for who resolves incidents."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.core.i18n import N_, Bilingual, Sentence
from app.engine import target_name
from app.identity import Permission, people_names
from app.web.context import actor, db, now
from app.web.security import needs
from app.workflow.definitions.versions import process_of
from app.workflow.events.models import MessageKind, MessageState
from app.workflow.events.operations import UnderWay, discard, send_again, under_way
from app.workflow.incidents import resolve_incident
from app.workflow.models import ProcessInstance

pages = Blueprint("operations", __name__)

KINDS = {
    MessageKind.MESSAGE: N_("Message"),
    MessageKind.SIGNAL: N_("Signal"),
    MessageKind.TIMER: N_("Timed start"),
}
STATES = {
    MessageState.NEW: N_("Being delivered"),
    MessageState.BUFFERED: N_("Waits for a receiver"),
    MessageState.HELD: N_("Held"),
    MessageState.DELIVERED: N_("Delivered"),
    MessageState.EXPIRED: N_("Expired"),
    MessageState.DISCARDED: N_("Discarded"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """What the page calls the things of `UnderWay`."""

    #: By item and element.
    elements: dict[tuple[UUID, str], Bilingual]
    people: dict[UUID, Bilingual]


@pages.get("/operations")
@needs(Permission.INCIDENT_MANAGE)
def index() -> str:
    """Incidents, messages on their way, events that items wait for, and what ended last."""
    found = under_way(db(), actor())
    return render_template(
        "operations/index.html",
        found=found,
        named=_named(found),
        kinds=KINDS,
        states=STATES,
        load=Sentence.load,
        subject=lambda item: Bilingual(item.subject_zh, item.subject_en),
    )


@pages.post("/operations/incidents/<uuid:incident_id>/resolve")
@needs(Permission.INCIDENT_MANAGE)
def resolve(incident_id: UUID) -> ResponseReturnValue:
    """Try again what an incident has stopped."""
    resolve_incident(db(), incident_id, actor(), now())
    flash(gettext("Resolved. What it had stopped is tried again."))
    return redirect(url_for("operations.index"))


@pages.post("/operations/messages/<uuid:message_id>/send-again")
@needs(Permission.INCIDENT_MANAGE)
def again(message_id: UUID) -> ResponseReturnValue:
    """Look for a receiver once more."""
    send_again(db(), message_id, actor(), now())
    flash(gettext("It is delivered once more."))
    return redirect(url_for("operations.index"))


@pages.post("/operations/messages/<uuid:message_id>/discard")
@needs(Permission.INCIDENT_MANAGE)
def throw_away(message_id: UUID) -> ResponseReturnValue:
    """Let nobody get it."""
    discard(db(), message_id, actor(), now())
    flash(gettext("Discarded. Nobody gets it."))
    return redirect(url_for("operations.index"))


def _named(found: UnderWay) -> Named:
    places = [(item, incident.element_id) for incident, item in found.incidents]
    places += [(item, waiting.element_id) for waiting, item in found.waiting]
    handled = {each.handled_by_id for each in found.ended if each.handled_by_id}
    return Named(
        {(item.id, element): _element(item, element) for item, element in places},
        people_names(db(), handled),
    )


def _element(item: ProcessInstance, element_id: str) -> Bilingual:
    """The name that the diagram gives an element, in the first definition that has it."""
    process = process_of(db(), item.definition_ids)
    for key, definition in process.definitions.items():
        if element_id in definition.elements:
            name = target_name(process, key, element_id)
            if str(name):
                return name
    return Bilingual(element_id, element_id)
