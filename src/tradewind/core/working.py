"""Execute a working order as far as it goes; the rest waits or ends.

Source: docs/domain/execution.md
"""

from dataclasses import replace
from decimal import Decimal

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Position, Side
from tradewind.core.booking import Booking, Trade, take_levels
from tradewind.core.commands import Bound, Keep, Order, Protection
from tradewind.core.decisions import Decision, Market, Step, cancelled, rejected
from tradewind.core.execution import Execution, execute
from tradewind.core.margin import value
from tradewind.core.market import Level, Quoting
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import (
    Ended,
    EndReason,
    OrderState,
    Refused,
    RejectReason,
    TimeInForce,
    moved,
)
from tradewind.core.positions import Plan
from tradewind.core.risk import conversion_is_fresh, margin_is_sufficient

S = OrderState
#: What does not fill of these ends at once.
_IMMEDIATE = frozenset({TimeInForce.IOC, TimeInForce.FOK})


def work(
    state: AccountState, order: Order, planned: Plan, market: Market, path: tuple[Step, ...]
) -> Decision:
    """Execute an order in state working or partly filled, at a price that woke it.

    `path` is what it went through before; a new order that may not execute is rejected, one that
    rested is cancelled.
    """
    quoting = market.quoting
    if isinstance(quoting, Refused):
        return _refused(state, order, quoting)
    refused = conversion_is_fresh(planned, quoting.conversion)
    if refused is not None:
        return _refused(state, order, refused)
    execution = _execution(state, order, planned, market, quoting)
    if isinstance(execution, Refused):
        return _refused(state, order, execution)
    trade = Trade(
        state=state,
        order=order,
        planned=planned,
        quoting=quoting,
        source=market,
        premium=_premium(order, market),
    )
    booking = take_levels(trade, execution.levels)
    refused = _margin(state, planned, booking, market)
    if refused is not None:
        return _refused(state, order, refused)
    return _executed(order, execution, booking, path, planned)


def _premium(order: Order, market: Market) -> Decimal:
    """What a unit costs that is closed at a guaranteed level."""
    premium = market.instrument.guaranteed_stop_premium
    return premium if order.request.guaranteed and premium is not None else ZERO


def _execution(
    state: AccountState, order: Order, planned: Plan, market: Market, quoting: Quoting
) -> Execution | Refused:
    quantity = order.leaves
    if order.request.reduce_only:
        quantity = planned.close_quantity
    if order.request.guaranteed and order.request.stop_price is not None:
        level = Level(price=order.request.stop_price, quantity=quantity)
        return Execution(levels=(level,), short=None)
    request = order.request
    if quantity != request.quantity:
        request = replace(request, quantity=quantity)
    return execute(request, market.instrument, quoting, state.terms.execution_mode)


def _refused(state: AccountState, order: Order, why: Refused) -> Decision:
    if order.version == 0:
        return rejected(state, order, why)
    reason = (
        EndReason.INSUFFICIENT_MARGIN
        if why.reason is RejectReason.INSUFFICIENT_MARGIN
        else EndReason.NO_LIQUIDITY
    )
    return cancelled(state, order, reason, why.message)


def _margin(state: AccountState, planned: Plan, booking: Booking, market: Market) -> Refused | None:
    """Judge what opens on the account after the whole command; reductions are never refused."""
    if planned.open_quantity == ZERO or not booking.fills:
        return None
    held = [*state.positions.values()]
    after = {**state.positions, **{p.id: p for p in booking.positions}}
    remaining = [p for p in after.values() if p.quantity]
    if any(p.symbol not in market.marks for p in (*held, *remaining)):
        return Refused(
            reason=RejectReason.CONVERSION_UNAVAILABLE,
            message="an open position has no current price",
        )
    return margin_is_sufficient(
        value(state.account, state.terms, held, market.marks),
        value(booking.account, state.terms, remaining, market.marks),
    )


def _executed(
    order: Order,
    execution: Execution,
    booking: Booking,
    path: tuple[Step, ...],
    planned: Plan,
) -> Decision:
    states, standing, filled = _filling(order, booking, path)
    ended = None
    if standing is not S.FILLED:
        ended = _ended(order, execution, booking, planned, order.request.quantity - filled)
        if ended is not None:
            standing = moved(standing, S.CANCELLED)
            states.append(standing)
    # Written out, for `replace` costs three times as much, and this is done for every order.
    after = Order(
        request=order.request,
        ticket=order.ticket,
        state=standing,
        filled_quantity=filled,
        average_price=_average(order, booking, filled),
        execution_mode=order.execution_mode,
        book=order.book,
        position_id=booking.fills[-1].position_id if booking.fills else order.position_id,
        refused=None,
        ended=ended,
        version=order.version,
        triggered_at=order.triggered_at,
        trigger_quote=order.trigger_quote,
        commission_due=booking.commission_due,
        commission_charged=booking.commission_charged,
    )
    return Decision(
        order=after,
        path=tuple(states),
        fills=booking.fills,
        positions=protected(booking, order),
        posted=booking.posted,
        account=booking.account,
    )


def _filling(
    order: Order, booking: Booking, path: tuple[Step, ...]
) -> tuple[list[Step], OrderState, Quantity]:
    """Move the order with each fill; return its way, where it stands, and what is filled."""
    states, filled = list(path), order.filled_quantity
    standing = order.state
    for fill in booking.fills:
        filled = Quantity(filled + fill.quantity)
        whole = filled == order.request.quantity
        standing = moved(standing, S.FILLED if whole else S.PARTIALLY_FILLED)
        states.append(standing)
    return states, standing, filled


def _average(order: Order, booking: Booking, filled: Quantity) -> Price | None:
    if not booking.fills:
        return order.average_price
    cost = sum((f.quantity * f.price for f in booking.fills), ZERO)
    if order.average_price is not None:
        cost += order.average_price * order.filled_quantity
    return Price(cost / filled)


def _ended(
    order: Order, execution: Execution, booking: Booking, planned: Plan, left: Decimal
) -> Ended | None:
    """Say why the rest ends; None lets it wait."""
    message = f"{left} could not be filled"
    if order.request.time_in_force in _IMMEDIATE:
        return Ended(reason=execution.short or EndReason.NO_LIQUIDITY, message=message)
    if order.request.reduce_only and booking.fills:
        done = sum((f.quantity for f in booking.fills), ZERO)
        if done == planned.close_quantity:
            return Ended(reason=EndReason.LINKED, message="there is nothing left to reduce")
    return None


def protected(booking: Booking, order: Order) -> tuple[Position, ...]:
    """Give the position an order opened or increased the levels that were asked for."""
    asked, side = order.request.protection, order.request.side
    if asked is None:
        return booking.positions
    opened = [f for f in booking.fills if f.closed_quantity == ZERO]
    if not opened:
        return booking.positions
    quantity = sum((f.quantity for f in opened), ZERO)
    price = Price(sum((f.quantity * f.price for f in opened), ZERO) / quantity)
    return tuple(
        with_levels(p, asked, price) if p.side is side and p.quantity else p
        for p in booking.positions
    )


def with_levels(position: Position, asked: Protection, price: Price) -> Position:
    """Set, change or take away a position's levels; distances count from `price`."""
    trailing = asked.trailing_stop
    return replace(
        position,
        stop_loss=_level(asked.stop_loss, position.stop_loss, price, position.side.opposite),
        take_profit=_level(asked.take_profit, position.take_profit, price, position.side),
        trailing_stop=position.trailing_stop if isinstance(trailing, Keep) else trailing,
    )


def _level(
    bound: Bound | Keep | None, current: Price | None, price: Price, side: Side
) -> Price | None:
    """Return the level; a distance lies above the price on the buy side."""
    if isinstance(bound, Keep):
        return current
    if bound is None or bound.price is not None:
        return bound.price if bound else None
    distance = bound.distance or ZERO
    return Price(price + distance if side is Side.BUY else price - distance)
