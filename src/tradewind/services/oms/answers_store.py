"""Looking up what was answered before, and whether an unknown commit took place."""

from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from tradewind.contracts.events import OrderRow
from tradewind.services.oms.store import StoredKey

_ORDER: Final = msgspec.json.Decoder(OrderRow)

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


ORDERS_OF_SQL: Final = """
    SELECT DISTINCT ON (data ->> 'id') data::text FROM account_event
     WHERE account_id = $1 AND cause = $2 AND seq <= $3 AND seq > $3 - 65536
       AND data ? 'ticket' AND type LIKE 'order.%'
     ORDER BY data ->> 'id', seq DESC
"""
TAKE_TICKETS_SQL: Final = "SELECT nextval('ticket') FROM generate_series(1, $1)"


async def orders_of(
    connection: asyncpg.Connection, key: StoredKey, cause: str
) -> tuple[OrderRow, ...]:
    """Return the orders of one operation as it left them, in the order of their ids."""
    rows = await connection.fetch(ORDERS_OF_SQL, key.account_id, cause, key.event, timeout=2)
    return tuple(_ORDER.decode(row[0]) for row in rows)


async def take_tickets(connection: asyncpg.Connection, count: int) -> list[int]:
    """Take tickets that no order has; gaps do not matter."""
    return [row[0] for row in await connection.fetch(TAKE_TICKETS_SQL, count, timeout=2)]


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
