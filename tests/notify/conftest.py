"""The bureau at work, with mail addresses, and a mail server of the test's own."""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import update

from app.core.database import Database
from app.core.settings import Settings
from app.identity import User
from app.worker import tell_people
from app.workflow.resources import open_database
from tests.databases import Server, clone_of, installation, open_warm
from tests.web.conftest import compiled_translations
from tests.workflow.conftest import Office, office_template

__all__ = ["compiled_translations", "office_template"]


@dataclass
class MailServer:
    """A real SMTP server on the loopback; `answers` are what it says to the next messages."""

    port: int = 0
    received: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message, or refuse it."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.received.append(message_from_bytes(content, policy=policy.default))
        return answer

    def to(self, address: str) -> list[EmailMessage]:
        return [each for each in self.received if each["To"] == address]


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


@pytest.fixture
def server() -> Iterator[MailServer]:
    found = MailServer()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found.port = free.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


@pytest.fixture
def settings(server: MailServer, tmp_path: Path) -> Settings:
    return replace(
        installation("sqlite://", tmp_path),
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_starttls=False,
        mail_from="Countersign <no-reply@bureau.example>",
        base_url="https://countersign.example.cn",
    )


@dataclass
class PostOffice(Office):
    """The office whose worker tells people."""

    opened: list[Database] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        with self.database.unit_of_work(write=False) as session:
            found: Settings = session.info["resources"].settings
        return found

    def restart(self, **changes: object) -> None:
        """The same installation with other settings."""
        self.database = self.connect(**changes)

    def connect(self, **changes: object) -> Database:
        """The same database once more, as another process has it."""
        self.opened.append(open_database(replace(self.settings, **changes)))  # type: ignore[arg-type]
        return self.opened[-1]

    def work(self) -> int:
        """Let the worker run until nothing is left."""
        done = 0
        while found := tell_people(self.database, self.now):
            done += found
        return done

    def write_address(self, *usernames: str) -> None:
        with self.database.unit_of_work() as session:
            for each in usernames:
                row = update(User).where(User.username == each)
                session.execute(row.values(email=f"{each}@bureau.example"))


@pytest.fixture
def post_office(
    servers: Callable[[str], Server],
    office_template: Callable[[str], str],
    database_kind: str,
    settings: Settings,
) -> Iterator[PostOffice]:
    with clone_of(servers(database_kind), office_template(database_kind)) as url:
        database = open_warm(replace(settings, database_url=url))
        office = PostOffice(database, datetime(2022, 9, 5, 1, tzinfo=UTC))
        yield office
        for each in (database, *office.opened):
            each.dispose()
