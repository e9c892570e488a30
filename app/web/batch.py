"""Approving or returning many tasks at once: what is clean, what is not, what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import CountersignError, InvalidInputError
from app.core.i18n import N_, Sentence
from app.core.ids import new_id
from app.identity import Permission, organisation_names
from app.web.context import actor, db, now
from app.web.errors import wants_json
from app.web.inbox import Place, ticked
from app.web.itemwise import attempt, result, why
from app.web.refill import refilled
from app.web.security import itemwise, needs
from app.web.task_requests import MOST_DIGITS
from app.workflow.deciding.batches import (
    MOST_ITEMS,
    BatchVerb,
    Look,
    Order,
    do_item,
    done_in_batch,
    look_at,
)
from app.workflow.deciding.reasons import LONGEST_REASON, SHORTEST_REASON, reason_problems

pages = Blueprint("batch", __name__)


@dataclass(slots=True)
class BatchPage:
    """Many tasks, sorted by what may or did become of them."""

    verb: BatchVerb
    id: UUID
    done: list[Look] = field(default_factory=list)
    clean: list[Look] = field(default_factory=list)
    #: With the sentence that just refused each, if one did.
    others: list[tuple[Look, Sequence[Sentence]]] = field(default_factory=list)
    #: Refusals of what this person may not even know.
    unknown: list[Sentence] = field(default_factory=list)
    #: The opinion of those that are done.
    opinion: str = ""

    @property
    def total(self) -> Decimal:
        """Of the clean ones, in 10k yuan."""
        return sum((each.amount for each in self.clean), Decimal(0))

    @property
    def least_opinion(self) -> int:
        """Characters of opinion that the clean ones need at least."""
        if self.verb is BatchVerb.RETURN:
            return SHORTEST_REASON
        return max((each.least_opinion for each in self.clean), default=0)


@pages.post("/inbox/batch")
@needs(Permission.TASK_WORK)
def choose() -> ResponseReturnValue:
    """From the ticks of the inbox to a page with an address; changes nothing."""
    verb = "return" if request.form.get("verb") == "return" else "approve"
    tasks, place = ticked(), request.form.get("place") or None
    if not tasks:
        return redirect(Place.parse(place or "").url())
    return redirect(url_for("batch.show", verb=verb, task=tasks, place=place))


@pages.get("/inbox/batch")
@needs(Permission.TASK_WORK)
def show() -> ResponseReturnValue:
    """The clean ones, the others with their reasons, and what is done already."""
    return _page({})


@pages.post("/inbox/batch/run")
@itemwise
@needs(Permission.TASK_WORK)
@refilled(show, repeatable=True)
def run() -> ResponseReturnValue:
    """Do the ticked ones, each in its own transaction; a script sends a few at a time."""
    order = Order(_batch_id(), _verb(), request.form.get("opinion", ""))
    items = _items()
    _require_opinion(order, [task_id for task_id, _ in items])
    refused = {}
    for task_id, version in items:
        refusal = _do(task_id, version, order)
        if refusal is not None:
            refused[task_id] = refusal
    if wants_json():
        return jsonify([result(task_id, refused.get(task_id)) for task_id, _ in items])
    db().rollback()  # so that the page reads what was just written
    return _page(refused)


def _do(task_id: UUID, version: int, order: Order) -> Sentence | None:
    """The sentence why not, if it was not done."""
    refusal = attempt(lambda session: do_item(session, task_id, version, actor(), order, now()))
    return why(refusal) if refusal else None


def _page(refused: dict[UUID, Sentence]) -> str:
    page = _gather(refused)
    units = {each.unit_code for each in (*page.done, *page.clean, *(e for e, _ in page.others))}
    return render_template(
        "inbox/batch.html",
        page=page,
        place=Place.parse(request.values.get("place", "")),
        units=organisation_names(db(), units),
        longest_opinion=LONGEST_REASON,
        BatchVerb=BatchVerb,
    )


def _gather(refused: dict[UUID, Sentence]) -> BatchPage:
    page = BatchPage(_verb(), _batch_id())
    done = done_in_batch(db(), actor(), page.id)
    page.opinion = next(iter(done.values()), "")
    for task_id in _tasks():
        try:
            look = look_at(db(), task_id, actor(), page.verb, now())
        except CountersignError as error:
            page.unknown.append(error.sentence)
            continue
        if task_id in done:
            page.done.append(look)
        elif look.is_clean and task_id not in refused:
            page.clean.append(look)
        else:
            reasons = (refused[task_id],) if task_id in refused else look.reasons
            page.others.append((look, reasons))
    return page


def _require_opinion(order: Order, tasks: Sequence[UUID]) -> None:
    """One opinion for all: it must be long enough for each before the first is done.

    Raises:
        InvalidInputError: it is too short or too long; the problem lies at `opinion`.
    """
    least = SHORTEST_REASON
    if order.verb is BatchVerb.APPROVE:
        least = _least_opinion(tasks)
    problems = reason_problems("opinion", order.opinion, least)
    if problems:
        raise InvalidInputError(
            N_("Expected an opinion that fits every task; nothing was decided."), problems
        )


def _least_opinion(tasks: Sequence[UUID]) -> int:
    found = [0]
    for task_id in tasks:
        try:
            found.append(look_at(db(), task_id, actor(), _verb(), now()).least_opinion)
        except CountersignError:
            continue  # its own refusal says more
    return max(found)


def _verb() -> BatchVerb:
    found = request.values.get("verb", "")
    return BatchVerb(found) if found in set(BatchVerb) else BatchVerb.APPROVE


def _batch_id() -> UUID:
    """The number that the page was drawn with, or a new one."""
    try:
        return UUID(request.values.get("batch", ""))
    except ValueError:
        return new_id()


def _tasks() -> list[UUID]:
    return _at_most([_task for each in request.values.getlist("task") if (_task := _uuid(each))])


def _items() -> list[tuple[UUID, int]]:
    """Each ticked task with the version that the page showed, in an order that all share."""
    found = {}
    for text in request.form.getlist("item"):
        task_id, version = _uuid(text.partition(".")[0]), text.partition(".")[2]
        if task_id and version.isdecimal() and len(version) < MOST_DIGITS:
            found[task_id] = int(version)
    return [(task_id, found[task_id]) for task_id in _at_most(sorted(found))]


def _at_most(tasks: list[UUID]) -> list[UUID]:
    unique = list(dict.fromkeys(tasks))
    if len(unique) > MOST_ITEMS:
        raise InvalidInputError(
            N_("Expected at most {most} tasks at once, found {found}."),
            most=MOST_ITEMS,
            found=len(unique),
        )
    return unique


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
