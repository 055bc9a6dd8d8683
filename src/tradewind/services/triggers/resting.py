"""A resting order as the index keeps it: as small as possible, for there may be millions.

What an order waits for is core's to say (`core/triggers`). It says so once for every combination
of the fields that matter; then only the level differs from order to order.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from sys import intern
from types import MappingProxyType
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from tradewind.core.accounts import Book, ExecutionMode, Side
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.ids import AccountId, OrderId, Symbol
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import Channel, OrderState, OrderType, Reason, TimeInForce, TriggerSide
from tradewind.core.triggers import Direction, PriceKind, moves_at, watch

#: Prices have at most ten digits after the point; twice that, and their middle is whole too.
UNIT: Final = Decimal(2 * 10**10)
#: A trailing stop's level is stored at most so often.
MOVE_INTERVAL: Final = timedelta(seconds=1)


_NOBODY: Final = UUID(int=0)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class OrderView(msgspec.Struct, frozen=True):
    """What matters here of a row of `trade_order`; the order of the fields is that of the SQL."""

    account_id: UUID
    id: UUID
    ticket: int
    symbol: str
    side: str
    type: str
    state: str
    reason: str
    version: int
    updated_at: datetime
    reduce_only: bool
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    worst_price: Decimal | None = None
    trailing_stop: Decimal | None = None
    trigger_side: str | None = None
    triggered_at: datetime | None = None


@dataclass(slots=True, kw_only=True, eq=False)
class Owner:
    """An account, and the group whose prices its orders look at; None while it is not known."""

    account_id: AccountId
    group: str | None


@dataclass(slots=True, kw_only=True, eq=False)
class Trail:
    """Where a trailing stop moves. `since` as in `Resting`."""

    order: "Resting"
    view: OrderView
    kind: PriceKind
    when: Direction
    level: int
    ticket: int
    since: datetime


@dataclass(slots=True, kw_only=True, eq=False)
class Resting:
    """An order that waits for a price; only ticks made after `since` are for it.

    `level` counts units of 1/UNIT. `is_out` while the order service has been asked about it.
    """

    order_id: OrderId
    owner: Owner
    ticket: int
    version: int
    symbol: str
    kind: PriceKind
    when: Direction
    level: int
    reduces: bool
    since: datetime
    is_out: bool
    trail: Trail | None


def scaled(price: Decimal) -> int:
    """Return a price in whole units."""
    return int(price * UNIT)


def rest(view: OrderView, owner: Owner, step: Decimal) -> Resting | None:
    """Make the entry of an order; None when it does not wait for a price."""
    awake, bounded = view.triggered_at is not None, view.worst_price is not None
    shape = _shape((view.type, view.side, view.trigger_side, view.state, awake, bounded))
    if shape is None:
        return None
    kind, when, field = shape
    order = Resting(
        order_id=OrderId(view.id),
        owner=owner,
        ticket=view.ticket,
        version=view.version,
        symbol=intern(view.symbol),
        kind=kind,
        when=when,
        level=0 if field is None else _level(getattr(view, field), when),
        reduces=view.reduce_only,
        since=view.updated_at,
        is_out=False,
        trail=None,
    )
    if view.reason == Reason.TRAILING and view.trailing_stop is not None:
        order.trail = _trail(order, view, step)
    return order


def order_of(view: OrderView) -> Order:
    """Return core's order, with what it is woken by; quantities and the like are made up."""
    return Order(
        request=_request(view),
        ticket=view.ticket,
        state=OrderState(view.state),
        filled_quantity=Quantity(ZERO),
        average_price=None,
        execution_mode=ExecutionMode.MARKET,
        book=Book.B,
        position_id=None,
        refused=None,
        ended=None,
        version=view.version,
        triggered_at=view.triggered_at,
    )


def _request(view: OrderView) -> PlaceOrder:
    return PlaceOrder(
        order_id=OrderId(view.id),
        account_id=AccountId(view.account_id),
        user_id=None,
        symbol=Symbol(view.symbol),
        side=Side(view.side),
        quantity=Quantity(Decimal(1)),
        time_in_force=TimeInForce.GTC,
        worst_price=_price(view.worst_price),
        reduce_only=view.reduce_only,
        channel=Channel.SYSTEM,
        received_at=view.updated_at,
        type=OrderType(view.type),
        limit_price=_price(view.limit_price),
        stop_price=_price(view.stop_price),
        trigger_side=TriggerSide(view.trigger_side or TriggerSide.DEFAULT),
        trailing_distance=view.trailing_stop if view.reason == Reason.TRAILING else None,
    )


#: Type, side, trigger side, state, whether it was triggered, whether it has a worst price.
_Key: TypeAlias = tuple[str, str, str | None, str, bool, bool]
#: What is compared, in which direction, and the field that holds the level.
_Shape: TypeAlias = tuple[PriceKind, Direction, str | None]

#: Prices that tell which field core took the level from.
_LIMIT, _STOP, _WORST = Decimal(1), Decimal(2), Decimal(3)
_FIELDS: Final[Mapping[Decimal, str | None]] = MappingProxyType(
    {ZERO: None, _LIMIT: "limit_price", _STOP: "stop_price", _WORST: "worst_price"}
)


@cache
def _shape(key: _Key) -> _Shape | None:
    """Ask core what such an order waits for, and which of its prices is the level."""
    type_, side, trigger_side, state, is_awake, is_bounded = key
    view = OrderView(
        account_id=_NOBODY,
        id=_NOBODY,
        ticket=0,
        symbol="",
        side=side,
        type=type_,
        state=state,
        reason=Reason.CLIENT,
        version=1,
        updated_at=_NEVER,
        reduce_only=False,
        limit_price=_LIMIT,
        stop_price=_STOP,
        worst_price=_WORST if is_bounded else None,
        trigger_side=trigger_side,
        triggered_at=_NEVER if is_awake else None,
    )
    waits = watch(order_of(view))
    return None if waits is None else (waits.kind, waits.when, _FIELDS[waits.level])


def _level(price: Decimal, when: Direction) -> int:
    """Return the outermost price in whole units that is not beyond the level."""
    exact = price * UNIT
    whole = int(exact)
    if whole == exact:
        return whole
    return math.ceil(exact) if when is Direction.AT_OR_ABOVE else math.floor(exact)


def _trail(order: Resting, view: OrderView, step: Decimal) -> Trail | None:
    moves = moves_at(order_of(view), step)
    if moves is None:
        return None
    return Trail(
        order=order,
        view=view,
        kind=moves.kind,
        when=moves.when,
        level=_level(moves.level, moves.when),
        ticket=view.ticket,
        since=view.updated_at + MOVE_INTERVAL,
    )


def _price(price: Decimal | None) -> Price | None:
    return None if price is None else Price(price)
