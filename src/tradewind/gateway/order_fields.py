"""Fields of order commands, each read in one way; InvalidError names the field.

With an instrument its rules hold; without one, what depends on the symbol is checked under the
account's lock.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from msgspec import UnsetType

from tradewind.core.commands import KEEP, Bound, Keep, Protection
from tradewind.core.errors import InvalidError
from tradewind.core.instruments import Instrument, is_allowed_price, is_on_tick
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.gateway.decimals import parse_decimal
from tradewind.gateway.instants import parse_instant
from tradewind.gateway.order_bodies import ProtectionBody

CLIENT_ORDER_ID_MAX: Final = 64
LABEL_MAX: Final = 32
COMMENT_MAX: Final = 64


def quantity_of(text: str, instrument: Instrument | None) -> Quantity:
    """Read how much."""
    quantity = decimal_of("quantity", text)
    if instrument is None:
        if quantity <= ZERO:
            raise InvalidError("quantity", "quantity_min", "must be positive")
        return Quantity(quantity)
    if quantity < instrument.quantity_min:
        raise InvalidError("quantity", "quantity_min", f"at least {instrument.quantity_min}")
    if quantity > instrument.quantity_max:
        raise InvalidError("quantity", "quantity_max", f"at most {instrument.quantity_max}")
    if quantity % instrument.quantity_step:
        raise InvalidError("quantity", "quantity_step", f"in steps of {instrument.quantity_step}")
    return Quantity(quantity)


def price_of(field: str, text: str, instrument: Instrument | None) -> Price:
    """Read a price."""
    price = Price(decimal_of(field, text, signed=True))
    if instrument is None:
        return price
    if not is_allowed_price(instrument, price):
        raise InvalidError(field, "price_sign", "must be positive")
    if not is_on_tick(instrument, price):
        raise InvalidError(field, "price_precision", f"in steps of {instrument.tick_size}")
    return price


def optional_price(field: str, text: str | None, instrument: Instrument | None) -> Price | None:
    """Read a price that need not be there."""
    return None if text is None else price_of(field, text, instrument)


def distance_of(field: str, text: str, instrument: Instrument | None) -> Decimal:
    """Read how far something is from a price, in price units."""
    distance = decimal_of(field, text)
    if distance <= ZERO:
        raise InvalidError(field, "distance_min", "must be positive")
    if instrument is not None and not is_on_tick(instrument, Price(distance)):
        raise InvalidError(field, "price_precision", f"in steps of {instrument.tick_size}")
    return distance


def deviation_of(text: str | None) -> Decimal:
    """Read how far a fill may be from the requested price; nothing is not at all."""
    return ZERO if text is None else decimal_of("max_deviation", text)


def expiry_of(text: str, now: datetime) -> datetime:
    """Read when an order ends; it must end after now."""
    expires_at = parse_instant(text)
    if expires_at is None:
        raise InvalidError("expires_at", "invalid_time", "a time is like 2026-01-31T12:00:00Z")
    if expires_at <= now:
        raise InvalidError("expires_at", "expires_at_past", "must be in the future")
    return expires_at


def text_of(field: str, text: str | None, length_max: int) -> str | None:
    """Take free text as it is; what cannot be stored or shown is refused."""
    if text is None:
        return None
    if not 1 <= len(text) <= length_max:
        raise InvalidError(field, "length", f"1 to {length_max} characters")
    if not text.isprintable():
        raise InvalidError(field, "characters", "no control characters")
    return text


def decimal_of(field: str, text: str, *, signed: bool = False) -> Decimal:
    """Read a number, as gateway/decimals.py does."""
    number = parse_decimal(text, signed=signed)
    if number is None:
        raise InvalidError(
            field, "invalid_decimal", "a string of digits: at most 18 before the point, 10 after"
        )
    return number


def protection_of(
    body: ProtectionBody, instrument: Instrument | None, *, guaranteed: bool
) -> Protection | None:
    """Read the protective orders that are to be; None when the body says nothing of them."""
    protection = Protection(
        stop_loss=_bound("stop_loss", body.stop_loss, body.stop_loss_distance, instrument),
        take_profit=_bound("take_profit", body.take_profit, body.take_profit_distance, instrument),
        trailing_stop=_trailing_stop(body.trailing_stop, instrument),
        guaranteed=guaranteed,
    )
    if guaranteed and not isinstance(protection.stop_loss, Bound):
        raise InvalidError("guaranteed_stop", "invalid", "needs stop_loss or stop_loss_distance")
    return None if protection == _UNTOUCHED else protection


_UNTOUCHED: Final = Protection()


def _bound(
    field: str, price: str | UnsetType | None, distance: str | None, instrument: Instrument | None
) -> Bound | Keep | None:
    """Read a level, which is said in one of two ways; null takes it away."""
    if distance is not None:
        name = f"{field}_distance"
        if isinstance(price, str):
            raise InvalidError(name, "conflicting", f"does not go with {field}")
        return Bound(distance=distance_of(name, distance, instrument))
    if isinstance(price, UnsetType):
        return KEEP
    return None if price is None else Bound(price=price_of(field, price, instrument))


def _trailing_stop(
    text: str | UnsetType | None, instrument: Instrument | None
) -> Decimal | Keep | None:
    if isinstance(text, UnsetType):
        return KEEP
    return None if text is None else distance_of("trailing_stop", text, instrument)
