"""Identities: UUID version 7, so that sorting by id is sorting by time of birth."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7."""
    return uuid7()
