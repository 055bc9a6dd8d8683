"""The kept ticks, for whoever makes something of them: read by time, and by what was written.

`read_written` tells which times of which symbols have new ticks, late ones included; `read_bbo`
reads those times. A reader that stores `next_start` with its effect misses nothing and may see a
range again: what it does must be the same done twice.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import asyncpg

from tradewind.core.ids import Symbol
from tradewind.infra.postgres import Connection

PAGE_ROWS: Final = 5_000
_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BboTick:
    """Best bid and ask before any markup; null where there was none. Imported ticks: epoch 0."""

    symbol: Symbol
    time: datetime
    epoch: int
    seq: int
    bid: Decimal | None
    ask: Decimal | None
    tradable: bool
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRange:
    """One transaction wrote ticks of `symbol` from `earliest` to `latest`, both included."""

    symbol: Symbol
    earliest: datetime
    latest: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was committed since a position; the next call starts at `next_start`."""

    ranges: Sequence[WrittenRange]
    next_start: int


READ_BBO_SQL: Final = """
    SELECT symbol, time, epoch, seq, bid, ask, tradable, reason
      FROM bbo_tick
     WHERE symbol = $1 AND time >= $2 AND time < $3 AND (time, epoch, seq) > ($2, $4, $5)
     ORDER BY time, epoch, seq
     LIMIT $6
"""


async def read_bbo(
    connection: Connection, symbol: Symbol, start: datetime, end: datetime
) -> AsyncGenerator[BboTick, None]:
    """Yield the ticks from `start` on and before `end`, in order; each page is one statement."""
    after: tuple[datetime, int, int] = (start, -1, -1)
    while True:
        rows = await connection.fetch(
            READ_BBO_SQL, symbol, after[0], end, *after[1:], PAGE_ROWS, timeout=_TIMEOUT_S
        )
        for row in rows:
            yield _tick(row)
        if len(rows) < PAGE_ROWS:
            return
        after = (rows[-1]["time"], rows[-1]["epoch"], rows[-1]["seq"])


WRITTEN_SQL: Final = """
    SELECT pg_snapshot_xmin(s) AS lower, pg_snapshot_xmax(s) AS upper,
           batch.symbols, batch.earliest, batch.latest
      FROM pg_current_snapshot() AS s
      LEFT JOIN tick_batch AS batch ON batch.tx >= $1 AND batch.tx < pg_snapshot_xmin(s)
     ORDER BY batch.tx
"""
EVERYTHING_WRITTEN_SQL: Final = "SELECT symbols, earliest, latest FROM tick_batch ORDER BY tx"


async def read_written(connection: Connection, start: int) -> Written:
    """Return what transactions from `start` on wrote and committed; 0 reads all that is kept.

    A start that this server has not reached yet comes from another one, whose backup was
    restored here: everything kept is returned then.
    """
    rows = await connection.fetch(WRITTEN_SQL, start, timeout=_TIMEOUT_S)
    lower, upper = rows[0]["lower"], rows[0]["upper"]
    if start > upper:
        rows = await connection.fetch(EVERYTHING_WRITTEN_SQL, timeout=_TIMEOUT_S)
        return Written(ranges=_ranges(rows), next_start=lower)
    return Written(ranges=_ranges(rows), next_start=max(start, lower))


def _ranges(rows: Sequence[asyncpg.Record]) -> Sequence[WrittenRange]:
    return [
        WrittenRange(symbol=Symbol(symbol), earliest=earliest, latest=latest)
        for row in rows
        if row["symbols"] is not None
        for symbol, earliest, latest in zip(
            row["symbols"], row["earliest"], row["latest"], strict=True
        )
    ]


def _tick(row: asyncpg.Record) -> BboTick:
    return BboTick(
        symbol=row["symbol"],
        time=row["time"],
        epoch=row["epoch"],
        seq=row["seq"],
        bid=row["bid"],
        ask=row["ask"],
        tradable=row["tradable"],
        reason=row["reason"],
    )
