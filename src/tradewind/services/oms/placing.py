"""Placing an order and closing a position."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from tradewind.contracts.events import OrderRow
from tradewind.core.commands import ClosePosition, PlaceOrder
from tradewind.core.decisions import Decision
from tradewind.core.errors import InvalidError
from tradewind.core.expiry import day_end
from tradewind.core.instruments import Instrument, is_allowed_price, is_on_tick
from tradewind.core.money import Price
from tradewind.core.orders import OrderType, RejectReason, TimeInForce
from tradewind.core.trading import decide
from tradewind.services.oms.desk import AccountWork, By, Desk, position_of
from tradewind.services.oms.store import KnownOrder
from tradewind.services.oms.submission import Answer

CREATED: Final = 201


def place(desk: Desk, work: AccountWork, order: PlaceOrder) -> Answer:
    """Decide an order and what follows from it."""
    row, decision = placed(desk, work, order, cause=None)
    return Answer(status=CREATED, code=None, order_id=order.order_id, order=row, path=decision.path)


def placed(
    desk: Desk, work: AccountWork, order: PlaceOrder, cause: str | None
) -> tuple[OrderRow, Decision]:
    """Decide and record an order; `cause` names the operation it is part of."""
    market = desk.market(work, order.symbol, order)
    if order.time_in_force is TimeInForce.DAY:
        order = replace(order, expires_at=_end_of_day(desk, order))
    if order.position_id is not None and not order.reduce_only:
        order = replace(order, reduce_only=True)
    decision = decide(work.state, order, market)
    row = desk.carry_out(work, decision, market, By(actor=actor_of(order), cause=cause))
    if order.client_order_id is not None:
        desk.client_orders[order.account_id, order.client_order_id] = KnownOrder(
            account_id=order.account_id,
            client_order_id=order.client_order_id,
            order_id=order.order_id,
            last_event=row.last_event,
        )
    return row, decision


def actor_of(command: PlaceOrder | ClosePosition) -> str:
    """Name who gave a command: its user, or whoever acts instead."""
    return str(command.user_id) if command.actor is None else command.actor


def _end_of_day(desk: Desk, order: PlaceOrder) -> datetime:
    calendar = desk.markets.calendar(order.symbol)
    end = None if calendar is None else day_end(calendar, desk.now)
    if end is None:
        raise InvalidError("time_in_force", RejectReason.MARKET_NEVER_OPEN, "it does not trade")
    return end


def close(desk: Desk, work: AccountWork, command: ClosePosition) -> Answer:
    """Close a position, wholly or in part."""
    return place(desk, work, closing_order(desk, work, command))


def closing_order(desk: Desk, work: AccountWork, command: ClosePosition) -> PlaceOrder:
    """Turn a close into the order that does it."""
    position = position_of(work, command.position_id)
    quantity = command.quantity or position.quantity
    instrument = desk.instrument(position.symbol)
    if quantity % instrument.quantity_step and quantity != position.quantity:
        raise InvalidError(
            "quantity", "quantity_step", f"must be a multiple of {instrument.quantity_step}"
        )
    check_price(instrument, "requested_price", command.requested_price)
    check_price(instrument, "worst_price", command.worst_price)
    return PlaceOrder(
        order_id=command.order_id,
        account_id=command.account_id,
        user_id=command.user_id,
        client_order_id=command.client_order_id,
        symbol=position.symbol,
        side=position.side.opposite,
        quantity=quantity,
        time_in_force=TimeInForce.GTC if command.waits else TimeInForce.FOK,
        requested_price=command.requested_price,
        max_deviation=command.max_deviation,
        worst_price=command.worst_price,
        position_id=position.id,
        reduce_only=True,
        label=None,
        comment=None,
        channel=command.channel,
        received_at=command.received_at,
        type=OrderType.MARKET,
        reason=command.reason,
        actor=command.actor,
    )


def check_price(instrument: Instrument, field: str, price: Price | None) -> None:
    """Raise InvalidError for a price that the instrument cannot have."""
    if price is None:
        return
    if not is_allowed_price(instrument, price):
        raise InvalidError(field, "price_sign", "must be positive")
    if not is_on_tick(instrument, price):
        raise InvalidError(field, "price_precision", f"must step by {instrument.tick_size}")
