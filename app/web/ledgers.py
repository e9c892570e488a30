"""Ledgers: every act of an item with the verdict on its chain, and a project's as a file."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, render_template
from sqlalchemy import Row

from app.core.i18n import Bilingual
from app.identity import SYSTEM, Permission, names_of_users, organisation_names, people_names
from app.projects.queries import find_project
from app.web.context import actor, db, now
from app.web.formats import moment
from app.web.language import in_language
from app.web.ledger_paper import PrintedLedger, ledger_pdf
from app.web.security import needs
from app.web.sheet import state_words
from app.web.task_history import LedgerLine, acting, ledger_lines, mentioned
from app.workflow.applying.loading import load_instance
from app.workflow.definitions.versions import process_of
from app.workflow.items import items_of
from app.workflow.ledger.entries import verify
from app.workflow.ledger.export import export_lines
from app.workflow.permits.reading import require_reader
from app.workflow.tracking.history import ledger_entries

pages = Blueprint("ledgers", __name__)


@pages.get("/instances/<uuid:instance_id>/ledger")
def show(instance_id: UUID) -> str:
    """All entries and the verdict, for everybody who may read the item.

    A check that only few may do would prove nothing to the others.
    """
    instance = load_instance(db(), instance_id, lock=False)
    require_reader(db(), actor(), instance)
    return render_template(
        "ledgers/show.html",
        instance=instance,
        subject=Bilingual(instance.subject_zh, instance.subject_en),
        process=process_of(db(), instance.definition_ids).main.name,
        lines=lines_of(instance),
        verdict=verify(db(), instance_id),
    )


@pages.get("/projects/<code>/ledger.jsonl")
@needs(Permission.LEDGER_VERIFY)
def export(code: str) -> Response:
    """The ledgers of a project as a file that `countersign verify-ledger --file` checks."""
    project = find_project(db(), actor(), code)
    response = Response(
        b"".join(export_lines(db(), project.code, now())), mimetype="application/jsonl"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="ledger-{project.code}.jsonl"'
    return response


@pages.get("/projects/<code>/ledger.pdf")
@needs(Permission.LEDGER_VERIFY)
def export_pdf(code: str) -> Response:
    """The same for a folder of paper."""
    project = find_project(db(), actor(), code)
    printed = []
    for item in items_of(db(), project.code):
        instance = load_instance(db(), item.instance_id, lock=False)
        process = process_of(db(), instance.definition_ids)
        heading = f"{in_language(item.process)} · {state_words(instance, process)}"
        verdict = verify(db(), item.instance_id)
        printed.append(PrintedLedger(heading, lines_of(instance), verdict))
    title = f"{in_language(project.name)} · {project.code}"
    response = Response(ledger_pdf(title, printed, moment(now())), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="ledger-{project.code}.pdf"'
    return response


def lines_of(instance: Row[Any]) -> list[LedgerLine]:
    """The ledger of an item (a row of `load_instance`) as sentences."""
    entries = ledger_entries(db(), instance.instance_id)
    people = people_names(db(), acting(entries))
    copied = {(each.to_state or "").partition("@")[2] for each in entries if each.verb == "copy"}
    organisations = organisation_names(db(), copied - {""})
    process = process_of(db(), instance.definition_ids)
    return ledger_lines(
        entries,
        process,
        people,
        organisations,
        SYSTEM.name,
        names_of_users(db(), mentioned(entries)),
    )
