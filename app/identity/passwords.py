"""Password hashes: argon2id."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: OWASP's recommended setting for argon2id (19 MiB, 2 passes, 1 lane): about 20 ms. The stronger
#: ones of RFC 9106 would hold the embedded database's write lock three times as long per sign-in.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str, hasher: PasswordHasher = HASHER) -> str:
    """The hash to store, with its own salt and parameters inside."""
    return hasher.hash(password)


def verify_password(stored: str | None, password: str, hasher: PasswordHasher = HASHER) -> bool:
    """Whether the password is right; the same work is done when there is nothing to compare."""
    try:
        return hasher.verify(stored or _nobody(hasher), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")
