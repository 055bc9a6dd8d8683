"""The two statements of an order batch, and how an unknown commit is looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from tradewind.contracts.events import (
    ENCODER,
    FillRow,
    LedgerPosted,
    MarginRow,
    OrderRow,
    OrderStep,
    PositionRow,
    PostingRow,
)
from tradewind.core.accounts import Account, GroupTerms, Position
from tradewind.core.ids import AccountId, FillId, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedAccount:
    """One locked account with everything open on it."""

    account: Account
    group_id: UUID
    last_event: int
    positions: list[Position]
    orders: list[OrderRow]
    open_orders: int
    recent_orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedGroup:
    """A group's terms in force."""

    id: UUID
    terms: GroupTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """The first answer that was given under an idempotency key."""

    id: UUID
    body_hash: UUID
    status: int
    code: str | None
    account_id: UUID
    order_id: UUID
    event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """An order that already has a client_order_id."""

    account_id: UUID
    client_order_id: str
    order_id: UUID
    last_event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFill:
    """A fill of the past with what it posted, and whether it was taken back."""

    fill: FillRow
    busted: bool
    postings: list[PostingRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class KillSwitch:
    """A standing stop of what opens: global, or of one group, account or symbol."""

    scope: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What lock-and-load returned. `known` tells skipped accounts from unknown ones."""

    xid: str | None
    tickets: list[int] | None
    accounts: list[LoadedAccount] | None
    keys: list[StoredKey] | None
    client_orders: list[KnownOrder] | None
    fills: list[LoadedFill] | None
    groups: list[LoadedGroup] | None
    kill_switches: list[KillSwitch] | None
    known: list[UUID] | None


class Locking(StrEnum):
    """What to do about accounts that somebody else has locked."""

    WAIT = "wait"
    SKIP = "skip"
    #: Lock nothing: whoever only asks.
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a batch locks and reads: of accounts in `whole` every open order.

    Of those in `placing` orders are counted, the recent ones from the id `recent` on.
    """

    accounts: Sequence[AccountId]
    keys: Sequence[UUID]
    client_accounts: Sequence[AccountId]
    client_order_ids: Sequence[str]
    orders: Sequence[OrderId]
    whole: Sequence[AccountId]
    placing: Sequence[AccountId]
    recent: UUID
    tickets: int
    fills: Sequence[FillId] = ()


class StepsEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """States an order went through before its last event; `seq` numbers the first."""

    account_id: UUID
    seq: int
    id: UUID
    states: Sequence[str]
    actor: str
    cause: str | None = None


class EventEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event whose body is a row, or has rows in it.

    `is_new` tells a row to insert from one to replace; None makes no row of the body itself.
    """

    account_id: UUID
    seq: int
    type: str
    data: OrderRow | OrderStep | PositionRow | LedgerPosted | MarginRow
    actor: str
    cause: str | None = None
    is_new: bool | None = None


class AccountEntry(msgspec.Struct, frozen=True):
    """An account's own columns after the batch."""

    id: UUID
    last_event: int
    balance: Decimal
    credit: Decimal
    carry: Decimal
    reserved_margin: Decimal
    margin_called_at: datetime | None


class KeyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `idempotency_key`."""

    id: UUID
    key: str
    user_id: UUID
    account_id: UUID
    body_hash: UUID
    status: int
    code: str | None
    order_id: UUID
    event: int


class Writing:
    """Everything a batch writes; grows while it decides. Each list travels as one document."""

    __slots__ = ("accounts", "keys", "orders", "positions", "postings", "steps")

    def __init__(self) -> None:
        """Start empty."""
        self.steps: list[StepsEntry] = []
        self.orders: list[EventEntry] = []
        self.positions: list[EventEntry] = []
        #: News of the margin too, which has no postings.
        self.postings: list[EventEntry] = []
        self.accounts: list[AccountEntry] = []
        self.keys: list[KeyEntry] = []

    def mark(self) -> tuple[int, int, int, int]:
        """Where the events stand, for `take_back`."""
        return len(self.steps), len(self.orders), len(self.positions), len(self.postings)

    def take_back(self, mark: tuple[int, int, int, int]) -> None:
        """Forget every event after a mark."""
        steps, orders, positions, postings = mark
        del self.steps[steps:], self.orders[orders:]
        del self.positions[positions:], self.postings[postings:]


_LOADED: Final = msgspec.json.Decoder(Loaded)

LOCK_AND_LOAD_SQL: Final = """
    SELECT oms_lock_and_load($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def lock_and_load(
    tx: asyncpg.Connection, wanted: Wanted, now: datetime, locking: Locking, *, timeout_s: float
) -> Loaded:
    """Lock the accounts of a batch and read what decisions need."""
    text = await tx.fetchval(
        LOCK_AND_LOAD_SQL,
        wanted.accounts,
        wanted.keys,
        wanted.client_accounts,
        wanted.client_order_ids,
        wanted.orders,
        wanted.whole,
        wanted.placing,
        wanted.fills,
        wanted.recent,
        wanted.tickets,
        now,
        locking,
        timeout=timeout_s,
    )
    return _LOADED.decode(text)


WRITE_SQL: Final = "SELECT oms_write($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"


async def write(
    tx: asyncpg.Connection, writing: Writing, now: datetime, *, timeout_s: float
) -> None:
    """Append the events of a batch and make the rows they carry."""
    await tx.fetchval(
        WRITE_SQL,
        _document(writing.steps),
        _document(writing.orders),
        _new(writing.orders),
        _changed(writing.orders),
        _document(writing.positions),
        _new(writing.positions),
        _changed(writing.positions),
        _document(writing.postings),
        _document(writing.accounts),
        _document(writing.keys),
        now,
        timeout=timeout_s,
    )


def _new(entries: Sequence[EventEntry]) -> int:
    """Count the rows that are to be inserted."""
    return sum(entry.is_new is True for entry in entries)


def _changed(entries: Sequence[EventEntry]) -> int:
    """Count the rows that are to be replaced; one that changes twice is one."""
    return len(
        {
            (entry.account_id, entry.data.id)
            for entry in entries
            if entry.is_new is False and not isinstance(entry.data, LedgerPosted | MarginRow)
        }
    )


def _document(rows: Sequence[msgspec.Struct]) -> str:
    return ENCODER.encode(rows).decode("utf-8")
