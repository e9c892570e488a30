"""Group keys: the name under which the seat of a task waits for one of many people."""

from collections.abc import Mapping

from app.core.errors import InvalidInputError
from app.core.i18n import N_
from app.identity.roles import Role, Scope


def make_group_key(role: Role, organisation_code: str | None) -> str:
    """`budget_officer`, or `section_reviewer@AGR` for a role held for one organisation."""
    return role.value if organisation_code is None else f"{role.value}@{organisation_code}"


def group_key(role_name: str, variables: Mapping[str, object]) -> str:
    """Resolve a role named in a diagram for one process instance.

    Args:
        role_name: a `Role` value such as `section_reviewer`; or a whole group key such as
            `section_reviewer@AGR`, which stays as it is.
        variables: the organisation of the instance: the codes `unit`, `department`, `section`
            and, where one was appointed, `agency`. Others are ignored.

    Raises:
        InvalidInputError: no such role, or the code that its scope needs is missing.
    """
    if "@" in role_name:
        role, code = split_group_key(role_name)
        return make_group_key(role, code)
    role = _role(role_name)
    if role.scope is Scope.BUREAU:
        return role.value
    found = variables.get(role.scope.value)
    if not isinstance(found, str) or not found:
        raise InvalidInputError(
            N_(
                "Expected the process to know its {scope}, which the role “{role}” is held for; "
                "found none."
            ),
            scope=role.scope.display_name,
            role=role.display_name,
        )
    return make_group_key(role, found)


def split_group_key(key: str) -> tuple[Role, str | None]:
    """The role of a group key and the organisation that it is held for.

    Raises:
        InvalidInputError: no such role, or the code is missing or one too many.
    """
    name, at_sign, code = key.partition("@")
    role = _role(name)
    if bool(at_sign) != (role.scope is not Scope.BUREAU) or bool(at_sign) != bool(code):
        raise InvalidInputError(
            N_("Expected a group such as “{example}”, found “{key}”."),
            example=role.value if role.scope is Scope.BUREAU else f"{role.value}@CODE",
            key=key,
        )
    return role, code or None


def _role(name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        raise InvalidInputError(
            N_("Expected one of the roles {known}, found “{name}”."),
            known=", ".join(Role),
            name=name,
        ) from None
