"""How near to the market, and how far from it, orders may be placed.

Source: docs/domain/orders.md
"""

from decimal import Decimal
from typing import Final

from tradewind.core.accounts import Side
from tradewind.core.commands import Bound, Keep, Order, PlaceOrder, Protection
from tradewind.core.instruments import Instrument
from tradewind.core.market import MarketPrice
from tradewind.core.money import ZERO, Price
from tradewind.core.orders import OrderType, Refused, RejectReason
from tradewind.core.triggers import Direction, is_met, seen, watch

#: Types that may not be placed where they would trigger at once.
_MUST_WAIT: Final = frozenset({OrderType.STOP, OrderType.STOP_LIMIT})


def entry_is_far_enough(order: Order, instrument: Instrument, price: MarketPrice) -> Refused | None:
    """Refuse a stop that would trigger at once, and what rests nearer than the stop distance."""
    waits = watch(order)
    if waits is None or waits.when is Direction.ALWAYS:
        return None
    triggers = is_met(waits, price)
    if triggers and order.request.type not in _MUST_WAIT:
        return None
    away = abs(seen(waits.kind, price.bid, price.ask) - waits.level)
    if not triggers and away >= instrument.stop_distance:
        return None
    return _too_near("the price", instrument.stop_distance)


def protection_is_far_enough(
    asked: Protection, side: Side, instrument: Instrument, closing: Price
) -> Refused | None:
    """Refuse levels of a position of `side` on the wrong side of `closing`, or too near to it.

    `closing` is what the position would close at: the bid for a long one.
    """
    least = instrument.stop_distance
    stop = max(least, instrument.guaranteed_stop_distance) if asked.guaranteed else least
    away = _behind(asked.stop_loss, side, closing)
    if away is not None and (away <= ZERO or away < stop):
        return _too_near("stop_loss", stop)
    away = _behind(asked.take_profit, side.opposite, closing)
    if away is not None and (away <= ZERO or away < least):
        return _too_near("take_profit", least)
    trailing = asked.trailing_stop
    if isinstance(trailing, Decimal) and trailing < least:
        return _too_near("trailing_stop", least)
    return None


def is_within_collar(order: PlaceOrder, instrument: Instrument, mid: Decimal) -> Refused | None:
    """Refuse a price that is farther from the market than anybody can mean."""
    if instrument.price_collar is None:
        return None
    reach = abs(mid) * instrument.price_collar
    for named in (order.limit_price, order.stop_price):
        if named is not None and abs(named - mid) > reach:
            return Refused(
                reason=RejectReason.PRICE_COLLAR, message=f"{named} is too far from {mid}"
            )
    return None


def is_frozen(order: Order, instrument: Instrument, price: MarketPrice) -> bool:
    """Tell whether a resting order is so near to its price that it may not be changed."""
    waits = watch(order)
    if instrument.freeze_distance == ZERO or waits is None or waits.when is Direction.ALWAYS:
        return False
    return abs(seen(waits.kind, price.bid, price.ask) - waits.level) <= instrument.freeze_distance


def _behind(bound: Bound | Keep | None, side: Side, closing: Price) -> Decimal | None:
    """How far a stop-loss of `side` is below (long) or above (short) the closing price."""
    if bound is None or isinstance(bound, Keep):
        return None
    if bound.price is None:
        return bound.distance
    return closing - bound.price if side is Side.BUY else bound.price - closing


def _too_near(what: str, least: Decimal) -> Refused:
    return Refused(
        reason=RejectReason.STOP_DISTANCE,
        message=f"{what} is on the wrong side or nearer than {least}",
    )
