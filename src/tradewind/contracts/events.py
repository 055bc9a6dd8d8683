"""The bodies of the account event log, version 1.

Each class is a whole row of its table: the log's body *is* the row, and the row is written from
the body, so replay rebuilds every table (docs/explanation/event-log.md). They are msgspec
structs, not dataclasses, because one is made and encoded for every row of every order. What is
null is left out of the JSON.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import msgspec

#: The house is the client's counterparty.
PRINCIPAL = "principal"


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """A body of the log. What is null is left out: only null may be a default."""


class FillRow(Row, frozen=True, kw_only=True):
    """A row of `fill`, nested under `fill` in order.filled and order.partially_filled."""

    account_id: UUID
    id: UUID
    ticket: int
    order_id: UUID
    position_id: UUID
    symbol: str
    side: str
    quantity: Decimal
    closed_quantity: Decimal
    price: Decimal
    displayed_price: Decimal
    requested_price: Decimal | None = None
    slippage: Decimal
    markup: Decimal
    commission: Decimal
    quote_pnl: Decimal
    realized_pnl: Decimal
    conversion_rate: Decimal
    conversion_quotes: str | None = None
    quote_id: str
    bbo_bid: Decimal
    bbo_ask: Decimal
    rules_version: int
    execution_mode: str
    book: str
    capacity: str
    channel: str
    actor: str
    on_behalf_of: str | None = None
    reason: str
    instrument_version: int
    group_code: str
    group_version: int
    trade_date: date
    value_date: date
    corrects_fill_id: UUID | None = None
    time: datetime
    #: The price it was dealt on, a line each: `@ TIME BID ASK`, when it was published and what
    #: the group saw; then `LP BID ASK BID_SIZE ASK_SIZE LP_TIME RECEIVED_AT` for each LP.
    lp_quotes: str | None = None
    charge_rest: Decimal | None = None


class OrderRow(Row, frozen=True, kw_only=True):
    """A row of `trade_order`, the body of an order's last event in a transaction."""

    account_id: UUID
    id: UUID
    ticket: int
    client_order_id: str | None = None
    symbol: str
    side: str
    type: str
    quantity: Decimal
    filled_quantity: Decimal
    average_price: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    worst_price: Decimal | None = None
    requested_price: Decimal | None = None
    max_deviation: Decimal | None = None
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    trailing_stop: Decimal | None = None
    time_in_force: str
    expires_at: datetime | None = None
    position_id: UUID | None = None
    reduce_only: bool
    parent_id: UUID | None = None
    state: str
    reject_code: str | None = None
    reject_message: str | None = None
    end_code: str | None = None
    end_message: str | None = None
    execution_mode: str | None = None
    book: str | None = None
    capacity: str | None = None
    channel: str
    actor: str
    on_behalf_of: str | None = None
    reason: str
    label: str | None = None
    comment: str | None = None
    version: int
    cancel_requested: bool
    reserved_margin: Decimal
    instrument_version: int | None = None
    group_code: str | None = None
    group_version: int | None = None
    markup_version: int | None = None
    book_rule_version: int | None = None
    trade_date: date | None = None
    first_event: int
    last_event: int
    created_at: datetime
    updated_at: datetime
    stop_loss_distance: Decimal | None = None
    take_profit_distance: Decimal | None = None
    guaranteed_stop: bool | None = None
    trigger_side: str | None = None
    linked_id: UUID | None = None
    triggered_at: datetime | None = None
    trigger_quote: str | None = None
    commission_due: Decimal | None = None
    commission_charged: Decimal | None = None
    fill: FillRow | msgspec.UnsetType = msgspec.UNSET


class OrderStep(Row, frozen=True, kw_only=True):
    """The body of an order's event that a later one of the same transaction supersedes."""

    id: UUID
    state: str
    fill: FillRow | msgspec.UnsetType = msgspec.UNSET


class LotRow(Row, frozen=True, kw_only=True):
    """A row of `position_lot`, nested under `lots` of a position's event when it changed."""

    account_id: UUID
    position_id: UUID
    fill_id: UUID
    book: str
    book_rule_version: int
    hedge_reference: str | None = None
    quantity: Decimal
    remaining: Decimal
    opened_at: datetime


class PositionRow(Row, frozen=True, kw_only=True):
    """A row of `trade_position`, the body of position.opened, .changed and .closed."""

    account_id: UUID
    id: UUID
    ticket: int
    symbol: str
    side: str
    quantity: Decimal
    open_price: Decimal
    margin_notional: Decimal
    swap: Decimal
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    version: int
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    trailing_stop: Decimal | None = None
    lots: list[LotRow]


class PostingRow(Row, frozen=True, kw_only=True):
    """A row of `ledger_posting`, nested under `postings` of ledger.posted."""

    account_id: UUID
    id: UUID
    transaction_id: UUID
    entity_id: UUID
    event: int
    type: str
    source: str
    destination: str
    currency: str
    amount: Decimal
    balance_after: Decimal | None = None
    reference: UUID | None = None
    reverses: UUID | None = None
    trade_date: date
    time: datetime


class LedgerPosted(Row, frozen=True, kw_only=True):
    """The body of ledger.posted: the postings of one transaction, and the balance after them."""

    transaction_id: UUID
    balance: Decimal
    carry: Decimal
    postings: list[PostingRow]


class MarginRow(Row, frozen=True, kw_only=True):
    """The body of margin.call, margin.cleared and margin.stop_out, rounded.

    Levels are percent, null where nothing is open. A stop-out says how it stood afterwards too.
    """

    level: Decimal | None = None
    equity: Decimal
    used_margin: Decimal
    level_after: Decimal | None = None
    equity_after: Decimal | None = None
    used_margin_after: Decimal | None = None


ENCODER = msgspec.json.Encoder()
