"""The application on an empty bureau with one person per kind, and translations compiled."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.serving import make_server

from app.core.clock import Clock
from app.core.database import Base, Database
from app.core.settings import Settings
from app.identity import Membership, Organisation, Role, User, hash_password
from app.projects.sample.journeys import DEMO_NOW
from app.web import CountersignApp, create_app
from tests.databases import installation
from tests.web.desk import Desks

PASSWORD = "correct horse"
PASSWORD_HASH = hash_password(PASSWORD, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
PEOPLE = {
    "owner": Role.PROCESS_OWNER,
    "manager": Role.MANAGER,
    "reviewer": Role.CENTER_REVIEWER,
}


@pytest.fixture(scope="session", autouse=True)
def compiled_translations() -> None:
    """As `make` does it; written beside and moved, because test processes run at once."""
    for source in Path("app/web/translations").rglob("*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        beside = target.with_suffix(f".{os.getpid()}")
        with source.open("rb") as texts, beside.open("wb") as compiled:
            write_mo(compiled, read_po(texts))
        beside.replace(target)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return installation(f"sqlite:///{tmp_path / 'web.db'}", tmp_path)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    Base.metadata.create_all(database.engine)
    with database.unit_of_work() as session:
        session.add(Organisation(code="FB", kind="bureau", name_zh="财政局", name_en="Bureau"))
        session.flush()
        for username, role in PEOPLE.items():
            person = User(
                username=username,
                name_zh=f"{username}先生",
                name_en=f"Mr {username}",
                organisation_code="FB",
                password_hash=PASSWORD_HASH,
                language="en",
            )
            session.add(person)
            session.flush()
            session.add(Membership.of(person.id, role))
    yield database
    database.dispose()


@pytest.fixture
def app(settings: Settings, database: Database) -> CountersignApp:
    return create_app(settings, database, Clock())


@pytest.fixture
def client(app: CountersignApp) -> FlaskClient:
    """A browser that reads English and sends no CSRF token: test_security has one that must."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.set_cookie("language", "en")
    return client


@pytest.fixture
def sign_in(client: FlaskClient) -> Callable[[str], FlaskClient]:
    def sign_in(username: str) -> FlaskClient:
        client.post("/sign-in", data={"username": username, "password": PASSWORD})
        return client

    return sign_in


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Debian's Chromium; nothing is downloaded."""
    quiet = ("background-networking", "component-update", "sync")
    return {
        "executable_path": os.environ.get("CHROMIUM") or shutil.which("chromium"),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            *(f"--disable-{each}" for each in quiet),
        ],
    }


@pytest.fixture
def address(app: CountersignApp) -> Iterator[str]:
    """The application as a server of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def watched(page: Page) -> Iterator[Page]:
    """A page that fails its test by any error in the console, of a script, or of the policy."""
    found: list[str] = []
    page.on(
        "console",
        lambda said: found.append(f"{said.text} {said.location}") if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    yield page
    assert not found


@pytest.fixture
def accessibility_violations() -> Callable[[Page], list[str]]:
    """What axe finds on a page, best practices included: rule and elements."""
    script = Path("frontend/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")

    def violations(page: Page) -> list[str]:
        page.evaluate(script)
        found = page.evaluate("() => axe.run()")
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in found["violations"]
            for node in each["nodes"]
        ]

    return violations


@pytest.fixture
def desks(bureau_database: Database, tmp_path: Path) -> Desks:
    """The sample bureau at work, on Monday, 2022-10-10, 09:00 in Shanghai."""
    settings = installation(str(bureau_database.url), tmp_path)
    app = create_app(settings, bureau_database, Clock(DEMO_NOW - datetime.now(UTC)))
    app.config["WTF_CSRF_ENABLED"] = False
    return Desks(app, bureau_database)
