"""The words of identity (docs/reference/authentication.md)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tradewind.core.ids import UserId


class Audience(StrEnum):
    """Which side of the API a token opens."""

    CLIENT = "client"
    STAFF = "staff"


class Role(StrEnum):
    """What a user may do."""

    CLIENT = "client"
    SUPPORT = "support"
    DEALER = "dealer"
    RISK = "risk"
    FINANCE = "finance"
    ADMIN = "admin"
    AUDITOR = "auditor"


ACCESS_LIFETIME: Final = timedelta(minutes=15)
#: From login to the last refresh, whatever happens between.
SESSION_LIFETIME: Final = {
    Audience.CLIENT: timedelta(days=30),
    Audience.STAFF: timedelta(hours=12),
}
#: A client whose answer was lost may repeat a refresh for so long.
REFRESH_GRACE: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What a valid signature vouches for."""

    user_id: UserId
    session_id: UUID
    audience: Audience
    roles: frozenset[Role]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller whose token and session were checked; `session_started_at` is the login."""

    user_id: UserId
    session_id: UUID
    audience: Audience
    roles: frozenset[Role]
    expires_at: datetime
    session_started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UserStanding:
    """What a user may do now. Sessions from before `credentials_since` have ended."""

    active: bool
    roles: frozenset[Role]
    credentials_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One login, alive or not."""

    id: UUID
    user_id: UserId
    audience: Audience
    started_at: datetime
    expires_at: datetime
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a login or a refresh hands out. `expires_in_s` counts for the access token."""

    access_token: str
    expires_in_s: int
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person with a login."""

    id: UserId
    email: str
    name: str
    roles: frozenset[Role]


def audience_of(roles: frozenset[Role]) -> Audience | None:
    """Staff roles make a staff login; None for a user who may do nothing."""
    if not roles:
        return None
    return Audience.CLIENT if roles == {Role.CLIENT} else Audience.STAFF
