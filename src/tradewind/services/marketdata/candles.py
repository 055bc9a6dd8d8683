"""Reads kept candles: pages of history, and what a live follower begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import asyncpg
import msgspec

from tradewind.contracts.candles import CandleRow
from tradewind.core.candles import Interval, known_until
from tradewind.core.ids import Symbol
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import lend

#: Nothing is older, nothing is newer.
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
END: Final = datetime(2200, 1, 1, tzinfo=UTC)
_TIMEOUT_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleQuery:
    """Candles that begin at `since` or later and before `until`.

    With `since` the first `limit` of them, else the last; both come by time.
    """

    symbol: Symbol
    interval: Interval
    since: datetime | None
    until: datetime | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleClock:
    """How far a symbol's candles have come: its last tick, when and as which number it came."""

    time: datetime
    arrived_at: datetime
    epoch: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CandlePage:
    """Candles by time; those that end by `known_until` have ended."""

    candles: Sequence[CandleRow]
    known_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleStart:
    """One state of the last two candles and the clock; None for a symbol that had no tick."""

    candles: Sequence[CandleRow]
    clock: CandleClock | None


class Candles:
    """Kept candles; `pool` is of role `tw_read`."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock) -> None:
        """Nothing is read before it is asked for."""
        self._pool = pool
        self._clock = clock

    async def page(self, query: CandleQuery) -> CandlePage:
        """Read a page. The clock is read first: what came since is not yet called ended."""
        async with lend(self._pool) as connection:
            ticked = await connection.fetchrow(CLOCK_SQL, query.symbol, timeout=_TIMEOUT_S)
            backwards = query.since is None
            rows = await connection.fetch(
                LAST_SQL if backwards else FIRST_SQL,
                query.symbol,
                query.interval,
                query.since or BEGINNING,
                query.until or END,
                query.limit,
                timeout=_TIMEOUT_S,
            )
        candles = [candle_row(row) for row in rows]
        if backwards:
            candles.reverse()
        known = END
        if ticked is not None:
            known = known_until(ticked["time"], ticked["arrived_at"], self._clock.now())
        return CandlePage(candles=candles, known_until=known)

    async def start(self, symbol: Symbol, interval: Interval) -> CandleStart:
        """Read what a follower of published ticks goes on from, in one statement."""
        async with lend(self._pool) as connection:
            rows = await connection.fetch(START_SQL, symbol, interval, timeout=_TIMEOUT_S)
        first = rows[0]
        clock = None
        if first["epoch"] is not None:
            clock = CandleClock(
                time=first["clock_time"],
                arrived_at=first["arrived_at"],
                epoch=first["epoch"],
                seq=first["seq"],
            )
        candles = [candle_row(row) for row in reversed(rows) if row["time"] is not None]
        return CandleStart(candles=candles, clock=clock)


def candle_row(row: asyncpg.Record) -> CandleRow:
    """Take the columns of a candle out of a row."""
    return msgspec.convert({name: row[name] for name in COLUMNS}, CandleRow)


COLUMNS: Final = CandleRow.__dataclass_fields__.keys()

CLOCK_SQL: Final = "SELECT time, arrived_at FROM candle_clock WHERE symbol = $1"

FIRST_SQL: Final = """
    SELECT time, bid_open, bid_high, bid_low, bid_close, ask_open, ask_high, ask_low, ask_close,
           mid_open, mid_high, mid_low, mid_close, ticks, revision
      FROM candle
     WHERE symbol = $1 AND interval = $2 AND time >= $3 AND time < $4
     ORDER BY time LIMIT $5
"""

LAST_SQL: Final = """
    SELECT time, bid_open, bid_high, bid_low, bid_close, ask_open, ask_high, ask_low, ask_close,
           mid_open, mid_high, mid_low, mid_close, ticks, revision
      FROM candle
     WHERE symbol = $1 AND interval = $2 AND time >= $3 AND time < $4
     ORDER BY time DESC LIMIT $5
"""

START_SQL: Final = """
    SELECT clock.time AS clock_time, clock.arrived_at, clock.epoch, clock.seq, last.*
      FROM (SELECT $1::text AS symbol) AS wanted
      LEFT JOIN candle_clock AS clock USING (symbol)
      LEFT JOIN LATERAL (
           SELECT time, bid_open, bid_high, bid_low, bid_close,
                  ask_open, ask_high, ask_low, ask_close,
                  mid_open, mid_high, mid_low, mid_close, ticks, revision
             FROM candle WHERE candle.symbol = wanted.symbol AND candle.interval = $2
            ORDER BY time DESC LIMIT 2) AS last ON true
     ORDER BY last.time DESC
"""
