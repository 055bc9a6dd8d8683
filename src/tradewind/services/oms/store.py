"""The two statements of an order batch, and how an unknown commit is looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from tradewind.contracts.events import (
    ENCODER,
    LedgerPosted,
    OrderRow,
    OrderStep,
    PositionRow,
)
from tradewind.core.accounts import Account, GroupTerms, Position
from tradewind.core.ids import AccountId, OrderId


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedAccount:
    """One locked account with everything open on it."""

    account: Account
    group_id: UUID
    last_event: int
    positions: list[Position]
    orders: list[OrderRow]


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
class KillSwitch:
    """A standing stop of what opens: global, or of one group, account or symbol."""

    scope: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What lock-and-load returned. `known` tells skipped accounts from unknown ones."""

    xid: str
    tickets: list[int]
    accounts: list[LoadedAccount] | None
    keys: list[StoredKey] | None
    client_orders: list[KnownOrder] | None
    groups: list[LoadedGroup] | None
    kill_switches: list[KillSwitch] | None
    known: list[UUID] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a batch locks and reads."""

    accounts: Sequence[AccountId]
    keys: Sequence[UUID]
    client_accounts: Sequence[AccountId]
    client_order_ids: Sequence[str]
    orders: Sequence[OrderId]
    tickets: int


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
    data: OrderRow | OrderStep | PositionRow | LedgerPosted
    actor: str
    cause: str | None = None
    is_new: bool | None = None


class AccountEntry(msgspec.Struct, frozen=True):
    """An account's own columns after the batch."""

    id: UUID
    last_event: int
    balance: Decimal
    carry: Decimal
    reserved_margin: Decimal


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
_ORDER: Final = msgspec.json.Decoder(OrderRow)

LOCK_AND_LOAD_SQL: Final = "SELECT oms_lock_and_load($1, $2, $3, $4, $5, $6, $7, $8)"


async def lock_and_load(
    tx: asyncpg.Connection, wanted: Wanted, now: datetime, *, wait: bool, timeout_s: float
) -> Loaded:
    """Lock the free accounts of a batch (all of them when `wait`) and read what decisions need."""
    text = await tx.fetchval(
        LOCK_AND_LOAD_SQL,
        wanted.accounts,
        wanted.keys,
        wanted.client_accounts,
        wanted.client_order_ids,
        wanted.orders,
        wanted.tickets,
        now,
        wait,
        timeout=timeout_s,
    )
    return _LOADED.decode(text)


WRITE_SQL: Final = "SELECT oms_write($1, $2, $3, $4, $5, $6, $7, $8, $9)"


async def write(
    tx: asyncpg.Connection, writing: Writing, now: datetime, *, timeout_s: float
) -> None:
    """Append the events of a batch and make the rows they carry."""
    changed = {
        (entry.account_id, entry.data.id)
        for entry in writing.positions
        if entry.is_new is False and isinstance(entry.data, PositionRow)
    }
    await tx.fetchval(
        WRITE_SQL,
        _document(writing.steps),
        _document(writing.orders),
        sum(entry.is_new is False for entry in writing.orders),
        _document(writing.positions),
        len(changed),
        _document(writing.postings),
        _document(writing.accounts),
        _document(writing.keys),
        now,
        timeout=timeout_s,
    )


def _document(rows: Sequence[msgspec.Struct]) -> str:
    return ENCODER.encode(rows).decode("utf-8")


ENDED_SQL: Final = """
    SELECT pg_xact_status($1::text::xid8) IS DISTINCT FROM 'in progress' AS ended
"""

PROOF_SQL: Final = """
    SELECT EXISTS (SELECT 1 FROM account_event
                    WHERE account_id = $1 AND seq = $2 AND tx = $3::text::xid8)
"""


async def was_committed(
    connection: asyncpg.Connection, xid: str, proof: tuple[UUID, int]
) -> bool | None:
    """Tell whether a transaction took place; None while it is still going on.

    The row is asked for as well as the status: after a crash a number that never reached the
    disk is given out again, and its status is then another transaction's.
    """
    if not await connection.fetchval(ENDED_SQL, xid, timeout=2):
        return None
    return await connection.fetchval(PROOF_SQL, *proof, xid, timeout=2)


ORDER_AT_SQL: Final = """
    SELECT data::text FROM account_event
     WHERE account_id = $1 AND seq <= $2 AND seq > $2 - 64 AND data ->> 'id' = $3::text
       AND data ? 'ticket' AND type LIKE 'order.%'
     ORDER BY seq DESC LIMIT 1
"""


async def order_at(connection: asyncpg.Connection, key: StoredKey) -> OrderRow:
    """Return an order as it was when a key was answered."""
    text = await connection.fetchval(
        ORDER_AT_SQL, key.account_id, key.event, str(key.order_id), timeout=2
    )
    return _ORDER.decode(text)


PATH_TO_SQL: Final = """
    SELECT array_agg(substr(type, 7) ORDER BY seq) AS path FROM account_event
     WHERE account_id = $1 AND seq BETWEEN $2 AND $3 AND data ->> 'id' = $4::text
       AND type LIKE 'order.%'
"""


async def path_to(connection: asyncpg.Connection, order: OrderRow, event: int) -> tuple[str, ...]:
    """Return the states of an order up to one event."""
    states = await connection.fetchval(
        PATH_TO_SQL, order.account_id, order.first_event, event, str(order.id), timeout=2
    )
    return tuple(states)
