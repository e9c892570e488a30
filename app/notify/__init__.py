"""Notices: short sentences for a person or a group, kept until they are read.

They are written in the transaction of the act that causes them, so that nobody hears of something
that was rolled back. This room knows no process: the caller gives the sentence and the address.
"""

from app.notify.models import Notice, NoticeKind
from app.notify.notices import count_unread, mark_all_read, notify, recent_notices

__all__ = ["Notice", "NoticeKind", "count_unread", "mark_all_read", "notify", "recent_notices"]
