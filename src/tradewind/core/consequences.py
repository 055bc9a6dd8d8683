"""What a decision about one order means for others: protection, pairs, children.

A position's levels say which protective orders it has; `follow` makes them so. Their unfilled
quantity is always the position's. Source: docs/domain/orders.md
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Position, Side
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.decisions import Decision, Market, cancelled, made, resting
from tradewind.core.ids import OrderId
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import (
    FINAL,
    EndReason,
    Fact,
    OrderState,
    OrderType,
    Reason,
    Refused,
    TimeInForce,
    moved,
)
from tradewind.core.trading import evolve

S = OrderState
PROTECTIVE: Final = (Reason.STOP_LOSS, Reason.TAKE_PROFIT, Reason.TRAILING)
_PLACED: Final = (S.NEW, S.PENDING, S.ACCEPTED, S.WORKING)


def follow(
    state: AccountState, decision: Decision, market: Market
) -> Iterator[tuple[AccountState, Decision]]:
    """Yield what follows from a decision that `state` already has, each with the state after it.

    What follows has consequences of its own: a pair's other half may be a parent.
    """
    pending = deque([decision])
    while pending:
        for each in _following(state, pending.popleft(), market):
            state = evolve(state, each)
            yield state, each
            pending.append(each)


def _following(state: AccountState, decision: Decision, market: Market) -> Iterator[Decision]:
    for position in decision.positions:
        yield from protect(state, position, decision.order.request, market)
    yield from _pair(state, decision)
    yield from _children(state, decision)


def has_levels(position: Position) -> bool:
    """Tell whether a position is to have any protective order."""
    levels = (position.stop_loss, position.take_profit, position.trailing_stop)
    return any(level is not None for level in levels)


def protect(
    state: AccountState, position: Position, cause: PlaceOrder, market: Market
) -> Iterator[Decision]:
    """Make the orders of a position what its levels and its quantity say."""
    tied = [order for order in state.orders_of(position.id) if order.state not in FINAL]
    if position.quantity == ZERO:
        for order in tied:
            yield cancelled(state, order, EndReason.LINKED, "the position was closed")
        return
    standing = {order.request.reason: order for order in tied}
    for reason in PROTECTIVE:
        order, level = standing.get(reason), _level(position, reason)
        if level is None:
            if order is not None:
                yield cancelled(state, order, EndReason.CLIENT, "the level was taken away")
        elif order is None:
            yield _placed(state, _protecting(position, reason, cause, market), market)
        else:
            changed = _as_asked(order, position, cause)
            if changed.request != order.request:
                yield resting(state, changed, (Fact.AMENDED,))


def _level(position: Position, reason: Reason) -> Decimal | None:
    match reason:
        case Reason.STOP_LOSS:
            return position.stop_loss
        case Reason.TAKE_PROFIT:
            return position.take_profit
        case _:
            return position.trailing_stop


def _protecting(
    position: Position, reason: Reason, cause: PlaceOrder, market: Market
) -> PlaceOrder:
    """The request of a new protective order; a trailing stop begins at its distance."""
    asked = cause.protection
    request = PlaceOrder(
        order_id=OrderId(market.new_id()),
        account_id=cause.account_id,
        user_id=cause.user_id,
        symbol=position.symbol,
        side=position.side.opposite,
        quantity=position.quantity,
        time_in_force=TimeInForce.GTC,
        position_id=position.id,
        reduce_only=True,
        channel=cause.channel,
        received_at=market.now,
        parent_id=cause.order_id if cause.position_id is None else None,
        reason=reason,
        actor=cause.actor,
    )
    match reason:
        case Reason.TAKE_PROFIT:
            return replace(request, type=OrderType.LIMIT, limit_price=position.take_profit)
        case Reason.STOP_LOSS:
            return replace(
                request,
                type=OrderType.STOP,
                stop_price=position.stop_loss,
                guaranteed=asked is not None and asked.guaranteed,
            )
        case _:
            return replace(
                request,
                type=OrderType.STOP,
                stop_price=_trailing_from(position, market),
                trailing_distance=position.trailing_stop,
            )


def _trailing_from(position: Position, market: Market) -> Price:
    """Where a trailing stop begins: its distance behind the price the position closes at."""
    distance = position.trailing_stop or ZERO
    is_long = position.side is Side.BUY
    start = position.open_price
    if not isinstance(market.quoting, Refused):
        start = market.quoting.price.taking(position.side.opposite)
    return Price(start - distance if is_long else start + distance)


def _as_asked(order: Order, position: Position, cause: PlaceOrder) -> Order:
    """A standing protective order with the position's level and quantity."""
    request = replace(order.request, quantity=Quantity(order.filled_quantity + position.quantity))
    match request.reason:
        case Reason.TAKE_PROFIT:
            request = replace(request, limit_price=position.take_profit)
        case Reason.STOP_LOSS:
            asked = cause.protection
            request = replace(
                request,
                stop_price=position.stop_loss,
                guaranteed=request.guaranteed if asked is None else asked.guaranteed,
            )
        case _:
            request = _retrailed(request, position)
    return replace(order, request=request)


def _retrailed(request: PlaceOrder, position: Position) -> PlaceOrder:
    """Another distance moves the level by the difference; the same one leaves it."""
    old, new = request.trailing_distance, position.trailing_stop
    if old is None or new is None or request.stop_price is None or old == new:
        return request
    by = new - old if position.side is Side.SELL else old - new
    return replace(request, trailing_distance=new, stop_price=Price(request.stop_price + by))


def _placed(state: AccountState, request: PlaceOrder, market: Market) -> Decision:
    return resting(state, made(state, request, market.new_ticket(), S.WORKING), _PLACED)


def _pair(state: AccountState, decision: Decision) -> Iterator[Decision]:
    """A new order ties the other of its pair; a fill of one order of a pair cancels the other."""
    done = decision.order.request
    is_new = decision.order.version == 0 and decision.order.state not in FINAL
    if done.linked_id is not None and is_new and not decision.fills:
        other = state.orders[done.linked_id]
        tied = replace(other.request, linked_id=done.order_id)
        yield resting(state, replace(other, request=tied), (Fact.AMENDED,))
    if not decision.fills:
        return
    for order in [*state.orders.values()]:
        ties = order.request.linked_id == done.order_id or done.linked_id == order.request.order_id
        if ties and order.state not in FINAL:
            yield cancelled(state, order, EndReason.LINKED, "the other order was filled")


def _children(state: AccountState, decision: Decision) -> Iterator[Decision]:
    """A parent that ended lets its children work when it has fills, else takes them along."""
    parent = decision.order
    if parent.state not in FINAL:
        return
    for order in [*state.orders.values()]:
        if order.request.parent_id != parent.request.order_id or order.state is not S.ACCEPTED:
            continue
        if parent.filled_quantity:
            yield resting(state, replace(order, state=moved(order.state, S.WORKING)), (S.WORKING,))
        else:
            yield cancelled(state, order, EndReason.LINKED, "its parent ended without a fill")
