"""Recorded ticks into the store, in slices; the same file twice adds nothing the second time."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

import asyncpg

from tradewind.core.ids import Symbol
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import Connection
from tradewind.services.marketdata.importing_rows import RecordedTick
from tradewind.services.marketdata.writer_store import Partitions, note_written

#: A slice is one transaction; on a slow disk it takes a tenth of a second.
SLICE_ROWS: Final = 5_000
ATTEMPTS_MAX: Final = 5
_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """One slice: what was new, what was there, and what was there with other prices."""

    added: int
    present: int
    differing: int


KNOWN_SYMBOL_SQL: Final = "SELECT EXISTS (SELECT FROM instrument WHERE symbol = $1)"


async def is_known(connection: Connection, symbol: Symbol) -> bool:
    """Tell whether there is such an instrument."""
    return await connection.fetchval(KNOWN_SYMBOL_SQL, symbol, timeout=_TIMEOUT_S)


async def import_ticks(
    connection: asyncpg.Connection, symbol: Symbol, ticks: Iterable[RecordedTick], clock: Clock
) -> AsyncIterator[Imported]:
    """Write ticks in their order; yields after each slice, which is committed then."""
    partitions = Partitions()
    for ticks_of_slice in _slices(iter(ticks)):
        yield await _import_slice(connection, partitions, symbol, ticks_of_slice, clock.now())


async def _import_slice(
    connection: asyncpg.Connection,
    partitions: Partitions,
    symbol: Symbol,
    ticks: Sequence[RecordedTick],
    now: datetime,
) -> Imported:
    attempt = 1
    while True:
        try:
            await partitions.ensure(connection, "bbo_tick", (tick.time for tick in ticks))
            await partitions.ensure(connection, "tick_batch", (now,))
            async with connection.transaction():
                return await _insert(connection, symbol, ticks, now)
        except (asyncpg.CheckViolationError, asyncpg.LockNotAvailableError):
            # Retention dropped a partition meanwhile, or somebody held the table's lock.
            if attempt == ATTEMPTS_MAX:
                raise
            attempt += 1
            partitions.forget()


INSERT_SQL: Final = """
    INSERT INTO bbo_tick (symbol, time, epoch, seq, bid, ask, tradable)
    SELECT $1, time, 0, seq, bid, ask, true
      FROM unnest($2::timestamptz[], $3::bigint[], $4::numeric[], $5::numeric[])
        AS tick (time, seq, bid, ask)
        ON CONFLICT (symbol, time, epoch, seq) DO NOTHING
"""
DIFFERING_SQL: Final = """
    SELECT count(*)
      FROM unnest($2::timestamptz[], $3::bigint[], $4::numeric[], $5::numeric[])
        AS tick (time, seq, bid, ask)
      JOIN bbo_tick AS kept ON kept.symbol = $1 AND kept.time = tick.time AND kept.epoch = 0
       AND kept.seq = tick.seq AND (kept.bid, kept.ask) IS DISTINCT FROM (tick.bid, tick.ask)
     WHERE kept.time BETWEEN $6 AND $7
"""


async def _insert(
    tx: Connection, symbol: Symbol, ticks: Sequence[RecordedTick], now: datetime
) -> Imported:
    columns = (
        [tick.time for tick in ticks],
        [tick.seq for tick in ticks],
        [tick.bid for tick in ticks],
        [tick.ask for tick in ticks],
    )
    status = await tx.execute(INSERT_SQL, symbol, *columns, timeout=_TIMEOUT_S)
    added = int(status.removeprefix("INSERT 0 "))
    differing = 0
    if added:
        await note_written(tx, ((symbol, tick.time) for tick in (ticks[0], ticks[-1])), now)
    if added < len(ticks):
        span = (ticks[0].time, ticks[-1].time)
        differing = await tx.fetchval(DIFFERING_SQL, symbol, *columns, *span, timeout=_TIMEOUT_S)
    return Imported(added=added, present=len(ticks) - added - differing, differing=differing)


def _slices(ticks: Iterator[RecordedTick]) -> Iterator[Sequence[RecordedTick]]:
    while ticks_of_slice := list(islice(ticks, SLICE_ROWS)):
        yield ticks_of_slice
