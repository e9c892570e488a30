"""What the requests about a task have in common: reading them, and going on afterwards."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.core.errors import (
    InvalidInputError,
    NotFoundError,
    NotOfferedError,
    NotPermittedError,
    Problem,
    problem,
)
from app.core.i18n import N_, Bilingual
from app.identity import Permission, User, find_people, search_accounts
from app.web.context import actor, db
from app.web.inbox import Place, next_task
from app.web.language import in_language
from app.workflow.applying.loading import LoadedTask
from app.workflow.assignment.choices import CHOOSE
from app.workflow.voting.own_seats import own_seat

#: How many people a search offers.
PEOPLE_OFFERED = 8
#: Versions count from 1.
NO_VERSION = 0
#: A longer number in a request comes from no page of ours.
MOST_DIGITS = 10


def expected_version() -> int | None:
    """The version of the task that the page was opened with; what is no version fits no task."""
    text = request.form.get("expected_version", "")
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < MOST_DIGITS else NO_VERSION


def uuid_of(text: str) -> UUID:
    """An id from a request; one that nothing has, for a text that is none."""
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)


def one_person(text: str, where: str = "receiver") -> User:
    """The one colleague that the text means: a user name, or a name that only one has.

    Raises:
        InvalidInputError: none or several fit; the problem lies at the field `where`.
        NotOfferedError: it means somebody who has left.
    """
    wanted = text.strip()
    found = find_people(db(), wanted, limit=PEOPLE_OFFERED + 1) if wanted else []
    exact = [e for e in found if wanted in (e.username, e.name_zh, e.name_en)]
    people = exact or found
    if len(people) == 1:
        return people[0]
    if wanted and not people:
        _refuse_leaver(wanted, where)
    raise InvalidInputError(
        N_("Expected one colleague; what you typed is kept."),
        [
            problem(
                "transfer.receiver",
                where,
                N_("Expected the name or user name of one colleague; {count} fit “{found}”."),
                found=wanted,
                count=f"{PEOPLE_OFFERED}+" if len(people) > PEOPLE_OFFERED else len(people),
            )
        ],
    )  # fmt: skip


def _refuse_leaver(wanted: str, where: str) -> None:
    for each in search_accounts(db(), wanted, limit=PEOPLE_OFFERED):
        if wanted in (each.username, each.name_zh, each.name_en):
            words = N_("Expected a colleague who works here, but {who} has left.")
            raise NotOfferedError(
                words, [problem("person.left", where, words, who=each.name)], who=each.name
            )


def typed_choices() -> dict[str, list[str]]:
    """User names of those chosen for later steps, by step; several names are kept apart by commas.

    Raises:
        InvalidInputError: a name that none or several colleagues have.
    """
    found = {}
    for name, text in request.form.items():
        if name.startswith(CHOOSE):
            names = [each for each in re.split(r"[,;\uff0c\u3001\uff1b]", text) if each.strip()]
            people = [one_person(each, name).username for each in names]
            found[name.removeprefix(CHOOSE)] = people
    return found


@contextmanager
def problems_at_fields(names: Mapping[str, str]) -> Iterator[None]:
    """Let a refusal have its problems at the fields of the dialog: name in the verb → field."""
    try:
        yield
    except InvalidInputError as error:
        problems = [
            Problem(each.code, names.get(each.where, each.where), each.sentence, each.level)
            for each in error.problems
        ]
        template, values = error.sentence.template, error.sentence.values
        raise type(error)(template, problems, **values) from error


@contextmanager
def problems_in_dialog(names: Mapping[str, str], *, is_offered: bool) -> Iterator[None]:
    """The same for a dialog that chooses a `person`, when it is offered at all.

    A duty that keeps somebody out is a matter of whom to choose then, not of a missing right.
    """
    try:
        with problems_at_fields(names):
            yield
    except (NotFoundError, NotPermittedError) as error:
        if not is_offered:
            raise
        raise InvalidInputError(
            N_("Expected somebody who may do this step; what you typed is kept."),
            [Problem("person.duty", names["person"], error.sentence)],
        ) from error


def go_on(before: LoadedTask, done: str, category: str = "message") -> ResponseReturnValue:
    """Say what happened, with a link to it, and open the next task of the same list.

    Who has no list of tasks, a manager for one, stays on the page.
    """
    place = Place.parse(request.form.get("place", ""))
    subject = Bilingual(before.instance.subject_zh, before.instance.subject_en)
    flash(
        Markup('<a href="{}">{}</a> · {} · {}').format(
            task_address(before.task.id), in_language(subject), in_language(before.name), done
        ),
        category,
    )
    if not actor().can(Permission.TASK_WORK):
        return redirect(task_address(before.task.id))
    seat = own_seat(before, actor())
    following = next_task(place, before.task.due_at, seat.id if seat else None)
    return redirect(task_address(following) if following else place.url())


def task_address(task_id: UUID, **more: Any) -> str:
    """The page of a task, keeping the list that it was opened from."""
    place = request.values.get("place") or None
    return url_for("tasks.show", task_id=task_id, place=place, **more)
