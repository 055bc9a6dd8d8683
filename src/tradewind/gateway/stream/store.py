"""What the stream reads: a user's own accounts and their events, under row-level security."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from tradewind.infra.eventlog import LoggedEvent, logged_event
from tradewind.infra.postgres import Connection

_ACQUIRE_TIMEOUT_S: Final = 2.0
_QUERY_TIMEOUT_S: Final = 5.0

#: What a read may raise when the database is away.
UNAVAILABLE: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """An account of the caller and the code of its group now."""

    id: UUID
    group: str


READING_USER_SQL: Final = "SELECT set_config('tw.user_id', $1, true)"


@asynccontextmanager
async def reading_as(pool: asyncpg.Pool, user_id: UUID) -> AsyncIterator[Connection]:
    """Open a transaction that sees one user's rows; `pool` is of role `tw_read`."""
    async with (
        pool.acquire(timeout=_ACQUIRE_TIMEOUT_S) as connection,
        connection.transaction(readonly=True),
    ):
        await connection.execute(READING_USER_SQL, str(user_id), timeout=_QUERY_TIMEOUT_S)
        yield connection


OWN_ACCOUNTS_SQL: Final = """
    SELECT a.id, g.code
      FROM account a
      CROSS JOIN LATERAL (
          SELECT s.value FROM account_assignment s
           WHERE s.account_id = a.id AND s.kind = 'group' AND s.effective_from <= $1
           ORDER BY s.version DESC LIMIT 1) s
      JOIN account_group g ON g.id = s.value::uuid
     ORDER BY a.number
"""


async def own_accounts(pool: asyncpg.Pool, user_id: UUID, now: datetime) -> Sequence[OwnAccount]:
    """Return the user's accounts, the oldest number first."""
    async with reading_as(pool, user_id) as connection:
        rows = await connection.fetch(OWN_ACCOUNTS_SQL, now, timeout=_QUERY_TIMEOUT_S)
    return [OwnAccount(id=row["id"], group=row["code"]) for row in rows]


LAST_EVENT_SQL: Final = "SELECT last_event FROM account WHERE id = $1"


async def last_event(pool: asyncpg.Pool, user_id: UUID, account_id: UUID) -> int | None:
    """Return the number of an own account's last event; None for nobody's or another's account."""
    async with reading_as(pool, user_id) as connection:
        return await connection.fetchval(LAST_EVENT_SQL, account_id, timeout=_QUERY_TIMEOUT_S)


EVENTS_AFTER_SQL: Final = """
    SELECT account_id, seq, position, type, data, cause, actor, at
      FROM account_event
     WHERE account_id = $1 AND seq > $2
     ORDER BY seq LIMIT $3
"""


async def events_after(
    pool: asyncpg.Pool, user_id: UUID, account_id: UUID, after: int, limit: int
) -> Sequence[LoggedEvent]:
    """Return the next events of an own account, in order of their numbers."""
    async with reading_as(pool, user_id) as connection:
        rows = await connection.fetch(
            EVENTS_AFTER_SQL, account_id, after, limit, timeout=_QUERY_TIMEOUT_S
        )
    return [logged_event(row) for row in rows]


QUOTE_AGES_SQL: Final = """
    SELECT DISTINCT ON (symbol) symbol, quote_age_ms_max
      FROM instrument_version WHERE effective_from <= $1
     ORDER BY symbol, version DESC
"""


async def quote_ages(pool: asyncpg.Pool, now: datetime) -> Mapping[str, float]:
    """Return every instrument's maximum quote age in seconds."""
    async with pool.acquire(timeout=_ACQUIRE_TIMEOUT_S) as connection:
        rows = await connection.fetch(QUOTE_AGES_SQL, now, timeout=_QUERY_TIMEOUT_S)
    return {row["symbol"]: row["quote_age_ms_max"] / 1000 for row in rows}
