"""Orders, positions, fills and ledger entries as the API shows them.

Prices and distances are in quote currency, costs and results in account currency.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tradewind_client.vocabulary import OrderState, OrderType, Side, TimeInForce, TriggerSide


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why an order was rejected, or ended short of its quantity; `code` is stable."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened to an order without changing its state."""

    type: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of an order's life."""

    state: OrderState
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order. `transitions` and `facts` are None in lists and events: look the order up."""

    id: UUID
    ticket: int
    client_order_id: str | None
    account_id: UUID
    symbol: str
    side: Side
    type: OrderType
    quantity: Decimal
    filled_quantity: Decimal
    average_price: Decimal | None
    limit_price: Decimal | None
    stop_price: Decimal | None
    worst_price: Decimal | None
    trigger_side: TriggerSide
    stop_loss: Decimal | None
    stop_loss_distance: Decimal | None
    take_profit: Decimal | None
    take_profit_distance: Decimal | None
    trailing_stop: Decimal | None
    guaranteed_stop: bool
    time_in_force: TimeInForce
    expires_at: datetime | None
    state: OrderState
    reject: Cause | None
    end: Cause | None
    execution_mode: str | None
    position_id: UUID | None
    reduce_only: bool
    linked_order_id: UUID | None
    parent_order_id: UUID | None
    reason: str
    channel: str
    label: str | None
    comment: str | None
    version: int
    cancel_requested: bool
    facts: tuple[Fact, ...] | None
    transitions: tuple[Transition, ...] | None
    triggered_at: datetime | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderList:
    """The orders that one command made or ended."""

    items: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would become of an order now; nothing is stored.

    `price` is the average of the fill, `margin` what the order adds to used margin. For an order
    that would rest the figures are those of its fill at its own price. What needs a price or a
    rate that is missing is None.
    """

    state: OrderState
    reject: Cause | None
    end: Cause | None
    price: Decimal | None
    margin: Decimal | None
    commission: Decimal
    spread_cost: Decimal | None
    used_margin_after: Decimal | None
    free_margin_after: Decimal | None
    equity_after: Decimal | None
    margin_level_after: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """An open position. Margin and result are None while no price or rate is known."""

    id: UUID
    ticket: int
    account_id: UUID
    symbol: str
    side: Side
    quantity: Decimal
    open_price: Decimal
    used_margin: Decimal | None
    unrealized_pnl: Decimal | None
    swap: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    trailing_stop: Decimal | None
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """An execution; `quote_pnl` alone is in quote currency."""

    id: UUID
    order_id: UUID
    position_id: UUID
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    displayed_price: Decimal
    slippage: Decimal
    commission: Decimal
    realized_pnl: Decimal
    quote_pnl: Decimal
    conversion_rate: Decimal
    reason: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One change of the account's money; negative amounts leave it."""

    id: UUID
    transaction_id: UUID
    time: datetime
    type: str
    amount: Decimal
    currency: str
    balance_after: Decimal
    reference: UUID | None
