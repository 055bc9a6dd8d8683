"""Leases: at most one process does a work at a time, and a paused one cannot write afterwards.

A lease is a row with an epoch that grows at every takeover. Its expiry is told by the database
server's clock, the only one that all holders share. A transaction made under a lease calls
`guard` first: it locks the row FOR SHARE and fails when the epoch is another's by now.
"""

import asyncio
import time
from datetime import timedelta
from typing import Final

import asyncpg
import structlog

from tradewind.infra.postgres import AWAY

#: A dead holder is succeeded after at most TTL + POLL; a restart must serve again within 5 s.
TTL_S: Final = 2.0
RENEW_S: Final = 0.5
POLL_S: Final = 0.25
QUERY_TIMEOUT_S: Final = 1.0

ACQUIRE_SQL: Final = """
    INSERT INTO lease (name, epoch, holder, expires_at)
    VALUES ($1, 1, $2, clock_timestamp() + $3)
        ON CONFLICT (name) DO UPDATE
       SET epoch = lease.epoch + 1, holder = excluded.holder, expires_at = excluded.expires_at
     WHERE lease.expires_at <= clock_timestamp()
 RETURNING epoch
"""

RENEW_SQL: Final = """
    UPDATE lease SET expires_at = clock_timestamp() + $3 WHERE name = $1 AND epoch = $2
"""

RELEASE_SQL: Final = """
    UPDATE lease SET expires_at = clock_timestamp() WHERE name = $1 AND epoch = $2
"""

GUARD_SQL: Final = "SELECT epoch FROM lease WHERE name = $1 AND epoch = $2 FOR SHARE"

_log = structlog.get_logger()


class LeaseLost(RuntimeError):
    """Another process holds the lease now; whoever held it must stop."""


class Lease:
    """A lease this process holds; `keep` must run as long as it is used."""

    def __init__(self, pool: asyncpg.Pool, name: str, epoch: int, asked_at: float) -> None:
        """Made by `acquire` alone; `asked_at` is the monotonic time before it was asked for."""
        self._pool = pool
        self.name = name
        self.epoch = epoch
        self._valid_until = asked_at + TTL_S

    @property
    def valid(self) -> bool:
        """Tell whether nobody else can hold it yet, by this process's own clock."""
        return time.monotonic() < self._valid_until

    async def keep(self) -> None:
        """Renew for ever; raises LeaseLost when another took over.

        While the database does not answer, the lease only becomes invalid: nobody else can take
        it either, and the same epoch goes on when the database is back.
        """
        while True:
            await asyncio.sleep(RENEW_S)
            asked_at = time.monotonic()
            try:
                status = await self._execute(RENEW_SQL, timedelta(seconds=TTL_S))
            except AWAY as error:
                _log.warning("lease_not_renewed", lease=self.name, error=repr(error))
                continue
            if status != "UPDATE 1":
                raise LeaseLost(f"lease {self.name} of epoch {self.epoch} was taken over")
            self._valid_until = asked_at + TTL_S

    async def release(self) -> None:
        """Let the next holder in at once; without a database it simply expires."""
        self._valid_until = 0.0
        try:
            await self._execute(RELEASE_SQL)
        except AWAY as error:
            _log.warning("lease_not_released", lease=self.name, error=repr(error))

    async def _execute(self, sql: str, *more: timedelta) -> str:
        async with asyncio.timeout(QUERY_TIMEOUT_S):
            return await self._pool.execute(sql, self.name, self.epoch, *more)


async def acquire(pool: asyncpg.Pool, name: str, holder: str) -> Lease:
    """Wait until the lease is free, however long that takes, and take it."""
    waits = False
    while True:
        asked_at = time.monotonic()
        try:
            async with asyncio.timeout(QUERY_TIMEOUT_S):
                ttl = timedelta(seconds=TTL_S)
                epoch = await pool.fetchval(ACQUIRE_SQL, name, holder, ttl)
        except AWAY as error:
            _log.warning("lease_not_asked", lease=name, error=repr(error))
            epoch = None
        if epoch is not None:
            _log.info("lease_acquired", lease=name, epoch=epoch, holder=holder)
            return Lease(pool, name, epoch, asked_at)
        if not waits:
            _log.info("lease_waits", lease=name)
            waits = True
        await asyncio.sleep(POLL_S)


async def guard(
    connection: asyncpg.Connection | asyncpg.pool.PoolConnectionProxy, lease: Lease
) -> None:
    """Hold the lease's row for this transaction. Raises LeaseLost when it is another's."""
    if await connection.fetchval(GUARD_SQL, lease.name, lease.epoch) is None:
        raise LeaseLost(f"lease {lease.name} of epoch {lease.epoch} was taken over")
