"""The actor behind an account."""

from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.errors import NotPermittedError
from app.core.ids import new_id
from app.identity import SYSTEM, Membership, Permission, Role, User, load_actor

CreateUser = Callable[..., User]


def test_an_actor_carries_groups_roles_and_permissions(session: Session, create_user: CreateUser):
    user = create_user("both", (Role.UNIT_CLERK, "D03U1"), (Role.BUDGET_OFFICER, None))

    actor = load_actor(session, user.id)

    assert actor is not None
    assert actor.groups == {"unit_clerk@D03U1", "budget_officer"}
    assert actor.roles == {Role.UNIT_CLERK, Role.BUDGET_OFFICER}
    assert actor.can(Permission.PROCESS_START)
    assert not actor.can(Permission.BOARD_VIEW)
    assert actor.codes(Role.UNIT_CLERK) == {"D03U1"}


def test_loading_an_actor_takes_one_statement(session: Session, create_user: CreateUser):
    user_id = create_user("clerk", (Role.UNIT_CLERK, "D03U1")).id
    session.expunge_all()
    statements: list[str] = []
    event.listen(
        session.get_bind(), "before_cursor_execute", lambda *call: statements.append(call[2])
    )

    load_actor(session, user_id)

    assert len(statements) == 1


def test_an_account_without_groups_may_do_nothing(session: Session, create_user: CreateUser):
    actor = load_actor(session, create_user("idle").id)

    assert actor is not None
    assert actor.permissions == frozenset()


def test_a_closed_account_is_nobody(session: Session, create_user: CreateUser):
    closed = create_user("left", (Role.ADMIN, None), is_active=False)

    assert load_actor(session, closed.id) is None
    assert load_actor(session, new_id()) is None


def test_a_missing_permission_is_refused_with_a_sentence(session: Session, create_user: CreateUser):
    actor = load_actor(session, create_user("clerk", (Role.UNIT_CLERK, "D03U1")).id)
    assert actor is not None

    with pytest.raises(NotPermittedError, match="“deploy processes”, which Clerk Wang"):
        actor.require(Permission.DEFINITION_DEPLOY)


def test_the_system_may_everything_and_sits_nowhere():
    assert SYSTEM.is_system
    assert SYSTEM.permissions == frozenset(Permission)
    assert not SYSTEM.groups


@pytest.mark.parametrize(
    ("role", "code", "key"),
    [
        ("unit_clerk", None, "unit_clerk"),
        ("budget_officer", "D03", "budget_officer@D03"),
        ("unit_clerk", "D03U1", "unit_clerk@D03U0"),
        ("emperor", None, "emperor"),
    ],
)
def test_the_database_refuses_a_membership_that_does_not_fit(
    session: Session, create_user: CreateUser, role: str, code: str | None, key: str
):
    user = create_user("clerk")
    session.add(Membership(user_id=user.id, role=role, organisation_code=code, group_key=key))

    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()
