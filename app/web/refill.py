"""Nothing is lost: a refused form comes back with what was typed and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import Flask, Response, g, make_response, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.core.errors import (
    ConflictError,
    CountersignError,
    InvalidInputError,
    Problem,
)
from app.web.context import db
from app.web.errors import status_of, wants_json
from app.web.once import once
from app.web.refusals import record_refused

Parameters = ParamSpec("Parameters")
View = Callable[Parameters, ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Refill:
    """The refused request of which this page is the answer."""

    error: CountersignError
    typed: MultiDict[str, str]
    problems: tuple[Problem, ...]


def register(app: Flask) -> None:
    """Give the templates `refill`, `typed` and `problems_at`."""
    app.jinja_env.globals.update(typed=typed, typed_list=typed_list, problems_at=problems_at)
    app.context_processor(lambda: {"refill": g.get("refill")})


def refilled(
    show: Callable[Parameters, ResponseReturnValue], *, repeatable: bool = False
) -> Callable[[View[Parameters]], View[Parameters]]:
    """Answer a refused form by showing its page again, filled, with the right status code.

    `show` is the view of the page; it gets the same arguments as the refused view. A request
    that asks for JSON, such as the saving of a draft, gets problem+json instead. A form that
    carries a key acts once, unless it is `repeatable`.
    """

    def decorate(view: View[Parameters]) -> View[Parameters]:
        act = view if repeatable else once(view)

        @wraps(view)
        def answered(*args: Parameters.args, **kwargs: Parameters.kwargs) -> ResponseReturnValue:
            try:
                return act(*args, **kwargs)
            except (InvalidInputError, ConflictError) as error:
                if wants_json():
                    raise
                # The page below only reads: what the refused verb has done must not be committed.
                db().rollback()
                g.refill = Refill(error, request.form, getattr(error, "problems", ()))
                page: Response = make_response(show(*args, **kwargs))
                page.status_code = status_of(error)
                record_refused(db(), error)
                return page

        return answered

    return decorate


def typed(name: str, stored: object = "") -> object:
    """What was typed into a field of the refused form, else what is stored."""
    refill: Refill | None = g.get("refill")
    if refill is None:
        return "" if stored is None else stored
    return refill.typed.get(name, "")


def typed_list(name: str, stored: list[str]) -> list[str]:
    """The same for a field with several values."""
    refill: Refill | None = g.get("refill")
    return stored if refill is None else refill.typed.getlist(name)


def problems_at(where: str) -> list[Problem]:
    """What is wrong with one field of the refused form; "" for the whole of it."""
    refill: Refill | None = g.get("refill")
    return [] if refill is None else [each for each in refill.problems if each.where == where]
