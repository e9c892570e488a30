"""Standing in for one another (代理): by days, in all processes or in one, along short chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError, NotPermittedError, Problem, problem
from app.core.i18n import N_
from app.identity.actors import Actor, load_actor
from app.identity.chains import LONGEST_CHAIN
from app.identity.models import Substitution
from app.identity.roles import Permission

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """What a person enters: who is away, who stands in, from when to when, where."""

    owner_id: UUID
    substitute_id: UUID
    #: Both included, in the bureau's time zone.
    first_day: date
    last_day: date
    #: None for all processes.
    process_key: str | None = None
    reason: str = ""


def enter_absence(
    session: Session, actor: Actor, absence: Absence, today: date, now: datetime
) -> Substitution:
    """Let somebody stand in for a person; an administrator may enter it for others.

    Raises:
        NotPermittedError: it is another person's absence.
        InvalidInputError: the days, a leaver, an overlap, a circle, or too long a chain; each
            problem lies at its field.
    """
    if absence.owner_id != actor.id:
        actor.require(Permission.ADMINISTRATION)
    problems = [
        *_day_problems(absence, today),
        *_person_problems(session, absence),
    ] or _chain_problems(session, absence)
    if problems:
        raise InvalidInputError(N_("Nobody stands in yet; what you typed is kept."), problems)
    row = Substitution(
        owner_id=absence.owner_id,
        substitute_id=absence.substitute_id,
        first_day=absence.first_day,
        last_day=absence.last_day,
        process_key=absence.process_key,
        reason=absence.reason.strip(),
        made_by_id=actor.id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row


def end_absence(session: Session, actor: Actor, substitution_id: UUID, now: datetime) -> None:
    """End it early; undecided work is simply the owner's again."""
    row = session.get(Substitution, substitution_id)
    if row is None or row.ended_at is not None:
        raise NotFoundError(N_("Expected an absence that is not over, found none."))
    if actor.id not in (row.owner_id, row.substitute_id) and not actor.can(
        Permission.ADMINISTRATION
    ):
        raise NotPermittedError(N_("Expected an absence of your own, found another person's."))
    row.ended_at = now


def absences_of(session: Session, user_id: UUID, today: date) -> Sequence[Substitution]:
    """Those not over yet in which a person is away or stands in, the earliest first."""
    mine = or_(Substitution.owner_id == user_id, Substitution.substitute_id == user_id)
    query = select(Substitution).where(mine, *_not_over(today)).order_by(Substitution.first_day)
    return session.scalars(query).all()


def standing_in(session: Session, owners: Sequence[UUID], today: date) -> Sequence[Substitution]:
    """Who stands in today for any of these people, in one statement and none for nobody."""
    if not owners:
        return ()
    query = select(Substitution).where(
        Substitution.owner_id.in_(owners), Substitution.first_day <= today, *_not_over(today)
    )
    return session.scalars(query).all()


def _not_over(today: date) -> tuple[ColumnElement[bool], ...]:
    return (Substitution.last_day >= today, Substitution.ended_at.is_(None))


def _day_problems(absence: Absence, today: date) -> list[Problem]:
    if not today <= absence.last_day or absence.first_day > absence.last_day:
        return [
            problem(
                "absence.days", "last_day",
                N_("Expected a last day that is neither over nor before the first day {first}, "
                   "found {last}."),
                first=absence.first_day.isoformat(), last=absence.last_day.isoformat(),
            )
        ]  # fmt: skip
    if len(absence.reason.strip()) > LONGEST_REASON:
        return [
            problem(
                "absence.reason", "reason",
                N_("Expected at most {most} characters of reason, found {found}."),
                most=LONGEST_REASON, found=len(absence.reason.strip()),
            )
        ]  # fmt: skip
    return []


def _person_problems(session: Session, absence: Absence) -> list[Problem]:
    if absence.owner_id == absence.substitute_id:
        wanted = N_("Expected another person to stand in, found the absent one.")
        return [problem("absence.same", "substitute", wanted)]
    substitute = load_actor(session, absence.substitute_id)
    if substitute is None or not substitute.can(Permission.TASK_WORK):
        wanted = N_("Expected an active colleague who works on tasks to stand in, found none.")
        return [problem("absence.substitute", "substitute", wanted)]
    if load_actor(session, absence.owner_id) is None:
        wanted = N_("Expected an active person to be absent, found a closed account.")
        return [problem("absence.owner", "owner", wanted)]
    return []


def _chain_problems(session: Session, absence: Absence) -> list[Problem]:
    """Overlaps of the owner's own absences, circles, and chains that grow too long."""
    others = session.scalars(
        select(Substitution).where(
            Substitution.ended_at.is_(None),
            Substitution.first_day <= absence.last_day,
            Substitution.last_day >= absence.first_day,
        )
    ).all()
    others = [each for each in others if _same_scope(each.process_key, absence.process_key)]
    if any(each.owner_id == absence.owner_id for each in others):
        wanted = N_("Expected days on which nobody stands in yet; another absence overlaps them.")
        return [problem("absence.overlap", "first_day", wanted)]
    following = {each.owner_id: each.substitute_id for each in others}
    ahead = _hops(absence.substitute_id, following)
    if absence.owner_id in ahead:
        wanted = N_("Expected somebody who is not away on these days with you standing in, "
                    "found a circle.")  # fmt: skip
        return [problem("absence.circle", "substitute", wanted)]
    rows = [_hops(each.owner_id, following) for each in others]
    behind = max((row.index(absence.owner_id) + 1 for row in rows if absence.owner_id in row),
                 default=0)  # fmt: skip
    length = behind + 1 + len(ahead)
    if length > LONGEST_CHAIN:
        return [
            problem(
                "absence.chain", "substitute",
                N_("Expected at most {most} people in a row who stand in for one another, "
                   "found {found}: this person is away, too."),
                most=LONGEST_CHAIN, found=length,
            )
        ]  # fmt: skip
    return []


def _same_scope(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _hops(person: UUID, substitute_of: dict[UUID, UUID]) -> list[UUID]:
    """Who stands in for a person, then for that one, and so on; never round in a circle."""
    found: list[UUID] = []
    following = substitute_of.get(person)
    while following is not None and following not in found:
        found.append(following)
        following = substitute_of.get(following)
    return found
