"""Everything that the approval sheet (审批单) of an item says, in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import Row

from app.core.i18n import Bilingual
from app.engine import Process
from app.forms import FieldView
from app.identity import organisation_names, people_names
from app.projects.goal_files import open_goal_file
from app.web.context import actor, db, now, settings
from app.web.fields import FormPage, form_to_read
from app.web.formats import moment, money
from app.web.goal_diffs import GOAL_FORM
from app.web.language import in_language
from app.web.sentences import translate_sentence
from app.web.task_history import PastOpinion, past_opinions
from app.workflow.applying.loading import load_instance
from app.workflow.deciding.attachments import attachments_of
from app.workflow.deciding.models import Attachment
from app.workflow.definitions.versions import process_of
from app.workflow.items import items_of
from app.workflow.ledger.entries import Verdict, verify
from app.workflow.permits.reading import require_reader
from app.workflow.resources import resources_of
from app.workflow.tracking.history import opinions
from app.workflow.tracking.sheets import VoteMark, sheet_code, vote_marks

NO_MARK = VoteMark(None, None, None, ())


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of the form; without a text it is a heading."""

    label: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A list of the form."""

    label: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SheetOpinion:
    """One vote as it is printed."""

    step: str
    visit: int
    outcome: str
    #: Where it sent the item, if not along the diagram.
    way: str
    text: str
    points: tuple[str, ...]
    who: str
    position: str
    on_behalf_of: str
    signature: Mapping[str, Any] | None
    at: str
    #: When and by whom it was taken back; empty for a vote that counts.
    voided: str


@dataclass(frozen=True, slots=True)
class SheetFile:
    """One attachment with what it can be recognised by."""

    name: str
    size: int
    who: str
    at: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, ready to be laid out on a page or on paper."""

    instance: Row[Any]
    title: str
    subject: str
    #: Labels and values of the head, in reading order.
    facts: tuple[tuple[str, str], ...]
    form_title: str
    form: tuple[Line | Table, ...]
    opinions: tuple[SheetOpinion, ...]
    files: tuple[SheetFile, ...]
    verdict: Verdict
    #: Address of the page that anyone may check it at, as printed and as the QR code.
    address: str


def gather(instance_id: UUID) -> Sheet:
    """Read the sheet of an item for the present person.

    Raises:
        NotFoundError: no such item. NotPermittedError: it does not concern this person.
    """
    instance = load_instance(db(), instance_id, lock=False)
    require_reader(db(), actor(), instance)
    process = process_of(db(), instance.definition_ids)
    past = past_opinions(opinions(db(), instance_id), process, resources_of(db()).forms)[::-1]
    marks = vote_marks(db(), instance_id)
    form = _form(instance, past, marks)
    return Sheet(
        instance=instance,
        title=gettext("Approval sheet: %(process)s", process=in_language(process.main.name)),
        subject=in_language(Bilingual(instance.subject_zh, instance.subject_en)),
        facts=tuple(_facts(instance, process)),
        form_title=in_language(form.title) if form else "",
        form=tuple(_lines(form.fields)) if form else (),
        opinions=tuple(_opinion(each, marks.get(each.opinion.vote_id, NO_MARK)) for each in past),
        files=tuple(_files(attachments_of(db(), instance_id))),
        verdict=verify(db(), instance_id),
        address=_address(instance),
    )


def _address(instance: Row[Any]) -> str:
    code = sheet_code(
        settings().secret_key, instance.instance_id, instance.ledger_length, instance.ledger_head
    )
    base = settings().base_url or request.host_url.rstrip("/")
    return base + url_for("verification.show", code=code)


def _facts(instance: Row[Any], process: Process) -> Iterator[tuple[str, str]]:
    codes = {instance.unit_code, instance.department_code, instance.section_code}
    names = organisation_names(db(), codes)
    item = next(
        each
        for each in items_of(db(), instance.subject_code)
        if each.instance_id == instance.instance_id
    )
    starter = people_names(db(), {instance.started_by_id})
    yield gettext("Project"), in_language(Bilingual(instance.subject_zh, instance.subject_en))
    yield gettext("Project code"), instance.subject_code
    for label, code in (
        (gettext("Unit"), instance.unit_code),
        (gettext("Department"), instance.department_code),
        (gettext("Section"), instance.section_code),
    ):
        yield label, in_language(names.get(code, code))
    yield gettext("Amount (10k yuan)"), money(instance.amount)
    yield (
        gettext("Process"),
        gettext(
            "%(name)s (%(key)s, version %(number)s)",
            name=in_language(process.main.name),
            key=instance.process_key,
            number=item.version,
        ),
    )
    yield gettext("State"), state_words(instance, process)
    yield gettext("Started by"), in_language(starter.get(instance.started_by_id))
    yield gettext("Started"), moment(instance.started_at)
    yield gettext("Ended on"), moment(instance.ended_at) or "–"
    yield gettext("Budget year"), str(instance.fiscal_year)
    yield gettext("Printed"), moment(now())


def state_words(instance: Row[Any], process: Process) -> str:
    """The state of an item, and by which end of the diagram it ended."""
    words = {
        "active": gettext("Under way"),
        "suspended": gettext("Suspended"),
        "completed": gettext("Ended"),
        "terminated": gettext("Terminated"),
    }[instance.state]
    end = process.main.elements.get(instance.end_event or "")
    name = in_language(end.name) if end else ""
    return str(gettext("%(state)s: %(end)s", state=words, end=name) if name else words)


def _form(
    instance: Row[Any], past: Sequence[PastOpinion], marks: Mapping[UUID, VoteMark]
) -> FormPage | None:
    """What was decided about: the first step's form as last sent, with the edits accepted since."""
    counting = [e for e in past if marks.get(e.opinion.vote_id, NO_MARK).voided_at is None]
    first = counting[0].opinion.step_id if counting else ""
    sent = next((e for e in counting[::-1] if e.opinion.step_id == first and e.form), None)
    if sent is None or sent.opinion.form_key != GOAL_FORM:
        return sent.form if sent else None
    goal = open_goal_file(db(), instance.subject_code).goal
    form = resources_of(db()).forms.get(GOAL_FORM)
    return form_to_read(form, {}, {**sent.opinion.values, **goal})


def _lines(fields: Sequence[FieldView], under: str = "") -> Iterator[Line | Table]:
    """The answers in order; no heading without an answer, and none that only repeats another."""
    for field in fields:
        label = in_language(field.label)
        if field.children:
            if members := list(_lines(field.children, label)):
                yield Line(label)
                yield from members
        elif field.rows:
            rows = [[in_language(cell.shown) for cell in row.cells] for row in field.rows]
            yield _table("" if label == under else label, field, rows)
        elif field.key and not field.columns and (text := in_language(field.shown)):
            yield Line(label, f"{text} {in_language(field.suffix)}".strip())


def _table(label: str, field: FieldView, rows: list[list[str]]) -> Table:
    """Without the columns that nobody filled in."""
    filled = [place for place in range(len(field.columns)) if any(row[place] for row in rows)]
    return Table(
        label,
        tuple(in_language(field.columns[place].label) for place in filled),
        tuple(tuple(row[place] for place in filled) for row in rows),
    )


def _opinion(past: PastOpinion, mark: VoteMark) -> SheetOpinion:
    opinion = past.opinion
    reasons = resources_of(db()).return_reasons
    points = []
    for code, text in mark.points:
        reason = in_language(reasons[code].name) if code in reasons else code
        points.append(f"{reason}: {text}" if text else reason)
    voided = ""
    if mark.voided_at:
        voided = gettext(
            "Taken back by %(who)s on %(time)s; void.",
            who=in_language(mark.voided_by),
            time=moment(mark.voided_at),
        )
    return SheetOpinion(
        step=in_language(opinion.step),
        visit=opinion.visit,
        outcome=in_language(past.outcome) or outcome_words(opinion.outcome),
        way=translate_sentence(past.way) if past.way else "",
        text=opinion.text,
        points=tuple(points),
        who=in_language(opinion.who),
        position=in_language(opinion.position),
        on_behalf_of=in_language(mark.on_behalf_of) if mark.on_behalf_of else "",
        signature=opinion.signature,
        at=moment(opinion.at),
        voided=voided,
    )


def outcome_words(code: str) -> str:
    """An outcome that the diagram gives no name, in the words that every process shares."""
    return str(
        {
            "agree": gettext("Agreed"),
            "reject": gettext("Rejected"),
            "return": gettext("Returned"),
            "abstain": gettext("Abstained"),
            "submit": gettext("Submitted"),
            "done": gettext("Submitted"),
        }.get(code, code)
    )


def _files(files: Sequence[Attachment]) -> Iterator[SheetFile]:
    people = people_names(db(), {each.uploaded_by_id for each in files})
    for each in files:
        who = in_language(people.get(each.uploaded_by_id))
        yield SheetFile(each.name, each.size, who, moment(each.uploaded_at), each.content_hash)
