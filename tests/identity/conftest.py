"""A small bureau: one section, one department with two units, one agency, and its people."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from app.identity import Membership, Organisation, Role, User, hash_password

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "countersign"
PASSWORD_HASH = hash_password(PASSWORD, CHEAP)


@pytest.fixture
def bureau(session: Session) -> None:
    """The organisations; added in the order in which they refer to each other."""
    for code, kind, parent, section in (
        ("FB", "bureau", None, None),
        ("AGR", "section", "FB", None),
        ("D03", "department", None, "AGR"),
        ("D03U0", "unit", "D03", None),
        ("D03U1", "unit", "D03", None),
        ("TPA", "agency", None, None),
    ):
        session.add(
            Organisation(
                code=code,
                kind=kind,
                name_zh=f"{code}名称",
                name_en=f"{code} name",
                parent_code=parent,
                section_code=section,
            )
        )
        session.flush()


@pytest.fixture
def create_user(session: Session, bureau: None) -> Callable[..., User]:
    def create(
        username: str, *groups: tuple[Role, str | None], organisation: str = "FB", **changes: object
    ) -> User:
        user = User(
            username=username,
            name_zh="王建国",
            name_en=f"{username.title()} Wang",
            organisation_code=organisation,
            password_hash=PASSWORD_HASH,
        )
        for field, value in changes.items():
            setattr(user, field, value)
        session.add(user)
        session.flush()
        session.add_all(Membership.of(user.id, role, code) for role, code in groups)
        session.flush()
        return user

    return create
