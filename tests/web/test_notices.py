"""The bell, how a person wants to hear of notices, and mail that is stuck."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from app.core.clock import Clock
from app.core.database import Database, table_of
from app.core.i18n import Sentence
from app.core.ids import new_id
from app.identity import Membership, Role, User
from app.notify import MailTiming, NoticeKind, notify
from app.notify.models import Mail
from app.notify.preferences import preferences_of
from tests.web.desk import words

SignIn = Callable[[str], FlaskClient]
NOW = Clock().now()
CHOICES = {f"mail.{kind}": "digest" for kind in NoticeKind} | {
    f"in_app.{kind}": "on" for kind in NoticeKind
}


@pytest.fixture
def reviewer(database: Database) -> UUID:
    """Two notices wait: one for the person, one for the group."""
    with database.unit_of_work() as session:
        at = NOW - timedelta(hours=1)
        for kind, address in (
            (NoticeKind.URGED, "user@reviewer"),
            (NoticeKind.ASSIGNED, "center_reviewer"),
        ):
            due = datetime(2022, 10, 10, 1, tzinfo=UTC)
            sentence = Sentence("{what} at {when}", {"what": kind, "when": due})
            notify(session, kind, [address], f"{kind}:1", sentence, "/tasks/1", at)
        found: UUID = session.scalars(select(User.id).where(User.username == "reviewer")).one()
        return found


def test_the_bell_shows_all_kinds_or_one_with_local_times(reviewer: UUID, sign_in: SignIn) -> None:
    client = sign_in("reviewer")

    everything = client.get("/notices")
    urged = words(client.get("/notices?kind=urged"))
    nonsense = client.get("/notices?kind=nonsense")

    assert "urged at 2022-10-10 09:00" in words(everything)
    assert "assigned at" in words(everything)
    assert 'href="/tasks/1"' in everything.text
    assert "urged at" in urged
    assert "assigned at" not in urged
    assert "assigned at" in words(nonsense)


def test_what_was_read_is_not_new_any_more(reviewer: UUID, sign_in: SignIn) -> None:
    client = sign_in("reviewer")
    assert words(client.get("/notices")).count(" New ") == 2
    client.post("/notices/read")
    assert " New " not in words(client.get("/notices"))


def test_a_muted_kind_is_neither_shown_nor_counted(reviewer: UUID, sign_in: SignIn) -> None:
    client = sign_in("reviewer")
    form = {name: value for name, value in CHOICES.items() if name != "in_app.urged"}

    client.post("/preferences", data=form | {"email": ""})

    assert "urged at" not in words(client.get("/notices"))
    assert client.get("/counts").json == {"tasks": "", "notices": "1"}


def test_preferences_and_address_are_kept(
    reviewer: UUID, sign_in: SignIn, database: Database
) -> None:
    client = sign_in("reviewer")
    answer = client.post(
        "/preferences", data=CHOICES | {"mail.urged": "never", "email": " a.b@bureau.example "}
    )

    assert answer.status_code == 302
    page = client.get("/preferences").text
    assert 'value="a.b@bureau.example"' in page
    with database.unit_of_work(write=False) as session:
        chosen = preferences_of(session, [reviewer])[reviewer]
    assert chosen[NoticeKind.URGED].mail is MailTiming.NEVER
    assert chosen[NoticeKind.RETURNED].mail is MailTiming.DIGEST


@pytest.mark.parametrize(
    "email",
    [
        "nobody",
        "a@b",
        "a b@c.example",
        "a@b.example\r\nBcc: all@b.example",
        "@b.example",
        f"a@{'b' * 250}.c",
    ],
)
def test_an_address_that_is_none_is_refused_and_kept(
    reviewer: UUID, sign_in: SignIn, database: Database, email: str
) -> None:
    client = sign_in("reviewer")
    answer = client.post("/preferences", data=CHOICES | {"email": email, "mail.urged": "never"})

    assert answer.status_code == 422
    assert "Expected an address such as name@example.org" in words(answer)
    with database.unit_of_work(write=False) as session:
        assert session.get_one(User, reviewer).email == ""
        assert preferences_of(session, [reviewer])[reviewer][NoticeKind.URGED].mail != "never"


@pytest.mark.parametrize("crafted", [{"mail.urged": "hourly"}, {"mail.urged": ""}])
def test_a_crafted_choice_is_refused(
    reviewer: UUID, sign_in: SignIn, crafted: dict[str, str]
) -> None:
    answer = sign_in("reviewer").post("/preferences", data=CHOICES | {"email": ""} | crafted)
    assert answer.status_code == 422


def test_stuck_mail_is_shown_to_administrators_who_may_send_it_again(
    reviewer: UUID, sign_in: SignIn, database: Database
) -> None:
    mail = new_id()
    with database.unit_of_work() as session:
        manager = session.scalars(select(User.id).where(User.username == "manager")).one()
        session.add(Membership.of(manager, Role.ADMIN))
        session.execute(insert(table_of(Mail)), {
            "id": mail, "user_id": reviewer, "kind": "urged", "occasion": "x", "sentences": [],
            "path": "/", "is_digest": False, "written_at": NOW, "next_try_at": None,
            "attempts": 7, "error": "550 no such mailbox",
        })  # fmt: skip
    client = sign_in("manager")

    assert "550 no such mailbox" in words(client.get("/mail"))
    client.post(f"/mail/{mail}/retry")

    with database.unit_of_work(write=False) as session:
        assert session.get_one(Mail, mail).next_try_at is not None
    assert client.post(f"/mail/{new_id()}/retry").status_code == 302


def test_others_see_no_mail(reviewer: UUID, sign_in: SignIn) -> None:
    client = sign_in("reviewer")
    assert client.get("/mail").status_code == 403
    assert client.post(f"/mail/{new_id()}/retry").status_code == 403
    assert "Mail that is stuck" not in words(client.get("/notices"))


def test_preferences_need_a_sign_in(client: FlaskClient) -> None:
    assert client.get("/preferences").status_code == 302
    assert client.post("/preferences", data=CHOICES).status_code == 401
