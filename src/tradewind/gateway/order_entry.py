"""From the body of an order request to a command: format and the instrument's static rules.

What these two decide is a 422; what needs the account, the market or the time is decided by the
order service and recorded on the order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from tradewind.core.accounts import Side
from tradewind.core.errors import InvalidError
from tradewind.core.ids import AccountId, OrderId, PositionId, Symbol, UserId
from tradewind.core.instruments import Instrument, is_allowed_price, is_on_tick
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import Channel, ClosePosition, PlaceOrder, TimeInForce
from tradewind.gateway.decimals import parse_decimal
from tradewind.services.oms.submission import RequestKey

CLIENT_ORDER_ID_MAX: Final = 64
LABEL_MAX: Final = 32
COMMENT_MAX: Final = 64
KEY_MAX: Final = 255
#: The validator says "…field `name`" or "… at `$.name`".
FIELD_OF_ERROR: Final = re.compile(r"`(?:\$\.)?([a-z_]{1,64})`$")
#: What a market order may say of its life, and what it means when it says nothing.
MARKET_LIVES: Final = {"fok": TimeInForce.FOK, "ioc": TimeInForce.IOC, None: TimeInForce.FOK}
SIDES: Final = {side.value: side for side in Side}
#: Fields of order kinds that rest; each is refused until such orders are taken.
RESTING: Final = ("limit_price", "stop_price", "expires_at", "stop_loss", "take_profit")


class OrderBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of POST …/orders. Decimals are strings; null is the same as absent."""

    symbol: str
    side: str
    quantity: str
    type: str = "market"
    client_order_id: str | None = None
    limit_price: str | None = None
    stop_price: str | None = None
    worst_price: str | None = None
    time_in_force: str | None = None
    expires_at: str | None = None
    requested_price: str | None = None
    max_deviation: str | None = None
    label: str | None = None
    comment: str | None = None
    stop_loss: str | None = None
    take_profit: str | None = None
    trailing_stop: str | None = None
    position_id: UUID | None = None
    reduce_only: bool = False


class CloseBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of POST …/positions/{id}/close; without quantity the whole position closes."""

    quantity: str | None = None
    requested_price: str | None = None
    max_deviation: str | None = None
    worst_price: str | None = None
    client_order_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who asks for what, when and through which door."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId
    channel: Channel
    received_at: datetime


Body = TypeVar("Body", OrderBody, CloseBody)


def read_body(parsed: dict[str, Any], kind: type[Body]) -> Body:
    """Give a JSON object its type; InvalidError names an unknown, missing or mistyped field."""
    unknown = parsed.keys() - kind.__struct_fields__
    if unknown:
        raise InvalidError(min(unknown)[:64], "unknown_field", "there is no such field")
    try:
        return msgspec.convert(parsed, kind)
    except msgspec.ValidationError as error:
        found = FIELD_OF_ERROR.search(str(error))
        missing = str(error).startswith("Object missing required field")
        field = found.group(1) if found else "body"
        code = "required" if missing else "invalid_type"
        raise InvalidError(field, code, "is missing" if missing else "has a wrong type") from None


def request_key(
    user_id: UserId, method: str, path: str, key: str | None, body: bytes
) -> RequestKey:
    """Scope an Idempotency-Key to user, method and concrete path; 422 when it is missing."""
    if key is None:
        raise InvalidError(
            "Idempotency-Key", "idempotency_key_required", "send an Idempotency-Key header"
        )
    if not 1 <= len(key) <= KEY_MAX or not key.isascii() or not key.isprintable():
        raise InvalidError(
            "Idempotency-Key", "idempotency_key_invalid", "1 to 255 printable ASCII characters"
        )
    scope = b"\0".join((user_id.bytes, method.encode(), path.encode(), key.encode()))
    return RequestKey(id=_digest(scope), text=key, body_hash=_digest(body))


def place_order(
    body: OrderBody, entry: Entry, instruments: Mapping[Symbol, Instrument]
) -> PlaceOrder:
    """Check an order against its instrument; InvalidError names the field."""
    instrument = instruments.get(Symbol(body.symbol))
    if instrument is None:
        raise InvalidError("symbol", "unknown_symbol", "there is no such symbol")
    side = SIDES.get(body.side)
    if side is None:
        raise InvalidError("side", "invalid", "must be buy or sell")
    life = MARKET_LIVES.get(body.time_in_force)
    if body.type != "market":
        raise InvalidError("type", "unsupported", "only market orders are taken")
    if life is None:
        raise InvalidError("time_in_force", "invalid", "a market order is fok or ioc")
    for field in (*RESTING, "trailing_stop"):
        if getattr(body, field) is not None:
            raise InvalidError(field, "unsupported", "does not go with a market order")
    requested = _price("requested_price", body.requested_price, instrument)
    if body.max_deviation is not None and requested is None:
        raise InvalidError("max_deviation", "invalid", "needs requested_price")
    return PlaceOrder(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        client_order_id=_text("client_order_id", body.client_order_id, CLIENT_ORDER_ID_MAX),
        symbol=instrument.symbol,
        side=side,
        quantity=_quantity(body.quantity, instrument),
        time_in_force=life,
        requested_price=requested,
        max_deviation=_deviation(body.max_deviation),
        worst_price=_price("worst_price", body.worst_price, instrument),
        position_id=None if body.position_id is None else PositionId(body.position_id),
        reduce_only=body.reduce_only,
        label=_text("label", body.label, LABEL_MAX),
        comment=_text("comment", body.comment, COMMENT_MAX),
        channel=entry.channel,
        received_at=entry.received_at,
    )


def close_position(body: CloseBody, entry: Entry, position_id: PositionId) -> ClosePosition:
    """Check a close; what depends on the position's symbol is checked under the lock."""
    quantity = None
    if body.quantity is not None:
        quantity = _decimal("quantity", body.quantity)
        if quantity <= ZERO:
            raise InvalidError("quantity", "quantity_min", "must be positive")
    if body.max_deviation is not None and body.requested_price is None:
        raise InvalidError("max_deviation", "invalid", "needs requested_price")
    return ClosePosition(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        client_order_id=_text("client_order_id", body.client_order_id, CLIENT_ORDER_ID_MAX),
        position_id=position_id,
        quantity=None if quantity is None else Quantity(quantity),
        requested_price=_bare_price("requested_price", body.requested_price),
        max_deviation=_deviation(body.max_deviation),
        worst_price=_bare_price("worst_price", body.worst_price),
        channel=entry.channel,
        received_at=entry.received_at,
    )


def _quantity(text: str, instrument: Instrument) -> Quantity:
    quantity = _decimal("quantity", text)
    if quantity < instrument.quantity_min:
        raise InvalidError("quantity", "quantity_min", f"at least {instrument.quantity_min}")
    if quantity > instrument.quantity_max:
        raise InvalidError("quantity", "quantity_max", f"at most {instrument.quantity_max}")
    if quantity % instrument.quantity_step:
        raise InvalidError("quantity", "quantity_step", f"in steps of {instrument.quantity_step}")
    return Quantity(quantity)


def _price(field: str, text: str | None, instrument: Instrument) -> Price | None:
    price = _bare_price(field, text)
    if price is None:
        return None
    if not is_allowed_price(instrument, price):
        raise InvalidError(field, "price_sign", "must be positive")
    if not is_on_tick(instrument, price):
        raise InvalidError(field, "price_precision", f"in steps of {instrument.tick_size}")
    return price


def _bare_price(field: str, text: str | None) -> Price | None:
    return None if text is None else Price(_decimal(field, text, signed=True))


def _deviation(text: str | None) -> Decimal:
    return ZERO if text is None else _decimal("max_deviation", text)


def _decimal(field: str, text: str, *, signed: bool = False) -> Decimal:
    number = parse_decimal(text, signed=signed)
    if number is None:
        raise InvalidError(
            field, "invalid_decimal", "a string of digits: at most 18 before the point, 10 after"
        )
    return number


def _text(field: str, text: str | None, length_max: int) -> str | None:
    """Take free text as it is; what cannot be stored or shown is refused."""
    if text is None:
        return None
    if not 1 <= len(text) <= length_max:
        raise InvalidError(field, "length", f"1 to {length_max} characters")
    if not text.isprintable():
        raise InvalidError(field, "characters", "no control characters")
    return text


def _digest(data: bytes) -> UUID:
    return UUID(bytes=blake2b(data, digest_size=16).digest())
