"""Deletes what is kept for a time only, in slices: no transaction here lasts long."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from tradewind.infra.leases import Lease, guard

#: How long a repeated request gets its first answer again (docs/domain/orders.md).
IDEMPOTENCY_KEY_AGE_MAX: Final = timedelta(days=7)
SLICE_ROWS: Final = 1_000
_TIMEOUT_S: Final = 10.0

PURGE_IDEMPOTENCY_KEYS_SQL: Final = """
    DELETE FROM idempotency_key WHERE id IN
        (SELECT id FROM idempotency_key WHERE created_at < $1 LIMIT $2)
"""


PURGE_STAFF_ANSWERS_SQL: Final = """
    DELETE FROM staff_answer WHERE id IN
        (SELECT id FROM staff_answer WHERE created_at < $1 LIMIT $2)
"""


async def purge_idempotency_keys(
    pool: asyncpg.Pool, lease: Lease, now: datetime
) -> AsyncIterator[int]:
    """Delete expired keys, of clients and of staff; yields the rows of each slice."""
    for statement in (PURGE_IDEMPOTENCY_KEYS_SQL, PURGE_STAFF_ANSWERS_SQL):
        async for deleted in _purge(pool, lease, statement, now - IDEMPOTENCY_KEY_AGE_MAX):
            yield deleted


async def _purge(
    pool: asyncpg.Pool, lease: Lease, statement: str, oldest: datetime
) -> AsyncIterator[int]:
    """Delete slice by slice, one transaction under the lease each."""
    deleted = SLICE_ROWS
    while deleted == SLICE_ROWS:
        async with pool.acquire(timeout=_TIMEOUT_S) as connection, connection.transaction():
            await guard(connection, lease)
            status = await connection.execute(statement, oldest, SLICE_ROWS, timeout=_TIMEOUT_S)
        deleted = int(status.removeprefix("DELETE "))
        yield deleted
