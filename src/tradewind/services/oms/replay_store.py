"""Reads whole accounts, events and rows, for the replay."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from tradewind.infra.postgres import Connection
from tradewind.services.oms.replay import AccountRow, ReplayedEvent, Row, read_account, read_row

_TIMEOUT_S: Final = 300.0
_PREFETCH: Final = 2_000

ACCOUNTS_AFTER_SQL: Final = """
    SELECT id, last_event FROM account
     WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2
"""


async def accounts_after(
    connection: Connection, last: UUID | None, limit: int
) -> Sequence[tuple[UUID, int]]:
    """Return the next accounts by id, each with its number of events."""
    rows = await connection.fetch(ACCOUNTS_AFTER_SQL, last, limit, timeout=_TIMEOUT_S)
    return [(row["id"], row["last_event"]) for row in rows]


ACCOUNTS_SQL: Final = "SELECT to_jsonb(a)::text FROM account a WHERE id = ANY ($1)"


async def load_accounts(connection: Connection, accounts: Sequence[UUID]) -> dict[UUID, AccountRow]:
    """Return the accounts' stored rows."""
    rows = await connection.fetch(ACCOUNTS_SQL, accounts, timeout=_TIMEOUT_S)
    return {account.id: account for account in (read_account(row[0]) for row in rows)}


EVENTS_SQL: Final = """
    SELECT account_id, seq, type, data::text AS data, data ? 'ticket' AS whole, at
      FROM account_event WHERE account_id = ANY ($1) ORDER BY account_id, seq
"""


async def events(
    connection: Connection, accounts: Sequence[UUID]
) -> AsyncIterator[tuple[UUID, ReplayedEvent]]:
    """Yield all events of accounts, account by account, in order; needs a transaction."""
    cursor = connection.cursor(EVENTS_SQL, accounts, prefetch=_PREFETCH, timeout=_TIMEOUT_S)
    async for row in cursor:
        yield (
            row["account_id"],
            ReplayedEvent(
                seq=row["seq"],
                type=row["type"],
                data=row["data"],
                whole=row["whole"],
                at=row["at"],
            ),
        )


ORDERS_SQL: Final = "SELECT to_jsonb(o)::text FROM trade_order o WHERE account_id = ANY ($1)"
POSITIONS_SQL: Final = """
    SELECT (to_jsonb(p) || '{"lots": []}')::text FROM trade_position p WHERE account_id = ANY ($1)
"""
LOTS_SQL: Final = "SELECT to_jsonb(l)::text FROM position_lot l WHERE account_id = ANY ($1)"
FILLS_SQL: Final = "SELECT to_jsonb(f)::text FROM fill f WHERE account_id = ANY ($1)"
POSTINGS_SQL: Final = "SELECT to_jsonb(p)::text FROM ledger_posting p WHERE account_id = ANY ($1)"
_STATEMENTS: Final = {
    "trade_order": ORDERS_SQL,
    "trade_position": POSITIONS_SQL,
    "position_lot": LOTS_SQL,
    "fill": FILLS_SQL,
    "ledger_posting": POSTINGS_SQL,
}


async def load_rows(
    connection: Connection, accounts: Sequence[UUID]
) -> dict[UUID, dict[str, list[Row]]]:
    """Return the stored rows of accounts by account and table."""
    found: dict[UUID, dict[str, list[Row]]] = {
        account: {table: [] for table in _STATEMENTS} for account in accounts
    }
    for table, statement in _STATEMENTS.items():
        for record in await connection.fetch(statement, accounts, timeout=_TIMEOUT_S):
            row = read_row(table, record[0])
            found[row.account_id][table].append(row)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A row that belongs to no account."""

    table: str
    account_id: UUID


STRAYS_SQL: Final = """
    SELECT t.name, t.account_id FROM (
        SELECT 'account_event' AS name, account_id FROM account_event UNION
        SELECT 'trade_order', account_id FROM trade_order UNION
        SELECT 'trade_position', account_id FROM trade_position UNION
        SELECT 'position_lot', account_id FROM position_lot UNION
        SELECT 'fill', account_id FROM fill UNION
        SELECT 'ledger_posting', account_id FROM ledger_posting) t
     WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.id = t.account_id)
     ORDER BY t.name, t.account_id LIMIT 1
"""


async def first_stray(connection: Connection) -> Stray | None:
    """Return a row of an account that is not there."""
    row: asyncpg.Record | None = await connection.fetchrow(STRAYS_SQL, timeout=_TIMEOUT_S)
    return None if row is None else Stray(table=row["name"], account_id=row["account_id"])
