"""Password hashes: argon2id with one set of parameters for every user.

One set, because a hash that costs more or less than the others would tell who exists.
"""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: OWASP's first choice: 19 MiB, two passes, one lane.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_password(password: str) -> str:
    """Hash a password as it was typed, unnormalised and untrimmed; takes tens of milliseconds."""
    return _HASHER.hash(password)


def password_matches(password_hash: str, password: str) -> bool:
    """Tell whether the password made the hash; a malformed hash matches nothing."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
