"""Mail: after the commit, as each person prefers, tried again, never twice."""

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.core.i18n import Sentence
from app.core.settings import Settings
from app.identity import User
from app.notify import MailTiming, NoticeKind, notify, sending
from app.notify.models import Mail
from app.notify.outbox import retry, troubled_mail
from app.notify.preferences import DEFAULTS, Preference, choose
from app.worker import tell_people
from app.workflow.resources import open_database
from tests.notify.conftest import MailServer, PostOffice, text_of
from tests.workflow.conftest import REASON

CLERK, ADDRESS = "d05u1.clerk", "d05u1.clerk@bureau.example"


@pytest.fixture
def item(post_office: PostOffice) -> UUID:
    """An item whose clerk has a mail address; it waits for the department."""
    post_office.write_address(CLERK)
    item = post_office.start("P04")
    post_office.submit(item, "P04")
    post_office.work()
    return item


def send_back(office: PostOffice, item: UUID) -> None:
    office.send_back(item, "department_review", "d05.fin", "compile_goals")


def write_only(office: PostOffice, patch: pytest.MonkeyPatch) -> None:
    """Let the worker write mail and send none."""
    with patch.context() as for_now:
        for_now.setattr("app.worker.due_mail", lambda _session, _now: [])
        office.work()


def prefer(office: PostOffice, username: str, mail: dict[NoticeKind, MailTiming]) -> None:
    chosen = dict(DEFAULTS) | {kind: Preference(in_app=True, mail=v) for kind, v in mail.items()}
    with office.database.unit_of_work() as session:
        user_id = session.scalars(select(User.id).where(User.username == username)).one()
        choose(session, user_id, chosen)


def unsent(office: PostOffice) -> list[Mail]:
    with office.database.unit_of_work(write=False) as session:
        return [mail for mail, _ in troubled_mail(session)]


def written(office: PostOffice) -> int:
    """Messages at once; digests of the submission may wait beside them."""
    with office.database.unit_of_work(write=False) as session:
        return session.scalar(select(func.count(Mail.id)).where(~Mail.is_digest)) or 0


def test_a_return_is_mailed_at_once_in_the_receivers_language(
    post_office: PostOffice, item: UUID, server: MailServer
) -> None:
    send_back(post_office, item)
    assert server.received == []  # the worker comes after the commit

    post_office.work()

    (message,) = server.received
    assert message["To"] == ADDRESS
    assert message["From"] == "Countersign <no-reply@bureau.example>"
    assert "退回至编制目标" in message["Subject"]
    assert REASON in message["Subject"]
    assert message["Message-ID"].endswith("@countersign.invalid>")
    text = text_of(message)
    assert "退回至编制目标" in text
    assert "https://countersign.example.cn/tasks/" in text
    assert "https://countersign.example.cn/preferences" in text
    assert '<a href="https://countersign.example.cn/tasks/' in text_of(message, "html")


def test_another_language_and_what_somebody_typed_as_markup(
    post_office: PostOffice, item: UUID, server: MailServer
) -> None:
    sentence = Sentence("{who} says\r\nBcc: all@bureau.example <script>", {"who": "M & M"})
    with post_office.database.unit_of_work() as session:
        session.execute(update(User).where(User.username == CLERK).values(language="en"))
        now = post_office.now
        notify(session, NoticeKind.URGED, [f"user@{CLERK}"], "once", sentence, "/tasks/1", now)
    post_office.work()

    (message,) = server.received
    assert message["Subject"] == "M & M says Bcc: all@bureau.example <script>"
    assert message["Bcc"] is None
    assert "&lt;script&gt;" in text_of(message, "html")
    assert "You choose what you hear of by mail in the product" in text_of(message)


def test_an_act_that_is_rolled_back_sends_nothing(
    post_office: PostOffice, item: UUID, server: MailServer
) -> None:
    def fail_late(session: Session, now: datetime) -> None:
        sentence = Sentence("never", {})
        notify(session, NoticeKind.URGED, [f"user@{CLERK}"], "once", sentence, "/", now)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        post_office.act(fail_late)
    post_office.work()

    assert server.received == []


def test_a_refusal_is_tried_again_later_and_sent_once(
    post_office: PostOffice, item: UUID, server: MailServer
) -> None:
    server.answers = ["451 come back later", "550 no"]
    send_back(post_office, item)
    post_office.work()
    (stuck,) = unsent(post_office)
    assert "451" in stuck.error
    assert stuck.next_try_at == post_office.now + timedelta(minutes=1)

    post_office.now += timedelta(seconds=30)
    post_office.work()
    assert server.answers == ["550 no"]  # not before its time
    for minutes in (1, 6, 60):
        post_office.now += timedelta(minutes=minutes)
        post_office.work()
    assert len(server.received) == 1
    assert unsent(post_office) == []


def test_a_message_that_nobody_takes_is_given_up_shown_and_sent_again_on_demand(
    post_office: PostOffice, item: UUID, server: MailServer
) -> None:
    server.answers = ["550 no such mailbox"] * 40
    send_back(post_office, item)
    for _ in range(len(sending.BACK_OFF) + 3):
        post_office.work()
        post_office.now += timedelta(days=1)

    stuck = next(each for each in unsent(post_office) if not each.is_digest)
    assert stuck.next_try_at is None
    assert stuck.attempts == len(sending.BACK_OFF) + 1
    assert "no such mailbox" in stuck.error

    server.answers = []
    with post_office.database.unit_of_work() as session:
        retry(session, stuck.id, post_office.now)
    post_office.work()
    assert [each["Message-ID"] for each in server.received].count(
        f"<{stuck.id}@countersign.invalid>"
    ) == 1


def test_a_server_that_is_not_there_and_one_without_encryption(
    post_office: PostOffice, item: UUID, server: MailServer
) -> None:
    send_back(post_office, item)
    post_office.restart(smtp_port=1)
    post_office.work()
    assert "refused" in unsent(post_office)[0].error.lower()

    post_office.restart(
        smtp_port=server.port, smtp_starttls=True, smtp_user="u", smtp_password="secret"
    )
    post_office.now += timedelta(minutes=2)
    post_office.work()
    assert "STARTTLS" in unsent(post_office)[0].error
    assert server.received == []


def send_and_die(settings: Settings, mail_id: UUID, now: datetime) -> None:
    """A worker process that is killed right after the mail server has taken the message."""
    deliver = sending.deliver

    def deliver_and_die(*arguments: Any) -> None:
        deliver(*arguments)
        os._exit(9)

    sending.deliver = deliver_and_die
    sending.send_mail(open_database(settings), settings, mail_id, now)


def test_a_worker_that_dies_while_sending_never_sends_twice(
    post_office: PostOffice, item: UUID, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_back(post_office, item)
    write_only(post_office, monkeypatch)
    with post_office.database.unit_of_work(write=False) as session:
        (mail_id,) = session.scalars(select(Mail.id).where(~Mail.is_digest)).all()

    process = multiprocessing.get_context("spawn").Process(
        target=send_and_die, args=(post_office.settings, mail_id, post_office.now)
    )
    process.start()
    process.join(60)
    assert process.exitcode == 9

    for _ in range(3):
        post_office.now += timedelta(hours=1)
        post_office.work()
    assert len(server.received) == 1
    (unknown,) = unsent(post_office)
    assert unknown.error == sending.UNANSWERED


def test_many_workers_send_each_message_once(
    post_office: PostOffice, server: MailServer, database_kind: str
) -> None:
    people = ["ctr.rev1", "ctr.rev2", "d05.fin", CLERK]
    post_office.write_address(*people)
    for each in people:
        prefer(post_office, each, dict.fromkeys(NoticeKind, MailTiming.NOW))
    item = post_office.start("P04")
    post_office.submit(item, "P04")
    post_office.agree(item, "department_review", "d05.fin")

    databases = [post_office.connect() for _ in range(4 if database_kind == "postgresql" else 2)]
    with ThreadPoolExecutor(len(databases)) as pool:
        for _ in range(4):
            list(pool.map(lambda each: tell_people(each, post_office.now), databases))

    sent = [each["Message-ID"] for each in server.received]
    assert len(sent) == len(set(sent))
    assert len(server.to("ctr.rev1@bureau.example")) == 1
    assert len(server.to("ctr.rev2@bureau.example")) == 1
    assert len(server.to(ADDRESS)) == 1


def test_the_digest_gathers_what_happened_and_comes_in_the_morning_of_a_working_day(
    post_office: PostOffice, item: UUID, server: MailServer
) -> None:
    """Friday evening and the days without work are told on Tuesday at eight, in one message."""
    office = post_office
    prefer(office, CLERK, {NoticeKind.RETURNED: MailTiming.DIGEST})
    office.now = office.now.replace(day=9, hour=11)  # Friday 19:00; Monday is Mid-Autumn Festival
    send_back(office, item)
    office.work()
    office.submit(item, "P04")
    office.agree(item, "department_review", "d05.fin")
    office.work()
    assert server.received == []

    office.now = office.now.replace(day=12, hour=1)  # Monday, a holiday
    office.work()
    assert server.received == []
    office.now = office.now.replace(day=13, hour=0, minute=5)
    office.work()
    office.work()

    (digest,) = server.received
    assert "条通知" in digest["Subject"]
    assert "退回至编制目标" in text_of(digest)
    assert "已办理" in text_of(digest)


def test_never_means_never(post_office: PostOffice, item: UUID, server: MailServer) -> None:
    prefer(post_office, CLERK, {NoticeKind.RETURNED: MailTiming.NEVER})
    send_back(post_office, item)
    post_office.work()

    assert server.received == []
    assert written(post_office) == 0


def test_a_leaver_gets_no_mail_any_more(
    post_office: PostOffice, item: UUID, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_back(post_office, item)
    write_only(post_office, monkeypatch)
    with post_office.database.unit_of_work() as session:
        session.execute(update(User).where(User.username == CLERK).values(is_active=False))
    post_office.work()

    assert server.received == []
    assert unsent(post_office)[0].error == sending.NO_ADDRESS


def test_without_a_mail_server_no_mail_is_written_not_even_later(
    post_office: PostOffice, item: UUID, server: MailServer
) -> None:
    post_office.restart(smtp_host="")
    send_back(post_office, item)
    post_office.work()
    post_office.restart(smtp_host="127.0.0.1")
    post_office.work()

    assert written(post_office) == 0
    assert server.received == []
