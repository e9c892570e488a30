"""What changed between the last two submissions, in the words of the form."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.core.errors import NotFoundError
from app.core.i18n import Bilingual
from app.forms import FieldType, Form, diff
from app.forms.shown import shown
from app.projects.goal_changes import GoalChange, version_diff
from app.projects.launch import GOAL_REVIEW
from app.projects.models import GoalVersion
from app.projects.queries import goal_versions, project_by_code
from app.workflow.resources import FormLibrary
from app.workflow.tracking.history import Opinion

GOAL_FORM = "goal_declaration"
_NOTHING = Bilingual("", "")


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One difference; an empty side means that there was, or is, nothing."""

    label: Bilingual
    line: str
    old: Bilingual
    new: Bilingual


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two submissions side by side."""

    older: int
    newer: int
    changes: tuple[ShownChange, ...]


def last_changes(
    session: Session,
    forms: FormLibrary,
    process_key: str,
    subject_code: str,
    opinions: Sequence[Opinion],
) -> Comparison | None:
    """The last two versions of a goal, or of the first form that was sent more than once."""
    if process_key == GOAL_REVIEW:
        return _goal_changes(session, forms.get(GOAL_FORM), subject_code)
    first = opinions[0].form_key if opinions else None
    sent = [each for each in opinions if each.form_key == first]
    if first is None or len(sent) < 2 or first not in forms:
        return None
    form = forms.get(first)
    changes = diff(form, form.load(sent[-2].values), form.load(sent[-1].values))
    shown_ones = tuple(ShownChange(e.label, "", e.old_shown, e.new_shown) for e in changes)
    return Comparison(len(sent) - 1, len(sent), shown_ones)


def _goal_changes(session: Session, form: Form, subject_code: str) -> Comparison | None:
    try:
        versions = goal_versions(session, project_by_code(session, subject_code))[:2]
    except NotFoundError:
        return None
    if len(versions) < 2:
        return None
    newer, older = versions
    return compare_versions(form, older, newer)


def compare_versions(form: Form, older: GoalVersion, newer: GoalVersion) -> Comparison:
    """Two versions of a goal side by side, in the words of the declaration form."""
    changes = version_diff(older, newer)
    return Comparison(older.number, newer.number, tuple(_shown(form, each) for each in changes))


def _shown(form: Form, change: GoalChange) -> ShownChange:
    parts = [each for each in change.where.split(".") if not each.isdecimal()]
    field = form.by_path.get(".".join(parts)) or form.by_path.get(parts[0])
    if field is None:
        label = Bilingual(change.where, change.where)
        return ShownChange(label, change.line, _plain(change.old), _plain(change.new))
    if parts[0] == "sources" and len(parts) > 1:
        source = form.by_path.get("sources.source")
        label = shown(source, parts[1]) if source else field.label
        return ShownChange(label, "", _plain(change.old), _plain(change.new))
    return ShownChange(
        field.label,
        change.line,
        _NOTHING if change.old is None else _said(form, parts, change.old),
        _NOTHING if change.new is None else _said(form, parts, change.new),
    )


def _said(form: Form, parts: list[str], text: str) -> Bilingual:
    field = form.by_path.get(".".join(parts))
    if field is not None and field.type is FieldType.CHECKBOX:
        return shown(field, text == "True")
    return shown(field, text) if field is not None and field.options else _plain(text)


def _plain(text: str | None) -> Bilingual:
    return Bilingual(text or "", text or "")
