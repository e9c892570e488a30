"""The application on an empty bureau with one person per kind, and translations compiled."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from app.core.clock import Clock
from app.core.database import Base, Database
from app.core.settings import Settings
from app.identity import Membership, Organisation, Role, User, hash_password
from app.web import CountersignApp, create_app

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
    return Settings(database_url=f"sqlite:///{tmp_path / 'web.db'}", secret_key="k" * 32)


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
