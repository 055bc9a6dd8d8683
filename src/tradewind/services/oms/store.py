"""The two statements of an order batch, and how an unknown commit is looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from tradewind.contracts.events import OrderRow
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


@dataclass(slots=True, kw_only=True)
class Writing:
    """The columns of everything a batch writes; grows while it decides."""

    event_accounts: list[UUID] = field(default_factory=list)
    event_seqs: list[int] = field(default_factory=list)
    event_types: list[str] = field(default_factory=list)
    event_data: list[str] = field(default_factory=list)
    event_rows: list[str | None] = field(default_factory=list)
    event_actors: list[str] = field(default_factory=list)
    event_causes: list[str | None] = field(default_factory=list)
    accounts: list[UUID] = field(default_factory=list)
    last_events: list[int] = field(default_factory=list)
    balances: list[Decimal] = field(default_factory=list)
    carries: list[Decimal] = field(default_factory=list)
    reserved: list[Decimal] = field(default_factory=list)
    keys: list[UUID] = field(default_factory=list)
    key_texts: list[str] = field(default_factory=list)
    key_users: list[UUID] = field(default_factory=list)
    key_accounts: list[UUID] = field(default_factory=list)
    key_hashes: list[UUID] = field(default_factory=list)
    key_statuses: list[int] = field(default_factory=list)
    key_codes: list[str | None] = field(default_factory=list)
    key_orders: list[UUID] = field(default_factory=list)
    key_events: list[int] = field(default_factory=list)

    def append(  # noqa: PLR0913
        self,
        *,
        account_id: UUID,
        seq: int,
        kind: str,
        data: str,
        row: str | None,
        actor: str,
        cause: str | None = None,
    ) -> None:
        """Add one event; `row` names the table its data is the current row of, if any."""
        self.event_accounts.append(account_id)
        self.event_seqs.append(seq)
        self.event_types.append(kind)
        self.event_data.append(data)
        self.event_rows.append(row)
        self.event_actors.append(actor)
        self.event_causes.append(cause)

    def truncate(self, events: int) -> None:
        """Take back every event after the first `events`."""
        for column in (
            self.event_accounts,
            self.event_seqs,
            self.event_types,
            self.event_data,
            self.event_rows,
            self.event_actors,
            self.event_causes,
        ):
            del column[events:]


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


WRITE_SQL: Final = """
    SELECT oms_write($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                     $18, $19, $20, $21, $22)
"""


async def write(
    tx: asyncpg.Connection, writing: Writing, now: datetime, *, timeout_s: float
) -> None:
    """Append the events of a batch and make the rows they carry."""
    w = writing
    await tx.fetchval(
        WRITE_SQL,
        w.event_accounts,
        w.event_seqs,
        w.event_types,
        w.event_data,
        w.event_rows,
        w.event_actors,
        w.event_causes,
        now,
        w.accounts,
        w.last_events,
        w.balances,
        w.carries,
        w.reserved,
        w.keys,
        w.key_texts,
        w.key_users,
        w.key_accounts,
        w.key_hashes,
        w.key_statuses,
        w.key_codes,
        w.key_orders,
        w.key_events,
        timeout=timeout_s,
    )


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
