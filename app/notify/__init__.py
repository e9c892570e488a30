"""Notices: short sentences for a person or a group, kept until they are read, and sent as mail.

- `notices` are written with the act that causes them or, from its ledger, by the worker; nobody
  hears of something that was rolled back.
- `preferences`: how a person hears of each kind; `outbox` makes mail of notices, `sending` hands
  it to the mail server, `words` writes it in the receiver's language.

This room knows no process: the caller gives the sentence and the address.
"""

from app.notify.models import MailTiming, Notice, NoticeKind
from app.notify.notices import (
    count_unread,
    is_told,
    mark_all_read,
    notify,
    read_until,
    recent_notices,
)

__all__ = [
    "MailTiming",
    "Notice",
    "NoticeKind",
    "count_unread",
    "is_told",
    "mark_all_read",
    "notify",
    "read_until",
    "recent_notices",
]
