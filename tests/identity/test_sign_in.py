"""Signing in: throttled, silent about who exists, and slow on purpose."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.core.errors import InvalidInputError
from app.identity import Role, User, change_password, load_actor, sign_in

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOW = datetime(2022, 10, 10, 1, tzinfo=UTC)
PASSWORD = "countersign"


@pytest.fixture
def clerk(create_user: Callable[..., User]) -> User:
    return create_user("clerk", (Role.UNIT_CLERK, "D03U1"))


def test_the_right_password_opens(session: Session, clerk: User):
    actor = sign_in(session, " Clerk ", PASSWORD, NOW, CHEAP)

    assert actor is not None
    assert actor == load_actor(session, clerk.id)


@pytest.mark.parametrize(
    ("username", "password"),
    [("clerk", "wrong"), ("nobody", PASSWORD), ("", ""), ("clerk", "x" * 999)],
)
def test_anything_else_does_not(session: Session, clerk: User, username: str, password: str):
    assert sign_in(session, username, password, NOW, CHEAP) is None


def test_a_closed_account_does_not_open(session: Session, clerk: User):
    clerk.is_active = False

    assert sign_in(session, "clerk", PASSWORD, NOW, CHEAP) is None


def test_five_failures_lock_for_five_minutes(session: Session, clerk: User):
    for _ in range(5):
        sign_in(session, "clerk", "wrong", NOW, CHEAP)

    assert sign_in(session, "clerk", PASSWORD, NOW, CHEAP) is None
    assert (
        sign_in(session, "clerk", PASSWORD, NOW + timedelta(minutes=4, seconds=59), CHEAP) is None
    )
    assert sign_in(session, "clerk", PASSWORD, NOW + timedelta(minutes=5), CHEAP) is not None
    assert clerk.locked_until is None


def test_a_success_forgets_earlier_failures(session: Session, clerk: User):
    for password in ("a", "b", "c", "d", PASSWORD, "e"):
        sign_in(session, "clerk", password, NOW, CHEAP)

    assert clerk.failed_sign_ins == 1


def test_an_outdated_hash_is_renewed_at_sign_in(session: Session, clerk: User):
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)

    assert sign_in(session, "clerk", PASSWORD, NOW, stronger) is not None

    assert not stronger.check_needs_rehash(clerk.password_hash)


def test_a_person_changes_the_password(session: Session, clerk: User):
    actor = load_actor(session, clerk.id)
    assert actor is not None

    change_password(session, actor, PASSWORD, "another long one", CHEAP)

    again = sign_in(session, "clerk", "another long one", NOW, CHEAP)
    assert again is not None
    assert again.session_epoch > actor.session_epoch
    assert sign_in(session, "clerk", PASSWORD, NOW, CHEAP) is None


@pytest.mark.parametrize(
    ("present", "wanted", "where"),
    [
        ("wrong", "another long one", "present"),
        (PASSWORD, "short", "wanted"),
        (PASSWORD, PASSWORD, "wanted"),
        (PASSWORD, "x" * 201, "wanted"),
    ],
)
def test_a_bad_change_names_the_field(
    session: Session, clerk: User, present: str, wanted: str, where: str
):
    actor = load_actor(session, clerk.id)
    assert actor is not None

    with pytest.raises(InvalidInputError) as refused:
        change_password(session, actor, present, wanted, CHEAP)

    assert [problem.where for problem in refused.value.problems] == [where]
