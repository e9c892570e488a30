"""Deny by default, CSRF, content security policy, cookies, addresses to go back to."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core.database import Database
from app.core.settings import Settings
from app.identity import SYSTEM, User
from app.web import CountersignApp, create_app
from app.web.security import is_public, local_path
from app.workflow.assignment import handover

PASSWORD = "correct horse"
#: Something that fits each kind of place in an address.
EXAMPLES = {"int": "1", "uuid": "00000000-0000-7000-8000-000000000000"}
PUBLIC = {
    "assets.file",
    "assets.health",
    "preferences.choose_language",
    "preferences.choose_theme",
    "sign_in.show",
    "sign_in.enter",
    "sign_in.leave",
    # Who holds a printed sheet reads its code without an account.
    "verification.show",
}


def test_only_the_known_views_are_public(app: CountersignApp) -> None:
    assert {name for name, view in app.view_functions.items() if is_public(view)} == PUBLIC


def test_every_other_address_leads_a_stranger_to_the_sign_in_page(
    app: CountersignApp, client: FlaskClient
) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint in PUBLIC:
            continue
        address = re.sub(r"<(\w+)[^>]*>", lambda found: EXAMPLES.get(found[1], "x"), rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(address, method=method)
            assert answer.status_code == (302 if method == "GET" else 401), (method, address)
            if method == "GET":
                assert answer.location.startswith("/sign-in?next="), address


def test_signing_in_leads_where_the_person_wanted_to_go(client: FlaskClient) -> None:
    form = {"username": "owner", "password": PASSWORD, "next": "/somewhere?page=2"}

    answer = client.post("/sign-in", data=form)

    assert (answer.status_code, answer.location) == (302, "/somewhere?page=2")


def test_a_refused_sign_in_keeps_the_name_and_counts(client: FlaskClient) -> None:
    form = {"username": "owner", "password": "wrong"}

    answers = [client.post("/sign-in", data=form) for _ in range(5)]

    assert all(answer.status_code == 422 for answer in answers)
    assert 'value="owner"' in answers[0].text
    assert "The user name or the password is not right." in answers[0].text
    locked = client.post("/sign-in", data=form | {"password": PASSWORD})
    assert locked.status_code == 422


def test_signing_out_ends_the_session(sign_in: Callable[[str], FlaskClient]) -> None:
    client = sign_in("owner")

    client.post("/sign-out")

    assert client.get("/").location.startswith("/sign-in")


def test_signing_out_ends_copied_cookies_too(
    app: CountersignApp, sign_in: Callable[[str], FlaskClient]
) -> None:
    # given a cookie that somebody copied
    owner = sign_in("owner")
    cookie = owner.get_cookie("countersign")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("countersign", cookie.value)
    assert thief.get("/definitions").status_code == 200

    owner.post("/sign-out")

    assert thief.get("/definitions").location.startswith("/sign-in")
    # and the owner signs in again as ever
    assert sign_in("owner").get("/definitions").status_code == 200


def test_a_cookie_of_before_a_leave_does_not_revive_with_the_account(
    database: Database, sign_in: Callable[[str], FlaskClient]
) -> None:
    client = sign_in("owner")
    with database.unit_of_work() as session:
        owner = session.scalars(select(User).where(User.username == "owner")).one()
        boss = replace(SYSTEM, id=uuid4())
        handover.close_account(session, boss, owner.id, datetime.now(UTC))
        handover.reopen_account(session, boss, owner.id)

    assert client.get("/definitions").location.startswith("/sign-in")


def test_a_form_without_token_is_refused_with_a_sentence(app: CountersignApp) -> None:
    answer = app.test_client().post("/sign-in", data={"username": "owner"})

    assert answer.status_code == 400
    assert "此表单属于上一次登录" in answer.text


def test_the_policy_allows_neither_inline_nor_foreign(client: FlaskClient) -> None:
    headers = client.get("/sign-in").headers

    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_closed_to_scripts_and_other_sites(
    settings: Settings, database: Database, secure: bool
) -> None:
    app = create_app(replace(settings, secure_cookies=secure), database)
    app.config["WTF_CSRF_ENABLED"] = False

    cookie = app.test_client().post("/theme", data={"theme": "dark"}).headers["Set-Cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/tasks?tab=done", "/tasks?tab=done"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("//[", None),
        ("http://[::1", None),
        ("/\\evil.example", None),
        ("javascript:alert(1)", None),
        ("/\nLocation: x", None),
        ("tasks", None),
        ("", None),
        (None, None),
    ],
)
def test_only_addresses_of_this_site_are_gone_back_to(
    address: str | None, expected: str | None
) -> None:
    assert local_path(address) == expected
