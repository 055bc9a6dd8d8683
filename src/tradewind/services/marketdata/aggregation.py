"""The candle job: what the tick store was given becomes candles, in short transactions.

First it notes as work which times have new ticks, and in the same transaction how far it has read.
Then it takes work in slices: the candles, the symbol's clock and the work that is done with it
commit together. It may stop anywhere and go on; work done twice makes the same candles.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import asyncpg
import msgspec
import structlog
from asyncpg.pool import PoolConnectionProxy
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.contracts.candles import CORRECTIONS_MAX, CORRECTIONS_PREFIX, CandlesCorrected
from tradewind.core.candles import Interval, start_of
from tradewind.core.ids import Symbol
from tradewind.infra.clock import Clock
from tradewind.infra.leases import Lease, guard
from tradewind.infra.postgres import AWAY, Connection
from tradewind.infra.redis import honour_cancellation
from tradewind.services.marketdata import candles_store as store
from tradewind.services.marketdata.candles_store import TIMEOUT_S, Corrected, Span
from tradewind.services.marketdata.ticks import WrittenRange, read_written

LEASE: Final = "candles"
#: Ticks of one transaction: some tenths of a second's work.
SLICE_TICKS: Final = 20_000
#: Pieces of work looked at for one slice.
_WORK_ROWS: Final = 500
_POLL_S: Final = 0.5
_RETRY_S: Final = 1.0
#: Work of the last hour goes before history, so that an import does not hold up the chart.
_RECENT: Final = timedelta(hours=1)
ONE_SECOND: Final = timedelta(seconds=1)

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A row of `candle_work`."""

    id: int
    span: Span


class CandleJob:
    """Makes candles; `pool` is of role `tw_pricing` or `tw_admin`."""

    def __init__(self, pool: asyncpg.Pool, redis: Redis | None, clock: Clock) -> None:
        """Without `redis` nobody is told of corrections."""
        self._pool = pool
        self._redis = redis
        self._clock = clock
        self._lease: Lease | None = None

    async def run(self, lease: Lease) -> None:
        """Work until cancelled, each commit under the lease; raises LeaseLost."""
        self._lease = lease
        while True:
            honour_cancellation()
            pause_s = _POLL_S
            try:
                await self.gather()
                await self.work_off()
            except (*AWAY, asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError) as error:
                _log.warning("candles_not_made", error=repr(error))
                pause_s = _RETRY_S
            await asyncio.sleep(pause_s)

    async def work_off(self) -> int:
        """Make candles until no work is left; return the number of slices."""
        slices = 0
        while await self.make_slice():
            slices += 1
        return slices

    async def gather(self) -> int:
        """Note new ticks as work; return the number of ranges."""
        async with self._pool.acquire() as tx, tx.transaction():
            start = await self._begin(tx)
            written = await read_written(tx, start)
            if written.next_start == start:
                return 0
            spans = united([_span(each) for each in written.ranges])
            await add_work(tx, spans)
            await tx.execute(MOVE_SQL, written.next_start, timeout=TIMEOUT_S)
        return len(spans)

    async def make_slice(self) -> bool:
        """Make the candles of some work, oldest first; False when there was none."""
        now = self._clock.now()
        async with self._pool.acquire() as tx, tx.transaction():
            await self._begin(tx)
            rows = await tx.fetch(WORK_SQL, now - _RECENT, _WORK_ROWS, timeout=TIMEOUT_S)
            work = [_work(row) for row in rows]
            if not work:
                return False
            done, left = await _portion(tx, chosen(work))
            known = await store.known(tx, [span.symbol for span in done], now)
            done = [replace(span, known=known.get(span.symbol)) for span in done]
            corrected = await store.make(tx, done)
            await store.advance(tx, done, now)
            await _settle(tx, work, done, left)
        await self._tell(corrected)
        return True

    async def _begin(self, tx: PoolConnectionProxy) -> int:
        """Let one work at a time; return where the tick store has been read up to."""
        if self._lease is not None:
            await guard(tx, self._lease)
        return await tx.fetchval(BEGIN_SQL, timeout=TIMEOUT_S)

    async def _tell(self, corrected: Sequence[Corrected]) -> None:
        if self._redis is None:
            return
        for message in messages(corrected):
            try:
                channel = f"{CORRECTIONS_PREFIX}{message.symbol}"
                await self._redis.publish(channel, msgspec.json.encode(message))
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("correction_not_told", symbol=message.symbol, error=repr(error))


BEGIN_SQL: Final = "SELECT next_start FROM candle_position FOR UPDATE"
MOVE_SQL: Final = "UPDATE candle_position SET next_start = $1"
ADD_WORK_SQL: Final = """
    INSERT INTO candle_work (symbol, since, until)
    SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
"""
WORK_SQL: Final = """
    SELECT id, symbol, since, until FROM candle_work ORDER BY until < $1, id LIMIT $2
"""


async def add_work(tx: Connection, spans: Sequence[Span]) -> None:
    """Have the candles of these times made."""
    columns = zip(*((span.symbol, span.since, span.until) for span in spans), strict=True)
    if spans:
        await tx.execute(ADD_WORK_SQL, *(list(each) for each in columns), timeout=TIMEOUT_S)


KEPT_TIMES_SQL: Final = """
    SELECT min(time) AS earliest, max(time) AS latest
      FROM bbo_tick WHERE symbol = $1 AND time >= $2 AND time < $3
"""


async def rebuild_work(
    pool: asyncpg.Pool, symbol: Symbol, since: datetime, until: datetime
) -> bool:
    """Have all candles of a symbol's kept ticks made anew; False when there are none."""
    async with pool.acquire() as tx, tx.transaction():
        row = await tx.fetchrow(KEPT_TIMES_SQL, symbol, since, until, timeout=TIMEOUT_S)
        if row is None or row["earliest"] is None:
            return False
        times = WrittenRange(symbol=symbol, earliest=row["earliest"], latest=row["latest"])
        await add_work(tx, [_span(times)])
    return True


def united(spans: Sequence[Span]) -> list[Span]:
    """Put spans of one symbol that meet or overlap together, by symbol and time."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.symbol, each.since)):
        last = found[-1] if found else None
        if last is not None and last.symbol == span.symbol and span.since <= last.until:
            found[-1] = replace(last, until=max(last.until, span.until))
        else:
            found.append(span)
    return found


def chosen(work: Sequence[Work]) -> list[Span]:
    """One span for a symbol: its first piece of work, and what meets it; in order of work."""
    first: dict[str, Span] = {}
    for each in work:
        known = first.get(each.span.symbol)
        if known is None:
            first[each.span.symbol] = each.span
        elif each.span.since <= known.until and each.span.until >= known.since:
            whole = united([known, each.span])
            first[each.span.symbol] = whole[0]
    return list(first.values())


def messages(corrected: Sequence[Corrected]) -> list[CandlesCorrected]:
    """Say what changed, the newest of each interval; `corrected` is by symbol within each."""
    found = []
    for (symbol, interval), group in groupby(corrected, lambda each: (each.symbol, each.interval)):
        candles = [each.candle for each in group]
        found.append(
            CandlesCorrected(
                symbol=symbol,
                interval=interval,
                candles=tuple(candles[-CORRECTIONS_MAX:]),
                complete=len(candles) <= CORRECTIONS_MAX,
            )
        )
    return found


COUNTS_SQL: Final = """
    SELECT (SELECT count(*) FROM (SELECT FROM bbo_tick AS tick
                                   WHERE tick.symbol = span.symbol
                                     AND tick.time >= span.since AND tick.time < span.until
                                   LIMIT $4) AS counted) AS ticks
      FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
           WITH ORDINALITY AS span (symbol, since, until, place)
     ORDER BY span.place
"""
CUT_SQL: Final = """
    SELECT time FROM bbo_tick WHERE symbol = $1 AND time >= $2 AND time < $3
     ORDER BY time OFFSET $4 LIMIT 1
"""


async def _portion(tx: Connection, spans: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Return what one transaction can do, and what is left of a span that was cut."""
    arrays = ([s.symbol for s in spans], [s.since for s in spans], [s.until for s in spans])
    rows = await tx.fetch(COUNTS_SQL, *arrays, SLICE_TICKS + 1, timeout=TIMEOUT_S)
    done: list[Span] = []
    room = SLICE_TICKS
    for span, row in zip(spans, rows, strict=True):
        if row["ticks"] <= room:
            done.append(span)
            room -= row["ticks"]
        elif not done:
            whole = (span.symbol, span.since, span.until, SLICE_TICKS)
            beyond = await tx.fetchval(CUT_SQL, *whole, timeout=TIMEOUT_S)
            cut = max(start_of(Interval.ONE_SECOND, beyond), span.since + ONE_SECOND)
            return [replace(span, until=cut)], [replace(span, since=cut)]
    return done, []


DELETE_WORK_SQL: Final = "DELETE FROM candle_work WHERE id = ANY($1)"
SHORTEN_WORK_SQL: Final = "UPDATE candle_work SET since = $2, until = $3 WHERE id = $1"


async def _settle(
    tx: Connection, work: Sequence[Work], done: Sequence[Span], left: Sequence[Span]
) -> None:
    """Take done work off; what is left of a cut span keeps its place, so order is kept."""
    spans = {span.symbol: span for span in (*done, *left)}
    begins = {span.symbol: span.since for span in done}
    taken: dict[str, list[int]] = {}
    for each in work:
        symbol = each.span.symbol
        whole = spans.get(symbol)
        if whole is None:
            continue
        if begins[symbol] <= each.span.since and each.span.until <= whole.until:
            taken.setdefault(symbol, []).append(each.id)
    for span in left:
        if span.since < span.until:
            kept = taken[span.symbol].pop(0)
            await tx.execute(SHORTEN_WORK_SQL, kept, span.since, span.until, timeout=TIMEOUT_S)
    ids = [each for group in taken.values() for each in group]
    await tx.execute(DELETE_WORK_SQL, ids, timeout=TIMEOUT_S)


def _span(written: WrittenRange) -> Span:
    second = Interval.ONE_SECOND
    return Span(
        symbol=written.symbol,
        since=start_of(second, written.earliest),
        until=start_of(second, written.latest) + ONE_SECOND,
    )


def _work(row: asyncpg.Record) -> Work:
    span = Span(symbol=row["symbol"], since=row["since"], until=row["until"])
    return Work(id=row["id"], span=span)
