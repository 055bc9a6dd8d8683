"""Refresh tokens: opaque texts made from a secret, so a lost answer can be given again.

The token of a generation is HMAC(secret, family, generation); the database keeps only hashes.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from tradewind.services.identity.model import REFRESH_GRACE

_PREFIX: Final = "twr_"
_FAMILY_BYTES: Final = 16
_GENERATION_BYTES: Final = 4
_TOKEN_CHARS: Final = len(_PREFIX) + 70


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """A token that our secret made, which does not yet mean that it is good."""

    family: UUID
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A login's row. Times are those of our clock; hashes are SHA-256 of the tokens."""

    generation: int
    token_hash: bytes
    previous_hash: bytes | None
    rotated_at: datetime
    created_at: datetime
    expires_at: datetime
    revoked: bool
    credentials_since: datetime


class Verdict(StrEnum):
    """What to do with a presented token."""

    ROTATE = "rotate"
    REISSUE = "reissue"
    REFUSE = "refuse"
    REVOKE_REUSED = "reuse"
    REVOKE_CREDENTIALS_CHANGED = "credentials_changed"


def spell(secret: bytes, token: RefreshToken) -> str:
    """Return the one text of a token."""
    body = token.family.bytes + token.generation.to_bytes(_GENERATION_BYTES, "big")
    mark = hmac.digest(secret, body, hashlib.sha256)
    return _PREFIX + base64.urlsafe_b64encode(body + mark).rstrip(b"=").decode("ascii")


def read(secret: bytes, text: str) -> RefreshToken | None:
    """Return what a text says if our secret made it."""
    if len(text) != _TOKEN_CHARS or not text.isascii():
        return None
    try:
        data = base64.urlsafe_b64decode(text[len(_PREFIX) :] + "==")
    except ValueError:
        return None
    token = RefreshToken(
        family=UUID(bytes=data[:_FAMILY_BYTES]),
        generation=int.from_bytes(data[_FAMILY_BYTES : _FAMILY_BYTES + _GENERATION_BYTES], "big"),
    )
    return token if hmac.compare_digest(spell(secret, token), text) else None


def fingerprint(text: str) -> bytes:
    """Return what the database keeps of a token."""
    return hashlib.sha256(text.encode()).digest()


def judge(family: Family, token: RefreshToken, token_hash: bytes, now: datetime) -> Verdict:
    """Decide about a token of `family`. The last generation but one has a short grace."""
    if family.revoked or family.expires_at <= now:
        return Verdict.REFUSE
    if family.created_at < family.credentials_since:
        return Verdict.REVOKE_CREDENTIALS_CHANGED
    if token.generation == family.generation and token_hash == family.token_hash:
        return Verdict.ROTATE
    if (
        token.generation == family.generation - 1
        and token_hash == family.previous_hash
        and now - family.rotated_at <= REFRESH_GRACE
    ):
        return Verdict.REISSUE
    return Verdict.REVOKE_REUSED
