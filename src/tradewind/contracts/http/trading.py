"""Orders, positions, fills, ledger entries and events, as their owner sees them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Side = Literal["buy", "sell"]
TriggerSide = Literal["default", "bid", "ask", "mid", "inverse"]
OrderState = Literal[
    "new", "pending", "accepted", "working", "partially_filled", "filled", "cancelled", "rejected"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why an order was rejected or ended."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step of an order's life; the event log has the same."""

    state: OrderState
    reason: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened to an order without changing its state."""

    type: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order. `transitions` and `facts` are null in lists and events: look the order up."""

    id: UUID
    client_order_id: str | None
    account_id: UUID
    symbol: str
    side: Side
    type: str
    quantity: str
    filled_quantity: str
    average_price: str | None
    limit_price: str | None
    stop_price: str | None
    worst_price: str | None
    trigger_side: TriggerSide
    stop_loss: str | None
    stop_loss_distance: str | None
    take_profit: str | None
    take_profit_distance: str | None
    trailing_stop: str | None
    guaranteed_stop: bool
    state: OrderState
    reject: Cause | None
    end: Cause | None
    execution_mode: str | None
    time_in_force: str
    expires_at: datetime | None
    ticket: int
    label: str | None
    comment: str | None
    version: int
    cancel_requested: bool
    facts: tuple[Fact, ...] | None
    position_id: UUID | None
    reduce_only: bool
    linked_order_id: UUID | None
    parent_order_id: UUID | None
    reason: str
    channel: str
    triggered_at: datetime | None
    created_at: datetime
    updated_at: datetime
    transitions: tuple[Transition, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderList:
    """Every order that a command made or ended."""

    items: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would become of an order now; nothing is stored. Money is in account currency.

    `price` is the average of the fill, `margin` what the order adds to used margin. For an order
    that would rest the figures are those of its fill at its own price. What needs a price or a
    rate that is missing is null.
    """

    state: OrderState
    reject: Cause | None
    end: Cause | None
    price: str | None
    margin: str | None
    commission: str
    spread_cost: str | None
    used_margin_after: str | None
    free_margin_after: str | None
    equity_after: str | None
    margin_level_after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """An execution. Costs and results are in account currency but `quote_pnl`."""

    id: UUID
    order_id: UUID
    position_id: UUID
    symbol: str
    side: Side
    quantity: str
    price: str
    displayed_price: str
    slippage: str
    commission: str
    realized_pnl: str
    quote_pnl: str
    conversion_rate: str
    reason: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """An open position. Margin and result are null while no price or rate is known."""

    id: UUID
    ticket: int
    account_id: UUID
    symbol: str
    side: Side
    quantity: str
    open_price: str
    used_margin: str | None
    unrealized_pnl: str | None
    swap: str
    stop_loss: str | None
    take_profit: str | None
    trailing_stop: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One change of the account's money; negative amounts leave it."""

    id: UUID
    transaction_id: UUID
    time: datetime
    type: str
    amount: str
    currency: str
    balance_after: str
    reference: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledOrder(Order):
    """The data of order.filled and order.partially_filled when it is the order's last event."""

    fill: Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """The data of an order's event that a later one of the same moment completes."""

    id: UUID
    state: OrderState
    fill: Fill | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionChange:
    """The data of position.opened, .changed and .closed (quantity 0)."""

    id: UUID
    ticket: int
    account_id: UUID
    symbol: str
    side: Side
    quantity: str
    open_price: str
    swap: str
    stop_loss: str | None
    take_profit: str | None
    trailing_stop: str | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPosting:
    """The data of ledger.posted: the account's own entries and its balance after them."""

    transaction_id: UUID
    balance: str
    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """The data of account.changed."""

    id: UUID
    currency: str
    position_mode: str
    status: str
    balance: str
    credit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginNews:
    """The data of margin.call, .cleared and .stop_out."""

    level: str | None


EventData = (
    FilledOrder | Order | OrderStep | PositionChange | LedgerPosting | AccountChange | MarginNews
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of an account's gap-free log; the first is 1."""

    account_id: UUID
    seq: int
    type: str
    time: datetime
    cause: str | None
    data: EventData
