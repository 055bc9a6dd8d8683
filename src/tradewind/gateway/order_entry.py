"""From the body of a request to a command: format and the instrument's static rules.

What these two decide is a 422; what needs the account, the market or the time is decided by the
order service and recorded on the order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

from tradewind.core.accounts import Side
from tradewind.core.commands import ClosePosition, PlaceOrder
from tradewind.core.errors import InvalidError
from tradewind.core.ids import AccountId, OrderId, PositionId, Symbol, UserId
from tradewind.core.instruments import Instrument
from tradewind.core.orders import Channel, TimeInForce
from tradewind.gateway.order_bodies import CloseBody, OrderBody
from tradewind.gateway.order_fields import (
    CLIENT_ORDER_ID_MAX,
    COMMENT_MAX,
    LABEL_MAX,
    deviation_of,
    optional_price,
    quantity_of,
    text_of,
)
from tradewind.gateway.order_kinds import KINDS, OrderKind, check_fields, is_plain, special
from tradewind.services.oms.submission import RequestKey

KEY_MAX: Final = 255
SIDES: Final = {side.value: side for side in Side}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who asks for what, when and through which door."""

    order_id: OrderId
    account_id: AccountId
    user_id: UserId
    channel: Channel
    received_at: datetime


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
    instrument = known_instrument(body.symbol, instruments)
    side, kind = SIDES.get(body.side), KINDS.get(body.type)
    if side is None:
        raise InvalidError("side", "invalid", "must be buy or sell")
    if kind is None:
        raise InvalidError("type", "unsupported", f"one of {', '.join(KINDS)}")
    life = _life(body, kind, instrument)
    plain = is_plain(body, kind)
    if not plain:
        check_fields(body, kind)
    requested = optional_price("requested_price", body.requested_price, instrument)
    if body.max_deviation is not None and requested is None:
        raise InvalidError("max_deviation", "invalid", "needs requested_price")
    order = PlaceOrder(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        client_order_id=text_of("client_order_id", body.client_order_id, CLIENT_ORDER_ID_MAX),
        symbol=instrument.symbol,
        side=side,
        quantity=quantity_of(body.quantity, instrument),
        type=kind.type,
        time_in_force=life,
        requested_price=requested,
        max_deviation=deviation_of(body.max_deviation),
        worst_price=optional_price("worst_price", body.worst_price, instrument),
        position_id=None if body.position_id is None else PositionId(body.position_id),
        reduce_only=body.reduce_only,
        label=text_of("label", body.label, LABEL_MAX),
        comment=text_of("comment", body.comment, COMMENT_MAX),
        channel=entry.channel,
        received_at=entry.received_at,
    )
    return order if plain else _completed(order, body, kind, instrument)


def close_position(body: CloseBody, entry: Entry, position_id: PositionId) -> ClosePosition:
    """Check a close; what depends on the position's symbol is checked under the lock."""
    if body.max_deviation is not None and body.requested_price is None:
        raise InvalidError("max_deviation", "invalid", "needs requested_price")
    return ClosePosition(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        client_order_id=text_of("client_order_id", body.client_order_id, CLIENT_ORDER_ID_MAX),
        position_id=position_id,
        quantity=None if body.quantity is None else quantity_of(body.quantity, None),
        requested_price=optional_price("requested_price", body.requested_price, None),
        max_deviation=deviation_of(body.max_deviation),
        worst_price=optional_price("worst_price", body.worst_price, None),
        channel=entry.channel,
        received_at=entry.received_at,
    )


def known_instrument(symbol: str, instruments: Mapping[Symbol, Instrument]) -> Instrument:
    """Return the instrument that a body or a query names."""
    instrument = instruments.get(Symbol(symbol))
    if instrument is None:
        raise InvalidError("symbol", "unknown_symbol", "there is no such symbol")
    return instrument


def _life(body: OrderBody, kind: OrderKind, instrument: Instrument) -> TimeInForce:
    life = kind.life_of.get(body.time_in_force)
    if life is None:
        lives = ", ".join(kind.lives)
        raise InvalidError("time_in_force", "invalid", f"one of {lives} for this type")
    if life not in instrument.time_in_force:
        lives = ", ".join(each for each in kind.lives if each in instrument.time_in_force)
        raise InvalidError("time_in_force", "not_allowed", f"this symbol takes {lives or 'none'}")
    return life


def _completed(
    order: PlaceOrder, body: OrderBody, kind: OrderKind, instrument: Instrument
) -> PlaceOrder:
    """Add what few orders say."""
    rest = special(body, kind, order.side, instrument, order.received_at)
    return replace(
        order,
        limit_price=rest.limit_price,
        stop_price=rest.stop_price,
        trigger_side=rest.trigger_side,
        expires_at=rest.expires_at,
        protection=rest.protection,
        linked_id=rest.linked_id,
        parent_id=rest.parent_id,
    )


def _digest(data: bytes) -> UUID:
    return UUID(bytes=blake2b(data, digest_size=16).digest())
