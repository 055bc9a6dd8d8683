"""The tick writer: from the rings of Redis into the tables, each entry once, beside the hot path.

Where it stands in each ring is written in the transaction of the rows, under the lease. A writer
that dies loses nothing that is still in the ring when the next goes on; what is not, is counted.
"""

import asyncio
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeAlias, cast

import asyncpg
import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from redis.typing import KeyT, StreamIdT

from tradewind.contracts.ticks import (
    QUARANTINE_FIELD,
    QUARANTINE_KEY,
    RING_FIELD,
    RING_PREFIX,
    QuarantinedQuote,
)
from tradewind.infra.clock import Clock
from tradewind.infra.leases import Lease, guard
from tradewind.infra.postgres import AWAY
from tradewind.infra.redis import honour_cancellation
from tradewind.services.marketdata import writer_store as store
from tradewind.services.marketdata.ticks_derivation import (
    UNREADABLE,
    RingPosition,
    TickRows,
    derive,
)
from tradewind.services.marketdata.writer_metrics import WriterMetrics

#: A batch is written this often, or sooner when it is full.
INTERVAL_S: Final = 0.25
BATCH_ENTRIES_MAX: Final = 5_000
RING_ENTRIES_MIN: Final = 16
#: Quarantined quotes kept of one batch; an LP that sends nothing else must not fill the disk.
QUARANTINE_ROWS_MAX: Final = 50
CONFIGURATION_POLL_S: Final = 10.0
RETRY_S: Final = 0.5
_TIMEOUT_S: Final = 10.0

#: Entries of one ring: (id, payload).
Entries: TypeAlias = list[tuple[bytes, bytes]]
_Answer: TypeAlias = Sequence[tuple[bytes, Sequence[tuple[bytes, Mapping[bytes, bytes]]]]]

_QUARANTINE_DECODER: Final = msgspec.json.Decoder(QuarantinedQuote)
_log = structlog.get_logger()


def shard_lease(shard: int, shards: int) -> str:
    """Name the lease of one share of the symbols."""
    return f"tick-writer-{shard + 1}-of-{shards}"


def in_shard(symbol: str, shard: int, shards: int) -> bool:
    """Tell whether a symbol belongs to a share; the same in every process."""
    return zlib.crc32(symbol.encode()) % shards == shard


class TickWriter:
    """Writes the ticks of one share of the symbols; the first share has the quarantine too."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        redis: Redis,
        clock: Clock,
        metrics: WriterMetrics,
        shard: tuple[int, int],
    ) -> None:
        """`pool` is of role `tw_pricing`, `shard` is (number from 0, how many)."""
        self._pool = pool
        self._redis = redis
        self._clock = clock
        self._metrics = metrics
        self.shard = shard
        self._partitions = store.Partitions()
        #: Where reading stands; writing may be one batch behind.
        self._positions: dict[str, RingPosition] = {}
        self._ahead: _Batch | None = None
        self._replaying: frozenset[str] = frozenset()
        self._configured_at = float("-inf")

    async def run(self, lease: Lease) -> None:
        """Write until cancelled; raises LeaseLost. Whoever had the lease before has moved on."""
        self._forget()
        while True:
            honour_cancellation()
            began = time.monotonic()
            try:
                await self.follow_configuration()
                full = await self.write_batch(lease)
            except (RedisError, asyncpg.PostgresError, *AWAY) as error:
                self._metrics.failures.inc()
                _log.warning("ticks_not_written", error=repr(error))
                self._forget()
                await asyncio.sleep(RETRY_S)
                continue
            if not full:
                await asyncio.sleep(max(0.0, began + INTERVAL_S - time.monotonic()))

    async def write_batch(self, lease: Lease) -> bool:
        """Write what the rings hold, up to a bound; True when there is more at once."""
        batch = self._ahead or await self._next()
        self._ahead = None
        if batch is None:
            self._metrics.lag.set(0)
            return False
        if not batch.is_full:
            await self._write(lease, batch)
            return False
        # The next batch is read while the database is busy with this one.
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._write(lease, batch))
                following = tasks.create_task(self._next())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
        self._ahead = following.result()
        return True

    async def _next(self) -> "_Batch | None":
        """Read a batch and move on; what is not committed then is read again after a failure."""
        read = await self._read() if self._positions else {}
        return self._derive(read) if read else None

    async def _read(self) -> Mapping[str, Entries]:
        """Read rings on from their positions: all of them a bit, then the fuller ones."""
        found: dict[str, Entries] = {}
        rings: Iterable[str] = self._positions
        left = BATCH_ENTRIES_MAX
        while rings and left > 0:
            streams: dict[KeyT, StreamIdT] = {
                ring: found[ring][-1][0] if ring in found else self._positions[ring].entry
                for ring in rings
            }
            count = max(RING_ENTRIES_MIN, left // len(streams))
            answer = cast("_Answer", await self._redis.xread(streams, count=count))
            more: list[str] = []
            for key, entries in answer:
                ring = key.decode()
                found.setdefault(ring, []).extend(_payloads(ring, entries))
                left -= len(entries)
                if len(entries) == count:
                    more.append(ring)
            rings = more
        return found

    def _derive(self, read: Mapping[str, Entries]) -> "_Batch":
        count = sum(map(len, read.values()))
        batch = _Batch(
            ticks=TickRows(replaying=self._replaying), is_full=count >= BATCH_ENTRIES_MAX
        )
        for ring, entries in read.items():
            was = self._positions[ring]
            to = replace(was, received=dict(was.received))
            if ring == QUARANTINE_KEY:
                to.entry = entries[-1][0].decode("ascii")
                batch.quarantine += self._quarantined(payload for _, payload in entries)
            else:
                derive(to, entries, batch.ticks)
            batch.moves.append(store.Move(ring=ring, was=was.entry, to=to))
            self._positions[ring] = to
        return batch

    def _quarantined(self, payloads: Iterable[bytes]) -> Iterable[store.QuarantineRow]:
        kept = 0
        for payload in payloads:
            if kept == QUARANTINE_ROWS_MAX:
                self._metrics.skipped.labels("quarantine_full").inc()
                continue
            try:
                yield store.quarantine_row(_QUARANTINE_DECODER.decode(payload))
                kept += 1
            except UNREADABLE:
                self._metrics.skipped.labels("unreadable").inc()

    async def _write(self, lease: Lease, batch: "_Batch") -> None:
        now = self._clock.now()
        async with self._pool.acquire(timeout=_TIMEOUT_S) as connection:
            for table, times in batch.times(now):
                await self._partitions.ensure(connection, table, times)
            async with connection.transaction():
                await guard(connection, lease)
                await store.relax_commit(connection)
                await store.move(connection, batch.moves)
                await store.copy_lp_ticks(connection, batch.ticks.lp)
                await store.copy_bbo_ticks(connection, batch.ticks.bbo, now)
                await store.copy_quarantine(connection, batch.quarantine)
        self._count(batch)

    def _count(self, batch: "_Batch") -> None:
        metrics, ticks = self._metrics, batch.ticks
        metrics.batches.inc()
        metrics.rows.labels("lp_tick").inc(len(ticks.lp))
        metrics.rows.labels("bbo_tick").inc(len(ticks.bbo))
        metrics.rows.labels("quote_quarantine").inc(len(batch.quarantine))
        metrics.skipped.labels("unreadable").inc(ticks.unreadable)
        metrics.skipped.labels("overtaken").inc(ticks.overtaken)
        for symbol, lost in ticks.lost.items():
            metrics.lost.labels(symbol).inc(lost)
            _log.warning("ticks_lost", symbol=symbol, count=lost)
        if ticks.oldest is not None:
            metrics.lag.set(max(0.0, (self._clock.now() - ticks.oldest).total_seconds()))

    async def follow_configuration(self) -> None:
        """Read which rings and replaying LPs there are, and positions of rings not followed yet."""
        if time.monotonic() - self._configured_at < CONFIGURATION_POLL_S:
            return
        async with self._pool.acquire(timeout=_TIMEOUT_S) as connection:
            self._replaying = await store.read_replaying(connection)
            symbols = await store.read_symbols(connection)
            rings = [RING_PREFIX + symbol for symbol in symbols if in_shard(symbol, *self.shard)]
            if self.shard[0] == 0:
                rings.append(QUARANTINE_KEY)
            missing = [ring for ring in rings if ring not in self._positions]
            if missing:
                self._positions |= await store.read_positions(connection, missing)
        for ring in missing:
            if ring != QUARANTINE_KEY:
                self._metrics.lost.labels(ring.removeprefix(RING_PREFIX))
        self._configured_at = time.monotonic()

    def _forget(self) -> None:
        """Read everything again: what the database says is what holds."""
        self._positions.clear()
        self._ahead = None
        self._partitions.forget()
        self._configured_at = float("-inf")


@dataclass(slots=True, kw_only=True)
class _Batch:
    """What one transaction writes."""

    ticks: TickRows
    is_full: bool
    moves: list[store.Move] = field(default_factory=list)
    quarantine: list[store.QuarantineRow] = field(default_factory=list)

    def times(self, now: datetime) -> Iterable[tuple[str, Iterable[datetime]]]:
        """Return the times for which each table must have partitions."""
        yield "lp_tick", (row[3] for row in self.ticks.lp)
        yield "bbo_tick", (row[1] for row in self.ticks.bbo)
        yield "tick_batch", (now,)
        yield "quote_quarantine", (row[6] for row in self.quarantine)


def _payloads(ring: str, entries: Iterable[tuple[bytes, Mapping[bytes, bytes]]]) -> Entries:
    name = (QUARANTINE_FIELD if ring == QUARANTINE_KEY else RING_FIELD).encode()
    return [(entry, fields.get(name, b"")) for entry, fields in entries]
