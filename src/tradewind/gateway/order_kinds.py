"""What each type of order may and must say, and what few orders say at all.

Source: docs/domain/orders.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from tradewind.core.accounts import Side
from tradewind.core.commands import KEEP, Bound, Keep, Protection
from tradewind.core.errors import InvalidError
from tradewind.core.ids import OrderId
from tradewind.core.instruments import Instrument
from tradewind.core.money import ZERO, Price
from tradewind.core.orders import OrderType, TimeInForce, TriggerSide
from tradewind.gateway.order_bodies import OrderBody
from tradewind.gateway.order_fields import expiry_of, optional_price, protection_of

T = TimeInForce
_PRICED_NOW: Final = ("requested_price", "max_deviation")
_PROTECTION: Final = (
    "stop_loss", "stop_loss_distance", "take_profit", "take_profit_distance", "trailing_stop",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderKind:
    """A type of order: the lives it may have, the first unless it says, and its fields."""

    type: OrderType
    lives: tuple[TimeInForce, ...]
    needs: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    #: Time in force by its name; by None where the order says nothing.
    life_of: Mapping[str | None, TimeInForce]


def _kind(
    order_type: OrderType,
    lives: tuple[TimeInForce, ...],
    *,
    needs: tuple[str, ...] = (),
    refuses: tuple[str, ...],
) -> OrderKind:
    life_of: dict[str | None, TimeInForce] = {
        None: lives[0],
        **{each.value: each for each in lives},
    }
    return OrderKind(
        type=order_type,
        lives=lives,
        needs=needs,
        refuses=refuses,
        life_of=MappingProxyType(life_of),
    )


_KINDS: Final = (
    _kind(
        OrderType.MARKET,
        (T.FOK, T.IOC, T.GTC),
        refuses=("limit_price", "stop_price", "trigger_side"),
    ),
    _kind(
        OrderType.LIMIT,
        (T.GTC, T.DAY, T.GTD, T.IOC, T.FOK),
        needs=("limit_price",),
        refuses=("stop_price", "worst_price", "trigger_side", *_PRICED_NOW),
    ),
    _kind(
        OrderType.STOP,
        (T.GTC, T.DAY, T.GTD),
        needs=("stop_price",),
        refuses=("limit_price", *_PRICED_NOW),
    ),
    _kind(
        OrderType.STOP_LIMIT,
        (T.GTC, T.DAY, T.GTD),
        needs=("limit_price", "stop_price"),
        refuses=("worst_price", "position_id", *_PRICED_NOW),
    ),
    _kind(
        OrderType.MARKET_IF_TOUCHED,
        (T.GTC, T.DAY, T.GTD),
        needs=("stop_price",),
        refuses=("limit_price", *_PRICED_NOW),
    ),
)
KINDS: Final[Mapping[str, OrderKind]] = MappingProxyType({kind.type.value: kind for kind in _KINDS})
MARKET: Final = KINDS["market"]

_TRIGGER_SIDES: Final[Mapping[str | None, TriggerSide]] = {
    None: TriggerSide.DEFAULT,
    **{side.value: side for side in TriggerSide},
}
_SELDOM: Final = attrgetter(
    "limit_price", "stop_price", "trigger_side", "expires_at", "guaranteed_stop",
    "linked_order_id", "parent_order_id", *_PROTECTION,
)  # fmt: skip
_BARE: Final = OrderBody(symbol="", side="", quantity="")
_NOTHING: Final = _SELDOM(_BARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Special:
    """What few orders say."""

    limit_price: Price | None
    stop_price: Price | None
    trigger_side: TriggerSide
    expires_at: datetime | None
    protection: Protection | None
    linked_id: OrderId | None
    parent_id: OrderId | None


def is_plain(body: OrderBody, kind: OrderKind) -> bool:
    """Tell a market order that says nothing special: most are, and need no look at the rest."""
    return kind is MARKET and _SELDOM(body) == _NOTHING


def check_fields(body: OrderBody, kind: OrderKind) -> None:
    """Refuse what does not go together, whatever it says."""
    name = kind.type.value.replace("_", "-")
    for field in kind.refuses:
        if getattr(body, field) is not None:
            raise InvalidError(field, "unsupported", f"does not go with a {name} order")
    for field in kind.needs:
        if getattr(body, field) is None:
            raise InvalidError(field, "required", f"a {name} order needs it")
    dated = kind.life_of.get(body.time_in_force) is T.GTD
    if body.expires_at is not None and not dated:
        raise InvalidError("expires_at", "unsupported", "goes with gtd alone")
    if body.expires_at is None and dated:
        raise InvalidError("expires_at", "required", "gtd needs it")
    if body.linked_order_id is not None and body.parent_order_id is not None:
        raise InvalidError("parent_order_id", "conflicting", "does not go with linked_order_id")
    if body.position_id is not None or body.reduce_only:
        _check_that_nothing_is_protected(body)


def special(
    body: OrderBody, kind: OrderKind, side: Side, instrument: Instrument, now: datetime
) -> Special:
    """Read what few orders say."""
    trigger_side = _TRIGGER_SIDES.get(body.trigger_side)
    if trigger_side is None:
        raise InvalidError("trigger_side", "invalid", f"one of {', '.join(TriggerSide)}")
    limit_price = optional_price("limit_price", body.limit_price, instrument)
    stop_price = optional_price("stop_price", body.stop_price, instrument)
    expires_at = None if body.expires_at is None else expiry_of(body.expires_at, now)
    protection = protection_of(body, instrument, guaranteed=body.guaranteed_stop)
    if body.guaranteed_stop and instrument.guaranteed_stop_premium_points is None:
        raise InvalidError("guaranteed_stop", "guaranteed_stop_unavailable", "this symbol has none")
    if protection is not None:
        own = [price for price in (limit_price, stop_price) if price is not None]
        _check_sides(protection, side, own)
    return Special(
        limit_price=limit_price,
        stop_price=stop_price,
        trigger_side=trigger_side,
        expires_at=expires_at,
        protection=protection if kind is MARKET else _without_removals(protection),
        linked_id=None if body.linked_order_id is None else OrderId(body.linked_order_id),
        parent_id=None if body.parent_order_id is None else OrderId(body.parent_order_id),
    )


def _check_that_nothing_is_protected(body: OrderBody) -> None:
    """Refuse protection with what only reduces, and null too, which would take some away."""
    for field in (*_PROTECTION, "guaranteed_stop"):
        if getattr(body, field) is not getattr(_BARE, field):
            raise InvalidError(field, "unsupported", "does not go with an order that only reduces")


def _check_sides(protection: Protection, side: Side, own: list[Price]) -> None:
    """Refuse levels that the order's own prices have passed already, or that cross each other."""
    stop_loss, take_profit = _level(protection.stop_loss), _level(protection.take_profit)
    ahead = Decimal(1 if side is Side.BUY else -1)
    if stop_loss is not None:
        for price in own:
            if (price - stop_loss) * ahead <= ZERO:
                raise InvalidError("stop_loss", "wrong_side", f"{price} is past it")
    if take_profit is not None:
        bounds = own if stop_loss is None else [*own, stop_loss]
        for price in bounds:
            if (take_profit - price) * ahead <= ZERO:
                raise InvalidError("take_profit", "wrong_side", f"{price} is past it")


def _level(bound: Bound | Keep | None) -> Price | None:
    return bound.price if isinstance(bound, Bound) else None


def _without_removals(protection: Protection | None) -> Protection | None:
    """Take null for absence: an order that rests has nothing to remove when it is placed."""
    if protection is None:
        return None
    kept = Protection(
        stop_loss=KEEP if protection.stop_loss is None else protection.stop_loss,
        take_profit=KEEP if protection.take_profit is None else protection.take_profit,
        trailing_stop=KEEP if protection.trailing_stop is None else protection.trailing_stop,
        guaranteed=protection.guaranteed,
    )
    return None if kept == Protection() else kept
