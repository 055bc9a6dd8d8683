"""The trigger engine's statements: open orders, what became of them, groups, progress, expiry."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from tradewind.core.ids import AccountId, OrderId
from tradewind.infra.eventlog import BOUNDS_SQL
from tradewind.infra.postgres import Connection
from tradewind.services.triggers.resting import OrderView

#: Rows between two looks at anything else; a lease must be renewed meanwhile.
LOAD_ROWS: Final = 5_000
_TIMEOUT_S: Final = 10.0

#: Fields in the order of `OrderView`. The first condition is that of the index of open orders.
OPEN_ORDERS_SQL: Final = """
    SELECT account_id, id, ticket, symbol, side, type, state, reason, version, updated_at,
           reduce_only, limit_price, stop_price, worst_price, trailing_stop, trigger_side,
           triggered_at
      FROM trade_order
     WHERE state NOT IN ('filled', 'cancelled', 'rejected')
       AND state IN ('working', 'partially_filled') AND symbol = ANY($1)
"""


async def load_open_orders(
    tx: Connection, symbols: Sequence[str], take: Callable[[Sequence[OrderView]], None]
) -> None:
    """Hand on every order of some symbols that may rest, in slices.

    The server works on the next slice while one is taken.
    """
    cursor = await tx.cursor(OPEN_ORDERS_SQL, symbols, timeout=_TIMEOUT_S)
    rows = await cursor.fetch(LOAD_ROWS, timeout=_TIMEOUT_S)
    while rows:
        try:
            async with asyncio.TaskGroup() as tasks:
                following = tasks.create_task(cursor.fetch(LOAD_ROWS, timeout=_TIMEOUT_S))
                await asyncio.sleep(0)
                take([OrderView(*row) for row in rows])
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        rows = following.result()


ORDERS_SQL: Final = """
    SELECT o.account_id, o.id, o.ticket, o.symbol, o.side, o.type, o.state, o.reason, o.version,
           o.updated_at, o.reduce_only, o.limit_price, o.stop_price, o.worst_price,
           o.trailing_stop, o.trigger_side, o.triggered_at
      FROM trade_order o
      JOIN unnest($1::uuid[], $2::uuid[]) AS w (account_id, id)
        ON o.account_id = w.account_id AND o.id = w.id
"""


async def read_orders(
    connection: Connection, orders: Sequence[tuple[AccountId, OrderId]]
) -> Sequence[OrderView]:
    """Return orders as they stand now, open or not."""
    accounts, ids = [account for account, _ in orders], [order for _, order in orders]
    rows = await connection.fetch(ORDERS_SQL, accounts, ids, timeout=_TIMEOUT_S)
    return [OrderView(*row) for row in rows]


#: Whole rows of orders that rest, or that did; what is final in its first version never rested.
CHANGES_SQL: Final = """
    SELECT e.data
      FROM account_event e
     WHERE e.tx >= $1 AND e.tx < $2 AND e.type LIKE 'order.%' AND e.data ? 'ticket'
       AND (e.data ->> 'version' <> '1'
            OR e.data ->> 'state' NOT IN ('filled', 'cancelled', 'rejected'))
     ORDER BY e.position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Orders that changed, and where the next page starts; `busy` as in infra/eventlog."""

    orders: Sequence[OrderView]
    next_start: int
    busy: bool


async def read_changes(connection: Connection, start: int) -> Changes:
    """Return what was committed from transaction `start` on.

    An account's events may come a page early or late; every row has its version, so that does not
    matter here.
    """
    bounds = await connection.fetchrow(BOUNDS_SQL, timeout=_TIMEOUT_S)
    assert bounds is not None  # noqa: S101  one row always
    end = bounds["lower"]
    busy = end < bounds["upper"]
    if end <= start:
        return Changes(orders=(), next_start=start, busy=busy)
    rows = await connection.fetch(CHANGES_SQL, start, end, timeout=_TIMEOUT_S)
    orders = [_DECODER.decode(row["data"]) for row in rows]
    return Changes(orders=orders, next_start=end, busy=busy)


_DECODER: Final = msgspec.json.Decoder(OrderView)

PROGRESS_SQL: Final = "SELECT symbol, ring_entry FROM trigger_progress WHERE symbol = ANY($1)"


async def read_progress(connection: Connection, symbols: Sequence[str]) -> Mapping[str, str]:
    """Return how far the owners of symbols have come; empty where none ever was."""
    rows = await connection.fetch(PROGRESS_SQL, symbols, timeout=_TIMEOUT_S)
    return dict.fromkeys(symbols, "") | {row["symbol"]: row["ring_entry"] for row in rows}


#: A server that crashes forgets the last moment's progress: its ticks are evaluated again.
RELAX_SQL: Final = "SET LOCAL synchronous_commit TO off"
RECORD_PROGRESS_SQL: Final = """
    INSERT INTO trigger_progress (symbol, ring_entry, at)
    SELECT symbol, ring_entry, $3 FROM unnest($1::text[], $2::text[]) AS p (symbol, ring_entry)
        ON CONFLICT (symbol) DO UPDATE SET ring_entry = excluded.ring_entry, at = excluded.at
"""


async def record_progress(tx: Connection, progress: Mapping[str, str], now: datetime) -> None:
    """Note how far each ring has been evaluated and answered for."""
    await tx.execute(RELAX_SQL, timeout=_TIMEOUT_S)
    symbols, entries = list(progress), list(progress.values())
    await tx.execute(RECORD_PROGRESS_SQL, symbols, entries, now, timeout=_TIMEOUT_S)


EXPIRED_SQL: Final = """
    SELECT account_id, id FROM trade_order
     WHERE expires_at IS NOT NULL AND state NOT IN ('filled', 'cancelled', 'rejected')
       AND expires_at <= $1
     ORDER BY expires_at LIMIT $2
"""


async def read_expired(
    pool: asyncpg.Pool, now: datetime, count: int
) -> Sequence[tuple[UUID, UUID]]:
    """Return the orders whose time is over, longest first."""
    async with pool.acquire(timeout=_TIMEOUT_S) as connection:
        rows = await connection.fetch(EXPIRED_SQL, now, count, timeout=_TIMEOUT_S)
    return [(row["account_id"], row["id"]) for row in rows]
