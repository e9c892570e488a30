"""Finding people."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core.i18n import Bilingual
from app.identity import Role, User, find_people, members, people_names, sample_sign_ins

CreateUser = Callable[..., User]


def test_members_are_read_when_asked(session: Session, create_user: CreateUser):
    create_user("b", (Role.SECTION_REVIEWER, "AGR"))
    create_user("a", (Role.SECTION_REVIEWER, "AGR"))
    create_user("head", (Role.SECTION_HEAD, "AGR"))
    create_user("left", (Role.SECTION_REVIEWER, "AGR"), is_active=False)

    assert [user.username for user in members(session, "section_reviewer@AGR")] == ["a", "b"]


@pytest.mark.parametrize("text", ["ann", "ANN", "李", "ann wang"])
def test_people_are_found_by_user_name_and_both_names(
    session: Session, create_user: CreateUser, text: str
):
    create_user("ann", name_zh="李安")
    create_user("bob")

    assert [user.username for user in find_people(session, text)] == ["ann"]


def test_a_wildcard_is_searched_as_it_is_typed(session: Session, create_user: CreateUser):
    create_user("ann")

    assert find_people(session, "%") == []


def test_the_picker_is_bounded_and_narrowed(session: Session, create_user: CreateUser):
    for number in range(4):
        create_user(f"u{number}", organisation="AGR" if number else "FB")

    assert len(find_people(session, " ", limit=2)) == 2
    assert len(find_people(session, "", organisation_code="AGR")) == 3


def test_names_are_looked_up_in_one_go(session: Session, create_user: CreateUser):
    ann = create_user("ann")

    assert people_names(session, {ann.id}) == {ann.id: Bilingual("王建国", "Ann Wang")}
    assert people_names(session, []) == {}


def test_a_user_name_exists_once_and_in_small_letters(session: Session, create_user: CreateUser):
    with pytest.raises(IntegrityError):
        create_user("Ann")
    session.rollback()


def test_the_sign_in_page_offers_telling_accounts_first(session: Session, create_user: CreateUser):
    create_user("zoe", (Role.ADMIN, None), is_sample=True)
    create_user("c0", (Role.UNIT_CLERK, "D03U0"), is_sample=True)
    create_user("c1", (Role.UNIT_CLERK, "D03U1"), is_sample=True)
    create_user("real", (Role.ADMIN, None))

    offered = sample_sign_ins(session)

    assert [(offer.username, offer.is_telling) for offer in offered] == [
        ("c1", True),
        ("zoe", True),
        ("c0", False),
    ]
