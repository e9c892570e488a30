"""A sentence of one person about an item, for those whom it concerns: who, what, in which words."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from app.core.i18n import Bilingual, Sentence
from app.identity import Actor
from app.notify import NoticeKind, notify


def say(
    session: Session,
    kind: NoticeKind,
    addresses: Collection[str],
    template: str,
    actor: Actor,
    subject: Bilingual,
    text: str,
    page: str,
    now: datetime,
) -> None:
    """Tell each address what the actor did with a subject; the notice leads to the `page`.

    `template` knows {who}, {subject} and {text}.
    """
    sentence = Sentence(template, {"who": actor.name, "subject": subject, "text": text.strip()})
    occasion = f"{kind}:{page}:{actor.username}:{now.isoformat()}"
    notify(session, kind, addresses, occasion, sentence, page, now)
