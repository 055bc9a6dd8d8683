"""From the row of an open order to what core decides on."""

from decimal import Decimal
from typing import Final

from tradewind.contracts.events import OrderRow
from tradewind.core.accounts import Book, ExecutionMode, Side
from tradewind.core.commands import KEEP, Bound, Order, PlaceOrder, Protection
from tradewind.core.ids import AccountId, OrderId, PositionId, Symbol
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import (
    Channel,
    OrderState,
    OrderType,
    Reason,
    TimeInForce,
    TriggerSide,
)

_TRAILING: Final = Reason.TRAILING.value


def order_of(row: OrderRow) -> Order:
    """Make an order of its row. Who placed it is its actor: it has passed the door long ago."""
    return Order(
        request=_request(row),
        ticket=row.ticket,
        state=OrderState(row.state),
        filled_quantity=Quantity(row.filled_quantity),
        average_price=None if row.average_price is None else Price(row.average_price),
        execution_mode=ExecutionMode(row.execution_mode or ExecutionMode.MARKET),
        book=Book(row.book or Book.B),
        position_id=None if row.position_id is None else PositionId(row.position_id),
        refused=None,
        ended=None,
        version=row.version,
        triggered_at=row.triggered_at,
        trigger_quote=row.trigger_quote,
        commission_due=row.commission_due or ZERO,
        commission_charged=row.commission_charged or ZERO,
    )


def _request(row: OrderRow) -> PlaceOrder:
    trailing = row.trailing_stop if row.reason == _TRAILING else None
    return PlaceOrder(
        order_id=OrderId(row.id),
        account_id=AccountId(row.account_id),
        user_id=None,
        client_order_id=row.client_order_id,
        symbol=Symbol(row.symbol),
        side=Side(row.side),
        quantity=Quantity(row.quantity),
        time_in_force=TimeInForce(row.time_in_force),
        requested_price=_price(row.requested_price),
        max_deviation=row.max_deviation or ZERO,
        worst_price=_price(row.worst_price),
        position_id=_position(row),
        reduce_only=row.reduce_only,
        label=row.label,
        comment=row.comment,
        channel=Channel(row.channel),
        received_at=row.created_at,
        type=OrderType(row.type),
        limit_price=_price(row.limit_price),
        stop_price=_price(row.stop_price),
        trigger_side=TriggerSide(row.trigger_side or TriggerSide.DEFAULT),
        expires_at=row.expires_at,
        protection=_protection(row),
        linked_id=None if row.linked_id is None else OrderId(row.linked_id),
        parent_id=None if row.parent_id is None else OrderId(row.parent_id),
        trailing_distance=trailing,
        guaranteed=row.reason == Reason.STOP_LOSS and bool(row.guaranteed_stop),
        reason=Reason(row.reason),
        actor=row.actor,
    )


def _position(row: OrderRow) -> PositionId | None:
    """The position an order is for; one that opens has in this column the one it opened."""
    return PositionId(row.position_id) if row.position_id and row.reduce_only else None


def _protection(row: OrderRow) -> Protection | None:
    if row.reduce_only:
        return None
    stop = _bound(row.stop_loss, row.stop_loss_distance)
    profit = _bound(row.take_profit, row.take_profit_distance)
    if stop is None and profit is None and row.trailing_stop is None:
        return None
    return Protection(
        stop_loss=KEEP if stop is None else stop,
        take_profit=KEEP if profit is None else profit,
        trailing_stop=KEEP if row.trailing_stop is None else row.trailing_stop,
        guaranteed=bool(row.guaranteed_stop),
    )


def _bound(price: Decimal | None, distance: Decimal | None) -> Bound | None:
    return (
        None
        if price is None and distance is None
        else Bound(price=_price(price), distance=distance)
    )


def _price(number: Decimal | None) -> Price | None:
    return None if number is None else Price(number)
