"""Everything that differs between two installations, read once from the environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from app.core.file_types import KNOWN

ROOT = Path(__file__).resolve().parents[2]
#: From when until when people work on a working day, local time; the lunch hour counts.
WORKING_HOURS = (time(9), time(18))


@dataclass(frozen=True)
class Settings:
    """One installation. Build it with `Settings.from_environment()`; tests build it directly."""

    #: SQLAlchemy URL; SQLite in `var/` when nothing is set, PostgreSQL in production.
    database_url: str
    #: Signs sessions and CSRF tokens. Secrets come only from the environment.
    secret_key: str
    #: Where diagrams, forms, rules and uploaded files lie.
    bpmn_folder: Path = ROOT / "bpmn"
    forms_folder: Path = ROOT / "forms"
    config_folder: Path = ROOT / "config"
    files_folder: Path = ROOT / "var" / "files"
    #: Local time of the bureau: working days, due dates and displayed times.
    time_zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    #: Due dates end with them, and clocks that were stopped go on by them.
    working_hours: tuple[time, time] = WORKING_HOURS
    #: Working time between two urges of one item by one person; half a day is time to react.
    urge_every: timedelta = timedelta(hours=4)
    #: Where people reach the product, without a slash at the end; printed on sheets and in mail.
    base_url: str = ""
    #: Where mail is handed over; without a host none is written.
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    #: Encrypt before the password is sent; off only for a server on the same machine.
    smtp_starttls: bool = True
    mail_from: str = ""
    #: Local hour of working days at which the daily digest is sent.
    digest_hour: int = 8
    #: Session cookies only over https; off by default because `make run` serves plain http.
    secure_cookies: bool = False
    #: A bucket that speaks S3 keeps the files instead of the folder, when it is named.
    s3_bucket: str = ""
    #: Address of the server; empty for Amazon's own.
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: str = ""
    #: Endings of files that may be attached, among those of `file_types.KNOWN`.
    attachment_types: frozenset[str] = frozenset(KNOWN)
    #: Largest attached file, in bytes: a scanned report of some hundred pages.
    max_attachment_bytes: int = 20 * 1024 * 1024
    #: Largest draft, in bytes of JSON: a goal with two hundred indicators takes a tenth.
    max_draft_bytes: int = 1024 * 1024
    #: Largest accepted request, in bytes: an attachment of 20 MB and the form around it.
    max_request_bytes: int = 24 * 1024 * 1024
    #: How long a message waits for a receiver when its sender does not say; zero: not at all.
    message_life: timedelta = timedelta(days=7)
    #: Largest values of a message, in bytes of JSON: facts to route by, no documents.
    max_message_bytes: int = 64 * 1024
    #: Items of more than this (10k yuan) are decided by themselves, never in a batch.
    batch_amount: Decimal = Decimal(1000)
    #: Run the worker threads inside the web process (the embedded default).
    embedded_worker: bool = True

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read `DATABASE_URL`, `SECRET_KEY`, `FILES_FOLDER` and their like.

        Raises:
            RuntimeError: no `SECRET_KEY` although the database is not the embedded one.
        """
        url = environ.get("DATABASE_URL") or f"sqlite:///{ROOT / 'var' / 'countersign.db'}"
        return cls(
            database_url=normalised_url(url),
            secret_key=environ.get("SECRET_KEY") or _embedded_secret(url),
            bpmn_folder=Path(environ.get("BPMN_FOLDER") or cls.bpmn_folder),
            forms_folder=Path(environ.get("FORMS_FOLDER") or cls.forms_folder),
            config_folder=Path(environ.get("CONFIG_FOLDER") or cls.config_folder),
            files_folder=Path(environ.get("FILES_FOLDER") or cls.files_folder),
            time_zone=ZoneInfo(environ.get("TIME_ZONE") or "Asia/Shanghai"),
            working_hours=_hours(environ.get("WORKING_HOURS")),
            urge_every=_span(environ, "URGE_EVERY_HOURS", cls.urge_every),
            base_url=(environ.get("BASE_URL") or "").rstrip("/"),
            smtp_host=environ.get("SMTP_HOST") or "",
            smtp_port=int(environ.get("SMTP_PORT") or cls.smtp_port),
            smtp_user=environ.get("SMTP_USER") or "",
            smtp_password=environ.get("SMTP_PASSWORD") or "",
            smtp_starttls=_is_on(environ.get("SMTP_STARTTLS"), default=True),
            mail_from=environ.get("MAIL_FROM") or "",
            digest_hour=int(environ.get("DIGEST_HOUR") or cls.digest_hour),
            secure_cookies=_is_on(environ.get("SECURE_COOKIES"), default=False),
            s3_bucket=environ.get("S3_BUCKET", ""),
            s3_endpoint=environ.get("S3_ENDPOINT", ""),
            s3_region=environ.get("S3_REGION") or cls.s3_region,
            s3_access_key=environ.get("S3_ACCESS_KEY", ""),
            s3_secret_key=environ.get("S3_SECRET_KEY", ""),
            attachment_types=frozenset(environ.get("ATTACHMENT_TYPES", "").split())
            or cls.attachment_types,
            max_attachment_bytes=_bytes(environ.get("MAX_ATTACHMENT_MB"), cls.max_attachment_bytes),
            max_draft_bytes=_bytes(environ.get("MAX_DRAFT_MB"), cls.max_draft_bytes),
            message_life=_span(environ, "MESSAGE_LIFE_HOURS", cls.message_life),
            max_message_bytes=_bytes(environ.get("MAX_MESSAGE_MB"), cls.max_message_bytes),
            batch_amount=Decimal(environ.get("BATCH_AMOUNT") or cls.batch_amount),
            embedded_worker=_is_on(environ.get("EMBEDDED_WORKER"), default=True),
        )


def normalised_url(url: str) -> str:
    """Name the driver: `postgresql://` and `postgres://` mean psycopg 3."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _hours(text: str | None) -> tuple[time, time]:
    """`09:00-18:00` as its two times."""
    if not text:
        return WORKING_HOURS
    first, _, last = text.partition("-")
    try:
        hours = time.fromisoformat(first.strip()), time.fromisoformat(last.strip())
    except ValueError:
        hours = time.max, time.min
    if hours[0] >= hours[1]:
        raise RuntimeError(f"Expected WORKING_HOURS such as 09:00-18:00, found “{text}”.")
    return hours


def _span(environ: Mapping[str, str], name: str, default: timedelta) -> timedelta:
    """`4` or `0.5` hours as a duration."""
    text = environ.get(name)
    if not text:
        return default
    try:
        hours = float(text)
    except ValueError:
        hours = -1
    if not 0 <= hours <= 1000:
        raise RuntimeError(f"Expected {name} such as 4 or 0.5, found “{text}”.")
    return timedelta(hours=hours)


def _bytes(megabytes: str | None, default: int) -> int:
    return int(float(megabytes) * 1024 * 1024) if megabytes else default


def _is_on(value: str | None, *, default: bool) -> bool:
    return default if not value else value.strip().lower() in {"1", "true", "yes", "on"}


def _embedded_secret(url: str) -> str:
    """The embedded default keeps a random key beside its database, readable by its owner only."""
    if not url.startswith("sqlite"):
        raise RuntimeError(
            "Expected the environment variable SECRET_KEY for a server database, found none. "
            'Make one with: python -c "import secrets; print(secrets.token_hex(32))"'
        )
    path = ROOT / "var" / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text()
