"""What changed between two versions of a goal, line by line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.projects.models import GoalVersion

_TEXTS = ("medium_goal", "annual_goal", "year_amount", "no_service_object")
_FIELDS = (
    "l1",
    "l2",
    "l3",
    "operator",
    "target",
    "target_hi",
    "target_text",
    "unit",
    "weight",
    "basis",
    "evidence_source",
    "core",
)


@dataclass(frozen=True, slots=True)
class GoalChange:
    """One difference; a line that is new or gone is one change of the whole line."""

    #: `annual_goal`, `sources.fiscal`, `indicators.3` (new or gone) or `indicators.3.weight`;
    #: the index is that of the new version, of the old one for a line that is gone.
    where: str
    #: Third-level name of the line, empty outside the indicators.
    line: str
    #: None when there was nothing.
    old: str | None
    #: None when there is nothing any more.
    new: str | None


def version_diff(old: GoalVersion, new: GoalVersion) -> tuple[GoalChange, ...]:
    """All differences between two versions, in the order of the form.

    Lines are matched by their third-level name; those left over by their place, so that a renamed
    line shows as renamed and not as one gone and one new.
    """
    before, after = old.form_values, new.form_values
    return (
        *_fields("", "", _TEXTS, before, after),
        *_sources(before.get("sources"), after.get("sources")),
        *_lines(before.get("indicators", ()), after.get("indicators", ())),
    )


def _fields(
    prefix: str,
    line: str,
    names: Sequence[str],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Iterator[GoalChange]:
    for name in names:
        was, is_now = _shown(before.get(name)), _shown(after.get(name))
        if was != is_now:
            yield GoalChange(f"{prefix}{name}", line, was, is_now)


def _sources(before: Any, after: Any) -> Iterator[GoalChange]:
    was = {each["source"]: each["amount"] for each in before or ()}
    is_now = {each["source"]: each["amount"] for each in after or ()}
    yield from _fields("sources.", "", list(was | is_now), was, is_now)


def _lines(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> Iterator[GoalChange]:
    partners = _partners(before, after)
    for index, line in enumerate(after):
        where = f"indicators.{index}"
        partner = partners.get(index)
        if partner is None:
            yield GoalChange(where, line["l3"], None, line["l3"])
        else:
            yield from _fields(f"{where}.", line["l3"], _FIELDS, before[partner], line)
    for index, line in enumerate(before):
        if index not in partners.values():
            yield GoalChange(f"indicators.{index}", line["l3"], line["l3"], None)


def _partners(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> dict[int, int]:
    """New index → old index."""
    by_name = {line["l3"]: index for index, line in enumerate(before)}
    partners = {
        index: by_name[line["l3"]] for index, line in enumerate(after) if line["l3"] in by_name
    }
    free = set(range(len(before))) - set(partners.values())
    for index in range(len(after)):
        if index not in partners and index in free:
            partners[index] = index
    return partners


def _shown(value: object) -> str | None:
    return None if value is None or value == "" else str(value)
