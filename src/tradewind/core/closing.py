"""Closing one position by another: both shrink, nothing is bought or sold.

Source: docs/domain/positions.md
"""

from dataclasses import replace

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Commission, CommissionKind, Position
from tradewind.core.booking import Trade, take_levels
from tradewind.core.commands import CloseBy, PlaceOrder
from tradewind.core.decisions import Decision, Market, made
from tradewind.core.errors import InvalidError
from tradewind.core.ids import OrderId
from tradewind.core.market import Level, Quoting
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import OrderState, TimeInForce
from tradewind.core.positions import Plan

S = OrderState
_FREE = Commission(kind=CommissionKind.NONE, amount=ZERO, minimum=ZERO)
_FILLED = (S.NEW, S.PENDING, S.ACCEPTED, S.WORKING, S.FILLED)


def shared_quantity(position: Position, opposite: Position, command: CloseBy) -> Quantity:
    """Return how much of both is closed; InvalidError says why they cannot close each other."""
    if opposite.symbol != position.symbol or opposite.side is position.side:
        raise InvalidError(
            "opposite_position_id", "not_opposite", "must be the same symbol, the other side"
        )
    most = min(position.quantity, opposite.quantity)
    if command.quantity is not None and command.quantity > most:
        raise InvalidError("quantity", "quantity_max", f"at most {most}")
    return command.quantity or most


def closes_by(
    state: AccountState, position: Position, request: PlaceOrder, price: Price, market: Market
) -> Decision:
    """Close one of the two at `price`, free of spread and commission."""
    if not isinstance(market.quoting, Quoting):
        raise InvalidError("position_id", market.quoting.reason, market.quoting.message)
    shown = market.quoting.price
    level = Level(price=price, quantity=request.quantity)
    order = replace(
        made(state, request, market.new_ticket(), S.FILLED),
        filled_quantity=request.quantity,
        average_price=price,
    )
    trade = Trade(
        state=replace(state, terms=replace(state.terms, commission=_FREE)),
        order=order,
        planned=Plan(
            closes=position, close_quantity=request.quantity, open_quantity=Quantity(ZERO)
        ),
        quoting=replace(
            market.quoting,
            price=replace(shown, bid=price, ask=price, bbo_bid=price, bbo_ask=price),
        ),
        source=market,
    )
    booking = take_levels(trade, (level,))
    return Decision(
        order=order,
        path=_FILLED,
        fills=booking.fills,
        positions=booking.positions,
        posted=booking.posted,
        account=booking.account,
    )


def half(command: CloseBy, position: Position, order_id: OrderId, quantity: Quantity) -> PlaceOrder:
    """The order that closes one of the two."""
    return PlaceOrder(
        order_id=order_id,
        account_id=command.account_id,
        user_id=command.user_id,
        symbol=position.symbol,
        side=position.side.opposite,
        quantity=quantity,
        time_in_force=TimeInForce.FOK,
        position_id=position.id,
        reduce_only=True,
        channel=command.channel,
        received_at=command.received_at,
        reason=command.reason,
        actor=command.actor,
    )
