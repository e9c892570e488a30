"""Signing in and changing one's password."""

from datetime import datetime, timedelta

from argon2 import PasswordHasher
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError, NotFoundError, problem
from app.core.i18n import N_, Sentence
from app.identity.actors import Actor, actor_of
from app.identity.models import Membership, User
from app.identity.passwords import HASHER, hash_password, verify_password

#: So many consecutive failures …
FAILURES_BEFORE_LOCK = 5
#: … close an account for so long.
LOCK_TIME = timedelta(minutes=5)
MINIMUM_PASSWORD_LENGTH = 10
#: argon2 reads all of it, so somebody could make the server read megabytes.
MAXIMUM_PASSWORD_LENGTH = 200

#: One sentence for an unknown name, a wrong password and a locked account: it tells a stranger
#: nothing about who has an account here.
SIGN_IN_REFUSED = Sentence(
    N_(
        "The user name or the password is not right. "
        "After {failures} failures an account is closed for {minutes} minutes."
    ),
    {
        "failures": FAILURES_BEFORE_LOCK,
        "minutes": LOCK_TIME.seconds // 60,
    },
)


def sign_in(
    session: Session,
    username: str,
    password: str,
    now: datetime,
    hasher: PasswordHasher = HASHER,
) -> Actor | None:
    """The actor, or None: show `SIGN_IN_REFUSED`.

    A refusal is returned and not raised, because raising would roll back the count of failures
    that slows a guesser down. The work is the same whether the account exists or not.
    """
    account = session.execute(
        select(User).where(User.username == username.strip().lower()).with_for_update()
    ).scalar_one_or_none()
    is_right = len(password) <= MAXIMUM_PASSWORD_LENGTH and verify_password(
        account.password_hash if account else None, password, hasher
    )
    if account is None or not account.is_active:
        return None
    if account.locked_until is not None and now < account.locked_until:
        return None
    if not is_right:
        _count_failure(account, now)
        return None
    if account.failed_sign_ins or account.locked_until:
        account.failed_sign_ins, account.locked_until = 0, None
    if hasher.check_needs_rehash(account.password_hash):
        account.password_hash = hash_password(password, hasher)
    keys = session.scalars(select(Membership.group_key).where(Membership.user_id == account.id))
    return actor_of(account, keys)


def _count_failure(account: User, now: datetime) -> None:
    account.failed_sign_ins += 1
    if account.failed_sign_ins >= FAILURES_BEFORE_LOCK:
        account.failed_sign_ins, account.locked_until = 0, now + LOCK_TIME


def sign_out(session: Session, actor: Actor) -> None:
    """End every session of the account, on every machine: whoever signs out means it."""
    session.execute(
        update(User)
        .where(User.id == actor.id)
        .values(session_epoch=User.session_epoch + 1)
        .execution_options(synchronize_session=False)
    )


def change_password(
    session: Session,
    actor: Actor,
    present: str,
    wanted: str,
    hasher: PasswordHasher = HASHER,
) -> None:
    """Give the actor's own account another password; its sessions end, this one too.

    Raises:
        InvalidInputError: the present password is not right, or the wanted one is too short, too
            long or the same.
        NotFoundError: the actor has no account.
    """
    account = session.get(User, actor.id)
    if account is None:
        raise NotFoundError(N_("Expected an account of {name}, found none."), name=actor.name)
    if not verify_password(account.password_hash, present[:MAXIMUM_PASSWORD_LENGTH], hasher):
        raise InvalidInputError(
            N_("The password was not changed."),
            [problem("password.present", "present", N_("This is not the present password."))],
        )
    if not MINIMUM_PASSWORD_LENGTH <= len(wanted) <= MAXIMUM_PASSWORD_LENGTH or wanted == present:
        raise InvalidInputError(
            N_("The password was not changed."),
            [
                problem(
                    "password.wanted",
                    "wanted",
                    N_("Expected another password of {least} to {most} characters, found {found}."),
                    least=MINIMUM_PASSWORD_LENGTH,
                    most=MAXIMUM_PASSWORD_LENGTH,
                    found=len(wanted),
                )
            ],
        )
    account.password_hash = hash_password(wanted, hasher)
    account.session_epoch += 1
