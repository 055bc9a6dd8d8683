"""What is asked of the order service, and the order that comes of it.

What is no order itself has as `order_id` a new id that names the operation.
Source: docs/domain/orders.md
"""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from tradewind.core.accounts import Book, ExecutionMode, Side
from tradewind.core.ids import AccountId, FillId, OrderId, PositionId, Symbol, UserId
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import (
    Channel,
    Ended,
    OrderState,
    OrderType,
    Reason,
    Refused,
    TimeInForce,
    TriggerSide,
)
from tradewind.core.values import frozen


class Keep(Enum):
    """What a change leaves as it is; None takes it away."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@frozen
class Bound:
    """Where a protective order stands: at a price, or a distance from the fill (price units)."""

    price: Price | None = None
    distance: Decimal | None = None


@frozen
class Protection:
    """The protective orders a position is to have. `trailing_stop` is a distance."""

    stop_loss: Bound | Keep | None = KEEP
    take_profit: Bound | Keep | None = KEEP
    trailing_stop: Decimal | Keep | None = KEEP
    #: The stop-loss fills at its level whatever the market does.
    guaranteed: bool = False


@frozen
class PlaceOrder:
    """An order as it is asked for. Prices are quote currency, distances too.

    `position_id` closes that position of a hedging account; `reduce_only` never opens. A market
    order that is GTC waits for a price where there is none. `linked_id` names an open order: a
    fill of either cancels the other. `parent_id` names one whose fill makes this one work.
    `trailing_distance` keeps the stop price so far behind the market. Who acts for somebody, or
    for the house, has no `user_id` but an `actor`.
    """

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    client_order_id: str | None = None
    symbol: Symbol
    side: Side
    quantity: Quantity
    time_in_force: TimeInForce
    requested_price: Price | None = None
    max_deviation: Decimal = ZERO
    worst_price: Price | None = None
    position_id: PositionId | None = None
    reduce_only: bool = False
    label: str | None = None
    comment: str | None = None
    channel: Channel
    received_at: datetime
    type: OrderType = OrderType.MARKET
    limit_price: Price | None = None
    stop_price: Price | None = None
    trigger_side: TriggerSide = TriggerSide.DEFAULT
    expires_at: datetime | None = None
    protection: Protection | None = None
    linked_id: OrderId | None = None
    parent_id: OrderId | None = None
    trailing_distance: Decimal | None = None
    guaranteed: bool = False
    reason: Reason = Reason.CLIENT
    actor: str | None = None


@frozen
class ClosePosition:
    """Close a position, wholly without `quantity`; `waits` for a price where there is none."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    client_order_id: str | None
    position_id: PositionId
    quantity: Quantity | None
    requested_price: Price | None
    max_deviation: Decimal
    worst_price: Price | None
    channel: Channel
    received_at: datetime
    waits: bool = False
    reason: Reason = Reason.CLIENT
    actor: str | None = None


@frozen
class CancelOrder:
    """Take an order that is not final off the market."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    channel: Channel
    received_at: datetime
    actor: str | None = None
    #: Shown to the client with the end of the order, when the house cancels.
    note: str | None = None


@frozen
class Amendment:
    """The fields of an order to change; prices None are taken away."""

    quantity: Quantity | Keep = KEEP
    limit_price: Price | Keep = KEEP
    stop_price: Price | Keep = KEEP
    worst_price: Price | Keep | None = KEEP
    expires_at: datetime | Keep = KEEP
    protection: Protection | None = None
    trailing_distance: Decimal | Keep = KEEP


@frozen
class AmendOrder:
    """Replace an order by a changed one, if it still is in `version`."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    version: int
    amendment: Amendment
    channel: Channel
    received_at: datetime
    actor: str | None = None


@frozen
class ProtectPosition:
    """Give an open position protective orders, change or remove them. `order_id` is a new id."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    position_id: PositionId
    protection: Protection
    channel: Channel
    received_at: datetime
    actor: str | None = None


@frozen
class CancelAll:
    """Cancel every open order of the account that protects nothing, of one symbol or of all."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    symbol: Symbol | None
    channel: Channel
    received_at: datetime
    actor: str | None = None
    note: str | None = None


@frozen
class CloseAll:
    """Close every position, of one symbol or of all; waits where there is no price."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    symbol: Symbol | None
    channel: Channel
    received_at: datetime
    reason: Reason = Reason.CLIENT
    actor: str | None = None


@frozen
class CloseBy:
    """Close a position by an opposite one of the same symbol, as far as both go."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    position_id: PositionId
    opposite_id: PositionId
    quantity: Quantity | None
    channel: Channel
    received_at: datetime
    reason: Reason = Reason.CLIENT
    actor: str | None = None


@frozen
class ReversePosition:
    """Close a position and open one of the same quantity the other way, both or nothing."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None
    position_id: PositionId
    channel: Channel
    received_at: datetime
    actor: str | None = None


@frozen
class MoveStop:
    """Move a trailing stop's level after the market, if the order still is in `version`."""

    order_id: OrderId
    account_id: AccountId
    version: int
    stop_price: Price
    user_id: UserId | None = None


@frozen
class ExpireOrder:
    """End an order whose time is over."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None = None


@frozen
class BustFill:
    """Undo a fill by a linked one; with a `price` book it again at that price."""

    order_id: OrderId
    account_id: AccountId
    fill_id: FillId
    price: Price | None
    #: The LP's own bust, without which none goes against the client.
    lp_reference: str | None
    note: str
    actor: str
    received_at: datetime
    user_id: UserId | None = None


@frozen
class CheckMargin:
    """Look at an account's level, and do what it asks for."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId | None = None


@frozen
class Order:
    """An order, open or ended. `version` is 0 until it is first recorded."""

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
    version: int = 0
    triggered_at: datetime | None = None
    trigger_quote: str | None = None
    #: The commission of its fills so far.
    commission_due: Decimal = ZERO
    commission_charged: Decimal = ZERO

    @property
    def leaves(self) -> Quantity:
        """What is left to fill."""
        return Quantity(self.request.quantity - self.filled_quantity)
