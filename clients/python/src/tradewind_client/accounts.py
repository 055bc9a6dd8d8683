"""Who is logged in where, and what the accounts are worth."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """A stretch of a list; `next` is the `after` of the page that follows, if there is one."""

    items: tuple[T, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a client needs before it logs in."""

    stream_url: str
    version: str
    environment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Liveness."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Readiness, and each dependency's own."""

    ready: bool
    dependencies: dict[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """The access token lives `expires_in` seconds; the refresh token serves once."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Money in account currency. What needs a price is None while one is missing.

    `margin_level` is percent, None without used margin; `last_event` is the newest event that
    the figures include.
    """

    id: UUID
    currency: str
    group: str
    leverage: Decimal
    position_mode: str
    status: str
    balance: Decimal
    credit: Decimal
    unrealized_pnl: Decimal | None
    equity: Decimal | None
    used_margin: Decimal | None
    reserved_margin: Decimal
    free_margin: Decimal | None
    margin_level: Decimal | None
    as_of: datetime
    last_event: int
