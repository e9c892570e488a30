"""Roles permit what the bureau's rules say, and nothing is permitted by accident."""

import pytest

from app.identity import Permission, Role, permissions_of


def test_nobody_without_a_role_may_do_anything():
    assert permissions_of([]) == frozenset()


@pytest.mark.parametrize("role", Role)
def test_every_role_has_both_names_and_some_permission(role: Role):
    assert role.display_name.zh
    assert role.display_name.en
    assert permissions_of([role])


@pytest.mark.parametrize(
    ("permission", "holders"),
    [
        (Permission.PROCESS_START, {Role.UNIT_CLERK}),
        (Permission.DEFINITION_DEPLOY, {Role.PROCESS_OWNER}),
        (Permission.DEFINITION_EDIT, {Role.PROCESS_OWNER}),
        (Permission.ADMINISTRATION, {Role.ADMIN}),
        (Permission.TASK_TRANSFER_ANY, {Role.MANAGER, Role.ADMIN}),
        (Permission.PROJECT_APPOINT_AGENCY, {Role.CENTER_HEAD, Role.PERFORMANCE_HEAD}),
    ],
)
def test_a_sensitive_permission_belongs_to_few(permission: Permission, holders: set[Role]):
    assert {role for role in Role if permission in permissions_of([role])} == holders


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.MANAGER, Role.PROCESS_OWNER, Role.ADMIN])
def test_who_watches_does_not_approve(role: Role):
    assert Permission.TASK_WORK not in permissions_of([role])
