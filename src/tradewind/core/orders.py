"""Orders: what is asked, where it stands, and the only moves it may make.

Source: docs/domain/orders.md
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tradewind.core.accounts import Book, ExecutionMode, Side
from tradewind.core.ids import AccountId, OrderId, PositionId, Symbol, UserId
from tradewind.core.money import Price, Quantity
from tradewind.core.values import frozen


class OrderState(StrEnum):
    """Where an order stands."""

    NEW = "new"
    PENDING = "pending"
    ACCEPTED = "accepted"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


S = OrderState

#: The whole order lifecycle. A pair that is not listed is illegal.
LIFECYCLE: Final[Mapping[OrderState, frozenset[OrderState]]] = MappingProxyType(
    {
        S.NEW: frozenset({S.PENDING, S.REJECTED}),
        S.PENDING: frozenset({S.ACCEPTED, S.REJECTED}),
        S.ACCEPTED: frozenset({S.WORKING, S.CANCELLED, S.REJECTED}),
        S.WORKING: frozenset({S.PARTIALLY_FILLED, S.FILLED, S.CANCELLED, S.REJECTED}),
        S.PARTIALLY_FILLED: frozenset({S.PARTIALLY_FILLED, S.FILLED, S.CANCELLED}),
        S.FILLED: frozenset(),
        S.CANCELLED: frozenset(),
        S.REJECTED: frozenset(),
    }
)

FINAL: Final = frozenset(state for state, moves in LIFECYCLE.items() if not moves)


class IllegalTransitionError(AssertionError):
    """Code asked for a move that the lifecycle does not have."""


def moved(old: OrderState, new: OrderState) -> OrderState:
    """Return `new`; raise when the lifecycle has no such move."""
    if new not in LIFECYCLE[old]:
        raise IllegalTransitionError(f"{old} -> {new}")
    return new


class OrderType(StrEnum):
    """How an order finds its price."""

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    MARKET_IF_TOUCHED = "market_if_touched"


class TimeInForce(StrEnum):
    """How long an order lives."""

    GTC = "gtc"
    DAY = "day"
    GTD = "gtd"
    IOC = "ioc"
    FOK = "fok"


class Channel(StrEnum):
    """Where a command came in."""

    WEB = "web"
    MOBILE = "mobile"
    DESKTOP = "desktop"
    API = "api"
    FIX = "fix"
    DEALER = "dealer"
    SYSTEM = "system"


class Reason(StrEnum):
    """On whose account an order exists."""

    CLIENT = "client"
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    TRAILING = "trailing"
    STOP_OUT = "stop_out"
    ROLL = "roll"
    CORPORATE_ACTION = "corporate_action"
    DEALER = "dealer"
    BUST = "bust"
    COPY = "copy"


class RejectReason(StrEnum):
    """Why an order was rejected; the codes are stable."""

    ACCOUNT_PENDING = "account_pending"
    ACCOUNT_CLOSE_ONLY = "account_close_only"
    ACCOUNT_SUSPENDED = "account_suspended"
    ACCOUNT_CLOSED = "account_closed"
    KILL_SWITCH = "kill_switch"
    TRADING_DISABLED = "trading_disabled"
    CLOSE_ONLY = "close_only"
    LONG_ONLY = "long_only"
    SHORT_ONLY = "short_only"
    MARKET_CLOSED = "market_closed"
    NO_PRICE = "no_price"
    REQUOTE = "requote"
    NOTHING_TO_REDUCE = "nothing_to_reduce"
    QUANTITY_EXCEEDS_POSITION = "quantity_exceeds_position"
    CONVERSION_UNAVAILABLE = "conversion_unavailable"
    INSUFFICIENT_MARGIN = "insufficient_margin"
    EXECUTION_UNAVAILABLE = "execution_unavailable"
    INTERNAL_ERROR = "internal_error"


class EndReason(StrEnum):
    """Why an order that had been accepted ended without being filled whole."""

    EXPIRED = "expired"
    INSUFFICIENT_MARGIN = "insufficient_margin"
    NO_LIQUIDITY = "no_liquidity"
    WORST_PRICE = "worst_price"
    LP_UNFILLED = "lp_unfilled"
    LP_REJECTED = "lp_rejected"
    STOP_OUT = "stop_out"
    LINKED = "linked"
    CLIENT = "client"
    DEALER = "dealer"


@frozen
class Refused:
    """A refusal is a value: recorded on the order and shown to its owner."""

    reason: RejectReason
    message: str


@frozen
class Ended:
    """How an accepted order ended short of its quantity."""

    reason: EndReason
    message: str


@frozen
class PlaceOrder:
    """A market or instant order (instant names `requested_price`). Prices are quote currency.

    `position_id` closes that position of a hedging account. `reduce_only` never opens.
    """

    order_id: OrderId
    account_id: AccountId
    user_id: UserId
    client_order_id: str | None
    symbol: Symbol
    side: Side
    quantity: Quantity
    time_in_force: TimeInForce
    requested_price: Price | None
    max_deviation: Decimal
    worst_price: Price | None
    position_id: PositionId | None
    reduce_only: bool
    label: str | None
    comment: str | None
    channel: Channel
    received_at: datetime


@frozen
class ClosePosition:
    """Close a position, wholly when `quantity` is None."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId
    client_order_id: str | None
    position_id: PositionId
    quantity: Quantity | None
    requested_price: Price | None
    max_deviation: Decimal
    worst_price: Price | None
    channel: Channel
    received_at: datetime


@frozen
class CancelOrder:
    """Take an order that is not final off the market."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId
    channel: Channel
    received_at: datetime


@frozen
class Order:
    """A market or instant order after its decision."""

    request: PlaceOrder
    ticket: int
    state: OrderState
    filled_quantity: Quantity
    average_price: Price | None
    execution_mode: ExecutionMode
    book: Book
    position_id: PositionId | None
    refused: Refused | None
    ended: Ended | None
