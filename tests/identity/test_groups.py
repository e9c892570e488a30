"""A role named in a diagram becomes the group key of one instance."""

import pytest

from app.core.errors import InvalidInputError
from app.identity import Role, group_key, split_group_key

VARIABLES = {"unit": "D04U0", "department": "D04", "section": "AGR", "agency": "TPA"}


@pytest.mark.parametrize(
    ("role", "key"),
    [
        ("unit_clerk", "unit_clerk@D04U0"),
        ("department_reviewer", "department_reviewer@D04"),
        ("section_head", "section_head@AGR"),
        ("third_party", "third_party@TPA"),
        ("center_reviewer", "center_reviewer"),
        ("section_reviewer@EDU", "section_reviewer@EDU"),
    ],
)
def test_a_role_is_resolved_by_its_scope(role: str, key: str):
    assert group_key(role, VARIABLES) == key


def test_a_missing_organisation_is_named():
    with pytest.raises(InvalidInputError) as refused:
        group_key("third_party", {"unit": "D04U0"})

    assert str(refused.value) == (
        "Expected the process to know its third-party agency, which the role "
        "“Third-party agency staff” is held for; found none."
    )


def test_an_unknown_role_is_refused_with_the_known_ones():
    with pytest.raises(InvalidInputError, match=r"unit_clerk, .*found “clerk”"):
        group_key("clerk", VARIABLES)


@pytest.mark.parametrize("key", ["unit_clerk", "unit_clerk@", "budget_officer@D04"])
def test_a_group_key_that_does_not_fit_its_role_is_refused(key: str):
    with pytest.raises(InvalidInputError, match="Expected a group such as"):
        split_group_key(key)


def test_a_group_key_is_taken_apart():
    assert split_group_key("section_reviewer@AGR") == (Role.SECTION_REVIEWER, "AGR")
    assert split_group_key("budget_officer") == (Role.BUDGET_OFFICER, None)
