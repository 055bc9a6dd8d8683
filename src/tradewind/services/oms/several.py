"""Operations of several orders: close all, close one position by another, reverse."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from tradewind.contracts.events import OrderRow
from tradewind.core.accounts import Position, PositionMode
from tradewind.core.closing import closes_by, half, shared_quantity
from tradewind.core.commands import CloseAll, CloseBy, PlaceOrder, ReversePosition
from tradewind.core.decisions import made, rejected
from tradewind.core.errors import InvalidError
from tradewind.core.ids import OrderId
from tradewind.core.money import Quantity
from tradewind.core.orders import OrderState, Refused, RejectReason, TimeInForce
from tradewind.services.oms.desk import AccountWork, By, Desk, position_of
from tradewind.services.oms.placing import placed
from tradewind.services.oms.submission import Answer

CREATED: Final = 201
#: An answer of several orders, which its operation names.
MANY: Final = "many"
TWICE: Final = 2


def operation(order_id: UUID) -> str:
    """Name an operation as the cause of its events."""
    return f"operation:{order_id}"


def many(status: int, order_id: UUID, orders: Sequence[OrderRow]) -> Answer:
    """Answer with several orders, in the order of their ids."""
    inside = tuple(sorted(orders, key=lambda row: row.id))
    return Answer(status=status, code=MANY, order_id=order_id, order=None, orders=inside)


def close_all(desk: Desk, work: AccountWork, command: CloseAll) -> Answer:
    """Close every position, oldest first; where there is no price the close waits for one."""
    rows: list[OrderRow] = []
    for position in [*work.state.positions.values()]:
        if command.symbol not in {None, position.symbol} or work.state.is_closing(position.id):
            continue
        order = _at_market(desk, position, command, position.quantity)
        order = replace(
            order, time_in_force=TimeInForce.GTC, reason=command.reason, reduce_only=True
        )
        rows.append(placed(desk, work, order, operation(command.order_id))[0])
    return many(CREATED, command.order_id, rows)


def close_by(desk: Desk, work: AccountWork, command: CloseBy) -> Answer:
    """Close two opposite positions by each other; the older one's open price is that of both."""
    if work.state.account.position_mode is not PositionMode.HEDGING:
        raise InvalidError("opposite_position_id", "not_hedging", "the account nets its positions")
    position = position_of(work, command.position_id)
    opposite = position_of(work, command.opposite_id)
    quantity = shared_quantity(position, opposite, command)
    instrument = desk.instrument(position.symbol)
    if quantity % instrument.quantity_step and quantity not in {
        position.quantity,
        opposite.quantity,
    }:
        raise InvalidError("quantity", "quantity_step", f"in steps of {instrument.quantity_step}")
    older = min(position, opposite, key=lambda held: (held.opened_at, held.ticket))
    by = By(
        actor=str(command.user_id) if command.actor is None else command.actor,
        cause=operation(command.order_id),
    )
    rows: list[OrderRow] = []
    for held in (position, opposite):
        market = desk.market(work, held.symbol, None)
        order_id = OrderId(desk.new_id())
        other = rows[0].id if rows else None
        request = half(command, held, order_id, quantity)
        request = replace(request, linked_id=None if other is None else OrderId(other))
        decision = closes_by(work.state, held, request, older.open_price, market)
        rows.append(desk.carry_out(work, decision, market, by))
    return many(CREATED, command.order_id, rows)


def reverse(desk: Desk, work: AccountWork, command: ReversePosition) -> Answer:
    """Turn a position round, whole or not at all."""
    position = position_of(work, command.position_id)
    cause = operation(command.order_id)
    if work.state.account.position_mode is PositionMode.NETTING:
        order = _at_market(desk, position, command, Quantity(TWICE * position.quantity))
        order = replace(order, position_id=None, time_in_force=TimeInForce.FOK)
        return many(CREATED, command.order_id, [placed(desk, work, order, cause)[0]])
    mark, before = desk.writing.mark(), work.standing()
    closing = _at_market(desk, position, command, position.quantity)
    closed, _ = placed(desk, work, closing, cause)
    opening = replace(closing, order_id=OrderId(desk.new_id()), position_id=None)
    opened, _ = placed(desk, work, replace(opening, reduce_only=False), cause)
    if OrderState.REJECTED not in {closed.state, opened.state}:
        return many(CREATED, command.order_id, [closed, opened])
    desk.writing.take_back(mark)
    work.go_back(before)
    order = replace(opening, reduce_only=False, quantity=position.quantity)
    if closed.state == OrderState.REJECTED:
        return many(CREATED, command.order_id, [placed(desk, work, closing, cause)[0]])
    return many(CREATED, command.order_id, [_refuse(desk, work, order, opened, cause)])


def _refuse(
    desk: Desk, work: AccountWork, order: PlaceOrder, refused: OrderRow, cause: str
) -> OrderRow:
    """Record the order that would have opened, with why it was refused after the close."""
    market = desk.market(work, order.symbol, order)
    why = Refused(
        reason=RejectReason(refused.reject_code or RejectReason.INTERNAL_ERROR),
        message=refused.reject_message or "",
    )
    new = made(work.state, order, desk.new_ticket(), OrderState.NEW)
    by = By(actor=refused.actor, cause=cause)
    return desk.carry_out(work, rejected(work.state, new, why), market, by)


def _at_market(
    desk: Desk, position: Position, command: CloseAll | ReversePosition, quantity: Quantity
) -> PlaceOrder:
    return PlaceOrder(
        order_id=OrderId(desk.new_id()),
        account_id=command.account_id,
        user_id=command.user_id,
        symbol=position.symbol,
        side=position.side.opposite,
        quantity=quantity,
        time_in_force=TimeInForce.FOK,
        position_id=position.id,
        channel=command.channel,
        received_at=command.received_at,
        actor=command.actor,
    )
