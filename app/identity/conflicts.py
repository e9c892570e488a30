"""Declaring conflicts of interest (利益冲突申报), withdrawing them, and the lists of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError, NotPermittedError, Problem, problem
from app.core.i18n import N_
from app.identity.actors import Actor, load_actor
from app.identity.interests import in_force
from app.identity.models import Conflict, ConflictKind, Organisation, OrganisationKind, User
from app.identity.roles import Permission

LONGEST_WORDS = 200
#: Whom an item may be about or be given to.
DECLARABLE = (OrganisationKind.DEPARTMENT, OrganisationKind.UNIT, OrganisationKind.AGENCY)
PAGE_LENGTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a person enters: whose interest, with whom, why, and from when to when."""

    user_id: UUID
    #: One of the two is empty.
    organisation_code: str = ""
    #: Code of a project that exists; the caller has looked it up.
    subject_code: str = ""
    #: A word of `ConflictKind`.
    kind: str
    reason: str
    first_day: date
    #: None: until it is withdrawn.
    last_day: date | None = None


def may_see_conflicts(actor: Actor, user_id: UUID) -> bool:
    """One's own declarations, or everybody's for who manages items."""
    return actor.id == user_id or actor.can(Permission.ITEM_MANAGE)


def declare_conflict(
    session: Session, actor: Actor, declaration: Declaration, today: date, now: datetime
) -> Conflict:
    """Declare that a person may not judge an organisation or a project.

    Whoever manages items may enter it for another person.

    Raises:
        NotPermittedError: it is another person's interest.
        InvalidInputError: nobody, both or unknown to have an interest in, no reason, days that
            are over, or a declaration that is in force already; each problem lies at its field.
    """
    if actor.id != declaration.user_id:
        actor.require(Permission.ITEM_MANAGE)
    problems = [
        *_matter_problems(session, declaration),
        *_reason_problems(declaration),
        *_day_problems(declaration, today),
    ] or _repeated_problems(session, declaration)
    if problems:
        raise InvalidInputError(N_("Nothing is declared yet; what you typed is kept."), problems)
    row = Conflict(
        user_id=declaration.user_id,
        organisation_code=declaration.organisation_code or None,
        subject_code=declaration.subject_code or None,
        kind=declaration.kind,
        reason=declaration.reason.strip(),
        first_day=declaration.first_day,
        last_day=declaration.last_day,
        declared_at=now,
        declared_by_id=actor.id,
    )
    session.add(row)
    session.flush()
    return row


def withdraw_conflict(
    session: Session, actor: Actor, conflict_id: UUID, reason: str, now: datetime
) -> Conflict:
    """Take a declaration back; it stays on the list with the reason.

    What a manager has entered only a manager may withdraw: nobody clears himself of it.

    Raises:
        NotFoundError: no such declaration, or it is withdrawn. NotPermittedError: another's.
        InvalidInputError: no reason, at the field `withdrawal`.
    """
    row = session.get(Conflict, conflict_id)
    if row is None or row.withdrawn_at is not None:
        raise NotFoundError(N_("Expected a declaration that is not withdrawn, found none."))
    if not may_withdraw(actor, row):
        raise NotPermittedError(
            N_("Expected a declaration that you have made yourself; who manages items entered "
               "this one, or it is another person's.")
        )  # fmt: skip
    problems = _words_problems("withdrawal", reason)
    if problems:
        raise InvalidInputError(N_("Nothing is withdrawn yet; what you typed is kept."), problems)
    row.withdrawn_at, row.withdrawn_by_id, row.withdrawal = now, actor.id, reason.strip()
    session.flush()
    return row


def may_withdraw(actor: Actor, conflict: Conflict) -> bool:
    """The person who declared it, as long as it is his own, or who manages items."""
    is_own = actor.id == conflict.user_id == conflict.declared_by_id
    return is_own or actor.can(Permission.ITEM_MANAGE)


def conflicts_of(session: Session, user_id: UUID) -> Sequence[Conflict]:
    """Everything that was declared of a person, the newest first, withdrawn ones too."""
    query = select(Conflict).where(Conflict.user_id == user_id).order_by(Conflict.id.desc())
    return session.scalars(query).all()


def all_conflicts(
    session: Session,
    actor: Actor,
    today: date,
    *,
    text: str = "",
    organisation_code: str = "",
    only_in_force: bool = False,
    after: UUID | None = None,
) -> Sequence[Conflict]:
    """A page of everybody's declarations, the newest first, and one more where more follow.

    `text` is part of the person's name or user name, or of a project's code.
    """
    actor.require(Permission.ITEM_MANAGE)
    query = select(Conflict).join(User, User.id == Conflict.user_id)
    if wanted := text.strip().lower():
        names = (User.username, func.lower(User.name_en), User.name_zh)
        subject = func.lower(Conflict.subject_code)
        query = query.where(
            or_(*(each.contains(wanted, autoescape=True) for each in (*names, subject)))
        )
    if organisation_code:
        query = query.where(Conflict.organisation_code == organisation_code)
    if only_in_force:
        query = query.where(in_force(Conflict, today))
    if after is not None:
        query = query.where(Conflict.id < after)
    return session.scalars(query.order_by(Conflict.id.desc()).limit(PAGE_LENGTH + 1)).all()


def declarable_organisations(session: Session) -> Sequence[Organisation]:
    """Departments, units and agencies, by code: each unit stands behind its department."""
    query = select(Organisation).where(Organisation.kind.in_(DECLARABLE))
    return session.scalars(query.order_by(Organisation.code)).all()


def _matter_problems(session: Session, declaration: Declaration) -> list[Problem]:
    person = load_actor(session, declaration.user_id)
    if person is None or not person.can(Permission.TASK_WORK):
        wanted = N_("Expected an active person who works on tasks, found none.")
        return [problem("conflict.person", "person", wanted)]
    if bool(declaration.organisation_code) == bool(declaration.subject_code):
        wanted = N_("Expected either an organisation or one project.")
        return [problem("conflict.with", "organisation", wanted)]
    if declaration.subject_code:
        return []
    found = session.get(Organisation, declaration.organisation_code)
    if found is None or found.kind not in DECLARABLE:
        return [
            problem(
                "conflict.organisation", "organisation",
                N_("Expected a department, a unit or a third-party agency, found “{found}”."),
                found=declaration.organisation_code[:40],
            )
        ]  # fmt: skip
    if found.code == person.organisation_code:
        return [
            problem(
                "conflict.own", "organisation",
                N_("Expected another organisation than {organisation}, which {who} belongs to; "
                   "declare the projects one by one."),
                organisation=found.name, who=person.name,
            )
        ]  # fmt: skip
    return []


def _reason_problems(declaration: Declaration) -> list[Problem]:
    problems = _words_problems("reason", declaration.reason)
    if declaration.kind not in list(ConflictKind):
        problems.append(
            problem("conflict.kind", "kind", N_("Choose one of the kinds of the list."))
        )
    return problems


def _words_problems(where: str, text: str) -> list[Problem]:
    length = len(text.strip())
    if 2 <= length <= LONGEST_WORDS:
        return []
    return [
        problem(
            "conflict.words", where,
            N_("Expected {least} to {most} characters, found {found}."),
            least=2, most=LONGEST_WORDS, found=length,
        )
    ]  # fmt: skip


def _day_problems(declaration: Declaration, today: date) -> list[Problem]:
    last = declaration.last_day
    if last is None or (last >= today and last >= declaration.first_day):
        return []
    return [
        problem(
            "conflict.days", "last_day",
            N_("Expected a last day that is neither over nor before the first day {first}, "
               "found {last}."),
            first=declaration.first_day.isoformat(), last=last.isoformat(),
        )
    ]  # fmt: skip


def _repeated_problems(session: Session, declaration: Declaration) -> list[Problem]:
    """A second declaration of the same for overlapping days says nothing new."""
    query = select(Conflict.declared_at).where(
        Conflict.user_id == declaration.user_id,
        Conflict.organisation_code == (declaration.organisation_code or None),
        Conflict.subject_code == (declaration.subject_code or None),
        Conflict.withdrawn_at.is_(None),
        or_(Conflict.last_day.is_(None), Conflict.last_day >= declaration.first_day),
    )
    if declaration.last_day is not None:
        query = query.where(Conflict.first_day <= declaration.last_day)
    declared_at = session.scalars(query.limit(1)).first()
    if declared_at is None:
        return []
    return [
        problem(
            "conflict.twice", "subject" if declaration.subject_code else "organisation",
            N_("Expected something that is not declared yet; this was declared {when}."),
            when=declared_at,
        )
    ]  # fmt: skip
