"""What reading an account returns."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tradewind.contracts.events import OrderRow, PositionRow
from tradewind.core.accounts import Account, GroupTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """An account and its terms; `last_event` is the newest event the figures include."""

    account: Account
    terms: GroupTerms
    last_event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """An account with what is open on it, of one snapshot."""

    own: OwnAccount
    positions: tuple[PositionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """At most `limit` rows, older than the one with id `after`."""

    after: UUID | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMove:
    """One event of an order: the name of its state, or of a fact."""

    name: str
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHistory:
    """An order and everything that happened to it, in order."""

    row: OrderRow
    moves: tuple[OrderMove, ...]
