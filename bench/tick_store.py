"""Figures of the tick writer: rings of Valkey into tables, beside a plain COPY of the same rows."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

import asyncpg
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from bench.report import Figure, at_least
from bench.running import BenchPlatform
from tradewind.contracts.ticks import (
    RING_LENGTH_MAX,
    RING_PREFIX,
    Tick,
    TickLevel,
    TickPrice,
    TickQuote,
)
from tradewind.infra.clock import Clock
from tradewind.infra.leases import acquire
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.services.marketdata.writer import BATCH_ENTRIES_MAX, TickWriter, shard_lease
from tradewind.services.marketdata.writer_metrics import WriterMetrics
from tradewind.services.marketdata.writer_store import BBO_COLUMNS, LP_COLUMNS
from tradewind.services.pricing.counters import PricingCounters
from tradewind.services.pricing.publisher import RedisPublisher
from tradewind.services.pricing.wire import COMMANDS_PER_TICK, tick_commands

#: The writer is ours, in this process; no worker may read the same rings.
PROCESSES: Final = "seed"
ROUNDS: Final = 3
TARGET: Final = 0.5
DEPTH: Final = 10
GROUPS: Final = ("standard", "pro", "raw")
LPS: Final = ("lp-one", "lp-two")
PUBLISHED_AT_ONCE: Final = 500
FLUSH_S: Final = 30.0
#: Copied rows have epochs above those of the writer's, for the key's sake.
LP_ROWS_SQL: Final = """
    SELECT symbol, lp, lp_time, received_at, bid, ask, bid_size, ask_size
      FROM lp_tick WHERE received_at >= $1 AND received_at < $2
"""
BBO_ROWS_SQL: Final = """
    SELECT symbol, time, epoch + 1000, seq, bid, ask, tradable, reason
      FROM bbo_tick WHERE time >= $1 AND time < $2
"""
_POINT: Final = Decimal("0.00001")


def measure(platform: BenchPlatform, *, quick: bool) -> list[Figure]:
    """Write what full rings hold, and the same rows by COPY, turn by turn."""
    settings = Settings(
        database_url=platform.home.database_url,
        redis_url=platform.home.redis_url,
        secrets_dir=platform.home.secrets,
        environment="demo",
        host="127.0.0.1",
        port=0,
        metrics_port=0,
    )
    writer, copy, rows = asyncio.run(_rates(settings, RING_LENGTH_MAX // (4 if quick else 1)))
    share = statistics.median(writer) / statistics.median(copy)
    return [
        Figure(
            name="tick writer, rings to tables",
            value=statistics.median(writer),
            unit="rows/s",
            comparison=f"{rows:,} rows, median of {ROUNDS}",
        ),
        Figure(
            name="plain COPY of the same rows",
            value=statistics.median(copy),
            unit="rows/s",
            comparison="from memory, in transactions of the same size",
        ),
        at_least("tick writer's share of plain COPY", share, "", TARGET),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    pool: asyncpg.Pool
    redis: Redis
    publisher: RedisPublisher
    symbols: Sequence[str]


async def _rates(settings: Settings, each: int) -> tuple[list[float], list[float], int]:
    publisher = RedisPublisher(settings.redis_url, PricingCounters(CollectorRegistry()))
    connected = asyncio.Event()
    publisher.on_connected = connected.set
    writer_rates: list[float] = []
    copy_rates: list[float] = []
    rows = 0
    async with (
        await open_pool(settings, "tw_pricing", size_max=3) as pool,
        Redis.from_url(settings.redis_url, socket_timeout=FLUSH_S) as redis,
        asyncio.TaskGroup() as tasks,
    ):
        publishing = tasks.create_task(publisher.run())
        await connected.wait()
        symbols = [row["symbol"] for row in await pool.fetch("SELECT symbol FROM instrument")]
        bench = _Bench(pool=pool, redis=redis, publisher=publisher, symbols=symbols)
        for number in range(1, ROUNDS + 1):
            await _publish(bench, epoch=number, each=each)
            rows, seconds = await _write(bench)
            writer_rates.append(rows / seconds)
            copy_rates.append(rows / await _copy(bench, epoch=number, rows=rows))
        publishing.cancel()
    return writer_rates, copy_rates, rows


async def _publish(bench: _Bench, *, epoch: int, each: int) -> None:
    """Fill the rings as pricing does; nobody reads meanwhile."""
    await bench.redis.delete(*(RING_PREFIX + symbol for symbol in bench.symbols))
    for place, symbol in enumerate(bench.symbols):
        for seq, tick in enumerate(_ticks(symbol, place, epoch, each), start=1):
            assert bench.publisher.write(tick_commands(tick), COMMANDS_PER_TICK)
            if seq % PUBLISHED_AT_ONCE == 0:
                await bench.publisher.flush(FLUSH_S)
    await bench.publisher.flush(FLUSH_S)


async def _write(bench: _Bench) -> tuple[int, float]:
    """Write everything; return the rows and the seconds."""
    registry = CollectorRegistry()
    writer = TickWriter(bench.pool, bench.redis, Clock(), WriterMetrics(registry), (0, 1))
    lease = await acquire(bench.pool, shard_lease(0, 1), "bench")
    began = time.perf_counter()
    await writer.follow_configuration()
    while await writer.write_batch(lease):
        pass
    seconds = time.perf_counter() - began
    await lease.release()
    rows = 0
    for table in ("lp_tick", "bbo_tick"):
        value = registry.get_sample_value("tradewind_tick_rows_written_total", {"table": table})
        rows += int(value or 0)
    return rows, seconds


async def _copy(bench: _Bench, *, epoch: int, rows: int) -> float:
    """COPY the rows just written once more, from memory, in transactions as large as ours."""
    span = (_began(epoch), _began(epoch + 1))
    lp_rows = [tuple(row) for row in await bench.pool.fetch(LP_ROWS_SQL, *span)]
    bbo_rows = [tuple(row) for row in await bench.pool.fetch(BBO_ROWS_SQL, *span)]
    assert len(lp_rows) + len(bbo_rows) == rows
    began = time.perf_counter()
    async with bench.pool.acquire() as connection:
        for start in range(0, len(lp_rows), BATCH_ENTRIES_MAX):
            batch = slice(start, start + BATCH_ENTRIES_MAX)
            async with connection.transaction():
                await connection.copy_records_to_table(
                    "lp_tick", records=lp_rows[batch], columns=LP_COLUMNS
                )
                await connection.copy_records_to_table(
                    "bbo_tick", records=bbo_rows[batch], columns=BBO_COLUMNS
                )
    return time.perf_counter() - began


def _began(epoch: int) -> datetime:
    """Each round has an hour of its own, all on one day."""
    return datetime.now(UTC).replace(hour=epoch, minute=0, second=0, microsecond=0)


def _ticks(symbol: str, place: int, epoch: int, count: int) -> Iterator[Tick]:
    """Two LPs by turns, a price that never stands still, and full depth."""
    quotes: dict[str, TickQuote] = {}
    size = Decimal(1_000_000)
    for seq in range(1, count + 1):
        at = _began(epoch) + timedelta(milliseconds=100 * seq, microseconds=place)
        lp, bid = LPS[seq % 2], 1 + _POINT * (seq % 997)
        ask = bid + 10 * _POINT
        quotes[lp] = TickQuote(
            lp=lp, bid=bid, ask=ask, bid_size=size, ask_size=size, lp_time=at, received_at=at
        )
        levels = [(n * _POINT, LPS[n % 2]) for n in range(DEPTH)]
        yield Tick(
            symbol=symbol,
            epoch=epoch,
            seq=seq,
            time=at,
            bid=bid,
            ask=ask,
            quotes=tuple(quotes.values()),
            tradable=True,
            reason=None,
            rules_version=1,
            prices={group: TickPrice(bid=bid, ask=ask) for group in GROUPS},
            bids=tuple(TickLevel(price=bid - n, size=size, lp=lp) for n, lp in levels),
            asks=tuple(TickLevel(price=ask + n, size=size, lp=lp) for n, lp in levels),
        )
