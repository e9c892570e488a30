"""Opinions that are written often (常用语): the bureau's from `config`, and one's own."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError, Problem, problem
from app.core.i18n import N_, Bilingual
from app.core.ids import new_id
from app.identity import Actor
from app.workflow.deciding.models import Phrase

FILE_NAME = "phrases.toml"
KINDS = ("agree", "return", "reject")
#: More than these nobody finds again.
MOST_PHRASES = 20
SHORTEST, LONGEST = 2, 200


def load_phrases(config_folder: Path) -> Mapping[str, tuple[Bilingual, ...]]:
    """The bureau's phrases by kind, in the order in which they are offered."""
    read = tomllib.loads((config_folder / FILE_NAME).read_text(encoding="utf-8"))["phrase"]
    return {
        kind: tuple(Bilingual(each["zh"], each["en"]) for each in read if each["kind"] == kind)
        for kind in KINDS
    }


def own_phrases(session: Session, actor: Actor) -> list[Phrase]:
    """The person's own phrases, oldest first."""
    query = select(Phrase).where(Phrase.user_id == actor.id).order_by(Phrase.id)
    return list(session.scalars(query))


def keep_phrase(session: Session, actor: Actor, text: str) -> None:
    """Keep an own phrase; the same one again changes nothing.

    Raises:
        InvalidInputError: too short, too long, or one too many; the problem lies at `opinion`.
    """
    text = " ".join(text.split())
    if not SHORTEST <= len(text) <= LONGEST:
        words = N_("Expected a phrase of {least} to {most} characters, found {found}.")
        raise _refusal(
            problem(
                "phrase.length", "opinion", words, least=SHORTEST, most=LONGEST, found=len(text)
            )
        )
    known = own_phrases(session, actor)
    if text in {each.text for each in known}:
        return
    if len(known) >= MOST_PHRASES:
        words = N_("Expected at most {most} phrases of your own; remove one first.")
        raise _refusal(problem("phrase.most", "opinion", words, most=MOST_PHRASES))
    session.add(Phrase(id=new_id(), user_id=actor.id, text=text))
    session.flush()


def remove_phrase(session: Session, actor: Actor, phrase_id: UUID) -> None:
    """Forget an own phrase.

    Raises:
        NotFoundError: the person has no such phrase.
    """
    gone = session.execute(
        delete(Phrase)
        .where(Phrase.id == phrase_id, Phrase.user_id == actor.id)
        .returning(Phrase.id)
    ).first()
    if gone is None:
        raise NotFoundError(N_("Expected a phrase of your own, found none with this address."))


def _refusal(why: Problem) -> InvalidInputError:
    return InvalidInputError(N_("The phrase was not kept; what you typed is."), [why])
