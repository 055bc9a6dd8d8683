"""What reading an account returns."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from tradewind.contracts.events import FillRow, OrderRow, PositionRow
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Durable:
    """When a fill was decided, and when the database committed it, as far as it knows."""

    decided_at: datetime
    committed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFill:
    """A fill and its times."""

    row: FillRow
    durable: Durable


@dataclass(frozen=True, slots=True, kw_only=True)
class DealtOrder:
    """An order, the currency of its account and all its fills."""

    order: OrderRow
    currency: str
    fills: tuple[ReceiptFill, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupRule:
    """One version of a rule by its number; spreads are points."""

    id: int
    name: str
    version: int
    effective_from: datetime
    kind: Literal["points", "spread", "percent"]
    bid_points: Decimal
    ask_points: Decimal
    target_spread: Decimal | None
    percent: Decimal | None
    min_spread: Decimal | None
    max_spread: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealtFill:
    """One fill as the house sees it; `rule` is None where its number is nobody's."""

    dealt: DealtOrder
    fill: ReceiptFill
    rule: MarkupRule | None
