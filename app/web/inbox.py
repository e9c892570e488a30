"""The inbox: what waits for a person, and the two verbs that fit many tasks at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.core.errors import CountersignError
from app.core.i18n import Bilingual, Sentence
from app.identity import Actor, Permission, organisation_scope
from app.notify import count_unread
from app.web.context import actor, db, now, settings
from app.web.once import once
from app.web.refusals import record_refused
from app.web.security import needs
from app.workflow.applying.loading import load_task
from app.workflow.assignment.claiming import claim_task, unclaim_task
from app.workflow.assignment.whys import read_why, stands_in
from app.workflow.inbox.choices import directory
from app.workflow.inbox.pages import COUNT_CAP, Filters, inbox_counters, inbox_page
from app.workflow.inbox.rows import InboxRow
from app.workflow.inbox.tabs import Tab
from app.workflow.item_rows import cursor_at
from app.workflow.names import candidate_keys
from app.workflow.permits.reading import require_reader
from app.workflow.questions import questions_to
from app.workflow.voting.own_seats import own_seat

pages = Blueprint("inbox", __name__)

#: More ticks than one page has rows come from no page of ours.
MOST_TICKED = 100
Verb = Callable[[Session, UUID, Actor, int | None, datetime], None]


@dataclass(frozen=True, slots=True)
class Place:
    """A tab with its filters: what the address of an inbox page says."""

    tab: Tab = Tab.MINE
    filters: Filters = field(default_factory=Filters)

    @classmethod
    def of(cls, said: MultiDict[str, str]) -> "Place":
        """Read an address; what it does not know is left out."""
        tab = said.get("tab", "")
        year = said.get("year", "")
        return cls(
            Tab(tab) if tab in list(Tab) else Tab.MINE,
            Filters(
                text=said.get("text", "").strip()[:100],
                process_key=said.get("process", ""),
                department_code=said.get("department", ""),
                fiscal_year=int(year) if year.isdecimal() and len(year) == 4 else None,
                only_key=bool(said.get("key")),
                only_overdue=bool(said.get("overdue")),
            ),
        )

    @classmethod
    def parse(cls, query: str) -> "Place":
        """Back from `query`, as the pages of tasks carry it."""
        return cls.of(MultiDict(parse_qsl(query[:1000])))

    def arguments(self) -> dict[str, str]:
        """The address again, without what narrows nothing."""
        said = {
            "tab": self.tab.value,
            "text": self.filters.text,
            "process": self.filters.process_key,
            "department": self.filters.department_code,
            "year": str(self.filters.fiscal_year or ""),
            "key": "1" if self.filters.only_key else "",
            "overdue": "1" if self.filters.only_overdue else "",
        }
        return {name: value for name, value in said.items() if value}

    @property
    def query(self) -> str:
        """The same as one text."""
        return urlencode(self.arguments())

    def url(self, tab: Tab | None = None, **more: Any) -> str:
        """Address of this place, or of the same filters in another tab."""
        place = replace(self, tab=tab) if tab else self
        said: dict[str, Any] = {**place.arguments(), **more}
        return url_for("inbox.index", **said)


@pages.get("/inbox")
def index() -> str:
    """One page of one tab."""
    place = Place.of(request.args)
    before = request.args.get("before", "")
    page = inbox_page(
        db(),
        actor(),
        place.tab,
        place.filters,
        now(),
        before or request.args.get("after", ""),
        backwards=bool(before),
    )
    counters = inbox_counters(db(), actor(), now())
    scope = organisation_scope(actor())
    year = now().astimezone(settings().time_zone).year
    names = directory(db())
    return render_template(
        "inbox/index.html",
        place=place,
        page=page,
        counters=counters,
        questions=questions_to(db(), actor()) if counters["questions"] else [],
        names=names,
        why=lambda row: _why(row, names.organisations),
        sees_many=scope.everything or bool(scope.sections) or len(scope.departments) > 1,
        years=range(year + 1, year - 3, -1),
        Tab=Tab,
        nothing=Filters(),
        is_first=not page.previous_cursor,
    )


def _why(row: InboxRow, organisations: Mapping[str, Bilingual]) -> tuple[Sentence, ...]:
    """Why the work came to this person; at last for whom he stands in."""
    if not row.why:
        return ()
    last = (stands_in(actor().name, row.owner),) if row.owner else ()
    return (*read_why(row.why, organisations), *last)


@pages.get("/counts")
def counts() -> dict[str, str]:
    """The figures of the navigation and of the bell, for the script that keeps them fresh."""
    found = inbox_counters(db(), actor(), now())
    unread = count_unread(db(), actor().id, candidate_keys(actor()))
    return {
        "tasks": capped(found["mine"] + found["groups"] + found["questions"]),
        "notices": capped(unread),
    }


@pages.app_template_filter()
def capped(count: int) -> str:
    """A counter as pages show it: nothing for none, `999+` where counting ends."""
    return f"{COUNT_CAP}+" if count > COUNT_CAP else str(count or "")


@pages.post("/inbox/claim")
@needs(Permission.TASK_WORK)
@once
def claim() -> ResponseReturnValue:
    """Claim everything that was ticked."""
    return _one_by_one(
        claim_task, lambda count: ngettext("Claimed %(num)d task.", "Claimed %(num)d tasks.", count)
    )


@pages.post("/inbox/release")
@needs(Permission.TASK_WORK)
@once
def release() -> ResponseReturnValue:
    """Give back everything that was ticked."""
    return _one_by_one(
        unclaim_task,
        lambda count: ngettext("Released %(num)d task.", "Released %(num)d tasks.", count),
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one ticked task; `refusal` is the sentence why not."""

    task_id: UUID
    code: str
    subject: Bilingual | None
    step: Bilingual | None
    refusal: Sentence | None


def _one_by_one(verb: Verb, done_words: Callable[[int], str]) -> ResponseReturnValue:
    """Each task in a savepoint of its own: the clean ones are done, the others say why not."""
    place = Place.parse(request.form.get("place", ""))
    results = [_try(verb, task_id) for task_id in ticked()]
    done = sum(each.refusal is None for each in results)
    if done:
        flash(done_words(done))
    if not results:
        flash(gettext("Nothing was ticked."), "warning")
    if done == len(results):
        return redirect(place.url())
    return render_template("inbox/results.html", results=results, place=place, done=done)


def ticked() -> list[UUID]:
    """In a fixed order, so that two people who tick the same rows cannot lock each other out."""
    found = set()
    for text in request.form.getlist("task")[:MOST_TICKED]:
        try:
            found.add(UUID(text))
        except ValueError:
            continue
    return sorted(found)


def _try(verb: Verb, task_id: UUID) -> Result:
    refusal = None
    try:
        with db().begin_nested():
            verb(db(), task_id, actor(), None, now())
    except CountersignError as error:
        record_refused(db(), error)
        refusal = error.sentence
    try:
        loaded = load_task(db(), task_id, lock=False)
        if own_seat(loaded, actor()) is None:
            require_reader(db(), actor(), loaded.instance)
    except CountersignError:  # whom it does not concern is not told what it is
        return Result(task_id, "", None, None, refusal)
    instance = loaded.instance
    subject = Bilingual(instance.subject_zh, instance.subject_en)
    return Result(task_id, instance.subject_code, subject, loaded.name, refusal)


def next_task(place: Place, due_at: datetime, seat_id: UUID | None) -> UUID | None:
    """The task behind a seat in an inbox that asks for work, or its first one; None for none."""
    if place.tab not in (Tab.MINE, Tab.GROUPS):
        return None
    cursors = [cursor_at(due_at, seat_id), ""] if seat_id else [""]
    for cursor in cursors:
        page = inbox_page(db(), actor(), place.tab, place.filters, now(), cursor, limit=1)
        if page.rows:
            return page.rows[0].task_id
    return None
