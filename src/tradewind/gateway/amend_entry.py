"""From the body of a request about what there is already to a command.

The symbol of an order or position is known under the account's lock alone, so what depends on it
is checked there.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from msgspec import UnsetType

from tradewind.core.commands import (
    KEEP,
    Amendment,
    AmendOrder,
    CancelAll,
    CloseAll,
    CloseBy,
    Keep,
    ProtectPosition,
    ReversePosition,
)
from tradewind.core.errors import InvalidError
from tradewind.core.ids import OrderId, PositionId, Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.money import Price
from tradewind.gateway.order_bodies import AmendBody, CloseAllBody, CloseByBody, ProtectBody
from tradewind.gateway.order_entry import Entry, known_instrument
from tradewind.gateway.order_fields import expiry_of, price_of, protection_of, quantity_of

_NO_CHANGE: Final = Amendment()


def amend_order(body: AmendBody, entry: Entry, order_id: OrderId) -> AmendOrder:
    """Read which fields of an order are to change; InvalidError names the field."""
    protection = protection_of(body, None, guaranteed=False)
    trailing = None if protection is None else protection.trailing_stop
    amendment = Amendment(
        quantity=KEEP if isinstance(body.quantity, UnsetType) else quantity_of(body.quantity, None),
        limit_price=_price("limit_price", body.limit_price),
        stop_price=_price("stop_price", body.stop_price),
        worst_price=None if body.worst_price is None else _price("worst_price", body.worst_price),
        expires_at=KEEP
        if isinstance(body.expires_at, UnsetType)
        else expiry_of(body.expires_at, entry.received_at),
        protection=protection,
        # Of an order that is itself a trailing stop this is the distance it keeps.
        trailing_distance=trailing if isinstance(trailing, Decimal) else KEEP,
    )
    if amendment == _NO_CHANGE:
        raise _nothing_to_change()
    return AmendOrder(
        order_id=order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        version=body.version,
        amendment=amendment,
        channel=entry.channel,
        received_at=entry.received_at,
    )


def protect_position(body: ProtectBody, entry: Entry, position_id: PositionId) -> ProtectPosition:
    """Read which protective orders a position is to have; InvalidError names the field."""
    protection = protection_of(body, None, guaranteed=body.guaranteed_stop)
    if protection is None:
        raise _nothing_to_change()
    return ProtectPosition(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        position_id=position_id,
        protection=protection,
        channel=entry.channel,
        received_at=entry.received_at,
    )


def close_by(body: CloseByBody, entry: Entry, position_id: PositionId) -> CloseBy:
    """Read which two positions are to close each other."""
    if body.opposite_position_id == position_id:
        raise InvalidError("opposite_position_id", "invalid", "must be another position")
    return CloseBy(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        position_id=position_id,
        opposite_id=PositionId(body.opposite_position_id),
        quantity=None if body.quantity is None else quantity_of(body.quantity, None),
        channel=entry.channel,
        received_at=entry.received_at,
    )


def reverse_position(entry: Entry, position_id: PositionId) -> ReversePosition:
    """Ask for a position the other way."""
    return ReversePosition(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        position_id=position_id,
        channel=entry.channel,
        received_at=entry.received_at,
    )


def close_all(
    body: CloseAllBody, entry: Entry, instruments: Mapping[Symbol, Instrument]
) -> CloseAll:
    """Read which positions are to close: those of one symbol, or all."""
    return CloseAll(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        symbol=_symbol(body.symbol, instruments),
        channel=entry.channel,
        received_at=entry.received_at,
    )


def cancel_all(
    symbol: str | None, entry: Entry, instruments: Mapping[Symbol, Instrument]
) -> CancelAll:
    """Read which orders are to be cancelled: those of one symbol, or all."""
    return CancelAll(
        order_id=entry.order_id,
        account_id=entry.account_id,
        user_id=entry.user_id,
        symbol=_symbol(symbol, instruments),
        channel=entry.channel,
        received_at=entry.received_at,
    )


def _symbol(symbol: str | None, instruments: Mapping[Symbol, Instrument]) -> Symbol | None:
    return None if symbol is None else known_instrument(symbol, instruments).symbol


def _price(field: str, text: str | UnsetType) -> Price | Keep:
    return KEEP if isinstance(text, UnsetType) else price_of(field, text, None)


def _nothing_to_change() -> InvalidError:
    return InvalidError("body", "nothing_to_change", "no field says what is to change")
