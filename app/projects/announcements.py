"""Who hears of what by itself: work that waits, returns, decisions, the end, copies by rule."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.i18n import N_, Bilingual, Sentence
from app.engine import Process
from app.notify import NoticeKind, is_told, notify
from app.workflow.definitions.versions import process_of
from app.workflow.ledger.models import LedgerEntry
from app.workflow.ledger.telling import News, OpenPlace, Turn, take_news
from app.workflow.names import person_name
from app.workflow.states import InstanceState

#: Acts that say what became of a step; a time-out's is the system's.
_DECISIONS = ("approve", "reject", "time_out")
#: Why it is somebody's turn again, by what became of who was before him.
_TURNS = {
    "approve": N_("{who} signed {subject}; it is your turn: {step}."),
    "advise": N_("{who} gave the opinion that you asked for on {subject}: {step}."),
    "step_aside": N_("{signer} stepped aside from {subject}; it is your turn: {step}."),
}
TAKEN_OUT = N_("{who} took {signer} out of {subject}; it is your turn: {step}.")


def tell(session: Session, instance_id: UUID, now: datetime) -> None:
    """Write the notices of everything that an item's people were not told yet."""
    news = take_news(session, instance_id, now)
    if news is None:
        return
    process = process_of(session, news.instance.definition_ids)
    if news.instance.state == InstanceState.ACTIVE:
        for place in news.waiting:
            _tell_waiting(session, news, place, now)
        for turn in news.turns:
            _tell_turn(session, news, turn, now)
    for entry in news.entries:
        if entry.verb in _DECISIONS and entry.actor_id != news.instance.started_by_id:
            _tell_decided(session, news, entry, process, now)
        elif entry.verb == "end":
            _tell_ended(session, news, entry, process, now)
        elif entry.verb == "copy" and entry.actor_id is None and entry.to_state:
            sentence = Sentence(N_("You have a copy of {subject}."), {"subject": news.subject})
            _write(session, NoticeKind.COPIED, entry.to_state, news, entry, sentence, now)


def _tell_waiting(session: Session, news: News, place: OpenPlace, now: datetime) -> None:
    """Once for each seat, whatever happens around it."""
    task, kind = place.task, NoticeKind.ASSIGNED
    sentence = Sentence(
        N_("{subject} waits for you: {step}, due {due}."),
        {
            "subject": news.subject,
            "step": Bilingual(task.name_zh, task.name_en),
            "due": place.seat.due_at,
        },
    )
    back = next((e for e in news.entries if e.verb == "return"), None)
    if task.returned_from and back is not None:
        kind = NoticeKind.RETURNED
        sentence = Sentence(
            N_("{who} returned {subject} to {step}: {reason}"),
            {
                "who": person_name(session, back.actor_id),
                "subject": news.subject,
                "step": Bilingual(task.name_zh, task.name_en),
                "reason": back.reason,
            },
        )
    occasion = f"waits:{place.seat.id}"
    addresses = [place.address] if place.members is None else place.members
    if place.members is not None and is_told(session, occasion, place.address):
        return  # the group heard of it before one of them declared a conflict
    notify(session, kind, addresses, occasion, sentence, f"/tasks/{task.id}", now)


def _tell_turn(session: Session, news: News, turn: Turn, now: datetime) -> None:
    """Whoever was asked first has signed, answered or left: the owner of the seat goes on."""
    task, template = turn.task, _TURNS.get(turn.entry.verb, TAKEN_OUT)
    sentence = Sentence(
        template,
        {
            "who": person_name(session, turn.entry.actor_id),
            "signer": person_name(session, turn.before_id),
            "subject": news.subject,
            "step": Bilingual(task.name_zh, task.name_en),
        },
    )
    occasion = f"turn:{turn.before}"
    notify(
        session, NoticeKind.ASSIGNED, [turn.address], occasion, sentence, f"/tasks/{task.id}", now
    )


def _tell_decided(
    session: Session, news: News, entry: LedgerEntry, process: Process, now: datetime
) -> None:
    step = process.step(entry.definition_key, entry.step_id or "")
    outcome = step.outcome(entry.to_state or "")
    sentence = Sentence(
        N_("{who} decided “{outcome}” on {subject} ({step})."),
        {
            "who": person_name(session, entry.actor_id),
            "outcome": outcome.name if outcome else entry.to_state,
            "subject": news.subject,
            "step": step.name,
        },
    )
    _write(session, NoticeKind.DECIDED, news.initiator, news, entry, sentence, now)


def _tell_ended(
    session: Session, news: News, entry: LedgerEntry, process: Process, now: datetime
) -> None:
    end = process.main.elements.get(entry.to_state or "")
    sentence = Sentence(N_("{subject} has ended."), {"subject": news.subject})
    if end is not None and str(end.name):
        sentence = Sentence(
            N_("{subject} has ended: {end}."), {"subject": news.subject, "end": end.name}
        )
    _write(session, NoticeKind.DECIDED, news.initiator, news, entry, sentence, now)


def _write(
    session: Session,
    kind: NoticeKind,
    address: str,
    news: News,
    entry: LedgerEntry,
    sentence: Sentence,
    now: datetime,
) -> None:
    occasion = f"{entry.verb}:{news.instance.id}:{entry.sequence}"
    path = f"/instances/{news.instance.id}"
    notify(session, kind, [address], occasion, sentence, path, now)
