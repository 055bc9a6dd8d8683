"""When a resting order wakes up, and how a trailing stop follows the market.

Source: docs/domain/orders.md
"""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from tradewind.core.accounts import Side
from tradewind.core.commands import Order
from tradewind.core.market import MarketPrice
from tradewind.core.money import ZERO, Price
from tradewind.core.orders import OrderState, OrderType, TriggerSide
from tradewind.core.values import frozen

TWO: Final = Decimal(2)
#: States in which an order waits for its price.
RESTING: Final = frozenset({OrderState.WORKING, OrderState.PARTIALLY_FILLED})
#: Types that wait for a trigger price first; a market-if-touched waits on a limit's side of it.
STOPS: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})
LIMITS: Final = frozenset({OrderType.LIMIT, OrderType.STOP_LIMIT})


class PriceKind(StrEnum):
    """Which of a group's prices is compared."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"


class Direction(StrEnum):
    """On which side of its level a price wakes an order."""

    AT_OR_ABOVE = "at_or_above"
    AT_OR_BELOW = "at_or_below"
    ALWAYS = "always"


@frozen
class Watch:
    """What an order waits for; `level` says nothing where it is always awake."""

    kind: PriceKind
    when: Direction
    level: Price


def is_triggered(order: Order, price: MarketPrice) -> bool:
    """Tell whether a tradable price wakes the order."""
    waits = watch(order)
    return waits is not None and is_met(waits, price)


def is_met(waits: Watch, price: MarketPrice) -> bool:
    """Tell whether a price is where it is waited for."""
    match waits.when:
        case Direction.ALWAYS:
            return True
        case Direction.AT_OR_ABOVE:
            return seen(waits.kind, price.bid, price.ask) >= waits.level
        case Direction.AT_OR_BELOW:
            return seen(waits.kind, price.bid, price.ask) <= waits.level


def seen(kind: PriceKind, bid: Price, ask: Price) -> Decimal:
    """Return the price that is compared."""
    match kind:
        case PriceKind.BID:
            return bid
        case PriceKind.ASK:
            return ask
        case PriceKind.MID:
            return (bid + ask) / TWO


def watch(order: Order) -> Watch | None:
    """Return what a resting order waits for; None when it does not rest.

    A triggered stop stays awake: it goes on at any price within its worst one.
    """
    request = order.request
    if order.state not in RESTING:
        return None
    is_awake = order.triggered_at is not None or request.type is OrderType.MARKET
    if request.type in LIMITS and (is_awake or request.type is OrderType.LIMIT):
        return _no_worse_than(request.side, request.limit_price)
    if is_awake:
        return _no_worse_than(request.side, request.worst_price)
    if request.stop_price is None:
        raise AssertionError("an order that waits for a trigger has its price")
    rises = (request.side is Side.BUY) == (request.type in STOPS)
    return Watch(
        kind=_kind(request.side, request.trigger_side),
        when=Direction.AT_OR_ABOVE if rises else Direction.AT_OR_BELOW,
        level=request.stop_price,
    )


def moves_at(order: Order, step: Decimal) -> Watch | None:
    """Return where a trailing stop moves by its step; None for any other order."""
    request = order.request
    waits = watch(order)
    if waits is None or request.trailing_distance is None or order.triggered_at is not None:
        return None
    away = request.trailing_distance + step
    if waits.when is Direction.AT_OR_BELOW:
        return Watch(kind=waits.kind, when=Direction.AT_OR_ABOVE, level=Price(waits.level + away))
    return Watch(kind=waits.kind, when=Direction.AT_OR_BELOW, level=Price(waits.level - away))


def next_level(order: Order, price: MarketPrice, step: Decimal) -> Price | None:
    """Return the level a trailing stop moves to at a price; None while it stays."""
    request, moves = order.request, moves_at(order, step)
    if moves is None or request.trailing_distance is None or not is_met(moves, price):
        return None
    there = seen(moves.kind, price.bid, price.ask)
    away = request.trailing_distance
    return Price(there - away if moves.when is Direction.AT_OR_ABOVE else there + away)


def _no_worse_than(side: Side, bound: Price | None) -> Watch:
    kind = _kind(side, TriggerSide.DEFAULT)
    if bound is None:
        return Watch(kind=kind, when=Direction.ALWAYS, level=Price(ZERO))
    when = Direction.AT_OR_BELOW if side is Side.BUY else Direction.AT_OR_ABOVE
    return Watch(kind=kind, when=when, level=bound)


def _kind(side: Side, trigger_side: TriggerSide) -> PriceKind:
    match trigger_side:
        case TriggerSide.BID:
            return PriceKind.BID
        case TriggerSide.ASK:
            return PriceKind.ASK
        case TriggerSide.MID:
            return PriceKind.MID
        case TriggerSide.DEFAULT:
            return PriceKind.ASK if side is Side.BUY else PriceKind.BID
        case TriggerSide.INVERSE:
            return PriceKind.BID if side is Side.BUY else PriceKind.ASK
