"""Receipts: why a fill is what it is, for its owner and for the house."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tradewind.contracts.http.trading import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptQuote:
    """The price a fill was dealt on, as the account's group saw it. A side not kept is null."""

    id: str
    bid: str | None
    ask: str | None
    time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTimes:
    """When what happened; null where it is not known.

    An order that rested was received before the price that filled it was made.
    `lp_quote` is the liquidity provider's own time of its quote behind the price, `committed` the
    database server's of the moment the fill was durable.
    """

    lp_quote: datetime | None
    quote_received: datetime | None
    price_published: datetime | None
    order_received: datetime
    decided: datetime
    committed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillReceipt:
    """Why a fill is what it is. Slippage is positive when the client got better than displayed.

    Slippage and markup are price units, the commission is in account currency.
    """

    fill_id: UUID
    symbol: str
    side: Side
    quantity: str
    price: str
    displayed_price: str
    requested_price: str | None
    slippage: str
    markup: str
    commission: str
    capacity: str
    reason: str
    quote: ReceiptQuote
    times: ReceiptTimes
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An order's fills, in their order."""

    order_id: UUID
    fills: tuple[FillReceipt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptBbo:
    """The best prices of all LPs, unmarked; one price where positions closed each other."""

    bid: str
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptLp:
    """An LP's top of book when the price was made; `age_ms` is its age at the decision."""

    lp: str
    bid: str
    ask: str
    bid_size: str
    ask_size: str
    lp_time: datetime
    received_at: datetime
    age_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRule:
    """The markup rule that made the group's price, in the version that did."""

    id: int
    name: str
    version: int
    effective_from: datetime
    kind: Literal["points", "spread", "percent"]
    bid_points: str
    ask_points: str
    target_spread: str | None
    percent: str | None
    min_spread: str | None
    max_spread: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptRoute:
    """Whose risk the trade is, how it was executed, and what decided that."""

    execution_mode: str
    book: str
    capacity: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTrigger:
    """What woke a resting order."""

    price: str | None
    quote_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptConversion:
    """Account currency for one unit of quote currency, and the quotes it was made of."""

    rate: str
    quotes: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealerReceipt(FillReceipt):
    """What the house sees of a fill beside what its owner does; `rule` is null for a lost one."""

    order_id: UUID
    account_id: UUID
    ticket: int
    order_type: str
    channel: str
    actor: str
    on_behalf_of: str | None
    corrects_fill_id: UUID | None
    bbo: ReceiptBbo
    lps: tuple[ReceiptLp, ...]
    rules_version: int
    rule: ReceiptRule | None
    route: ReceiptRoute
    trigger: ReceiptTrigger | None
    conversion: ReceiptConversion
    instrument_version: int
    group: str
    group_version: int
