"""Candles of a million ticks, cold, against one SELECT … GROUP BY over the same ticks."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

from bench.report import Figure, at_most
from bench.running import BenchPlatform
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.services.marketdata.aggregation import CandleJob

#: Nothing else works on the database.
PROCESSES: Final = "seed"
SYMBOL: Final = "EURUSD"
BEGIN: Final = datetime(2020, 1, 6, tzinfo=UTC)
#: Ten ticks a second: every second has a candle.
APART: Final = timedelta(milliseconds=100)
#: What an import commits at once.
BATCH: Final = 50_000
RATIO_MAX: Final = 10.0
SLICE_S_MAX: Final = 1.0

WRITE_SQL: Final = """
    INSERT INTO bbo_tick (symbol, time, epoch, seq, bid, ask, tradable)
    SELECT $1, $2::timestamptz + n * $3::interval, 1, n, bid, bid + spread, true
      FROM (SELECT n, 1.12 + round((sin(n / 5000.0) / 100)::numeric, 5) + n * 7 % 13 * 0.00001
                   AS bid, (1 + n % 9) * 0.00001 AS spread
              FROM generate_series($4::bigint, $5::bigint) AS n) AS drawn
"""
NOTE_SQL: Final = """
    INSERT INTO tick_batch (written_at, symbols, earliest, latest)
    VALUES ($1, ARRAY[$2], ARRAY[$3::timestamptz], ARRAY[$4::timestamptz])
"""
GROUP_SQL: Final = """
    SELECT date_trunc('minute', time),
           (array_agg(bid ORDER BY time, epoch, seq))[1], max(bid), min(bid),
           (array_agg(bid ORDER BY time, epoch, seq))[count(*)],
           (array_agg(ask ORDER BY time, epoch, seq))[1], max(ask), min(ask),
           (array_agg(ask ORDER BY time, epoch, seq))[count(*)],
           max((bid + ask) * 0.5), min((bid + ask) * 0.5), count(*)
      FROM bbo_tick WHERE symbol = $1 GROUP BY 1
"""


def measure(platform: BenchPlatform, *, quick: bool) -> list[Figure]:
    """Fill the tick store of a platform that does nothing else, and make all its candles."""
    home = platform.home
    settings = Settings(
        database_url=home.database_url,
        redis_url=home.redis_url,
        secrets_dir=home.secrets,
        environment="demo",
        host="127.0.0.1",
        port=0,
        metrics_port=0,
    )
    return asyncio.run(_measure(settings, 200_000 if quick else 1_000_000))


async def _measure(settings: Settings, count: int) -> list[Figure]:
    async with await open_pool(settings, "tw_pricing", size_max=2) as pool:
        await _fill(pool, count)
        began = time.perf_counter()
        minutes = await pool.fetch(GROUP_SQL, SYMBOL)
        grouped_s = time.perf_counter() - began
        job = CandleJob(pool, None, Clock())
        began = time.perf_counter()
        await job.gather()
        slices_s = [0.0]
        slice_began = time.perf_counter()
        while await job.make_slice():
            slices_s.append(time.perf_counter() - slice_began)
            slice_began = time.perf_counter()
        made_s = time.perf_counter() - began
        made = await pool.fetchval("SELECT count(*) FROM candle WHERE interval = '1m'")
        kept = await pool.fetchval("SELECT sum(ticks) FROM candle WHERE interval = '1M'")
        assert (made, kept) == (len(minutes), count), "the candles are not those of the ticks"
    return [
        Figure(name="SELECT … GROUP BY minute", value=grouped_s, unit="s"),
        at_most(
            f"candles of {count:,} ticks, all intervals",
            made_s / grouped_s,
            "times",
            RATIO_MAX,
            f"{made_s:.1f} s, compared with one SELECT … GROUP BY",
        ),
        at_most("longest transaction of the candle job", max(slices_s), "s", SLICE_S_MAX),
    ]


async def _fill(pool: asyncpg.Pool, count: int) -> None:
    last = BEGIN + count * APART
    for day in range((last - BEGIN).days + 1):
        date = (BEGIN + timedelta(days=day)).date()
        await pool.execute("SELECT market_data_partition('bbo_tick', $1)", date)
    now = Clock().now()
    await pool.execute("SELECT market_data_partition('tick_batch', $1)", now.date())
    for first in range(0, count, BATCH):
        until = min(first + BATCH, count) - 1
        async with pool.acquire() as tx, tx.transaction():
            await tx.execute(WRITE_SQL, SYMBOL, BEGIN, APART, first, until)
            await tx.execute(NOTE_SQL, now, SYMBOL, BEGIN + first * APART, BEGIN + until * APART)
    await pool.execute("ANALYZE bbo_tick")
