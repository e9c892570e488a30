"""Sending mail: claimed, handed over, marked; never twice.

A message is claimed in a transaction of its own before the mail server hears of it, and marked in
another right after the server has answered. A refusal is tried again, later and later. When the
answer never came (the process died, the line broke), nobody knows whether the message went out;
then it is not sent again by itself but shown to the administrator (docs/decisions/0013).
"""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.database import Database, table_of
from app.core.i18n import N_
from app.core.settings import Settings
from app.identity import User
from app.notify.models import Mail
from app.notify.words import stored_sentence, written

#: Minutes until the next attempt; after the last one the message is given up.
BACK_OFF = (1, 5, 15, 60, 240, 720)
#: Seconds that a mail server may take for each answer.
PATIENCE = 20
UNANSWERED = N_("Sending was interrupted; whether it went out is not known.")
NO_ADDRESS = N_("The receiver has no mail address any more.")
MAIL = table_of(Mail)


class RefusedError(Exception):
    """The mail server did not take the message; it may be tried again."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as it is handed over."""

    address: str
    message: EmailMessage


def due_mail(session: Session, now: datetime, limit: int = 20) -> list[UUID]:
    """Messages whose time has come, the longest waiting first."""
    query = (
        select(Mail.id)
        .where(Mail.sent_at.is_(None), Mail.next_try_at <= now)
        .order_by(Mail.next_try_at)
        .limit(limit)
    )
    return list(session.scalars(query))


def send_mail(database: Database, settings: Settings, mail_id: UUID, now: datetime) -> None:
    """Send one message that is due, unless another worker has taken it."""
    with database.unit_of_work() as session:
        claimed = session.connection().execute(
            update(MAIL)
            .where(MAIL.c.id == mail_id, MAIL.c.sent_at.is_(None), MAIL.c.next_try_at <= now)
            .values(next_try_at=None, attempts=MAIL.c.attempts + 1, error=UNANSWERED)
        )
        if claimed.rowcount != 1:
            return
        mail, user = session.execute(
            select(Mail, User).join(User, User.id == Mail.user_id).where(Mail.id == mail_id)
        ).one()
        letter = compose(mail, user, settings) if user.is_active and user.email else None
    if letter is None:
        _mark(database, mail_id, error=NO_ADDRESS)
        return
    try:
        deliver(letter, settings)
    except RefusedError as refusal:
        waits = BACK_OFF[mail.attempts - 1] if mail.attempts <= len(BACK_OFF) else None
        again = now + timedelta(minutes=waits) if waits else None
        _mark(database, mail_id, error=str(refusal)[:500], next_try_at=again)
    else:
        _mark(database, mail_id, error="", sent_at=now)


def _mark(database: Database, mail_id: UUID, **columns: object) -> None:
    with database.unit_of_work() as session:
        session.connection().execute(update(MAIL).where(MAIL.c.id == mail_id).values(**columns))


def deliver(letter: Letter, settings: Settings) -> None:
    """Hand a message to the mail server.

    Raises:
        RefusedError: the server was not there, or said no; the message surely did not go out.
        OSError: it went quiet after the message had been begun.
    """
    try:
        server = _connected(settings)
    except (OSError, smtplib.SMTPException) as error:
        raise RefusedError(f"{type(error).__name__}: {error}") from error
    try:
        server.send_message(letter.message, to_addrs=[letter.address])
    except (
        smtplib.SMTPRecipientsRefused,
        smtplib.SMTPSenderRefused,
        smtplib.SMTPDataError,
        smtplib.SMTPNotSupportedError,
    ) as error:
        raise RefusedError(f"{type(error).__name__}: {error}") from error
    finally:
        server.close()


def _connected(settings: Settings) -> smtplib.SMTP:
    server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=PATIENCE)
    try:
        if settings.smtp_starttls:
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def compose(mail: Mail, user: User, settings: Settings) -> Letter:
    """The message in the receiver's language: plain text, the same as HTML, links to the pages."""
    language, zone = user.language or "zh", settings.time_zone
    lines = [stored_sentence(each, language, zone) for each in mail.sentences]
    links = [settings.base_url + str(each["path"]) for each in mail.sentences]
    subject = lines[0]
    if mail.is_digest:
        subject = written(
            N_("Countersign: {count} notices of today"), {"count": len(lines)}, language, zone
        )
    closing = written(
        N_("You choose what you hear of by mail in the product: {address}"),
        {"address": f"{settings.base_url}/preferences"},
        language,
        zone,
    )
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = settings.mail_from
    message["To"] = user.email
    message["Date"] = format_datetime(mail.written_at)
    # Always the same for the same message: a receiver's server drops a second one.
    message["Message-ID"] = f"<{mail.id}@countersign.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    body = "\n\n".join(f"{line}\n{link}" for line, link in zip(lines, links, strict=True))
    message.set_content(f"{body}\n\n-- \n{closing}\n")
    items = "".join(
        f'<p><a href="{escape(link)}">{escape(line)}</a></p>'
        for line, link in zip(lines, links, strict=True)
    )
    html = f'<!doctype html><html lang="{language}"><body>{items}<hr><p>{escape(closing)}</p>'
    message.add_alternative(f"{html}</body></html>", subtype="html")
    return Letter(user.email, message)
