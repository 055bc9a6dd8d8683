"""What a client asks for. A field that is KEEP is not sent, None is sent as null."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Final, TypeAlias
from uuid import UUID

from tradewind_client.vocabulary import (
    LogoutScope,
    OrderType,
    Side,
    TimeInForce,
    TriggerSide,
)


class Keep(Enum):
    """What a request does not mention."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """`otp` is for users with a second factor."""

    email: str
    password: str
    otp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Exchanges a refresh token for its successor."""

    refresh_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logout:
    """Ends one login or all."""

    scope: LogoutScope = LogoutScope.SESSION


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order of any type; quantities are units, prices and distances quote currency.

    `stop_price` is the trigger of stop, stop-limit and market-if-touched orders. `stop_loss`,
    `take_profit` and `trailing_stop` None take away what a netting position has, on a market
    order; KEEP leaves it. `linked_order_id` is the other half of an OCO pair, `parent_order_id`
    the order whose fill makes this one work.
    """

    symbol: str
    side: Side
    quantity: Decimal
    type: OrderType = OrderType.MARKET
    client_order_id: str | Keep = KEEP
    limit_price: Decimal | Keep = KEEP
    stop_price: Decimal | Keep = KEEP
    worst_price: Decimal | Keep = KEEP
    trigger_side: TriggerSide | Keep = KEEP
    time_in_force: TimeInForce | Keep = KEEP
    expires_at: datetime | Keep = KEEP
    requested_price: Decimal | Keep = KEEP
    max_deviation: Decimal | Keep = KEEP
    stop_loss: Decimal | Keep | None = KEEP
    stop_loss_distance: Decimal | Keep = KEEP
    take_profit: Decimal | Keep | None = KEEP
    take_profit_distance: Decimal | Keep = KEEP
    trailing_stop: Decimal | Keep | None = KEEP
    guaranteed_stop: bool | Keep = KEEP
    linked_order_id: UUID | Keep = KEEP
    parent_order_id: UUID | Keep = KEEP
    position_id: UUID | Keep = KEEP
    reduce_only: bool | Keep = KEEP
    label: str | Keep = KEEP
    comment: str | Keep = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What to change of the order that is in `version`; None takes a price away."""

    version: int
    quantity: Decimal | Keep = KEEP
    limit_price: Decimal | Keep = KEEP
    stop_price: Decimal | Keep = KEEP
    worst_price: Decimal | Keep | None = KEEP
    expires_at: datetime | Keep = KEEP
    stop_loss: Decimal | Keep | None = KEEP
    stop_loss_distance: Decimal | Keep = KEEP
    take_profit: Decimal | Keep | None = KEEP
    take_profit_distance: Decimal | Keep = KEEP
    trailing_stop: Decimal | Keep | None = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """The protective orders a position is to have; None takes one away."""

    stop_loss: Decimal | Keep | None = KEEP
    stop_loss_distance: Decimal | Keep = KEEP
    take_profit: Decimal | Keep | None = KEEP
    take_profit_distance: Decimal | Keep = KEEP
    trailing_stop: Decimal | Keep | None = KEEP
    guaranteed_stop: bool | Keep = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """How to close a position; without `quantity` wholly."""

    quantity: Decimal | Keep = KEEP
    requested_price: Decimal | Keep = KEEP
    max_deviation: Decimal | Keep = KEEP
    worst_price: Decimal | Keep = KEEP
    client_order_id: str | Keep = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseBy:
    """The opposite position of the same symbol that closes this one, and how much of it."""

    opposite_position_id: UUID
    quantity: Decimal | Keep = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseAll:
    """Which positions to close: those of one symbol, or all."""

    symbol: str | Keep = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A body without fields."""


Body: TypeAlias = (
    Login
    | Refresh
    | Logout
    | NewOrder
    | Amendment
    | Protection
    | Close
    | CloseBy
    | CloseAll
    | Nothing
)
Value: TypeAlias = str | int | bool | Decimal | datetime | UUID | None


def mentioned(body: Body) -> dict[str, Value]:
    """Return what a request does mention."""
    named = {field.name: getattr(body, field.name) for field in fields(body)}
    return {name: value for name, value in named.items() if value is not KEEP}


def spelled(value: Value) -> str | int | bool | None:
    """Spell a value for the API: decimals as plain digits, times in UTC."""
    match value:
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case UUID():
            return str(value)
        case _:
            return value
