"""Verbs on performance goals: submit, return, freeze, edit by agreement.

Every submission is a new version; nothing that was submitted is ever changed in place.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import documents
from app.core.errors import ConflictError, InvalidInputError, NotFoundError, problem
from app.core.i18n import N_
from app.identity import Actor
from app.projects.bulk import insert_rows
from app.projects.goal_files import GoalFile
from app.projects.goal_forms import GoalDraft, draft_from_form
from app.projects.indicators import IndicatorLine
from app.projects.kinds import GoalStatus, Link, LinkStatus
from app.projects.models import GoalFingerprint, GoalVersion, Indicator, Project, source_columns
from app.projects.quantities import read_number
from app.projects.similarity import band_hashes

#: What a reviewer may ask to change in a line (F05).
_EDITABLE = (
    "l3",
    "operator",
    "target",
    "target_hi",
    "target_text",
    "unit",
    "weight",
    "basis",
    "evidence_source",
)


def save_submission(
    session: Session, file: GoalFile, values: Mapping[str, Any], *, actor: Actor, now: datetime
) -> GoalVersion:
    """Keep what was submitted as the next version; a version still in review is superseded.

    At most three statements: a text that was not changed keeps the fingerprints of the version
    before. Run `checks.check_goal` first; this verb refuses only what
    could not be stored.

    Raises:
        InvalidInputError: a value cannot be read.
        ConflictError: the goal is approved, hence frozen.
    """
    project, latest = file.project, file.latest
    draft = draft_from_form(values)
    if latest is not None:
        _refuse_frozen(project, latest)
        if latest.status == GoalStatus.SUBMITTED:
            latest.status = GoalStatus.SUPERSEDED.value
    _save_money(project, draft)
    kept = documents.load(documents.dump({**values, **draft.values()}))
    version = GoalVersion(
        project_id=project.id,
        number=latest.number + 1 if latest else 1,
        status=GoalStatus.SUBMITTED.value,
        medium_goal=draft.medium_goal,
        annual_goal=draft.annual_goal,
        form_values=kept,
        content_hash=content_hash(kept),
        submitted_at=now,
        submitted_by_id=actor.id,
    )
    session.add(version)
    file.latest = version
    project.link, project.link_status = Link.GOAL.value, LinkStatus.PENDING.value
    session.flush()
    if latest is None or latest.annual_goal != draft.annual_goal:
        text, unit = draft.annual_goal, project.unit_code
        prints = fingerprint_rows(version.id, project.fiscal_year, unit, text)
        insert_rows(session, GoalFingerprint, prints)
    return version


def mark_returned(file: GoalFile) -> GoalVersion:
    """A layer sent the goal back to the unit; the version stays readable as it was.

    Raises:
        ConflictError: the newest version is not in review.
    """
    version = _in_review(file)
    version.status = GoalStatus.RETURNED.value
    file.project.link_status = LinkStatus.RETURNED.value
    return version


def mark_withdrawn(file: GoalFile) -> None:
    """The goal was taken back (撤回) before it was decided; a version in review counts no more."""
    if file.latest is not None and file.latest.status == GoalStatus.SUBMITTED:
        file.latest.status = GoalStatus.WITHDRAWN.value
    file.project.link_status = LinkStatus.WITHDRAWN.value


def mark_in_review_again(file: GoalFile) -> GoalVersion:
    """A return to the unit was recalled before the unit sent anything: the version is in review.

    Raises:
        ConflictError: the newest version was not returned.
    """
    project, version = file.project, file.latest
    if version is None or version.status != GoalStatus.RETURNED:
        raise ConflictError(
            N_("Expected a returned version of the goal of {project}, found none."),
            project=project.code,
        )
    version.status = GoalStatus.SUBMITTED.value
    project.link_status = LinkStatus.PENDING.value
    return version


def mark_rejected(file: GoalFile) -> GoalVersion:
    """The goal was refused: the project may not enter the budget (poor → 不予安排).

    Raises:
        ConflictError: the newest version is not in review.
    """
    version = _in_review(file)
    version.status = GoalStatus.REJECTED.value
    file.project.link_status = LinkStatus.REJECTED.value
    return version


def freeze_approved(session: Session, file: GoalFile, now: datetime) -> GoalVersion:
    """Approve the version in review together with the budget; from now on nothing changes it.

    Its indicators become rows now, because only the goal in force is read by later links.

    Raises:
        ConflictError: the newest version is not in review.
    """
    version = _in_review(file)
    version.status, version.approved_at = GoalStatus.APPROVED.value, now
    file.project.link, file.project.link_status = Link.GOAL.value, LinkStatus.APPROVED.value
    session.flush()
    draft = draft_from_form(version.form_values)
    insert_rows(session, Indicator, indicator_rows(version.id, draft))
    return version


def apply_accepted_edits(
    session: Session,
    file: GoalFile,
    edits: Sequence[Mapping[str, Any]],
    *,
    actor: Actor,
    now: datetime,
) -> GoalVersion:
    """The unit accepts a reviewer's line edits (F05): they become the next version.

    An edit has `indicator` (the third-level name), `item` (a field of the indicator line; `target`
    when missing), `old` (what the reviewer saw; not compared when missing) and `new`.

    Raises:
        InvalidInputError: no such line or field, or the new value cannot be read.
        ConflictError: the line no longer says what the reviewer saw, or the goal is frozen.
    """
    return save_submission(session, file, edited_values(file, edits), actor=actor, now=now)


def edited_values(file: GoalFile, edits: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The goal in review as it would be with a reviewer's line edits.

    Raises:
        InvalidInputError: no such line or field.
        ConflictError: the line no longer says what the reviewer saw, or the goal is frozen.
    """
    values = _in_review(file).form_values
    return {**values, "indicators": _edited(values["indicators"], edits)}


def content_hash(values: Mapping[str, Any]) -> str:
    """SHA-256 of canonical form values, as hexadecimal text."""
    return sha256(documents.dump(values)).hexdigest()


def indicator_row(line: IndicatorLine) -> dict[str, Any]:
    """The columns of an indicator line, without its place."""
    return {
        "l1": line.l1.value,
        "l2": line.l2.value,
        "l3": line.l3,
        "direction": line.direction.value if line.direction else None,
        "operator": line.operator.value if line.operator else None,
        "target_number": line.target_number,
        "target_text": line.target_text,
        "target_high": line.target_high,
        "unit": line.unit,
        "weight": line.weight,
        "basis": line.basis,
        "evidence_source": line.evidence_source,
        "from_library": line.from_library,
        "is_core": line.is_core,
    }


def _in_review(file: GoalFile) -> GoalVersion:
    project, version = file.project, file.latest
    if version is None:
        raise NotFoundError(
            N_("Expected a submitted goal of project {project}, found none."), project=project.code
        )
    if version.status != GoalStatus.SUBMITTED:
        raise ConflictError(
            N_(
                "Expected version {number} of the goal of {project} in review, found it “{status}”."
            ),
            number=version.number,
            project=project.code,
            status=GoalStatus(version.status).display_name,
        )
    return version


def _refuse_frozen(project: Project, version: GoalVersion) -> None:
    if version.is_frozen:
        raise ConflictError(
            N_(
                "Expected a goal that is still open; version {number} of {project} was approved "
                "and is frozen. Changes need a goal adjustment."
            ),
            number=version.number,
            project=project.code,
        )


def _save_money(project: Project, draft: GoalDraft) -> None:
    """Money that the form was allowed to change; the total moves with the year."""
    if draft.year_amount is not None:
        project.total_amount += draft.year_amount - project.year_amount
        project.year_amount = draft.year_amount
    if draft.sources is not None:
        for column, amount in source_columns(draft.sources).items():
            setattr(project, column, amount)


def indicator_rows(version_id: UUID, draft: GoalDraft) -> list[dict[str, Any]]:
    """The indicators of a goal as rows, in the order of the form."""
    return [
        {"goal_version_id": version_id, "position": position, **indicator_row(line)}
        for position, line in enumerate(draft.indicators, start=1)
    ]


def fingerprint_rows(
    version_id: UUID, fiscal_year: int, unit_code: str, text: str
) -> list[dict[str, Any]]:
    """Rows by which `queries.load_peers` of other units will find this text."""
    return [
        {
            "goal_version_id": version_id,
            "band_hash": band_hash,
            "fiscal_year": fiscal_year,
            "unit_code": unit_code,
        }
        for band_hash in band_hashes(text)
    ]


def _edited(
    lines: Sequence[Mapping[str, Any]], edits: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    places = {line["l3"]: place for place, line in enumerate(lines)}
    changed = [dict(line) for line in lines]
    for index, edit in enumerate(edits):
        place, item = places.get(str(edit.get("indicator"))), edit.get("item") or "target"
        if place is None or item not in _EDITABLE:
            raise InvalidInputError(
                N_("The edits cannot be applied."),
                [
                    problem(
                        "goal.edit",
                        f"line_edits.{index}.indicator",
                        N_("Expected a field of an indicator of the goal, found “{found}”."),
                        found=f"{edit.get('indicator')}: {item}",
                    )
                ],
            )
        _refuse_stale(lines[place], item, edit)
        changed[place][item] = edit.get("new")
    return changed


def _refuse_stale(line: Mapping[str, Any], item: str, edit: Mapping[str, Any]) -> None:
    seen, found = edit.get("old"), line.get(item)
    if seen in (None, "") or seen == found:
        return
    if read_number(seen) is None or read_number(seen) != read_number(found):
        raise ConflictError(
            N_("Expected “{name}” still at {old}, as the reviewer saw it; found {found}."),
            name=line["l3"],
            old=seen,
            found=found,
        )
