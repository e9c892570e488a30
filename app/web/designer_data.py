"""What the modeler needs besides the diagram: roles, forms, processes and texts to choose from."""

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.engine import parse
from app.forms.form import Form
from app.forms.layout import Field, FieldType
from app.identity import Permission, Role, find_people, positions
from app.web.context import actor
from app.web.definition_steps import (
    duplicate_words,
    empty_words,
    policy_words,
    self_words,
    strategy_words,
)
from app.web.language import in_language
from app.workflow.definitions.library import Shelf, other_definitions
from app.workflow.definitions.versions import bilingual_name
from app.workflow.handlers import known_topics
from app.workflow.resources import resources_of

#: Roles that look on and administer; no step of a process is theirs.
NO_SEATS = frozenset({Role.SUPERVISOR, Role.MANAGER, Role.PROCESS_OWNER, Role.ADMIN})

#: People whom the panel offers by name.
MOST_PEOPLE = 500
Choices = list[dict[str, Any]]


def designer_data(session: Session, shelf: Shelf, version: int | None, xml: str) -> dict[str, Any]:
    """The data of `designer.html`; `version` is the one that was opened instead of the draft."""
    key = shelf.key
    draft, newest = shelf.draft, shelf.newest
    urls = {name: url_for(f"definitions.{name}", key=key) for name in ("save", "validate")}
    urls["facts"] = url_for("definitions.draft_facts", key=key)
    if draft:
        urls["discard"] = url_for("definitions.discard", key=key)
    if actor().can(Permission.DEFINITION_DEPLOY):
        urls["deploy"] = url_for("definitions.deploy", key=key)
    return {
        "xml": xml,
        "key": key,
        "revision": draft.revision if draft else 0,
        "newest": newest.number if newest else 0,
        #: Opening an old version changes nothing until it is saved.
        "is_draft": version is None,
        "urls": urls,
        "roles": role_choices(),
        "people": people_choices(session),
        "positions": position_choices(session),
        "strategies": _choices(strategy_words()),
        "empty": _choices(empty_words()),
        "self": _choices(self_words()),
        "duplicate": _choices(duplicate_words()),
        "policies": {name: _choices(words) for name, words in policy_words().items()},
        "forms": form_choices(session),
        "processes": process_choices(session, key),
        "topics": [{"value": each, "label": each} for each in sorted(known_topics())],
        "outcomes": outcome_choices(),
    }


def role_choices() -> Choices:
    """The roles that may sit at a step."""
    return [
        {"value": str(role), "label": in_language(role.display_name)}
        for role in Role
        if role not in NO_SEATS
    ]


def people_choices(session: Session) -> Choices:
    """The active people by user name."""
    return [
        {"value": each.username, "label": f"{in_language(each.name)} ({each.username})"}
        for each in find_people(session, "", limit=MOST_PEOPLE)
    ]


def position_choices(session: Session) -> Choices:
    """The positions of the organisation, each for all of it and for the project's section."""
    found = []
    section = gettext("of the project's section")
    for position in positions(session):
        label = in_language(position)
        found.append({"value": position.zh, "label": label})
        found.append({"value": f"{position.zh}@section", "label": f"{label} · {section}"})
    return found


def _choices(words: Mapping[str, str]) -> Choices:
    return [{"value": code, "label": label} for code, label in words.items()]


def form_choices(session: Session) -> Choices:
    """Every form with its fields; those that nobody writes are marked."""
    forms = resources_of(session).forms
    found = []
    for key in forms.keys():  # noqa: SIM118  (a library of files, no mapping)
        try:
            form = forms.get(key)
        except InvalidInputError:
            continue
        found.append({"value": key, "label": in_language(form.title), "fields": _fields(form)})
    return found


def process_choices(session: Session, key: str) -> Choices:
    """The processes that this one may call, with their steps for duties kept apart."""
    found = []
    for row in other_definitions(session, key):
        name = in_language(bilingual_name(row))
        try:
            steps = parse(row.xml).steps.values()
        except InvalidInputError:
            steps = {}.values()
        found.append(
            {
                "value": row.key,
                "label": name,
                "steps": [{"value": step.id, "label": in_language(step.name)} for step in steps],
            }
        )
    return found


def outcome_choices() -> Choices:
    """The decisions that the bureau knows; a diagram may use words of its own."""
    words = {
        "agree": gettext("Agree"),
        "agree_with_edits": gettext("Agree with edits"),
        "return_to_unit": gettext("Return to the unit"),
        "return_previous": gettext("Return one step"),
        "reject": gettext("Reject"),
    }
    return [{"value": code, "label": name} for code, name in words.items()]


def _fields(form: Form) -> list[dict[str, Any]]:
    found = []
    for each in form.entries():
        found.append(_field(each, 0))
        if each.type is FieldType.LIST:
            found += [_field(column, 1) for column in each.children if column.holds_value]
    return found


def _field(each: Field, depth: int) -> dict[str, Any]:
    return {
        "value": each.path,
        "label": in_language(each.label) or each.path,
        "is_computed": each.readonly or each.type is FieldType.COMPUTED,
        "depth": depth,
    }
