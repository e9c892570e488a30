"""Each refusal becomes a sentence with its status code; what was typed comes back."""

from collections.abc import Callable

import pytest
from flask import Blueprint, render_template_string, request
from flask.testing import FlaskClient

from app.core.errors import (
    ConflictError,
    CountersignError,
    InvalidInputError,
    NotFoundError,
    NotPermittedError,
    problem,
)
from app.core.i18n import Bilingual
from app.identity import User
from app.web import CountersignApp
from app.web.context import actor, db
from app.web.refill import refilled
from app.web.security import public

FORM = """{% extends "base.html" %}{% import "components.html" as ui with context %}
{% block title %}Goal{% endblock %}
{% block content %}{{ ui.field("amount", "Amount", stored="1.00") }}{% endblock %}"""

ERRORS: dict[str, CountersignError] = {
    "invalid": InvalidInputError("Expected a number."),
    "forbidden": NotPermittedError("Expected a right."),
    "missing": NotFoundError("Expected the project {name}.", name=Bilingual("果园", "Orchard")),
    "conflict": ConflictError("Someone was first."),
}


@pytest.fixture
def pages(app: CountersignApp) -> Blueprint:
    """Views that fail in every way."""
    pages = Blueprint("trial", __name__)

    @pages.route("/trial/<kind>", methods=["GET", "POST"])
    @public
    def fail(kind: str) -> str:
        raise ERRORS[kind]

    @pages.get("/goal")
    def show_goal() -> str:
        return render_template_string(FORM)

    @pages.post("/goal")
    @refilled(show_goal)
    def save_goal() -> str:
        db().get_one(User, actor().id).name_en = "Half done"
        db().flush()
        raise InvalidInputError(
            "The goal was not saved.",
            [
                problem(
                    "goal.amount",
                    "amount",
                    "Expected a number, found {found}.",
                    found=request.form["amount"],
                )
            ],
        )

    app.register_blueprint(pages)
    return pages


@pytest.mark.parametrize(
    ("kind", "status", "sentence"),
    [
        ("invalid", 422, "Expected a number."),
        ("forbidden", 403, "Expected a right."),
        ("missing", 404, "Expected the project Orchard."),
        ("conflict", 409, "Someone was first."),
    ],
)
def test_our_errors_have_a_page_and_a_document(
    pages: Blueprint, client: FlaskClient, kind: str, status: int, sentence: str
) -> None:
    page = client.get(f"/trial/{kind}")
    document = client.get(f"/trial/{kind}", headers={"Accept": "application/json"})

    assert page.status_code == document.status_code == status
    assert sentence in page.text
    assert document.mimetype == "application/problem+json"
    assert document.json["detail"] == sentence


def test_an_unexpected_error_shows_a_number_and_no_trace(
    pages: Blueprint, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = client.get("/trial/unknown-kind")

    assert answer.status_code == 500
    assert "KeyError" not in answer.text
    reference = caplog.records[-1].getMessage().split()[2]
    assert reference in answer.text


def test_an_unknown_address_and_a_wrong_method_are_explained(client: FlaskClient) -> None:
    missing, wrong = client.get("/nowhere"), client.delete("/sign-in")

    assert (missing.status_code, wrong.status_code) == (404, 405)
    assert "There is no page at this address." in missing.text
    assert "GET" in wrong.headers["Allow"]


def test_a_request_that_is_too_large_is_refused_with_its_limit(
    app: CountersignApp, client: FlaskClient
) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024

    answer = client.post("/sign-in", data={"username": "x" * 1024 * 1024})

    assert answer.status_code == 413
    assert "at most 1 MB" in answer.text


def test_a_refused_form_comes_back_as_typed_with_the_problem_at_its_field(
    pages: Blueprint, sign_in: Callable[[str], FlaskClient], app: CountersignApp
) -> None:
    answer = sign_in("owner").post("/goal", data={"amount": "twelve"})

    assert answer.status_code == 422
    assert 'value="twelve"' in answer.text
    assert 'aria-invalid="true" aria-describedby="amount-problems"' in answer.text
    assert "Expected a number, found twelve." in answer.text
    with app.database.unit_of_work(write=False) as session:
        assert "Half done" not in {user.name_en for user in session.query(User)}


def test_a_refused_draft_gets_a_document_with_its_places(
    pages: Blueprint, sign_in: Callable[[str], FlaskClient]
) -> None:
    answer = sign_in("owner").post(
        "/goal", data={"amount": "twelve"}, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 422
    assert answer.json["problems"] == [
        {
            "code": "goal.amount",
            "where": "amount",
            "level": "block",
            "detail": "Expected a number, found twelve.",
        }
    ]


def test_a_stranger_who_posts_is_told_to_sign_in(pages: Blueprint, client: FlaskClient) -> None:
    answer = client.post("/goal", data={"amount": "1"})

    assert answer.status_code == 401
    assert "Sign in in another window" in answer.text
