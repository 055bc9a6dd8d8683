"""Entries of an account's log: whole objects after each change, told apart by the event's type."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from tradewind_client.trading import Fill, LedgerEntry, Order
from tradewind_client.vocabulary import OrderState, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledOrder(Order):
    """An order with the fill that changed it."""

    fill: Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """A step of an order that a later event of the same moment completes."""

    id: UUID
    state: OrderState
    fill: Fill | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionChange:
    """A position after it opened, changed or closed (then its quantity is 0)."""

    id: UUID
    ticket: int
    account_id: UUID
    symbol: str
    side: Side
    quantity: Decimal
    open_price: Decimal
    swap: Decimal
    stop_loss: Decimal | None
    take_profit: Decimal | None
    trailing_stop: Decimal | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPosting:
    """The account's own entries of one transaction, and its balance after them."""

    transaction_id: UUID
    balance: Decimal
    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """An account after its terms or money changed."""

    id: UUID
    currency: str
    position_mode: str
    status: str
    balance: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginNews:
    """The margin level, in percent, at a margin call, its end or a stop-out."""

    level: Decimal | None


EventData: TypeAlias = (
    FilledOrder | Order | OrderStep | PositionChange | LedgerPosting | AccountChange | MarginNews
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry of an account's gap-free log, which begins with number 1.

    `data` is None for a type that this client does not know yet.
    """

    account_id: UUID
    seq: int
    type: str
    time: datetime
    cause: str | None
    data: EventData | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WireEvent:
    """An event as it comes; `type` says what `data` is."""

    account_id: UUID
    seq: int
    type: str
    time: datetime
    cause: str | None
    data: msgspec.Raw


class _OrderShape(msgspec.Struct):
    """A whole order has a version, a step has not."""

    version: int | None = None
    fill: object = None


_KINDS: Final[dict[str, type[EventData]]] = {
    "position": PositionChange,
    "ledger": LedgerPosting,
    "account": AccountChange,
    "margin": MarginNews,
}


def event_of(wire: WireEvent) -> Event:
    """Read the data as what the type says it is."""
    return Event(
        account_id=wire.account_id,
        seq=wire.seq,
        type=wire.type,
        time=wire.time,
        cause=wire.cause,
        data=_data(wire.type.partition(".")[0], bytes(wire.data)),
    )


def _data(kind: str, data: bytes) -> EventData | None:
    known = _order_kind(data) if kind == "order" else _KINDS.get(kind)
    return None if known is None else msgspec.json.decode(data, type=known)


def _order_kind(data: bytes) -> type[EventData]:
    shape = msgspec.json.decode(data, type=_OrderShape)
    if shape.version is None:
        return OrderStep
    return Order if shape.fill is None else FilledOrder
