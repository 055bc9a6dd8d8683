"""What an amendment or a position's levels may not ask for: InvalidError names the field."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from tradewind.core.accounts import Side
from tradewind.core.commands import (
    KEEP,
    Bound,
    Keep,
    Order,
    Protection,
)
from tradewind.core.decisions import Market
from tradewind.core.distances import (
    entry_is_far_enough,
    is_within_collar,
    protection_is_far_enough,
)
from tradewind.core.errors import InvalidError
from tradewind.core.instruments import Instrument
from tradewind.core.market import Quoting
from tradewind.core.money import ZERO
from tradewind.core.orders import (
    OrderType,
    Refused,
    RejectReason,
    TimeInForce,
)
from tradewind.services.oms.placing import check_price

#: Levels of a resting order are measured from its own price alone.
_NOTHING: Final = Refused(reason=RejectReason.NO_PRICE, message="")
STOPPED: Final = frozenset({OrderType.STOP, OrderType.MARKET_IF_TOUCHED})


def check_protection(asked: Protection, side: Side, market: Market) -> None:
    """Raise InvalidError for levels the instrument or the market does not allow now."""
    instrument = market.instrument
    for name, bound in (("stop_loss", asked.stop_loss), ("take_profit", asked.take_profit)):
        if isinstance(bound, Bound):
            check_price(instrument, name, bound.price)
            _check_distance(instrument, f"{name}_distance", bound.distance)
    if isinstance(asked.trailing_stop, Decimal):
        _check_distance(instrument, "trailing_stop", asked.trailing_stop)
    if asked.guaranteed and instrument.guaranteed_stop_premium is None:
        raise InvalidError(
            "guaranteed_stop", "guaranteed_stop_unavailable", "not offered for this symbol"
        )
    if isinstance(market.quoting, Quoting):
        closing = market.quoting.price.taking(side.opposite)
        by_price = replace(
            asked,
            stop_loss=_without_distance(asked.stop_loss),
            take_profit=_without_distance(asked.take_profit),
        )
        _raise_level(protection_is_far_enough(by_price, side, instrument, closing))


def _without_distance(bound: Bound | Keep | None) -> Bound | Keep | None:
    """What counts from the open price is not measured against the current one."""
    return KEEP if isinstance(bound, Bound) and bound.price is None else bound


def _check_distance(instrument: Instrument, field: str, distance: Decimal | None) -> None:
    if distance is not None and (distance <= ZERO or distance % instrument.tick_size):
        raise InvalidError(field, "price_precision", f"must step by {instrument.tick_size}")


def check_amendment(order: Order, changed: Order, market: Market) -> None:
    """Raise InvalidError for what may not be asked of this order."""
    old, new, instrument = order.request, changed.request, market.instrument
    for field in ("limit_price", "stop_price", "expires_at"):
        if getattr(new, field) is not None and getattr(old, field) is None:
            raise InvalidError(field, "invalid", f"a {old.type} order has none")
    if new.worst_price is not None and old.type not in STOPPED:
        raise InvalidError("worst_price", "invalid", f"a {old.type} order has none")
    if new.expires_at != old.expires_at and (
        old.time_in_force is not TimeInForce.GTD
        or new.expires_at is None
        or new.expires_at <= market.now
    ):
        raise InvalidError("expires_at", "expires_at_past", "must be later, of a gtd order")
    _check_quantity(order, changed, instrument)
    for field in ("limit_price", "stop_price", "worst_price"):
        check_price(instrument, field, getattr(new, field))
    if new.protection != old.protection and new.protection is not None:
        _check_own_protection(changed, market)
    if (new.limit_price, new.stop_price) != (old.limit_price, old.stop_price):
        _check_levels(changed, market)


def _check_quantity(order: Order, changed: Order, instrument: Instrument) -> None:
    quantity = changed.request.quantity
    if quantity == order.request.quantity:
        return
    low = max(instrument.quantity_min, order.filled_quantity + instrument.quantity_step)
    if not low <= quantity <= instrument.quantity_max:
        raise InvalidError("quantity", "quantity_range", f"{low} to {instrument.quantity_max}")
    if quantity % instrument.quantity_step:
        raise InvalidError("quantity", "quantity_step", f"in steps of {instrument.quantity_step}")


def _check_own_protection(changed: Order, market: Market) -> None:
    request = changed.request
    if request.protection is None:
        return
    if request.reduce_only:
        raise InvalidError("stop_loss", "invalid", "it opens no position")
    check_protection(request.protection, request.side, replace(market, quoting=_NOTHING))
    entry = request.limit_price if request.limit_price is not None else request.stop_price
    if entry is not None:
        _raise_level(
            protection_is_far_enough(request.protection, request.side, market.instrument, entry)
        )


def _check_levels(changed: Order, market: Market) -> None:
    request = changed.request
    field = "limit_price" if request.stop_price is None else "stop_price"
    mark = market.marks.get(request.symbol)
    if mark is not None:
        _raise(field, is_within_collar(request, market.instrument, mark.mid))
    if isinstance(market.quoting, Quoting):
        _raise(field, entry_is_far_enough(changed, market.instrument, market.quoting.price))


def _raise_level(refused: Refused | None) -> None:
    """Raise for a level of protection; the refusal begins with the level's name."""
    if refused is not None:
        _raise(refused.message.partition(" ")[0], refused)


def _raise(field: str, refused: Refused | None) -> None:
    if refused is not None:
        raise InvalidError(field, refused.reason, refused.message)
