"""Logins and sessions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

#: Read by the web framework: unknown fields are errors.
STRICT: Mapping[str, object] = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """`otp` is for users with a second factor and is not looked at for others."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    email: str
    password: str
    otp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequest:
    """The refresh token of the last login or refresh."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutRequest:
    """Ends the session of the access token, or every session of its user."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    scope: Literal["session", "everywhere"] = "session"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """`expires_in` seconds from now the access token ends; then use the refresh token, once."""

    access_token: str
    expires_in: int
    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who is logged in."""

    id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
