"""Partitions of the tick tables: made before they are needed, dropped when kept long enough."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy
from prometheus_client import CollectorRegistry, Counter

from tradewind.infra.clock import Clock
from tradewind.infra.leases import Lease, guard
from tradewind.infra.postgres import AWAY, Connection

ROUND_S: Final = 60.0
#: Partitions exist for today and this many days to come.
DAYS_AHEAD: Final = 2
#: How many partitions one round drops of a table; each is a transaction of its own.
DROPS_MAX: Final = 200
_TIMEOUT_S: Final = 10.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How long one table keeps its rows; None is for ever."""

    table: str
    keep: timedelta | None
    compress_after: timedelta | None


POLICIES_SQL: Final = """
    SELECT table_name, keep, compress_after FROM retention_policy ORDER BY table_name
"""


async def read_policies(connection: Connection) -> Sequence[Policy]:
    """Return the policy of every tick table."""
    return [
        Policy(table=row["table_name"], keep=row["keep"], compress_after=row["compress_after"])
        for row in await connection.fetch(POLICIES_SQL, timeout=_TIMEOUT_S)
    ]


SET_KEEP_SQL: Final = "UPDATE retention_policy SET keep = $2 WHERE table_name = $1"


async def set_keep(tx: Connection, table: str, keep: timedelta | None) -> bool:
    """Change how long a table keeps its rows; False when there is no such table."""
    return await tx.execute(SET_KEEP_SQL, table, keep, timeout=_TIMEOUT_S) == "UPDATE 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a table has on disk, from the first to the last day."""

    partitions: int
    bytes: int
    first: date | None
    last: date | None


STORED_SQL: Final = """
    SELECT count(*) AS partitions,
           coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint AS bytes,
           min(right(relname, 8)) AS first, max(right(relname, 8)) AS last
      FROM pg_inherits JOIN pg_class ON oid = inhrelid
     WHERE inhparent = to_regclass($1) AND relname ~ '_[0-9]{8}$'
"""


async def read_stored(connection: Connection, table: str) -> Stored:
    """Tell what a table's native partitions hold."""
    row = await connection.fetchrow(STORED_SQL, table, timeout=_TIMEOUT_S)
    assert row is not None  # noqa: S101  an aggregate is one row always
    return Stored(
        partitions=row["partitions"],
        bytes=row["bytes"],
        first=date.fromisoformat(row["first"]) if row["first"] else None,
        last=date.fromisoformat(row["last"]) if row["last"] else None,
    )


class Retention:
    """Does a round every minute while it holds the lease."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, registry: CollectorRegistry) -> None:
        """`pool` is of role `tw_pricing`."""
        self._pool = pool
        self._clock = clock
        self._rounds = Counter(
            "tradewind_retention_rounds", "Rounds of retention", ["outcome"], registry=registry
        )
        self._partitions = Counter(
            "tradewind_retention_partitions", "Partitions", ["table", "did"], registry=registry
        )

    async def run(self, lease: Lease) -> None:
        """Work until cancelled; raises LeaseLost."""
        while True:
            try:
                await self.do_round(lease)
            except (asyncpg.PostgresError, *AWAY) as error:
                self._rounds.labels("failed").inc()
                _log.warning("retention_round_failed", error=repr(error))
            else:
                self._rounds.labels("done").inc()
            await asyncio.sleep(ROUND_S)

    async def do_round(self, lease: Lease) -> None:
        """Make the partitions of the days to come and drop those whose time is over."""
        now = self._clock.now()
        async with self._pool.acquire(timeout=_TIMEOUT_S) as connection:
            for policy in await read_policies(connection):
                await self._make(connection, lease, policy.table, now)
                await self._drop(connection, lease, policy.table, now)

    async def _make(
        self, connection: PoolConnectionProxy, lease: Lease, table: str, now: datetime
    ) -> None:
        today = now.astimezone(UTC).date()
        for ahead in range(DAYS_AHEAD + 1):
            async with connection.transaction():
                await guard(connection, lease)
                if await make_partition(connection, table, today + timedelta(days=ahead)):
                    self._partitions.labels(table, "made").inc()

    async def _drop(
        self, connection: PoolConnectionProxy, lease: Lease, table: str, now: datetime
    ) -> None:
        for _ in range(DROPS_MAX):
            async with connection.transaction():
                await guard(connection, lease)
                dropped = await drop_expired(connection, table, now)
            if dropped is None:
                return
            self._partitions.labels(table, "dropped").inc()
            _log.info("partition_dropped", partition=dropped)


MAKE_SQL: Final = "SELECT market_data_partition($1, $2)"


async def make_partition(tx: Connection, table: str, day: date) -> bool:
    """Make the partition of a UTC day; False when there is nothing to make."""
    return await tx.fetchval(MAKE_SQL, table, day, timeout=_TIMEOUT_S)


DROP_EXPIRED_SQL: Final = "SELECT market_data_drop_expired($1, $2)"


async def drop_expired(tx: Connection, table: str, now: datetime) -> str | None:
    """Drop the oldest partition that is kept no longer and return its name, if there is one."""
    return await tx.fetchval(DROP_EXPIRED_SQL, table, now, timeout=_TIMEOUT_S)
