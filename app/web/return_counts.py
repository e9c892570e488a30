"""For the process owner: how often each step sends back, why, and which items these were."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from app.core.i18n import Bilingual
from app.engine import parse
from app.identity import Permission
from app.web.context import actor, db, now, settings
from app.web.definition_steps import step_names
from app.web.security import needs
from app.workflow.definitions.library import get_shelf, version_xml
from app.workflow.resources import resources_of
from app.workflow.returning.points import ReasonCount, count_reasons, points_with_reason
from app.workflow.returning.reasons import ReturnReason

pages = Blueprint("return_counts", __name__, url_prefix="/definitions")

#: What is counted when the address names no period: a budget year.
USUAL_DAYS = 365
#: Lines of one list.
MOST = 200


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, both included."""

    since: date
    until: date

    @property
    def begin(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.since, time(), settings().time_zone)

    @property
    def end(self) -> datetime:
        """The moment after the last one."""
        return datetime.combine(self.until + timedelta(days=1), time(), settings().time_zone)


def asked_period() -> Period:
    """The period of the address; the last year where it names none that can be."""
    today = now().astimezone(settings().time_zone).date()
    until = _day("until") or today
    since = _day("since") or until - timedelta(days=USUAL_DAYS)
    return Period(min(since, until), until)


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


@pages.get("/<key>/returns")
@needs(Permission.DEFINITION_VIEW)
def index(key: str) -> ResponseReturnValue:
    """Counts per step and reason; with both in the address, the points behind one count."""
    shelf = get_shelf(db(), actor(), key)
    period = asked_period()
    step, reason = request.args.get("step", ""), request.args.get("reason", "")
    counts = count_reasons(db(), key, period.begin, period.end)
    points = (
        points_with_reason(db(), key, step, reason, period.begin, period.end, MOST)
        if step and reason
        else None
    )
    return render_template(
        "definitions/returns.html",
        shelf=shelf,
        period=period,
        lines=_lines(counts),
        total=sum(each.count for each in counts),
        reasons={code: each.name for code, each in _reasons().items()},
        steps=_names(key, shelf.newest.number) if shelf.newest else {},
        step=step,
        reason=reason,
        points=points,
        most=MOST,
    )


def _lines(counts: list[ReasonCount]) -> dict[str, list[ReasonCount]]:
    """The counts by step, the step that sends back most first."""
    found: dict[str, list[ReasonCount]] = {}
    for each in counts:
        found.setdefault(each.step_id, []).append(each)
    ordered = sorted(found.items(), key=lambda each: -sum(one.count for one in each[1]))
    return dict(ordered)


def _reasons() -> Mapping[str, ReturnReason]:
    return resources_of(db()).return_reasons


def _names(key: str, version: int) -> dict[str, Bilingual]:
    return step_names(db(), parse(version_xml(db(), actor(), key, version)))
